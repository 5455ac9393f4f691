"""Questions in plain words, answered from the store: read, looked for, and where nothing fits, looked for with less asked."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analysis.commits.tags import versions
from analysis.commits.window import Window
from analysis.entry import Entry
from analysis.errors import NotFound
from analysis.i18n.language import Language
from analysis.questions.answer import Answer, Found, Part
from analysis.questions.passages import passage_of
from analysis.questions.query import Query, Vocabulary, read_query
from analysis.questions.ranking import Candidates, Hit, rank, weights
from analysis.questions.spans import Days
from bot.commands.queries import find_commits, show_commit, sought
from bot.commands.references import first_reference
from bot.digests.core import Core
from bot.digests.releases import unreleased_since
from storage.retrieval import candidates, is_author
from storage.search import Answer as Matches
from storage.search import Question

SHOWN = 5
"""Commits of an answer."""
_LEAST, _OF_BEST = 0.15, 0.45
"""Which share of what is asked for a commit must hold to be shown, and which of what the best one holds."""
_TOLD = 0.5
"""Which share of the things that a question names must be known, or at least two of them."""
_FIRST_DAY = date(1970, 1, 2)
_EVERYTHING = Question()
_GIVEN_UP: tuple[Part, ...] = ("least", "person", "days")


def ask(
    core: Core,
    text: str,
    language: Language,
    repo: str | None = None,
    zone: str = "UTC",
    within: Collection[str] | None = None,
    limit: int = SHOWN,
) -> Answer:
    """Ask in plain words: what changed, for whom, since when, by whom; answered by what is known.

    Raises:
        NotFound: nothing is known of what may be seen.
    """
    repos = repositories(core, repo, within)
    if pointed := _pointed_at(core, text, language, repo, within):
        found = tuple(Found(entry, None, unreleased_since(core.stores, entry)) for entry in pointed)
        return Answer(Query(text), found, repos=repos, since=_known_since(core, repos, zone))
    return answer(core, read(core, text, repos, zone), repos, language, zone, limit)


def search(
    core: Core,
    wanted: Question,
    language: Language,
    repos: str | Collection[str] | None = None,
    limit: int = 20,
    within: Collection[str] | None = None,
    zone: str = "UTC",
) -> tuple[Matches, Answer | None]:
    """Search for all words as they stand; what nothing has as it stands is answered as a question, within the same filters.

    Returns:
        What was found for the words, and the answer where they were taken for a question; None where they were not.
    """
    found = find_commits(core, wanted, language, repos, limit, within)
    if found.entries or not wanted.words.strip():
        return found, None
    named: Collection[str | None] = [repos] if isinstance(repos, str) else list(repos or ()) or [None]
    known = tuple(dict.fromkeys(one for name in named for one in repositories(core, name, within)))
    query = read(core, wanted.words, known, zone)
    return found, None if query.is_empty else answer(
        core, query, known, language, zone, limit, replace(wanted, words="")
    )


def repositories(core: Core, repo: str | None, within: Collection[str] | None) -> tuple[str, ...]:
    """Return the repositories that a question is about: the named one, or all that are known and may be seen."""
    return tuple(filter(None, sought(core, repo, within))) or tuple(core.stores.commits.repositories())


def read(core: Core, text: str, repos: Sequence[str], zone: str) -> Query:
    """Read a question about some repositories."""
    tags = core.stores.tags.of(repos[0]) if len(repos) == 1 else []
    store = core.stores.store
    known = Vocabulary(
        core.sources.areas(), tuple(repos), tuple(versions(tags)), lambda name: is_author(store, name, repos)
    )
    return read_query(text, core.now().astimezone(ZoneInfo(zone)).date(), known)


def answer(
    core: Core,
    query: Query,
    repos: Sequence[str],
    language: Language,
    zone: str,
    limit: int = SHOWN,
    filters: Question = _EVERYTHING,
) -> Answer:
    """Look for what a question asks for among what fits `filters`.

    What nothing fits of the question is given up, importance first, then the person, then the days.
    """
    named = (query.repo,) if query.repo else tuple(repos)
    asked, given_up = query, list[Part]()
    found = _candidates(core, asked, named, zone, filters)
    while not (hits := _good(rank(asked, found, core.now()), asked, found)):
        part = next((name for name in _GIVEN_UP if getattr(asked, name)), None)
        if part is None:
            break
        given_up.append(part)
        asked = replace(asked, **{part: getattr(Query(""), part)})
        found = _candidates(core, asked, named, zone, filters)
    shown = hits[:limit]
    told = core.memory.with_analyses([hit.entry for hit in shown], language)
    weighed = weights(asked, found)
    unknown = [clause.said for clause, count in zip(asked.clauses, found.counts, strict=True) if not count]
    return Answer(
        query,
        tuple(
            Found(entry, passage_of(entry, asked, weighed, language), unreleased_since(core.stores, entry))
            for entry in told
        ),
        tuple(given_up) if hits else (),
        tuple(unknown) if hits else (),
        named,
        _known_since(core, named, zone),
        len(hits) > limit,
    )


def _good(hits: Sequence[Hit], query: Query, found: Candidates) -> list[Hit]:
    """Return the hits that hold enough of what is asked for, by itself and beside the best."""
    if not hits or not query.clauses:
        return list(hits)
    names = [count for clause, count in zip(query.clauses, found.counts, strict=True) if not clause.sign]
    known = sum(count > 0 for count in names)
    if names and known < min(2, _TOLD * len(names)):
        return []
    about = [hit for hit in hits if hit.is_about] or hits
    best = max(hit.coverage for hit in about)
    return [hit for hit in about if hit.coverage >= max(_LEAST, _OF_BEST * best)]


def _candidates(core: Core, query: Query, repos: Sequence[str], zone: str, filters: Question) -> Candidates:
    since, until = _moments(query.days, zone)
    asked = replace(
        filters,
        repos=tuple(repos) if len(repos) < len(core.stores.commits.repositories()) else (),
        since=max(filter(None, (since, filters.since)), default=None),
        until=min(filter(None, (until, filters.until, core.now()))),
        authors=(*filters.authors, *([query.person] if query.person else ())),
        least=max(query.least, filters.least or 0) or None,
    )
    return candidates(core.stores.store, query.clauses, asked)


def _moments(days: Days, zone: str) -> tuple[datetime | None, datetime | None]:
    """Return the moments between which days lie, as people in a zone live them."""
    since = Window.of(max(days.first, _FIRST_DAY), zone).start if days.first else None
    until = Window.of(max(days.last, _FIRST_DAY), zone).end if days.last else None
    return since, until


def _known_since(core: Core, repos: Sequence[str], zone: str) -> date | None:
    spans = [span[0] for name in repos if (span := core.stores.history.span(name))]
    return min(spans).astimezone(ZoneInfo(zone)).date() if spans else None


def _pointed_at(
    core: Core, text: str, language: Language, repo: str | None, within: Collection[str] | None
) -> tuple[Entry, ...]:
    """Return the commits that a question names by SHA, number or address; none where it names none that is known."""
    reference = first_reference(text)
    try:
        detail = show_commit(core, reference, language, repo, within) if reference else None
    except NotFound:
        return ()
    return ((detail.entry,) if detail.entry else detail.choices) if detail else ()
