"""Which people a question names, in any script: `by Ada and Wren`, `Ada Byron's fixes`."""

from collections.abc import Callable, Iterator
from itertools import islice

from analysis.i18n.patterns import Patterns
from analysis.i18n.typography import NO_BLANK_BEHIND
from analysis.questions.signs import filling, signs
from analysis.questions.words import is_chinese

AROUND_NAME = "".join(("@?!. ", *NO_BLANK_BEHIND))
"""Characters that may surround a name without being part of it."""
_PATTERNS = Patterns(__file__, "query")
_LONGEST, _MOST_SIGNS, _WHOLE_IN_SIGNS = 3, 4, 3
"""Words of a name; signs of one that is written in signs, and of one that is surely a whole one."""
_MOST_PLACES = 60
"""Words of a question at which names are looked for: more is a text that was pasted."""

_Place = tuple[int, int]


def read_people(text: str, is_person: Callable[[str], bool]) -> tuple[tuple[str, ...], str, str]:
    """Return the authors named, the text without them, and the name beside theirs that is nobody's, if any.

    A whole name counts wherever it stands, a part of one where the words around it, or around one beside it, say so.
    """
    alone = text.strip(AROUND_NAME)
    if alone and " " not in alone and not _is_filling(alone) and is_person(alone):
        return (alone,), "", ""

    def end_of(start: int) -> int:
        """Return where the longest name ends that begins here; 0 where none does."""
        found = name_at(text, start, is_person)
        return found[1] if found else 0

    for start in islice(_starts(text), _MOST_PLACES):
        if not (end := end_of(start)):
            continue
        places = [(start, end)]
        while (between := _PATTERNS.between_people.match(text, places[-1][1])) and (end := end_of(between.end())):
            places.append((between.end(), end))
        if any(_is_said(text, place) for place in places):
            by = _PATTERNS.by_alone.search(text[:start])
            names = tuple(dict.fromkeys(_bare(text[one:other]) for one, other in places))
            end = places[-1][1]
            between = _PATTERNS.between_people.match(text, end)
            beside = _PATTERNS.stranger.match(text, between.end()) if between else None
            return names, f"{text[: by.start() if by else start]} {text[end:]}", beside[0] if beside else ""
    return (), text, ""


def name_at(text: str, start: int, is_person: Callable[[str], bool]) -> tuple[str, int] | None:
    """Return the author's name that begins here, and where it ends; None for none."""
    ends = (end for end in _ends(text, start) if _is_name(text[start:end]) and is_person(_bare(text[start:end])))
    return next(((_bare(text[start:end]), end) for end in ends), None)


def _starts(text: str) -> Iterator[int]:
    """Yield where names may begin: at each word, and, as signs have no spaces, at each sign."""
    for found in _PATTERNS.word_of_name.finditer(text):
        yield from range(found.start(), found.end()) if is_chinese(found[0]) else (found.start(),)


def _ends(text: str, start: int) -> list[int]:
    """Return where a name that begins here may end, the farthest first."""
    found = _PATTERNS.word_of_name.match(text, start)
    if not found:
        return []
    if is_chinese(found[0]):
        return [start + count for count in range(min(_MOST_SIGNS, len(found[0])), 1, -1)]
    ends = [found.end()]
    while len(ends) < _LONGEST and (following := _PATTERNS.next_word_of_name.match(text, ends[-1])):
        ends.append(following.end())
    return ends[::-1]


def _is_said(text: str, place: _Place) -> bool:
    start, end = place
    name = text[start:end]
    is_whole = " " in name or (is_chinese(name) and len(name) >= _WHOLE_IN_SIGNS)
    return (
        is_whole or name[0] == "@" or bool(_PATTERNS.by.search(text[:start]) or _PATTERNS.of_somebody.match(text, end))
    )


def _is_name(text: str) -> bool:
    return not all(map(_is_filling, text.split(" ")))


def _is_filling(word: str) -> bool:
    return word.lower().strip("@") in filling() | signs().keys()


def _bare(name: str) -> str:
    return name.lstrip("@")
