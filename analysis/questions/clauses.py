"""What a question is about, clause by clause: names, kinds of changes, and words to look for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analysis.i18n.language import LANGUAGES
from analysis.i18n.patterns import Patterns
from analysis.i18n.words import WORDS
from analysis.questions.signs import Sign, filling, signs
from analysis.questions.words import RUN, alike, cut, is_chinese, stem, terms, words_of
from analysis.triage.areas import Area, Areas
from analysis.triage.hardware import told_in

_LONGEST_CHINESE, _LONGEST_PHRASE = 8, 3
_PATTERNS = Patterns(__file__, "query")
_DEVICES = {
    "ampere": ("ampere", "sm80", "sm86", "a100", "a800"),
    "ada": ("sm89", "l40", "l40s", "rtx 4090"),
    "hopper": ("hopper", "sm90", "h100", "h200", "h20", "h800", "gh200"),
    "blackwell": ("blackwell", "sm100", "sm103", "sm120", "b200", "b300", "gb200", "gb300"),
}  # fmt: skip
"""By family of devices, how titles call it; where an area is a platform, its own words do."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a question is about.

    Attributes:
        said: as worded in the question.
        forms: how commits say it, in the index's words, each the beginning of a word or of several; `alike`: names of
            nearly the same, which count for less.
        area: the key of an area that it names; `is_area`: it is the area's own name and not one of its words.
        device: the family of devices that it names.
        sign: what kind of change or trouble it asks for.
    """

    said: str
    forms: tuple[str, ...]
    alike: tuple[str, ...] = ()
    area: str = ""
    is_area: bool = False
    device: str = ""
    sign: Sign | None = None


def words_of_name(text: str) -> str:
    """Return a name in the words of the index, each part once: `DeepSeek-V3` → `deepseek v3`."""
    return " ".join(words_of(run).split()[0] if not is_chinese(run) else words_of(run) for run in RUN.findall(text))


def clauses_of(text: str, areas: Areas) -> Iterator[Clause]:
    """Yield the clauses of a text, in their order."""
    run: list[str] = []
    for found in _PATTERNS.token.finditer(text):
        token = found[0]
        if is_chinese(token):
            yield from _english(run, areas)
            run = []
            yield from _chinese(token, areas)
        else:
            run.append(token.strip("'’"))
            if _PATTERNS.token_ends.match(text, found.end()):
                yield from _english(run, areas)
                run = []
    yield from _english(run, areas)


def _english(words: Sequence[str], areas: Areas) -> Iterator[Clause]:
    at = 0
    while at < len(words):
        for count in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
            made = _named(" ".join(words[at : at + count]), areas, is_phrase=count > 1)
            if made:
                yield made
                break
        else:
            count = 1
        at += count


def _named(text: str, areas: Areas, *, is_phrase: bool) -> Clause | None:
    """Return what some words name; None for words that only fill, and for several that are nothing together."""
    lowered = text.lower().replace("’", "'")
    if sign := signs().get(lowered):
        return Clause(text, (stem(words_of_name(lowered)),), sign.words, sign=sign)
    if lowered in filling() | WORDS.one_of("query.left_of_time") or (not is_phrase and len(lowered) == 1):
        return None
    form = words_of_name(text)
    if not form:
        return None
    others = alike(lowered)
    area = _area(lowered, areas)
    is_area = bool(area) and lowered in _own_names(area, areas)
    if is_phrase and not (others or is_area or lowered in _multiword()):
        return None
    device = next(iter(told_in(text) | told_in(text.upper()) | told_in(text.capitalize())), "") if not is_phrase else ""
    more = [*others, *_DEVICES.get(device, ()), *(_platform_words(area, areas) if is_area else ())]
    alike_forms = tuple(dict.fromkeys(found for one in more if (found := words_of_name(one)) and found != form))
    return Clause(text, (form,), alike_forms, area, is_area, device)


@lru_cache(maxsize=1)
def _multiword() -> frozenset[str]:
    return frozenset(one for group in terms().values() for one in group if " " in one)


def _area(lowered: str, areas: Areas) -> str:
    return areas.find(lowered) or ""


def _own_names(key: str, areas: Areas) -> set[str]:
    area: Area | None = next((one for one in areas if one.key == key), None)
    return {key, key.replace("_", " "), *(name.lower() for name in area.names.values())} if area else set()


def _platform_words(key: str, areas: Areas) -> list[str]:
    """Return the words of an area that is a platform, as titles name it; none of another area."""
    return sorted(next(one for one in areas if one.key == key).words) if key and areas.is_platform(key) else []


def _chinese(run: str, areas: Areas) -> Iterator[Clause]:
    for piece in cut(run, _known(areas), _LONGEST_CHINESE):
        if piece in filling():
            continue
        if sign := signs().get(piece):
            own = tuple(found for one in terms().get(piece, ()) if (found := words_of_name(one)))
            yield Clause(piece, own or sign.words, (*sign.words, _pairs(piece)) if own else (_pairs(piece),), sign=sign)
            continue
        english = tuple(found for one in terms().get(piece, ()) if (found := words_of_name(one)))
        area = _area(piece, areas) if len(piece) > 1 else ""
        own_words = tuple(words_of_name(areas.name(area, "en")).split(" ")[:1]) if area and not english else ()
        if len(piece) > 1 or english:
            is_area = bool(area) and piece in _own_names(area, areas)
            more = tuple(found for one in _platform_words(area, areas) if (found := words_of_name(one)))
            yield Clause(piece, (*english, *own_words, _pairs(piece)), more, area, is_area)


def _pairs(text: str) -> str:
    """Return Chinese in the words of the index but the last, which is a character that anything may follow."""
    return " ".join(text[index : index + 2] for index in range(len(text) - 1)) or text


@lru_cache(maxsize=8)
def _known(areas: Areas) -> frozenset[str]:
    """The Chinese words that questions are cut by."""
    names = {
        run for area in areas for language in LANGUAGES for run in RUN.findall(area.name(language)) if is_chinese(run)
    }
    return frozenset({*filling(), *signs(), *terms(), *names} - {""})
