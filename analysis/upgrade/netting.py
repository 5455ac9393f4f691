"""Facts netted over a range of commits: each name is followed from its first state to its last.

Added then removed is nothing; 1 → 2 → 3 is 1 → 3; renames are chained; removed and added again is what changed of it, if anything.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from analysis.entry import Entry
from analysis.facts import Fact, FactKind
from analysis.facts.fact import TAKEN_AWAY_BY

Key = tuple[str, ...]
"""What tells a thing apart: its family, then its name, and its file where other files may have the same."""


@dataclass(frozen=True, slots=True)
class Change:
    """The net result of one thing's facts at the end of a range.

    Attributes:
        fact: from the first state to the last; path and line are from the last commit's fact.
        shas: the commits that brought it about, oldest first.
    """

    fact: Fact
    shas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Netted:
    """A range's net result; `passing` counts things that came and went, or changed and changed back."""

    changes: tuple[Change, ...]
    passing: int


def netted(entries: Iterable[Entry]) -> Netted:
    """Net the facts of commits, given oldest first."""
    range_ = _Range()
    for entry in entries:
        for fact in entry.facts:
            range_.take(fact, entry.commit.sha)
    changes, passing = [], 0
    for thing in range_.all:
        left = list(thing.left())
        changes += left
        passing += not left
    return Netted(tuple(changes), passing)


_COMES = TAKEN_AWAY_BY | {
    FactKind.CHOICE_ADDED: FactKind.CHOICE_REMOVED,
    FactKind.CHECK_ADDED: FactKind.CHECK_REMOVED,
}
_GOES = {removed: added for added, removed in _COMES.items()} | {FactKind.MODULE_REMOVED: FactKind.MODULE_REMOVED}
_CHANGES = {
    FactKind.DEFAULT_CHANGED, FactKind.SELECTION_CHANGED, FactKind.CONSTANT_CHANGED, FactKind.FORMAT_CHANGED,
    FactKind.SIGNATURE_CHANGED, FactKind.REQUIREMENT_CHANGED, FactKind.DEPENDENCY_CHANGED, FactKind.GATE_CHANGED,
}  # fmt: skip
_MOVES = {FactKind.RENAMED, FactKind.NAME_RENAMED}
_ONCE = {FactKind.DEPRECATED, FactKind.UNSAFE_ADDED}

_PREFIX = re.compile(r"^(?P<family>flag|command|env|endpoint|metric|gate|choice|config|name|module|dependency|check)_")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_*]*")
_WITH_FILE = {"config", "name", "dependency", "check", "value"}
"""Families in which two files may each have one of the same name."""


@dataclass(slots=True)
class _Thing:
    """A flag, a name, a value: what became of it so far.

    Attributes:
        origin: its name at the range's beginning; empty if it was not there.
        name: its name now; `is_there`: whether it is still there.
        before, after: its value at the beginning and now, as far as a fact showed it.
        first, last: the facts that it was met in.
    """

    origin: str
    name: str
    is_there: bool
    before: str
    after: str
    first: Fact
    last: Fact
    shas: list[str] = field(default_factory=list)

    def left(self) -> Iterator[Change]:
        """Yield what is different at the end of the range."""
        last, shas = self.last, tuple(dict.fromkeys(self.shas))
        if last.kind in _ONCE:
            yield Change(last, shas)
        elif not self.origin:
            if self.is_there:
                kind = _kind(_COMES, self.first, last)
                yield Change(replace(last, kind=kind, name=self.name, before="", after=self.after), shas)
        elif not self.is_there:
            kind = _kind(_GOES, last, last)
            yield Change(replace(last, kind=kind, name=self.origin, before=self.before, after=""), shas)
        else:
            if self.name != self.origin:
                kind = _kind(_MOVES, last, self.first, otherwise=FactKind.RENAMED)
                yield Change(
                    replace(last, kind=kind, name=self.origin, before=self.origin, after=self.name, detail=""), shas
                )
            if self.before and self.after and self.before != self.after:
                kind = _kind(_CHANGES, last, self.first, otherwise=_other_value(self.first))
                yield Change(replace(last, kind=kind, name=self.name, before=self.before, after=self.after), shas)
            elif last.kind in _CHANGES and not (self.before and self.after) and self.before != self.after:
                yield Change(replace(last, name=self.name, before=self.before, after=self.after), shas)


def _other_value(fact: Fact) -> FactKind:
    """Return what it is that something went and came again with another value."""
    return FactKind.DEPENDENCY_CHANGED if _family(fact) == "dependency" else FactKind.DEFAULT_CHANGED


def _kind(among: Iterable[FactKind], *facts: Fact, otherwise: FactKind | None = None) -> FactKind:
    known = set(among)
    return next((fact.kind for fact in facts if fact.kind in known), otherwise or facts[0].kind)


class _Range:
    """The things of a range, by what tells them apart now."""

    def __init__(self) -> None:
        self.all: list[_Thing] = []
        self._now: dict[Key, _Thing] = {}

    def take(self, fact: Fact, sha: str) -> None:
        """Follow one fact more."""
        if fact.kind in _MOVES:
            for one in _each(fact):
                self._moved(one, sha)
        elif fact.kind in _COMES:
            self._came(fact, sha)
        elif fact.kind in _GOES:
            self._went(fact, sha)
        elif fact.kind in _CHANGES:
            self._changed(fact, sha)
        elif fact.kind in _ONCE:
            key = (fact.kind, fact.path, fact.name)
            if key not in self._now:
                self._begin(key, _Thing("", fact.name, True, fact.before, fact.after, fact, fact), sha)

    def _begin(self, key: Key, thing: _Thing, sha: str) -> None:
        thing.shas.append(sha)
        self.all.append(thing)
        self._now[key] = thing

    def _came(self, fact: Fact, sha: str) -> None:
        key = _key(fact)
        thing = self._now.get(key)
        if thing is None:
            self._begin(key, _Thing("", fact.name, True, "", fact.after, fact, fact), sha)
        else:
            thing.is_there, thing.after, thing.last = True, fact.after or thing.after, fact
            thing.shas.append(sha)

    def _went(self, fact: Fact, sha: str) -> None:
        key = _key(fact)
        thing = self._now.get(key)
        if thing is None:
            self._begin(key, _Thing(fact.name, fact.name, False, fact.before, "", fact, fact), sha)
        else:
            thing.is_there, thing.last = False, fact
            thing.shas.append(sha)

    def _changed(self, fact: Fact, sha: str) -> None:
        key = _key(fact)
        thing = self._now.get(key)
        if thing is None:
            self._begin(key, _Thing(fact.name, fact.name, True, fact.before, fact.after, fact, fact), sha)
        else:
            thing.before = thing.before or ("" if not thing.origin else fact.before)
            thing.after, thing.is_there, thing.last = fact.after, True, fact
            thing.shas.append(sha)

    def _moved(self, fact: Fact, sha: str) -> None:
        old, new = _key(replace(fact, name=fact.before)), _key(replace(fact, name=fact.after))
        thing = self._now.pop(old, None)
        if thing is None:
            self._begin(new, _Thing(fact.before, fact.after, True, "", "", fact, fact), sha)
            return
        thing.name, thing.is_there, thing.last = fact.after, True, fact
        thing.shas.append(sha)
        self._now[new] = thing


def _each(fact: Fact) -> Iterator[Fact]:
    """Yield the members of a family that is renamed, or the one name that is."""
    pairs = [pair.split(" → ") for pair in fact.detail.split(", ")] if " → " in fact.detail else []
    if not pairs:
        yield fact
    for old, new in (pair for pair in pairs if len(pair) == 2):  # noqa: PLR2004 - what was, what is
        yield replace(fact, name=old, before=old, after=new, detail="")


def _key(fact: Fact) -> Key:
    family = _family(fact)
    name = fact.name
    if family == "choice":
        return family, name, fact.before or fact.after
    if family == "check":
        return family, fact.path, name, fact.detail
    return (family, fact.path, name) if family in _WITH_FILE else (family, name)


def _family(fact: Fact) -> str:
    """Return what a fact is about: values count with the flag, the variable or the field that has them."""
    name = fact.name
    if fact.kind is FactKind.GATE_CHANGED:
        return "gate"
    if fact.kind in {FactKind.NAME_RENAMED, FactKind.SIGNATURE_CHANGED}:
        return "name"
    if fact.kind is FactKind.DEPENDENCY_CHANGED:
        return "dependency"
    if fact.kind in {FactKind.DEFAULT_CHANGED, FactKind.RENAMED}:
        return _by_its_look(name)
    found = _PREFIX.match(fact.kind)
    return found["family"] if found else "value"


def _by_its_look(name: str) -> str:
    if name.startswith("--"):
        return "flag"
    if " /" in name or name.startswith("/"):
        return "endpoint"
    if _VARIABLE.fullmatch(name):
        return "env"
    if "(" in name:
        return "value"
    return "config" if "." in name else "metric"
