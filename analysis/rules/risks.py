"""What can go wrong for users: removals without notice, tests disabled or missing, unsafe calls, the author's own caveats."""

from collections.abc import Iterator, Sequence
from itertools import islice

from analysis.commits.commit import LOST
from analysis.commits.file_kinds import FileKind
from analysis.commits.title import AROUND, ChangeType
from analysis.entry import Aspect, Claim
from analysis.facts import Fact, FactKind
from analysis.facts.checks import is_fallback
from analysis.facts.syntax.changed import ChangedFile
from analysis.i18n.patterns import Patterns
from analysis.rules.change import Change, names_of
from analysis.rules.effect import said_together, together
from analysis.rules.wording import listed, say_fact, short_name
from analysis.statements import Statement, StatementKind
from analysis.triage.inert import is_inert

_MANY_LINES = 100
"""Product lines changed without any test change that are worth mentioning."""
_MOST_CAVEATS = 2
_MOST_UNTOLD = 4
"""Sentences on what the effect had no room for; the facts list the rest."""
_GONE = {
    FactKind.FLAG_REMOVED,
    FactKind.COMMAND_REMOVED,
    FactKind.ENDPOINT_REMOVED,
    FactKind.NAME_REMOVED,
    FactKind.ENV_REMOVED,
    FactKind.GATE_REMOVED,
    FactKind.METRIC_REMOVED,
    FactKind.CHOICE_REMOVED,
}
_ACTED_ON = _GONE | {
    FactKind.DEFAULT_CHANGED,
    FactKind.NAME_RENAMED,
    FactKind.MODULE_REMOVED,
    FactKind.CONFIG_REMOVED,
    FactKind.RENAMED,
    FactKind.SELECTION_CHANGED,
    FactKind.FORMAT_CHANGED,
    FactKind.SIGNATURE_CHANGED,
    FactKind.REQUIREMENT_CHANGED,
}
_CODE = {"python", "rust", "go", "c", "javascript", "java", "shell"}
"""Languages of running code: what a submodule, a table or an editor script changes is unknown."""
_PATTERNS = Patterns(__file__)


def risks(change: Change, told: Sequence[Fact], why: Sequence[Statement]) -> Iterator[Claim]:
    """Yield what can go wrong; `told` and `why` are what other fields already say."""
    yield from _hidden(change)
    yield from _unsafe(change)
    yield from _gone(change, told)
    yield from _tests(change)
    if change.title.restores or (_PATTERNS.again.match(change.commit.subject) and not change.is_revert):
        yield Claim(change.say("risk.again"))
    caveats = [one for one in change.statements(StatementKind.CAVEAT) if one not in why]
    for caveat in caveats[:_MOST_CAVEATS]:
        yield change.quotation("risk.caveat", caveat)
    unseen = tuple(file.path for file in change.commit.files if file.unseen in LOST)
    if unseen:
        yield Claim(change.say("risk.unseen", files=change.names(unseen)), unseen)


def _hidden(change: Change) -> Iterator[Claim]:
    """A title that mentions only tests, CI or documentation although the product's behaviour changes."""
    # `fix(build): …` fixes how the product builds something: its first word says so.
    is_around = bool(change.title.types) and change.title.types[0] in AROUND
    said = [kind for kind in change.title.types if kind in AROUND] if is_around else []
    files = [file for file in change.product if file.language in _CODE and not is_inert(file)]
    files = [file for file in files if file.change.additions + file.change.deletions]
    if ChangeType.DOCS in said:  # the diff does not show whether a line is in the middle of a docstring or help text
        files = [file for file in files if any(map(_PATTERNS.statement.match, _changed_lines(file)))]
    if said and files and not change.is_revert:
        names = change.names([short_name(file.path) for file in files])
        kinds = listed([change.say(f"type.{kind}") for kind in said], change.language)
        yield Claim(change.say("risk.hidden", said=kinds, files=names), tuple(file.path for file in files[:4]))


def _changed_lines(file: ChangedFile) -> Iterator[str]:
    return (line.text for hunk in file.hunks for line in hunk.lines if line.added or line.removed)


def _unsafe(change: Change) -> Iterator[Claim]:
    for fact in change.of(FactKind.UNSAFE_ADDED):
        file = change.files.get(fact.path)
        where = change.say("risk.fallback") if file and is_fallback(file, fact.line) else ""
        kind = unsafe_kind(fact)
        yield change.claim(change.say(f"risk.unsafe_{kind}", name=fact.name, where=where), fact, Aspect.SECURITY)


def unsafe_kind(fact: Fact) -> str:
    """What an unsafe call may do: `run` what it is given, `trust` anybody, put `markup` into a page, or `load` code."""
    return next((kind for kind, pattern in _PATTERNS["unsafe"].items() if pattern.search(fact.name)), "load")


def _gone(change: Change, told: Sequence[Fact]) -> Iterator[Claim]:
    """What is removed without notice, and what else requires action that the effect has no room for."""
    gone = list(change.of(*_GONE))
    was_announced = bool(gone) and any(
        _PATTERNS.deprecated.search(file.change.patch or "") for file in change.files.values()
    )
    if gone and not was_announced and not change.is_revert:
        text = change.say("risk.gone", names=change.names([name for fact in gone for name in names_of(fact)]))
        yield change.claim(text, gone[0])
    untold = (fact for fact in change.of(*_ACTED_ON) if fact not in told and (fact not in gone or was_announced))
    for facts in islice(together(untold), _MOST_UNTOLD):
        yield change.claim(said_together(change, facts), facts[0])


def _tests(change: Change) -> Iterator[Claim]:
    for fact in change.of(FactKind.TEST_DISABLED):
        yield change.claim(change.sentence(say_fact(fact, change.language)), fact)
    code = [file for file in change.product if file.language in _CODE]
    lines = sum(file.change.additions + file.change.deletions for file in code)
    has_tests = any(file.kind is FileKind.TEST or _holds_tests(file) for file in change.files.values())
    added = sum(file.change.additions for file in code)
    if lines < _MANY_LINES or not added or has_tests or change.is_revert:
        return
    if lines - 2 * sum(one.count for one in change.moved) >= _MANY_LINES:  # moved code is still tested
        paths = tuple(file.path for file in code[:4])
        yield Claim(change.say("risk.no_tests"), paths)


def _holds_tests(file: ChangedFile) -> bool:
    """Whether a hunk of the product's code is in tests: Rust's live beside what they test."""
    return file.language == "rust" and any(
        _PATTERNS.rust_tests.search(text)
        for hunk in file.hunks
        for text in (hunk.heading, *(line.text for line in hunk.lines))
    )
