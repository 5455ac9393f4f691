"""A title's phrases said again in English: what is so after the commit.

Verbs agree with what stands before them. What cannot be turned around safely ("fix x not doing y") is told as a deed:
a third person and the title's own words are always a sentence.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from analysis.phrases import BEHIND, RELATION, Phrase, base_of, is_clause, table

_SINGULAR = re.compile(r"(?:ss|us|is|as|os)$")
_NOUNS_IN_ING = {"training", "serving", "routing", "embedding", "string", "logging", "streaming", "sampling", "missing"}
_DOING = re.compile(r"(\w+ing)(\s.+)$")
_MANNER = re.compile(r"\s(?:once|twice|again)$")
_NAME = re.compile(r"[\d_=/.`*<>\\]|^--|[a-z][A-Z]")


def say_english(phrases: Sequence[Phrase]) -> str:
    """Say a title again as one sentence, without its full stop and without a capital that it has not by itself."""
    return "; ".join(_say(_with_object(phrase) if index else phrase) for index, phrase in enumerate(phrases))


def _with_object(phrase: Phrase) -> Phrase:
    """A further clause without an object of its own has that of the one before: "build wheels and share via …"."""
    return replace(phrase, thing="it") if phrase.action in {"build", "share"} and not phrase.thing else phrase


def capital(text: str) -> str:
    """Begin a sentence with a capital, unless it begins with a name or with code."""
    word = text.split(" ", 1)[0].rstrip(".,:;")
    return text if _NAME.search(word) else text[:1].upper() + text[1:]


def uncapital(text: str) -> str:
    """Take back the capital of a sentence that becomes a part of another, unless it belongs to a name."""
    word = re.split(r"[\s,:]", text, maxsplit=1)[0]
    is_name = word in table()["names"].values() or not re.fullmatch(r"[A-Z][a-z]+(?:-[a-z]+)*", word)
    return text if is_name else text[:1].lower() + text[1:]


def _say(phrase: Phrase) -> str:
    if phrase.is_bound:  # "tests missed when migrating": one thing
        phrase = replace(phrase, thing=phrase.thing + _around(phrase.around), around=(), is_bound=False)
    said = next(filter(None, (way(phrase) for way in _WAYS)), "")
    if phrase.manner == "by default":
        said = f"{said} by default"
    elif phrase.manner:
        said = f"{said}, {'for now' if phrase.manner == 'temporarily' else phrase.manner}"
    return re.sub(r"\s{2,}", " ", f"{said} ({phrase.aside})" if phrase.aside else said).strip(" ,;:")


def _around(around: Sequence[tuple[str, str]]) -> str:
    return "".join(_each(around))


def _each(around: Sequence[tuple[str, str]]) -> Iterator[str]:
    for relation, words in around:
        bare = relation in {"when", "if"} and len(words.split()) == 1 and not re.search(r"[=<>!]", words)
        yield f" {'with' if bare else relation.removesuffix(' do')} {words}"


def _change(phrase: Phrase) -> str:
    return f" from {phrase.change[0]} to {phrase.change[1]}" if phrase.change else ""


def _denied(phrase: Phrase) -> str:
    if not phrase.is_negative:
        return ""
    thing = f"{phrase.verb} {phrase.thing}" if phrase.verb else phrase.thing[:1].lower() + phrase.thing[1:]
    return f"does not {thing}{_around(phrase.around)}{_change(phrase)} any more"


def _made(phrase: Phrase) -> str:
    return _agreeing("{object} {is} now {x}", phrase.thing, phrase.state) if phrase.action == "make" else ""


def _deed(phrase: Phrase) -> str:
    """The title's own words with its verb in the third person."""
    opens = phrase.action == "fix" and not phrase.symptom and any(one in BEHIND - {"to do"} for one, _ in phrase.around)
    if not phrase.verb or (phrase.action and phrase.thing and not is_clause(phrase) and not opens):
        return ""
    first, _, more = phrase.verb.partition(" ")
    is_form = first.endswith(("s", "ed", "ing")) and first not in {"pass", "address"}
    if phrase.symptom and not phrase.thing:
        return ""
    symptom = phrase.symptom[1] if phrase.symptom else ""
    words = [first if is_form else _third(first), more, phrase.thing, symptom]
    return " ".join(filter(None, words)) + _around(phrase.around) + _change(phrase)


def _over(phrase: Phrase) -> str:
    """Say of a fix that what people suffered from is over."""
    if not phrase.symptom:
        return ""
    key, word = phrase.symptom
    over: str = table()["symptom"][key]["en"]
    if phrase.thing and key == "typo":
        thing = f"{word} in {phrase.thing}"
        return _agreeing("{object}{around} {is} corrected", thing, around=_around(phrase.around))
    if phrase.thing:
        behind = [pair for pair in phrase.around if pair[0] in BEHIND and len(pair[1].split()) > 1]
        before = _around([pair for pair in phrase.around if pair not in behind])
        said = _agreeing(f"{{object}}{{around}} {over}", phrase.thing, around=before, symptom=word)
        return said + _around(behind)
    if key == "typo":
        return _agreeing("{object}{around} {is} corrected", word, around=_around(phrase.around))
    place = next((pair for pair in reversed(phrase.around) if pair[0] in {"in", "on", "for", "of", "with"}), None)
    if not place or key == "problem":
        return f"no more {word}{_around(phrase.around)}"
    # "KeyError when x in y": y no longer raises KeyError when x
    left = _around([pair for pair in phrase.around if pair is not place])
    return _agreeing(f"{{object}} {over}{{around}}", place[1], around=left, symptom=word)


def _as_written(phrase: Phrase) -> str:
    return "" if phrase.action else phrase.thing + _around(phrase.around) + _change(phrase)


def _changes_value(phrase: Phrase) -> str:
    if not phrase.change or phrase.action in {"rename", "move"}:
        return ""
    return _agreeing("{object}{around} {goes}{x}", phrase.thing, _change(phrase), _around(phrase.around))


def _instead(phrase: Phrase) -> str:
    other = next((pair for pair in phrase.around if pair[0] == "instead of"), None)
    if not other or phrase.action != "use":
        return ""
    left = _around([pair for pair in phrase.around if pair is not other])
    return _agreeing("{object} {replaces} {x}{around}", phrase.thing, other[1], left)


def _does_now(phrase: Phrase) -> str:
    """`fix x to do y`, `allow x to do y`."""
    if not phrase.around or phrase.around[0][0] != "to do":
        return ""
    purpose, left = phrase.around[0][1], _around(phrase.around[1:])
    if phrase.action == "allow":
        return f"{phrase.thing} can now {purpose}{left}"
    found = re.match(r"((?:\w+ly )?)(\S+)(.*)", purpose)
    if phrase.action not in {"fix", "adjust", "update"} or not found:
        return ""
    return _agreeing(f"{{object}} now {found[1]}{{{_third(found[2])}}}", phrase.thing) + found[3] + left


def _framed(phrase: Phrase) -> str:
    """The action's own sentence for one of the circumstances."""
    action: dict[str, str] = table()["action"].get(phrase.action, {})
    for pair in phrase.around:
        template = action.get(f"en_{pair[0]}")
        if template and pair[1]:
            left = _around([other for other in phrase.around if other is not pair]) + _change(phrase)
            said = _agreeing(template, phrase.thing, pair[1], left)
            return said if "{around}" in template else said + left
    return ""


def _ended(phrase: Phrase) -> str:
    """`avoid raising x`."""
    doing = _DOING.match(phrase.thing)
    if phrase.action != "avoid" or not doing or not base_of(doing[1]):
        return ""
    return f"no longer {_third(base_of(doing[1]))}{doing[2]}{_around(phrase.around)}"


def _plainly(phrase: Phrase) -> str:
    if not phrase.action:
        return ""
    template: str = table()["action"][phrase.action]["en"]
    manner = _MANNER.search(phrase.thing)
    if manner:
        phrase = replace(phrase, thing=phrase.thing[: manner.start()])
        template = (
            template.replace("{around}", "{around}" + manner[0])
            if template.endswith("{around}")
            else template + manner[0]
        )
    if "{around} {is}" not in template:
        return _agreeing(template, phrase.thing, around=_around(phrase.around) + _change(phrase))
    relations = [relation for relation, _ in phrase.around]
    behind = next((at for at, relation in enumerate(relations) if relation in BEHIND), len(relations))
    before = _around(phrase.around[:behind])
    return _agreeing(template, phrase.thing, around=before) + _around(phrase.around[behind:]) + _change(phrase)


_WAYS: tuple[Callable[[Phrase], str], ...] = (
    _denied, _made, _deed, _over, _as_written, _changes_value, _instead, _does_now, _framed, _ended, _plainly,
)  # fmt: skip
"""Each says a phrase, or nothing if it is not for it; the first that does is heard."""


class _Verbs(dict[str, str]):
    """Fills a sentence; what it does not know is a verb in the third person, which becomes a plural if it has to."""

    def __init__(self, *, plural: bool, **values: str) -> None:
        super().__init__(values)
        self.plural = plural

    def __missing__(self, verb: str) -> str:
        return _base(verb) if self.plural else verb


def _agreeing(template: str, thing: str, x: str = "", around: str = "", symptom: str = "") -> str:
    at = {place: template.find(place) for place in ("{object}", "{x}")}
    subject = x if 0 <= at["{x}"] < at["{object}"] else thing
    return template.format_map(_Verbs(plural=is_plural(subject), object=thing, x=x, around=around, symptom=symptom))


def is_plural(noun: str) -> bool:
    """Whether a verb behind this noun stands in the plural."""
    first = noun.split(" ", 1)[0].lower()
    if re.fullmatch(r"[a-z-]+ing", first) and first not in _NOUNS_IN_ING:
        return False
    noun = RELATION.split(re.sub(r"\s*\([^)]*\)$", "", noun))[0]
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
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if re.search(r"(?:s|sh|ch|x|z)$", verb) else f"{verb}s"


def _base(verb: str) -> str:
    special = {"is": "are", "has": "have", "does": "do", "goes": "go"}
    if verb in special:
        return special[verb]
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    return verb[:-2] if re.search(r"(?:sses|shes|ches|xes)$", verb) else verb.removesuffix("s")
