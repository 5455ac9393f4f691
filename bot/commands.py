"""The commands about what is known, answered from the store: one function each, for the terminal and for chat alike.

A function's first line is its help. Arguments forgive: `AMD`, `amd`, `rocm`; `#16622`, a URL, a short SHA.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from analysis.areas import Areas
from analysis.entry import Entry, Language
from analysis.errors import BadInput, NotFound
from analysis.title import ChangeType
from analysis.triage import Importance
from bot.core import Core
from storage.search import Answer, Question, parse_since, search
from storage.words import split_filters

_SHA = re.compile(r"[0-9a-f]{4,40}")
_COMMIT_URL = re.compile(r"(?:https?://[\w.-]+/)?([\w.-]+/[\w.-]+)/commit/([0-9a-f]{4,40})")
_PULL_URL = re.compile(r"(?:https?://[\w.-]+/)?([\w.-]+/[\w.-]+)/pull/(\d+)")
_DEFAULT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Detail:
    """The answer of `show`: one commit, or several to choose from."""

    entry: Entry | None
    choices: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaCount:
    """An area, how it is shown, and how many of the last days' commits are in it."""

    key: str
    name: str
    commits: int
    high: int
    words: tuple[str, ...]


def show_commit(core: Core, reference: str, language: Language, repo: str | None = None) -> Detail:
    """Show one commit: by SHA, #PR, URL, or words of its title."""
    text = reference.strip().strip("`")
    if found := _COMMIT_URL.fullmatch(text):
        repo, text = found[1], found[2]
    elif found := _PULL_URL.fullmatch(text):
        repo, text = found[1], f"#{found[2]}"
    if not text:
        raise BadInput("Which commit? Give its SHA (seven digits will do), #PR, its URL, or words of its title.")
    if found := re.fullmatch(r"#(\d+)", text):
        hits = core.commits.by_pull_request(int(found[1]), repo)
        if not hits:
            raise NotFound(
                f"No commit from pull request {text} is known: read its day first (daybrief digest), or search for words."
            )
        return _detail(core, hits, language)
    if _SHA.fullmatch(text.lower()) and (len(text) >= 7 or not text.isalpha()):  # noqa: PLR2004 - "fade" may be a word
        hits = core.commits.find(text.lower(), repo)
        if hits:
            return _detail(core, hits, language)
        near = core.commits.nearest(text.lower(), repo)
        hint = f"the nearest are {', '.join(sha[:7] for _, sha in near)}" if near else "none is near it"
        raise NotFound(
            f"No commit with SHA {text} is known; {hint}. Read its day first (daybrief digest), or search for words."
        )
    answer = search(core.store, Question(text, (repo,) if repo else ()), limit=9)
    if not answer.entries:
        raise NotFound(f"No commit with the words “{text}” is known: try fewer words, or daybrief search.")
    titled = [e for e in answer.entries if all(word in e.commit.subject.lower() for word in text.lower().split())]
    chosen = titled or list(answer.entries)
    return _detail(core, [(entry.commit.repo, entry.commit.sha) for entry in chosen], language)


def _detail(core: Core, hits: list[tuple[str, str]], language: Language) -> Detail:
    entries = [entry for repo, sha in hits if (entry := core.entry(repo, sha, language))]
    if not entries:
        raise NotFound(f"{hits[0][1][:7]} is known by its SHA only: read its day first (daybrief digest).")
    return Detail(entries[0]) if len(entries) == 1 else Detail(None, tuple(entries))


def show_area(
    core: Core, name: str, language: Language, repo: str | None = None, since: str = ""
) -> tuple[str, Answer]:
    """Show an area's commits of the last seven days, the most important first."""
    areas = core.areas()
    key = area_key(name, areas)
    newest = core.commits.newest(repo)
    moment = parse_since(since, core.now()) if since else (newest or core.now()) - timedelta(days=_DEFAULT_DAYS)
    answer = search(core.store, Question(repos=(repo,) if repo else (), since=moment, areas=(key,)), limit=50)
    ordered = sorted(answer.entries, key=lambda e: (-e.triage.importance.rank, -e.commit.committed_at.timestamp()))
    return key, Answer(tuple(core.with_analyses(ordered, language)), answer.more)


def search_commits(core: Core, text: str, language: Language, repo: str | None = None, limit: int = 20) -> Answer:
    """Search: WORDS [since:7d] [until:DATE] [area:NAME] [type:KIND] [author:NAME] [repo:OWNER/NAME] [min:high]."""
    words, filters = split_filters(text)
    areas, now = core.areas(), core.now()
    answer = search(
        core.store,
        Question(
            words=words,
            repos=tuple(filters.get("repo", [])) or ((repo,) if repo else ()),
            since=parse_since(filters["since"][0], now) if "since" in filters else None,
            until=parse_since(filters["until"][0], now) if "until" in filters else None,
            areas=tuple(area_key(name, areas) for name in filters.get("area", [])),
            types=tuple(change_type(name).value for name in filters.get("type", [])),
            authors=tuple(filters.get("author", [])),
            least=importance(filters["min"][0]).rank if "min" in filters else 0,
        ),
        limit=limit,
    )
    return Answer(tuple(core.with_analyses(answer.entries, language)), answer.more)


def list_areas(core: Core, language: Language, repo: str | None = None) -> list[AreaCount]:
    """List the areas, with their commits of the last seven days."""
    newest = core.commits.newest(repo)
    counts: dict[str, list[Entry]] = {}
    if newest:
        for name in [repo] if repo else core.commits.repositories():
            for entry in core.commits.between(
                name, newest - timedelta(days=_DEFAULT_DAYS), newest + timedelta(seconds=1)
            ):
                for key in entry.triage.areas:
                    counts.setdefault(key, []).append(entry)
    rows = [
        AreaCount(
            area.key,
            area.name(language),
            len(counts.get(area.key, ())),
            sum(entry.triage.importance is Importance.HIGH for entry in counts.get(area.key, ())),
            tuple(sorted(area.words | area.tags)[:6]),
        )
        for area in core.areas()
    ]
    return sorted(rows, key=lambda row: (-row.commits, row.key))


def change_type(text: str) -> ChangeType:
    """Read a change type; raise BadInput with the list of them."""
    from analysis.title import read_title

    wanted = text.strip().lower()
    if wanted in {kind.value for kind in ChangeType}:
        return ChangeType(wanted)
    said = read_title(f"{wanted}: x").types
    if said:
        return said[0]
    raise BadInput(f"There is no change type {text!r}: choose from {', '.join(kind.value for kind in ChangeType)}.")


def importance(text: str) -> Importance:
    """Read an importance; raise BadInput with the list of them."""
    chinese = {"高": "high", "中": "medium", "低": "low"}
    wanted = chinese.get(text.strip(), text.strip().lower())
    if wanted in {level.value for level in Importance}:
        return Importance(wanted)
    raise BadInput(f"There is no importance {text!r}: choose from {', '.join(level.value for level in Importance)}.")


def area_key(text: str, areas: Areas) -> str:
    """Read an area by any of its names; raise BadInput with near ones."""
    from difflib import get_close_matches

    key = areas.find(text)
    if key:
        return key
    names = {name.lower(): name for area in areas for name in (area.key, *area.names.values())}
    near = get_close_matches(text.lower(), names, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(names[name] for name in near)}?" if near else "`daybrief areas` lists them."
    raise BadInput(f"There is no area {text!r}: {hint}")
