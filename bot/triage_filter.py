"""The rules as a filter: JSON lines in, JSON lines out, for programs that want to sort and rank commits themselves.

A line in is a commit as in the label files that `benchmarks/` reads: `sha`, `title`, `body`, `files` as
`[path, status, additions, deletions]`, `additions`, `deletions`, `patch_excerpt`. Only `title` is required.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

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
_SECTION = re.compile(r"^diff --git a/(?P<old>.+?) b/(?P<new>.+)$", re.MULTILINE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
            record = _record(line, name, number)
            commit = commit_of(record)
            facts = facts_of(commit)
            found = triage(commit, facts, areas)
            made: dict[str, Any] = {"repo": record["repo"]} if "repo" in record else {}
            made |= {
                "sha": commit.sha,
                "types": list(found.types),
                "importance": found.importance,
                "score": found.score,
                "reasons": [say_reason(reason, "en") for reason in found.reasons],
                "areas": list(found.areas),
            }
            yield json.dumps(made, ensure_ascii=False)
            step("ranking", number, number)


def commit_of(record: dict[str, Any]) -> Commit:
    """Make a commit of a record; its patch may be an excerpt of a whole diff, cut anywhere."""
    patches = _patches(str(record.get("patch_excerpt") or ""))
    body = str(record.get("body") or "").strip()
    files = []
    for item in record.get("files") or ():
        path, status, added, deleted = (*item, "M", 0, 0)[:4] if len(item) < 4 else item[:4]  # noqa: PLR2004 - as documented
        letter = str(status or "M")
        kind: Status = _STATUS.get(letter[:1].upper(), "modified")
        files.append(FileChange(str(path), kind, int(added or 0), int(deleted or 0), patch=patches.get(str(path))))
    return Commit(
        repo=str(record.get("repo") or ""),
        sha=str(record.get("sha") or ""),
        author=str(record.get("author") or ""),
        authored_at=_EPOCH,
        committed_at=_EPOCH,
        message=str(record["title"]) + (f"\n\n{body}" if body else ""),
        files=tuple(files),
    )


def _record(line: str, name: str, number: int) -> dict[str, Any]:
    where = f"line {number} of {'standard input' if name == '-' else name}"
    try:
        record = json.loads(line)
    except ValueError as error:
        raise BadInput(f"{where} is no JSON ({error}): give one JSON object a line.") from None
    if not isinstance(record, dict) or not isinstance(record.get("title"), str):
        raise BadInput(
            f"{where} has no title: give an object with at least title, and sha, body, files, patch_excerpt."
        )
    return record


def _patches(text: str) -> dict[str, str]:
    found = list(_SECTION.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    patches = {}
    for match, end in zip(found, ends, strict=True):
        section = text[match.end() : end]
        start = section.find("@@ -")
        if start >= 0:
            patches[match["new"]] = section[start:].rstrip("\n")
    return patches
