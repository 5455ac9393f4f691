"""What landed: a commit and the files it changed, the same from every source."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Status = Literal["added", "modified", "removed", "renamed", "copied", "changed"]
"""What happened to a file, in GitHub's words; `changed` is a change of type, such as file to symbolic link."""

Unseen = Literal["binary", "too large", "unreadable"]
"""Why a file's patch is not here; `unreadable` is one that the source has lost or cannot give."""

LOST = frozenset({"too large", "unreadable"})
"""The reasons that hide something a reader could have seen."""

_FIRST_DATE = datetime(1970, 1, 2, tzinfo=UTC)
_PULL_REQUEST = re.compile(r"\(#(\d{1,10})\)$")
_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.")
# What git, GitHub and people write when a branch is brought up to date with the one that it was taken from, or with its own copy elsewhere.
_CATCHES_UP = re.compile(
    r"Merge (?:remote-tracking )?branch '(?:refs/)?(?:remotes/)?(?:[\w.-]{1,60}[/:]){0,2}(?:main|master|trunk)'"
    r"|Merge (?:remote-tracking )?branch '(?:[\w.-]{1,60}[/:]){0,2}(?P<name>[\w./-]{1,100})'(?: of \S+)? into (?P=name)$"
    r"|Merge https?://\S+(?: into \S+)?$"
    r"|Merge (?:(?:origin|upstream)/)?(?:main|master|trunk) into \S+$"
)
_MERGE = re.compile(r"Merge (?:branch|pull request|remote-tracking|tag|commit|https?:|\S+ into )")
_TRAILER = re.compile(r"[A-Z][\w]*(?:-[\w]+)+: \S+")
"""A line for tools, such as `Change-Id: 1f3a`; prose does not start with a hyphenated word and a colon."""
_MERGED_PULL_REQUEST = re.compile(r"^Merge pull request #(\d{1,10}) from \S+")


def without_escapes(text: str) -> str:
    """Return text without a terminal's escape sequences, each of them as a whole."""
    return _ESCAPE.sub("", text) if "\x1b" in text else text


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file's part of a commit.

    Attributes:
        path: where the file is after the commit (for a removed one: where it was), `/`-separated from the root.
        old_path: where it was before, for `renamed` and `copied`.
        additions, deletions: lines; both 0 for a binary file.
        patch: the hunks, from the first `@@` on; None if there are none or they could not be seen.
        unseen: why `patch` is None although the content changed; None if nothing is missing.
    """

    path: str
    status: Status
    additions: int = 0
    deletions: int = 0
    old_path: str | None = None
    patch: str | None = None
    unseen: Unseen | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """A commit that came in through a merge; its author is empty if only its subject was kept."""

    sha: str
    subject: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class SubmoduleMove:
    """What is known about how a commit moves a submodule, besides its diff.

    Attributes:
        path: where the submodule is.
        before, after: the full SHAs it moves from and to.
        url: the page that compares the two; empty if unknown.
        came, lost: how many commits only the new one reaches, and only the old one; None if the submodule's clone is not here.
        newest: the newest of those that came, without their authors.
    """

    path: str
    before: str
    after: str
    url: str = ""
    came: int | None = None
    lost: int | None = None
    newest: tuple[Brought, ...] = ()


def main_authors(author: str, brought: Iterable[Brought]) -> tuple[str, ...]:
    """Return who wrote a commit by its author and what it brought in; see `Commit.authors`."""
    counts = Counter(one.author for one in brought if one.author and not _MERGE.match(one.subject))
    return tuple(name for name, _ in counts.most_common()) or (author,)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as it landed on a branch; for a merge, with the diff against its first parent.

    Attributes:
        repo: `owner/name`, or a clone's folder name if none was given.
        author: the author's name; `login` is their account, if the source knows it.
        authored_at, committed_at: aware, UTC, whole seconds. The committer's time decides the day.
        message: whole, without trailing white space.
        url: its page, or None where there is none.
        brought: commits that a merge brought in and that landed in the same window, newest first.
        more_files: it changed more files than the source lists (GitHub lists at most 3,000); without any file, the source
            returned only its message.
        submodules: those it moves, if more is known about them than its diff says.
    """

    repo: str
    sha: str
    author: str
    authored_at: datetime
    committed_at: datetime
    message: str
    parents: tuple[str, ...] = ()
    files: tuple[FileChange, ...] = ()
    url: str | None = None
    login: str | None = None
    brought: tuple[Brought, ...] = ()
    more_files: bool = False
    submodules: tuple[SubmoduleMove, ...] = ()

    @property
    def short(self) -> str:
        """The SHA's first seven digits, as GitHub shows it."""
        return self.sha[:7]

    @property
    def is_unread(self) -> bool:
        """Whether the source returned only its message, without the changes."""
        return self.more_files and not self.files

    @property
    def is_unseen(self) -> bool:
        """Whether none of its diff was seen: at most its file names are known."""
        return self.is_unread or (bool(self.files) and all(file.unseen == "unreadable" for file in self.files))

    @property
    def is_empty(self) -> bool:
        """Whether it changes no file, so that its title is about something else."""
        return not (self.files or self.more_files or self.brought)

    @property
    def is_undated(self) -> bool:
        """Whether its date could not be read: it is then the Unix epoch."""
        return self.committed_at < _FIRST_DATE

    @property
    def is_merge(self) -> bool:
        """Whether it has more than one parent."""
        return len(self.parents) > 1

    @property
    def catches_up(self) -> bool:
        """Whether it is a merge that brings a branch up to date: its commits are on the trunk, or get there by themselves."""
        return self.is_merge and bool(_CATCHES_UP.match(self.message.partition("\n")[0]))

    @property
    def only_catches_up(self) -> bool:
        """Whether none of its diff is its own: it consists of other commits, each with its own entry."""
        return self.catches_up and not self.brought

    @property
    def authors(self) -> tuple[str, ...]:
        """Who wrote it, main author first: for a merge, the authors of what it brought in, not who merged it.

        Nested merges do not count; if it is unknown what a merge brought in, the merger is named instead.
        """
        return main_authors(self.author, self.brought)

    @property
    def subject(self) -> str:
        """The message's first line; for a merged pull request, that request's own title with its number."""
        first, _, rest = self.message.partition("\n")
        merged = _MERGED_PULL_REQUEST.match(first)
        title = rest.strip().partition("\n")[0].strip()
        if _TRAILER.match(
            title
        ):  # a request without a title of its own: https://git-scm.com/docs/git-interpret-trailers
            title = self.brought[0].subject if len(self.brought) == 1 else ""
        return without_escapes(f"{title} (#{merged[1]})" if merged and title else first).strip()

    @property
    def body(self) -> str:
        """The message below its subject, stripped."""
        first, _, rest = self.message.partition("\n")
        if _MERGED_PULL_REQUEST.match(first):
            rest = rest.strip().partition("\n")[2]
        return without_escapes(rest).strip()

    @property
    def pull_request(self) -> int | None:
        """The number of the pull request it came from, if its subject says."""
        found = _PULL_REQUEST.search(self.subject) or _MERGED_PULL_REQUEST.match(self.message)
        return int(found[1]) if found else None

    @property
    def additions(self) -> int:
        """Lines added, over all files."""
        return sum(file.additions for file in self.files)

    @property
    def deletions(self) -> int:
        """Lines deleted, over all files."""
        return sum(file.deletions for file in self.files)
