"""A commit's title taken apart, and said again in English: what is so after it, of what, under which circumstances.

Titles follow few patterns: a verb, a thing, and prepositional phrases. A fix names what people suffered from; then the
sentence says that this is over. What fits no pattern is passed on as it was written. `chinese.py` says it in Chinese.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

_RELATIONS = (
    "when|if|while|during|on|in|inside|within|with|without|for|of|after|before|under|via|through|by|across|between|from"
    "|at|into|to|as|instead of|caused by|due to"
)
_RELATION = re.compile(rf"\s+({_RELATIONS})\s+", re.IGNORECASE)
_FROM_TO = re.compile(r"\s+from\s+(\S+)\s+to\s+(\S+)$", re.IGNORECASE)
_ARROW = re.compile(r"^(.+?)\s+(?:->|=>|→)\s+(\S.*)$")
_ARTICLE = re.compile(r"^(?:the|an?|some)\s+", re.IGNORECASE)
_FILLER = re.compile(
    r"^(?:(?:super|tiny|minor|small|quick|quickly|simple|simply|also|further|please|just|try to|attempt to)\s+)+(?=\S)",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(r"^(?:don['’]?t|do not|no longer|never)\s+", re.IGNORECASE)
_MADE = re.compile(r"^makes?\s+(?P<thing>.+)\s+(?P<state>[\w-]+)$", re.IGNORECASE)
_WHOLE = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”|\([^()]*\)|\[[^\][]*\]")
_WORD = re.compile(r"[A-Za-z][\w'’-]*")
CODE = re.compile(r"`[^`]*`|[\w./:=<>+*-]*[_/=<>\\*]+[\w./:=<>+*-]*|\b\w*[A-Z]\w*\b|\b\w*\d\w*\b")
"""What is a name rather than a word."""
_FILES = re.compile(r"^(?:[\w./-]+\.\w{1,5}(?:\.{3})?[\s,]*|and\s+|\(?\d{6,8}\)?[\s,]*|\.{3}\s*)+$")
_MIDDLE = {
    "add", "adds", "increase", "increases", "remove", "removes", "fixes", "uses", "enables", "enable", "disable",
    "disables", "avoid", "avoids", "skips", "supports", "updates", "allow", "allows", "reduces", "improves", "handles",
}  # fmt: skip
"""Verbs that may follow what a sentence is about: words that are hardly ever nouns."""
_GAP = "\u00a0"
_SINGULAR = re.compile(r"(?:ss|us|is|as|os)$")
_NOUNS_IN_ING = {"training", "serving", "routing", "embedding", "string", "logging", "streaming", "sampling", "missing"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One clause of a title.

    Attributes:
        action: the key of its verb in `phrases.toml`; empty if it opens with none that is known.
        thing: what it is about, without the circumstances and, in a fix, without the symptom.
        symptom: (key, the word itself) of what a fix ends; None elsewhere.
        around: circumstances in order, (preposition, words); `to do` for a purpose.
        change: (from, to), if it ends with such a pair.
        subject: what stands before the verb ("8-gpu-b200 increase timeout").
        manner: an adverb before the verb, lower case.
        state: what the thing is made ("make X optional"); the action is `make` then.
        is_negative: it says what is not done any more.
        is_bound: the circumstances are the thing's own ("tests missed when migrating"), not those of what is done.
    """

    action: str
    thing: str
    symptom: tuple[str, str] | None = None
    around: tuple[tuple[str, str], ...] = ()
    change: tuple[str, str] | None = None
    subject: str = ""
    manner: str = ""
    state: str = ""
    is_negative: bool = False
    is_bound: bool = False


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
    whole = _WHOLE.sub(lambda found: found[0].replace(" ", _GAP), " ".join(text.split()))
    clauses = [whole.rstrip(" .,;:!-")]
    while len(clauses) < len(text) and (found := _second_clause(clauses[-1])):
        clauses[-1:] = found
    return tuple(_plain(_read(clause)) for clause in clauses)


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
    action, length = _opening(clause)
    rest = _ARTICLE.sub("", clause[length:].strip())
    if action and not rest:
        action = ""
    if not action:
        return _without_verb(clause)
    return _circumstances(action, rest)


def _without_verb(clause: str) -> Phrase:
    """Read a title that opens with a noun: `ROCm support for X`, `8-gpu-b200 increase timeout`."""
    pieces = _RELATION.split(clause)
    head = pieces[0].split(" ")
    for size in (2, 1):
        noun = " ".join(head[-size:]).lower()
        if len(head) > size and noun in _closings():
            return _circumstances(_closings()[noun], clause[: len(" ".join(head[:-size]))] + clause[len(pieces[0]) :])
    for index, word in enumerate(head[1:4], 1):
        if word.lower() in _MIDDLE and len(head) > index + 1:
            rest = clause[len(" ".join(head[:index])) :].strip()
            return replace(_read(rest), subject=" ".join(head[:index]).rstrip(":"))
    return _circumstances("", clause)


def _circumstances(action: str, rest: str) -> Phrase:
    change = _FROM_TO.search(rest)
    if change:
        rest = rest[: change.start()]
    pair = (change[1], change[2]) if change else None
    arrow = _ARROW.match(rest)
    if arrow and not pair:
        return Phrase(action, arrow[1], around=(("into" if action in {"refactor", "split"} else "to", arrow[2]),))
    pieces = _RELATION.split(" " + rest)
    thing, around = pieces[0].strip(), []
    for relation, words in zip((p.lower() for p in pieces[1::2]), (p.strip() for p in pieces[2::2]), strict=True):
        first = words.split(" ", 1)[0].lower()
        if around and around[-1][0] == "to do":  # what follows a purpose belongs to it
            around[-1] = ("to do", f"{around[-1][1]} {relation} {words}")
        else:
            around.append(("to do" if relation == "to" and first in table()["verbs"] else relation, words))
    symptom = None
    if action == "fix":
        thing, symptom = _without_symptom(thing)
    is_bound = bool(re.search(r"\s[a-z]{3,}ed$", thing)) and bool(around)
    return Phrase(action, thing, symptom, tuple(around), pair, is_bound=is_bound)


def _without_symptom(thing: str) -> tuple[str, tuple[str, str] | None]:
    for key, pattern in _symptoms():
        found = pattern.search(thing)
        if found:
            left = re.sub(r"\s{2,}", " ", thing[: found.start()] + thing[found.end() :]).strip(" ,:-")
            left = re.sub(r"^(?:potential|possible|some|of)\s+|\s+(?:potential|possible|and|or)$", "", left)
            return _ARTICLE.sub("", left), (key, found[0])
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
        subject=put(phrase.subject),
    )


def _named(text: str) -> str:
    names: dict[str, str] = table()["names"]
    words = [names.get(word, word) for word in text.split(" ")]
    return " ".join(words).replace(_GAP, " ")


def say_english(phrases: Sequence[Phrase]) -> str:
    """Say a title again as one sentence, without its full stop and without a capital that it has not by itself."""
    return "; ".join(_say(phrase) for phrase in phrases)


def _say(phrase: Phrase) -> str:
    around = "".join(_said_around(phrase.around))
    change = f" from {phrase.change[0]} to {phrase.change[1]}" if phrase.change else ""
    said = _clause(phrase, around, change)
    if phrase.manner:
        said = f"{said}, {'for now' if phrase.manner == 'temporarily' else phrase.manner}"
    return f"{phrase.subject}: {said}" if phrase.subject else said


def _said_around(around: Sequence[tuple[str, str]]) -> Iterator[str]:
    for relation, words in around:
        bare = relation in {"when", "if"} and len(words.split()) == 1 and not re.search(r"[=<>!]", words)
        yield f" {'with' if bare else relation.removesuffix(' do')} {words}"


def _clause(phrase: Phrase, around: str, change: str) -> str:
    if phrase.is_bound:
        return _clause(replace(phrase, thing=phrase.thing + around, around=(), is_bound=False), "", change)
    thing = phrase.thing
    if phrase.is_negative:
        verb = table()["action"][phrase.action]["words"][0] + " " if phrase.action else ""
        return f"does not {verb}{thing[:1].lower() + thing[1:] if not verb else thing}{around}{change} any more"
    if phrase.action == "make":
        return _agreeing("{object} {is} now {x}", thing, phrase.state, "")
    if phrase.symptom:
        return _over(phrase, around)
    if not phrase.action:
        return thing + around + change
    action: dict[str, str] = table()["action"][phrase.action]
    if phrase.change and thing and phrase.action not in {"rename", "move"}:
        return _agreeing("{object}{around} {goes}{x}", thing, change, around)
    if phrase.change:
        around += change
    if any(relation == "instead of" for relation, _ in phrase.around) and phrase.action == "use":
        other = next(words for relation, words in phrase.around if relation == "instead of")
        left = "".join(_said_around([pair for pair in phrase.around if pair[0] != "instead of"]))
        return _agreeing("{object} {replaces} {x}{around}", thing, other, left)
    if phrase.action in {"fix", "adjust", "update"} and phrase.around[:1] and phrase.around[0][0] == "to do":
        verb, _, rest = phrase.around[0][1].partition(" ")
        left = "".join(_said_around(phrase.around[1:]))
        return _agreeing(f"{{object}} now {{{_third(verb)}}}", thing, "", "") + f" {rest}".rstrip() + left
    if phrase.action == "allow" and phrase.around[:1] and phrase.around[0][0] == "to do":
        return f"{thing} can now {phrase.around[0][1]}" + "".join(_said_around(phrase.around[1:]))
    for index, (relation, words) in enumerate(phrase.around):
        template = action.get(f"en_{relation}")
        if template and thing and words:
            left = "".join(_said_around(phrase.around[:index] + phrase.around[index + 1 :]))
            said = _agreeing(template, thing, words, left)
            return said if "{around}" in template else said + left
    if not thing:
        return _third(action["words"][0]) + around
    return _agreeing(action["en"], thing, "", around)


def _over(phrase: Phrase, around: str) -> str:
    """Say of a fix that what people suffered from is over."""
    assert phrase.symptom
    key, word = phrase.symptom
    over: str = table()["symptom"][key]["en"]
    places = [words for relation, words in phrase.around if relation in {"in", "on", "for", "of", "with"}]
    if phrase.thing:
        return _agreeing(f"{{object}}{{around}} {over}", phrase.thing, "", around, symptom=word)
    if not places or key in {"problem", "typo"}:
        return f"no more {word}{around}"
    # "KeyError when x in y": y no longer raises KeyError when x
    left = list(phrase.around)
    left.remove(next(pair for pair in reversed(left) if pair[1] == places[-1]))
    return _agreeing(f"{{object}} {over}{{around}}", places[-1], "", "".join(_said_around(left)), symptom=word)


class _Verbs(dict[str, str]):
    """Fills a sentence; what it does not know is a verb in the third person, which becomes a plural if it has to."""

    def __init__(self, *, plural: bool, **values: str) -> None:
        super().__init__(values)
        self.plural = plural

    def __missing__(self, verb: str) -> str:
        return _base(verb) if self.plural else verb


def _agreeing(template: str, thing: str, x: str, around: str, symptom: str = "") -> str:
    at = {place: template.find(place) for place in ("{object}", "{x}")}
    subject = x if 0 <= at["{x}"] < at["{object}"] else thing
    return template.format_map(
        _Verbs(plural=is_plural(subject), object=thing, x=x, around=around, symptom=symptom)
    )


def is_plural(noun: str) -> bool:
    """Whether a verb behind this noun stands in the plural."""
    first = noun.split(" ", 1)[0].lower()
    if re.fullmatch(r"[a-z-]+ing", first) and first not in _NOUNS_IN_ING:
        return False
    noun = _RELATION.split(re.sub(r"\s*\([^)]*\)$", "", noun))[0]
    joined = re.search(r"(\S+)\s+and\s|,\s", noun)
    if joined and not (joined[1] and str(table()["chinese"].get(joined[1].lower(), "")).endswith("的")):
        return True  # "a and b are", but "useless and broken code is"
    last = re.sub(r"(?<=s)\s[a-z]{3,}ed$", "", noun).rpartition(" ")[2]
    if re.search(r"[A-Z]s$", last):
        return True
    return bool(re.fullmatch(r"[A-Za-z-]*[a-z]s", last)) and not _SINGULAR.search(last)


def _third(verb: str) -> str:
    special = {"be": "is", "have": "has", "do": "does", "go": "goes"}
    if verb in special:
        return special[verb]
    return f"{verb}es" if re.search(r"(?:s|sh|ch|x|z)$", verb) else f"{verb}s"


def _base(verb: str) -> str:
    special = {"is": "are", "has": "have", "does": "do", "goes": "go"}
    if verb in special:
        return special[verb]
    return verb[:-2] if re.search(r"(?:sses|shes|ches|xes)$", verb) else verb.removesuffix("s")


def capital(text: str) -> str:
    """Begin a sentence with a capital, unless it begins with a name or with code."""
    word = text.split(" ", 1)[0]
    is_name = bool(CODE.fullmatch(word)) and not re.fullmatch(r"[A-Z][a-z]*", word)
    return text if is_name or "." in word.rstrip(".,:;") else text[:1].upper() + text[1:]
