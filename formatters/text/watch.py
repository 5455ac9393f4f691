"""What to watch in a day, whatever its importance: what was reverted, changed, removed, added or switched off."""

import re

from analysis.commits.title import in_force_by, read_title
from analysis.entry import Entry
from analysis.facts import Fact, FactKind
from analysis.i18n.typography import outside
from analysis.rules.wording import short_name
from formatters.text.item import Item
from formatters.text.plain import brief, clean, first_sentence

_NAME = re.compile(r"[A-Za-z_][\w.:]*")
_TITLE = 80
"""Columns of a title that is only mentioned."""

WATCH: tuple[tuple[str, set[FactKind]], ...] = (
    ("reverts", {FactKind.REVERTS}),
    ("restored", {FactKind.REVERTS}),
    ("defaults", {FactKind.DEFAULT_CHANGED}),
    (
        "removed",
        {
            FactKind.FLAG_REMOVED,
            FactKind.COMMAND_REMOVED,
            FactKind.ENDPOINT_REMOVED,
            FactKind.ENV_REMOVED,
            FactKind.CONFIG_REMOVED,
            FactKind.METRIC_REMOVED,
            FactKind.GATE_REMOVED,
            FactKind.CHOICE_REMOVED,
            FactKind.NAME_REMOVED,
            FactKind.MODULE_REMOVED,
        },
    ),
    ("renamed", {FactKind.RENAMED, FactKind.NAME_RENAMED}),
    ("deprecated", {FactKind.DEPRECATED}),
    ("flags", {FactKind.FLAG_ADDED, FactKind.COMMAND_ADDED, FactKind.ENV_ADDED}),
    ("unsafe", {FactKind.UNSAFE_ADDED}),
    ("tests_disabled", {FactKind.TEST_DISABLED}),
)


_RENAMES = {FactKind.RENAMED, FactKind.NAME_RENAMED}


def is_of(key: str, entry: Entry) -> bool:
    """Whether an entry reverts or restores something, as `key` says, and nothing the same day undoes that."""
    if key not in {"reverts", "restored"}:
        return True
    restores = read_title(entry.commit.subject).restores is not None
    settled = {reason.code for reason in entry.triage.reasons} & {"taken_back", "takes_back" if restores else ""}
    return not settled and restores is (key == "restored")


def is_told(fact: Fact, item: Item | None) -> bool:
    """Whether a must-know item already says a fact, in its line or as its reason."""
    if item is None:
        return False
    names = [fact.name, fact.after] if fact.kind in _RENAMES else [fact.name]
    return fact.kind is FactKind.REVERTS or all(
        name and clean(name) in f"{item.title} {item.reasons}" for name in names
    )


def watched(fact: Fact, entry: Entry) -> str:
    """Name a fact's subject, as code or in quotation marks."""
    if fact.kind is FactKind.REVERTS:
        name = in_force_by(fact.name)[0]
        return f"“{brief(outside(name), _TITLE)}”" if name else entry.commit.short
    if fact.kind is FactKind.DEPRECATED:
        is_name = bool(_NAME.fullmatch(fact.name))
        return f"`{fact.name}`" if is_name else f"“{first_sentence(outside(fact.name))}”"
    if fact.kind is FactKind.DEFAULT_CHANGED:
        return f"`{fact.name}` {fact.before} → {fact.after}"
    if fact.kind in _RENAMES:
        return f"`{fact.before}` → `{fact.after}`"
    if fact.kind is FactKind.MODULE_REMOVED:
        return f"`{short_name(fact.path)}`"
    if fact.kind in {FactKind.COMMAND_ADDED, FactKind.COMMAND_REMOVED}:
        return f"`{fact.name}` (`{short_name(fact.path)}`)"
    if fact.kind is FactKind.ENV_REMOVED and fact.path:  # others may still read it
        return f"`{fact.name}` (`{short_name(fact.path)}`)"
    return f"`{fact.name}`"
