"""What a question asks for: days, people, versions, how important, and what it is about, clause by clause."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from analysis.commits.tags import Tag
from analysis.i18n.patterns import Patterns
from analysis.i18n.typography import fold
from analysis.i18n.words import WORDS
from analysis.questions.clauses import Clause, clauses_of, words_of_name
from analysis.questions.dates import names_time
from analysis.questions.exclusions import read_exclusions
from analysis.questions.named_spans import NoDays
from analysis.questions.operators import Kind, Operator, operators, refused
from analysis.questions.people import AROUND_NAME, read_people
from analysis.questions.releases import is_version, read_release
from analysis.questions.signs import filling, signs
from analysis.questions.spans import Days, read_days, read_hours
from analysis.questions.words import is_chinese, terms
from analysis.triage.areas import Areas, general

_MOST_CLAUSES = 14
"""Maximum clauses of a question; anything longer is pasted text, and only its beginning is used."""
_PATTERNS = Patterns(__file__, "query")

Counts = Literal["", "authors", "newcomers", "commits"]
"""What a question may want counted: who has how many commits, who has the first ones, or how many there are."""


Why = Literal["day", "either", "coming", "person", "release"] | Kind
"""Why a question cannot be answered: a day that is none, may be either of two, or has not come; a person of whom nothing is known; a
release that is not known; or an operator that nothing takes."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """What of a question is not known, or not clear: without it the question would be another one.

    Attributes:
        text: as the question says it.
        days: those that it may mean, if several.
    """

    text: str
    why: Why
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed question.

    Attributes:
        people: names or accounts, any of which may match; `not_by`: whose commits are left out.
        without: what commits may not be about.
        hours: it asks for so many hours up to now; 0 for no such span.
        least: 0 for low, 1 for medium, 2 for high.
        newest: it asks how something is now.
        release: the version that the days belong to; empty for none.
        repo: the repository that it names; empty for none.
        unclear: why it cannot be answered as it is; None if it can.
        aside: operators that it is answered without, as written.
        of_list: it asks for some of the commits of the last list (`which of these`).
        asks_who: it asks for people.
        counts: what it wants counted instead of shown; empty for nothing.
    """

    text: str
    clauses: tuple[Clause, ...] = ()
    days: Days = Days()
    people: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()
    without: tuple[Clause, ...] = ()
    hours: int = 0
    least: int = 0
    newest: bool = False
    release: str = ""
    repo: str = ""
    unclear: Unclear | None = None
    aside: tuple[str, ...] = ()
    of_list: bool = False
    asks_who: bool = False
    counts: Counts = ""

    @property
    def is_empty(self) -> bool:
        """Whether it names nothing."""
        is_limited = self.days or self.hours or self.people or self.not_by or self.without or self.least or self.release
        return not (self.clauses or is_limited or self.counts or self.of_list)


def _nothing(_name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names that questions may use.

    Attributes:
        repos: the repositories that may be meant; `tags`: their versions, newest first.
        is_person: whether a name or an account is an author's; `is_word`: whether commits have a word.
    """

    areas: Areas = field(default_factory=general)
    repos: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    is_person: Callable[[str], bool] = _nothing
    is_word: Callable[[str], bool] = _nothing


def read_query(text: str, today: date, known: Vocabulary) -> Query:
    """Parse a question; `today` is the current day for the person asking.

    Each reader takes the words that it understands out of the text. Operators that are left make the question unclear; what
    else is left is looked for.
    """
    quoted, rest = _quoted(fold(text), known)
    of_list, rest = _of_list(rest)
    release, days, rest, unknown = read_release(rest, known.tags)
    hours, rest = read_hours(rest)
    read = read_days(rest, today)
    left_out = read_exclusions(read.rest, known.areas, known.is_person)
    people, rest, stranger = read_people(left_out.rest, known.is_person)
    least = 2 if _PATTERNS.important.search(rest) else 0
    rest = " ".join(_PATTERNS.important.sub(" ", rest).split())
    counts, rest = _counts(rest)
    repo, rest = _repo(rest, known.repos)
    newest = bool(_PATTERNS.newest.search(rest))
    found = list(operators(_PATTERNS.newest.sub(" ", rest)))
    clauses = [*_names(quoted), *clauses_of(_without(rest, found), known.areas)]
    clauses += [clause for name in quoted for clause in clauses_of(name, known.areas) if " " in name]
    unique = {clause.sign.name if clause.sign else clause.forms: clause for clause in reversed(clauses)}
    asked = tuple(reversed(unique.values()))[:_MOST_CLAUSES]
    unclear = Unclear(unknown, "release") if unknown else _as_unclear(read.wrong) if read.wrong else None
    if not unclear and (stranger := (_is_stranger(stranger, known) and stranger) or _stranger(rest, known)):
        unclear = Unclear(stranger, "person")
    if not unclear and (wrong := left_out.wrong or refused(found, sum(not clause.sign for clause in asked))):
        unclear = Unclear(wrong, "exclusion") if isinstance(wrong, str) else Unclear(wrong.text, wrong.kind)
    is_limited = bool(read.days or days or people or hours)
    if not (unclear or is_limited or of_list) and asked and all(clause.sign for clause in asked):
        pronoun = _PATTERNS.pronoun.search(rest)  # of a commit that is not named
        unclear = Unclear(pronoun[0].strip(), "place") if pronoun else None
    if not (unclear or is_limited) and asked and _names_only_time(asked):
        unclear = Unclear(" ".join(clause.said for clause in asked), "day")
    return Query(
        text,
        asked,
        read.days or days,
        people,
        left_out.people,
        left_out.clauses,
        hours,
        least,
        newest,
        release,
        repo,
        unclear,
        tuple(dict.fromkeys(one.text for one in found)),
        of_list,
        bool(_PATTERNS.who.search(text)),
        counts,
    )


def _quoted(text: str, known: Vocabulary) -> tuple[list[str], str]:
    """Return what stands between quotation marks, and the text without it; a person's name stays, without the marks."""
    found = [one["inside"] for one in _PATTERNS.quoted.finditer(text)]
    people = {name for name in found if known.is_person(name)}
    rest = _PATTERNS.quoted.sub(lambda one: f" {one['inside']} " if one["inside"] in people else " ", text)
    return [name for name in found if name not in people and words_of_name(name)], rest


def _names(quoted: Sequence[str]) -> list[Clause]:
    return [Clause(name, (words_of_name(name),)) for name in quoted]


def _of_list(text: str) -> tuple[bool, str]:
    """Return whether the commits of the last list are meant, and the text without the words that say so."""
    found = _PATTERNS.whole_list.search(text)
    return (True, f"{text[: found.start()]} {text[found.end() :]}") if found else (False, text)


def _without(text: str, found: Sequence[Operator]) -> str:
    for one in found:
        text = f"{text[: one.start]}{' ' * (one.end - one.start)}{text[one.end :]}"
    return text


def _names_only_time(asked: Sequence[Clause]) -> bool:
    """Whether all that is left to look for is a time that could not be read: `two fortnights`."""
    others = [one for one in asked if one.said.lower() not in WORDS.names("dates.numbers")]
    return bool(others) and all(names_time(one.said) for one in others)


def asks_of_reverts(text: str) -> bool:
    """Whether a question asks if something was reverted."""
    return any(clause.sign and clause.sign.name == "reverted" for clause in clauses_of(fold(text), general()))


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
    for form in (_PATTERNS.surely_by, _PATTERNS.mentioned):
        for found in form.finditer(text):
            if _is_stranger(name := found["name"].strip(AROUND_NAME), known):
                return name
    for form in _PATTERNS["doing"].values():
        for found in form.finditer(text):
            if _is_stranger(name := found["name"].strip(AROUND_NAME), known) and not known.is_word(name):
                return name
    return ""


def _is_stranger(name: str, known: Vocabulary) -> bool:
    """Whether a name can be nothing but somebody's."""
    lowered = name.lower()
    is_other = lowered in filling() | signs().keys() | terms().keys() | WORDS.one_of("query.nobody")
    is_other = (
        is_other or bool(known.areas.find(lowered)) or any(map(_PATTERNS.of("repo", name=lowered).search, known.repos))
    )
    is_cut = is_chinese(name) and any(
        clause.area or clause.sign or len(clause.forms) > 1 for clause in clauses_of(name, known.areas)
    )
    return bool(name) and not (is_other or is_cut or is_version(name) or name[0].isdigit())


def _repo(text: str, repos: Sequence[str]) -> tuple[str, str]:
    """Return the repository that is named, in whole or by its name alone, and the text without it."""
    for repo in sorted(repos, key=len, reverse=True):
        for name in (repo, repo.rpartition("/")[2]):
            form = _PATTERNS.of("repo", name=name)
            if form.search(text):
                return repo, form.sub(" ", text)
    return "", text
