"""What a diff by itself proves."""

from dataclasses import dataclass
from enum import StrEnum


class FactKind(StrEnum):
    """Closed set. `added` and `removed` are about definitions that the commit as a whole adds or removes.

    A default applies unless set; a constant cannot be set. A choice is a value that a flag or field accepts. What is selected
    is what `auto`, or no value, stands for. A format is what is stored on disk or sent over the wire. `renamed` is something,
    or a whole family of things, that people set or query and that has a new name.
    """

    FLAG_ADDED = "flag_added"
    FLAG_REMOVED = "flag_removed"
    COMMAND_ADDED = "command_added"
    COMMAND_REMOVED = "command_removed"
    ENV_ADDED = "env_added"
    ENV_REMOVED = "env_removed"
    ENDPOINT_ADDED = "endpoint_added"
    ENDPOINT_REMOVED = "endpoint_removed"
    METRIC_ADDED = "metric_added"
    METRIC_REMOVED = "metric_removed"
    GATE_ADDED = "gate_added"
    GATE_REMOVED = "gate_removed"
    GATE_CHANGED = "gate_changed"
    CHOICE_ADDED = "choice_added"
    CHOICE_REMOVED = "choice_removed"
    RENAMED = "renamed"
    DEFAULT_CHANGED = "default_changed"
    SELECTION_CHANGED = "selection_changed"
    CONSTANT_CHANGED = "constant_changed"
    CONFIG_ADDED = "config_added"
    CONFIG_REMOVED = "config_removed"
    FORMAT_CHANGED = "format_changed"
    NAME_ADDED = "name_added"
    NAME_REMOVED = "name_removed"
    NAME_RENAMED = "name_renamed"
    SIGNATURE_CHANGED = "signature_changed"
    MODULE_REMOVED = "module_removed"
    REQUIREMENT_CHANGED = "requirement_changed"
    DEPENDENCY_ADDED = "dependency_added"
    DEPENDENCY_REMOVED = "dependency_removed"
    DEPENDENCY_CHANGED = "dependency_changed"
    TEST_DISABLED = "test_disabled"
    TEST_ENABLED = "test_enabled"
    CHECK_ADDED = "check_added"
    CHECK_REMOVED = "check_removed"
    DEPRECATED = "deprecated"
    UNSAFE_ADDED = "unsafe_added"
    VERSION_CHANGED = "version_changed"
    REVERTS = "reverts"


TAKEN_AWAY_BY = {
    FactKind.FLAG_ADDED: FactKind.FLAG_REMOVED,
    FactKind.COMMAND_ADDED: FactKind.COMMAND_REMOVED,
    FactKind.ENV_ADDED: FactKind.ENV_REMOVED,
    FactKind.ENDPOINT_ADDED: FactKind.ENDPOINT_REMOVED,
    FactKind.METRIC_ADDED: FactKind.METRIC_REMOVED,
    FactKind.GATE_ADDED: FactKind.GATE_REMOVED,
    FactKind.CONFIG_ADDED: FactKind.CONFIG_REMOVED,
    FactKind.NAME_ADDED: FactKind.NAME_REMOVED,
    FactKind.DEPENDENCY_ADDED: FactKind.DEPENDENCY_REMOVED,
}
"""Facts about additions, with those that undo them."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a diff, or a message written by git, proves.

    Attributes:
        name: what it is about, as written in the code: `--model-checksum`, `GET /v1/list_loras`, `torch`.
        before, after: values or names, as written; empty if there is none. For a check, the condition as written.
        detail: what the code itself says about it (a help text, a reason, a message), one line; may be empty. For a renamed
            family, its members: `--old-a → --new-a, --old-b → --new-b`.
        path, line: its location; the line number after the change, or before it for removals. Line 0: the whole file.
    """

    kind: FactKind
    name: str
    path: str = ""
    line: int = 0
    before: str = ""
    after: str = ""
    detail: str = ""

    @property
    def is_before(self) -> bool:
        """Whether its line number is from before the commit, as for removals."""
        is_dropped = self.kind is FactKind.REQUIREMENT_CHANGED and bool(self.before) and not self.after
        return is_dropped or self.kind is FactKind.TEST_ENABLED or self.kind.value.endswith("_removed")
