"""How prominent a commit is to people who run a repository or build on it: a few named signals, each with a weight.

The weights are fitted to days that readers labelled, and held near what was expected of each signal beforehand
(`analysis.readers.training` is the recipe). Signals are few and general on purpose: they must work on days never seen.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.commits.commit import Commit
from analysis.commits.copies import is_copy
from analysis.commits.file_kinds import FileKind, is_guide
from analysis.commits.title import AROUND, ChangeType, Title
from analysis.facts.fact import Fact, FactKind
from analysis.i18n.patterns import Patterns
from analysis.statements.statement import Source, Statement, StatementKind
from analysis.statements.symptoms import found_in
from analysis.triage.reason import Reason

WEIGHTS = Path(__file__).parent / "prominence.json"
"""The weights that ship with Daybrief."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One piece of evidence.

    Attributes:
        name: the key of its weight.
        value: its strength; 1 for a signal that is either present or not.
        code, detail: the reason shown to readers; without a code, none.
    """

    name: str
    value: float = 1.0
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Prominence:
    """Weights by signal name; their sum is the log-odds that `analysis.triage.triage` cuts into levels."""

    bias: float
    weights: Mapping[str, float]

    def odds(self, found: Iterable[Signal]) -> float:
        """Return the log-odds of a commit with these signals."""
        return self.bias + sum(self.weights.get(signal.name, 0.0) * signal.value for signal in found)

    def reasons(self, found: Iterable[Signal]) -> list[Reason]:
        """Return what the signals add, one reason per thing that readers are told, in no particular order."""
        sums: dict[tuple[str, str], float] = {}
        for signal in found:
            if signal.code:
                key = (signal.code, signal.detail)
                sums[key] = sums.get(key, 0.0) + self.weights.get(signal.name, 0.0) * signal.value
        return [Reason(code, detail, round(points, 2)) for (code, detail), points in sums.items()]

    def dump(self) -> dict[str, Any]:
        """Return the weights as plain data, rounded."""
        return {
            "bias": round(self.bias, 3),
            "weights": {name: round(weight, 3) for name, weight in sorted(self.weights.items())},
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "Prominence":
        """Make the model from what `dump` returned."""
        return cls(data["bias"], data["weights"])


@lru_cache(maxsize=1)
def shipped() -> Prominence:
    """Return the weights that ship with Daybrief."""
    return Prominence.load(json.loads(WEIGHTS.read_text(encoding="utf-8")))


GRAVE = frozenset({"data_loss", "security", "crash", "hang", "race", "wrong_result", "leak", "out_of_memory"})
"""Symptoms that carry weight by themselves."""

_MOST_SIZE = 6.0  # e^6 lines: beyond a few hundred, more add nothing
_MOST_SENTENCES = 2
_PATTERNS = Patterns(__file__, "prominence")

_GONE = (
    FactKind.FLAG_REMOVED, FactKind.COMMAND_REMOVED, FactKind.ENDPOINT_REMOVED, FactKind.ENV_REMOVED, FactKind.METRIC_REMOVED,
    FactKind.GATE_REMOVED, FactKind.CHOICE_REMOVED, FactKind.RENAMED,
)  # fmt: skip
_NAMES = (FactKind.NAME_REMOVED, FactKind.NAME_RENAMED, FactKind.MODULE_REMOVED, FactKind.SIGNATURE_CHANGED)
_OFFERS = (
    FactKind.FLAG_ADDED,
    FactKind.COMMAND_ADDED,
    FactKind.ENDPOINT_ADDED,
    FactKind.ENV_ADDED,
    FactKind.CHOICE_ADDED,
)
_INTERFACE = {
    "gone": _GONE,
    "names": _NAMES,
    "offers": _OFFERS,
    "default": (FactKind.DEFAULT_CHANGED,),
    "unsafe": (FactKind.UNSAFE_ADDED,),
    "requires": (FactKind.REQUIREMENT_CHANGED,),
    "format": (FactKind.FORMAT_CHANGED,),
    "selects": (FactKind.SELECTION_CHANGED,),
}


def signals(
    commit: Commit,
    title: Title,
    facts: Sequence[Fact],
    kinds: Mapping[str, FileKind],
    types: Sequence[ChangeType],
    statements: Sequence[Statement],
    platform: str,
) -> Iterator[Signal]:
    """Yield what speaks for or against a commit's prominence.

    `types` are the commit's, the surest first; `platform` is the area of the hardware that it is for, empty for none.
    """
    told = [*facts_for_users(facts)]
    is_fix = types[0] in {ChangeType.BUGFIX, ChangeType.SECURITY}
    grave = list(_grave(statements))
    touches = FileKind.PRODUCTION in kinds.values() or not kinds
    is_hidden = any(fact.kind is FactKind.UNSAFE_ADDED for fact in told)
    yield from _evidence(commit, kinds, types, is_hidden=is_hidden)
    if (
        not title.breaking
        and not is_hidden
        and (_PATTERNS.housekeeping.match(title.text) or types[0] in {ChangeType.REFACTOR, ChangeType.CHORE})
    ):
        yield Signal("housekeeping", 0.5 if grave else 1.0, "housekeeping")
    if platform:
        yield Signal("platform", code="platform", detail=platform) if is_fix else Signal("platform_other")
    if touches:
        if model := _PATTERNS.model.search(title.text):
            yield Signal("model_fix", code="model", detail=model[0]) if is_fix else Signal("model_other")
        yield from _troubles(title, statements, grave, told, is_fix=is_fix)
    yield from _interface(title, told, statements, types[0])
    disabled = next((fact for fact in facts if fact.kind is FactKind.TEST_DISABLED), None)
    if disabled:
        yield Signal("test_disabled", code="test_disabled", detail=disabled.name)
    if is_copy(commit):
        yield Signal("copy", code="copied")


def explains_better(title: str) -> bool:
    """Whether a title says that something fails as before, only with a better message."""
    return bool(_PATTERNS.explains.search(title))


def is_about_tests(text: str) -> bool:
    """Whether a title or a sentence speaks of tests."""
    return bool(_PATTERNS.speaks_of_tests.search(text))


def facts_for_users(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield the facts that are not about tests' own settings."""
    return (fact for fact in facts if not _PATTERNS.testing.search(fact.name))


def _evidence(
    commit: Commit, kinds: Mapping[str, FileKind], types: Sequence[ChangeType], *, is_hidden: bool
) -> Iterator[Signal]:
    """What parts of the product are touched, and what comes with it: a fix with a test is rarely idle.

    `is_hidden`: it puts the product at risk, whatever its title says.
    """
    lead, present = types[0], set(kinds.values())
    if FileKind.PRODUCTION in present or not kinds:
        product = [file for file in commit.files if kinds[file.path] is FileKind.PRODUCTION]
        yield Signal("size", min(math.log1p(sum(file.additions + file.deletions for file in product)), _MOST_SIZE))
        if FileKind.TEST in present:
            yield Signal("tested", code="tested")
        if any(map(is_guide, kinds)):
            yield Signal("documented", code="documented")
        names = {
            ChangeType.BUGFIX: "mends",
            ChangeType.SECURITY: "mends",
            ChangeType.FEATURE: "new",
            ChangeType.PERFORMANCE: "faster",
        }
        if lead in names:
            yield Signal(names[lead], code=f"type.{lead.value}")
        if product and all(_PATTERNS.minor.search(file.path) for file in product):
            yield Signal("minor", code="minor")
    else:
        ships = present & {FileKind.BUILD, FileKind.VENDORED}
        yield Signal("packaging" if ships else "surroundings", code="surroundings", detail=",".join(sorted(present)))
    if not is_hidden and (lead in AROUND or lead is ChangeType.DEPENDENCIES):
        yield Signal("around", code=f"type.{lead.value}")
    if lead is ChangeType.REVERT:
        yield Signal("reverts", code="type.revert")


def _grave(statements: Iterable[Statement]) -> Iterator[tuple[Statement, str, str]]:
    """Yield the statements that name a grave symptom, with its code and wording."""
    for one in statements:
        if one.source in {Source.BODY, Source.PULL_REQUEST, Source.FRAGMENT} and one.kind is StatementKind.EFFECT:
            found = next(((code, words) for code, words in found_in(one.text) if code in GRAVE), None)
            if found:
                yield one, *found


def _troubles(
    title: Title,
    statements: Sequence[Statement],
    grave: Sequence[tuple[Statement, str, str]],
    facts: Sequence[Fact],
    *,
    is_fix: bool,
) -> Iterator[Signal]:
    in_title = dict(found_in(title.text)) if title.reverts is None else {}
    named = next((code for code in in_title if code in GRAVE), "")
    if named:
        yield Signal("grave_title", code=named, detail=in_title[named])
    elif "error" in in_title:
        yield Signal("error_title", code="error", detail=in_title["error"])
    if grave:
        _, code, words = grave[0]
        detail = in_title.get(code, words)
        yield Signal("grave_text", min(len(grave), _MOST_SENTENCES), code, detail)
        if any(_PATTERNS.consequence.search(one.text) for one, _, _ in grave):
            yield Signal("consequence", code=code, detail=detail)
        if is_fix:
            yield Signal("grave_fix", code=code, detail=detail)
    raised = next((fact for fact in facts if fact.kind is FactKind.CHECK_ADDED), None)
    if _PATTERNS.refuses.search(title.text):
        # Code that throws now may have thrown before, and did if the title mentions a clearer error.
        yield Signal("refuses", code="refuses" if raised and not explains_better(title.text) else "")
    if raised and is_fix:
        yield Signal("raises", code="check_added", detail=raised.name)
    lifted = next((fact for fact in facts if fact.kind is FactKind.CHECK_REMOVED), None)
    if lifted and is_fix:
        yield Signal("lifts", code="check_removed", detail=lifted.name)
    if any(one.source is Source.FRAGMENT and one.category in {"bugfix", "security"} for one in statements):
        yield Signal("fragment_fix", code="fragment_fix")


def _interface(
    title: Title, facts: Sequence[Fact], statements: Sequence[Statement], lead: ChangeType
) -> Iterator[Signal]:
    first = {fact.kind: fact for fact in reversed(facts)}
    if title.breaking or lead is ChangeType.BREAKING:
        yield Signal("breaking", code="type.breaking")
    if "dropped_support" in dict(found_in(title.text)):
        yield Signal("gone", code="dropped_support", detail=dict(found_in(title.text))["dropped_support"])
    if any(one.source is Source.FRAGMENT and one.category in {"breaking", "deprecation"} for one in statements):
        yield Signal("fragment_breaking", code="fragment_breaking")
    for name, group in _INTERFACE.items():
        found = next((first[kind] for kind in group if kind in first), None)
        if found:
            yield Signal(name, code=found.kind.value, detail=found.name)
