"""Every story of the real day and of 900 commits of history was read; `stories_verdicts.tsv` is what came of it.

`missed` are pairs that a reader would have joined, found by reading the days' titles and what an earlier rule had joined.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest
from acceptance.labelled import days_of_history, of_the_day

from analysis.digest.pipeline import judge
from analysis.digest.stories import find_stories
from analysis.triage.areas import general

VERDICTS = Path(__file__).with_name("stories_verdicts.tsv")


@pytest.fixture(scope="module")
def verdicts() -> dict[str, str]:
    """The verdict on each story, by its kind and its commits."""
    with VERDICTS.open(encoding="utf-8") as lines:
        return {
            f"{kind} {shas}": verdict for kind, shas, verdict in csv.reader(lines, delimiter="\t") if kind[0] != "#"
        }


@pytest.fixture(scope="module")
def stories() -> set[str]:
    days = [of_the_day(), *days_of_history(900, "stories").values()]
    found = [story for day in days for story in find_stories(list(judge(day, general())))]
    return {f"{story.kind} {' '.join(sha[:10] for sha in story.shas)}" for story in found}


def test_every_story_has_been_read(verdicts: dict[str, str], stories: set[str]) -> None:
    assert stories - verdicts.keys() == set()


def test_nineteen_in_twenty_stories_are_one_piece_of_work(verdicts: dict[str, str], stories: set[str]) -> None:
    judged = Counter(verdicts[story] for story in stories & verdicts.keys())
    assert judged["right"] / judged.total() >= 0.95


def test_no_right_story_is_lost(verdicts: dict[str, str], stories: set[str]) -> None:
    assert {story for story, verdict in verdicts.items() if verdict == "right"} - stories == set()
