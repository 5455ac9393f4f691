"""How prominent a commit is to whoever runs or builds on a repository: few named signals, each with a weight.

The weights were fitted on days that readers labelled (`prominence_training` is the recipe); the signals are what told
must-know commits from the rest on days that they were not made for.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.commit import Commit
from analysis.copies import is_copy
from analysis.facts.fact import Fact, FactKind
from analysis.paths import FileKind
from analysis.statements.statement import Source, Statement, StatementKind
from analysis.symptoms import found_in
from analysis.title import ChangeType, Title


@dataclass(frozen=True, slots=True)
class Signal:
    """One piece of evidence: its name, how strong it is, and what it is about (a word, a name; may be empty)."""

    name: str
    value: float = 1.0
    detail: str = ""


_GRAVE = ("data_loss", "security", "crash", "hang", "race", "wrong_result", "leak", "out_of_memory")
_REFUSES = re.compile(
    r"\b(?:reject|refus|disallow|forbid|raise|throw|clamp|enforce|validat|cap)(?:s|es|ed|ing)?\b|拒绝|禁止|限制",
    re.IGNORECASE,
)
_CONSEQUENCE = re.compile(
    r"\b(?:so|thus|hence|therefore|causing|causes?|caused|leads? to|leading to|led to|resulting in|results? in|resulted in|because|which (?:made|makes|broke|breaks|meant|means)"
    r"|would|could|no longer|silently|instead of|when(?:ever)?|if)\b|导致|因此|从而|引发|造成",
    re.IGNORECASE,
)
_HOUSEKEEPING = re.compile(
    r"\W*(?:super\s+)?(?:tiny\s+|minor\s+|small\s+)?(?:refactor\w*|clean\w*|tidy|rename|mov(?:e|ing)|extract|split|simplif\w*|reorgani[sz]e|restructure|unify|dedup\w*|remove (?:unused|redundant|dead|useless|unnecessary|obsolete)"
    r"|delete (?:unused|redundant|dead)|inline|lint|format\w*|style|typo|nit|chore|bump|upgrade|update\b.{0,30}\bdep|migrat\w+|test\w*|docs?\b|comment|rewrite|consolidate|deduplicate|replace|delegate|annotat\w+)\b",
    re.IGNORECASE,
)
_MINOR = re.compile(
    r"(?:^|[/_-])(?:bench(?:es|marks?|marking)?|profil(?:e|er|ing)|tools?|tooling|scripts?|examples?|samples?|demos?|playgrounds?|experimental|contrib|debug|dev|internal|website|templates?|stubs?|mocks?)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_API_NAMES = (FactKind.NAME_REMOVED, FactKind.NAME_RENAMED, FactKind.MODULE_REMOVED, FactKind.SIGNATURE_CHANGED)
_GONE = (
    FactKind.FLAG_REMOVED, FactKind.COMMAND_REMOVED, FactKind.ENDPOINT_REMOVED, FactKind.ENV_REMOVED, FactKind.METRIC_REMOVED,
    FactKind.GATE_REMOVED, FactKind.CHOICE_REMOVED, FactKind.RENAMED,
)  # fmt: skip
_NEW = (FactKind.FLAG_ADDED, FactKind.COMMAND_ADDED, FactKind.ENDPOINT_ADDED, FactKind.ENV_ADDED, FactKind.CHOICE_ADDED)
_MODEL = re.compile(
    r"\b(?!FP|SM|INT|CUDA|GPU|TP|DP|EP|PP|H\d|B\d|A\d|UTF|SHA|HTTP|MX|NV|BF|PR|V\d|Python|Py|ES|C\+\+|X\d)[A-Z][A-Za-z]{2,}[-_ ]?V?\d(?:\.\d+)?[A-Za-z]*\b"
)


def signals(
    commit: Commit,
    title: Title,
    facts: Sequence[Fact],
    kinds: Mapping[str, FileKind],
    types: Sequence[ChangeType],
    statements: Sequence[Statement],
    platform: str,
) -> Iterator[Signal]:
    """Yield what speaks for or against a commit's prominence."""
    lead = types[0]
    product = [file for file in commit.files if kinds[file.path] is FileKind.PRODUCTION]
    ships = [
        file for file in commit.files if kinds[file.path] in {FileKind.PRODUCTION, FileKind.BUILD, FileKind.VENDORED}
    ]
    present = set(kinds.values())
    fix = lead in {ChangeType.BUGFIX, ChangeType.SECURITY}
    if not product:
        yield Signal("surroundings" if not ships else "packaging")
    else:
        lines = sum(file.additions + file.deletions for file in product)
        yield Signal("size", min(math.log1p(lines), 6.0))
        if FileKind.TEST in present:
            yield Signal("tested")
        if FileKind.DOCS in present:
            yield Signal("documented")
        if fix:
            yield Signal("mends")
        if lead is ChangeType.FEATURE:
            yield Signal("new")
        if lead is ChangeType.PERFORMANCE:
            yield Signal("faster")
    if lead in {ChangeType.TESTS, ChangeType.CI_BUILD, ChangeType.DOCS, ChangeType.DEPENDENCIES}:
        yield Signal("around")
    if lead is ChangeType.REVERT:
        yield Signal("reverts")
    grave_text = list(_grave(statements))
    if _HOUSEKEEPING.match(title.text) or lead in {ChangeType.REFACTOR, ChangeType.CHORE}:
        if not title.breaking:
            yield Signal("housekeeping", 0.5 if grave_text else 1.0)
    if platform:
        yield Signal("platform" if fix else "platform_other", 1.0, platform)
    if (model := _MODEL.search(title.text)) and product:
        yield Signal("model_fix" if fix else "model_other", 1.0, model[0])
    if product:
        yield from _troubles(title, statements, grave_text, facts, fix=fix)
    yield from _interface(title, facts, statements, lead, fix=fix)
    if product and all(_MINOR.search(file.path) for file in product):
        yield Signal("minor")
    if is_copy(commit):
        yield Signal("copy")


def _grave(statements: Iterable[Statement]) -> Iterator[tuple[Statement, str, str]]:
    for one in statements:
        if one.source in {Source.BODY, Source.PULL_REQUEST, Source.FRAGMENT} and one.kind is StatementKind.EFFECT:
            found = next(((code, word) for code, word in found_in(one.text) if code in _GRAVE), None)
            if found:
                yield one, *found


def _troubles(
    title: Title,
    statements: Sequence[Statement],
    grave: Sequence[tuple[Statement, str, str]],
    facts: Sequence[Fact],
    *,
    fix: bool,
) -> Iterator[Signal]:
    named = next(((code, word) for code, word in found_in(title.text) if code in _GRAVE), None)
    if named:
        yield Signal("grave_title", 1.0, named[1])
    if grave:
        yield Signal("grave_text", min(len(grave), 2), grave[0][2])
        if any(_CONSEQUENCE.search(one.text) for one, _, _ in grave):
            yield Signal("consequence", 1.0, grave[0][2])
        if fix:
            yield Signal("grave_fix", 1.0, grave[0][2])
    if _REFUSES.search(title.text):
        yield Signal("refuses")
    raised = next((fact for fact in facts if fact.kind is FactKind.CHECK_ADDED), None)
    if raised and fix:
        yield Signal("raises", 1.0, raised.name)
    if any(one.source is Source.FRAGMENT and one.category in {"bugfix", "security"} for one in statements):
        yield Signal("fragment_fix")


def _interface(
    title: Title, facts: Sequence[Fact], statements: Sequence[Statement], lead: ChangeType, *, fix: bool
) -> Iterator[Signal]:
    kinds = {fact.kind: fact for fact in reversed(facts)}
    if title.breaking or lead is ChangeType.BREAKING:
        yield Signal("breaking")
    if any(one.source is Source.FRAGMENT and one.category in {"breaking", "deprecation"} for one in statements):
        yield Signal("fragment_breaking")
    for name, group in (("gone", _GONE), ("names", _API_NAMES), ("offers", _NEW)):
        if found := next((kinds[kind] for kind in group if kind in kinds), None):
            yield Signal(name, 1.0, found.name)
    for name, kind in (
        ("default", FactKind.DEFAULT_CHANGED),
        ("unsafe", FactKind.UNSAFE_ADDED),
        ("requires", FactKind.REQUIREMENT_CHANGED),
        ("format", FactKind.FORMAT_CHANGED),
        ("selects", FactKind.SELECTION_CHANGED),
    ):
        if kind in kinds:
            yield Signal(name, 1.0, kinds[kind].name)
