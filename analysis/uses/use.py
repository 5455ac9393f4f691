"""What a team's own files use from a repository, and its file format: `uses.toml`, written by a scan, edited by hand."""

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.errors import BadInput

LARGEST = 2_000_000
"""Characters of a `uses.toml`; a longer one is none."""
_PLACE = re.compile(r"(?P<path>.*?)(?::(?P<line>\d{1,9}))?")


class UseKind(StrEnum):
    """What is used. Closed set; the values are the tables of `uses.toml`."""

    FLAG = "flags"
    VARIABLE = "variables"
    ENDPOINT = "endpoints"
    METRIC = "metrics"
    CONFIG = "config"
    NAME = "names"
    SUBCLASS = "subclasses"
    OVERRIDE = "overrides"
    PATCH = "patches"
    IMAGE = "images"
    VERSION = "versions"


@dataclass(frozen=True, slots=True)
class Use:
    """One name in one place of a team's files.

    Attributes:
        name: as the repository calls it: `--port`, `QUILL_CACHE`, `/v1/models`, `quill:queue_size`, `engine.page_size`; of what
            Python imports, extends, overrides or assigns over, with its module: `quill.engine.Engine`, `quill.engine.Engine.step`.
        value: what it is set to, or the version; empty if not set.
        path, line: where; the line is 0 if only the file is known.
    """

    kind: UseKind
    name: str
    value: str = ""
    path: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """`deploy/values.yaml:31`."""
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Uses:
    """What a team uses of a repository (`owner/name`)."""

    repo: str
    uses: tuple[Use, ...] = ()


class _Set(BaseModel):
    model_config = ConfigDict(extra="forbid")
    at: Annotated[str, Field(max_length=1_000)] = ""
    value: Annotated[str, Field(max_length=1_000)] = ""


_Places = Annotated[list[str | _Set], Field(max_length=10_000)]
_Table = dict[Annotated[str, Field(min_length=1, max_length=300)], _Places]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    repository: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$", max_length=200)]
    flags: _Table = {}
    variables: _Table = {}
    endpoints: _Table = {}
    metrics: _Table = {}
    config: _Table = {}
    names: _Table = {}
    subclasses: _Table = {}
    overrides: _Table = {}
    patches: _Table = {}
    images: _Table = {}
    versions: _Table = {}


def read_uses(text: str, name: str = "uses.toml") -> Uses:
    """Read the text of a `uses.toml`; `name` is what to call it.

    Raises:
        BadInput: it is not such a file.
    """
    if len(text) > LARGEST:
        raise BadInput(f"{name} has more than {LARGEST:,} characters: scan fewer files.")
    try:
        found = _File.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(
            f"{name} is not valid TOML ({error}): write it again with daybrief uses scan, or fix that line."
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadInput(f"{name}: {where}: {first['msg']}; docs/upgrades.md shows its form.") from None
    uses = [
        _use(kind, key, place)
        for kind in UseKind
        for key, places in getattr(found, kind.value).items()
        for place in places or [""]
    ]
    return Uses(found.repository, tuple(uses))


def _use(kind: UseKind, name: str, place: str | _Set) -> Use:
    at, value = (place, "") if isinstance(place, str) else (place.at, place.value)
    found = _PLACE.fullmatch(at)
    path, line = (found["path"], found["line"]) if found else (at, None)
    return Use(kind, name, value, path, int(line or 0))


def write_uses(uses: Uses) -> str:
    """Return the text of a `uses.toml`."""
    lines = [
        "# What these files use of the repository, written by `daybrief uses scan`. You can edit it: each name, and where it",
        "# is used. Changes to names that are not listed here are not reported.",
        f"repository = {_quoted(uses.repo)}",
    ]
    for kind in UseKind:
        names: dict[str, list[Use]] = {}
        for use in uses.uses:
            if use.kind is kind:
                names.setdefault(use.name, []).append(use)
        if names:
            lines += [
                "",
                f"[{kind}]",
                *(f"{_quoted(name)} = [{_listed(found)}]" for name, found in sorted(names.items())),
            ]
    return "\n".join(lines) + "\n"


def _listed(uses: Iterable[Use]) -> str:
    return ", ".join(dict.fromkeys(_written(use) for use in uses))


def _written(use: Use) -> str:
    return f"{{ at = {_quoted(use.place)}, value = {_quoted(use.value)} }}" if use.value else _quoted(use.place)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace(
        "\x7f", "\\u007f"
    )  # a basic string of TOML escapes as JSON does
