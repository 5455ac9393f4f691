"""How commits are stored: the rows made from them, how they are rebuilt, and the words they are found by."""

import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

from analysis.commits.commit import Brought, Commit, FileChange, SubmoduleMove, main_authors
from analysis.commits.pull_request import PullRequest
from analysis.entry import Entry
from analysis.facts import Fact
from analysis.questions.words import words_of
from analysis.statements import Statement
from analysis.triage.reason import Reason
from analysis.triage.triage import Importance, Triage
from storage.store import undamaged
from storage.words import tag

SHIFT = 20
_FEW = 900  # old builds of SQLite allow 999 parameters per statement
_FILES = 80  # paths indexed per commit; larger commits are seldom searched for by a path
_CLAIMS = ("impact", "insight", "risks", "recommendations")
UNREAD, WHOLE, FORGOTTEN = range(3)
"""Values of `is_whole`: only the headers were fetched; stored with its diff; its diff was stored and later dropped."""
LARGEST = 1 << 63  # SQLite's integers stay below it; a title may claim any pull request number
KNOWN = (
    "commits c join repositories r on r.id = c.repository left join origins o on o.commit_id = c.id "
    "left join pull_requests q on q.repository = c.repository and q.number = o.number"
)
"""The tables that entries are selected from; see `entry_of`."""
COLUMNS = "c.*, r.name as repo, q.pull_request as written"


def key_of(moment: datetime) -> int:
    """Return the smallest key that a commit of this moment can have; see the schema."""
    return int(moment.timestamp()) << SHIFT


def rows_of(
    db: Database, repo: str, shas: Sequence[str], where: str, *, patches: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a repository's commits, with their diffs if wanted; `where` narrows them."""
    join, column = ("left join patches p on p.commit_id = c.id", "p.patches") if patches else ("", "null as patches")
    for start in range(0, len(shas), _FEW):
        some = shas[start : start + _FEW]
        yield from db.query(
            f"select {COLUMNS}, {column} from {KNOWN} {join} "
            f"where r.name = ? and c.sha in ({','.join('?' * len(some))}) {where}",
            [repo, *some],
        )


def triage_row(entry: Entry) -> dict[str, Any]:
    """Return the columns filled from a commit's triage, facts and statements."""
    triage = entry.triage
    reasons = [[reason.code, reason.detail, reason.points] for reason in triage.reasons]
    return {
        "types": json.dumps(triage.types),
        "is_type_certain": int(triage.is_type_certain),
        "areas": json.dumps(triage.areas),
        "importance": triage.importance.rank,
        "score": triage.score,
        "reasons": json.dumps(reasons, ensure_ascii=False),
        "facts": _facts().dump_json(entry.facts).decode(),
        "statements": _statements().dump_json(entry.statements).decode(),
    }


def authors_of(author: str, brought: str) -> tuple[str, ...]:
    """Return a stored commit's authors as `Commit.authors` does, from its columns."""
    return main_authors(author, [Brought(*one) for one in json.loads(brought or "[]")])


def index(db: Database, key: int) -> None:
    """Bring the search index up to date with what is stored about a commit."""
    row = next(db.query("select * from commits where id = ?", [key]))
    analyses = [found[0] for found in db.execute("select analysis from analyses where commit_id = ?", [key])]
    files = json.loads(row["files"] or "[]")
    text = [row["message"], row["author"], *(file[0] for file in files[:_FILES])]
    brought = [Brought(*one) for one in json.loads(row["brought"] or "[]")]
    text += [one.subject for one in brought]
    text += [fact["name"] for fact in json.loads(row["facts"] or "[]")]
    text += [statement["text"] for statement in json.loads(row["statements"] or "[]")]
    for analysis in analyses:
        text += said_in(analysis)
    authors = {row["author"], *(one.author for one in brought)}
    names = {row["login"] or "", *authors, *(word for author in authors for word in author.split())}
    tags = [f"repo{row['repository']}"]  # its number, because a repository may be renamed
    tags += [tag("area", area) for area in json.loads(row["areas"] or "[]")]
    tags += [tag("type", kind) for kind in json.loads(row["types"] or "[]")]
    tags += sorted({tag("author", name) for name in names} - {"author"})
    tags += [f"brought{one.sha}" for one in brought]
    tags += [f"level{rank}" for rank in range((row["importance"] or 0) + 1)]
    db.execute("delete from words where rowid = ?", [key])
    db.execute(
        "insert into words(rowid, title, text, tags) values (?, ?, ?, ?)",
        [key, words_of(row["title"]), words_of("\n".join(text)), " ".join(tags)],
    )


def said_in(stored: str) -> list[str]:
    """Return what a stored analysis is found by."""
    analysis = json.loads(stored)
    claims = [claim["text"] for part in _CLAIMS for claim in analysis[part]]
    return [analysis["headline"], analysis["effect"], *(statement["text"] for statement in analysis["why"]), *claims]


def repository_id(db: Database, name: str) -> int:
    """Return a repository's number, adding the repository if it is new. Needs a write transaction."""
    db.execute("insert or ignore into repositories(name) values (?)", [name])
    return int(db.execute("select id from repositories where name = ?", [name]).fetchone()[0])


def write(db: Database, commit: Commit) -> int:
    """Store a commit that is not yet stored in full, and return its key. Needs a write transaction."""
    repository = repository_id(db, commit.repo)
    known = db.execute(
        "select id, is_whole, brought from commits where repository = ? and sha = ?", [repository, commit.sha]
    ).fetchone()
    if known and known[1] == WHOLE and known[2] == _brought(commit):
        return int(known[0])
    key = int(known[0]) if known else _free_key(db, commit.committed_at)
    if known and known[1] == UNREAD:  # any analysis so far saw only its message
        db.execute("delete from analyses where commit_id = ?", [key])
    files = [[f.path, f.status, f.additions, f.deletions, f.old_path, f.unseen] for f in commit.files]
    number = commit.pull_request
    row = {
        "id": key,
        "repository": repository,
        "sha": commit.sha,
        "author": commit.author,
        "login": commit.login,
        "authored_at": int(commit.authored_at.timestamp()),
        "committed_at": int(commit.committed_at.timestamp()),
        "message": commit.message,
        "parents": " ".join(commit.parents),
        "url": commit.url,
        "pull_request": number if number is not None and number < LARGEST else None,
        "title": commit.subject,
        "files": json.dumps(files, ensure_ascii=False),
        "more_files": int(commit.more_files),
        "brought": _brought(commit),
        "submodules": _submodules().dump_json(commit.submodules).decode(),
        "is_whole": UNREAD if commit.is_unread else WHOLE,
    }
    db.table("commits").upsert(row, pk="id")
    return key


def _brought(commit: Commit) -> str:
    return json.dumps([[one.sha, one.subject, one.author] for one in commit.brought], ensure_ascii=False)


def _free_key(db: Database, moment: datetime) -> int:
    first = key_of(moment)
    last = db.execute("select max(id) from commits where id >= ? and id < ?", [first, first + (1 << SHIFT)]).fetchone()[
        0
    ]
    return first if last is None else int(last) + 1


@lru_cache(maxsize=1)
def _facts() -> Any:
    import pydantic

    return pydantic.TypeAdapter(tuple[Fact, ...])


@lru_cache(maxsize=1)
def _submodules() -> Any:
    import pydantic

    return pydantic.TypeAdapter(tuple[SubmoduleMove, ...])


@lru_cache(maxsize=1)
def _statements() -> Any:
    import pydantic

    return pydantic.TypeAdapter(tuple[Statement, ...])


@lru_cache(maxsize=1)
def pull_requests_as_json() -> Any:
    """Return the adapter that reads and writes pull requests as stored."""
    import pydantic

    return pydantic.TypeAdapter(PullRequest)


def commit_of(row: dict[str, Any]) -> Commit:
    """Build a commit from a row of `commits` that also has `repo` and `patches`."""
    with undamaged(f"commit {row['sha']}"):
        return _made(row)


def _made(row: dict[str, Any]) -> Commit:
    patches = json.loads(zlib.decompress(row["patches"])) if row["patches"] else []
    files = json.loads(row["files"] or "[]")
    patches += [None] * (len(files) - len(patches))
    return Commit(
        repo=row["repo"],
        sha=row["sha"],
        author=row["author"],
        authored_at=datetime.fromtimestamp(row["authored_at"], UTC),
        committed_at=datetime.fromtimestamp(row["committed_at"], UTC),
        message=row["message"],
        parents=tuple((row["parents"] or "").split()),
        files=tuple(
            FileChange(path, status, added, deleted, old, patch, unseen)
            for (path, status, added, deleted, old, unseen), patch in zip(files, patches, strict=True)
        ),
        url=row["url"],
        login=row["login"],
        brought=tuple(Brought(*pair) for pair in json.loads(row["brought"] or "[]")),
        more_files=bool(row["more_files"]),
        submodules=_submodules().validate_json(row["submodules"]),
    )


@lru_cache(maxsize=1)
def _levels() -> dict[int, Importance]:
    return {level.rank: level for level in Importance}


def entry_of(row: dict[str, Any]) -> Entry:
    """Build an entry from a row of `commits` that also has `repo`, `patches` and its pull request, `written`."""
    from analysis.commits.title import ChangeType

    with undamaged(f"commit {row['sha']}"):
        triage = Triage(
            types=tuple(ChangeType(kind) for kind in json.loads(row["types"])),
            importance=_levels()[row["importance"]],
            score=row["score"],
            reasons=tuple(Reason(*reason) for reason in json.loads(row["reasons"])),
            areas=tuple(json.loads(row["areas"])),
            is_type_certain=bool(row["is_type_certain"]),
        )
        return Entry(
            _made(row),
            _facts().validate_json(row["facts"]),
            triage,
            statements=_statements().validate_json(row["statements"] or "[]"),
            pull_request=pull_requests_as_json().validate_json(row["written"]) if row["written"] else None,
            branches=tuple(json.loads(row["branches"])) if row["aside"] else (),
        )
