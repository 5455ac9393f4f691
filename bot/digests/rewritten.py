"""Commits that were told before under other SHAs: a rewritten history is recognised by content, and told as one line."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from analysis.commits.commit import Commit
from analysis.commits.window import Window
from storage.commits import Commits
from storage.memory import KeyValues
from storage.store import Store

_HUNK = re.compile(r"^@@ .*$", re.MULTILINE)


class Rewritten:
    """Finds them, and remembers in which days' digest they were first found."""

    def __init__(self, store: Store, commits: Commits) -> None:
        self._commits = commits
        self._remembered = KeyValues(store, "rewritten")

    def twins(self, repo: str, heads: Iterable[Commit], gone: Iterable[str], since: datetime) -> dict[str, str]:
        """Return the commits that look like one that was told and that the branch has no more, by SHA with its SHA.

        `gone` are those told that are not listed; of what was committed before `since`, that says nothing.
        Author, time of authorship and title stay when a history is rewritten; what landed again has its old self beside it.
        """
        entries = self._commits.entries(repo, list(gone))
        told = {_name(entry.commit): sha for sha, entry in entries.items() if entry.commit.committed_at >= since}
        return {head.sha: told[_name(head)] for head in heads if told.get(_name(head), head.sha) != head.sha}

    def same(self, repo: str, twins: Mapping[str, str], commits: Iterable[Commit]) -> set[str]:
        """Return those of these whole commits that change what their twins changed."""
        old = self._commits.get(repo, list(twins.values()))
        known = {sha: content(old[other]) for sha, other in twins.items() if other in old}
        return {commit.sha for commit in commits if commit.sha in known and content(commit) == known[commit.sha]}

    def seen(self, repo: str, shas: Iterable[str], window: Window) -> set[str]:
        """Remember that these were found with the digest of a window, and return those that were not found before it."""
        fresh = set()
        for sha in shas:
            key = f"{repo.lower()} {sha}"
            first = self._remembered.get(key)
            if not first:
                self._remembered.put(key, window.last.isoformat())
            if not first or date.fromisoformat(first) >= window.last:
                fresh.add(sha)
        return fresh


def content(commit: Commit) -> str:
    """Return what a commit changes as a short text, the same wherever in its files it does so; as `git patch-id` does."""
    parts = sorted(
        (file.path, file.status, file.additions, file.deletions, _HUNK.sub("@@", file.patch or ""))
        for file in commit.files
    )
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()


def _name(commit: Commit) -> tuple[str, datetime, str]:
    return commit.author, commit.authored_at, commit.subject
