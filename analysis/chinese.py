"""Chinese: a title's phrases said in it, terms put into it, and how it is set beside Latin letters.

Only what can be said whole is translated: one English clause in the middle of a Chinese sentence is worse than an honest
quotation, and a Chinese engineer reads `kernel` and `rollout` as they are.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from analysis.phrases import CODE, Phrase, table

_CJK = r"\u3400-\u9fff"
_WORDS = re.compile(r"`[^`]*`|[^\s,()]+|[,()]|\s+")
_LOWER = re.compile(r"[a-z]+(?:['’-][a-z]+)*")
_ARTICLES = {"the", "a", "an"}
_LONGEST_TERM = 4
_LONG = 7
_STATES = {
    "enabled": "启用", "disabled": "停用", "on": "启用", "off": "停用", "used": "被使用", "set": "已设置", "missing": "缺失",
    "empty": "为空", "available": "可用", "unavailable": "不可用", "provided": "已提供", "specified": "已指定",
    "supported": "受支持", "installed": "已安装", "present": "存在", "changed": "变更", "updated": "更新", "ready": "就绪",
}  # fmt: skip
_COPULA = re.compile(r"^(?P<thing>.+?)\s+(?:(?:is|are|=|==)\s+(?P<no>not\s+)?(?P<state>[\w.-]+)|(?P<done>changed|updated))$")


class _Unsaid(Exception):  # noqa: N818 - no error: the way out of a sentence that cannot be said
    """There is a word that has no place in a Chinese sentence."""


@lru_cache(maxsize=1)
def _sets() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(table()["kept"]["words"]), frozenset(table()["unsaid"]["words"])


@lru_cache(maxsize=1)
def _terms() -> dict[str, str]:
    terms: dict[str, str] = table()["chinese"]
    return {**{f"{word}s": chinese for word, chinese in terms.items()}, **terms}


def say_chinese(phrases: Sequence[Phrase]) -> str:
    """Say a title in Chinese, as one sentence without its full stop; an empty string if it cannot be said."""
    try:
        said = "；".join(_say(phrase) for phrase in phrases)
    except _Unsaid:
        return ""
    return spaced(re.sub(rf"的(?=[{_CJK}]{{1,4}}的)", "", said)) if re.search(rf"[{_CJK}]", said) else ""


def translate(text: str) -> str:
    """Put a short piece of text into Chinese if every word of it can be; else return an empty string."""
    try:
        made = _noun(text.strip(" ."), unknown=0, opens=True)
    except _Unsaid:
        return ""
    return spaced(made) if re.search(rf"[{_CJK}]", made) else ""


def spaced(text: str) -> str:
    """Put a space between Chinese and Latin text, as Chinese engineers do, and none between two Chinese words."""
    parts = re.split(r"(`[^`]*`|“[^”]*”)", text)
    for index in range(0, len(parts), 2):
        part = re.sub(rf"(?<=[{_CJK}，。；：（）、“”])\s+(?=[{_CJK}，。；：（）、])", "", parts[index])
        part = re.sub(rf"(?<=[{_CJK}])(?=[A-Za-z0-9])", " ", part)
        part = re.sub(rf"(?<=[A-Za-z0-9%+])(?=[{_CJK}])", " ", part)
        parts[index] = re.sub(r"\s+(?=[，。；：、）])|(?<=[，。；：、（])\s+", "", part)
    for index in range(1, len(parts), 2):
        if parts[index].startswith("`"):
            parts[index - 1] = re.sub(rf"(?<=[{_CJK}])$", " ", parts[index - 1])
            parts[index + 1] = re.sub(rf"^(?=[{_CJK}])", " ", parts[index + 1])
    parts[0::2] = [re.sub(r"[ \t]{2,}", " ", part) for part in parts[0::2]]
    return "".join(parts).strip()


def _say(phrase: Phrase) -> str:
    said = _clause(phrase)
    if phrase.manner:
        said = table()["adverbs"][phrase.manner] + said
    if phrase.is_negative:
        said = f"不再{said}"
    return f"{_noun(phrase.subject)}：{said}" if phrase.subject else said


def _clause(phrase: Phrase) -> str:
    if phrase.action == "make":
        return f"使 {_noun(phrase.thing)} {table()['adjectives'][phrase.state]}"
    if phrase.symptom:
        return _over(phrase)
    if not phrase.action:
        if phrase.is_negative or not _opens_with_noun(phrase.thing):
            raise _Unsaid
        return _attributes(phrase.around) + _noun(phrase.thing, opens=True) + _changed(phrase)
    action = table()["action"][phrase.action]
    frame, around, after, scenes = action["zh"], list(phrase.around), "", []
    for pair in () if phrase.is_bound else phrase.around:
        relation, words = pair
        if relation == "for" and words.split(" ", 1)[0].endswith("ing") and _verb(words.split(" ", 1)[0]):
            after += f"，用于{_verbal(words)}"
        elif relation == "for" and "{x}" not in action["zh"] and frame != action["zh"] and action.get("adverb"):
            after += f"（用于 {_noun(words)}）"
        elif relation in {"to do", "instead of"}:
            after += _purpose(phrase.action, words) if relation == "to do" else f"，取代 {_noun(words)}"
        elif f"zh_{relation}" in action and "{x}" not in frame:
            frame = action[f"zh_{relation}"].replace("{x}", _noun(words))
        elif action.get("adverb") and relation in _conditions():
            scenes.append(table()["scene"][relation.replace(" ", "_")].format(x=f"{_circumstance(words)} ") + "，")
        elif action.get("adverb") and relation in table()["adverb"]:
            frame = table()["adverb"][relation].format(x=_noun(words)) + frame
        else:
            continue
        around.remove(pair)
    thing = _thing(phrase.thing) if phrase.thing else ""
    if not thing and "{object}" in frame and not around and not scenes and phrase.action not in {"share", "build"}:
        raise _Unsaid
    whole = frame.replace("{object}", f" {_attributes(around)}{thing} ").strip()
    return "".join(scenes) + whole + _changed(phrase) + after


def _thing(text: str) -> str:
    """`pre-generating and using expected checksums` is something done, anything else a thing."""
    found = re.match(r"([\w-]+ing)(?:\s+and\s+(\w+ing))?\s+(.+)$", text)
    first, second = (_verb(found[1]), _verb(found[2] or "")) if found else ("", "")
    if not found or not first or (found[2] and not second):
        return _noun(text)
    return f"{first}{'和' if second else ''}{second} {_noun(found[3])}"


@lru_cache(maxsize=1)
def _conditions() -> frozenset[str]:
    return frozenset({"when", "if", "while", "during", "after", "before", "without", "caused by", "due to"})


def _changed(phrase: Phrase) -> str:
    return f"，由 {phrase.change[0]} 改为 {phrase.change[1]}" if phrase.change else ""


def _purpose(action: str, words: str) -> str:
    verb, _, rest = words.partition(" ")
    if verb.lower() not in table()["verbs"]:
        raise _Unsaid
    lead = "，使其" if action in {"fix", "adjust", "update", "allow"} else "，以" if verb != "query" else "，用于"
    return lead + _verbal(words)


def _verbal(words: str) -> str:
    """`query loaded adapters in a pool`: the verb, then its object with what surrounds it."""
    from analysis.phrases import read_phrases

    verb, _, rest = words.partition(" ")
    chinese = _verb(verb)
    if not chinese:
        raise _Unsaid
    if not rest:
        return chinese
    (phrase, *more) = read_phrases(f"Keep {rest}")
    if more or any(relation == "to do" for relation, _ in phrase.around):
        raise _Unsaid
    around = [pair for pair in phrase.around if pair[0] != "with"]
    tool = next((f"用 {_noun(words)} " for relation, words in phrase.around if relation == "with"), "")
    thing = f" {_attributes(around)}{_noun(phrase.thing)}" if phrase.thing else ""
    if not phrase.thing and around:
        raise _Unsaid
    return f"{tool}{chinese}{thing}"


@lru_cache(maxsize=1_000)
def _verb(word: str) -> str:
    """A verb's Chinese, also of its form with -ing."""
    verbs: dict[str, str] = table()["verbs"]
    word = word.lower()
    if word in verbs:
        return verbs[word]
    if not word.endswith("ing"):
        return ""
    stem = word[:-3]
    doubled = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem  # noqa: PLR2004 - running: run
    return next((verbs[form] for form in (stem, f"{stem}e", doubled) if form in verbs), "")


def _over(phrase: Phrase) -> str:
    assert phrase.symptom
    key, word = phrase.symptom
    around, thing = list(phrase.around), phrase.thing
    if not thing:
        place = next((pair for pair in reversed(around) if pair[0] in {"in", "on", "for", "of", "with"}), None)
        if not place or key in {"problem", "typo"}:
            return f"修复 {_attributes(around)}{_noun(word)}"
        around.remove(place)
        thing = place[1]
    if any(relation in {"to", "to do", "into", "as", "instead of"} for relation, _ in around):
        raise _Unsaid
    of = [pair for pair in around if pair[0] in {"for", "of", "from"}]
    scenes = [
        table()["scene"][relation.replace(" ", "_")].format(x=f"{_circumstance(words)} ")
        for relation, words in reversed(around)
        if (relation, words) not in of
    ]
    said = f"{_attributes(of)}{_noun(thing)} {table()['symptom'][key]['zh'].format(symptom=word)}"
    return f"{'、'.join(scenes)}，{said}" if scenes else said


def _attributes(around: Sequence[tuple[str, str]]) -> str:
    relations = table()["attribute"]
    if any(relation.replace(" ", "_") not in relations for relation, _ in around):
        raise _Unsaid
    return "".join(
        relations[relation.replace(" ", "_")].format(
            x=_circumstance(words) if relation in _conditions() else _noun(words)
        )
        for relation, words in reversed(around)
    )


def _circumstance(words: str) -> str:
    """What stands behind `when`: a state, something done, or a name."""
    found = _COPULA.match(words)
    if found:
        thing, state = _noun(found["thing"]), found["state"] or found["done"]
        no = "未" if found["no"] else ""
        if state.lower() in _STATES:
            return f"{thing} {no}{_STATES[state.lower()]}"
        return f"{thing} {'不' if no else ''}为 {state}"
    first = words.split(" ", 1)[0]
    if first.endswith("ing") and _verb(first):
        return _verbal(words)
    if re.fullmatch(r"(?:--?)?enable-[\w-]+|--[\w-]+", words):
        return f"启用 {words}"
    return _noun(words)


def _opens_with_noun(text: str) -> bool:
    word = text.split(" ", 1)[0]
    kept, _ = _sets()
    return bool(CODE.fullmatch(word)) and not re.fullmatch(r"[A-Z][a-z]+", word) or (
        word.lower() in _terms() or word.lower().removesuffix("s") in kept or word.lower() in kept
    )


def _noun(text: str, unknown: int | None = None, *, opens: bool = False) -> str:
    """Put the terms that have a Chinese word into Chinese; names and code stay as they are.

    Args:
        unknown: how many words may be neither; default: one, or two in a long text.
        opens: it is how a title begins, so that its first word has a capital in any case.
    """
    text = " ".join(text.split())
    pieces = _WORDS.findall(text)
    words = [piece.lower() if _is_plain(piece, opens=opens and index == 0) else "" for index, piece in enumerate(pieces)]
    if unknown is None:
        unknown = 1 + (sum(bool(word.strip()) for word in words) > _LONG)
    kept, unsaid = _sets()
    made: list[str] = []
    at = 0
    while at < len(pieces):
        size, chinese = _term(words, at)
        if size:
            made.append(f" {chinese} ")
            at += size
            continue
        word = words[at]
        at += 1
        if word in _ARTICLES:
            continue
        if word in unsaid:
            raise _Unsaid
        if _LOWER.fullmatch(word) and len(word) > 2 and word not in kept and word.removesuffix("s") not in kept:  # noqa: PLR2004
            unknown -= 1
            if unknown < 0 or re.search(r"(?:ing|ed|ly)$", word):
                raise _Unsaid
        made.append(pieces[at - 1])
    if len(made) > 2 and made[-1].endswith("的 "):  # noqa: PLR2004 - "features supported": 支持的功能
        made.insert(0, made.pop())
    said = "".join(made)
    said = re.sub(r"\s*,\s*(?:和|或)\s*|\s*,\s*and\s+", "和 ", said)
    said = re.sub(r"\s*,\s+", "、", said)
    said = re.sub(r"\s+/\s+", "/", said)
    return spaced(said)


def _is_plain(piece: str, *, opens: bool) -> bool:
    """Whether a word may be put into Chinese: names keep their capital, but a title's first word has one anyway."""
    return bool(re.fullmatch(r"[a-z0-9/]+(?:['’-][a-z]+)*", piece) or (opens and re.fullmatch(r"[A-Z][a-z]+(?:-[a-z]+)*", piece)))


def _term(words: Sequence[str], at: int) -> tuple[int, str]:
    """The longest term that begins at a word: how many pieces it takes, and its Chinese."""
    terms = _terms()
    for size in range(2 * _LONGEST_TERM - 1, 0, -2):
        run = words[at : at + size]
        if len(run) == size and run[0]:
            phrase = " ".join(run[0::2])
            if phrase in terms and all(run[0::2]):
                return size, terms[phrase]
    return 0, ""
