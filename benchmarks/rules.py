"""The rules alone: facts, triage and analysis of each commit of the day, without any store."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median

from analysis.commits.commit import Commit
from analysis.commits.title import read_title
from analysis.digest.pipeline import judge
from analysis.facts.syntax.changed import changed_file
from analysis.rules import RulesAnalyser
from analysis.sources import fold_merges
from analysis.sources.git_clone import GitClone
from analysis.triage.areas import general
from analysis.triage.inert import is_inert
from analysis.triage.sketch import sketch
from benchmarks.material import day
from benchmarks.measured import Measured, seconds

_ROUNDS = 9


def figures() -> Iterator[Measured]:
    commits, areas, rules = _commits(), general(), RulesAnalyser()

    def read(some: list[Commit]) -> None:
        for cached in (read_title, changed_file, is_inert, sketch):
            cached.cache_clear()  # nobody reads the same day repeatedly
        rules.analyse(tuple(judge(some, areas)), "en")

    taken = [each / len(commits) * 1000 for each in seconds(lambda: read(commits), _ROUNDS)]
    note = f"median of {_ROUNDS} runs over {len(commits)} commits, best {min(taken):.1f}"
    yield Measured("rules, per commit", median(taken), "ms", 5, note)
    slowest, name = max((min(seconds(partial(read, [commit]), 3)), commit.short) for commit in commits)
    yield Measured("… the slowest commit", slowest * 1000, "ms", note=f"{name}, best of 3")


def _commits() -> list[Commit]:
    source = GitClone(day().clone.path, repo=day().clone.name, environ={})
    heads = fold_merges(source.landed(day().window.start, day().window.end).heads)
    with ThreadPoolExecutor(1) as executor:
        return list(source.fetch(heads, executor))
