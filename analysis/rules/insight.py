"""How it is done: functions that are new or changed, code that moved, checks, tests by name, comments, the author's figures."""

from collections.abc import Iterator, Sequence

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.entry import Claim
from analysis.facts import Fact, FactKind
from analysis.rules.change import Change
from analysis.rules.effect import is_gone
from analysis.rules.functions import Touched, touched
from analysis.rules.new_tests import new_tests
from analysis.rules.wording import error_text, told_apart
from analysis.statements import Source, Statement, StatementKind
from analysis.triage.inert import is_worded_anew

_MOST_TESTS, _MOST_CHECKS, _MOST_FIGURES = 3, 3, 2
_MAIN = 0.5
"""The least share of a change's lines for the functions containing them to be worth naming."""
_PRODUCT = {FileKind.PRODUCTION, FileKind.BUILD}


def insight(change: Change, told: Sequence[Fact], why: Sequence[Statement]) -> Iterator[Claim]:
    """Yield what an engineer wants to know about how it is done; `told` and `why` are what other fields already say."""
    if not change.product:
        return
    yield from _functions(change)
    yield from _moved(change)
    yield from _checks(change, told)
    yield from _tests(change)
    yield from _comment(change, why)
    yield from _figures(change, why)


def _functions(change: Change) -> Iterator[Claim]:
    """The new public ones and those that changed, if they account for most of the change.

    If most of it is outside functions, or in new private ones, the names of others would mislead.
    """
    named = {fact.name for fact in change.facts} | {fact.after for fact in change.of(FactKind.NAME_RENAMED)}
    touches = touched(file for file in change.reaching if not is_worded_anew(file))
    new = [one for one in touches.functions if one.is_new and one.is_public]
    renamed = [one for one in touches.functions if one.was and one.is_public and one.name not in named]
    changed = [one for one in touches.functions if not one.is_new and one.count]
    inner, others = (sum(one.count for one in some) for some in (changed, new))
    new = [one for one in new if one.name not in named]
    changed = [one for one in changed if one.name not in named and not one.was]
    if new:
        yield _named("insight.new", change, new)
    if renamed:
        pairs = change.listed([f"`{one.was}` → `{one.name}`" for one in renamed])
        yield Claim(change.say("insight.renamed", pairs=pairs), (renamed[0].path,), line=renamed[0].line)
    if changed and inner >= _MAIN * (touches.count - others):
        yield _named("insight.changed", change, changed)


def _named(key: str, change: Change, found: Sequence[Touched]) -> Claim:
    text = change.say(key, names=change.names([one.name for one in found]))
    return Claim(text, (found[0].path,), line=found[0].line)


def _moved(change: Change) -> Iterator[Claim]:
    moves = [one for one in change.moved if {kind_of(one.source), kind_of(one.target)} <= _PRODUCT]
    for one in moves[:1]:
        source, target = told_apart(one.source, one.target)
        text = change.say("insight.moved", count=one.count, source=source, target=target)
        yield Claim(text, (one.target,))


def _checks(change: Change, told: Sequence[Fact]) -> Iterator[Claim]:
    found = [
        fact for fact in change.of(FactKind.CHECK_ADDED, FactKind.CHECK_REMOVED) if fact.detail and fact not in told
    ]
    found = [fact for fact in found if fact.kind is FactKind.CHECK_ADDED or is_gone(change, fact)]
    for fact in found[:_MOST_CHECKS]:
        key = "insight.check" if fact.kind is FactKind.CHECK_ADDED else "insight.check_removed"
        yield change.claim(change.say(key, text=change.quoted(error_text(fact.detail))), fact)


def _tests(change: Change) -> Iterator[Claim]:
    names = new_tests(change.files.values())
    if names:
        text = change.say("insight.tests", names=change.names(names, _MOST_TESTS))
        yield Claim(text)


def _comment(change: Change, why: Sequence[Statement]) -> Iterator[Claim]:
    """What the author writes in the code's comments, unless a reason quotes it."""
    comments = (
        one for one in change.statements(StatementKind.EFFECT) if one.source is Source.CODE_COMMENT and one not in why
    )
    for comment in list(comments)[:1]:
        yield change.quotation("insight.comment", comment)


def _figures(change: Change, why: Sequence[Statement]) -> Iterator[Claim]:
    figures = [one for one in change.statements(StatementKind.FIGURE) if one not in why]
    for figure in figures[:_MOST_FIGURES]:
        yield change.quotation("insight.figure", figure)
