"""Commits, entries, analyses and digests as tests need them: plain ones, of which a test changes what it is about."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from analysis.commits.commit import Commit, FileChange
from analysis.commits.title import ChangeType, read_title
from analysis.commits.window import Window
from analysis.digest.digest import Digest, RunCard, order
from analysis.digest.period import count_day
from analysis.digest.review import Review, review
from analysis.digest.stories import Story
from analysis.entry import Analysis, Claim, Depth, Entry
from analysis.facts import Fact, FactKind
from analysis.i18n.language import Language
from analysis.rules import RulesAnalyser
from analysis.triage.areas import Areas, general
from analysis.triage.reason import Reason
from analysis.triage.triage import Importance, Triage
from formatters.reply import File

DAY = Window.of(date(2026, 3, 12), "Asia/Shanghai")
WEEK = Window(date(2026, 3, 6), date(2026, 3, 12), "Asia/Shanghai")
NOON = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
"""Twelve o'clock in Shanghai on DAY."""

_NUMBERS = itertools.count(1)


def a_sha(start: str = "") -> str:
    """Return a SHA that no other commit of this run has."""
    return f"{start}{next(_NUMBERS):x}".ljust(40, "0") if start else f"{next(_NUMBERS):010x}".ljust(40, "f")


def a_commit(message: str = "Fix the cache (#12)", **changes: Any) -> Commit:
    """Return a commit that changed one line of one file, at NOON."""
    fields: dict[str, Any] = {
        "repo": "example/quill",
        "sha": a_sha(),
        "author": "Priya Nandakar",
        "authored_at": NOON,
        "committed_at": NOON,
        "message": message,
        "parents": ("b" * 40,),
        "files": (FileChange("quill/cache.py", "modified", 1, 1, patch="@@ -1 +1 @@\n-a = 1\n+a = 2"),),
    }
    return Commit(**fields | changes)


def a_triage(importance: str = "medium", **changes: Any) -> Triage:
    """Return a triage with one type, one reason and one area."""
    fields: dict[str, Any] = {
        "types": (ChangeType.BUGFIX,),
        "importance": Importance(importance),
        "score": {"high": 0.8, "medium": 0.5, "low": 0.2}[importance],
        "reasons": (Reason("type.bugfix", points=3.0), Reason("refuses", points=0.3)),
        "areas": ("kv_cache",),
    }
    return Triage(**fields | changes)


def an_analysis(headline: str = "Fix the cache", **changes: Any) -> Analysis:
    """Return the rules' analysis, in English."""
    fields: dict[str, Any] = {
        "analyser": "rules",
        "prompt": "1",
        "language": "en",
        "depth": Depth.SHORT,
        "headline": headline,
    }
    return Analysis(**fields | changes)


def an_entry(
    commit: Commit | None = None,
    importance: str = "medium",
    *,
    facts: tuple[Fact, ...] = (),
    analysis: Analysis | None = None,
    late: bool = False,
    **triage: Any,
) -> Entry:
    """Return an entry with an analysis, its title the headline; further arguments change its triage."""
    commit = commit or a_commit()
    analysis = analysis or an_analysis(read_title(commit.subject).text)
    return Entry(commit, facts, a_triage(importance, **triage), analysis=analysis, late=late)


def a_digest(*entries: Entry, language: Language = "en", stories: tuple[Story, ...] = (), **changes: Any) -> Digest:
    """Return a digest of DAY, made the morning after by the rules."""
    fields: dict[str, Any] = {
        "repo": "example/quill",
        "branch": "main",
        "window": DAY,
        "language": language,
        "entries": order(entries),
        "stories": stories,
        "built_at": datetime(2026, 3, 13, 1, 0, tzinfo=UTC),
        "run": RunCard(prompt="1", fetched=len(entries), seconds=0.2),
    }
    return Digest(**fields | changes)


def a_review(
    *entries: Entry,
    language: Language = "en",
    known: int = 7,
    before: int = 0,
    new: Sequence[str] | None = None,
    repo: str = "example/quill",
) -> Review:
    """Return a look back on the week that ends with DAY; its last `known` days were read, and so many quiet ones `before`."""
    quiet = [count_day(WEEK.first - timedelta(days=before - n), []) for n in range(before)]
    here = WEEK.days[-known:]
    days = [*quiet, *(count_day(day, entries if day == WEEK.last else []) for day in here)]
    return review(repo, WEEK, language, entries, tuple(day for day in WEEK.days if day not in here), days, {}, new)


def a_full_review(text: str = "", language: Language = "en", *, known: int = 7) -> Review:
    """Return a look back with something in every section, with `text` wherever text from outside can stand."""

    def landed(number: int, message: str, level: str, kind: ChangeType, *facts: Fact) -> Entry:
        page = f"https://example.com/o/r/commit/{number:040x}"
        commit = a_commit(f"{message} (#{number})", url=page, committed_at=NOON + timedelta(hours=number))
        entry = an_entry(
            commit, level, facts=facts, types=(kind,), analysis=an_analysis(f"Change {number}. It is well.")
        )
        entry = replace(spoiled(entry, text), late=False) if text else entry
        return replace(entry, commit=replace(entry.commit, author=f"{text or 'Author'} {number}"))

    fast, slow = (Fact(FactKind.FLAG_ADDED, name, "quill/a.py", 3) for name in ("--fast", "--slow"))
    first = landed(1, "Add --fast", "high", ChangeType.FEATURE, fast)
    entries = [
        first,
        landed(2, "Add --slow", "medium", ChangeType.FEATURE, slow),
        landed(9, 'Revert "Add --fast"', "high", ChangeType.REVERT, Fact(FactKind.REVERTS, "Add --fast", before=first.commit.sha)),
        *(landed(n, f"Fix the crash of page {n}", ("high", "medium", "low")[n % 3], ChangeType.BUGFIX) for n in range(4, 9)),
    ]  # fmt: skip
    authors = [entry.commit.author for entry in entries]
    return a_review(*entries, language=language, known=known, before=20, new=authors, repo=f"o/{text or 'r'}")


def the_files(report: str = "<!doctype html>The report") -> tuple[File, ...]:
    """A picture and a report, as they end a post."""
    picture = File("quill-by-hour.png", "By hour", b"\x89PNG", "When 2 commits landed, by hour.")
    return picture, File("quill.html", "example/quill: Thursday", report.encode())


def spoiled(entry: Entry, text: str) -> Entry:
    """Return the entry with `text` wherever text from outside can stand."""
    path = f"{text}/q.py"
    commit = replace(
        entry.commit,
        message=f"{text}\n\n{text}",
        author=text,
        login=text,
        repo=text,
        url=f"https://example.com/o/r/commit/{entry.commit.sha}",
        files=(FileChange(path, "renamed", 1, 2, path, "@@ -1 +1 @@\n-a\n+b", "too large"),),
    )
    claims = (Claim(text, (path,), unchecked=True),)
    analysis = an_analysis(
        text, effect=text, impact=claims, insight=claims, risks=claims, recommendations=claims, unseen=(text,),
        stands_in=text, dropped=2, analyser=text, depth=Depth.FULL,
    )  # fmt: skip
    facts = tuple(replace(fact, name=text, path=path, before=text, after=text, detail=text) for fact in entry.facts)
    reasons = tuple(replace(reason, detail=text) if reason.detail else reason for reason in entry.triage.reasons)
    triage = replace(entry.triage, reasons=reasons, areas=(text,))
    return replace(entry, commit=commit, analysis=analysis, facts=facts, triage=triage, late=True)


def the_sample(
    clone: Path, environ: Mapping[str, str], now: datetime, language: Language = "en"
) -> tuple[Digest, Areas]:
    """Return the sample day's digest, read by the rules, as if it had taken 0.2 s, with the areas it was made with."""
    from bot.config import load
    from bot.digests.core import open_core
    from bot.digests.repositories import Place

    core = open_core(load(environ), lambda: now)
    try:
        source = core.sources.open(Place("example/quill", str(clone)))
        digest, areas = core.digest(source, DAY, language, RulesAnalyser(), lambda _name, _done, _total: None)
    finally:
        core.stores.store.close()
    entries = tuple(
        replace(entry, analysis=replace(entry.analysis, prompt="1") if entry.analysis else None)
        for entry in digest.entries
    )  # the rules' version follows from their sources
    return replace(digest, entries=entries, run=replace(digest.run, prompt="1", seconds=0.2)), areas


def follow(clone: Path, environ: Mapping[str, str], now: datetime) -> None:
    """Have a channel follow the sample repository from its clone, which is then where it is read."""
    from bot.config import load
    from bot.digests.core import open_core
    from storage.feeds import Feed, Feeds

    core = open_core(load(environ), lambda: now)
    place = f"example/quill={clone}"
    Feeds(core.stores.store).put(Feed("slack", "T1", "C1", "example/quill", place, time(9), "UTC", now))
    core.stores.store.close()


def the_areas() -> Areas:
    """Return the areas that ship with Daybrief."""
    return general()
