"""A title's phrases said in Chinese: what the commit does, circumstances first, as Chinese has them.

What cannot be said without English words in between is not said: the caller quotes the title.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from analysis.chinese import Unsaid, noun, opens_with_noun, spaced
from analysis.phrases import Phrase, base_of, is_clause, read_phrases, table
from analysis.phrases_en import is_plural

_CJK = r"\u3400-\u9fff"
_STATES = {
    "enabled": "启用", "disabled": "停用", "on": "启用", "off": "停用", "used": "被使用", "set": "已设置", "missing": "缺失",
    "empty": "为空", "available": "可用", "unavailable": "不可用", "provided": "已提供", "specified": "已指定",
    "supported": "受支持", "installed": "已安装", "present": "存在", "changed": "变更", "updated": "更新", "ready": "就绪",
}  # fmt: skip
_COPULA = re.compile(
    r"^(?P<thing>.+?)\s+(?:(?:is|are|=|==)\s+(?P<no>not\s+)?(?P<state>[\w.-]+)|(?P<done>changed|updated))$"
)
_CONDITIONS = {"when", "if", "while", "during", "after", "before", "without", "caused by", "due to"}
_BOUND = {"when", "if", "in", "on", "for", "of", "during"}
_TOOLS = {"with", "via", "by", "through"}
_WITHOUT_OBJECT = {"share", "build"}


def say_chinese(phrases: Sequence[Phrase]) -> str:
    """Say a title as one sentence without its full stop; an empty string if it cannot be said."""
    try:
        said = "；".join(_say(phrase) for phrase in phrases)
    except Unsaid:
        return ""
    return spaced(re.sub(rf"的(?=[{_CJK}]{{1,4}}的)", "", said)) if re.search(rf"[{_CJK}]", said) else ""


def _say(phrase: Phrase) -> str:
    said = _clause(phrase)
    if phrase.manner:
        said = ("默认" if phrase.manner == "by default" else table()["adverbs"][phrase.manner]) + said
    if phrase.is_negative:
        said = f"不再{said}"
    return f"{said}（{phrase.aside}）" if phrase.aside else said.strip(" ,;:，；：")


def _clause(phrase: Phrase) -> str:
    if phrase.action == "make":
        return f"使 {noun(phrase.thing)} {table()['adjectives'][phrase.state]}"
    if phrase.symptom:
        return _over(phrase)
    if phrase.action:
        return _Deed(phrase).say()
    if phrase.verb:
        around = "".join(f" {relation.removesuffix(' do')} {words}" for relation, words in phrase.around)
        return _verbal(f"{phrase.verb} {phrase.thing}{around}")
    if phrase.is_negative or not opens_with_noun(phrase.thing):
        raise Unsaid
    return _attributes(phrase.around) + noun(phrase.thing, opens=True) + _changed(phrase)


class _Deed:
    """What is done: its frame, and around it, before it and behind it its circumstances."""

    def __init__(self, phrase: Phrase) -> None:
        around = phrase.around
        if around and around[0][0] == "with" and re.fullmatch(r"compatibility|conflicts?|consistency", phrase.thing):
            phrase = replace(phrase, thing=f"{phrase.thing} with {around[0][1]}", around=around[1:])
        self.phrase = phrase
        self.action: dict[str, str] = table()["action"][phrase.action]
        self.is_adverbial = "adverb" in self.action
        self.frame = self.action["zh_many" if "zh_many" in self.action and is_plural(phrase.thing) else "zh"]
        self.is_framed = False
        self.scenes: list[str] = []
        self.adverbs: list[tuple[str, str]] = []
        self.attributes: list[tuple[str, str]] = []
        self.behind = ""

    def say(self) -> str:
        phrase = self.phrase
        for relation, words in phrase.around:
            if phrase.is_bound or not self.place(relation, words):
                self.attributes.append((relation, words))
        if is_clause(phrase) or self.is_awkward():
            raise Unsaid
        for relation, words in self.adverbs:
            adverb: str = table()["adverb"][relation]
            self.frame = adverb.format(x=noun(words)) + self.frame
        thing = f" {_attributes(self.attributes)}{_thing(phrase.thing) if phrase.thing else ''} "
        whole = self.frame.replace("{object}", thing).strip()
        return "".join([*self.scenes, whole, _changed(phrase), self.behind])

    def place(self, relation: str, words: str) -> bool:
        """Find a circumstance its place; False if it belongs to the object."""
        first = words.split(" ", 1)[0]
        if relation == "for" and first.endswith("ing") and _verb(first):
            self.behind += f"，用于{_verbal(words)}"
        elif relation == "for" and self.is_framed and self.is_adverbial:
            self.behind += f"（用于 {noun(words)}）"
        elif relation == "to do":
            self.behind += _purpose(self.phrase.action, words)
        elif relation == "instead of":
            self.behind += f"，取代 {noun(words)}"
        elif f"zh_{relation}" in self.action and not self.is_framed:
            self.frame, self.is_framed = self.action[f"zh_{relation}"].replace("{x}", noun(words)), True
        elif self.is_adverbial and relation in _CONDITIONS:
            self.scenes.append(_scene(relation, words) + "，")
        elif self.is_adverbial and relation in table()["adverb"]:
            self.adverbs.append((relation, words))
        else:
            return False
        return True

    def is_awkward(self) -> bool:
        """Whether it has more circumstances than a Chinese sentence bears, or of a kind that cannot be told apart."""
        relations = {relation for relation, _ in self.adverbs}
        phrase, left = self.phrase, {relation for relation, _ in self.attributes}
        doing = phrase.thing.split(" ", 1)[0]
        return (
            len(relations - {"on", "in"}) > 1
            or (bool(relations) and self.is_framed)
            or (phrase.action != "fix" and "with" in left)
            or (phrase.action == "avoid" and "from" in relations)
            or (phrase.is_bound and not left <= _BOUND)
            or (bool(left) and doing.endswith("ing") and doing != phrase.thing and bool(_verb(doing)))
            or not (phrase.thing or left or self.scenes or phrase.action in _WITHOUT_OBJECT)
        )


def _scene(relation: str, words: str) -> str:
    scene: str = table()["scene"][relation.replace(" ", "_")]
    return scene.format(x=f"{_circumstance(words)} ")


def _thing(text: str) -> str:
    """`pre-generating and using expected checksums` is something done, anything else a thing."""
    found = re.match(r"([\w-]+ing)(?:\s+and\s+(\w+ing))?\s+(.+)$", text)
    first, second = (_verb(found[1]), _verb(found[2] or "")) if found else ("", "")
    if not found or not first or (found[2] and not second):
        return noun(text)
    return f"{first}{'和' if second else ''}{second} {noun(found[3])}"


def _changed(phrase: Phrase) -> str:
    return f"，由 {phrase.change[0]} 改为 {phrase.change[1]}" if phrase.change else ""


def _purpose(action: str, words: str) -> str:
    verb = words.split(" ", 1)[0]
    if verb.lower() not in table()["verbs"]:
        raise Unsaid
    if action == "allow":  # 允许 worker 共享缓存
        return f" {_verbal(words)}"
    lead = "，使其" if action in {"fix", "adjust", "update"} else "，以" if verb != "query" else "，用于"
    return lead + _verbal(words)


def _verbal(words: str) -> str:
    """`query loaded adapters in a pool`: the verb, then its object with what surrounds it."""
    verb, _, rest = words.partition(" ")
    chinese = _verb(verb)
    if not chinese:
        raise Unsaid
    if not rest:
        return chinese
    (phrase, *more) = read_phrases(f"Keep {rest}")
    if more or any(relation == "to do" for relation, _ in phrase.around):
        raise Unsaid
    around = [pair for pair in phrase.around if pair[0] not in _TOOLS]
    tool = next((f"用 {noun(words)} " for relation, words in phrase.around if (relation, words) not in around), "")
    thing = f" {_attributes(around)}{noun(phrase.thing)}" if phrase.thing else ""
    if not phrase.thing and around:
        raise Unsaid
    return f"{tool}{chinese}{thing}"


@lru_cache(maxsize=1_000)
def _verb(word: str) -> str:
    """A verb's Chinese, also of its form with -ing."""
    verbs: dict[str, str] = table()["verbs"]
    word = word.lower()
    if word in verbs:
        return verbs[word]
    return verbs.get(base_of(word), "")


def _over(phrase: Phrase) -> str:
    assert phrase.symptom
    key, word = phrase.symptom
    around, thing = list(phrase.around), phrase.thing
    if not thing:
        place = next((pair for pair in reversed(around) if pair[0] in {"in", "on", "for", "of", "with"}), None)
        if not place or key in {"problem", "typo"}:
            return f"修复 {_attributes(around)}{noun(word)}"
        around.remove(place)
        thing = place[1]
    if any(relation in {"to", "to do", "into", "as", "instead of"} for relation, _ in around) or re.search(
        r":\s|\s-\s", thing
    ):
        raise Unsaid
    over: str = table()["symptom"][key]["zh"]
    of = [pair for pair in around if pair[0] in {"for", "of", "from"}]
    left = sorted((pair for pair in reversed(around) if pair not in of), key=lambda pair: pair[0] != "on")
    scenes = [_scene(relation, words) for relation, words in left]
    said = f"{_attributes(of)}{noun(thing)} {over.format(symptom=word)}"
    where = re.sub(r"(?<=[上中下])、(?=使用|启用)", "", "、".join(scenes))
    return f"{where}，{said}" if scenes else said


def _attributes(around: Sequence[tuple[str, str]]) -> str:
    relations = table()["attribute"]
    if any(relation.replace(" ", "_") not in relations for relation, _ in around):
        raise Unsaid
    return "".join(
        relations[relation.replace(" ", "_")].format(x=_circumstance(words) if relation in _CONDITIONS else noun(words))
        for relation, words in reversed(around)
    )


def _circumstance(words: str) -> str:
    """What stands behind `when`: a state, something done, or a name."""
    found = _COPULA.match(words)
    if found:
        thing, state = noun(found["thing"]), found["state"] or found["done"]
        no = "未" if found["no"] else ""
        if state.lower() in _STATES:
            return f"{thing} {no}{_STATES[state.lower()]}"
        if re.fullmatch(r"[a-z]{4,}", state) and state not in {"none", "true", "false", "null"}:
            raise Unsaid
        return f"{thing} {'不' if no else ''}为 {state}"
    first = words.split(" ", 1)[0]
    if first.endswith("ing") and _verb(first):
        return _verbal(words)
    if re.fullmatch(r"(?:--?)?enable-[\w-]+|--[\w-]+", words):
        return f"启用 {words}"
    return noun(words)
