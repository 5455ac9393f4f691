"""Learns repositories from their own past, and scores analysers against labels that people gave."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from analysis.commits.bots import is_bot
from analysis.commits.commit import Commit
from analysis.commits.records import Labelled, read_labels
from analysis.digest.pipeline import OpenGate, Readers, Step, judge, read_all, settled
from analysis.entry import RULES, Analyser, Entry
from analysis.errors import BadInput, NotFound
from analysis.sources import CommitSource
from analysis.triage.area_proposal import as_toml, broad, propose, tables
from analysis.triage.areas import Areas
from analysis.triage.learned import Judgement, general_judgement
from analysis.triage.learned.learning import LEAST_LABELS, Trial, learn, parted
from analysis.triage.learned.past import own_past
from analysis.triage.learned.scoring import Judged
from bot.digests.core import Core
from bot.digests.repositories import Place
from bot.digests.threads import threads

MOST = 3_000
"""Commits learned from, the newest ones; older habits no longer apply."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """The result of learning a repository.

    Attributes:
        commits, labelled: how many were examined, and how many of them state their kind.
        trials: empty if too few do.
    """

    repo: str
    commits: int
    labelled: int
    trials: tuple[Trial, ...]


def learn_repository(core: Core, place: Place, days: int, step: Step) -> Lesson:
    """Learn a repository from the titles, tags and fragments of its last `days` days, and store the result.

    A clone provides whole commits. From GitHub only list pages are requested; what the store knows of the files is
    used.

    Raises:
        NotFound, Outage: the source cannot be read.
    """
    source, commits = _commits(core, place, days, step)
    shown = tables(propose(commits, core.sources.declared_areas(source, {})))
    shown |= broad(commits, core.sources.declared_areas(source, shown))
    areas = core.sources.declared_areas(source, shown)
    by_people = core.stores.feedback.corrected(source.repo, [commit.sha for commit in commits])
    return _learn(core, source.repo, len(commits), own_past(commits, areas, by_people), areas, step, shown)


def _commits(core: Core, place: Place, days: int, step: Step) -> tuple[CommitSource, list[Commit]]:
    source = core.sources.open(place)
    until = core.now()
    step("listing commits", 0, 0)
    listing = core.intake.listed(source, until - timedelta(days=days), until)
    heads = sorted(core.intake.folded(source, listing.arrived), key=lambda head: head.committed_at)[-MOST:]
    known = core.stores.commits.get(listing.repo, [head.sha for head in heads])
    if place.path:
        missing = [head for head in heads if head.sha not in known]
        with threads(1, "fetch") as executor:
            for count, commit in enumerate(source.fetch(missing, executor), 1):
                known[commit.sha] = commit
                step("reading commits", count, len(missing))
    return source, [known.get(head.sha, head) for head in heads]


def reported(core: Core, place: Place) -> Lesson:
    """Return what `learn_repository` returned when a repository was last learned.

    Raises:
        NotFound: it was never learned.
    """
    repo = core.sources.open(place).repo
    made_at = core.stores.learned.made_at(repo)
    if made_at is None:
        raise NotFound(f"{repo} has not been learned: run `daybrief learn --repo {_typed(place)}`.")
    trials = core.stores.learned.trials(repo)
    # If it was learned by an earlier version, only the trials tell how many there were.
    commits, labelled = core.stores.learned.past(repo) or (0, max((t.learned + t.tried for t in trials), default=0))
    return Lesson(repo, commits, labelled, trials)


def _typed(place: Place) -> str:
    return "=".join(part for part in (place.name, place.path) if part)


def propose_areas(core: Core, place: Place, days: int, step: Step) -> str:
    """Return an initial `[areas]` configuration for a repository, as TOML.

    Raises:
        NotFound, Outage: the source cannot be read.
    """
    source, commits = _commits(core, place, days, step)
    return as_toml(propose(commits, core.sources.declared_areas(source, {})), source.repo, len(commits))


def learn_labels(core: Core, labelled: Iterable[Labelled], step: Step) -> list[Lesson]:
    """Learn the repositories of labelled commits from the labels."""
    by_repo = _by_repository(labelled)
    if "" in by_repo:
        raise BadInput("Some of the labelled commits do not name a repository: give each record its repo.")
    areas = core.sources.areas()
    return [_learn(core, repo, len(past), past, areas, step) for repo, past in sorted(by_repo.items())]


def _learn(
    core: Core,
    repo: str,
    commits: int,
    past: Sequence[Labelled],
    areas: Areas,
    step: Step,
    shown: Mapping[str, Any] | None = None,
) -> Lesson:
    if len(past) < LEAST_LABELS:
        # to record when it was tried
        core.stores.learned.put(repo, general_judgement(), (), core.now(), (commits, len(past)), shown or {})
        return Lesson(repo, commits, len(past), ())
    step("learning", 0, 0)
    judgement, trials = learn(past, areas, general_judgement())
    core.stores.learned.put(repo, judgement, trials, core.now(), (commits, len(past)), shown or {})
    return Lesson(repo, commits, len(past), trials)


def _by_repository(labelled: Iterable[Labelled]) -> dict[str, list[Labelled]]:
    """Return each repository's labelled commits, oldest first."""
    found: dict[str, list[Labelled]] = {}
    for one in _in_order(labelled):
        found.setdefault(one.commit.repo, []).append(one)
    return found


def _in_order(past: Iterable[Labelled]) -> list[Labelled]:
    return sorted(past, key=lambda one: (one.commit.committed_at, one.commit.sha))


def judge_labelled(
    core: Core, labelled: Sequence[Labelled], analyser: Analyser, *, own_past: bool, step: Step
) -> list[Judged]:
    """Sort and rank labelled commits, with what was learned about their repositories, read by `analyser`.

    With `own_past`, each repository's older commits here are learned from first, and only its newer ones are judged.
    """
    areas = core.sources.areas()
    found: list[Judged] = []
    for repo, past in _by_repository(labelled).items():
        judgement = core.stores.learned.judgement(repo) or general_judgement()
        chosen: Sequence[Labelled] = past
        if own_past:
            older, chosen = parted(chosen)
            judgement, _ = learn(older, areas, judgement)
        found += _judged(core, chosen, areas, judgement, analyser, step)
    return found


def _judged(
    core: Core, labelled: Sequence[Labelled], areas: Areas, judgement: Judgement, analyser: Analyser, step: Step
) -> Iterator[Judged]:
    commits = [
        one.commit if one.commit.sha else replace(one.commit, sha=f"{index:040x}") for index, one in enumerate(labelled)
    ]
    entries = list(judge(commits, areas, judgement))
    if analyser.name != RULES:
        entries = _read(core, entries, analyser, step)
    for one, entry in zip(labelled, entries, strict=True):
        yield Judged(
            repo=one.commit.repo,
            type=one.type,
            importance=one.importance,
            areas=frozenset(one.areas),
            by_bot=is_bot(one.commit),
            our_type=entry.triage.types[0],
            our_score=entry.triage.score,
            our_areas=frozenset(entry.triage.areas),
        )


def _read(core: Core, entries: Sequence[Entry], analyser: Analyser, step: Step) -> list[Entry]:
    width = core.settings.model.concurrency
    read: dict[str, Entry] = {}
    by_sha = {entry.commit.sha: entry for entry in entries}
    with threads(width, "analyse") as executor:
        readers = Readers(executor, width)
        for reading in read_all(entries, analyser, "en", readers=readers, gate=OpenGate()):
            for sha, analysis in reading.analyses.items():
                read[sha] = settled(by_sha[sha], analysis)
            step("analysing", len(read), len(entries))
    return [read.get(entry.commit.sha, entry) for entry in entries]


def read_label_files(paths: Sequence[Path], limit: int | None = None) -> list[Labelled]:
    """Read label files, only the `limit` newest commits of each; raise BadInput if there is nothing to score."""
    labelled = [one for path in paths for one in _in_order(read_labels([path]))[-(limit or 0) :]]
    if not any(one.type or one.importance or one.areas for one in labelled):
        raise BadInput(
            f"No commit in {', '.join(map(str, paths))} has a label: give records with label_type, label_importance "
            "or label_areas."
        )
    return labelled
