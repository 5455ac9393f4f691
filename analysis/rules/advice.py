"""What to do, only where a fact decides it: what to take instead, what to set, what to drop, what to have first."""

from collections.abc import Callable, Iterator

from analysis.commits.file_kinds import FileKind, kind_of, language_of
from analysis.entry import Claim
from analysis.facts import Fact, FactKind
from analysis.facts.defaults import is_compiled_in
from analysis.i18n.wording import error_text, short_value
from analysis.rules.change import Change
from analysis.rules.effect import stops
from analysis.rules.risks import unsafe_kind

_MOST = 5
"""So much advice for one commit is as much as anybody takes."""
_BUILT = {"docker", "cmake"}


def advice(change: Change) -> Iterator[Claim]:
    """Yield what users should do now, each with the line that decides it."""
    decided = [(text, fact) for fact in change.facts if (text := _text(change, fact))]
    for text, fact in decided[:_MOST]:
        yield change.claim(text, fact)
    yield from _rebuild(change)


def _text(change: Change, fact: Fact) -> str:
    key = _KEYS.get(fact.kind, "")
    if fact.kind is FactKind.CHECK_ADDED:
        return _meet(change, fact)
    if not key or (fact.kind in _NEEDS and not _NEEDS[fact.kind](fact)):
        return ""
    before, after = short_value(fact.before), short_value(fact.after)
    return change.say(f"advice.{key}", name=fact.name, before=before, after=after)


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
"""What a fact of a kind asks of users."""

_NEEDS: dict[FactKind, Callable[[Fact], bool]] = {
    FactKind.DEFAULT_CHANGED: lambda fact: bool(fact.before) and not is_compiled_in(fact.name),
    FactKind.REQUIREMENT_CHANGED: lambda fact: bool(fact.after),
    FactKind.UNSAFE_ADDED: lambda fact: unsafe_kind(fact) == "load",
}
"""What must be known besides, so that there is something to do."""


def _meet(change: Change, fact: Fact) -> str:
    """What is refused now, where what went before can be stopped by it."""
    return change.say("advice.meet_check", text=change.quoted(error_text(fact.detail))) if stops(change, fact) else ""


def _rebuild(change: Change) -> Iterator[Claim]:
    """What is compiled or put into an image must be built again; what is installed beside it must be there first."""
    if change.is_revert:
        return
    built = [fact for fact in change.of(FactKind.DEPENDENCY_CHANGED) if language_of(fact.path) in _BUILT]
    if built:
        yield change.claim(change.say("advice.rebuild", names=change.names([fact.name for fact in built])), built[0])
    for fact in change.of(FactKind.DEPENDENCY_CHANGED):
        if fact not in built and change.product and kind_of(fact.path) is FileKind.BUILD and fact.after:
            yield change.claim(change.say("advice.install", name=fact.name, after=short_value(fact.after)), fact)
