"""Reads past days into the store: plans the work and its rough cost, then does it.

Days are processed a week at a time: all of its commits are fetched and read at once, as many as the model accepts; the
next week begins before the last of them are read, while digests are made from what is stored. If it stops, completed
work is kept, and the next run continues from there.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.commits.window import Window
from analysis.digest.pipeline import Step, silent
from analysis.entry import RULES, Analyser, Entry
from analysis.errors import BadInput, Outage
from analysis.i18n.language import Language
from analysis.sources import CommitSource
from bot.digests.core import Core
from bot.digests.repositories import Place
from bot.digests.threads import threads

_WEEK = 7
_UNDER_WAY = 2  # weeks: one is read, while the next is fetched and fills free slots
_ASSUMED = (2_500.0, 450.0)
"""Tokens in and out per commit, if this model has read none yet."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days to fill, of a place, in a zone and a language, read by an analyser."""

    place: Place
    branch: str | None
    first: date
    last: date
    zone: str
    language: Language


@dataclass(frozen=True, slots=True)
class Plan:
    """The planned work.

    Attributes:
        days: those not done; `done` is how many are.
        commits: how many landed on these days; `to_fetch`, `to_read`: how many of them are not stored, or not read yet.
        tokens_in, tokens_out: what reading takes, roughly; `cost` in the currency of the configured prices, if any.
        is_measured: whether these are based on what the model took before.
    """

    days: tuple[date, ...]
    done: int
    commits: int
    to_fetch: int
    to_read: int
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    is_measured: bool = False


def plan(core: Core, span: Span, analyser: Analyser, step: Step) -> Plan:
    """Plan the work.

    Raises:
        BadInput: the span ends before it begins, or is not over yet.
        NotFound, Outage: the source cannot be read.
    """
    if span.last < span.first:
        raise BadInput(f"{span.last} is before {span.first}: give --since the earlier day.")
    if Window.of(span.last, span.zone).end > core.now():
        raise BadInput(f"{span.last} is not over yet: backfill up to the day before, as --until yesterday does.")
    source = core.sources.open(span.place, span.branch)
    days = [span.first + timedelta(days=count) for count in range((span.last - span.first).days + 1)]
    todo = _undone(core, source, span, analyser, days)
    commits = to_fetch = to_read = 0
    for number, week in enumerate(_weeks(todo)):
        step("listing days", min(number * _WEEK, len(todo)), len(todo))
        window = Window(week[0], week[-1], span.zone)
        listing = source.landed(window.start, window.end)
        shas = [head.sha for head in core.intake.folded(source, listing.arrived)]
        commits += len(shas)
        judged = core.stores.commits.entries(listing.repo, shas)
        read = core.stores.analyses.get(listing.repo, shas, analyser.name, analyser.prompt, span.language)
        to_read += len(shas) - len(read)
        fresh = [sha for sha in shas if sha not in judged or sha not in read]
        to_fetch += len(fresh) - len(core.stores.commits.get(listing.repo, fresh))
    step("listing days", len(todo), len(todo))
    done = len(days) - len(todo)
    if analyser.name == RULES:
        return Plan(tuple(todo), done, commits, to_fetch, to_read)
    measured = core.stores.history.tokens_each(analyser.name)
    each_in, each_out = measured or _ASSUMED
    tokens_in, tokens_out = round(each_in * to_read), round(each_out * to_read)
    model = core.settings.model
    priced = model.price_in is not None and model.price_out is not None
    cost = (tokens_in * (model.price_in or 0) + tokens_out * (model.price_out or 0)) / 1_000_000 if priced else None
    return Plan(tuple(todo), done, commits, to_fetch, to_read, tokens_in, tokens_out, cost, measured is not None)


def backfill(core: Core, span: Span, wanted: Plan, analyser: Analyser, step: Step) -> int:
    """Carry out a plan; return how many commits the days have.

    Raises:
        NotFound, Outage: the source cannot be read, or the model has stopped reading; completed work is kept.
    """
    days = len(wanted.days)

    def read(week: Sequence[date]) -> None:
        window = Window(week[0], week[-1], span.zone)
        source = core.sources.open(span.place, span.branch)  # one per thread
        entries, pending = core.follow(
            source, window.start, window.end, [span.language], analyser, _named(step, week[0])
        )
        core.stores.store.close()
        _must_be_read(entries, pending, window)

    # A digest asks the model only for the day's order and overview.
    with threads(_WEEK, "tell") as tellers, core.read_together(analyser), threads(_UNDER_WAY, "week") as executor:
        weeks, making = list(_weeks(wanted.days)), list[Future[int]]()
        for week, reading in zip(weeks, [executor.submit(read, week) for week in weeks], strict=True):
            reading.result()
            step("days", len(making), days)
            making += [tellers.submit(_tell, core, span, day, analyser) for day in week]
        count = sum(future.result() for future in making)
    step("days", days, days)
    return count


def _must_be_read(entries: Sequence[Entry], pending: int, window: Window) -> None:
    """Stop if the model did not read everything: a digest of these days would use the rules' words."""
    if pending:
        reason = next((e.analysis.stands_in for e in entries if e.analysis and e.analysis.stands_in), "")
        raise Outage(
            f"The model did not read {pending} commits from {window.first} to {window.last} ({reason}): what was read is "
            "kept; run it again later to continue."
        )


def _tell(core: Core, span: Span, day: date, analyser: Analyser) -> int:
    source = core.sources.open(span.place, span.branch)  # one per thread
    digest, _ = core.digest(source, Window.of(day, span.zone), span.language, analyser, silent)
    core.stores.store.close()
    return len(digest.entries)


def _undone(core: Core, source: CommitSource, span: Span, analyser: Analyser, days: Sequence[date]) -> list[date]:
    """The days without a digest by this analyser, in this language, made after they ended."""
    repo = core.stores.commits.repository(source.repo)
    if repo is None:
        return list(days)
    closed = {
        window.first for window in core.stores.digests.reported(repo, source.branch, span.zone, span.first).closed
    }
    undone = []
    for day in days:
        run = core.stores.history.run(repo, Window.of(day, span.zone), span.language) if day in closed else None
        if run is None or (run.analyser, run.prompt) != (analyser.name, analyser.prompt):
            undone.append(day)
    return undone


def _weeks(days: Sequence[date]) -> Iterator[Sequence[date]]:
    """Split days into runs of at most seven consecutive ones."""
    week: list[date] = []
    for day in days:
        if week and (len(week) == _WEEK or day - week[-1] > timedelta(days=1)):
            yield week
            week = []
        week.append(day)
    if week:
        yield week


def _named(step: Step, first: date) -> Step:
    """Pass on the progress of a week's fetching and reading, under names that do not clash with other weeks'."""
    return lambda name, done, total: step(f"from {first}: {name}", done, total)
