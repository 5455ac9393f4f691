"""The rules as a filter: JSON lines in, JSON lines out, for programs that want to sort and rank commits themselves.

A line in is a commit as in the label files that `benchmarks/` reads: `sha`, `title`, `body`, `files` as
`[path, status, additions, deletions]`, `additions`, `deletions`, `patch_excerpt`. Only `title` is required.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Annotated, Any

import pydantic

from analysis.areas import of_repository
from analysis.commit import Commit, FileChange, Status
from analysis.errors import BadInput
from analysis.facts import facts_of
from analysis.triage import triage
from analysis.wording import say_reason
from bot.config import Settings

_STATUS: dict[str, Status] = {
    "A": "added",
    "M": "modified",
    "D": "removed",
    "R": "renamed",
    "C": "copied",
    "T": "changed",
}
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
    """A line; other keys are passed over."""

    title: str
    sha: str | None = None
    body: str | None = None
    author: str | None = None
    repo: str | None = None
    files: list[_File] | None = None
    patch_excerpt: str | None = None


def triage_lines(lines: Iterable[str], settings: Settings, *, name: str, quiet: bool) -> Iterator[str]:
    """Yield a JSON line for each line given: sha, types, importance, score, reasons, areas; and repo where it was given.

    Raises:
        BadInput: a line is no JSON object with a title; those before it are done.
    """
    from bot.progress import progress

    areas = of_repository(configured={key: table.model_dump() for key, table in settings.areas.items()})
    with progress(quiet=quiet) as step:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            commit = _commit(_record(line, name, number))
            facts = facts_of(commit)
            found = triage(commit, facts, areas)
            made: dict[str, Any] = {"repo": commit.repo} if commit.repo else {}
            made |= {
                "sha": commit.sha,
                "types": list(found.types),
                "importance": found.importance,
                "score": found.score,
                "reasons": [say_reason(reason, "en") for reason in found.reasons if reason.points or reason.detail],
                "areas": list(found.areas),
            }
            yield json.dumps(made, ensure_ascii=False)
            step("ranking", number, number)


def commit_of(record: dict[str, Any]) -> Commit:
    """Make a commit of a record; its patch may be an excerpt of a whole diff, cut anywhere."""
    return _commit(_Record.model_validate(record))


def _commit(record: _Record) -> Commit:
    patches = _patches(record.patch_excerpt or "")
    body = (record.body or "").strip()
    files = tuple(
        FileChange(path, _STATUS.get((status or "M")[:1].upper(), "modified"), added, deleted, patch=patches.get(path))
        for path, status, added, deleted in record.files or ()
    )
    return Commit(
        repo=record.repo or "",
        sha=record.sha or "",
        author=record.author or "",
        authored_at=_EPOCH,
        committed_at=_EPOCH,
        message=record.title + (f"\n\n{body}" if body else ""),
        files=files,
    )


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
        raise BadInput(f"{where} is no JSON ({error}): give one JSON object a line.") from None


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
