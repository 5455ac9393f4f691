"""The ranks that people corrected, as labels to learn from."""

from collections.abc import Iterator
from typing import Any

from bot.digests.core import Core


def labels(core: Core, repo: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield a record for each corrected commit, in the format that `daybrief triage` reads, with its label."""
    for correction in core.stores.feedback.corrections(repo):
        found = core.stores.commits.entry(correction.repo, correction.sha)
        if found is None:
            continue
        commit = found.commit
        yield {
            "repo": commit.repo,
            "sha": commit.sha,
            "title": commit.subject,
            "body": commit.body,
            "author": commit.author,
            "files": [[file.path, file.status, file.additions, file.deletions] for file in commit.files],
            "importance": correction.wanted.value,
            "was": correction.was.value,
            "who": correction.who,
            "at": correction.at.isoformat(),
        }
