"""A change's types, and whether the first is certain, so that readers may be told: its author or its diff must say so.

What the classifier alone finds likely is right nine times out of ten at best, however sure it is: enough to rank and to search
by, but not to state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind
from analysis.commits.title import AROUND, ChangeType, Title
from analysis.facts import Fact, FactKind
from analysis.i18n.words import WORDS
from analysis.statements import Statement
from analysis.triage.change_types import (
    LOST,
    WITHDRAWN,
    is_of_product,
    likeliest,
    share_of,
    surrounding,
    type_unseen,
    types_said,
)
from analysis.triage.prominence import facts_for_users

_MOSTLY = 0.6
"""The least share of the lines around the product for a change to be about tests, CI or documentation."""
_LEAST = {
    ChangeType.BUGFIX: 0.2,
    ChangeType.FEATURE: 0.5,
    ChangeType.REFACTOR: 0.3,
    ChangeType.PERFORMANCE: 0.2,
}
"""How likely the classifier must find the type that a title's verb names: with less, the diff speaks against the verb."""

_NEW, _GROWTH = 0.6, 5
"""How likely a feature must be, and how many lines must be added for each one deleted, where the diff alone shows that it is one."""
_OFFERED = {
    FactKind.FLAG_ADDED,
    FactKind.COMMAND_ADDED,
    FactKind.ENDPOINT_ADDED,
    FactKind.ENV_ADDED,
    FactKind.CHOICE_ADDED,
    FactKind.CONFIG_ADDED,
    FactKind.METRIC_ADDED,
}
"""What users can set, call or read since a change."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A change's types, the surest first, at least one; `is_certain` is about the first."""

    types: tuple[ChangeType, ...]
    is_certain: bool = True


def typed(
    commit: Commit,
    title: Title,
    kinds: dict[str, FileKind],
    facts: Sequence[Fact],
    statements: Sequence[Statement],
    expected: Mapping[ChangeType, float],
    *,
    labelled: ChangeType | None = None,
    is_own: bool,
) -> Typed:
    """Return what a change is: by its author's words or label, otherwise the likeliest type.

    `expected` is how likely the classifier finds each type, the likeliest first; `is_own`: it learned from this repository.
    """
    if said := types_said(commit, title, facts, kinds, statements):
        return Typed(said)
    if labelled:
        return Typed((labelled,))
    if commit.is_unseen or commit.is_empty:
        return Typed((type_unseen(title, kinds),))
    is_main = is_of_product(commit, kinds)
    kind = likeliest(expected, title, facts, kinds.values(), is_own=is_own, is_of_product=is_main)
    return Typed((kind,), _is_certain(kind, title, commit, kinds, facts, expected[kind]))


def _is_certain(
    kind: ChangeType,
    title: Title,
    commit: Commit,
    kinds: dict[str, FileKind],
    facts: Sequence[Fact],
    chance: float,
) -> bool:
    """Whether the files alone bear out a type, or the title's verb and the diff together."""
    if FileKind.PRODUCTION not in kinds.values():
        return kind is surrounding(kinds) and (kind not in AROUND or share_of(commit, kinds, kind) >= _MOSTLY)
    lost = {fact.kind for fact in facts_for_users(facts)}
    if kind is ChangeType.BREAKING:
        return bool(lost & WITHDRAWN) and ChangeType.CHORE not in title.types and _opens(title.text, kind)
    if kind not in _LEAST or (kind is ChangeType.REFACTOR and lost & LOST):
        return False
    is_new = (
        kind is ChangeType.FEATURE and chance >= _NEW and _adds(commit, kinds, lost) and not _doubts(title.text, "new")
    )
    return is_new or (chance >= _LEAST[kind] and _opens(title.text, kind))


def _adds(commit: Commit, kinds: dict[str, FileKind], facts: set[FactKind]) -> bool:
    """Whether a diff hardly does anything but add, and adds a file of the product or something that users can set or call."""
    is_new_file = any(file.status == "added" and kinds[file.path] is FileKind.PRODUCTION for file in commit.files)
    return commit.additions >= _GROWTH * commit.deletions and (is_new_file or bool(_OFFERED & facts))


def _opens(text: str, kind: ChangeType) -> bool:
    """Whether a title begins with a verb for this type, and none of its words says that something else is meant."""
    return bool(WORDS.patterns("certainty.opens")[kind.value].match(text)) and not _doubts(text, kind.value)


def _doubts(text: str, about: str) -> bool:
    """Whether words of a title speak against what it seems to be about."""
    forms = WORDS.patterns("certainty.doubts")
    return any(forms[name].search(text) for name in ("any", about) if name in forms)
