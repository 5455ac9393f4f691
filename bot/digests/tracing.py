"""Traces a fix through the store and its source: landed, reverted, copied, released."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.commits.commit import Commit
from analysis.commits.copies import original_title
from analysis.commits.tags import Tag, versions
from analysis.errors import NotFound
from analysis.sources.history import History, Ticket
from analysis.tracing.trace import How, Role, Step, Trace, closes, names_number, stands, steps, verdict, with_fix
from analysis.uses import UseKind, Uses
from bot.digests.core import Core
from bot.digests.releases import follow_tags
from storage.search import Question, search

_SHORT = 7
"""The shortest SHA prefix that messages are searched for: what people write at least."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The fix that is meant: an issue or pull request by its number, a commit by its SHA, or words of a title.

    Attributes:
        text: as it was typed.
        number: 0 if none is given; `sha`: empty likewise. Without either, the text is words.
    """

    text: str
    number: int = 0
    sha: str = ""


def trace(core: Core, source: History, wanted: Wanted, uses: Uses | None = None) -> Trace:
    """Determine what became of a fix.

    Raises:
        NotFound: no commit has that SHA, or these words; or several have, which are then named.
        Outage: the source cannot be read.
    """
    tags = follow_tags(core.stores, source)
    ticket = source.ticket(wanted.number) if wanted.number else None
    landed = _landed(core, source, wanted, ticket)
    known = _known(core, source, landed, wanted)
    for commit in known:
        how = _lands(commit, wanted, ticket)
        if how:
            landed.setdefault(commit.sha, how)
    shas = {commit.sha for commit in known}
    on_branch = source.on_branch(shas)
    way = _with_diffs(source, steps(landed, known, on_branch), known)
    involved = [step.commit.sha for step in way if step.role is not Role.NAMES]
    first = min((step.commit.committed_at for step in way if step.role is Role.LANDING), default=None)
    later = [tag for tag in tags if first is None or tag.at >= first]
    held = source.holding(involved, later) if involved else {}
    releases = with_fix(way, held, later)
    newest = next((tag for tag in tags if tag.is_final), None)
    return Trace(
        source.repo,
        wanted.text,
        ticket.title if ticket else _title(way),
        way,
        verdict(way, releases),
        releases,
        newest if newest and newest not in releases else None,
        _used(source, uses, tags, way, involved),
        bool(ticket and ticket.is_open),
    )


def _landed(core: Core, source: History, wanted: Wanted, ticket: Ticket | None) -> dict[str, How]:
    """Return what has landed under that name, as far as can be told before messages are searched."""
    if wanted.number:
        numbers = dict.fromkeys([wanted.number, *(ticket.pull_requests if ticket else ())])
        known = [sha for number in numbers for _, sha in core.stores.commits.by_pull_request(number, source.repo)]
        known += core.stores.pull_requests.closing(source.repo, wanted.number)
        named = dict.fromkeys(ticket.shas, How.GITHUB) if ticket else {}
        return named | {sha: _by_number(core, source, sha, wanted.number) for sha in known}
    if wanted.sha:
        return {source.resolve(wanted.sha).sha: How.SHA}
    text = wanted.text
    answer = search(core.stores.store, Question(text, (source.repo,)), limit=9)
    titled = [one for one in answer.entries if all(word in one.commit.subject.lower() for word in text.lower().split())]
    found = titled or list(answer.entries)
    if not found:
        raise NotFound(
            f"No commit of {source.repo} with the words “{text}” is known: try fewer words, or give #12 or a SHA."
        )
    if len({original_title(one.commit.subject) for one in found}) > 1:
        shown = "; ".join(f"{one.commit.short} {one.commit.subject}" for one in found[:5])
        raise NotFound(f"Several commits of {source.repo} have the words “{text}”: {shown}. Give the SHA of one.")
    return {found[0].commit.sha: How.WORDS}


def _by_number(core: Core, source: History, sha: str, number: int) -> How:
    entry = core.stores.commits.entry(source.repo, sha)
    return How.NUMBER if entry and entry.commit.pull_request == number else How.CLOSES


def _known(core: Core, source: History, landed: Mapping[str, How], wanted: Wanted) -> list[Commit]:
    """Return the landed commits and all that mention them or the fix: from the store, and the source's own history."""
    texts = [f"#{wanted.number}"] if wanted.number else []
    found = {commit.sha: commit for commit in _with_texts(core, source, texts)}
    first = [found[sha] for sha in found if _lands(found[sha], wanted, None)]
    first += [commit for sha in landed if sha not in found and (commit := _commit(core, source, sha))]
    more = []
    for commit in first:
        found[commit.sha] = commit
        more += [commit.sha[:_SHORT], original_title(commit.subject)]
        more += [f"#{commit.pull_request}"] if commit.pull_request else []
    found |= {commit.sha: commit for commit in _with_texts(core, source, [text for text in more if text not in texts])}
    return list(found.values())


def _with_texts(core: Core, source: History, texts: Sequence[str]) -> Iterable[Commit]:
    wanted = [text for text in dict.fromkeys(texts) if text]
    if wanted:
        # `#12` is not part of `#123`, but a text search cannot tell.
        names = re.compile(
            "|".join(rf"{re.escape(text)}(?!\d)" if text.startswith("#") else re.escape(text) for text in wanted)
        )
        for commit in (*core.stores.commits.naming(source.repo, wanted), *source.naming(wanted)):
            if names.search(commit.message):
                yield commit


def _commit(core: Core, source: History, sha: str) -> Commit | None:
    entry = core.stores.commits.entries(source.repo, [sha]).get(sha)
    try:
        return entry.commit if entry else source.resolve(sha)
    except NotFound:
        return None


def _lands(commit: Commit, wanted: Wanted, ticket: Ticket | None) -> How | None:
    """Return how a commit is known to land what is meant by its number; None if it does not, or is a copy."""
    if not wanted.number:
        return None
    numbers = {wanted.number, *(ticket.pull_requests if ticket else ())}
    if commit.pull_request in numbers:
        return How.NUMBER
    return How.CLOSES if names_number(commit, wanted.number) and closes(commit, wanted.number) else None


def _with_diffs(source: History, way: Sequence[Step], known: Sequence[Commit]) -> tuple[Step, ...]:
    """Mark copies whose diff is identical, and accept same-titled commits elsewhere as copies if their diff is."""
    landings = [step for step in way if step.role is Role.LANDING]
    told = {step.commit.sha: step for step in way}
    for landing in landings:
        title = original_title(landing.commit.subject)
        alike = [
            commit
            for commit in known
            if commit.sha != landing.commit.sha
            and commit.committed_at >= landing.commit.committed_at  # otherwise it is the branch that was merged
            and (told[commit.sha].of == landing.commit.sha if commit.sha in told else True)
            and original_title(commit.subject) == title
        ]
        same = source.same_change(landing.commit.sha, [commit.sha for commit in alike]) if alike else frozenset()
        for commit in alike:
            if commit.sha in same:
                step = told.get(commit.sha) or Step(commit, Role.COPY, How.DIFF, landing.commit.sha, is_on_branch=False)
                told[commit.sha] = replace(step, role=Role.COPY, how=How.DIFF)
    return tuple(sorted(told.values(), key=lambda step: (step.commit.committed_at, step.commit.sha)))


def _title(way: Sequence[Step]) -> str:
    return next((original_title(step.commit.subject) for step in way if step.role is Role.LANDING), "")


def _used(
    source: History, uses: Uses | None, tags: Sequence[Tag], way: Sequence[Step], involved: Sequence[str]
) -> tuple[str, bool] | None:
    """Return the version that someone uses and whether it has the fix; None if the repository has no tag for it."""
    named = (
        [use.value for use in uses.uses if use.kind in {UseKind.VERSION, UseKind.IMAGE} and use.value] if uses else []
    )
    for text in named:
        wanted = text.lstrip("=~^>< v").partition("-")[0]
        tag = next((tag for tag in versions(tags) if tag.name.removeprefix("v") == wanted), None)
        if tag:
            return tag.name, stands(way, source.holding(involved, [tag]).get(tag.name, ()))
    return None
