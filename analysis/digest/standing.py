"""Which of a day's facts still hold at its end: what one commit adds and another takes back is news to nobody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from analysis.entry import RULES, Entry
from analysis.facts import Fact, FactKind
from analysis.facts.fact import TAKEN_AWAY_BY
from analysis.rules import RulesAnalyser
from analysis.triage.sketch import defined_in

_UNDONE = {"taken_back", "takes_back"}
"""Reason codes: a commit and its revert on the same day."""
_TOLD_ANYWAY = {FactKind.REVERTS, FactKind.VERSION_CHANGED}

_OPPOSITES = TAKEN_AWAY_BY | {FactKind.TEST_DISABLED: FactKind.TEST_ENABLED}
_OPPOSITES |= {other: kind for kind, other in _OPPOSITES.items()}
_SET_BACK = {
    FactKind.DEFAULT_CHANGED, FactKind.CONSTANT_CHANGED, FactKind.SELECTION_CHANGED, FactKind.FORMAT_CHANGED,
    FactKind.REQUIREMENT_CHANGED, FactKind.DEPENDENCY_CHANGED,
}  # fmt: skip
"""Facts that a later one undoes by restoring the previous value."""
_RENAMES = {FactKind.RENAMED, FactKind.NAME_RENAMED}
_REMOVALS = {kind for kind in FactKind if kind.value.endswith("_removed")} - {
    FactKind.CHECK_REMOVED,
    FactKind.DEPENDENCY_REMOVED,
}
_OF_A_FILE = {FactKind.CONFIG_ADDED, FactKind.CONFIG_REMOVED, FactKind.NAME_ADDED, FactKind.NAME_REMOVED}
"""Facts whose names are only unique within their file."""
_OF_WHAT_WAS = {
    *(kind for kind in FactKind if kind.value.endswith(("_removed", "_renamed", "_changed"))),
    FactKind.RENAMED, FactKind.DEPRECATED, FactKind.CHECK_ADDED,
} - _TOLD_ANYWAY  # fmt: skip
"""Facts about what users already have: of a file added the same day, they have nothing yet."""


def settle(entries: Sequence[Entry]) -> list[Entry]:
    """Return a day's entries, oldest first, each with the facts that still hold, and worded accordingly."""
    entries = _renamed_once(entries)
    gone = _fallen(entries)
    return [_without(entry, gone.get(entry.commit.sha, frozenset())) for entry in entries]


def _renamed_once(entries: Sequence[Entry]) -> list[Entry]:
    """Report what finally became of a name that was renamed several times in a day, or renamed and then removed, with its first step."""
    steps = [(sha, fact) for sha, facts in ((e.commit.sha, e.facts) for e in entries) for fact in facts]
    instead: dict[tuple[str, Fact], Fact | None] = {}
    ends: dict[str, tuple[str, Fact]] = {}
    for sha, fact in steps:
        first = ends.pop(fact.name, None) if fact.kind in _RENAMES | _REMOVALS else None
        if first and first[0] != sha:
            instead[first] = replace(instead.get(first) or first[1], kind=fact.kind, after=fact.after)
            instead[sha, fact] = None
        if fact.kind in _RENAMES and not fact.detail:
            ends[fact.after] = first or (sha, fact)
    return [
        _with(entry, {fact: one for (sha, fact), one in instead.items() if sha == entry.commit.sha})
        for entry in entries
    ]


def _with(entry: Entry, instead: Mapping[Fact, Fact | None]) -> Entry:
    if not instead:
        return entry
    told = _without(entry, frozenset(instead))
    facts = tuple(one for fact in entry.facts if (one := instead.get(fact, fact)))
    return _told_anew(replace(told, facts=facts))


def _fallen(entries: Sequence[Entry]) -> Mapping[str, frozenset[Fact]]:
    """Map each SHA to the facts that no longer hold."""
    fallen: dict[str, set[Fact]] = {}
    standing: dict[tuple[object, ...], tuple[str, Fact]] = {}
    new_files: set[str] = set()
    defined_last = _definitions(entries)
    for place, entry in enumerate(entries):
        sha = entry.commit.sha
        for fact in entry.facts:
            if fact.kind in _TOLD_ANYWAY:
                continue
            other = standing.pop(_key(fact, undoing=True), None)
            if other and other[0] != sha:
                fallen.setdefault(other[0], set()).add(other[1])
                fallen.setdefault(sha, set()).add(fact)
            elif (fact.kind in _OF_WHAT_WAS and fact.path in new_files) or _is_undone(entry):
                fallen.setdefault(sha, set()).add(fact)
            else:
                standing[_key(fact)] = sha, fact
                if fact.kind is FactKind.NAME_REMOVED and _comes_back(fact, place, defined_last):
                    fallen.setdefault(sha, set()).add(fact)
        new_files |= {file.path for file in entry.commit.files if file.status == "added"}
    return {sha: frozenset(facts) for sha, facts in fallen.items()}


def _key(fact: Fact, *, undoing: bool = False) -> tuple[object, ...]:
    """What a fact is about and what it does to it; with `undoing`, the same for the fact it undoes."""
    kind = _OPPOSITES.get(fact.kind, fact.kind) if undoing else fact.kind
    values = (fact.before, fact.after) if fact.kind in _SET_BACK else ()
    path = fact.path if fact.kind in _OF_A_FILE or not fact.name else ""
    if undoing and kind is fact.kind and not values:
        return ()  # nothing undoes it
    return kind, fact.name, path, *(reversed(values) if undoing else values)


def _is_undone(entry: Entry) -> bool:
    return any(reason.code in _UNDONE for reason in entry.triage.reasons)


def _definitions(entries: Iterable[Entry]) -> Mapping[tuple[str, str], int]:
    """Map path and name to the position of the last commit that adds a definition there."""
    found: dict[tuple[str, str], int] = {}
    for place, entry in enumerate(entries):
        for file in entry.commit.files:
            for name in _defined(file.patch or ""):
                found[file.path, name] = place
    return found


def _defined(patch: str) -> Iterator[str]:
    for line in patch.split("\n"):
        found = defined_in(line[1:]) if line[:1] == "+" else None
        if found:
            yield found["name"]


def _comes_back(fact: Fact, place: int, defined: Mapping[tuple[str, str], int]) -> bool:
    """Whether a later commit of the day defines a removed name again in its file."""
    name = fact.name.rpartition("::")[2].rpartition(".")[2]
    return defined.get((fact.path, name), place) > place


def _told_anew(entry: Entry) -> Entry:
    """Return the entry with the rules' text for its current facts, if the rules read it."""
    analysis = entry.analysis
    if analysis is None or analysis.analyser != RULES:
        return entry
    told = RulesAnalyser().analyse((entry,), analysis.language).analyses[entry.commit.sha]
    return replace(entry, analysis=replace(told, stands_in=analysis.stands_in))


def _without(entry: Entry, gone: frozenset[Fact]) -> Entry:
    is_overtaken = any(reason.code == "overtaken" for reason in entry.triage.reasons)
    if not gone and not is_overtaken:
        return entry
    names = {(fact.kind.value, fact.name) for fact in gone}
    reasons = tuple(one for one in entry.triage.reasons if (one.code, one.detail) not in names)
    facts = tuple(fact for fact in entry.facts if fact not in gone)
    settled = _told_anew(replace(entry, facts=facts, triage=replace(entry.triage, reasons=reasons)))
    analysis = settled.analysis
    if analysis is None or analysis.analyser == RULES:
        return settled
    lines = {(fact.path, fact.line) for fact in gone}
    advice = tuple(
        claim for claim in analysis.recommendations if not lines & {(path, claim.line) for path in claim.paths}
    )
    return replace(settled, analysis=replace(analysis, recommendations=advice))
