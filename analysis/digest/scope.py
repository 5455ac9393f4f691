"""The part of a repository that somebody follows: what touches some paths, or came with some labels."""

from dataclasses import dataclass
from functools import lru_cache

from analysis.commits.commit import Commit
from analysis.commits.globs import pattern_of
from analysis.entry import Entry
from analysis.errors import BadInput


@dataclass(frozen=True, slots=True)
class Scope:
    """What a commit must be, to count: what is empty narrows nothing, and where both are given, both must hold.

    Attributes:
        paths: globs as .gitignore writes them; one of the commit's files, by its old or its new name, fits one of them.
        labels: one of them is on its pull request, in whatever case.
    """

    paths: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it narrows anything."""
        return bool(self.paths or self.labels)

    def __contains__(self, entry: Entry) -> bool:
        """Whether a commit lies within it; one whose files were not all seen may, so it does as far as paths go."""
        commit = entry.commit
        is_seen = not (commit.is_unread or commit.more_files)
        if self.paths and is_seen and not any(touches(commit, glob) for glob in self.paths):
            return False
        return not self.labels or any(bears(entry, label) for label in self.labels)


EVERYTHING = Scope()


def touches(commit: Commit, glob: str) -> bool:
    """Whether one of a commit's files is meant by a glob as in .gitignore: a folder means all below it."""
    try:
        pattern = _pattern(glob)
    except ValueError:  # it was taken by a version that looked less closely
        return False
    return any(pattern.search(f"/{path}") for file in commit.files for path in {file.path, file.old_path or file.path})


def bears(entry: Entry, label: str) -> bool:
    """Whether a commit's pull request has a label; False where its pull request is not known."""
    known = entry.pull_request.labels if entry.pull_request else ()
    return label.casefold() in {one.casefold() for one in known}


def check_glob(text: str) -> str:
    """Return a glob over paths; raises BadInput where it is none."""
    try:
        _pattern(text)
    except ValueError as error:
        raise BadInput(f"{text[:80]!r} is not a path pattern ({error}): write it as rust/** or *.proto.") from None
    return text


_pattern = lru_cache(maxsize=1_000)(pattern_of)
