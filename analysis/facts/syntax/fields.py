"""The fields and keys that people set in Go, Rust, TypeScript and Protocol Buffers, and the keys that Python looks up with a default."""

import re
from collections.abc import Callable, Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import literal
from analysis.facts.syntax.offers import is_open

_SET = r"(?:Config|Configuration|Settings|Options|Opts|Params|Parameters|Args|Spec)"
_GO_OWNER = re.compile(r"^type\s+(?P<name>[A-Z]\w*)\s+struct\s*\{|^type\s+(?P<private>\w+)\s+struct\s*\{")
_GO_FIELD = re.compile(
    r"^\t(?P<name>[A-Z]\w*)\s+[^`\n]*`[^`\n]*?\b(?P<tag>mapstructure|koanf|yaml|toml|hcl|json):\"(?P<key>[A-Za-z][\w.-]*)[^`\n]*`"
)
_GO_TAG_DEFAULT = re.compile(r"\bdefault:\"(?P<value>[^\"\n]*)\"")
_OF_CONFIGURATION = {"mapstructure", "koanf", "hcl"}
_RUST_OWNER = re.compile(r"^pub\s+struct\s+(?P<name>\w*(?:Config|Configuration|Settings|Options))\b[^;]*\{\s*$")
_RUST_FIELD = re.compile(r"^ {4}pub\s+(?P<name>[a-z]\w*):\s*\S")
_OF_A_PROGRAM = re.compile(r"#\[(?:arg|clap|structopt)\b")
_SCRIPT_OWNER = re.compile(
    r"^export\s+(?:declare\s+)?(?:interface|type)\s+(?P<name>\w*(?:Config|Settings|Options))\b[^;]*\{\s*$"
)
_SCRIPT_FIELD = re.compile(r"^(?P<indent>  |    |\t)(?:readonly\s+)?(?P<name>[a-z]\w*)\??:\s*\S")
_SCRIPT_TYPES = re.compile(
    r"(?:^|/)(?:types?|config|options|public)(?:/[^/]*|[\w.-]*\.[mc]?tsx?$)|(?:^|/)(?:index|config|options|types)\.[mc]?tsx?$"
)
"""Where a package of TypeScript says what its users set; elsewhere options are what its own modules hand each other."""
_MESSAGE = re.compile(r"^\s*message\s+(?P<name>\w+)\s*\{")
_PROTO_FIELD = re.compile(
    r"^\s+(?:(?:optional|repeated|required)\s+)?(?:map<[^>\n]*>|[\w.]+)\s+(?P<name>[a-z]\w*)\s*=\s*(?P<value>\d+)\s*[;\[]"
)
_LOOKED_UP = re.compile(
    r"\b(?P<on>[A-Za-z]\w*)\.get\(\s*[\"'](?P<key>[A-Za-z][\w.-]*)[\"']\s*,\s*(?P<value>[^,()\n]+)\)"
)
_SET_BY_PEOPLE = re.compile(
    r"(?:\w*(?:additional|extra|user|plugin|connector|engine|backend)_?\w*config|\w*(?:options|settings|opts|overrides))$",
    re.IGNORECASE,
)
"""What people write; what a model or another program has written has fields of its own."""


def fields(file: ChangedFile, view: View, mark: str) -> Iterator[Mention]:
    """Find the fields and keys of one side of a hunk, with their values; `mark` is the detail of those that people set."""
    find = _BY_LANGUAGE.get(file.language)
    if find and is_open(file) and (file.language != "javascript" or _SCRIPT_TYPES.search(file.path)):
        yield from find(file.path, view, mark)


def _go(path: str, view: View, mark: str) -> Iterator[Mention]:
    if "`" not in view.code:
        return
    owner, is_new = _of(_GO_OWNER.match(view.heading)), False
    for number, text, changed in view.lines():
        if found := _GO_OWNER.match(text):
            owner, is_new = _of(found), changed
        elif text.startswith("}"):
            owner = ""
        elif (
            owner and not is_new and (field := _GO_FIELD.match(text))
            and (field["tag"] in _OF_CONFIGURATION or re.search(rf"{_SET}$", owner))
        ):  # fmt: skip
            value = _GO_TAG_DEFAULT.search(text)
            yield Mention(
                f"{owner}.{field['key']}", path, number, value["value"] if value else "", mark, changed=changed
            )


def _of(found: re.Match[str] | None) -> str:
    return (found["name"] or "") if found else ""


def _struct(owner_of: re.Pattern[str], field_of: re.Pattern[str]) -> Callable[[str, View, str], Iterator[Mention]]:
    def find(path: str, view: View, mark: str) -> Iterator[Mention]:
        heading = owner_of.match(view.heading)
        owner, is_new, indent, above = heading["name"] if heading else "", False, "", ""
        for number, text, changed in view.lines():
            if found := owner_of.match(text):
                owner, is_new, indent = found["name"], changed, ""
            elif text[:1].strip():
                owner = ""
            elif owner and (field := field_of.match(text)):
                indent = indent or text[: len(text) - len(text.lstrip())]
                is_own = text.startswith(indent) and not text[len(indent) :][:1].isspace()
                if is_own and not is_new and not _OF_A_PROGRAM.search(above):
                    yield Mention(f"{owner}.{field['name']}", path, number, "", mark, changed=changed)
            above = text if text.strip() else above

    return find


def _proto(path: str, view: View, mark: str) -> Iterator[Mention]:
    heading = _MESSAGE.match(view.heading)
    owner, is_new = heading["name"] if heading else "", False
    for number, text, changed in view.lines():
        if found := _MESSAGE.match(text):
            owner, is_new = found["name"], changed
        elif owner and not is_new and (field := _PROTO_FIELD.match(text)):
            yield Mention(f"{owner}.{field['name']}", path, number, field["value"], mark, changed=changed)


def _python(path: str, view: View, mark: str) -> Iterator[Mention]:
    if ".get(" not in view.code:
        return
    for found in _LOOKED_UP.finditer(view.code):
        value = literal(found["value"])
        if value and ("conf" in found["on"] or "cfg" in found["on"] or _SET_BY_PEOPLE.match(found["on"])):
            detail = mark if _SET_BY_PEOPLE.match(found["on"]) else ""
            yield view.mention(f"{found['on']}.{found['key']}", path, found.start("key"), value, detail)


_BY_LANGUAGE: dict[str, Callable[[str, View, str], Iterator[Mention]]] = {
    "go": _go,
    "rust": _struct(_RUST_OWNER, _RUST_FIELD),
    "javascript": _struct(_SCRIPT_OWNER, _SCRIPT_FIELD),
    "proto": _proto,
    "python": _python,
}
