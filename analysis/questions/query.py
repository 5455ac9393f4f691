"""What a question asks for: days, people, versions, how important, and what it is about, clause by clause."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from analysis.commits.tags import Tag
from analysis.i18n.language import LANGUAGES
from analysis.i18n.patterns import Patterns
from analysis.i18n.typography import fold
from analysis.i18n.words import WORDS
from analysis.questions.dates import names_time
from analysis.questions.named_spans import NoDays
from analysis.questions.people import AROUND_NAME, read_people
from analysis.questions.releases import is_version, read_release
from analysis.questions.signs import Sign, filling, signs
from analysis.questions.spans import Days, read_days
from analysis.questions.words import RUN, alike, cut, is_chinese, stem, terms, words_of
from analysis.triage.areas import Area, Areas, general
from analysis.triage.hardware import told_in

_LONGEST_CHINESE, _LONGEST_PHRASE = 8, 3
_MOST_CLAUSES = 14
"""Most clauses of a question; more is a pasted text, of which the first ones are used."""
_PATTERNS = Patterns(__file__, "query")
_DEVICES = {
    "ampere": ("ampere", "sm80", "sm86", "a100", "a800"),
    "ada": ("sm89", "l40", "l40s", "rtx 4090"),
    "hopper": ("hopper", "sm90", "h100", "h200", "h20", "h800", "gh200"),
    "blackwell": ("blackwell", "sm100", "sm103", "sm120", "b200", "b300", "gb200", "gb300"),
}  # fmt: skip
"""By family of devices, how titles call it; where an area is a platform, its own words do."""


Counts = Literal["", "authors", "newcomers", "commits"]
"""What a question may want counted: who has how many commits, who has the first ones, or how many there are."""


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


@dataclass(frozen=True, slots=True)
class Unclear:
    """What of a question names something that is not known, or not clear: without it the question would be another one.

    Attributes:
        text: as the question says it.
        why: a day that is none, may be either of two `days`, or has not come; a person of whom nothing is known; a release
            that is not known.
    """

    text: str
    why: Literal["day", "either", "coming", "person", "release"]
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed question.

    Attributes:
        people: names or accounts, of which any is meant.
        least: 0 for low, 1 for medium, 2 for high.
        newest: it asks how something is now.
        release: the version that the days belong to; empty for none.
        repo: the repository that it names; empty for none.
        unclear: why it cannot be answered as it is; None if it can.
        asks_who: it asks for people.
        counts: what it wants counted instead of shown; empty for nothing.
    """

    text: str
    clauses: tuple[Clause, ...] = ()
    days: Days = Days()
    people: tuple[str, ...] = ()
    least: int = 0
    newest: bool = False
    release: str = ""
    repo: str = ""
    unclear: Unclear | None = None
    asks_who: bool = False
    counts: Counts = ""

    @property
    def is_empty(self) -> bool:
        """Whether it names nothing."""
        return not (self.clauses or self.days or self.people or self.least or self.release or self.counts)


def _nobody(_name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names that questions may use.

    Attributes:
        repos: the repositories that may be meant; `tags`: their versions, newest first.
        is_person: whether a name or an account is an author's.
    """

    areas: Areas = field(default_factory=general)
    repos: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    is_person: Callable[[str], bool] = _nobody


def read_query(text: str, today: date, known: Vocabulary) -> Query:
    """Parse a question; `today` is the current day for the person asking."""
    rest = fold(text)
    quoted = [found["inside"] for found in _PATTERNS.quoted.finditer(rest)]
    rest = _PATTERNS.quoted.sub(lambda found: f" {found['inside']} " if " " in found["inside"] else " ", rest)
    release, days, rest, unknown = read_release(rest, known.tags)
    read = read_days(rest, today)
    named = read.days
    people, rest = read_people(read.rest, known.is_person)
    counts, rest = _counts(rest)
    least = 2 if _PATTERNS.important.search(rest) else 0
    rest = _PATTERNS.important.sub(" ", rest)
    repo, rest = _repo(rest, known.repos)
    newest = bool(_PATTERNS.newest.search(rest))
    clauses = [Clause(one, (words_of_name(one),)) for one in quoted if words_of_name(one)]
    clauses += _clauses(rest, known.areas)
    unique = {clause.sign.name if clause.sign else clause.forms: clause for clause in reversed(clauses)}
    said = [clause.said for clause in unique.values()][::-1]
    unclear = (Unclear(unknown, "release") if unknown else None) or (_as_unclear(read.wrong) if read.wrong else None)
    if not (unclear or people) and (stranger := _stranger(rest, known)):
        unclear = Unclear(stranger, "person")
    if not (unclear or named or days or people) and said and all(map(names_time, said)):
        unclear = Unclear(" ".join(said), "day")
    return Query(
        text,
        tuple(reversed(unique.values()))[:_MOST_CLAUSES],
        named or days,
        people,
        least,
        newest,
        release,
        repo,
        unclear,
        bool(_PATTERNS.who.search(text)),
        counts,
    )


def asks_of_reverts(text: str) -> bool:
    """Whether a question asks if something was reverted."""
    return any(clause.sign and clause.sign.name == "reverted" for clause in _clauses(fold(text), general()))


def words_of_name(text: str) -> str:
    """Return a name in the words of the index, each part once: `DeepSeek-V3` → `deepseek v3`."""
    return " ".join(words_of(run).split()[0] if not is_chinese(run) else words_of(run) for run in RUN.findall(text))


# -- versions, people, repositories


def _as_unclear(wrong: NoDays) -> Unclear:
    return Unclear(wrong.text, "day" if wrong.why == "none" else wrong.why, wrong.days)


_COUNTED: tuple[Counts, ...] = ("newcomers", "authors", "commits")


def _counts(text: str) -> tuple[Counts, str]:
    """Return what is to be counted, and the text without the words that say so."""
    for wanted in _COUNTED:
        if found := _PATTERNS["counted"][wanted].search(text):
            return wanted, f"{text[: found.start()]} {text[found.end() :]}"
    if _PATTERNS.who.search(text) and (found := _PATTERNS.most_at_end.search(text)):
        return "authors", text[: found.start()]
    return "", text


def _stranger(text: str, known: Vocabulary) -> str:
    """Return a name that must be an author's by the words around it; empty for none, and for what is known as something else."""
    for found in (*_PATTERNS.surely_by.finditer(text), *_PATTERNS.mentioned.finditer(text)):
        name = found["name"].strip(AROUND_NAME)
        lowered = name.lower()
        is_other = lowered in filling() | signs().keys() | WORDS.one_of("query.nobody") or known.areas.find(lowered)
        if name and not (is_other or is_version(name) or name[0].isdigit()):
            return name
    return ""


def _repo(text: str, repos: Sequence[str]) -> tuple[str, str]:
    """Return the repository that is named, in whole or by its name alone, and the text without it."""
    for repo in sorted(repos, key=len, reverse=True):
        for name in (repo, repo.rpartition("/")[2]):
            form = _PATTERNS.of("repo", name=name)
            if form.search(text):
                return repo, form.sub(" ", text)
    return "", text


# -- what it is about


def _clauses(text: str, areas: Areas) -> Iterator[Clause]:
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
    more = [*others, *_DEVICES.get(device, ())]
    if is_area and area and areas.is_platform(area):
        more += sorted(next(one for one in areas if one.key == area).words)
    alike_forms = tuple(dict.fromkeys(found for one in more if (found := words_of_name(one)) and found != form))
    return Clause(text, (form,), alike_forms, area or "", is_area, device)


@lru_cache(maxsize=1)
def _multiword() -> frozenset[str]:
    return frozenset(one for group in terms().values() for one in group if " " in one)


def _area(lowered: str, areas: Areas) -> str:
    return areas.find(lowered) or ""


def _own_names(key: str, areas: Areas) -> set[str]:
    area: Area | None = next((one for one in areas if one.key == key), None)
    return {key, key.replace("_", " "), *(name.lower() for name in area.names.values())} if area else set()


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
            platform = (
                sorted(next(one for one in areas if one.key == area).words) if area and areas.is_platform(area) else []
            )
            more = tuple(found for one in platform if (found := words_of_name(one)))
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
