"""Splitting text into sentences, in English and Chinese."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__, "sentences")

BREAK = "\u2028"
"""Unicode's line separator: marks a line broken on purpose, which also ends a sentence."""

_WRAPPED = 55
"""Columns; a shorter line was broken on purpose, not by an editor."""


def unwrapped(lines: Sequence[str], *, is_raw: bool = False) -> str:
    """Return lines as one text: those that an editor wrapped joined, those broken on purpose kept apart by BREAK.

    `is_raw` says that they have their original length, which shows whether the next word would have fitted.
    """
    text, width = "", max(map(len, lines), default=0)
    for line, after in zip_longest(lines, lines[1:], fillvalue=""):
        fits = (
            is_raw and len(line) + 1 + len(after.split(" ", 1)[0]) <= width
        )  # an editor would have put the next word here
        is_broken = (
            (len(line) < _WRAPPED or fits) and _PATTERNS.begins.match(after) and not _PATTERNS.goes_on.search(line)
        )
        text += line + (BREAK if is_broken else " ")
    return text


def sentences_of(text: str) -> list[str]:
    """Return a passage's sentences, each without leading whitespace and number; code in backticks is never cut."""
    return [sentence for line in text.split(BREAK) for sentence in _of_line(line)]


def _of_line(text: str) -> Iterator[str]:
    plain = _PATTERNS.blanks.sub(" ", text).strip()
    masked = _PATTERNS.code.sub(lambda code: "X" * len(code[0]), plain)
    start = 0
    for end in [*(found for found in _PATTERNS.end.finditer(masked)), None]:
        stop = end.end() if end else len(plain)
        until = masked[start : end.start() + 1] if end and masked[end.start()] == "." else ""
        if _PATTERNS.abbreviated.search(until) or (
            _PATTERNS.number.search(until) and masked[stop:].lstrip()[:1].isdigit()
        ):
            continue
        sentence = _PATTERNS.numbered.sub("", plain[start:stop].strip())
        start = stop
        if sentence:
            yield sentence
