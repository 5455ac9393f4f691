"""The sentence that answers: a statement about a commit, or a fact from its diff, that covers most of what is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.entry import Entry
from analysis.facts import Fact
from analysis.i18n.language import Language
from analysis.questions.query import Query
from analysis.questions.ranking import answers, held
from analysis.questions.words import words_of
from analysis.rules.wording import say_fact
from analysis.statements import Statement

_MOST = 40
"""Facts and statements that are looked at; a commit with more is read from its beginning."""
_OVER_TITLE = 0.75
"""The share of the title's coverage from which another sentence is worth its line."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence as somebody wrote it, or a fact in the reader's language; one of the two is None."""

    text: str
    statement: Statement | None = None
    fact: Fact | None = None


def passage_of(entry: Entry, query: Query, weights: Sequence[float], language: Language) -> Passage | None:
    """Return the sentence that answers best beside the title, or else the one that tells the effect best; None where there is none."""
    title = held(query.clauses, weights, words_of(entry.commit.subject))
    best: tuple[float, Passage] | None = None
    for fact in entry.facts[:_MOST]:
        words = words_of(f"{fact.name} {fact.before} {fact.after} {fact.detail}")
        points = held(query.clauses, weights, words)
        points += sum(
            weight for clause, weight in zip(query.clauses, weights, strict=True) if answers(clause, fact.kind)
        )
        if points > 0 and (best is None or points > best[0]):
            best = points, Passage(say_fact(fact, language), fact=fact)
    for statement in entry.statements[:_MOST]:
        points = (
            held(query.clauses, weights, words_of(statement.text)) * 1.05
        )  # of two that hold the same, what people wrote
        if points > 0 and (best is None or points > best[0]):
            best = points, Passage(statement.text, statement)
    if best and best[0] >= _OVER_TITLE * title:
        return best[1]
    why = entry.analysis.why if entry.analysis else ()
    return Passage(why[0].text, why[0]) if why else best[1] if best else None
