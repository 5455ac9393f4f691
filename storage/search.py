"""Finding commits again: words, Chinese or not, and filters, in an order that a reader would give them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analysis.entry import Entry
from analysis.errors import BadInput
from storage.commits import entry_of, key_of
from storage.store import Store
from storage.words import query, tag

_CANDIDATES = 300
"""How many of the newest matches are ranked: more than anybody reads, and few enough to be quick for any word."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for.

    Attributes:
        words: all of them must be there, each as the start of a word; identifiers and Chinese included.
        repos: only these; empty for all.
        since, until: committed in [since, until), UTC.
        areas, types, authors: keys and names; all that are given must hold.
        least: 0 for any importance, 1 for medium, 2 for high.
    """

    words: str = ""
    repos: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    areas: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    least: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found: the best first, and whether there is more."""

    entries: tuple[Entry, ...]
    more: bool


def parse_since(text: str, now: datetime) -> datetime:
    """Read `7d`, `3w`, `12h` or a date as a moment.

    Raises:
        BadInput: it is none of these.
    """
    units = {
        "h": timedelta(hours=1),
        "d": timedelta(days=1),
        "w": timedelta(weeks=1),
        "m": timedelta(days=30),
        "y": timedelta(days=365),
    }
    if text[:-1].isdigit() and text[-1:].lower() in units and len(text) < 6:  # noqa: PLR2004 - 9999d is ages
        return now - int(text[:-1]) * units[text[-1].lower()]
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise BadInput(f"{text!r} is no time span: write 12h, 7d, 3w, or a date such as 2026-01-08.") from None


def search(store: Store, question: Question, limit: int = 20) -> Answer:
    """Return the commits that answer the question best.

    Those with the words in their title come before those that mention them, then the more important, then the newer.
    """
    tags = [tag("area", area) for area in question.areas]
    tags += [tag("type", kind) for kind in question.types]
    tags += [tag("author", name) for name in question.authors]
    tags += [f"level{question.least}"] if question.least else []
    tags += [tag("repo", question.repos[0])] if len(question.repos) == 1 else []
    first = key_of(question.since) if question.since else 0
    last = key_of(question.until) if question.until else 1 << 62
    with store.read() as db:
        titled = [] if not question.words else _newest(db, query(question.words, tags, "title"), first, last)
        keys = dict.fromkeys([*titled, *_newest(db, query(question.words, tags), first, last)])
        rows = list(
            db.query(
                "select c.*, r.name as repo, null as patches from commits c join repositories r on r.id = c.repository "
                f"where c.types is not null and c.id in ({','.join(map(str, keys))})"
            )
        ) if keys else []  # fmt: skip
    allowed = {repo.lower() for repo in question.repos}
    rows = [row for row in rows if not allowed or row["repo"].lower() in allowed]
    in_title = set(titled)
    newest = max((row["committed_at"] for row in rows), default=0)

    def rank(row: dict[str, float]) -> float:
        age = (newest - row["committed_at"]) / 86_400
        return (row["id"] in in_title) * 1.0 + 0.25 * row["importance"] + 0.5 * row["score"] + 1.0 / (1.0 + age / 30)

    rows.sort(key=lambda row: (-rank(row), -row["id"]))
    return Answer(tuple(entry_of(row) for row in rows[:limit]), len(rows) > limit)


def _newest(db: object, match: str, first: int, last: int) -> Sequence[int]:
    rows = db.execute(  # type: ignore[attr-defined]
        "select rowid from words where words match ? and rowid >= ? and rowid < ? order by rowid desc limit ?",
        [match, first, last, _CANDIDATES],
    )
    return [row[0] for row in rows]
