"""Answers questions in plain words from the store; if nothing matches, conditions are dropped one by one."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from difflib import get_close_matches

from analysis.commits.tags import versions
from analysis.commits.window import Window
from analysis.entry import Entry
from analysis.errors import NotFound
from analysis.i18n.language import Language
from analysis.questions.answer import Answer, Found, Part
from analysis.questions.clauses import Clause
from analysis.questions.operators import KINDS as OPERATORS
from analysis.questions.passages import passage_of
from analysis.questions.query import Query, Unclear, Vocabulary, asks_of_reverts, read_query
from analysis.questions.ranking import Candidates, Hit, rank, weights
from analysis.questions.spans import Days
from bot.commands.mistakes import Mistake, about_operator
from bot.commands.queries import find_commits, show_commit, sought
from bot.commands.references import first_reference
from bot.commands.unread import known_since, today_in, unread
from bot.digests.core import Core
from bot.digests.releases import unreleased_since
from storage.retrieval import candidates, count, is_author, is_word
from storage.search import Answer as Matches
from storage.search import Question

SHOWN = 5
"""Commits per answer."""
_LEAST, _OF_BEST = 0.15, 0.45
"""How much of the question a commit must match to be shown, and how much of what the best one matches."""
_TOLD = 0.5
"""The share of the things a question names that must be known, unless at least two are."""
_FIRST_DAY = date(1970, 1, 2)
_EVERYTHING = Question()
_GIVEN_UP: tuple[Part, ...] = ("least", "people", "days")
_NEAR, _ALIKE, _MOST_NAMES = 3, 0.5, 30
"""Authors suggested for an unknown one, their required similarity, and how many with the same initial are compared."""
_COUNTED = 10
"""Authors listed in a count."""
_NEW_WITHIN, _ENOUGH_BEFORE = 7, 14
"""Days in which newcomers are looked for by default; and days before those that must be known to say who is new."""


def ask(
    core: Core,
    text: str,
    language: Language,
    repo: str | None = None,
    zone: str = "UTC",
    within: Collection[str] | None = None,
    limit: int = SHOWN,
) -> Answer:
    """Answer a question in plain words from what is known: what changed, for whom, since when, by whom.

    Raises:
        NotFound: nothing is known about the visible repositories.
        Mistake: as `read`.
    """
    repos = repositories(core, repo, within)
    if pointed := _pointed_at(core, text, language, repo, within):
        found = tuple(_found(core, entry) for entry in pointed)
        since = known_since(core, repos, zone)
        return Answer(Query(text), found, repos=repos, since=since, asks_of_reverts=asks_of_reverts(text))
    return answer(core, read(core, text, repos, zone), repos, language, zone, limit)


def search(
    core: Core,
    wanted: Question,
    language: Language,
    repos: str | Collection[str] | None = None,
    limit: int = 20,
    within: Collection[str] | None = None,
    zone: str = "UTC",
    *,
    is_quoted: bool = False,
) -> tuple[Matches, Answer | None]:
    """Search for all words verbatim; if nothing matches, answer them as a question, within the same filters.

    Words that leave something out (`cache without tests`) are a question in any case, but where they are quoted.

    Returns:
        The matches, and the answer if the words were taken as a question, else None.

    Raises:
        Mistake: as `read`.
    """
    named: Collection[str | None] = [repos] if isinstance(repos, str) else list(repos or ()) or [None]
    known = tuple(dict.fromkeys(one for name in named for one in repositories(core, name, within)))
    query = _parsed(core, wanted.words, known, zone)
    is_limited = query.not_by or query.without or (query.unclear and query.unclear.why == "exclusion")
    found = Matches((), more=False)
    if is_quoted or not is_limited:
        found = find_commits(core, wanted, language, repos, limit, within)
        is_operator = query.unclear and query.unclear.why in OPERATORS
        if found.entries or not wanted.words.strip() or is_operator:
            return found, None
    query = read(core, wanted.words, known, zone)
    return found, None if query.is_empty else answer(
        core, query, known, language, zone, limit, replace(wanted, words="")
    )


def repositories(core: Core, repo: str | None, within: Collection[str] | None) -> tuple[str, ...]:
    """Return the repositories a question is about: the named one, or all that are known and visible."""
    return tuple(filter(None, sought(core, repo, within))) or tuple(core.stores.commits.repositories())


def read(core: Core, text: str, repos: Sequence[str], zone: str) -> Query:
    """Parse a question about some repositories.

    Raises:
        Mistake: it names an invalid day, a person without known commits, or an unknown release, or has an operator that
            nothing takes: without that it would be a different question.
    """
    query = _parsed(core, text, repos, zone)
    if query.unclear and query.unclear.why == "release" and query.repo and len(repos) > 1:
        return read(core, text, (query.repo,), zone)
    if query.unclear:
        raise _mistake(core, query.unclear, repos, today_in(core, zone))
    return query


def _parsed(core: Core, text: str, repos: Sequence[str], zone: str) -> Query:
    store = core.stores.store
    tags = core.stores.tags.of(repos[0]) if len(repos) == 1 else []
    known = Vocabulary(
        core.sources.areas(),
        tuple(repos),
        tuple(versions(tags)),
        lambda name: is_author(store, name, repos),
        lambda word: is_word(store, word, repos),
    )
    return read_query(text, today_in(core, zone), known)


def _mistake(core: Core, unclear: Unclear, repos: Sequence[str], today: date) -> Mistake:
    text = unclear.text
    match unclear.why:
        case "day":
            return Mistake("mistake.day", text=text, today=today.isoformat())
        case "coming":
            return Mistake("mistake.day_coming", text=text, today=today.isoformat())
        case "either":
            return Mistake("mistake.day_either", text=text, days=tuple(day.isoformat() for day in unclear.days))
        case "release":
            tags = versions(core.stores.tags.of(repos[0])) if len(repos) == 1 else []
            if tags:
                near = tuple(f"{tag.name} ({tag.at.date()})" for tag in tags[:_NEAR])
                return Mistake("mistake.release_unknown", text=text, known=near, first=tags[0].name)
            key = "mistake.no_release" if len(repos) == 1 else "mistake.release_of_which"
            return Mistake(key, text=text, repos=tuple(repos[:_NEAR]))
        case "person":
            return _nobody(core, text, repos)
    return about_operator(unclear.why, text)


def _nobody(core: Core, text: str, repos: Sequence[str]) -> Mistake:
    """Say that nobody is called so, with the most similar names."""
    known = core.stores.commits.authors(repos, text[:1], _MOST_NAMES)
    names = {name.lower(): name for name, _ in known}
    near = get_close_matches(text.lower(), names, _NEAR, _ALIKE)
    named = tuple(names[one] for one in near) or tuple(names.values())[:_NEAR]
    return Mistake("mistake.author" if named else "mistake.author_nobody", text=text, known=named)


def answer(
    core: Core,
    query: Query,
    repos: Sequence[str],
    language: Language,
    zone: str,
    limit: int = SHOWN,
    filters: Question = _EVERYTHING,
    last_list: Sequence[str] = (),
) -> Answer:
    """Search for what a question asks among what passes `filters`.

    Conditions that nothing matches are dropped: importance first, then the person, then the days. `last_list` has the commits
    of the last answer, as `owner/name@sha`, to which the question may refer.

    Raises:
        Mistake: it refers to a list, and there was none.
    """
    if query.of_list:
        if not last_list:
            raise Mistake("mistake.no_list")
        places = [one.rpartition("@") for one in last_list]
        filters = replace(filters, among=tuple((repo, sha) for repo, _, sha in places))
    named = (query.repo,) if query.repo else tuple(repos)
    if query.counts in {"authors", "newcomers"}:
        return _people_counted(core, query, named, zone, filters)
    asked, given_up = query, list[Part]()
    found = _candidates(core, asked, named, zone, filters)
    while not (hits := _good(rank(asked, found, core.now()), asked, found)):
        part = next((name for name in _GIVEN_UP if getattr(asked, name)), None)
        less = replace(asked, **{part: getattr(Query(""), part)}) if part else None
        # Without that it would ask for everything; and of a list, nothing is dropped.
        if part is None or less is None or query.of_list or not (less.clauses or less.people or less.days):
            break
        given_up.append(part)
        asked = less
        found = _candidates(core, asked, named, zone, filters)
    shown = hits[:limit]
    told = core.memory.with_analyses([hit.entry for hit in shown], language)
    weighed = weights(asked, found)
    held = set().union(*(hit.held for hit in shown)) if shown else set()
    unknown = [clause.said for clause in asked.clauses if clause not in held]
    others = 0 if hits else _landed_then(core, query, named, zone)
    return Answer(
        query,
        tuple(replace(_found(core, entry), passage=passage_of(entry, asked, weighed, language)) for entry in told),
        tuple(given_up) if hits else (),
        tuple(unknown) if hits else (),
        named,
        known_since(core, named, zone),
        unread(core, named, query.days, zone),
        len(hits) > limit,
        total=sum(_counted(core, query, named, zone, filters).values()) if query.counts else None,
        is_closest=any(len(hit.held) < len(asked.clauses) - len(unknown) for hit in shown),
        others=others,
    )


def _landed_then(core: Core, query: Query, repos: Sequence[str], zone: str) -> int:
    """Return how many commits landed on the days of a question, whatever they are about."""
    of_days = Query(query.text, days=query.days, hours=query.hours)
    return sum(_counted(core, of_days, repos, zone, _EVERYTHING).values()) if query.days or query.hours else 0


def _found(core: Core, entry: Entry) -> Found:
    return Found(entry, None, unreleased_since(core.stores, entry), core.memory.reverted_by(entry))


def _people_counted(core: Core, query: Query, repos: Sequence[str], zone: str, filters: Question) -> Answer:
    """Count commits by author, or name the authors whose first known commits these are."""
    since, today = known_since(core, repos, zone), today_in(core, zone)
    days = query.days
    if query.counts == "newcomers" and not days:
        days = Days(today - timedelta(days=_NEW_WITHIN - 1), today)
    query = replace(query, days=days)
    counts: dict[str, int] | None = _counted(core, query, repos, zone, filters)
    if query.counts == "newcomers" and counts:
        first = days.first or since
        is_known = first and since and first - since >= timedelta(days=_ENOUGH_BEFORE)
        before = Window.of(first, zone).start if first else core.now()
        history = core.stores.history
        strangers = [set(history.unknown_before(repo, counts, before)) for repo in repos]
        new = {name: number for name, number in counts.items() if all(name in some for some in strangers)}
        counts = new if is_known else None
    missing = unread(core, repos, days, zone)
    if query.counts == "newcomers" and not counts and missing:  # nobody knows who came on days that were not read
        counts = None
    counted = None if counts is None else tuple(counts.items())
    return Answer(
        query,
        repos=tuple(repos),
        since=since,
        unread=missing,
        more=len(counted or ()) > _COUNTED,
        counted=counted and counted[:_COUNTED],
    )


def _counted(core: Core, query: Query, repos: Sequence[str], zone: str, filters: Question) -> dict[str, int]:
    return count(core.stores.store, query.clauses, _filters(core, query, repos, zone, filters))


def _good(hits: Sequence[Hit], query: Query, found: Candidates) -> list[Hit]:
    """Return the hits that match enough of the question, in absolute terms and compared with the best."""
    if not hits or not query.clauses:
        return list(hits)
    names = [count for clause, count in zip(query.clauses, found.counts, strict=True) if not clause.sign]
    known = sum(count > 0 for count in names)
    if names and known < min(2, _TOLD * len(names)):
        return []
    about = [hit for hit in hits if hit.is_about] or hits
    best = max(hit.coverage for hit in about)
    good = [hit for hit in about if hit.coverage >= max(_LEAST, _OF_BEST * best)]
    if any(not clause.sign for clause in query.clauses):
        return good
    whole = [hit for hit in good if hit.held >= set(query.clauses)]  # `security fixes` are both
    is_possible = frozenset().union(*(hit.held for hit in hits)) >= set(query.clauses)
    return whole or (good if is_possible else [])


def _candidates(core: Core, query: Query, repos: Sequence[str], zone: str, filters: Question) -> Candidates:
    return candidates(core.stores.store, query.clauses, _filters(core, query, repos, zone, filters))


def _filters(core: Core, query: Query, repos: Sequence[str], zone: str, filters: Question) -> Question:
    """Return a question's conditions other than its clauses, within `filters`."""
    since, until = _moments(query.days, zone)
    if query.hours:
        since = max(filter(None, (since, core.now() - timedelta(hours=query.hours))))
    left_out = [Question(authors=(name,)) for name in query.not_by]
    left_out += [one for clause in query.without for one in _left_out(clause)]
    return replace(
        filters,
        repos=tuple(repos) if len(repos) < len(core.stores.commits.repositories()) else (),
        since=max(filter(None, (since, filters.since)), default=None),
        until=min(filter(None, (until, filters.until, core.now()))),
        authors=(*filters.authors, *query.people),
        least=max(query.least, filters.least or 0) or None,
        without=(*filters.without, *left_out),
    )


def _left_out(clause: Clause) -> list[Question]:
    """Return what commits may not match that are not about something."""
    if clause.sign and clause.sign.types:
        return [Question(types=(tuple(sorted(clause.sign.types)),))]
    of_area = [Question(areas=(clause.area,))] if clause.area else []
    return [Question(clause.said), *of_area]


def _moments(days: Days, zone: str) -> tuple[datetime | None, datetime | None]:
    """Return the moments between which days lie, in a zone."""
    since = Window.of(max(days.first, _FIRST_DAY), zone).start if days.first else None
    until = Window.of(max(days.last, _FIRST_DAY), zone).end if days.last else None
    return since, until


def _pointed_at(
    core: Core, text: str, language: Language, repo: str | None, within: Collection[str] | None
) -> tuple[Entry, ...]:
    """Return the commits a question refers to by SHA, number or URL; empty if it refers to none that is known."""
    reference = first_reference(text)
    try:
        detail = show_commit(core, reference, language, repo, within) if reference else None
    except NotFound:
        return ()
    return ((detail.entry,) if detail.entry else detail.choices) if detail else ()
