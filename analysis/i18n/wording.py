"""What the rules say, by key and language; the sentences stand in `wording.toml`."""

import re
from pathlib import Path
from posixpath import basename

from analysis.commits.file_kinds import language_of
from analysis.entry import Language
from analysis.facts import Fact, FactKind
from analysis.i18n.sentences import Sentences
from analysis.i18n.typography import outside, spaced
from analysis.triage.areas import general
from analysis.triage.learned.explain import say_learned
from analysis.triage.reason import Reason

_LONG_SHA = 40
_LONGEST_DETAIL = 150

_IN_IMAGES = {
    FactKind.DEPENDENCY_ADDED: "dependency_installed",
    FactKind.DEPENDENCY_REMOVED: "dependency_uninstalled",
}
"""Facts that are said otherwise of an image: a package that it has inside, its users need not install."""

_WITH_CONDITION = {FactKind.CHECK_ADDED, FactKind.CHECK_REMOVED}
"""Facts that say on which condition they hold."""


say = Sentences(Path(__file__).parent / "wording.toml").say


def say_reason(reason: Reason, language: Language) -> str:
    """Say why a commit ranks as it does."""
    code, _, kind = reason.code.partition(".")
    if code == "type":
        return say("reason.type", language, detail=say(f"type.{kind}", language))
    if code == "learned":
        return say_learned(reason, language)
    detail = reason.detail
    if code == "surroundings":
        detail = listed([say(f"kind.{kind}", language) for kind in detail.split(",")], language)
    if code == "platform":
        detail = general().name(detail, language)
    if code == "corrected":
        detail = say(f"importance.{detail}", language)
    return say(f"reason.{code}", language, detail=detail)


def listed(words: list[str], language: Language) -> str:
    """Join words as a sentence does: `a, b and c`, `a、b 和 c`."""
    if len(words) <= 1:
        return "".join(words)
    comma, last = (", ", " and ") if language == "en" else ("、", "和")
    return comma.join(words[:-1]) + last + words[-1]


def say_fact(fact: Fact, language: Language) -> str:
    """Say a fact in one clause, with its values: it begins small and has no full stop."""
    before, after = short_value(fact.before), short_value(fact.after)
    detail, value = fact.detail, ""
    if fact.kind is FactKind.REVERTS:
        number = f" ({detail})" if language == "en" else f"（{detail}）"
        number = number if detail else ""
        return say("lead.reverts", language, title=outside(fact.name), number=number)
    if fact.kind in {FactKind.FLAG_ADDED, FactKind.COMMAND_ADDED, FactKind.TEST_DISABLED} and detail:
        colon = ": " if language == "en" else "："
        detail = f"{colon}“{outside(_first_sentence(detail))}”"
    if fact.after and fact.kind is FactKind.GATE_ADDED:
        value = f" ({fact.after})" if language == "en" else f"（{fact.after}）"
    if fact.after and fact.kind in {FactKind.ENV_ADDED, FactKind.CONFIG_ADDED}:
        value = f" (default {fact.after})" if language == "en" else f"（默认 {fact.after}）"
    if fact.kind is FactKind.DEPENDENCY_ADDED and after:
        after = f" {after}"
    key: str = fact.kind
    if fact.kind is FactKind.DEPENDENCY_CHANGED and not (before and after):
        key = "dependency_pinned" if after else "dependency_unpinned"
    key = _IN_IMAGES.get(fact.kind, key) if language_of(fact.path) == "docker" and "/" not in fact.name else key
    if fact.kind in _WITH_CONDITION and (fact.before or fact.after):
        key = f"{fact.kind}_where"
    if fact.kind is FactKind.REQUIREMENT_CHANGED and not (before and after):
        key = "requirement_new" if after else "requirement_gone"
        before = "" if before in fact.name else f" {before}"
    if fact.kind is FactKind.GATE_REMOVED and language_of(fact.path) == "go":
        key = "gate_removed_go"  # by the libraries of Kubernetes and OpenTelemetry, that all gates in Go are made with
    if fact.kind is FactKind.SIGNATURE_CHANGED and not (before and after):
        key = "signature_more" if after else "signature_less"
    if fact.kind is FactKind.RENAMED and detail:
        key = "renamed_many"
    name = outside(fact.name) if fact.kind is FactKind.DEPRECATED else fact.name
    detail = error_text(detail) if fact.kind in _WITH_CONDITION else detail
    values = {
        "name": name,
        "before": before,
        "after": after,
        "detail": detail,
        "value": value,
        "count": fact.detail.count(" → "),
    }
    text = say(f"lead.{key}", language, file=basename(fact.path), **values)
    return spaced(text) if language == "zh" else text


def error_text(message: str) -> str:
    """An error's text as it can be quoted: its places are names in angle brackets."""
    return outside(re.sub(r"\{(\w[^{}]{0,60})\}", r"<\1>", message))


def short_value(text: str) -> str:
    """A value as it can stand in a sentence: a SHA as its first seven digits."""
    is_sha = len(text) == _LONG_SHA and all(char in "0123456789abcdef" for char in text)
    return f"`{text[:7]}`" if is_sha else text


def _first_sentence(text: str) -> str:
    first = text.split(". ", 1)[0]
    return first if len(first) <= _LONGEST_DETAIL else first[:_LONGEST_DETAIL].rsplit(" ", 1)[0] + " …"
