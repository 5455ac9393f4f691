"""Two days with answers that people wrote in a strong model's place, twice, apart: what the digest makes of them, and of false ones."""

import importlib.util
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from statistics import fmean
from typing import Any

import pytest
from acceptance.recorded import SHARED, replay
from acceptance.written import FOLDERS, SGLANG, VERDICTS, VITE, WRITERS, Lines, Written, key, rows, texts
from servers.model import ModelServer

from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.llm.verify.ground import Ground
from analysis.llm.verify.judging import Verdict, judge
from bot.config import load
from bot.digests.core import open_core
from bot.digests.repositories import Place
from formatters.json_document import document

DAYS = {
    SGLANG: ("sgl-project/sglang", Window.of(date(2026, 1, 8), "Asia/Shanghai")),
    VITE: ("vitejs/vite", Window.of(date(2026, 6, 30), "UTC")),
}
GOALS = {
    "recall": 0.85, "first": 0.9, "order": 0.95, "low": 0.75, "type": 0.9, "said": 0.6, "named": 0.75, "todo": 0.6,
}  # fmt: skip
MOST_CALLS = 32


def stopped(moment: datetime) -> Callable[[], datetime]:
    """A clock that stands."""
    return lambda: moment


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[Digest, int]]:
    """Each day's digest by each writer, and how many questions it took."""
    made = {}
    for day, (repo, window) in DAYS.items():
        for writer in WRITERS:
            with replay(FOLDERS[day]) as github, ModelServer(Written(day, writer)) as model:
                environ = {
                    "PATH": "/usr/bin:/bin",
                    "DAYBRIEF_STORE__PATH": str(tmp_path_factory.mktemp("day") / "daybrief.db"),
                    "DAYBRIEF_GITHUB__BASE_URL": github.url,
                    "DAYBRIEF_GITHUB__TOKEN": "replay-token",
                    "DAYBRIEF_MODEL__NAME": "test-model",
                    "DAYBRIEF_MODEL__BASE_URL": model.base_url,
                }
                core = open_core(load(environ), stopped(window.end))
                digest, _ = core.digest(core.sources.open(Place(repo)), window, "en", core.analyser(), lambda *_: None)
                core.stores.store.close()
                made[day, writer] = digest, len(model.requests)
    return made


def scored(day: str, digest: Digest) -> dict[str, float]:
    """Return the figures of the readers' own score."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "days" / "score.py")
    assert spec
    assert spec.loader
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    gold = [json.loads(line) for line in (FOLDERS[day] / "readers.jsonl").read_text("utf-8").splitlines()]
    for row in gold:  # its words, without the marks of Markdown that are not shown
        row["best_start"] = re.sub(r"\s\(\[#\d+\]\(\S*|\]\([^)]*\)|^\d+、", "", row["best_start"] or "")
    figures, _ = score.day(gold, document(digest), {})
    return {name: value for name, value in figures.items() if value is not None}


def test_the_goals_for_a_strong_model_are_reached(read: dict[tuple[str, str], tuple[Digest, int]]) -> None:
    found = [scored(day, digest) for (day, _), (digest, _) in read.items()]
    means = {name: fmean(one[name] for one in found if name in one) for name in {name for one in found for name in one}}
    assert {name: means[name] for name, least in GOALS.items() if means[name] < least} == {}
    assert (means["alarms"] <= 0.05, means["buried"]) == (True, 0)


def test_a_day_takes_few_questions(read: dict[tuple[str, str], tuple[Digest, int]]) -> None:
    for digest, calls in read.values():
        assert calls <= MOST_CALLS
        assert digest.coverage.stand_ins == {}
        assert digest.run.notes == ()


@pytest.fixture(scope="module")
def grounds(read: dict[tuple[str, str], tuple[Digest, int]]) -> dict[tuple[str, str], Ground]:
    found: dict[tuple[str, str], Ground] = {}
    for day in DAYS:
        entries = read[day, "a"][0].entries
        found |= {(day, entry.commit.short): Ground.of(entry) for entry in entries}
    return found


def fate(day: str, sha: str, part: str, said: dict[str, Any], lines: Lines, ground: Ground) -> str:
    """Return whether a claim is shown, shown with a mark, or not shown, after both readings."""
    told = [
        (lines.text(sha, one), one["path"] if one.get("side") else "", one.get("side") or one["path"])
        for one in said["evidence"]
    ]
    quotes = [quote for line, path, side in told if (quote := ground.find(line, path, side))]
    verdict = judge(said["text"], said["before"] or "", said["after"] or "", quotes, ground).verdict
    second = VERDICTS[key(day, sha, part, said["text"])]
    if verdict is Verdict.REFUTED or second == "contradicts":
        return "dropped"
    is_marked = verdict is Verdict.UNCHECKED or second == "unclear" or (part == "effect" and ground.is_around)
    return "marked" if is_marked else "shown"


def fates(
    claims: Iterator[tuple[str, str, str, dict[str, Any]]], grounds: dict[tuple[str, str], Ground]
) -> Counter[str]:
    lines = {day: Lines(day) for day in DAYS}
    return Counter(fate(day, sha, part, said, lines[day], grounds[day, sha]) for day, sha, part, said in claims)


def test_what_is_true_is_not_lost_and_seldom_marked(grounds: dict[tuple[str, str], Ground]) -> None:
    claims = (
        (day, row["sha"], part, said)
        for day in DAYS
        for writer in WRITERS
        for row in rows(f"{day}-{writer}")
        if row["kind"] == "commit"
        for part, said in texts(row)
    )
    found = fates(claims, grounds)
    count = found.total()
    assert (count > 450, found["dropped"] <= 0.01 * count, found["marked"] <= 0.1 * count) == (True, True, True), found


def test_what_is_subtly_false_is_not_shown_unmarked(grounds: dict[tuple[str, str], Ground]) -> None:
    found = fates(((row["day"], row["sha"], row["part"], row) for row in rows("false")), grounds)
    assert (found.total() >= 120, found["shown"] <= 0.1 * found.total()) == (True, True), found
