"""How a commit is sorted and ranked by rules: change types, importance with its reasons, areas.

Importance is the effect on people who use the repository. What only surrounds the product (tests, CI, documents,
tooling) is never high; what breaks or changes the product's behaviour is never low.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from analysis.areas import Areas
from analysis.commit import Commit
from analysis.facts import Fact, FactKind
from analysis.paths import FileKind, kind_of
from analysis.title import ChangeType, Title, read_title


class Importance(StrEnum):
    """How much the repository's users should care."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for low to 2 for high."""
        return {"low": 0, "medium": 1, "high": 2}[self.value]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a commit ranks as it does.

    Attributes:
        code: which reason, the key of its sentence in every language.
        detail: what the sentence is about, such as a flag's name; may be empty.
        points: what it added (or took away).
    """

    code: str
    detail: str = ""
    points: float = 0.0


@dataclass(frozen=True, slots=True)
class Triage:
    """A commit's place among the others.

    Attributes:
        types: the surest first, at least one.
        score: 0 to 1, comparable between commits and repositories; `importance` is cut from it, within the rules' bounds.
        reasons: the strongest first.
        areas: keys, the surest first; may be empty.
        floor, ceiling: what the rules allow at least and at most, whatever a classifier or a model says.
    """

    types: tuple[ChangeType, ...]
    importance: Importance
    score: float
    reasons: tuple[Reason, ...]
    areas: tuple[str, ...]
    floor: Importance = Importance.LOW
    ceiling: Importance = Importance.HIGH

    def bounded(self, wanted: Importance) -> Importance:
        """Return `wanted`, moved to what the rules allow."""
        return max(self.floor, min(wanted, self.ceiling, key=_rank), key=_rank)


def _rank(importance: Importance) -> int:
    return importance.rank


SYMPTOMS: dict[str, tuple[float, re.Pattern[str]]] = {
    code: (points, re.compile(pattern, re.IGNORECASE))
    for code, points, pattern in (
        ("data_loss", 4.0, r"\bdata loss\b|\bloses? (?:data|requests)\b|\blost (?:data|requests)\b|\bcorrupt(?:s|ed|ion)?\b"),
        ("security", 4.0, r"\bCVE-\d|\bvulnerab\w+|\bsecurity (?:fix|issue|hole|hardening)|\b(?:code|command|sql) injection\b|\bSSRF\b|\bpath traversal\b|\bRCE\b"),
        ("crash", 3.0, r"\bcrash(?:es|ed|ing)?\b|\bseg(?:mentation )?fault\b|\bcore dump\w*|\bpanics?\b|\billegal memory access\b|\bIMA\b"),
        ("hang", 3.0, r"\bhangs?\b|\bhanging\b|\bhung\b|\bdead-?locks?\b|\bgets? stuck\b|\bstuck\b|\bfreez(?:e|es|ing)\b|\binfinite loop\b"),
        ("wrong_result", 3.0, r"\bNaNs?\b|\bwrong(?:ly)? (?:result|output|answer|value|token|text|shape|dtype|index)|\bincorrect(?:ly)?\b|\b(?:answers?|results?|outputs?|values?)\b.{0,40}\bwrong\b|\bgarbage\b|\bgibberish\b|\baccuracy (?:drop|issue|bug|regression|loss|problem)|\bnumerical (?:error|issue|instability)|\bprecision (?:issue|bug|error)"),
        ("leak", 2.5, r"\b(?:memory|resource|fd|thread|handle)?[ -]?leak(?:s|ed|ing)?\b"),
        ("out_of_memory", 2.5, r"\bOOMs?\b|\bout[ -]of[ -]memory\b"),
        ("error", 1.5, r"\b\w+Error\b|\b\w+Exception\b|\berrors?\b|\bfail(?:s|ed|ure|ures|ing)?\b|\bbroken\b|\bbug\b|\bregression\b"),
        ("dropped_support", 2.5, r"\b(?:drop|remove|end)(?:s|ped|d|ed)? (?:the )?support\b|\bno longer supports?\b"),
    )
}  # fmt: skip
"""What users suffer from, by the words that name it: points, and the pattern that finds it in a title or a body."""

_BASE = {
    ChangeType.SECURITY: 6.0,
    ChangeType.BREAKING: 6.0,
    ChangeType.REVERT: 5.0,
    ChangeType.BUGFIX: 3.0,
    ChangeType.FEATURE: 3.0,
    ChangeType.PERFORMANCE: 2.5,
    ChangeType.DEPENDENCIES: 1.5,
    ChangeType.REFACTOR: 1.0,
    ChangeType.CI_BUILD: 1.0,
    ChangeType.CHORE: 1.0,
    ChangeType.DOCS: 0.5,
    ChangeType.TESTS: 0.5,
}
_FACTS = {
    FactKind.FLAG_REMOVED: 3.0,
    FactKind.DEFAULT_CHANGED: 2.5,
    FactKind.ENDPOINT_REMOVED: 2.5,
    FactKind.FLAG_ADDED: 2.0,
    FactKind.ENDPOINT_ADDED: 1.5,
    FactKind.DEPRECATED: 1.5,
    FactKind.UNSAFE_ADDED: 1.5,
    FactKind.MODULE_REMOVED: 1.5,
    FactKind.NAME_REMOVED: 1.0,
    FactKind.NAME_RENAMED: 1.0,
    FactKind.ENV_ADDED: 1.0,
    FactKind.ENV_REMOVED: 1.0,
    FactKind.CONFIG_ADDED: 0.75,
    FactKind.CONFIG_REMOVED: 1.0,
    FactKind.DEPENDENCY_CHANGED: 0.75,
    FactKind.DEPENDENCY_ADDED: 0.5,
    FactKind.DEPENDENCY_REMOVED: 0.5,
    FactKind.CHECK_ADDED: 0.5,
    FactKind.CHECK_REMOVED: 0.5,
}
_FLOORED = {
    FactKind.FLAG_REMOVED, FactKind.DEFAULT_CHANGED, FactKind.ENDPOINT_REMOVED, FactKind.NAME_REMOVED,
    FactKind.NAME_RENAMED, FactKind.MODULE_REMOVED, FactKind.ENV_REMOVED, FactKind.UNSAFE_ADDED,
}  # fmt: skip
"""Facts of the product that are never low, whatever else the commit is."""

_FLOORING_SYMPTOMS = set(SYMPTOMS) - {"error"}

CORRECTED = "corrected"
"""The reason's code where a person said how important a commit is."""

_HIGH, _MEDIUM = 5.5, 2.5
_SCALE = 6.0

_VERBS = (
    (ChangeType.REVERT, r"revert|back out|reland"),
    (ChangeType.BUGFIX, r"(?:hot|bug)?fix(?:e[sd])?|resolve|correct|repair|prevent|handle|workaround|avoid|ensure|guard"),
    (ChangeType.PERFORMANCE, r"optimi[sz]e|tune|speed ?up|accelerate|fuse|cache|faster|reduce (?:the )?(?:latency|overhead|memory)"),
    (ChangeType.DEPENDENCIES, r"bump|upgrade|pin|unpin|update \S+ to v?\d"),
    (ChangeType.DOCS, r"document|docs?\b|typo|readme"),
    (ChangeType.TESTS, r"test|unit ?test|(?:add|migrate|move|remove|fix) (?:\S+ ){0,3}tests?\b|disable .*test"),
    (ChangeType.REFACTOR, r"refactor|rename|move|clean|simplify|extract|split|reorganize|restructure|deduplicate|delete|remove|unify|migrate|tidy"),
    (ChangeType.FEATURE, r"add|support|implement|introduce|enable|allow|expose|provide|integrate|feat|new|enhance|improve|extend|make"),
)  # fmt: skip
_LEADING = tuple((kind, re.compile(rf"(?:{pattern})\b", re.IGNORECASE)) for kind, pattern in _VERBS)
_KIND_TYPES = {
    FileKind.DOCS: ChangeType.DOCS,
    FileKind.TEST: ChangeType.TESTS,
    FileKind.CI: ChangeType.CI_BUILD,
    FileKind.BUILD: ChangeType.CI_BUILD,
    FileKind.LOCK: ChangeType.DEPENDENCIES,
}
_PRODUCT = {FileKind.PRODUCTION, FileKind.BUILD, FileKind.VENDORED}


def triage(commit: Commit, facts: Sequence[Fact], areas: Areas) -> Triage:
    """Sort and rank one commit."""
    title = read_title(commit.subject)
    kinds = {file.path: kind_of(file.path) for file in commit.files}
    types = _types(title, facts, kinds)
    touches_product = any(kind in _PRODUCT for kind in kinds.values())
    touches_code = FileKind.PRODUCTION in kinds.values()
    reasons = sorted(_reasons(commit, title, facts, types, kinds), key=lambda reason: -abs(reason.points))
    points = sum(reason.points for reason in reasons)
    importance = Importance.HIGH if points >= _HIGH else Importance.MEDIUM if points >= _MEDIUM else Importance.LOW
    floor, ceiling = Importance.LOW, Importance.HIGH
    if not touches_product:
        ceiling, points = Importance.LOW, min(points, _MEDIUM - 0.5)
        reasons.insert(0, Reason("surroundings", ",".join(sorted(set(kinds.values())))))
    elif touches_code and _floor(reasons):
        floor, points = Importance.MEDIUM, max(points, _MEDIUM)
    score = round(1 - math.exp(-max(points, 0.0) / _SCALE), 3)
    found = Triage(types, importance, score, tuple(reasons), areas.of(title, commit.files), floor, ceiling)
    return replace(found, importance=found.bounded(importance))


def weigh(triage: Triage, opinion: Importance | None) -> Triage:
    """Weigh an analyser's opinion against the triage: it moves the importance by one step at most, within the bounds."""
    if opinion is None or opinion is triage.importance or any(r.code == CORRECTED for r in triage.reasons):
        return triage
    step = 1 if opinion.rank > triage.importance.rank else -1
    moved = next(level for level in Importance if level.rank == triage.importance.rank + step)
    importance = triage.bounded(moved)
    if importance is triage.importance:
        return triage
    return _moved(triage, importance, Reason("model", opinion.value))


def corrected(triage: Triage, wanted: Importance) -> Triage:
    """Return the triage with the importance that a person gave the commit: whatever rules and models say, it holds."""
    rest = tuple(reason for reason in triage.reasons if reason.code != CORRECTED)
    reason = Reason(CORRECTED, wanted.value, 1.0)
    if wanted is triage.importance:
        return replace(triage, reasons=(reason, *rest))
    return _moved(replace(triage, reasons=rest), wanted, reason)


def _moved(triage: Triage, importance: Importance, reason: Reason) -> Triage:
    cut = {Importance.HIGH: _HIGH, Importance.MEDIUM: _MEDIUM, Importance.LOW: _MEDIUM - 0.5}[importance]
    edge = 1 - math.exp(-cut / _SCALE)
    is_up = importance.rank > triage.importance.rank
    score = round(max(triage.score, edge) if is_up else min(triage.score, edge + 0.08), 3)
    return replace(triage, importance=importance, score=score, reasons=(reason, *triage.reasons))


def _floor(reasons: Sequence[Reason]) -> bool:
    return any(reason.code in _FLOORING_SYMPTOMS or reason.code in _FLOORED for reason in reasons)


def _types(title: Title, facts: Sequence[Fact], kinds: dict[str, FileKind]) -> tuple[ChangeType, ...]:
    found: list[ChangeType] = []
    if any(fact.kind is FactKind.REVERTS for fact in facts):
        found.append(ChangeType.REVERT)
    around = _surrounding(kinds)
    if around:
        found.append(around)
    found += title.types
    if title.breaking:
        found.append(ChangeType.BREAKING)
    if not found or found == [ChangeType.CHORE]:
        found = [_by_verb(title.text) or _by_facts(facts), *found]
    return tuple(dict.fromkeys(found))


def _surrounding(kinds: dict[str, FileKind]) -> ChangeType | None:
    """The type that the files give alone: where only tests are touched it is a change of tests, whatever it is called."""
    present = set(kinds.values()) - {FileKind.GENERATED, FileKind.TOOLING}
    if not present or FileKind.PRODUCTION in present or FileKind.VENDORED in present:
        return None
    if FileKind.LOCK in present and present <= {FileKind.LOCK, FileKind.BUILD}:
        return ChangeType.DEPENDENCIES
    for kind in (FileKind.TEST, FileKind.DOCS, FileKind.CI, FileKind.BUILD):
        if kind in present and len(present - {kind, FileKind.CI, FileKind.DOCS}) == 0:
            return _KIND_TYPES[kind]
    return ChangeType.CI_BUILD


def _by_verb(text: str) -> ChangeType | None:
    return next((kind for kind, pattern in _LEADING if pattern.match(text)), None)


def _by_facts(facts: Sequence[Fact]) -> ChangeType:
    added = {FactKind.FLAG_ADDED, FactKind.ENV_ADDED, FactKind.ENDPOINT_ADDED, FactKind.CONFIG_ADDED}
    return ChangeType.FEATURE if any(fact.kind in added for fact in facts) else ChangeType.CHORE


def _reasons(
    commit: Commit, title: Title, facts: Sequence[Fact], types: Sequence[ChangeType], kinds: dict[str, FileKind]
) -> list[Reason]:
    found = [Reason(f"type.{types[0].value}", points=_BASE[types[0]])]
    if types[0] is not ChangeType.REVERT or title.reverts is None:
        told = "\n".join([commit.body, *(brought.subject for brought in commit.brought)])
        found += _symptoms(title.text, told)
    best: dict[FactKind, Fact] = {}
    for fact in facts:
        best.setdefault(fact.kind, fact)
    found += [Reason(kind.value, fact.name, _FACTS[kind]) for kind, fact in best.items() if kind in _FACTS]
    lines = sum(f.additions + f.deletions for f in commit.files if kinds[f.path] is FileKind.PRODUCTION)
    if lines:
        found.append(Reason("size", str(lines), round(min(math.log2(1 + lines) / 4, 2.5), 2)))
    if any(fact.kind is FactKind.TEST_DISABLED for fact in facts):
        found.append(Reason("test_disabled", next(f.name for f in facts if f.kind is FactKind.TEST_DISABLED), 0.3))
    return found


def _symptoms(text: str, body: str) -> list[Reason]:
    found = []
    for code, (points, pattern) in SYMPTOMS.items():
        in_title = pattern.search(text)
        in_body = None if in_title else pattern.search(body)
        if in_title:
            found.append(Reason(code, in_title[0], points))
        elif in_body and code != "error":
            found.append(Reason(code, in_body[0], round(points / 3, 2)))
    return sorted(found, key=lambda reason: -reason.points)[:2]
