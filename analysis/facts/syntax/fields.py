"""The fields and keys that people set in Go, Rust, TypeScript and Protocol Buffers, and the keys that Python looks up with a default."""

import re
from collections.abc import Callable, Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import literal
from analysis.facts.syntax.offers import is_open
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_OF_CONFIGURATION = {"mapstructure", "koanf", "hcl"}


def fields(file: ChangedFile, view: View, mark: str) -> Iterator[Mention]:
    """Find the fields and keys of one side of a hunk, with their values; `mark` is the detail of those that people set."""
    find = _BY_LANGUAGE.get(file.language)
    if find and is_open(file) and (file.language != "javascript" or _PATTERNS.script_types.search(file.path)):
        yield from find(file.path, view, mark)


def _go(path: str, view: View, mark: str) -> Iterator[Mention]:
    if "`" not in view.code:
        return
    owner, is_new = _of(_PATTERNS.go_owner.match(view.heading)), False
    for number, text, changed in view.lines():
        if found := _PATTERNS.go_owner.match(text):
            owner, is_new = _of(found), changed
        elif text.startswith("}"):
            owner = ""
        elif (
            owner and not is_new and (field := _PATTERNS.go_field.match(text))
            and (field["tag"] in _OF_CONFIGURATION or _PATTERNS.set_by_name.search(owner))
        ):  # fmt: skip
            value = _PATTERNS.go_tag_default.search(text)
            yield Mention(
                f"{owner}.{field['key']}", path, number, value["value"] if value else "", mark, changed=changed
            )


def _of(found: re.Match[str] | None) -> str:
    return (found["name"] or "") if found else ""


def _struct(language: str) -> Callable[[str, View, str], Iterator[Mention]]:
    def find(path: str, view: View, mark: str) -> Iterator[Mention]:
        owner_of, field_of = _PATTERNS["owner"][language], _PATTERNS["field"][language]
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
                if is_own and not is_new and not _PATTERNS.of_a_program.search(above):
                    yield Mention(f"{owner}.{field['name']}", path, number, "", mark, changed=changed)
            above = text if text.strip() else above

    return find


def _proto(path: str, view: View, mark: str) -> Iterator[Mention]:
    heading = _PATTERNS.message.match(view.heading)
    owner, is_new = heading["name"] if heading else "", False
    for number, text, changed in view.lines():
        if found := _PATTERNS.message.match(text):
            owner, is_new = found["name"], changed
        elif owner and not is_new and (field := _PATTERNS.proto_field.match(text)):
            yield Mention(f"{owner}.{field['name']}", path, number, field["value"], mark, changed=changed)


def _python(path: str, view: View, mark: str) -> Iterator[Mention]:
    if ".get(" not in view.code:
        return
    for found in _PATTERNS.looked_up.finditer(view.code):
        value = literal(found["value"])
        if value and ("conf" in found["on"] or "cfg" in found["on"] or _PATTERNS.set_by_people.match(found["on"])):
            detail = mark if _PATTERNS.set_by_people.match(found["on"]) else ""
            yield view.mention(f"{found['on']}.{found['key']}", path, found.start("key"), value, detail)


_BY_LANGUAGE: dict[str, Callable[[str, View, str], Iterator[Mention]]] = {
    "go": _go,
    "rust": _struct("rust"),
    "javascript": _struct("javascript"),
    "proto": _proto,
    "python": _python,
}
