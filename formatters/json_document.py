"""Digests and look-backs as JSON, for programs. `docs/digest.schema.json` describes a digest; a test keeps the two in step."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from analysis.digest.digest import SCHEMA_VERSION, Coverage, Digest, Statistics
from analysis.digest.review import Review
from analysis.entry import Entry
from analysis.triage.areas import Areas
from formatters.review import Line, review_outline

_MOMENT = {"type": "string", "format": "date-time"}
_TEXT = {"type": "string"}
_COUNT = {"type": "integer"}
_READ_FROM = ("statements", "pull_request", "surroundings")
"""The inputs of an entry's analysis: of other people's texts, the document includes only what is shown."""


@lru_cache(maxsize=8)
def _adapter(kind: Any) -> Any:
    import pydantic

    return pydantic.TypeAdapter(kind)


def entry_document(entry: Entry) -> dict[str, Any]:
    """Return one entry as plain data, as in a digest's `entries`."""
    made: dict[str, Any] = _adapter(Entry).dump_python(entry, mode="json")
    _complete(made, entry)
    return made


def _complete(made: dict[str, Any], entry: Entry) -> None:
    for name in _READ_FROM:
        del made[name]
    for file in made["commit"]["files"]:
        del file["patch"]
    made["commit"] |= {
        "short": entry.commit.short,
        "subject": entry.commit.subject,
        "pull_request": entry.commit.pull_request,
        "additions": entry.commit.additions,
        "deletions": entry.commit.deletions,
    }


def document(digest: Digest) -> dict[str, Any]:
    """Return a digest as plain data: its fields and the counts derived from them.

    Patches are left out (they are in the repository, and large); times are UTC in ISO 8601.
    """
    data: dict[str, Any] = _adapter(Digest).dump_python(digest, mode="json")
    for entry, made in zip(digest.entries, data["entries"], strict=True):
        _complete(made, entry)
    moments = {"start": digest.window.start, "end": digest.window.end}
    data["window"] |= {name: moment.isoformat().replace("+00:00", "Z") for name, moment in moments.items()}
    return {
        "schema_version": SCHEMA_VERSION,
        **data,
        "coverage": _adapter(Coverage).dump_python(digest.coverage, mode="json"),
        "statistics": _adapter(Statistics).dump_python(digest.statistics, mode="json"),
        "must_know": [entry.commit.sha for entry in digest.must_know],
    }


def documents(digests: Sequence[Digest]) -> dict[str, Any]:
    """Return one digest as `document` does, several as `{"schema_version": …, "digests": […]}`."""
    made = [document(digest) for digest in digests]
    return made[0] if len(made) == 1 else {"schema_version": SCHEMA_VERSION, "digests": made}


def schema() -> dict[str, Any]:
    """Return the JSON schema of what `documents` returns."""
    digest: dict[str, Any] = _adapter(Digest).json_schema(mode="serialization")
    kinds: dict[str, Any] = digest.pop("$defs")
    for counted in (Coverage, Statistics):
        made = _adapter(counted).json_schema(mode="serialization")
        kinds |= made.pop("$defs", {}) | {counted.__name__: made}
    kinds["Digest"] = digest
    kinds["FileChange"]["properties"].pop("patch")
    for name in _READ_FROM:
        kinds["Entry"]["properties"].pop(name)
    around = {
        name for name in ("Opener", "Reference", "Use", "SourceLine", "Neighbour", "Surroundings") if name in kinds
    }
    for name in ("PullRequest", "LinkedIssue", "Comment", *around):
        kinds.pop(name)
    kinds["FileChange"]["description"] = "One file's part of a commit; `unseen` says why its patch could not be read."
    number = {"anyOf": [_COUNT, {"type": "null"}]}
    _add(kinds["Commit"], short=_TEXT, subject=_TEXT, pull_request=number, additions=_COUNT, deletions=_COUNT)
    _add(kinds["Window"], start=_MOMENT, end=_MOMENT)
    _add(
        digest,
        schema_version={"const": SCHEMA_VERSION},
        coverage={"$ref": "#/$defs/Coverage"},
        statistics={"$ref": "#/$defs/Statistics"},
        must_know={"type": "array", "items": _TEXT},
    )
    for kind in kinds.values():
        _tell_whole(kind)
    several = {
        "type": "object",
        "properties": {
            "schema_version": {"const": SCHEMA_VERSION},
            "digests": {"type": "array", "items": {"$ref": "#/$defs/Digest"}},
        },
        "required": ["schema_version", "digests"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A digest of a day, or several of them",
        "oneOf": [{"$ref": "#/$defs/Digest"}, several],
        "$defs": dict(sorted(kinds.items())),
    }


def _add(kind: dict[str, Any], **properties: dict[str, Any]) -> None:
    kind["properties"] |= properties


def _tell_whole(kind: dict[str, Any]) -> None:
    """Mark all fields as always present, including those with defaults in the code."""
    kind.pop("title", None)
    for field in kind.get("properties", {}).values():
        field.pop("default", None)
        field.pop("title", None)
    if "properties" in kind:
        kind["required"] = list(kind["properties"])


def review_json(made: Review, areas: Areas) -> dict[str, Any]:
    """Return a review as plain data: its sections in words, with the SHAs they refer to."""
    told = review_outline(made, areas)
    return {
        "repo": made.repo,
        "first": made.window.first.isoformat(),
        "last": made.window.last.isoformat(),
        "zone": made.window.zone,
        "language": made.language,
        "commits": len(made.entries),
        "unread_days": [day.isoformat() for day in made.unread],
        "title": told.title,
        "sections": [
            {"name": section.name, "lines": [_line_json(line) for line in section.lines]} for section in told.sections
        ],
    }


def _line_json(line: Line) -> dict[str, Any]:
    data = {"text": line.text, "shas": list(line.shas), "importance": line.level}
    return data | ({"lines": [_line_json(under) for under in line.under]} if line.under else {})
