"""Commits as JSON lines: how other programs hand them in, and how label files hold them.

A record has `title`, and may have `repo`, `sha`, `author`, `date`, `body`, `files` as `[path, status, additions,
deletions]`, `patch_excerpt` (a diff, possibly cut), and what people said about it: `label_type`, `label_importance`,
`label_areas`. Other keys are ignored.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, get_args

import pydantic

from analysis.commits.commit import Commit, FileChange, Status
from analysis.errors import BadInput

_STATUS: dict[str, Status] = {
    "A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed",
}  # fmt: skip
_SECTION = re.compile(r"diff --git a/(?P<old>[^\n]+?) b/(?P<new>[^\n]+)$", re.MULTILINE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _whole(item: object) -> object:
    """Complete a file that is given by its path alone, or without its lines."""
    given = [item] if isinstance(item, str) else list(item) if isinstance(item, (list, tuple)) else item
    return [*given, *_UNTOLD[len(given) :]][: len(_UNTOLD)] if isinstance(given, list) else given


def _or_zero(lines: object) -> object:
    return 0 if lines is None or lines == "-" else lines  # git's count for a binary file


_UNTOLD = ("", "M", 0, 0)
_Lines = Annotated[int, pydantic.Field(ge=0, le=10**12), pydantic.BeforeValidator(_or_zero)]
_File = Annotated[tuple[str, str | None, _Lines, _Lines], pydantic.BeforeValidator(_whole)]


class _Record(pydantic.BaseModel):
    title: str
    sha: str | None = None
    body: str | None = None
    author: str | None = None
    bot: bool = False
    repo: str | None = None
    date: datetime | None = None
    files: list[_File] | None = None
    patch_excerpt: str | None = None
    label_type: str | None = None
    label_importance: str | None = None
    label_areas: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A commit with what people said about it.

    Attributes:
        type: of `ChangeType`'s values, or another word that nobody here knows; None if nothing was said.
        importance: high, medium or low; None if nothing was said.
        areas: keys; empty if nothing was said.
    """

    commit: Commit
    type: str | None
    importance: str | None
    areas: tuple[str, ...]


def commits_of(lines: Iterable[str], name: str) -> Iterator[Commit]:
    """Yield the commit of each line; `name` is what the lines are called in a mistake's sentence.

    Raises:
        BadInput: a line is not a JSON object with a title.
    """
    return (_commit(record) for record in _records(lines, name))


def labelled_of(lines: Iterable[str], name: str) -> Iterator[Labelled]:
    """Yield the commit of each line with its labels; raises as `commits_of` does."""
    for record in _records(lines, name):
        yield Labelled(
            _commit(record), record.label_type, record.label_importance, tuple(sorted(record.label_areas or ()))
        )


def read_labels(paths: Iterable[Path]) -> list[Labelled]:
    """Read label files, plain or gzipped.

    Raises:
        BadInput: a file cannot be read, or one of its lines is not a record.
    """
    found: list[Labelled] = []
    for path in paths:
        try:
            with (
                gzip.open(path, "rt", encoding="utf-8")
                if path.suffix == ".gz"
                else path.open(encoding="utf-8") as lines
            ):
                found += labelled_of(lines, str(path))
        except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or error
            raise BadInput(f"{path} cannot be read ({reason}): name a file of JSON lines, plain or gzipped.") from None
    return found


def _records(lines: Iterable[str], name: str) -> Iterator[_Record]:
    return (_record(line, name, number) for number, line in enumerate(lines, 1) if line.strip())


def _record(line: str, name: str, number: int) -> _Record:
    where = f"line {number} of {'standard input' if name == '-' else name}"
    try:
        return _Record.model_validate(json.loads(line.removeprefix("\ufeff")))
    except pydantic.ValidationError as error:
        fault = error.errors()[0]
        key = str(fault["loc"][0]) if fault["loc"] else ""
        wrong = f"no usable {key}" if key and fault["type"] != "missing" else f"no {key or 'object in it'}"
        raise BadInput(
            f"{where} has {wrong}: give an object with at least title, and sha, body, patch_excerpt, "
            "and files as [path, status, additions, deletions]."
        ) from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{where} is not JSON ({error}): give one JSON object per line.") from None


def _commit(record: _Record) -> Commit:
    patches = _patches(record.patch_excerpt or "")
    body = (record.body or "").strip()
    files = tuple(
        FileChange(path, _status(status or "M"), added, deleted, patch=patches.get(path))
        for path, status, added, deleted in record.files or ()
    )
    when = record.date or _EPOCH
    when = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    return Commit(
        repo=record.repo or "",
        sha=record.sha or "",
        author=record.author or ("[bot]" if record.bot else ""),
        authored_at=when,
        committed_at=when,
        message=record.title + (f"\n\n{body}" if body else ""),
        files=files,
        more_files=record.files is None,
    )


def _status(text: str) -> Status:
    spelled: Status | None = next((status for status in get_args(Status) if status == text.lower()), None)
    return spelled or _STATUS.get(text[:1].upper(), "modified")


def _patches(text: str) -> dict[str, str]:
    found = list(_SECTION.finditer(text))
    patches = {}
    for match, after in zip_longest(found, found[1:]):
        section = text[match.end() : after.start() if after else len(text)]
        start = section.find("@@ -")
        if start >= 0:
            # An excerpt may end in the middle of a line, with the next section right behind it.
            whole = section[start:].rpartition("\n")[0] if after and not section.endswith("\n") else section[start:]
            patches[match["new"]] = whole.rstrip("\n")
    return patches
