"""What a diff itself proves."""

from dataclasses import dataclass
from enum import StrEnum


class FactKind(StrEnum):
    """Closed set. `added` and `removed` are about definitions that the commit gains or loses as a whole.

    A default holds where nobody sets it; a constant cannot be set, and is what its source says. A choice is a value that a
    flag or a field takes. What is selected is what `auto`, or no value, stands for. A format is what lies on disk or goes
    over the wire. `renamed` is one thing, or a whole family, of what people set or query under another name.
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
"""What comes, by name, with what takes it away again."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a diff or git's own message proves.

    Attributes:
        name: what it is about, as written in the code: `--model-checksum`, `GET /v1/list_loras`, `torch`.
        before, after: values or names, as written; empty where there is none. Of a check, the condition as written.
        detail: what the code itself says of it (a help text, a reason, a message), one line; may be empty. Of a family that is
            renamed, its members: `--old-a → --new-a, --old-b → --new-b`.
        path, line: where; the line after the change, or before it for what was removed. Line 0: the whole file.
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
        """Whether its line is one of the version before the commit: where something went away."""
        is_dropped = self.kind is FactKind.REQUIREMENT_CHANGED and bool(self.before) and not self.after
        return is_dropped or self.kind is FactKind.TEST_ENABLED or self.kind.value.endswith("_removed")
