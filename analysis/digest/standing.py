"""What of a day's facts still stands at its end: what one commit brings and another takes back is news to nobody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from analysis.entry import RULES, Entry
from analysis.facts import Fact, FactKind
from analysis.facts.fact import TAKEN_AWAY_BY
from analysis.rules import RulesAnalyser
from analysis.triage.sketch import defined_in

_UNDONE = {"taken_back", "takes_back"}
"""Codes of reasons: a commit and what takes it back the same day."""
_TOLD_ANYWAY = {FactKind.REVERTS, FactKind.VERSION_CHANGED}

_OPPOSITES = TAKEN_AWAY_BY | {FactKind.TEST_DISABLED: FactKind.TEST_ENABLED}
_OPPOSITES |= {other: kind for kind, other in _OPPOSITES.items()}
_SET_BACK = {
    FactKind.DEFAULT_CHANGED, FactKind.CONSTANT_CHANGED, FactKind.SELECTION_CHANGED, FactKind.FORMAT_CHANGED,
    FactKind.REQUIREMENT_CHANGED, FactKind.DEPENDENCY_CHANGED,
}  # fmt: skip
"""Facts that a later one undoes by going back to the value before."""
_OF_A_FILE = {FactKind.CONFIG_ADDED, FactKind.CONFIG_REMOVED, FactKind.NAME_ADDED, FactKind.NAME_REMOVED}
"""Facts whose names are told apart by their files."""
_OF_WHAT_WAS = {
    *(kind for kind in FactKind if kind.value.endswith(("_removed", "_renamed", "_changed"))),
    FactKind.RENAMED, FactKind.DEPRECATED, FactKind.CHECK_ADDED,
} - _TOLD_ANYWAY  # fmt: skip
"""Facts about what users have: in a file that came the same day, they have nothing yet."""


def settle(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of a day, the oldest first, each with the facts that still stand and told accordingly."""
    gone = _fallen(entries)
    return [_without(entry, gone.get(entry.commit.sha, frozenset())) for entry in entries]


def _fallen(entries: Sequence[Entry]) -> Mapping[str, frozenset[Fact]]:
    """By SHA, the facts that do not stand."""
    fallen: dict[str, set[Fact]] = {}
    standing: dict[tuple[object, ...], tuple[str, Fact]] = {}
    new_files: set[str] = set()
    defined_later = _definitions(entries)
    for entry in entries:
        sha = entry.commit.sha
        for fact in entry.facts:
            if fact.kind in _TOLD_ANYWAY:
                continue
            other = standing.pop(_key(fact, undoing=True), None)
            if other and other[0] != sha:
                fallen.setdefault(other[0], set()).add(other[1])
                fallen.setdefault(sha, set()).add(fact)
            elif (
                (fact.kind in _OF_WHAT_WAS and fact.path in new_files)
                or _is_undone(entry)
                or (fact.kind is FactKind.NAME_REMOVED and _comes_back(fact, sha, defined_later))
            ):
                fallen.setdefault(sha, set()).add(fact)
            else:
                standing[_key(fact)] = sha, fact
        new_files |= {file.path for file in entry.commit.files if file.status == "added"}
    return {sha: frozenset(facts) for sha, facts in fallen.items()}


def _key(fact: Fact, *, undoing: bool = False) -> tuple[object, ...]:
    """What a fact is about and what it makes of it; of what it undoes, with `undoing`."""
    kind = _OPPOSITES.get(fact.kind, fact.kind) if undoing else fact.kind
    values = (fact.before, fact.after) if fact.kind in _SET_BACK else ()
    path = fact.path if fact.kind in _OF_A_FILE or not fact.name else ""
    if undoing and kind is fact.kind and not values:
        return ()  # nothing undoes it
    return kind, fact.name, path, *(reversed(values) if undoing else values)


def _is_undone(entry: Entry) -> bool:
    return any(reason.code in _UNDONE for reason in entry.triage.reasons)


def _definitions(entries: Iterable[Entry]) -> Mapping[tuple[str, str], str]:
    """By path and name, the SHA of the last commit that adds a definition there."""
    found: dict[tuple[str, str], str] = {}
    for entry in entries:
        for file in entry.commit.files:
            for name in _defined(file.patch or ""):
                found[file.path, name] = entry.commit.sha
    return found


def _defined(patch: str) -> Iterator[str]:
    for line in patch.split("\n"):
        found = defined_in(line[1:]) if line[:1] == "+" else None
        if found:
            yield found["name"]


def _comes_back(fact: Fact, sha: str, defined: Mapping[tuple[str, str], str]) -> bool:
    """Whether another commit of the day defines a removed name anew in its file."""
    name = fact.name.rpartition("::")[2].rpartition(".")[2]
    return defined.get((fact.path, name), sha) != sha


def _without(entry: Entry, gone: frozenset[Fact]) -> Entry:
    is_overtaken = any(reason.code == "overtaken" for reason in entry.triage.reasons)
    if not gone and not is_overtaken:
        return entry
    names = {(fact.kind.value, fact.name) for fact in gone}
    reasons = tuple(one for one in entry.triage.reasons if (one.code, one.detail) not in names)
    facts = tuple(fact for fact in entry.facts if fact not in gone)
    settled = replace(entry, facts=facts, triage=replace(entry.triage, reasons=reasons))
    analysis = entry.analysis
    if analysis is None:
        return settled
    if analysis.analyser == RULES:
        told = RulesAnalyser().analyse((settled,), analysis.language).analyses[entry.commit.sha]
        return replace(settled, analysis=replace(told, stands_in=analysis.stands_in))
    lines = {(fact.path, fact.line) for fact in gone}
    advice = tuple(
        claim for claim in analysis.recommendations if not lines & {(path, claim.line) for path in claim.paths}
    )
    return replace(settled, analysis=replace(analysis, recommendations=advice))
