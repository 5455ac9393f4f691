"""Rewritten history: commits already reported under other SHAs are recognised by content, and dropped ones are named."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from analysis.commits.commit import Commit
from analysis.commits.window import Window
from storage.commits import Commits
from storage.memory import KeyValues
from storage.store import Store

_HUNK = re.compile(r"^@@ .*$", re.MULTILINE)


class Rewritten:
    """Finds rewritten commits, and remembers the window of the digest they were first found with."""

    def __init__(self, store: Store, commits: Commits) -> None:
        self._commits = commits
        self._remembered = KeyValues(store, "rewritten")

    def twins(self, heads: Iterable[Commit], gone: Iterable[Commit]) -> dict[str, list[str]]:
        """Return the commits that look like some that are gone, by SHA, with the SHAs of those.

        Author and title survive when a history is rewritten; what landed again comes with its old self.
        """
        told: dict[tuple[str, str], list[str]] = {}
        for commit in gone:
            told.setdefault(_name(commit), []).append(commit.sha)
        return {head.sha: told[_name(head)] for head in heads if _name(head) in told}

    def same(
        self, repo: str, twins: Mapping[str, Collection[str]], commits: Iterable[Commit]
    ) -> dict[str, frozenset[str]]:
        """Return those of these whole commits that change the same as a twin, each with those twins."""
        old = self._commits.get(repo, [sha for shas in twins.values() for sha in shas])
        contents = {sha: content(commit) for sha, commit in old.items()}
        found = {
            commit.sha: frozenset(sha for sha in twins[commit.sha] if contents.get(sha) == content(commit))
            for commit in commits
            if commit.sha in twins
        }
        return {sha: shas for sha, shas in found.items() if shas}

    def seen(self, repo: str, shas: Iterable[str], window: Window, what: str = "") -> set[str]:
        """Record that these were found with the digest of a window, and return those not found before it.

        `what` they were found to be; what was found as one thing may be found as another later.
        """
        fresh = set()
        for sha in shas:
            key = _key(repo, sha, what)
            first = self._remembered.get(key)
            if not first:
                self._remembered.put(key, window.last.isoformat())
            if not first or date.fromisoformat(first) >= window.last:
                fresh.add(sha)
        return fresh

    def returned(self, repo: str, shas: Iterable[str], window: Window) -> set[str]:
        """Return those of the listed commits that an earlier digest found gone from the branch, each with one digest."""
        gone = ((sha, self._remembered.get(_key(repo, sha, "vanished"))) for sha in shas)
        back = [sha for sha, day in gone if day and date.fromisoformat(day) < window.last]
        return self.seen(repo, back, window, "returned")


def content(commit: Commit) -> str:
    """Return a digest of what a commit changes, independent of the position in its files, as `git patch-id` does."""
    parts = sorted(
        (file.path, file.status, file.additions, file.deletions, _HUNK.sub("@@", file.patch or ""))
        for file in commit.files
    )
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()


def _key(repo: str, sha: str, what: str) -> str:
    return " ".join(filter(None, [repo.lower(), what, sha]))


def _name(commit: Commit) -> tuple[str, str]:
    return commit.author, commit.subject
