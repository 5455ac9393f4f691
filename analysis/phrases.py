"""A commit's title said again, in English or Chinese: what was done, to what, under which circumstances.

Titles follow few patterns: a verb, a thing, and prepositional phrases. A fix names what people suffered from; then the
sentence says that this is over. What fits no pattern is passed on as it was written.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.entry import Language

_RELATION = re.compile(
    r"\s+(when|if|while|during|on|in|inside|with|without|for|of|after|before|under|via|by|across|between|caused by|due to)\s+",
    re.IGNORECASE,
)
_FROM_TO = re.compile(r"\s+from\s+(\S+)\s+to\s+(\S+)$", re.IGNORECASE)
_TO = re.compile(r"\s+(?:in)?to\s+", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|an?|some)\s+", re.IGNORECASE)
_CODE = re.compile(r"`[^`]*`|[\w./:=<>+*-]*[_/=<>\\*]+[\w./:=<>+*-]*|\b\w*[A-Z]\w*\b|\b\w*\d\w*\b")
_FEW = 5
_CJK = r"\u3400-\u9fff"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One clause of a title.

    Attributes:
        action: the key of its verb in `phrases.toml`; empty if it opens with none that is known.
        thing: what it is about, without the circumstances and, in a fix, without the symptom.
        symptom: (key, the word itself) of what a fix ends; None elsewhere.
        around: circumstances in order, (preposition, words).
        change: (from, to), if it ends with such a pair.
    """

    action: str
    thing: str
    symptom: tuple[str, str] | None = None
    around: tuple[tuple[str, str], ...] = ()
    change: tuple[str, str] | None = None


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _openings() -> tuple[tuple[str, str], ...]:
    pairs = [(word, key) for key, action in _table()["action"].items() for word in action["words"]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@lru_cache(maxsize=1)
def _symptoms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((key, re.compile(symptom["found"])) for key, symptom in _table()["symptom"].items())


@lru_cache(maxsize=1)
def _terms() -> tuple[re.Pattern[str], dict[str, str]]:
    chinese: dict[str, str] = _table()["chinese"]
    words = sorted(chinese, key=len, reverse=True)
    return re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, words)) + r")(?![\w-])", re.IGNORECASE), chinese


def read_phrases(text: str) -> tuple[Phrase, ...]:
    """Take a title's text (without tags and prefix) apart: one phrase for each verb it opens a clause with."""
    clauses = [text.strip().rstrip(".")]
    while found := _second_clause(clauses[-1]):
        clauses[-1:] = found
    return tuple(_read(clause) for clause in clauses)


def _second_clause(clause: str) -> list[str] | None:
    for joint in re.finditer(r"\s*(?:,\s*and|,|;|\band\b|&)\s+", clause):
        rest = clause[joint.end() :]
        participle = re.match(r"\w+(?:ing|ed)\b", rest)  # "using expected checksums" goes on, "use them" begins
        if joint.start() and not participle and _opening(rest)[0] and len(rest.split()) > 1:
            return [clause[: joint.start()], rest]
    return None


def _opening(text: str) -> tuple[str, int]:
    lower = text.lower()
    for word, key in _openings():
        if lower.startswith(word) and (len(lower) == len(word) or not re.match(r"[\w-]", lower[len(word)])):
            return key, len(word)
    return "", 0


def _read(clause: str) -> Phrase:
    action, length = _opening(clause)
    rest = _ARTICLE.sub("", clause[length:].strip()) or clause
    change = _FROM_TO.search(rest)
    if change:
        rest = rest[: change.start()]
    pieces = _RELATION.split(rest)
    thing, around = pieces[0].strip(), list(zip((p.lower() for p in pieces[1::2]), pieces[2::2], strict=True))
    symptom = None
    if action == "fix":
        thing, symptom = _without_symptom(thing)
    return Phrase(
        action, thing, symptom, tuple((relation, words.strip()) for relation, words in around),
        (change[1], change[2]) if change else None,
    )  # fmt: skip


def _without_symptom(thing: str) -> tuple[str, tuple[str, str] | None]:
    for key, pattern in _symptoms():
        found = pattern.search(thing)
        if found:
            left = re.sub(r"\s{2,}", " ", thing[: found.start()] + thing[found.end() :]).strip(" ,:-")
            return _ARTICLE.sub("", left), (key, found[0])
    return thing, None


def say_phrases(phrases: tuple[Phrase, ...], language: Language) -> str:
    """Say a title again as one sentence without its full stop."""
    if language == "zh":
        return "；".join(_say_zh(phrase) for phrase in phrases)
    first, *rest = (_say_en(phrase) for phrase in phrases)
    return " and ".join([first, *(text[:1].lower() + text[1:] for text in rest)])


def reads_well(phrases: tuple[Phrase, ...]) -> bool:
    """Whether most of the words have a Chinese term, or are names that nobody translates."""
    pattern, _ = _terms()
    text = " ".join(" ".join([phrase.thing, *(words for _, words in phrase.around)]) for phrase in phrases)
    left = re.findall(r"\b[a-z]{3,}\b", pattern.sub(" ", _CODE.sub(" ", text)))
    kept = set(_table()["kept"]["words"])
    unknown = [word for word in left if word not in kept]
    return all(phrase.action for phrase in phrases) and len(unknown) <= (1 if len(text.split()) > _FEW else 0)


def _say_en(phrase: Phrase) -> str:
    around = "".join(f" {relation} {words}" for relation, words in phrase.around)
    change = f" from {phrase.change[0]} to {phrase.change[1]}" if phrase.change else ""
    if phrase.symptom:
        over = _table()["symptom"][phrase.symptom[0]]["en"].format(symptom=phrase.symptom[1])
        places = [words for relation, words in phrase.around if relation in {"in", "on", "for", "of"}]
        if not phrase.thing and not places:
            return f"No more {phrase.symptom[1]}{around}"
        subject = phrase.thing + around
        if not phrase.thing:  # "KeyError when x in y": y no longer raises KeyError when x
            subject = places[-1]
            over += "".join(f" {relation} {words}" for relation, words in phrase.around if words != places[-1])
        return _capital(f"{subject} {over}")
    if not phrase.action:
        return _capital(phrase.thing + around + change)
    template: str = _table()["action"][phrase.action]["en"]
    return template.format(object=phrase.thing + around + change)


def _say_zh(phrase: Phrase) -> str:
    relations = _table()["relation"]
    before = "".join(
        relations[relation.replace(" ", "_")].format(x=_chinese(words)) for relation, words in reversed(phrase.around)
    )
    if phrase.symptom:
        over = _table()["symptom"][phrase.symptom[0]]["zh"].format(symptom=phrase.symptom[1])
        scene = "、".join(
            _table()["circumstance"][relation.replace(" ", "_")].format(x=_chinese(words))
            for relation, words in reversed(phrase.around)
        )
        return spaced(f"{scene}，{_chinese(phrase.thing)} {over}" if scene else f"{_chinese(phrase.thing)} {over}")
    change = f"，由 {phrase.change[0]} 改为 {phrase.change[1]}" if phrase.change else ""
    thing = _to(phrase.thing)
    if not phrase.action:
        return spaced(f"{before}{thing}{change}")
    template: str = _table()["action"][phrase.action]["zh"]
    return spaced(template.format(object=f" {before}{thing} ").strip() + change)


def _to(thing: str) -> str:
    # "google-cloud-storage into Dockerfile", "flashinfer rope to wanvideo": the thing, then where it goes
    left, *right = _TO.split(thing, maxsplit=1)
    return f"{_chinese(left)}（到 {_chinese(right[0])}）" if right else _chinese(left)


def _chinese(text: str) -> str:
    """Put the terms that have a Chinese word into Chinese; names and code stay as they are."""
    pattern, chinese = _terms()
    kept = [(found.start(), found.end()) for found in _CODE.finditer(text)]

    def put(found: re.Match[str]) -> str:
        whole_code = any(start <= found.start() and found.end() <= end for start, end in kept)
        return found[0] if whole_code and found[0].lower() != found[0] else chinese[found[1].lower()]

    return _ARTICLE.sub("", pattern.sub(put, text))


def spaced(text: str) -> str:
    """Put a space between Chinese and Latin text, as Chinese engineers do, and none between two Chinese words."""
    text = re.sub(rf"(?<=[{_CJK}])\s+(?=[{_CJK}，。；：（）])", "", text)
    text = re.sub(rf"(?<=[{_CJK}])(?=[A-Za-z0-9`])", " ", text)
    text = re.sub(rf"(?<=[A-Za-z0-9`])(?=[{_CJK}])", " ", text)
    return re.sub(r"[ \t]{2,}", " ", text).strip()


def _capital(text: str) -> str:
    word = text.split(" ", 1)[0]
    is_name = bool(_CODE.fullmatch(word))
    return text if is_name else text[:1].upper() + text[1:]
