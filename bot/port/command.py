"""A command as a value, parsed once from what was typed, chosen or pressed, and never parsed as text again."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its arguments.

    Attributes:
        verb: its name in the table of commands.
        words: positional arguments, in order, as typed.
        named: the values of options, by the option's name; several if it was given several times.
        flags: `public`, `here`.
        strange: what was typed but the command does not know.
    """

    verb: str
    words: tuple[str, ...] = ()
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    strange: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The words joined into one text."""
        return " ".join(self.words)

    @property
    def is_public(self) -> bool:
        """Whether everyone in the channel is to see the answer."""
        return "public" in self.flags

    def value(self, name: str) -> str:
        """Return the last value of an option; empty if it was not given."""
        return self.named.get(name, ("",))[-1]
