"""The answer to a question in words (what was understood, which conditions were dropped, which sentence answers it) and as data."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.commits.commit import Commit
from analysis.commits.redaction import redact
from analysis.commits.title import AROUND
from analysis.i18n.language import Language
from analysis.i18n.typography import capital, outside
from analysis.questions.answer import Answer, Found, Said
from analysis.questions.clauses import Clause
from analysis.questions.passages import Passage
from analysis.questions.query import Query
from analysis.questions.spans import Days
from analysis.triage.areas import Areas
from formatters.i18n.wording import label
from formatters.text.item import Item, author_of, item_of
from formatters.text.links import commit_page
from formatters.text.plain import brief, clean

_LONGEST = 400  # columns of a sentence: nobody reads further
_MOST_SAID = 120
_MOST_SPANS = 4
"""Spans of unread days that are listed individually."""


@dataclass(frozen=True, slots=True)
class AnswerOutline:
    """Everything an answer says, in order.

    Attributes:
        title: how many commits were found for what, or that none were.
        told: a model's sentences, each with the short SHAs that support it; empty without a model.
        items: the commits; the gist of each is the sentence that answers.
        notes: what the reader should know about how the answer came about.
    """

    title: str
    told: tuple[str, ...]
    items: tuple[Item, ...]
    notes: tuple[str, ...]


def answer_outline(answer: Answer, areas: Areas, language: Language, filters: str = "") -> AnswerOutline:
    """Put an answer into words; `filters` as they were typed, which it was limited by."""
    what = " ".join(filter(None, (understood(_without_dropped(answer), language), filters)))
    count = len(answer.found)
    if answer.query.counts in {"authors", "newcomers"}:
        return AnswerOutline(_counted(answer, language), (), (), tuple(say_unread(answer.unread, language)))
    if not answer.found:
        key = "ask.nothing" if answer.since else "ask.nothing_known"
        repos = label("list.comma", language).join(map(clean, answer.repos))
        title = label(key, language, what=what, repos=repos, since=answer.since)
        return AnswerOutline(title, (), (), (*_limits(answer, language), *say_unread(answer.unread, language)))
    key = (
        "ask.closest"
        if answer.is_closest and answer.total is None
        else "ask.found_more"
        if answer.more and answer.total is None
        else "ask.found"
    )
    title = label(key, language, what=what, count=count if answer.total is None else answer.total)
    told = tuple(map(say_said, answer.said))
    items = tuple(_item(found, areas, language) for found in answer.found)
    return AnswerOutline(title, told, items, tuple(_notes(answer, language)))


def say_said(one: Said) -> str:
    """Return a model's sentence with the short SHAs that support it."""
    return f"{clean(one.text)} ({', '.join(sha[:7] for sha in one.shas)})"


def understood(query: Query, language: Language) -> str:
    """Say how a question was understood: `AMD, words: far, so, without tests, since 2026-01-01`.

    What is looked for as a word is told from what is known as an area, a device or a kind of change.
    """
    comma = label("list.comma", language)
    words = [_shown(clause) for clause in query.clauses if not _is_known(clause)]
    said = [_shown(clause) for clause in query.clauses if _is_known(clause)]
    said += [label("ask.words", language, words=comma.join(words))] if words else []
    said += [label("ask.of_list", language)] if query.of_list else []
    said += [label("ask.by", language, who=_who(query.people, language))] if query.people else []
    said += [label("ask.except_by", language, who=_who(query.not_by, language))] if query.not_by else []
    left_out = [_shown(clause) for clause in query.without]
    said += [label("ask.without", language, what=comma.join(left_out))] if left_out else []
    said += [label("ask.important", language)] if query.least else []
    said += [clean(query.release)] if query.release else []
    said += [_say(query.days, language)] if query.days else []
    said += [label("ask.hours", language, count=query.hours)] if query.hours else []
    said += [clean(query.repo)] if query.repo else []
    return comma.join(said) or label("ask.anything", language)


def _without_dropped(answer: Answer) -> Query:
    """Return what an answer fulfils of its question: without the conditions that were dropped, and what nothing matches."""
    query = answer.query
    if not answer.found:
        return query
    dropped = {name: getattr(Query(""), name) for name in answer.given_up}
    return replace(query, clauses=tuple(one for one in query.clauses if one.said not in answer.unknown), **dropped)


def _is_known(clause: Clause) -> bool:
    return bool(clause.sign or clause.device or clause.area)


def _shown(clause: Clause) -> str:
    return brief(clean(redact(clause.said)[0]), _MOST_SAID)


def _who(people: Sequence[str], language: Language) -> str:
    *first, last = map(clean, people)
    return label("ask.either", language, first=label("list.comma", language).join(first), last=last) if first else last


def _counted(answer: Answer, language: Language) -> str:
    """Say who has the most commits, or whose first commits these are."""
    query = replace(answer.query, counts="")
    since = label("ask.since", language, first=answer.since)
    what = since if query == Query(query.text, asks_who=query.asks_who) else understood(query, language)
    is_new = answer.query.counts == "newcomers"
    if answer.counted is None:
        return label("ask.newcomers_unknown", language, what=what, since=answer.since)
    if not answer.counted:
        return label("ask.newcomers_none" if is_new else "ask.authors_none", language, what=what)
    names = [label("ask.author", language, name=clean(name), number=number) for name, number in answer.counted]
    listed = label("list.comma", language).join(names)
    listed = label("ask.others", language, names=listed) if answer.more else listed
    return label("ask.newcomers" if is_new else "ask.authors", language, what=what, names=listed)


def say_unread(spans: Sequence[Days], language: Language) -> Iterator[str]:
    """Say which of the requested days were never read in full; nothing if all were."""
    if spans:
        shown = [_span(one, language) for one in spans[:_MOST_SPANS]]
        shown += [label("ask.other_days", language)] if len(spans) > _MOST_SPANS else []
        yield label("ask.unread", language, days=label("list.comma", language).join(shown))


def _span(days: Days, language: Language) -> str:
    if days.first == days.last:
        return str(days.first)
    if days.first and days.last:
        return label("report.days", language, first=days.first, last=days.last)
    return _say(days, language)


def _say(days: Days, language: Language) -> str:
    if days.first and days.last:
        return label("ask.on" if days.first == days.last else "ask.between", language, first=days.first, last=days.last)
    return label("ask.since" if days.first else "ask.until", language, first=days.first, last=days.last)


def _item(found: Found, areas: Areas, language: Language) -> Item:
    item = item_of(found.entry, language, areas)
    return replace(item, gist=say_passage(found.passage)) if found.passage else replace(item, gist="")


def say_passage(passage: Passage) -> str:
    """Say the sentence that answers: a person's words in quotation marks, or what the diff proves."""
    text = clean(redact(passage.text)[0])
    return f"“{brief(outside(text), _LONGEST)}”" if passage.statement else brief(capital(text), _LONGEST)


def _unknown(answer: Answer, language: Language) -> Iterator[str]:
    """Say which words no commit contains, and of which types none is."""
    asked = {clause.said: clause.sign.types for clause in answer.query.clauses if clause.sign}
    words = [f"“{outside(clean(word))}”" for word in answer.unknown if not asked.get(word)]
    if words:
        yield label("ask.unknown", language, words=label("list.comma", language).join(words))
    for kind in sorted({kind for word in answer.unknown for kind in asked.get(word, ())}):
        what = label(f"of_type.{kind}", language)
        yield label("ask.none_is", language, what=what, count=len(answer.found))


def _notes(answer: Answer, language: Language) -> Iterator[str]:
    query = answer.query
    yield from _limits(answer, language)
    if query.asks_who:
        yield label("ask.written", language, names=label("list.comma", language).join(_authors(answer, language)))
    if "days" in answer.given_up:
        key = "ask.not_known_then" if answer.unread else "ask.not_then"
        yield label(key, language, days=_say(query.days, language))
    if "people" in answer.given_up:
        yield label("ask.not_by", language, who=_who(query.people, language))
    if "least" in answer.given_up:
        yield label("ask.not_important", language)
    yield from _unknown(answer, language)
    for found in answer.found:
        if by := found.reverted:
            yield label(
                "ask.reverted", language, sha=found.entry.commit.short, by=_name(by), day=by.committed_at.date()
            )
    if answer.asks_of_reverts and not any(found.reverted for found in answer.found):
        yield label("ask.not_reverted", language)
    yield from say_unread(answer.unread, language)
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


def _limits(answer: Answer, language: Language) -> Iterator[str]:
    """Say what of a question its answer leaves out, and what else landed on its days."""
    query = answer.query
    if query.aside:
        words = label("list.comma", language).join(f"“{outside(clean(word))}”" for word in query.aside)
        yield label("ask.aside", language, words=words)
    if answer.others and not query.counts:
        days = label("ask.hours", language, count=query.hours) if query.hours else _say(query.days, language)
        yield label("ask.others_then", language, days=days, count=answer.others)


def _authors(answer: Answer, language: Language) -> list[str]:
    """Return the authors of what was found, most commits first, without those who only touched tests, docs or CI."""
    entries = [found.entry for found in answer.found]
    asked = {kind for clause in answer.query.clauses if clause.sign for kind in clause.sign.types}
    about = [entry for entry in entries if entry.triage.types[0] not in AROUND or entry.triage.types[0] in asked]
    counts = Counter(author_of(entry.commit, language) for entry in about or entries)
    return [name for name, _ in counts.most_common()]


def _name(commit: Commit) -> str:
    return f"#{commit.pull_request}" if commit.pull_request else commit.short


# -- data


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain data; days are ISO 8601."""
    query = answer.query
    return {
        "question": query.text,
        "understood": {
            "about": [clause.said for clause in query.clauses],
            "authors": list(query.people),
            "not_by": list(query.not_by),
            "without": [clause.said for clause in query.without],
            "hours": query.hours or None,
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
        "unread": spans_json(answer.unread),
        "counted": None if answer.counted is None else dict(answer.counted),
        "total": answer.total,
    }


def spans_json(spans: Sequence[Days]) -> list[dict[str, str | None]]:
    """Return spans of days as plain data; days are ISO 8601."""
    return [{"since": _iso(days.first), "until": _iso(days.last)} for days in spans]


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
        "reverted_by": found.reverted.sha if found.reverted else None,
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
