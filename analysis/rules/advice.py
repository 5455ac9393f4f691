"""What to do, only if a fact decides it: what to use instead, what to set, what to drop, what is required first."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice

from analysis.commits.file_kinds import language_of
from analysis.entry import Claim
from analysis.facts import Fact, FactKind
from analysis.facts.defaults import is_compiled_in
from analysis.i18n.words import WORDS
from analysis.rules.change import Change, names_of
from analysis.rules.effect import stops
from analysis.rules.risks import unsafe_kind
from analysis.rules.wording import brief_error, short_name, short_value
from analysis.statements import BREAKING, Source, Statement, StatementKind

_MOST = 5
"""The most advice that anybody follows for one commit."""
_BUILT = {"docker", "cmake"}


def advice(change: Change, why: Sequence[Statement] = ()) -> Iterator[Claim]:
    """Yield what users should do now, each with the line that decides it; the same advice for several names is given once."""
    for reason in change.entry.triage.reasons:
        if reason.code == "overtaken":
            yield Claim(change.say("advice.take_release", version=reason.detail))
    yield from _written(change, why)
    yield from islice(_decided(change), _MOST)
    refused = [fact for fact in change.of(FactKind.CHECK_ADDED) if stops(change, fact)]
    if refused:
        texts = dict.fromkeys(change.quoted(brief_error(fact.detail)) for fact in refused)
        yield change.claim(change.say("advice.meet_check", texts=change.listed(list(texts))), refused[0])
    yield from _rebuild(change)


def _written(change: Change, why: Sequence[Statement]) -> Iterator[Claim]:
    """What the author tells users to use instead, if a footer says that they must act and no reason quotes it."""
    for one in change.statements(StatementKind.EFFECT):
        if (
            one.category == BREAKING
            and one.source is not Source.FRAGMENT
            and one not in why
            and WORDS.patterns("advice")["instead"].search(one.text)
        ):
            yield change.quotation("advice.author", one)


def _decided(change: Change) -> Iterator[Claim]:
    facts = [fact for fact in change.facts if _is_decisive(fact)]
    for key, alike in groupby(facts, key=lambda fact: _KEYS[fact.kind]):
        found = list(alike)
        if key in _TOGETHER:
            yield change.claim(_said(change, key, found), found[0])
        elif key == "replace_name" and len(found) > 1:
            pairs = change.listed(list(dict.fromkeys(map(change.pair, found))))
            yield change.claim(change.say("advice.replace_names", pairs=pairs), found[0])
        else:
            yield from (change.claim(_said(change, key, [fact]), fact) for fact in found)


def _is_decisive(fact: Fact) -> bool:
    return fact.kind in _KEYS and (fact.kind not in _NEEDS or _NEEDS[fact.kind](fact))


def _said(change: Change, key: str, facts: Sequence[Fact]) -> str:
    fact = facts[0]
    names = change.names([name for one in facts for name in names_of(one)])
    before, after = short_value(fact.before), short_value(fact.after)
    return change.say(f"advice.{key}", name=fact.name, names=names, before=before, after=after)


_KEYS = {
    FactKind.DEFAULT_CHANGED: "keep_default",
    FactKind.FLAG_REMOVED: "drop_flag",
    FactKind.ENV_REMOVED: "drop_variable",
    FactKind.GATE_REMOVED: "drop_gate",
    FactKind.CHOICE_REMOVED: "drop_choice",
    FactKind.METRIC_REMOVED: "query_no_more",
    FactKind.COMMAND_REMOVED: "stop_calling",
    FactKind.ENDPOINT_REMOVED: "stop_calling",
    FactKind.NAME_REMOVED: "stop_using",
    FactKind.MODULE_REMOVED: "stop_using",
    FactKind.NAME_RENAMED: "replace_name",
    FactKind.RENAMED: "rename",
    FactKind.SIGNATURE_CHANGED: "adapt_calls",
    FactKind.REQUIREMENT_CHANGED: "require",
    FactKind.UNSAFE_ADDED: "trust",
}
"""What a kind of fact requires of users."""

_NEEDS: dict[FactKind, Callable[[Fact], bool]] = {
    FactKind.DEFAULT_CHANGED: lambda fact: bool(fact.before) and not is_compiled_in(fact.name),
    FactKind.REQUIREMENT_CHANGED: lambda fact: bool(fact.after),
    FactKind.UNSAFE_ADDED: lambda fact: unsafe_kind(fact) == "load",
}
"""What else must be known for there to be something to do."""


_TOGETHER = {"drop_flag", "drop_variable", "drop_gate", "query_no_more", "stop_calling", "stop_using", "adapt_calls"}
"""Advice that is the same for several names."""


def _rebuild(change: Change) -> Iterator[Claim]:
    """People who build compiled code or images themselves must rebuild them."""
    built = [fact for fact in change.of(FactKind.DEPENDENCY_CHANGED) if language_of(fact.path) in _BUILT]
    if built and not change.is_revert:
        yield change.claim(change.say("advice.rebuild", file=short_name(built[0].path)), built[0])
