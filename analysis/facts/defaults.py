"""Values that hold when nobody sets them: fields, constants, parameters and configuration files."""

import re
from collections.abc import Iterator, Sequence

from analysis.facts.changed import ChangedFile, literal
from analysis.facts.fact import Fact, FactKind
from analysis.patch import Hunk, Line

_CLASS = re.compile(r"^\s*(?:pub\s+)?(?:class|struct)\s+(\w+)(.*)$")
_FIELD = re.compile(
    r"^(?P<indent>\s*)(?P<name>[A-Za-z]\w*)\s*:\s*(?P<type>[\w\[\], .|\"']+?)\s*=\s*(?P<value>.+?)\s*,?\s*(?:#.*)?$"
)
_BARE_FIELD = re.compile(r"^\s+(?P<name>[a-z]\w*)\s*:\s*(?P<type>[\w\[\], .|]+)\s*(?:#.*)?$")
_CONSTANT = re.compile(
    r"^(?:export\s+)?(?:pub(?:\([^)]*\))?\s+)?(?:static\s+)?(?:constexpr\s+|const\s+|#define\s+)?(?:[\w:<>]+\s+)?"
    r"(?P<name>[A-Z][A-Z0-9_]{2,})\s*(?::\s*[\w&'<>\[\], |]+?)?\s*(?:=|\s)\s*(?P<value>[^=].*?)\s*;?\s*(?:(?:#|//).*)?$"
)
_SIGNATURE = re.compile(r"^\s*(?:async\s+)?def\s+(?P<function>\w+)\s*\((?P<parameters>.*)$")
_PARAMETER = re.compile(r"(?P<name>\w+)\s*(?::\s*[\w\[\], .|]+?)?\s*=\s*(?P<value>[^,()]+)")
_YAML = re.compile(r"^\s*(?:-\s+)?(?P<name>[A-Za-z][\w.-]*)\s*:\s+(?P<value>[^#\s{\[|>&*][^#]*?)\s*(?:#.*)?$")
_TOML = re.compile(r"^\s*(?P<name>[A-Za-z][\w.-]*)\s*=\s*(?P<value>[^#]+?)\s*(?:#.*)?$")
_JSON = re.compile(r"""^\s*"(?P<name>[\w.-]+)"\s*:\s*(?P<value>"[^"]*"|[-\d.eE+]+|true|false|null)\s*,?\s*$""")

_HOLDS_SETTINGS = re.compile(r"Config|Args|Params|Settings|Options|Request|Response|Input|BaseModel")
_MOST_PER_FILE = 6


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find values that changed and settings that came or went."""
    for file in files:
        if not file.is_product:
            continue
        found = list(
            _in_code(file) if file.language in {"python", "rust", "c", "go", "javascript"} else _in_settings(file)
        )
        # A file of tuned numbers changes in dozens of places; that is one thing to know, and its first ones show it.
        yield from found[:_MOST_PER_FILE]


def _in_code(file: ChangedFile) -> Iterator[Fact]:
    for hunk in file.hunks:
        removed = dict(_definitions(hunk, file, [line for line in hunk.lines if not line.added], wanted_removed=True))
        added = dict(_definitions(hunk, file, [line for line in hunk.lines if not line.removed], wanted_removed=False))
        yield from _compare(file, removed, added)


def _compare(
    file: ChangedFile, removed: dict[str, tuple[str, int, bool]], added: dict[str, tuple[str, int, bool]]
) -> Iterator[Fact]:
    for name, (value, line, is_setting) in added.items():
        if name in removed:
            was = removed[name][0]
            if was != value and was and value:
                yield Fact(FactKind.DEFAULT_CHANGED, name, file.path, line, was, value)
        elif is_setting and file.change.status != "added":
            yield Fact(FactKind.CONFIG_ADDED, name, file.path, line, after=value)
    for name, (value, line, is_setting) in removed.items():
        if name not in added and is_setting and file.change.status != "removed":
            yield Fact(FactKind.CONFIG_REMOVED, name, file.path, line, before=value)


def _definitions(
    hunk: Hunk, file: ChangedFile, lines: list[Line], *, wanted_removed: bool
) -> Iterator[tuple[str, tuple[str, int, bool]]]:
    heading = _CLASS.match(hunk.heading)
    owner, holds = (heading[1], bool(_HOLDS_SETTINGS.search(hunk.heading))) if heading else ("", False)
    for line in lines:
        number = line.old if wanted_removed else line.new
        assert number is not None
        is_changed = line.removed if wanted_removed else line.added
        if found := _CLASS.match(line.text):
            # The fields of a class that is itself new are part of it, not settings that came to it.
            owner, holds = found[1], not is_changed and bool(_HOLDS_SETTINGS.search(line.text))
        elif re.match(r"\S", line.text) and not line.text.startswith(("#", "@", ")")):
            owner, holds = "", False
        if not is_changed:
            continue
        if found := _SIGNATURE.match(line.text):
            for parameter in _PARAMETER.finditer(found["parameters"]):
                value = literal(parameter["value"])
                if value:
                    yield f"{found['function']}({parameter['name']}=…)", (value, number, False)
        elif found := _CONSTANT.match(line.text):
            value = literal(found["value"])
            if value:
                yield found["name"], (value, number, False)
        elif file.language == "python" and (found := _FIELD.match(line.text)) and found["indent"]:
            name = f"{owner}.{found['name']}" if owner else found["name"]
            is_field = bool(owner) and holds and len(found["indent"]) == 4  # noqa: PLR2004 - a class body's indentation
            yield name, (literal(found["value"]), number, is_field and not found["name"].startswith("_"))
        elif file.language == "python" and owner and holds and (found := _BARE_FIELD.match(line.text)):
            yield f"{owner}.{found['name']}", ("", number, True)


def _in_settings(file: ChangedFile) -> Iterator[Fact]:
    pattern = {"yaml": _YAML, "toml": _TOML, "json": _JSON}.get(file.language)
    if pattern is None or file.kind.value != "production":
        return
    for hunk in file.hunks:
        removed: dict[str, tuple[str, int, bool]] = {}
        added: dict[str, tuple[str, int, bool]] = {}
        for line in hunk.lines:
            found = pattern.match(line.text) if line.added or line.removed else None
            if found:
                number = line.new if line.added else line.old
                side = added if line.added else removed
                side.setdefault(found["name"], (found["value"].strip(), number or 0, file.change.status == "modified"))
        yield from _compare(file, removed, added)
