"""Ranks over a real repository's whole history, and of one real day: what may never be low or high, and what leads."""

import gzip
import json
import re
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

import pytest
from acceptance.recorded import SHARED

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.records import commits_of, read_labels
from analysis.commits.title import ChangeType
from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.entry import Entry
from analysis.facts import facts_of
from analysis.readers.days import Label, LabelledDay, Tier, read_day
from analysis.triage.areas import general
from analysis.triage.learned.classifier import WEIGHTS
from analysis.triage.learned.training import sample_of, train
from analysis.triage.triage import Importance, Triage, triage
from bot.config import load
from bot.digests.core import open_core
from bot.digests.repositories import Place

HISTORY = SHARED / "history" / "sglang-commits.jsonl.gz"
COMMITS = 9_825
AROUND = {FileKind.TEST, FileKind.CI, FileKind.DOCS}
GRAVE = re.compile(
    r"\b(?:crash(?:es|ed|ing)?|segfault|segmentation fault|illegal memory access|hangs?|hanging|deadlocks?|NaNs?|wrong (?:result|output|answer)s?"
    r"|incorrect (?:result|output|answer)s?|leak(?:s|ed|ing|age)?|OOM|out of memory|data loss|corrupt(?:s|ed|ion)?|CVE-\d+-\d+"
    r"|vulnerabilit(?:y|ies)|drop(?:s|ped)? support)\b",
    re.IGNORECASE,
)
_NAME = r"`?(?:--[a-z][\w-]+|[A-Za-z][a-z0-9]*[A-Z_]\w+)`?"
WITHDRAWN = (
    re.compile(rf"\brenam(?:e|ed|es|ing)\b(?: \S+)?? {_NAME} ?(?:->|=>|to|as|into) ", re.IGNORECASE),
    re.compile(
        r"\b(?:renam(?:e|es|ing)|remov(?:e|es|ing)|delete|drop)\b (?:\w+ )?(?:env(?:ironment)? var(?:iable)?s?|flags?|endpoints?)\b"
    ),
    re.compile(r"\brename the (?:\w+ )+endpoint"),
    re.compile(r"\bremov(?:e|es|ed|ing) (?:the )?`?--[a-z]"),
    re.compile(r"(?i:\bremove) (?:deprecated )?`?[a-z]+_[a-z_]+`?(?: \(#\d+\))?$"),
)
OF_ITS_OWN = re.compile(
    r"\b(?:local|private|internal|tests?|files?|folder|comments?|redundant|unused)\b", re.IGNORECASE
)


@lru_cache(maxsize=1)
def history() -> list[tuple[Commit, Triage]]:
    """Every commit of the history with its rank; the records hold titles, bodies and files, no diffs."""
    with gzip.open(HISTORY, "rt", encoding="utf-8") as lines:
        return [(commit, triage(commit, facts_of(commit), general())) for commit in commits_of(lines, HISTORY.name)]


def test_the_shipped_weights_are_what_the_recipe_gives() -> None:
    """Whoever has the labels can make them again, byte for byte."""
    made = train([sample_of(labelled) for labelled in read_labels(sorted((SHARED / "labels").glob("*.jsonl.gz")))])
    assert json.dumps(made.dump(), separators=(",", ":")) + "\n" == WEIGHTS.read_text("utf-8")


def kinds(commit: Commit) -> set[FileKind]:
    return {kind_of(file.path) for file in commit.files}


def test_nothing_grave_in_the_product_is_low() -> None:
    """Whatever was learned; the patterns here are not the product's own."""
    asked = [(c, t) for c, t in history() if GRAVE.search(c.subject) and FileKind.PRODUCTION in kinds(c)]
    assert len(history()) == COMMITS
    assert len(asked) > 100
    assert [commit.subject for commit, found in asked if found.importance is Importance.LOW] == []


def test_nothing_that_people_name_goes_unnoticed() -> None:
    """A flag, a variable, an endpoint or a public name that the title says is gone or called otherwise."""
    asked = [
        (commit, found)
        for commit, found in history()
        if FileKind.PRODUCTION in kinds(commit)
        and any(form.search(commit.subject) for form in WITHDRAWN)
        and not OF_ITS_OWN.search(commit.subject)
    ]
    assert len(asked) > 30
    assert [commit.subject for commit, found in asked if found.importance is Importance.LOW] == []


def test_nothing_around_the_product_is_high() -> None:
    """Only tests, CI or documents, however they are called."""
    asked = [(c, t) for c, t in history() if c.files and kinds(c) <= AROUND]
    assert len(asked) > 1_500
    assert [commit.subject for commit, found in asked if found.importance is Importance.HIGH] == []


def test_scores_agree_with_importances() -> None:
    """What is high stands above what is medium, and that above what is low; all within bounds."""
    levels = {level: [t.score for _, t in history() if t.importance is level] for level in Importance}
    assert min(levels[Importance.HIGH]) > max(levels[Importance.MEDIUM])
    assert min(levels[Importance.MEDIUM]) > max(levels[Importance.LOW])
    assert all(t.floor.rank <= t.importance.rank <= t.ceiling.rank for _, t in history())


def test_high_is_what_readers_can_take_in() -> None:
    """Not everything: about one commit in ten, and not more than half are low."""
    share = {level: sum(t.importance is level for _, t in history()) / COMMITS for level in Importance}
    assert 0.05 < share[Importance.HIGH] < 0.15
    assert share[Importance.LOW] < 0.5


# -- the real day


@pytest.fixture(scope="module")
def day(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Digest:
    """2026-01-08 in Shanghai, read by the rules from the clone."""
    environ = {
        "PATH": "/usr/bin:/bin",
        "DAYBRIEF_STORE__PATH": str(tmp_path_factory.mktemp("day") / "daybrief.db"),
    }
    core = open_core(load(environ), lambda: datetime(2026, 1, 9, 1, tzinfo=UTC))
    try:
        source = core.sources.open(Place("sgl-project/sglang", str(bundle)))
        window = Window.of(date(2026, 1, 8), "Asia/Shanghai")
        return core.digest(source, window, "en", core.analyser("rules"), lambda _name, _done, _total: None)[0]
    finally:
        core.stores.store.close()


MOVED = re.compile(r"migrat\w+ .*tests?", re.IGNORECASE)
LISTED = 0.75
"""The share of what readers must know that the list holds at least, as the benchmark asks of all days together."""


def by_number(digest: Digest) -> dict[int, Entry]:
    return {entry.commit.pull_request or 0: entry for entry in digest.entries}


NAN, SWAPAB, FLASHMLA, CHECKSUMS, TEXT_LENGTH = 16622, 16676, 16678, 16729, 16445
MUST_KNOW = 6


@pytest.fixture(scope="module")
def readers() -> LabelledDay:
    """The same day with what readers said of its commits."""
    return read_day(SHARED / "sglang-2026-01-08")


def label_of(entry: Entry, readers: LabelledDay) -> Label:
    """Return a commit's label, found by its title: SHAs differ between the bundle and the labels."""
    return next(readers.labels[e.commit.sha] for e in readers.entries if e.commit.subject == entry.commit.subject)


def tier_of(entry: Entry, readers: LabelledDay) -> Tier:
    return label_of(entry, readers).tier


def test_what_readers_must_know_is_said_first(day: Digest, readers: LabelledDay) -> None:
    """The first of their musts is there, most of the others are, and nothing that they could do without."""
    listed = [label_of(entry, readers) for entry in day.must_know]
    musts = [label for label in readers.labels.values() if label.tier is Tier.MUST]
    assert [label.sha for label in listed if label.tier is Tier.REST] == []
    assert 1 in {label.rank for label in listed}
    assert sum(label.tier is Tier.MUST for label in listed) >= LISTED * len(musts)


def test_nothing_that_readers_must_know_is_low(day: Digest, readers: LabelledDay) -> None:
    musts = [entry for entry in day.entries if tier_of(entry, readers) is Tier.MUST]
    assert musts
    assert [entry.commit.subject for entry in musts if entry.triage.importance is Importance.LOW] == []


def test_fixes_for_hardware_that_only_some_have_rank_as_others(day: Digest, readers: LabelledDay) -> None:
    """Those that readers must know are high."""
    fixes = [
        entry
        for entry in day.entries
        if entry.triage.types[0] is ChangeType.BUGFIX
        and tier_of(entry, readers) is Tier.MUST
        and any(general().is_platform(area) for area in entry.triage.areas)
    ]
    assert len(fixes) > 1
    assert {entry.triage.importance for entry in fixes} == {Importance.HIGH}


def test_a_move_of_tests_stands_behind_what_is_mended(day: Digest, readers: LabelledDay) -> None:
    """Where readers could do without the move, and the fix was worth reading."""
    places = {entry.commit.sha: place for place, entry in enumerate(day.entries)}
    mended = [e for e in day.entries if e.triage.types[0] is ChangeType.BUGFIX and tier_of(e, readers) is not Tier.REST]
    moves = [e for e in day.entries if MOVED.search(e.commit.subject) and tier_of(e, readers) is Tier.REST]
    assert mended
    assert len(moves) > 2
    assert max(places[entry.commit.sha] for entry in mended) < min(places[entry.commit.sha] for entry in moves)


def test_what_must_be_known_can_be_taken_in(day: Digest) -> None:
    """At most six items, whatever the day was."""
    assert 0 < len(day.must_know) <= MUST_KNOW


def test_no_change_of_tests_alone_is_high(day: Digest, readers: LabelledDay) -> None:
    """Moving them least of all: the day has many. One of them brings readers something else that they must know."""
    around = [entry for entry in day.entries if kinds(entry.commit) <= AROUND]
    moved = [e for e in day.entries if MOVED.search(e.commit.subject) and tier_of(e, readers) is Tier.REST]
    assert len(around) > 10
    assert len(moved) > 2
    assert [e.commit.subject for e in (*around, *moved) if e.triage.importance is Importance.HIGH] == []


def test_types_are_what_an_engineer_would_say(day: Digest) -> None:
    """Of those that leave no doubt."""
    expected = {
        NAN: ChangeType.BUGFIX,
        SWAPAB: ChangeType.REVERT,
        FLASHMLA: ChangeType.REVERT,
        CHECKSUMS: ChangeType.FEATURE,
        TEXT_LENGTH: ChangeType.BUGFIX,
        16014: ChangeType.PERFORMANCE,
        16306: ChangeType.REFACTOR,
        16652: ChangeType.DOCS,
    }
    entries = by_number(day)
    assert {number: entries[number].triage.types[0] for number in expected} == expected


def test_every_reason_is_said_in_words(day: Digest) -> None:
    """No entry without one, and none says what only the code calls so."""
    from analysis.rules.wording import say_reason

    for entry in day.entries:
        said = [say_reason(reason, language) for reason in entry.triage.reasons for language in ("en", "zh")]
        assert said, entry.commit.subject
        assert not [
            text for text in said if re.search(r"^(?:fact|facts|symptom|share|touches) |_added\b|learned\.", text)
        ]
