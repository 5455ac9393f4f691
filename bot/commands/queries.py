"""The queries about what is known, answered from the store: one function each, for the terminal and for chat alike.

Arguments are lenient: `AMD`, `amd`, `rocm`; `#16622`, a URL, a short SHA. `within` are the only repositories that the
asker may see; None for all.
"""

import contextlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from analysis.commits.title import KNOWN_TYPES, ChangeType
from analysis.entry import Entry
from analysis.errors import BadInput, NotFound
from analysis.i18n.language import LANGUAGES, Language
from analysis.i18n.typography import fold
from analysis.rules.wording import say
from analysis.triage.areas import Area, Areas
from analysis.triage.triage import Importance
from bot.commands.references import Reference
from bot.commands.references import reference as read_reference
from bot.digests.core import Core
from storage.search import Answer, Question, parse_since, search

_SHA = re.compile(r"[0-9a-f]{4,64}")
_NUMBER = re.compile(r"[0-9]{1,18}")
_DEFAULT_DAYS = 7
_MOST_OF_AREA = 50
"""Commits in an answer about an area; what is beyond them is said to be there."""


@dataclass(frozen=True, slots=True)
class Detail:
    """The answer of `show`: one commit, or several to choose from."""

    entry: Entry | None
    choices: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaCount:
    """An area, its display name, and how many of the last days' commits are in it."""

    key: str
    name: str
    commits: int
    high: int
    words: tuple[str, ...]


def show_commit(
    core: Core,
    reference: str | Reference,
    language: Language,
    repo: str | None = None,
    within: Collection[str] | None = None,
) -> Detail:
    """Show one commit: by SHA, #PR, URL, or words of its title."""
    text = fold(reference.strip().strip("`")) if isinstance(reference, str) else ""
    pointed = read_reference(text) if isinstance(reference, str) else reference
    if not (text or pointed):
        raise BadInput("Which commit? Give its SHA (seven digits will do), #PR, its URL, or words of its title.")
    repos = sought(core, (pointed.repo if pointed else "") or repo, within)
    if pointed and pointed.pull:
        # A pull request's own commit is known only if it was merged unchanged.
        hits = _each(repos, lambda repo: core.stores.commits.find(pointed.sha, repo)) if pointed.sha else []
        hits = hits or _each(repos, lambda repo: core.stores.commits.by_pull_request(pointed.pull, repo))
        if not hits:
            raise NotFound(
                f"No commit from pull request #{pointed.pull} is known: read its day first (daybrief digest), or search "
                "for words."
            )
        return _detail(core, hits, language)
    text = pointed.sha if pointed else text
    if _SHA.fullmatch(text.lower()) and (len(text) >= 7 or not text.isalpha()):  # noqa: PLR2004 - "fade" may be a word
        hits = _each(repos, lambda repo: core.stores.commits.find(text.lower(), repo))
        if not hits and _NUMBER.fullmatch(text):
            hits = _each(repos, lambda repo: core.stores.commits.by_pull_request(int(text), repo))
        if hits:
            return _detail(core, hits, language)
        near = _each(repos, lambda repo: core.stores.commits.nearest(text.lower(), repo))
        hint = f"the nearest are {', '.join(sha[:7] for _, sha in near)}" if near else "none is near it"
        raise NotFound(
            f"No commit with SHA {text} is known; {hint}. Read its day first (daybrief digest), or search for words."
        )
    answer = search(core.stores.store, Question(text, tuple(filter(None, repos))), limit=9)
    if not answer.entries:
        raise NotFound(f"No commit with the words “{text}” is known: try fewer words, or daybrief search.")
    titled = [e for e in answer.entries if all(word in e.commit.subject.lower() for word in text.lower().split())]
    chosen = titled or list(answer.entries)
    return _detail(core, [(entry.commit.repo, entry.commit.sha) for entry in chosen], language)


def sought(core: Core, repo: str | None, within: Collection[str] | None) -> list[str | None]:
    """Return the repositories to search, as spelt in the store; `[None]` for all of them."""
    named = _known(core, repo, within)
    if named or within is None:
        return [named]
    allowed = {name.lower() for name in within}
    return [name for name in core.stores.commits.repositories() if name.lower() in allowed]


def _each(repos: list[str | None], find: Callable[[str | None], list[tuple[str, str]]]) -> list[tuple[str, str]]:
    return [hit for repo in repos for hit in find(repo)]


def _known(core: Core, repo: str | None, within: Collection[str] | None = None) -> str | None:
    """Return the stored spelling of the repository; raise NotFound if nothing is known about it, or about any."""
    allowed = None if within is None else {name.lower() for name in within}
    repositories = [name for name in core.stores.commits.repositories() if allowed is None or name.lower() in allowed]
    if not repositories:
        raise NotFound("Nothing is known yet: read a day first with daybrief digest --repo OWNER/NAME.")
    if repo is None:
        return None
    known = next((name for name in repositories if name.lower() == repo.lower()), None)
    if known is None:
        raise NotFound(
            f"Nothing is known of {repo}, only of {', '.join(repositories[:5])}: read a day of it first, "
            f"with daybrief digest --repo {repo}."
        )
    return known


def _detail(core: Core, hits: list[tuple[str, str]], language: Language) -> Detail:
    entries = [entry for repo, sha in hits if (entry := core.memory.entry(repo, sha, language))]
    if not entries:
        raise NotFound(f"{hits[0][1][:7]} is known by its SHA only: read its day first (daybrief digest).")
    return Detail(entries[0]) if len(entries) == 1 else Detail(None, tuple(entries))


def show_area(
    core: Core,
    name: str,
    language: Language,
    repo: str | None = None,
    since: str = "",
    zone: str = "UTC",
    within: Collection[str] | None = None,
) -> tuple[str, Answer]:
    """Show an area's commits of the last seven days that are known, the most important first."""
    key, store = stored_area(core, name), core.stores.store
    looked = _looked_from(core, sought(core, repo, within), since, zone).items()
    answers = [
        search(store, Question(repos=(one,), since=moment, areas=(key,)), _MOST_OF_AREA) for one, moment in looked
    ]
    entries = sorted(
        (entry for answer in answers for entry in answer.entries),
        key=lambda entry: (entry.triage.importance.rank, entry.commit.committed_at),
        reverse=True,
    )
    more = len(entries) > _MOST_OF_AREA or any(answer.more for answer in answers)
    return key, Answer(tuple(core.memory.with_analyses(entries[:_MOST_OF_AREA], language)), more)


def _looked_from(core: Core, repos: list[str | None], since: str = "", zone: str = "UTC") -> dict[str, datetime]:
    """Return from when on each repository is looked through: `since`, or seven days before its own newest commit."""
    commits = core.stores.commits
    names = [name for repo in repos for name in ([repo] if repo else commits.repositories())]
    if since:
        return dict.fromkeys(names, parse_since(since, _clock(core, zone)))
    return {name: newest - timedelta(days=_DEFAULT_DAYS) for name in names if (newest := commits.newest(name))}


def count_area(
    core: Core,
    key: str,
    repo: str | None = None,
    since: str = "",
    zone: str = "UTC",
    within: Collection[str] | None = None,
) -> int:
    """Count the commits of `show_area` whose first area it is, as the post and `list_areas` count them."""
    looked = _looked_from(core, sought(core, repo, within), since, zone)
    return sum(core.stores.commits.by_area(moment, name).get(key, (0, 0))[0] for name, moment in looked.items())


def find_commits(
    core: Core,
    wanted: Question,
    language: Language,
    repos: str | Collection[str] | None = None,
    limit: int = 20,
    within: Collection[str] | None = None,
) -> Answer:
    """Return what a search finds in `repos`, or in all visible ones; the question's own `repos` are filled in here."""
    names: Collection[str | None] = [repos] if repos is None or isinstance(repos, str) else repos
    known = tuple(dict.fromkeys(found for name in names for found in sought(core, name, within) if found))
    answer = search(core.stores.store, replace(wanted, repos=known), limit=limit)
    if wanted == Question(wanted.words) and (not answer.entries or not wanted.words.isascii()):
        # Commits are in English: someone who uses an area's Chinese name means the area.
        with contextlib.suppress(BadInput):
            of_area = Question(repos=known, areas=(area_key(wanted.words, core.sources.areas()),))
            found = search(core.stores.store, of_area, limit=limit)
            answer = found if found.entries else answer
    return Answer(tuple(core.memory.with_analyses(answer.entries, language)), answer.more)


def _clock(core: Core, zone: str) -> datetime:
    return core.now().astimezone(ZoneInfo(zone))


def stored_area(core: Core, text: str) -> str:
    """Parse an area by any of its names; one that only a repository itself defines is known from its commits."""
    try:
        return area_key(text, core.sources.areas())
    except BadInput:
        key = re.sub(r"\W+", "_", text.strip().lower()).strip("_")
        if key and search(core.stores.store, Question(areas=(key,)), limit=1).entries:
            return key
        raise


def newest_known(core: Core, repo: str | None = None, within: Collection[str] | None = None) -> datetime | None:
    """Return when the newest known commit landed (UTC); None if there is none."""
    moments = (core.stores.commits.newest(name) for name in _looked_through(core, repo, within))
    return max(filter(None, moments), default=None)


def _looked_through(core: Core, repo: str | None, within: Collection[str] | None) -> list[str | None]:
    return [_known(core, repo)] if repo else [None] if within is None else sought(core, None, within)


def list_areas(
    core: Core, language: Language, repo: str | None = None, within: Collection[str] | None = None
) -> list[AreaCount]:
    """List the areas, with their commits of the last seven days that are known."""
    counts: dict[str, tuple[int, int]] = {}
    for name, moment in _looked_from(core, _looked_through(core, repo, within)).items():
        for key, (commits, high) in core.stores.commits.by_area(moment, name).items():
            known = counts.get(key, (0, 0))
            counts[key] = (known[0] + commits, known[1] + high)
    areas = {area.key: area for area in core.sources.areas()}
    areas |= {key: Area(key, {}) for key in counts if key not in areas}  # areas that only a repository itself defines
    rows = [
        AreaCount(
            key,
            area.name(language),
            *counts.get(key, (0, 0)),
            tuple(sorted(area.words | area.tags)[:6]),
        )
        for key, area in areas.items()
    ]
    return sorted(rows, key=lambda row: (-row.commits, row.key))


def change_type(text: str) -> ChangeType:
    """Parse a change type by any of its names; raise BadInput with the list of them."""
    from analysis.commits.title import read_title

    wanted = text.strip().lower()
    named = {say(f"type.{kind}", language).lower(): kind for kind in KNOWN_TYPES for language in LANGUAGES}
    named |= {kind.value: kind for kind in KNOWN_TYPES}
    near = {kind for name, kind in named.items() if wanted and wanted in name}
    found = (named[wanted],) if wanted in named else read_title(f"{wanted}: x").types
    if not found and len(near) == 1:  # a prefix of its name
        found = tuple(near)
    if found:
        return found[0]
    raise BadInput(f"There is no change type {text!r}: choose from {', '.join(kind.value for kind in KNOWN_TYPES)}.")


def importance(text: str) -> Importance:
    """Parse an importance; raise BadInput with the list of them."""
    wanted = text.strip().lower()
    named = {say(f"importance.{level}", language): level for level in Importance for language in LANGUAGES}
    if wanted in named:
        return named[wanted]
    raise BadInput(f"There is no importance {text!r}: choose from {', '.join(level.value for level in Importance)}.")


def area_key(text: str, areas: Areas) -> str:
    """Parse an area by any of its names; raise BadInput with similar ones."""
    if key := areas.find(text):
        return key
    names = {name.lower(): name for area in areas for name in (area.key, *area.names.values())}
    near = get_close_matches(text.lower(), names, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(names[name] for name in near)}?" if near else "`daybrief areas` lists them."
    raise BadInput(f"There is no area {text!r}: {hint}")
