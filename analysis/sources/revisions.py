"""Two revisions of a repository, and what is between them: the port, which a clone and GitHub implement.

A revision is whatever git calls one: a tag, a branch, a SHA. Between two of them is what the newer one reaches and the older
one does not; on release branches the older one may still contain some of that under another SHA.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind, kind_of, language_of, looks_binary
from analysis.commits.tags import Tag
from analysis.errors import BadInput
from analysis.sources import CommitSource

LARGEST_FILE = 1_000_000
"""Bytes of a file; a longer one is data or generated."""
MOST_FILES = 20_000
"""Most product files that are read; the largest public repositories have about half as many."""

_RANGE = re.compile(r"(?P<old>[^\s.](?:[^\s.]|\.(?!\.))*)\.{2,3}(?P<new>[^\s.](?:[^\s.]|\.(?!\.))*)")


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision by the name that somebody gave it.

    Attributes:
        committed_at: aware, UTC.
    """

    name: str
    sha: str
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class Between:
    """What is between two revisions.

    Attributes:
        heads: what `new` reaches and `old` does not, newest first, without files.
        carried: SHAs of those whose change `old` also contains, under another SHA, by the content of their diffs.
        only_old: what `old` reaches and `new` does not: a release branch's own commits, without files.
    """

    old: Revision
    new: Revision
    heads: tuple[Commit, ...]
    carried: frozenset[str] = frozenset()
    only_old: tuple[Commit, ...] = ()


@dataclass(frozen=True, slots=True)
class Files:
    """Text files of one revision, by path.

    Attributes:
        is_whole: all files of the product are included; else only those requested, as far as they exist.
    """

    texts: Mapping[str, str]
    is_whole: bool


class Revisions(CommitSource, Protocol):
    """A source of commits whose revisions can be compared."""

    def between(self, old: str, new: str) -> Between:
        """List what is between two revisions.

        Raises:
            NotFound: one of them does not exist.
            Outage: the source did not answer as it should.
        """

    def tags(self) -> tuple[Tag, ...]:
        """List the newest tags and releases, in any order: at most about a hundred.

        Raises:
            Outage: the source did not answer as it should.
        """

    def files(self, sha: str, paths: Collection[str]) -> Files:
        """Return the files of a commit: those of the product if that is cheap, else those at `paths`.

        Raises:
            Outage: the source did not answer as it should.
        """

    def tree(self, sha: str) -> Files:
        """Return all product files at a commit; on GitHub that is one request, and a large answer.

        Raises:
            BadInput: it is too large to read.
            Outage: the source did not answer as it should.
        """


def is_read(path: str) -> bool:
    """Whether a file is a text file that users run or build."""
    kind = kind_of(path)
    is_known = bool(language_of(path)) or kind is FileKind.BUILD
    return is_known and kind in {FileKind.PRODUCTION, FileKind.BUILD} and not looks_binary(path)


def read_range(text: str) -> tuple[str, str]:
    """Read `v1.2..v1.3`.

    Raises:
        BadInput: it does not name two revisions.
    """
    found = _RANGE.fullmatch(text.strip())
    if not found or found["old"].startswith("-") or found["new"].startswith("-"):
        raise BadInput(
            f"{text!r} does not name two versions: write them with two dots in between, as in v1.2.0..v1.3.0."
        )
    return found["old"], found["new"]
