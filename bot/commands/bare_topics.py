"""Topics written as bare words: `AMD, NPU and bug fixes`. If only part of them is understood, the bot asks back."""

import re
from collections.abc import Sequence

from analysis.i18n.language import LANGUAGES
from analysis.i18n.patterns import Patterns
from analysis.i18n.typography import BRACKETS, OPENINGS_OF_ALL, fold
from analysis.rules.wording import say
from analysis.triage.areas import Areas
from bot.commands.meanings import listed
from bot.commands.mistakes import Mistake
from bot.commands.references import reference
from bot.commands.registry import TYPES
from bot.i18n.words import WORDS
from storage.subscriptions import BOTS

Named = dict[str, str]
"""A topic by its parts (`area`, `path`, `author`, `word`, `type`); without any it is everything."""

_PATTERNS = Patterns(__file__, "bare_topics", WORDS)
_PATH = re.compile(r"[^\s<>|]*[*?/][^\s<>|]*|[\w-]+\.[a-z]{1,5}", re.ASCII)
_BETWEEN = {"in", "on", "for", "with", "from", "of", "about", "to"}
"""Words that combine two topics in a way that a subscription cannot."""
_KIND = re.compile(r"\s*\b(?:change|fix|improvement|commit|update)(?:es|s)?$|(?<=[a-z])(?:es|s)$")
_LONGEST = 4
"""Words in the longest area name."""


def _filling() -> frozenset[str]:
    return WORDS.one_of("words.around_topics") | _BETWEEN


class Unclear(Mistake):
    """Some words are a topic on their own, but may be one phrase together with the others.

    Attributes:
        phrase: all of them. `known`: the topics among them.
    """

    def __init__(self, phrase: str, known: tuple[str, ...], unknown: str) -> None:
        super().__init__("mistake.unclear_topic", phrase=phrase, known=known, unknown=unknown)
        self.phrase = phrase
        self.known = known


def named(areas: Areas, words: Sequence[str]) -> list[Named]:
    """Return the topics that words name: separated by commas, and by "and" if that separates known ones.

    Text in quotation marks that contains a space is one topic.

    Raises:
        Unclear: a topic is next to words that mean nothing on their own.
        Mistake: something is to be excluded.
    """
    found, run = list[Named](), list[str]()
    for word in words:
        if not word.strip():
            continue
        if " " in word:
            found += _run(areas, run)
            found.append(meaning(areas, word))
            run = []
        else:
            run.append(word)
    return found + _run(areas, run)


def meaning(areas: Areas, text: str) -> Named:
    """Return the topic that a text names: an area, an author, a path, a type, else a word."""
    if text.lower() in WORDS.one_of("words.everything"):
        return {}
    if areas.find(fold(text)):
        return {"area": text}
    if fold(text).lower() in WORDS.one_of("words.bots"):
        return {"author": BOTS}
    if text.startswith("@") and " " not in text:
        return {"author": text}
    if _PATH.fullmatch(text):
        return {"path": text}
    return {"type": kind} if (kind := _kind(text)) else {"word": text}


def is_known(areas: Areas, text: str) -> bool:
    """Whether a text names more than a word to search for."""
    return meaning(areas, text).keys() != {"word"}


def _kind(text: str) -> str:
    """Return the change type that a text names, including plurals and `security fixes`; empty for none."""
    kinds = {say(f"type.{kind}", language).lower(): kind for kind in TYPES for language in LANGUAGES}
    kinds |= {kind: kind for kind in TYPES}
    word = fold(text).lower()
    return next(
        (
            kinds[one]
            for one in (word, word.removesuffix("s"), word.removesuffix("es"), _KIND.sub("", word))
            if one in kinds
        ),
        "",
    )


def _run(areas: Areas, words: Sequence[str]) -> list[Named]:
    text = " ".join(words)
    before = ""
    while before != text:
        before, text = text, _PATTERNS.courtesy.sub("", text.strip()).strip()
    if words and not text:
        return []
    return [one for part in listed(text) for one in _part(areas, _bare(areas, part))]


def _bare(areas: Areas, text: str) -> str:
    """Strip brackets around a text, and emphasis if the text is known without it."""
    inner = text.lstrip(OPENINGS_OF_ALL)
    for opening, closing in BRACKETS:
        while inner.endswith(closing) and inner.count(closing) > inner.count(opening):
            inner = inner[:-1]
    emphasised = inner.strip("*_")
    if inner[:1] == inner[-1:] and meaning(areas, emphasised).keys() & {"area", "type"}:
        return emphasised
    return inner or text


def _part(areas: Areas, text: str) -> list[Named]:
    if reference(text):
        raise Mistake("mistake.fix_or_word", text=text)
    pair = re.split(r"\s*[|/+]\s*", fold(text))  # including the full-width plus
    if len(pair) > 1 and all(areas.find(fold(one)) for one in pair):
        return [meaning(areas, one) for one in pair]
    if is_known(areas, text):
        return [meaning(areas, text)]
    parts = [part for part in _PATTERNS.joined.split(text) if part]
    if len(parts) > 1 and any(is_known(areas, part) or _segments(areas, part)[0] for part in parts):
        return [one for part in parts for one in _part(areas, part)]
    known, unknown = _segments(areas, text)
    words = [word.lower() for word in text.split()]
    if text.startswith(("-", "!")) and is_known(areas, text[1:]):
        raise Mistake("mistake.except", text=text, word=text[0])
    if known and (left_out := WORDS.one_of("words.except") & set(words)):
        raise Mistake("mistake.except", text=text, word=next(word for word in words if word in left_out))
    if not known:
        is_filling = all(word in _filling() | WORDS.one_of("words.except") | {"nothing", "none"} for word in words)
        return [] if is_filling else [{"word": text}]
    filling = {word for word in unknown if word.lower() in _filling()}
    types, others = [one for one in known if "type" in one], [one for one in known if "type" not in one]
    is_joined = len(others) > 1 and bool(_BETWEEN & {word.lower() for word in filling})
    if len(filling) < len(set(unknown)) or is_joined:
        strange = " ".join(word for word in unknown if is_joined or word not in filling)
        raise Unclear(text, tuple(_shown(one) for one in known), strange)
    return [other | kind for other in others for kind in types] if types and others else known


def _segments(areas: Areas, text: str) -> tuple[list[Named], list[str]]:
    """Split a text into known topics, longest names first, and the words between them."""
    words, known, unknown, at = text.split(), list[Named](), list[str](), 0
    while at < len(words):
        for count in range(min(_LONGEST, len(words) - at), 0, -1):
            some = " ".join(words[at : at + count])
            if some.lower() not in _filling() and meaning(areas, some).keys() - {"word"}:
                known.append(meaning(areas, some))
                break
        else:
            count = 1
            unknown.append(words[at])
        at += count
    return known, unknown


def _shown(one: Named) -> str:
    return next(iter(one.values()))
