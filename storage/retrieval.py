"""Candidates for the answer to a question: the commits that hold most of what it asks for, the rarest above all.

SQLite's own rank counts every commit that has a word, which takes too long for words that most have. So each part of a
question is looked for by itself, among the newest that hold it, and counted as far as that; what is common is looked for
once more among the commits that hold something rare.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlite_utils import Database

from analysis.questions.query import Clause
from analysis.questions.ranking import Candidate, Candidates, rarity
from analysis.questions.words import inflected, is_chinese, stem
from storage.commits import COLUMNS, KNOWN, entry_of
from storage.search import Question, filters_of, span_of
from storage.store import Store
from storage.words import tag

_COMMON = 4_000
"""From so many commits on, something is common: no more are looked at for it alone."""
_TITLED = 200
_KEPT = 120
"""Candidates that are read whole and ranked."""
_IN_TITLE = 0.8
"""What it adds to a part of a question to stand in the title, in this first choice."""
_MOST = 20_000


def candidates(store: Store, clauses: Sequence[Clause], filters: Question) -> Candidates:
    """Return the commits that hold most of some clauses and fit all filters; without clauses, the newest that do.

    Raises:
        BadInput: a filter is none.
    """
    with store.read() as db:
        tags = filters_of(db, filters)
        if tags is None:
            return Candidates((), (), 0)
        first, last = span_of(filters)
        total = db.execute("select count(*) from (select 1 from commits limit ?)", [_MOST]).fetchone()[0]
        wanted = [_expression(clause) for clause in clauses]
        narrowed = "".join(f" AND tags : ({one})" for one in tags)

        def found(match: str, most: int) -> list[int]:
            rows = db.execute(
                "select rowid from words where words match ? and rowid >= ? and rowid < ? order by rowid desc limit ?",
                [match, first, last, most],
            )
            return [row[0] for row in rows]

        if not clauses:
            every = [f"({one})" for one in tags] or ['"level0"']
            keys = found(" AND ".join(f"tags : {one}" for one in every), _KEPT)
            return Candidates(_read(db, keys), (), total)
        each = [found(f"({one}){narrowed}", _COMMON) for one in wanted]
        counts = tuple(len(keys) for keys in each)
        weights = [rarity(count, total) for count in counts]
        points: dict[int, float] = defaultdict(float)
        for keys, weight in zip(each, weights, strict=True):
            for key in keys:
                points[key] += weight
        rare = [one for one, count in zip(wanted, counts, strict=True) if 0 < count < _COMMON]
        common = [number for number, count in enumerate(counts) if count >= _COMMON]
        for number in common:
            known = set(each[number])
            others = rare or [wanted[other] for other in common if other != number]
            if others:
                among = " OR ".join(f"({one})" for one in others)
                beside = found(f"({wanted[number]}) AND ({among}){narrowed}", _COMMON)
                for key in beside:
                    points[key] += weights[number] if key not in known else 0.0
        for number, clause in enumerate(clauses):
            for key in found(f"{_expression(clause, 'title')}{narrowed}", _TITLED):
                points[key] += _IN_TITLE * weights[number]
        best = sorted(points, key=lambda key: (points[key], key), reverse=True)[:_KEPT]
        return Candidates(_read(db, best), counts, total)


def is_author(store: Store, name: str, repos: Sequence[str] = ()) -> bool:
    """Whether somebody of this name, or with this as a part of it or as their account, is the author of a commit."""
    word = tag("author", name)
    with store.read() as db:
        tags = filters_of(db, Question(repos=tuple(repos)))
        if tags is None or word == "author":
            return False
        match = " AND ".join(f"tags : ({one})" for one in (f'"{word}"', *tags))
        return bool(db.execute("select 1 from words where words match ? limit 1", [match]).fetchone())


def _read(db: Database, keys: Sequence[int]) -> tuple[Candidate, ...]:
    rows = db.query(
        f"select {COLUMNS}, null as patches, w.title as titled, w.text as worded from {KNOWN} join words w on w.rowid = c.id "
        f"where c.types is not null and c.id in ({','.join(map(str, keys))})"
    )
    return tuple(Candidate(entry_of(row), row["titled"], row["worded"]) for row in rows)


def _expression(clause: Clause, column: str = "") -> str:
    """Return the FTS5 expression for what holds a clause, in a column or anywhere."""
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
