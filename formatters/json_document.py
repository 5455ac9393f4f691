"""The digest as JSON, for programs. `docs/digest.schema.json` describes it; a test holds the two together."""

from functools import lru_cache
from typing import Any

from analysis.digest import SCHEMA_VERSION, Coverage, Digest, Statistics
from analysis.entry import Entry


@lru_cache(maxsize=1)
def _adapter() -> Any:
    import pydantic

    return pydantic.TypeAdapter(Digest)


@lru_cache(maxsize=1)
def _counted() -> Any:
    import pydantic

    return pydantic.TypeAdapter(dict[str, Coverage | Statistics])


@lru_cache(maxsize=1)
def _entries() -> Any:
    import pydantic

    return pydantic.TypeAdapter(Entry)


def entry_document(entry: Entry) -> dict[str, Any]:
    """Return one entry as plain data, as it stands in a digest's `entries`."""
    made: dict[str, Any] = _entries().dump_python(entry, mode="json")
    _complete(made, entry)
    return made


def _complete(made: dict[str, Any], entry: Entry) -> None:
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
    """Return a digest as plain data: its fields, and beside them what is counted from them.

    Patches are left out (a diff is the repository's, and large); times are UTC in ISO 8601.
    """
    data: dict[str, Any] = _adapter().dump_python(digest, mode="json")
    for entry, made in zip(digest.entries, data["entries"], strict=True):
        _complete(made, entry)
    data["window"] |= {"start": digest.window.start.isoformat(), "end": digest.window.end.isoformat()}
    counted = _counted().dump_python({"coverage": digest.coverage, "statistics": digest.statistics}, mode="json")
    must_know = [entry.commit.sha for entry in digest.must_know]
    return {"schema_version": SCHEMA_VERSION, **data, **counted, "must_know": must_know}


def schema() -> dict[str, Any]:
    """Return the JSON schema of `document`'s result."""
    made: dict[str, Any] = _adapter().json_schema(mode="serialization")
    definitions = made["$defs"]
    counted = _counted().json_schema(mode="serialization")
    definitions |= counted["$defs"]
    definitions["FileChange"]["properties"].pop("patch")
    commit, window = definitions["Commit"], definitions["Window"]
    commit["properties"] |= {
        "short": {"type": "string"},
        "subject": {"type": "string"},
        "pull_request": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "additions": {"type": "integer"},
        "deletions": {"type": "integer"},
    }
    moment = {"type": "string", "format": "date-time"}
    window["properties"] |= {"start": moment, "end": moment}
    made["properties"] |= {
        "schema_version": {"const": SCHEMA_VERSION},
        "coverage": {"$ref": "#/$defs/Coverage"},
        "statistics": {"$ref": "#/$defs/Statistics"},
        "must_know": {"type": "array", "items": {"type": "string"}},
    }
    made["required"] = sorted(made["properties"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A digest of a day", **made}
