"""Topics of a subscription, parsed and printed: several in one line are several topics."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from analysis.i18n.language import Language
from analysis.i18n.typography import fold, mixes_alphabets
from analysis.questions.follow_up import places_within, pointed_at
from analysis.questions.operators import operators
from analysis.questions.signs import filling
from analysis.questions.spans import read_days
from analysis.rules.wording import say
from analysis.triage.areas import Areas
from bot.commands import bare_topics, meanings
from bot.commands.mistakes import Mistake, about_field
from bot.commands.pieces import quoted
from bot.commands.spans import is_day
from bot.digests.core import Core
from bot.i18n.wording import tell
from bot.i18n.words import WORDS
from formatters.i18n.wording import label
from storage.retrieval import is_word
from storage.subscriptions import BOTS, Subscription

_ANY_DAY = date(2024, 12, 31)
NAMES = ("area", "path", "author", "word", "type", "label", "fix")
MOST = 12
"""Topics per line: more is probably a mistake, such as pasted text."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a subscription is about: everything given must match; with nothing given it is everything."""

    area: str = ""
    path: str = ""
    author: str = ""
    word: str = ""
    type: str = ""
    uses: str = ""
    fix: str = ""
    label: str = ""


def read(core: Core, given: Mapping[str, Sequence[str]], words: Sequence[str], *, is_new: bool = True) -> list[Topic]:
    """Return the topics of a line: `given` by name, `words` beside them; none if no topic is named.

    Raises:
        Mistake: a name is unknown, or it is unclear what a word belongs to; for new topics (`is_new`), a word names none, or
            stands alone and no commit has it.
    """
    named = {name: [one for text in given.get(name, ()) for one in meanings.listed(text)] for name in NAMES}
    named = {name: values for name, values in named.items() if values}
    bare = bare_topics.named(core.sources.areas(), words)
    if bare == [{}] and named:  # everything, but limited by what is named
        bare = []
    if bare and named.keys() - {"type"}:
        raise _stray(named, " ".join(words))
    for text in named.get("word", ()) if is_new else ():
        _refuse_no_topic(text)
    quoted_whole = [word for word in words if " " in word]
    for one in bare if is_new and len(bare) <= MOST else ():
        text = one.get("word", "")
        if text and text not in quoted_whole:
            _refuse_no_topic(text)
            if not (mixes_alphabets(text) or is_word(core.stores.store, text)):
                raise Mistake("mistake.topic_unheard", text=text, right=f"word={quoted(text) if ' ' in text else text}")
    if named.keys() == {"area"} and all(value.lower() in WORDS.one_of("words.everything") for value in named["area"]):
        return [Topic()]
    values = {name: [_checked(core, name, value) for value in named[name]] for name in named}
    each = [dict(zip(values, chosen, strict=True)) for chosen in product(*values.values())]
    topics = (
        [_checked_topic(core, one, others) for one in bare for others in each]
        if bare
        else [Topic(**one) for one in each if one]
    )
    if len(topics) > MOST:
        raise Mistake("mistake.many_topics", most=str(MOST))
    return list(dict.fromkeys(topics))


def _refuse_no_topic(text: str) -> None:
    """Refuse what names no topic: a number, a place in a list, a day, an operator.

    Raises:
        Mistake: it is one of these.
    """
    plain = fold(text).lower()
    is_place = pointed_at(plain) is not None or any(True for _ in places_within(plain))
    is_filling = all(word in filling() for word in plain.split())
    if (
        plain.strip("#.").isdecimal()
        or is_place
        or is_filling
        or is_day(plain)
        or next(operators(plain), None)
        or read_days(plain, _ANY_DAY).days
    ):
        raise Mistake("mistake.topic_none", text=text)


def _checked_topic(core: Core, one: dict[str, str], others: dict[str, str]) -> Topic:
    return Topic(**others | {name: _checked(core, name, value) for name, value in one.items()})


def _checked(core: Core, name: str, value: str) -> str:
    """Return a value as it is stored; raise Mistake for an unknown area, type or person."""
    with about_field(name):
        return _stored(core, name, value)


def _stored(core: Core, name: str, value: str) -> str:
    if name == "area":
        return meanings.area(core, value)
    if name == "type":
        return meanings.change_type(value)
    if name == "fix":
        return meanings.fix(value)
    if name in {"word", "path"} and (mixed := mixes_alphabets(value)):
        raise Mistake("mistake.alphabets", text=mixed)
    if name == "path":
        return meanings.path(value)
    if name == "author":
        author = value.lstrip("@")
        if not value.strip("@ "):  # an empty name would match everyone
            raise Mistake("mistake.author_nobody", text=value)
        return BOTS if fold(author).lower() in WORDS.one_of("words.bots") else author
    return value


def _stray(named: Mapping[str, Sequence[str]], text: str) -> Mistake:
    """Ask what a word beside a name belongs to, suggesting how the line could be meant."""
    name = next((one for one in ("author", "word", "path") if one in named), next(iter(named)))
    whole = " ".join([named[name][-1], text])
    return Mistake("mistake.stray", text=text, right=f'{name}="{whole}"')


# -- said


def say_topic(one: Subscription | Topic, areas: Areas, language: Language) -> str:
    """Say what a subscription is about: `AMD (bug fix, high importance)`."""
    names, limits = list(_names(one, areas, language)), list(_limits(one, language))
    if limits and not names:
        key, value = limits.pop(0)
        names = [tell(f"topic.commits_{key}", language, value=value)]
    first, *others = names or [tell("subs.everything", language)]
    others += [tell(f"topic.{key}", language, value=value) for key, value in limits]
    listed = label("list.comma", language).join(others)
    return tell("topic.narrowed", language, topic=first, limits=listed) if listed else first


def _names(one: Subscription | Topic, areas: Areas, language: Language) -> Iterator[str]:
    """Yield what can be followed by itself."""
    if one.area:
        yield areas.name(one.area, language)
    yield from (f"`{text}`" for text in (one.path, one.word) if text)
    if one.author:
        yield tell("subs.bots", language) if one.author == BOTS else f"@{one.author}"
    if one.fix:
        yield tell("subs.fix", language, fix=one.fix)
    if one.uses:
        yield tell("subs.uses", language)


def _limits(one: Subscription | Topic, language: Language) -> Iterator[tuple[str, str]]:
    """Yield what only describes commits: the key of its wording, and the value."""
    if one.type:
        yield "type", say(f"type.{one.type}", language)
    if one.label:
        yield "label", f"`{one.label}`"
    if isinstance(one, Subscription) and one.least.rank:
        yield one.least.value, ""


def say_topics(topics: Iterable[str], language: Language) -> str:
    """Join topics that are already worded."""
    *first, last = topics
    if not first:
        return last
    return tell("subs.and", language, first=label("list.comma", language).join(first), last=last)


def say_when(one: Subscription, language: Language) -> str:
    """Say when its news is sent."""
    return tell(f"when.{one.how}", language, time=f"{one.at:%H:%M}", zone=say_zone(one.zone, language))


def say_zone(zone: str, language: Language) -> str:
    """Say whose local time it is: `New York time`."""
    city = zone.rpartition("/")[2].replace("_", " ")
    return tell("when.zone" if "/" in zone else "when.zone_plain", language, city=city, zone=zone)
