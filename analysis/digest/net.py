"""What remains of a day: changes that cancel out, copies of each other, releases overtaken by another.

A commit is ranked on its own (`triage`) and stored that way; what a digest's other commits make of it applies to that
digest only.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from analysis.commits.copies import copied, is_copy, original_title
from analysis.commits.title import in_force_by
from analysis.digest.standing import settle
from analysis.entry import Entry
from analysis.facts import FactKind
from analysis.facts.releases import is_final
from analysis.triage.decision import CORRECTED
from analysis.triage.reason import Reason
from analysis.triage.triage import MEDIUM, Importance, Triage


def net(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries, in order, ranked and worded by what remains of each at the end of the day."""
    ordered = sorted(entries, key=lambda entry: (entry.commit.committed_at, entry.commit.sha))
    found = {**_copies(ordered), **_overtaken(ordered), **_cancelled(ordered)}
    ranked = [
        replace(entry, triage=_lowered(entry.triage, found[entry.commit.sha])) if entry.commit.sha in found else entry
        for entry in ordered
    ]
    left = {entry.commit.sha: entry for entry in settle(ranked)}
    return [left[entry.commit.sha] for entry in entries]


@dataclass(frozen=True, slots=True)
class _Less:
    """Why a commit counts for less, and the most it may count."""

    reason: Reason
    most: Importance


def _lowered(triage: Triage, less: _Less) -> Triage:
    if any(reason.code == CORRECTED for reason in triage.reasons):
        return triage
    importance = min(triage.importance, less.most, key=lambda level: level.rank)
    floor = min(triage.floor, less.most, key=lambda level: level.rank)
    # Last of its level: whatever is still in force comes first.
    score = round(0.001 * triage.score + (MEDIUM if importance is Importance.MEDIUM else 0.0), 6)
    return replace(
        triage, importance=importance, score=score, floor=floor, ceiling=less.most, reasons=(less.reason, *triage.reasons)
    )  # fmt: skip


def originals(entries: Iterable[Entry]) -> dict[str, str]:
    """Map the SHA of each copy to the SHA of its original; entries are in order of time."""
    entries = list(entries)
    by_title: dict[str, list[Entry]] = defaultdict(list)
    by_number = {entry.commit.pull_request: entry for entry in entries if entry.commit.pull_request}
    found: dict[str, str] = {}
    for entry in entries:
        by_title[original_title(entry.commit.subject)].append(entry)
    for alike in by_title.values():
        first = next((entry for entry in alike if not is_copy(entry.commit)), alike[0])
        for entry in alike:
            if entry is not first and (is_copy(entry.commit) or _content(entry) == _content(first)):
                found[entry.commit.sha] = first.commit.sha
    for entry in entries:
        sha, number = copied(entry.commit)
        original = next(
            (other for other in entries if sha and other.commit.sha.startswith(sha)), by_number.get(number or 0)
        )
        if original is not None and original is not entry:
            found.setdefault(entry.commit.sha, original.commit.sha)
    return found


def _content(entry: Entry) -> tuple[object, ...]:
    return tuple(sorted((file.path, file.patch or "") for file in entry.commit.files)) or (entry.commit.sha,)


def _copies(ordered: Sequence[Entry]) -> dict[str, _Less]:
    by_sha = {entry.commit.sha: entry for entry in ordered}
    return {
        sha: _Less(Reason("copy", _named(by_sha[original])), Importance.LOW)
        for sha, original in originals(ordered).items()
    }


def _overtaken(ordered: Sequence[Entry]) -> dict[str, _Less]:
    """Only the last of a package's releases is news; a development version after it overtakes nothing."""
    last: dict[str, tuple[str, str]] = {}
    found: dict[str, _Less] = {}
    for entry in ordered:
        fact = next((fact for fact in entry.facts if fact.kind is FactKind.VERSION_CHANGED), None)
        if fact is None or not is_final(fact.after):
            continue
        if fact.name in last and last[fact.name][1] != fact.after:
            sha, _ = last[fact.name]
            found[sha] = _Less(Reason("overtaken", fact.after), Importance.MEDIUM)
        last[fact.name] = (entry.commit.sha, fact.after)
    return found


def _cancelled(ordered: Sequence[Entry]) -> dict[str, _Less]:
    """A change and its revert leave nothing behind, and neither do a revert and its reapplication."""
    lives: dict[str, list[tuple[Entry, bool]]] = defaultdict(list)
    seen: dict[str, str] = {}
    by_number: dict[int, str] = {}
    for entry in ordered:
        for title, in_force in _changes(entry, seen, by_number):
            lives[title].append((entry, in_force))
        own = entry.commit.pull_request
        title, _ = in_force_by(original_title(entry.commit.subject))
        seen[entry.commit.sha] = title
        if own:
            by_number[own] = title
    found: dict[str, _Less] = {}
    for steps in lives.values():
        found |= _unwound(steps)
    return found


def _unwound(steps: Sequence[tuple[Entry, bool]]) -> dict[str, _Less]:
    """Remove the pairs in a change's life on one day: a revert with its reapplication, then the change with its revert."""
    found: dict[str, _Less] = {}
    standing: list[tuple[Entry, bool]] = []
    for entry, in_force in steps:
        if in_force and standing and not standing[-1][1]:
            revert, _ = standing.pop()
            found |= _pair(revert, entry, Importance.LOW)
        else:
            standing.append((entry, in_force))
    for (change, brings), (revert, keeps) in pairwise(standing):
        if brings and not keeps:
            # People who built in between have what was reverted: the revert is worth a look, the change no longer is.
            found |= _pair(change, revert, Importance.MEDIUM)
    return found


def _pair(first: Entry, second: Entry, most: Importance) -> dict[str, _Less]:
    return {
        first.commit.sha: _Less(Reason("taken_back", _named(second)), Importance.LOW),
        second.commit.sha: _Less(Reason("takes_back", _named(first)), most),
    }


def _changes(entry: Entry, seen: Mapping[str, str], by_number: Mapping[int, str]) -> Iterable[tuple[str, bool]]:
    """Yield the titles of the changes that an entry applies or reverts, and which of the two."""
    facts = [fact for fact in entry.facts if fact.kind is FactKind.REVERTS]
    if not facts:
        yield in_force_by(original_title(entry.commit.subject))
    for fact in facts:
        number = int(fact.detail.lstrip("#")) if fact.detail else None
        known = by_number.get(number) if number else None
        known = known or next(
            (title for sha, title in seen.items() if fact.before and sha.startswith(fact.before)), None
        )
        title, in_force = in_force_by(original_title(fact.name))
        yield known or title, not in_force


def _named(entry: Entry) -> str:
    number = entry.commit.pull_request
    return f"#{number}" if number else entry.commit.short
