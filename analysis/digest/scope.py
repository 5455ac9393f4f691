"""The part of a repository that somebody follows: what touches certain paths or carries certain labels."""

from dataclasses import dataclass
from functools import lru_cache

from analysis.commits.commit import Commit
from analysis.commits.globs import pattern_of
from analysis.entry import Entry
from analysis.errors import BadInput


@dataclass(frozen=True, slots=True)
class Scope:
    """What a commit must match: an empty field matches everything; if both are given, both must match.

    Attributes:
        paths: globs as in .gitignore; one of the commit's files, by its old or new name, matches one of them.
        labels: its pull request has one of them, ignoring case.
    """

    paths: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it narrows anything."""
        return bool(self.paths or self.labels)

    def __contains__(self, entry: Entry) -> bool:
        """Whether a commit is in scope; one whose files were not all seen might be, so its paths count as matching."""
        commit = entry.commit
        is_seen = not (commit.is_unread or commit.more_files)
        if self.paths and is_seen and not any(touches(commit, glob) for glob in self.paths):
            return False
        return not self.labels or any(bears(entry, label) for label in self.labels)


EVERYTHING = Scope()


def touches(commit: Commit, glob: str) -> bool:
    """Whether a .gitignore glob matches one of a commit's files: a folder means everything below it."""
    try:
        pattern = _pattern(glob)
    except ValueError:  # accepted by an earlier, less strict version
        return False
    return any(pattern.search(f"/{path}") for file in commit.files for path in {file.path, file.old_path or file.path})


def bears(entry: Entry, label: str) -> bool:
    """Whether a commit's pull request has a label; False if the pull request is not known."""
    known = entry.pull_request.labels if entry.pull_request else ()
    return label.casefold() in {one.casefold() for one in known}


def check_glob(text: str) -> str:
    """Return a path glob; raises BadInput if it is not valid."""
    try:
        _pattern(text)
    except ValueError as error:
        raise BadInput(f"{text[:80]!r} is not a path pattern ({error}): write it as rust/** or *.proto.") from None
    return text


_pattern = lru_cache(maxsize=1_000)(pattern_of)
