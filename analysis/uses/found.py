"""What a reader of files finds before it is known whose it is: command words, settings, URLs, queries, imports."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.uses.use import UseKind


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a command, and its line."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Command:
    """A command line: its words in order. `image` is what a container runs it in; without a program of its own, that runs it.

    Attributes:
        is_arguments: the image's own program is given these words, as in `args: [serve, --port=80]`.
    """

    words: tuple[Word, ...]
    image: str = ""
    is_arguments: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """A name that is set or queried."""

    kind: UseKind
    name: str
    value: str
    line: int


Found = Command | Setting


def words_of(texts: Sequence[str], line: int) -> Iterator[Word]:
    """Give texts that stand on one line that line."""
    return (Word(text, line) for text in texts)


def moved(found: Found, lines: int) -> Found:
    """Return what was found, so many lines further down."""
    if isinstance(found, Setting):
        return replace(found, line=found.line + lines)
    return replace(found, words=tuple(replace(word, line=word.line + lines) for word in found.words))
