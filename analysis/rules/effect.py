"""What users notice, as far as facts decide it: what is removed, rejected, set differently, or new to use."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import ChangeType
from analysis.facts import Fact, FactKind
from analysis.facts.checks import guards_new_code, stops_what_was
from analysis.facts.defaults import is_compiled_in
from analysis.facts.syntax.changed import ChangedFile
from analysis.i18n.typography import in_a_row
from analysis.rules.change import Change
from analysis.rules.wording import brief_error, say_fact, short_name, short_value
from analysis.triage.prominence import explains_better

MOST_KINDS = 2
"""The most kinds of noticeable effects; the facts list the rest."""

_MANY = {
    FactKind.FLAG_REMOVED, FactKind.FLAG_ADDED, FactKind.ENV_REMOVED, FactKind.ENV_ADDED, FactKind.NAME_REMOVED, FactKind.CONFIG_ADDED,
    FactKind.CONFIG_REMOVED, FactKind.COMMAND_ADDED, FactKind.COMMAND_REMOVED, FactKind.ENDPOINT_ADDED, FactKind.ENDPOINT_REMOVED,
    FactKind.NAME_ADDED, FactKind.METRIC_ADDED, FactKind.METRIC_REMOVED, FactKind.GATE_REMOVED, FactKind.SIGNATURE_CHANGED,
}  # fmt: skip
"""Facts for which one sentence names several."""
_PAIRED = {FactKind.NAME_RENAMED, FactKind.RENAMED, FactKind.DEFAULT_CHANGED, FactKind.DEPENDENCY_CHANGED}
"""Facts for which one sentence gives several, each with its before and after."""
_OF_A_FILE = {FactKind.ENV_ADDED, FactKind.ENV_REMOVED, FactKind.COMMAND_ADDED}
"""Facts that hold only for their file: another one may still read the variable."""
_UPDATES = re.compile(r"\b(?P<count>\d{1,4}) updates?\b", re.IGNORECASE)
"""How bots that update dependencies count them in a title: https://docs.github.com/en/code-security/dependabot."""
_NOTHING = r"\s*(?:null|nil|None|undefined|nullptr)\b"
_MISSING = re.compile(rf"(?:(?<!!)===?|\bis){_NOTHING}|^[^!]*\.is_none\(\)")
_GIVEN = re.compile(rf"(?:!==?|\bis not){_NOTHING}|^!.*\.is_none\(\)|\.is_some\(\)")
"""Conditions that hold without a value, and with one; an error is raised on the former, an assertion requires the latter."""
_ARM = re.compile(r"\bNone\s*=>")
"""The arm of a match in Rust that is taken without a value."""
_FEW = 2
"""Up to this many pairs get a sentence each."""

_OFF = {"False", "false", "0", '"0"', "'0'", '"false"', "off", "no"}
_TAKES_AWAY = ("disable", "no_", "no-", "skip", "without", "ignore", "bypass", "off", "not_", "not-")
"""Words in a setting's name that invert its meaning: off is then the usual behaviour."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect in words, and the facts it covers."""

    text: str
    facts: tuple[Fact, ...]


def effect(change: Change) -> Effect:
    """Return what users notice, in at most MOST_KINDS kinds, what they must act on first; of each kind the first names."""
    sentences: list[str] = []
    told: list[Fact] = []
    for facts in together(change.facts):
        text = _sentence(change, facts)
        if text and text not in sentences:
            sentences.append(text)
            told += facts
        if len(sentences) == MOST_KINDS:
            break
    return Effect(_joined(change, sentences), tuple(told))


def together(facts: Iterable[Fact]) -> Iterator[tuple[Fact, ...]]:
    """Yield groups of facts to say together: those of one kind, and of one file if they hold only for it."""

    def alike(item: tuple[int, Fact]) -> tuple[object, ...]:
        at, fact = item
        if fact.kind in _OF_A_FILE:
            return fact.kind, fact.path
        return (fact.kind,) if fact.kind in _MANY | _PAIRED | {FactKind.CHECK_ADDED} else (at,)

    facts = tuple(facts)
    kinds = list(dict.fromkeys(fact.kind for fact in facts))
    # A stable sort by kind, so that the facts of one file come together.
    ordered = sorted(facts, key=lambda fact: (kinds.index(fact.kind), fact.path))
    for _, members in groupby(enumerate(ordered), key=alike):
        yield tuple(fact for _, fact in members)


def said_together(change: Change, facts: Sequence[Fact]) -> str:
    """Say several facts of one kind in one sentence; a single one in its own sentence."""
    fact = facts[0]
    if fact.kind in _PAIRED:
        pairs = dict.fromkeys(change.pair(one) for one in facts)
        if len(pairs) <= _FEW:
            return _joined(
                change, dict.fromkeys(_BY_KIND[fact.kind](change, one) or _plain(change, one) for one in facts)
            )
        return change.sentence(change.say(f"effect.{fact.kind}_many", pairs=change.listed(list(pairs))))
    if len(dict.fromkeys(one.name for one in facts)) == 1:
        return _plain(change, fact)
    names = change.names([one.name for one in facts])
    return change.sentence(change.say(f"effect.{fact.kind}_many", names=names, file=short_name(fact.path)))


def _announced(change: Change) -> int:
    """The number of updates that a title states; 0 if it states none."""
    found = _UPDATES.search(change.commit.subject)
    return int(found["count"]) if found else 0


def _joined(change: Change, sentences: Iterable[str]) -> str:
    return in_a_row(sentences, change.language)


def _sentence(change: Change, facts: Sequence[Fact]) -> str:
    """Say facts of one kind; an empty string if they decide nothing for users."""
    kind = facts[0].kind
    if kind is FactKind.CHECK_ADDED:
        return _refuses(change, facts)
    if kind is FactKind.DEPENDENCY_CHANGED and _announced(change) > len({change.pair(one) for one in facts}):
        return ""  # the rest of them are only in lock files
    say = _BY_KIND.get(kind)
    alone = say(change, facts[0]) if say else ""
    if len(dict.fromkeys(one.name for one in facts)) == 1 or not (alone or kind is FactKind.NAME_ADDED):
        return alone
    return said_together(change, facts)


def _plain(change: Change, fact: Fact) -> str:
    return change.sentence(say_fact(fact, change.language))


def _new_setting(change: Change, fact: Fact) -> str:
    said = _plain(change, fact)
    if not is_off(fact):
        return said
    return _joined(change, [said, change.say("effect.off")])


def is_off(fact: Fact) -> bool:
    """Whether a new setting changes nothing for those who leave it alone: its default is a plain no, and its name is not negated."""
    name = fact.name.lower().lstrip("-")
    words = name.replace("-", "_")
    return fact.after in _OFF and not any(word in name or word in words for word in _TAKES_AWAY)


def _default(change: Change, fact: Fact) -> str:
    if is_compiled_in(fact.name) or not (fact.before and fact.after):
        return _plain(change, fact)
    return change.say("effect.default", name=fact.name, before=short_value(fact.before), after=short_value(fact.after))


def _refuses(change: Change, facts: Sequence[Fact]) -> str:
    texts = dict.fromkeys(change.quoted(brief_error(fact.detail)) for fact in facts if stops(change, fact))
    if len(texts) > 1:
        return change.say("effect.refuses_many", texts=change.listed(list(texts)))
    return change.say("effect.refuses", text=next(iter(texts))) if texts else ""


def stops(change: Change, fact: Fact) -> bool:
    """Whether a new check stops what worked before.

    Checks in a feature, or on a new value, limit only what comes with it. What crashed already failed, and so did what now
    fails with a clearer error.
    """
    file, triage = change.files.get(fact.path), change.entry.triage
    if not fact.detail or file is None or triage.types[0] is ChangeType.FEATURE:
        return False
    is_assertion = fact.name.startswith(("assert", "ensure")) or fact.name.isupper()
    asked = _GIVEN if is_assertion else _MISSING
    is_missing = asked.search(fact.after) or _ARM.search(_line(file, fact.line))
    if triage.types[0] is ChangeType.BUGFIX and is_missing:
        return False  # whatever used the missing value failed on it
    if explains_better(change.commit.subject) or any(reason.code == "crash" for reason in triage.reasons):
        return False
    return stops_what_was(file, fact.line) and not guards_new_code(file, fact.line, fact.after)


def _line(file: ChangedFile, number: int) -> str:
    """A line of the file after the change, without comments; empty if no hunk shows it."""
    return next((code for _, new in file.views for at, code, _ in new.lines() if at == number), "")


def _lets_through(change: Change, fact: Fact) -> str:
    return (
        change.say("effect.lets_through", text=change.quoted(brief_error(fact.detail)), file=short_name(fact.path))
        if is_gone(change, fact)
        else ""
    )


def is_gone(change: Change, fact: Fact) -> bool:
    """Whether a removed error's text appears nowhere else after the change, as far as the diff shows."""
    begins = fact.detail[:_TELLING]
    return bool(begins) and not any(begins in new.text for file in change.files.values() for _, new in file.views)


_TELLING = 24
"""Letters of a message that are enough to recognise it if the rest was reworded."""


def _goes_back(change: Change, fact: Fact) -> str:
    if not change.is_revert or not (fact.before and fact.after):
        return ""
    return change.say(
        "effect.goes_back", name=fact.name, before=short_value(fact.before), after=short_value(fact.after)
    )


def _requires(change: Change, fact: Fact) -> str:
    """What a dependency's new version means for users; nothing if only tests and images use it."""
    if change.is_revert:
        return _goes_back(change, fact)
    return _plain(change, fact) if kind_of(fact.path) is FileKind.BUILD and not change.product else ""


_BY_KIND = {
    **dict.fromkeys(
        (
            FactKind.FLAG_REMOVED, FactKind.COMMAND_REMOVED, FactKind.ENDPOINT_REMOVED, FactKind.ENV_REMOVED, FactKind.MODULE_REMOVED,
            FactKind.NAME_REMOVED, FactKind.NAME_RENAMED, FactKind.CONFIG_REMOVED, FactKind.DEPRECATED, FactKind.COMMAND_ADDED,
            FactKind.ENDPOINT_ADDED, FactKind.METRIC_ADDED, FactKind.METRIC_REMOVED, FactKind.GATE_REMOVED, FactKind.GATE_CHANGED,
            FactKind.CHOICE_ADDED, FactKind.CHOICE_REMOVED, FactKind.RENAMED, FactKind.SELECTION_CHANGED, FactKind.FORMAT_CHANGED,
            FactKind.SIGNATURE_CHANGED, FactKind.REQUIREMENT_CHANGED,
        ),
        _plain,
    ),
    **dict.fromkeys((FactKind.FLAG_ADDED, FactKind.ENV_ADDED, FactKind.CONFIG_ADDED, FactKind.GATE_ADDED), _new_setting),
    FactKind.DEFAULT_CHANGED: _default,
    FactKind.CHECK_REMOVED: _lets_through,
    FactKind.DEPENDENCY_CHANGED: _requires,
}  # fmt: skip
