"""The answer to a question in words: what was understood, what was given up, which sentence answers; and as data for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.commits.redaction import redact
from analysis.i18n.language import Language
from analysis.i18n.typography import capital, outside
from analysis.questions.answer import Answer, Found, Said
from analysis.questions.passages import Passage
from analysis.questions.query import Query
from analysis.questions.spans import Days
from analysis.triage.areas import Areas
from formatters.i18n.wording import label
from formatters.text.item import Item, item_of
from formatters.text.links import commit_page
from formatters.text.plain import brief, clean

_LONGEST = 400  # columns of a sentence: beyond, nobody reads on
_MOST_SAID = 120


@dataclass(frozen=True, slots=True)
class AnswerOutline:
    """Everything an answer says, in its order.

    Attributes:
        title: how many commits were found for what, or that nothing was.
        told: a model's sentences, each with the short SHAs behind it; empty without one.
        items: the commits; the gist of each is the sentence that answers.
        notes: what the reader should know of how it came about.
    """

    title: str
    told: tuple[str, ...]
    items: tuple[Item, ...]
    notes: tuple[str, ...]


def answer_outline(answer: Answer, areas: Areas, language: Language) -> AnswerOutline:
    """Put an answer into words."""
    what = understood(answer.query, language)
    count = len(answer.found)
    if not answer.found:
        key = "ask.nothing" if answer.since else "ask.nothing_known"
        repos = label("list.comma", language).join(map(clean, answer.repos))
        return AnswerOutline(label(key, language, what=what, repos=repos, since=answer.since), (), (), ())
    title = label("ask.found_more" if answer.more else "ask.found", language, what=what, count=count)
    told = tuple(map(say_said, answer.said))
    items = tuple(_item(found, areas, language) for found in answer.found)
    return AnswerOutline(title, told, items, tuple(_notes(answer, language)))


def say_said(one: Said) -> str:
    """Return a model's sentence with the short SHAs behind it."""
    return f"{clean(one.text)} ({', '.join(sha[:7] for sha in one.shas)})"


def understood(query: Query, language: Language) -> str:
    """Say what was understood of a question: `FP8, Blackwell, since 2026-01-01`."""
    said = [brief(clean(redact(clause.said)[0]), _MOST_SAID) for clause in query.clauses]
    said += [label("ask.by", language, who=clean(query.person))] if query.person else []
    said += [label("ask.important", language)] if query.least else []
    said += [clean(query.release)] if query.release else []
    said += [_say(query.days, language)] if query.days else []
    said += [clean(query.repo)] if query.repo else []
    return label("list.comma", language).join(said) or label("ask.anything", language)


def _say(days: Days, language: Language) -> str:
    if days.first and days.last:
        return label("ask.on" if days.first == days.last else "ask.between", language, first=days.first, last=days.last)
    return label("ask.since" if days.first else "ask.until", language, first=days.first, last=days.last)


def _item(found: Found, areas: Areas, language: Language) -> Item:
    item = item_of(found.entry, language, areas)
    return replace(item, gist=say_passage(found.passage)) if found.passage else replace(item, gist="")


def say_passage(passage: Passage) -> str:
    """Say the sentence that answers: what somebody wrote, in quotation marks, or what the diff proves."""
    text = clean(redact(passage.text)[0])
    return f"“{brief(outside(text), _LONGEST)}”" if passage.statement else brief(capital(text), _LONGEST)


def _notes(answer: Answer, language: Language) -> Iterator[str]:
    query = answer.query
    if "days" in answer.given_up:
        yield label("ask.not_then", language, days=_say(query.days, language))
    if "person" in answer.given_up:
        yield label("ask.not_by", language, who=clean(query.person))
    if "least" in answer.given_up:
        yield label("ask.not_important", language)
    if answer.unknown:
        words = label("list.comma", language).join(f"“{outside(clean(word))}”" for word in answer.unknown)
        yield label("ask.unknown", language, words=words)
    unreleased = [found for found in answer.found if found.unreleased]
    if unreleased:
        newest = unreleased[0].unreleased
        shas = label("list.comma", language).join(found.entry.commit.short for found in unreleased)
        yield label(
            "ask.unreleased", language, shas=shas, name=clean(newest.name if newest else ""), count=len(unreleased)
        )
    if answer.failure and answer.said:
        yield label("ask.broken_off", language)
    elif answer.failure:
        yield (
            label("ask.by_rules", language, reason=clean(answer.failure))
            if language == "en"
            else label("ask.by_rules_only", language)
        )


# -- data


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain data; days are ISO 8601."""
    query = answer.query
    return {
        "question": query.text,
        "understood": {
            "about": [clause.said for clause in query.clauses],
            "author": query.person or None,
            "important": bool(query.least),
            "release": query.release or None,
            "repository": query.repo or None,
            "since": _iso(query.days.first),
            "until": _iso(query.days.last),
        },
        "given_up": list(answer.given_up),
        "unknown": list(answer.unknown),
        "looked_through": {"repositories": list(answer.repos), "since": _iso(answer.since)},
        "said": [{"text": one.text, "commits": list(one.shas)} for one in answer.said],
        "answers": [_found_json(found) for found in answer.found],
        "more": answer.more,
    }


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _found_json(found: Found) -> dict[str, Any]:
    commit = found.entry.commit
    return {
        "repo": commit.repo,
        "sha": commit.sha,
        "title": redact(commit.subject)[0],
        "author": commit.author,
        "committed_at": commit.committed_at.isoformat(),
        "url": commit_page(commit) or None,
        "importance": found.entry.triage.importance.value,
        "sentence": _passage_json(found.passage),
        "in_no_release_since": found.unreleased.name if found.unreleased else None,
    }


def _passage_json(passage: Passage | None) -> dict[str, Any] | None:
    if passage is None:
        return None
    statement, fact = passage.statement, passage.fact
    place: Sequence[Any] = (
        (statement.path, statement.line, statement.url) if statement else (fact.path, fact.line, "") if fact else ()
    )
    path, line, url = place
    source = statement.source.value if statement else "diff"
    return {
        "text": redact(passage.text)[0],
        "source": source,
        "path": path or None,
        "line": line or None,
        "url": url or None,
    }
