"""Scores an analyser on days labelled by readers: what comes first, whether claims hold up, and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from analysis.commits.window import Window
from analysis.digest.digest import Digest, in_order, order
from analysis.digest.net import net
from analysis.digest.pipeline import OpenGate, Readers, Step, read_all, settled, stand_in
from analysis.entry import Analyser, Analysis, Entry, Reader, Usage
from analysis.readers.days import LabelledDay, read_day
from analysis.readers.scoring import Figure, figures, score
from bot.digests.threads import threads


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How an analyser did on some days.

    Attributes:
        commits: how many it read; `failed`: those it did not.
        claims: how many sentences are shown; `unchecked`: those of them that could not be checked; `dropped`: those not
            shown.
        usage: what it took; `cost`: at the model's own prices, None if unknown.
    """

    days: int
    figures: tuple[Figure, ...]
    commits: int = 0
    failed: int = 0
    claims: int = 0
    unchecked: int = 0
    dropped: int = 0
    usage: Usage = Usage()
    cost: float | None = None


def evaluate(folders: Sequence[Path], analyser: Analyser, width: int, step: Step) -> Evaluation:
    """Read labelled days with an analyser and score their digests, each day counting once.

    Raises:
        BadInput: a folder is not a labelled day.
    """
    whole, scores = Evaluation(len(folders), ()), []
    for number, folder in enumerate(folders):
        step("days", number, len(folders))
        day = read_day(folder)
        digest = _read(day, analyser, width)
        scores.append(score(day, digest))
        whole = _added(whole, digest)
    step("days", len(folders), len(folders))
    return replace(whole, figures=tuple(figures(scores)))


def _read(day: LabelledDay, analyser: Analyser, width: int) -> Digest:
    entries, usage = list(day.entries), Usage()
    with threads(width, "analyse") as executor:
        readers: list[Reader] = [analyser]
        readers += [checker] if (checker := analyser.checker()) else []
        for reader in readers:
            wanted = [entry for entry in entries if reader is analyser or entry.analysis]
            found, spent = _pass(wanted, reader, Readers(executor, width))
            entries = [replace(entry, analysis=found.get(entry.commit.sha, entry.analysis)) for entry in entries]
            usage += spent
    read = net([settled(one, one.analysis or stand_in(one, "en", "it was not read")) for one in entries])
    compared = analyser.compare(order(read), day.repo, "en")
    ordered, first = in_order(read, compared.order)
    window = Window.of(read[0].commit.committed_at.date(), "UTC")
    digest = Digest(day.repo, "", window, "en", ordered, (), datetime.now(UTC), first=first)
    return replace(digest, run=replace(digest.run, analyser=analyser.name, usage=usage + compared.usage))


def _pass(entries: Sequence[Entry], reader: Reader, readers: Readers) -> tuple[dict[str, Analysis], Usage]:
    found, usage = dict[str, Analysis](), Usage()
    for reading in read_all(entries, reader, "en", readers=readers, gate=OpenGate()):
        found |= reading.analyses
        usage += reading.usage
    return found, usage


def _added(whole: Evaluation, digest: Digest) -> Evaluation:
    read = [entry.analysis for entry in digest.entries if entry.analysis]
    claims = [claim for one in read for claim in (*one.impact, *one.insight, *one.risks, *one.recommendations)]
    lines = sum(bool(one.headline) + bool(one.effect) for one in read)
    return replace(
        whole,
        commits=whole.commits + len(read),
        failed=whole.failed + sum(bool(one.stands_in) for one in read),
        claims=whole.claims + lines + len(claims),
        unchecked=whole.unchecked + sum(claim.unchecked for claim in claims),
        dropped=whole.dropped + sum(one.dropped for one in read),
        usage=whole.usage + digest.run.usage,
    )
