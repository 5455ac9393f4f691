"""Pull requests as they were last read, and which commit came from which."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from analysis.commits.pull_request import Found, PullRequest
from storage.commit_rows import pull_requests_as_json, repository_id
from storage.store import Store, undamaged

_FEW = 900


class PullRequests:
    """The pull requests in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, repo: str, found: Found) -> None:
        """Store what a source knows about some commits of a repository; commits missing from the store are skipped."""
        numbers = {sha: pull.number for sha, pull in found.pull_requests.items()} | dict.fromkeys(found.without)
        with self._store.write() as db:
            repository = repository_id(db, repo)
            for sha, number in numbers.items():
                db.execute(
                    "insert or replace into origins(commit_id, number) select id, ? from commits where repository = ? and sha = ?",
                    [number, repository, sha],
                )
        self._put(repo, found.pull_requests.values(), found.partial)

    def renew(self, repo: str, pull_requests: Iterable[PullRequest]) -> None:
        """Store pull requests that were fetched again."""
        self._put(repo, pull_requests, frozenset())

    def _put(self, repo: str, pull_requests: Iterable[PullRequest], partial: frozenset[int]) -> None:
        with self._store.write() as db:
            repository = repository_id(db, repo)
            db.table("pull_requests").upsert_all(
                [
                    {
                        "repository": repository,
                        "number": pull.number,
                        "pull_request": pull_requests_as_json().dump_json(pull).decode(),
                        "fetched_at": int(pull.fetched_at.timestamp()),
                        "is_whole": int(pull.number not in partial),
                    }
                    for pull in pull_requests
                ],
                pk=("repository", "number"),
            )

    def of(self, repo: str, shas: Sequence[str]) -> dict[str, PullRequest | None]:
        """Return the pull requests known in full, by their commits' SHAs; None for a commit without one."""
        return self._found(repo, shas, "(o.number is null or q.is_whole)")

    def closing(self, repo: str, number: int) -> list[str]:
        """Return the SHAs of commits whose pull requests close an issue of their repository, by GitHub's references."""
        with self._store.read() as db:
            rows = db.execute(
                "select distinct c.sha from pull_requests q join repositories r on r.id = q.repository "
                "join origins o on o.number = q.number join commits c on c.id = o.commit_id and c.repository = q.repository, "
                "json_each(q.pull_request, '$.issues') i where r.name = ? and i.value ->> '$.number' = ? "
                "and i.value ->> '$.closes' and lower(i.value ->> '$.repo') = lower(r.name)",
                [repo, number],
            )
            return [sha for (sha,) in rows]

    def stale(self, repo: str, shas: Sequence[str], before: datetime) -> list[PullRequest]:
        """Return these commits' pull requests that were last fetched before a moment."""
        found = self._found(repo, shas, f"q.fetched_at < {int(before.timestamp())}").values()
        return list({pull.number: pull for pull in found if pull}.values())

    def descriptions(self, repo: str, most: int) -> list[str]:
        """Return the descriptions of a repository's `most` newest pull requests."""
        with self._store.read() as db:
            rows = db.execute(
                "select q.pull_request ->> '$.body' from pull_requests q join repositories r on r.id = q.repository "
                "where r.name = ? order by q.number desc limit ?",
                [repo, most],
            )
            return [body or "" for (body,) in rows]

    def labels(self, repos: Sequence[str], text: str, most: int) -> list[str]:
        """Return the labels of these repositories' pull requests that contain a text, most frequent first."""
        with self._store.read() as db:
            rows = db.execute(
                "select l.value from pull_requests q join repositories r on r.id = q.repository, "
                f"json_each(q.pull_request, '$.labels') l where r.name in ({','.join('?' * len(repos))}) "
                "and instr(lower(l.value), ?) group by l.value order by count(*) desc, l.value limit ?",
                [*repos, text.lower(), most],
            )
            return [label for (label,) in rows]

    def _found(self, repo: str, shas: Sequence[str], where: str) -> dict[str, PullRequest | None]:
        found: dict[str, PullRequest | None] = {}
        with self._store.read() as db:
            for start in range(0, len(shas), _FEW):
                some = shas[start : start + _FEW]
                rows = db.execute(
                    "select c.sha, q.pull_request from commits c join repositories r on r.id = c.repository "
                    "join origins o on o.commit_id = c.id "
                    "left join pull_requests q on q.repository = c.repository and q.number = o.number "
                    f"where r.name = ? and c.sha in ({','.join('?' * len(some))}) and {where}",
                    [repo, *some],
                )
                for sha, stored in rows:
                    with undamaged(f"pull request of {sha}"):
                        found[sha] = pull_requests_as_json().validate_json(stored) if stored else None
        return found
