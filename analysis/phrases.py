"""A commit's title taken apart: what is done, to what, under which circumstances.

Titles follow few patterns: a verb, a thing, and prepositional phrases; a fix names what people suffered from. What fits
no pattern stays whole. `phrases_en.py` and `phrases_zh.py` say the parts again.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

_RELATIONS = (
    "when|if|while|during|on|in|inside|within|with|without|for|of|after|before|under|via|through|by|across|between|from"
    "|at|into|to|as|instead of|caused by|due to"
)
RELATION = re.compile(rf"\s+({_RELATIONS})\s+", re.IGNORECASE)
_ASIDE = re.compile(r"^(?:\[[^\]]{1,40}\]\s*)*([\w./][\w./ -]{1,30}?)\s*(?::|\s[-–]|：)\s+(.+)$")
_TAGS = re.compile(r"^(?:(?:\[[^\]]{1,40}\]|:\w+:)\s*:?\s*)+(?=\S)")
_BY_DEFAULT = re.compile(r"\s+(?:as|by)\s+default$", re.IGNORECASE)
_CLAUSE = re.compile(
    r"\b(?:not|never|being|be|been|is|are|was|were|that|which|becomes?|occurs?|always|gets?|does|do|should|can|cannot|has|have)\b"
    r"|[:+;]\s|\s[-–+&]\s",
    re.IGNORECASE,
)
"""What shows that behind a verb stands a sentence of its own, or more than one thing."""
_BINDING = {"with", "of"}
BEHIND = {"when", "if", "while", "by", "during", "after", "before", "to do", "as", "instead of"}
_FROM_TO = re.compile(
    r"\s+from\s+(\S+)\s+to\s+(\S+(?:\s(?:minutes?|mins?|seconds?|hours?|days?|[MG]i?B))?)(?=$|\s+(?:in|on|for|with)\s)",
    re.IGNORECASE,
)
_VAGUE = re.compile(r"(?:\d+|some|minor|several|many|few|small|two|three|various|multiple|a|an|the|\s)*", re.IGNORECASE)
_ARROW = re.compile(r"^(.+?)\s+(?:->|=>|→)\s+(\S.*)$")
_ARTICLE = re.compile(r"^(?:the|an?|some)\s+", re.IGNORECASE)
_OF = re.compile(r"^(?:of|for|on|in)\s+", re.IGNORECASE)
"""What binds the noun `fix` to what is fixed; behind the verb it says nothing."""
_FILLER = re.compile(
    r"^(?:(?:super|tiny|minor|small|quick|quickly|simple|simply|also|further|please|just|try to|attempt to)\s+)+(?=\S)",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(r"^(?:don['’]?t|do not|no longer|never)\s+", re.IGNORECASE)
_MADE = re.compile(r"^makes?\s+(?P<thing>.+?)\s+(?:more\s+)?(?P<state>[\w-]+)$", re.IGNORECASE)
_WHOLE = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”|\([^()]*\)|\[[^\][]*\]")
_WORD = re.compile(r"[A-Za-z][\w'’-]*")
CODE = re.compile(r"`[^`]*`|[\w./:=<>+*-]*[_/=<>\\*]+[\w./:=<>+*-]*|\b\w*[A-Z]\w*\b|\b\w*\d\w*\b")
"""What is a name rather than a word."""
_FILES = re.compile(r"^(?:[\w./-]+\.\w{1,5}[\s,]*|[\w/-]+\.{3}[\s,]*|and\s+|\(?\d{6,8}\)?[\s,]*|\.{3}\s*)+$")
_MIDDLE = {
    "add", "adds", "use", "increase", "increases", "remove", "removes", "fixes", "uses", "enables", "enable", "disable",
    "disables", "avoid", "avoids", "skips", "supports", "updates", "allow", "allows", "reduces", "improves", "handles",
}  # fmt: skip
"""Verbs that may follow what a sentence is about: words that are hardly ever nouns."""
_GAP = "\ue000"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One clause of a title.

    Attributes:
        action: the key of its verb in `phrases.toml`; empty if it opens with none that is known.
        thing: what it is about, without the circumstances and, in a fix, without the symptom.
        symptom: (key, the word itself) of what a fix ends; None elsewhere.
        around: circumstances in order, (preposition, words); `to do` for a purpose.
        change: (from, to), if it ends with such a pair.
        manner: an adverb before the verb, lower case.
        state: what the thing is made ("make X optional"); the action is `make` then.
        is_negative: it says what is not done any more.
        aside: what stood before the sentence, with a colon or a dash.
        verb: the words that it opens with, lower case, also of an action that is not known.
        is_bound: the circumstances are the thing's own ("tests missed when migrating"), not those of what is done.
    """

    action: str
    thing: str
    symptom: tuple[str, str] | None = None
    around: tuple[tuple[str, str], ...] = ()
    change: tuple[str, str] | None = None
    manner: str = ""
    state: str = ""
    is_negative: bool = False
    is_bound: bool = False
    aside: str = ""
    verb: str = ""


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """Return what stands in `phrases.toml`."""
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _openings() -> dict[str, str]:
    return {word: key for key, action in table()["action"].items() for word in action["words"]}


@lru_cache(maxsize=1)
def _closings() -> dict[str, str]:
    return {word: key for key, action in table()["action"].items() for word in action.get("nouns", ())}


@lru_cache(maxsize=1)
def _symptoms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((key, re.compile(symptom["found"])) for key, symptom in table()["symptom"].items())


def read_phrases(text: str) -> tuple[Phrase, ...]:
    """Take a title's text (without tags and prefix) apart: one phrase for each verb it opens a clause with."""
    # What stands in brackets, quotes or backticks is one word: no clause and no circumstance begins in it.
    text = _TAGS.sub("", " ".join(text.split()))
    whole = _WHOLE.sub(lambda found: found[0].replace(" ", _GAP), text)
    aside = _ASIDE.match(whole)
    if aside and _opening(aside[2])[0]:
        whole = aside[2]
    clauses = [whole.rstrip(" .,;:!-")]
    while len(clauses) < len(text) and (found := _second_clause(clauses[-1])):
        clauses[-1:] = found
    phrases = [_plain(_read(clause)) for clause in clauses]
    if aside and _opening(aside[2])[0]:
        phrases[-1] = replace(phrases[-1], aside=aside[1].replace(_GAP, " "))
    return tuple(phrases)


def names_only_files(text: str) -> bool:
    """Whether a title says no more than which files it changes."""
    _, length = _opening(text)
    return bool(_FILES.match(text[length:].strip() or "?"))


def _second_clause(clause: str) -> list[str] | None:
    for joint in re.finditer(r"\s*(?:,\s*and|,|;|\band\b|&)\s+", clause):
        rest = clause[joint.end() :]
        participle = re.match(r"\w+(?:ing|ed)\b", rest)  # "using expected checksums" goes on, "use them" begins
        if joint.start() and not participle and _opening(rest)[0] and len(rest.split()) > 1:
            return [clause[: joint.start()], rest]
    return None


def _opening(text: str) -> tuple[str, int]:
    """The action that a text opens with, and how long its words are."""
    words = re.match(r"(?:[\w'-]+\s?){1,4}", text)
    opening = words[0].rstrip() if words else ""
    while opening:
        if opening.lower() in _openings() and not re.match(r"[\w./:=()\[-]", text[len(opening) :]):
            return _openings()[opening.lower()], len(opening)
        opening = opening.rpartition(" ")[0].rstrip()
    return "", 0


def _read(clause: str) -> Phrase:
    clause = _FILLER.sub("", clause) or clause
    denied = _NEGATIVE.match(clause)
    if denied:
        return replace(_read(clause[denied.end() :]), is_negative=True)
    first, _, rest = clause.partition(" ")
    if first.lower() in table()["adverbs"] and _opening(rest)[0]:
        return replace(_read(rest), manner=first.lower())
    made = _MADE.match(clause)
    if made and made["state"].lower() in table()["adjectives"]:
        return Phrase("make", _ARTICLE.sub("", made["thing"]), state=made["state"].lower())
    by_default = _BY_DEFAULT.search(clause)
    if by_default and _opening(clause)[0]:
        return replace(_read(clause[: by_default.start()]), manner="by default")
    action, length = _opening(clause)
    rest = _ARTICLE.sub("", _OF.sub("", clause[length:].strip()) if action == "fix" else clause[length:].strip())
    if action and rest:
        return replace(_circumstances(action, rest), verb=clause[:length].lower())
    if first.lower() in table()["does"]["words"] and rest:
        return replace(_circumstances("", _ARTICLE.sub("", clause[len(first) :].strip())), verb=first.lower())
    return _without_verb(clause)


def _without_verb(clause: str) -> Phrase:
    """Read a title that opens with a noun: `ROCm support for X`, `8-gpu-b200 increase timeout`."""
    pieces = RELATION.split(clause)
    head = pieces[0].split(" ")
    for size in (2, 1):
        noun = " ".join(head[-size:]).lower()
        if len(head) > size and noun in _closings():
            return _circumstances(_closings()[noun], clause[: len(" ".join(head[:-size]))] + clause[len(pieces[0]) :])
    for index, word in enumerate(head[1:4], 1):
        if word.lower() in _MIDDLE and len(head) > index + 1:
            rest = clause[len(" ".join(head[:index])) :].strip()
            phrase, whose = _read(rest), " ".join(head[:index]).rstrip(":")
            relation = "in" if "en_in" in table()["action"].get(phrase.action, {}) else "of"
            return replace(phrase, around=((relation, whose), *phrase.around))
    return _circumstances("", clause)


def _circumstances(action: str, rest: str) -> Phrase:
    change = _FROM_TO.search(rest)
    if change:
        rest = rest[: change.start()] + rest[change.end() :]
    pair = (change[1], change[2]) if change else None
    arrow = _ARROW.match(rest)
    if arrow and not pair:
        return Phrase(action, arrow[1], around=(("into" if action in {"refactor", "split"} else "to", arrow[2]),))
    pieces = RELATION.split(" " + rest)
    thing = pieces[0].strip()
    around: list[tuple[str, str]] = []
    for relation, words in zip((p.lower() for p in pieces[1::2]), (p.strip() for p in pieces[2::2]), strict=True):
        first = next((word for word in words.lower().split() if not word.endswith("ly")), "")
        if relation == "of" and not around:
            thing += f" of {words}"
        elif around and (around[-1][0] == "to do" or relation in _BINDING or _is_doing(*around[-1])):
            around[-1] = (around[-1][0], f"{around[-1][1]} {relation} {words}")  # "for parity with x": one circumstance
        else:
            around.append(("to do" if relation == "to" and _is_purpose(first, words) else relation, words))
    symptom = None
    if action == "fix":
        head, of, whose = thing.partition(" of ")
        left, symptom = _without_symptom(head)
        if symptom and of and not left:
            around.insert(0, ("of", whose))
        thing = left + of + whose if left or not symptom else ""
    is_bound = bool(re.search(r"\s[a-z]{3,}ed$", thing)) and bool(around)
    return Phrase(action, thing, symptom, tuple(around), pair, is_bound=is_bound)


def is_clause(phrase: Phrase) -> bool:
    """Whether what is fixed or changed is told in a sentence of its own, which no verb of ours can be put behind."""
    told = " ".join([phrase.thing, *(words for relation, words in phrase.around if relation not in BEHIND)])
    return bool(_CLAUSE.search(told))


def opens_with_verb(text: str) -> bool:
    """Whether a thing begins with a word that may be its verb, so that it would be heard as a sentence: `cancel the runs`."""
    first = text.split(" ", 1)[0].lower()
    known = first in table()["verbs"] or first in table()["does"]["words"] or bool(_opening(text)[0])
    return known and " " in text


def base_of(word: str) -> str:
    """Return the verb of a word with -ing, if it is one that is known; else an empty string."""
    known = {**table()["verbs"], **dict.fromkeys(table()["does"]["words"])}
    stem = word.lower().removesuffix("ing")
    doubled = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem  # noqa: PLR2004 - running: run
    return next((form for form in (stem, f"{stem}e", doubled) if word.endswith("ing") and form in known), "")


def _is_purpose(first: str, words: str) -> bool:
    """Whether what stands behind `to` is something to do: a word that is a noun, too, needs an object for that."""
    known = first in table()["verbs"] or first in table()["does"]["words"] or first in _openings()
    return known and (len(words.split()) > 1 or first not in table()["chinese"])


def _is_doing(relation: str, words: str) -> bool:
    """Whether a circumstance is something done, so that what follows belongs to it: `when applying x to y`."""
    return relation in BEHIND and bool(re.match(r"\w+ing\s", words))


def _without_symptom(thing: str) -> tuple[str, tuple[str, str] | None]:
    for key, pattern in _symptoms():
        found = pattern.search(thing)
        if found and (found.start() == 0 or not thing[found.end() :].strip(" ,.-")):
            left = re.sub(r"\s{2,}", " ", thing[: found.start()] + thing[found.end() :]).strip(" ,:-")
            left = re.sub(r"^(?:potential|possible|some|of)\s+|\s+(?:potential|possible|and|or)$", "", left)
            if not left or not _VAGUE.fullmatch(left):
                return _ARTICLE.sub("", left), (key, found[0])
            return thing, None
    return thing, None


def _plain(phrase: Phrase) -> Phrase:
    """Put back the spaces of what was one word, and write names as they are written."""
    put = _named
    return replace(
        phrase,
        thing=put(phrase.thing),
        symptom=(phrase.symptom[0], phrase.symptom[1].replace(_GAP, " ")) if phrase.symptom else None,
        around=tuple((relation, put(words)) for relation, words in phrase.around),
        change=(phrase.change[0].replace(_GAP, " "), phrase.change[1].replace(_GAP, " ")) if phrase.change else None,
    )


def _named(text: str) -> str:
    names: dict[str, str] = table()["names"]
    words = [names.get(word, word) for word in text.split(" ")]
    return " ".join(words).replace(_GAP, " ")
