"""Scans a team's files for what they use of a repository, and checks the names against its files and its past."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from analysis.digest.pipeline import Step, silent
from analysis.errors import BadInput, NotFound
from analysis.sources.revisions import Revisions
from analysis.uses import UseKind, Uses, read_uses
from analysis.uses.hits import Index
from analysis.uses.offering import Offering
from analysis.uses.scan import candidates, read_files, uses_of, values_of
from analysis.uses.use import LARGEST
from bot.digests.core import Core
from bot.digests.stores import Stores
from storage.uses import Owner

SENT = "@sent"
"""Instead of a file's path: the file that the recipient sent to the bot."""

_MOST_VERSIONS = 3
"""Versions named in the files that are examined, besides the requested one."""


def scan(core: Core, source: Revisions, paths: Sequence[Path], at: str = "", step: Step = silent) -> Uses:
    """Return what files use of a repository: what it offers at a revision or the versions they name, or once did.

    Raises:
        BadInput: a path does not exist, or the repository is too large to be read without a clone.
        NotFound, Outage: the source lacks the revision, or does not answer.
    """
    step("reading files", 0, 2)
    files = list(read_files(paths))
    step("reading files", 1, 2)
    wanted = candidates(files)
    offering = Offering(source.repo)
    known = core.stores.commits.repository(source.repo)
    if known:
        begin, end = datetime.fromtimestamp(0, UTC), core.now()
        offering.add_past(fact for entry in core.stores.commits.between(known, begin, end) for fact in entry.facts)
    shas = [source.resolve(at or source.branch or "HEAD").sha]
    offering.add_files(source.tree(shas[0]).texts, wanted)
    for sha in _versions(source, uses_of(files, offering)):
        if sha not in shas:
            shas.append(sha)
            offering.add_files(source.tree(sha).texts, wanted)
    made = uses_of(files, offering)
    step("reading files", 2, 2)
    return made


def _versions(source: Revisions, uses: Uses) -> list[str]:
    """Return the commits of the versions that files name: as written, and as tags."""
    named = [*values_of(uses, UseKind.IMAGE), *values_of(uses, UseKind.VERSION)]
    found: list[str] = []
    for text in dict.fromkeys(named):
        version = text.lstrip("=~^>< ").partition("-")[0].removeprefix("v")
        for tag in (f"v{version}", version):
            try:
                sha = source.resolve(tag).sha
            except NotFound:
                continue
            found += [] if sha in found else [sha]
    return found[:_MOST_VERSIONS]


def read_file(path: Path) -> Uses:
    """Read a `uses.toml`.

    Raises:
        BadInput: it cannot be read, or is not one.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} has more than {LARGEST:,} bytes: scan fewer files.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadInput(f"{path} cannot be read ({why}): write it with daybrief uses scan.") from None
    return read_uses(text, str(path))


def load_uses(path: Path, repo: str) -> Uses:
    """Read a repository's `uses.toml`.

    Raises:
        BadInput: it cannot be read, or is for another repository.
    """
    uses = read_file(path)
    if uses.repo.lower() != repo.lower():
        raise BadInput(f"{path} lists uses of {uses.repo}, not of {repo}: scan for {repo}.")
    return uses


def index_for(stores: Stores, uses: str, repo: str, owner: Owner) -> Index:
    """Return what a subscription's `uses` names: a feed's file, or with SENT the one that its owner sent.

    Raises:
        BadInput: as `load_uses`, or the owner has sent none.
    """
    if uses != SENT:
        return index_of(Path(uses), repo)
    text = stores.sent_uses.get(owner, repo)
    if not text:
        raise BadInput(f"{owner.user} has sent no file that says what they use of {repo}.")
    return _sent_index(text)


def index_of(path: Path, repo: str) -> Index:
    """Return what a `uses.toml` names, for lookups; reread when the file has changed.

    Raises:
        BadInput: as `load_uses`.
    """
    try:
        written = path.stat().st_mtime_ns
    except OSError:
        written = 0
    return _index(path, repo, written)


@lru_cache(maxsize=64)
def _index(path: Path, repo: str, _written: int) -> Index:
    return Index(load_uses(path, repo))


@lru_cache(maxsize=64)
def _sent_index(text: str) -> Index:
    return Index(read_uses(text))
