"""Candidates for the answer to a question: the commits that match most of it, with rare words weighted most.

SQLite's own ranking scores every commit that has a word, which is too slow for words most commits have. So each part
of a question is searched separately, among the newest matches only; common parts are searched again among the commits
that match something rare.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from sqlite_utils import Database

from analysis.questions.clauses import Clause
from analysis.questions.ranking import Candidate, Candidates, rarity
from analysis.questions.words import inflected, is_chinese, stem, words_of
from storage.commit_rows import COLUMNS, KNOWN, authors_of, entry_of
from storage.search import Question, among, excluded, filters_of, span_of
from storage.store import Store
from storage.words import query, tag

_COMMON = 1_000
"""A part with at least this many matches is common: on its own, only this many are examined."""
_TITLED = 60
_KEPT = 80
"""Candidates that are loaded in full and ranked."""
_KINDS = 8
"""About one commit in this many is of a given kind."""
_IN_TITLE = 0.8
"""The bonus in this first selection for a part of the question found in the title."""
_MOST = 20_000


def candidates(store: Store, clauses: Sequence[Clause], filters: Question) -> Candidates:
    """Return the commits that match most clauses and all filters; without clauses, the newest that pass the filters.

    Raises:
        BadInput: a filter is invalid.
    """
    with store.read() as db:
        tags = filters_of(db, replace(filters, since=None, until=None))  # covered by the range of keys
        if tags is None:
            return Candidates((), (), 0)
        first, last = span_of(filters)
        total = db.execute("select count(*) from (select 1 from commits limit ?)", [_MOST]).fetchone()[0]
        narrowed = "".join(f" AND tags : ({one})" for one in tags) + excluded(db, filters)
        named, values = among(filters)

        def found(match: str, most: int) -> list[int]:
            rows = db.execute(
                f"select rowid from words where words match ? and rowid >= ? and rowid < ? and {named} order by rowid desc limit ?",
                [match, first, last, *values, most],
            )
            return [row[0] for row in rows]

        if not clauses:
            every = [f"tags : ({one})" for one in tags] or ['tags : "level0"']
            return Candidates(_read(db, found(" AND ".join(every) + excluded(db, filters), _KEPT)), (), total)
        # Beside names, kinds of changes are left to the ranking: most commits share one.
        names = [clause for clause in clauses if not clause.sign] or list(clauses)
        keys = {clause: found(f"({_expression(clause)}){narrowed}", _COMMON) for clause in names}
        counts = tuple(len(keys[clause]) if clause in keys else max(1, total // _KINDS) for clause in clauses)
        weights = {clause: rarity(len(keys[clause]), total) for clause in names}
        points: dict[int, float] = defaultdict(float)
        for clause in names:
            for key in keys[clause]:
                points[key] += weights[clause]
            for key in found(f"{_expression(clause, 'title')}{narrowed}", _TITLED):
                points[key] += _IN_TITLE * weights[clause]
        for one, others in _beside([(clause, len(keys[clause])) for clause in names]):
            known = set(keys[one])
            rare = " OR ".join(f"({_expression(other)})" for other in others)
            for key in found(f"({_expression(one)}) AND ({rare}){narrowed}", _COMMON):
                points[key] += (
                    weights[one] + (max(map(weights.__getitem__, others)) if key not in points else 0.0)
                    if key not in known
                    else 0.0
                )
        best = sorted(points, key=lambda key: (points[key], key), reverse=True)[:_KEPT]
        return Candidates(_read(db, best), counts, total)


def count(store: Store, clauses: Sequence[Clause], filters: Question) -> dict[str, int]:
    """Count the commits that match all clauses and filters, by author, highest first.

    Raises:
        BadInput: a filter is invalid.
    """
    with store.read() as db:
        tags = filters_of(db, replace(filters, since=None, until=None))
        if tags is None:
            return {}
        parts = [f"({_exact(clause)})" for clause in clauses] + [f"tags : ({one})" for one in tags]
        named, values = among(filters)
        rows = db.execute(
            "select c.author, c.brought from words join commits c on c.id = words.rowid "
            f"where words match ? and words.rowid >= ? and words.rowid < ? and not c.aside and {named}",
            [" AND ".join(parts or ['tags : "level0"']) + excluded(db, filters), *span_of(filters), *values],
        )
        counts = Counter(authors_of(author, brought)[0] for author, brought in rows.fetchall())
        return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _exact(clause: Clause) -> str:
    """Return the expression for what is counted: an area's commits, and those of a type, not whatever has such a word."""
    if clause.is_area:
        return f"tags : ({_either([tag('area', clause.area)])})"
    if clause.sign and clause.sign.types:
        return f"tags : ({_either([tag('type', kind) for kind in sorted(clause.sign.types)])})"
    return _expression(clause)


def _beside(counted: Sequence[tuple[Clause, int]]) -> Iterator[tuple[Clause, Sequence[Clause]]]:
    """Yield common clauses with those to search them together with: the rare ones, or else the previous common one."""
    rare = [clause for clause, count in counted if 0 < count < _COMMON]
    common = [clause for clause, count in counted if count >= _COMMON]
    if rare:
        yield from ((clause, rare) for clause in common)
    else:
        yield from ((two, [one]) for one, two in pairwise(common))


def is_author(store: Store, name: str, repos: Sequence[str] = ()) -> bool:
    """Whether a commit has an author with this name, this part of a name, or this account."""
    word = tag("author", name)
    with store.read() as db:
        tags = filters_of(db, Question(repos=tuple(repos)))
        if tags is None or word == "author":
            return False
        match = " AND ".join(f"tags : ({one})" for one in (f'"{word}"', *tags))
        return bool(db.execute("select 1 from words where words match ? limit 1", [match]).fetchone())


def is_word(store: Store, word: str, repos: Sequence[str] = ()) -> bool:
    """Whether a commit has this word, as a search for it finds it."""
    with store.read() as db:
        tags = filters_of(db, Question(repos=tuple(repos)))
        if tags is None or not words_of(word):
            return False
        return bool(db.execute("select 1 from words where words match ? limit 1", [query(word, tags)]).fetchone())


def _read(db: Database, keys: Sequence[int]) -> tuple[Candidate, ...]:
    rows = db.query(
        f"select {COLUMNS}, null as patches, w.title as titled, w.text as worded from {KNOWN} join words w on w.rowid = c.id "
        f"where c.types is not null and c.id in ({','.join(map(str, keys))})"
    )
    return tuple(Candidate(entry_of(row), row["titled"], row["worded"]) for row in rows)


def _expression(clause: Clause, column: str = "") -> str:
    """Return the FTS5 expression that matches a clause, in one column or in any."""
    forms = [_form(form) for form in dict.fromkeys((*clause.forms, *clause.alike))]
    words = " OR ".join(forms)
    if column:
        return f"{column} : ({words})"
    tags = [tag("area", clause.area)] if clause.area else []
    tags += [tag("type", kind) for kind in (clause.sign.types if clause.sign else ())]
    return f"{words} OR tags : ({_either(tags)})" if tags else words


def _form(form: str) -> str:
    if is_chinese(form):
        return f'"{form}"'
    return f"({' AND '.join(map(_word, form.split()))})"


def _word(word: str) -> str:
    if whole := inflected(word):
        return f"({_either(whole)})"
    return f'"{stem(word)}" *'


def _either(words: Sequence[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)
