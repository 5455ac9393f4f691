"""Default values set by Go, Rust and JavaScript code, through functions, parameters and objects for that purpose."""

from collections.abc import Iterator

from analysis.facts.syntax.changed import Mention, View
from analysis.facts.syntax.code import arguments, assignment, call_text, literal
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)


def duration(value: str) -> str:
    """Return a duration as Go writes it: `30 * time.Second`."""
    found = _PATTERNS.duration.match(value.strip())
    return found[0] if found else ""


def set_by_code(path: str, language: str, view: View) -> Iterator[Mention]:
    """Find the defaults that these languages' own idioms set: each by name, with its value as written."""
    if "efault" in view.code or "efault" in view.heading or language == "javascript":
        yield from _BY_LANGUAGE[language](path, view)


def _go(path: str, view: View) -> Iterator[Mention]:
    for found in _PATTERNS.viper.finditer(view.code):
        value = call_text(f"({view.code[found.end() : found.end() + 200]}", 0)
        if plain := literal(value) or duration(value):
            yield view.mention(found["name"], path, found.start("name"), plain)
    maker = _PATTERNS.go_maker.match(view.heading)
    for number, text, changed in view.lines():
        if text[:1].strip():
            maker = _PATTERNS.go_maker.match(text)
            continue
        field = _PATTERNS.go_field.match(text) if maker else None
        plain = (literal(field["value"]) or duration(field["value"])) if field else ""
        if maker and field and plain:
            yield Mention(f"{maker['name']}.{field['name']}", path, number, plain, changed=changed)


def _rust(path: str, view: View) -> Iterator[Mention]:
    for found in _PATTERNS.rust_maker.finditer(view.code):
        if value := literal(found["value"]):
            yield view.mention(found["name"], path, found.start("value"), value)


def _javascript(path: str, view: View) -> Iterator[Mention]:
    if "export" in view.code and "=" in view.code:
        for found in _PATTERNS.exported.finditer(view.code):
            inside = call_text(view.code, found.end() - 1)
            if view.code[found.end() + len(inside) :][:1] == ")":
                yield from _parameters(found["name"] or found["arrow"], path, view, found.end(), inside)
    if "efault" in view.code or "DEFAULT" in view.code or "efault" in view.heading:
        yield from _object(path, view)


def _parameters(function: str, path: str, view: View, start: int, inside: str) -> Iterator[Mention]:
    for given, at in arguments(inside):
        opening = given[:1] == "{"
        parts = (
            [(part, at + 1 + offset) for part, offset in arguments(call_text(given, 0))] if opening else [(given, at)]
        )
        for part, offset in parts:
            left, right = assignment(part)
            name = _PATTERNS.parameter.fullmatch(left)
            if name and (value := literal(right)):
                yield view.mention(f"{function}({name['name']}=…)", path, start + offset, value)


def _object(path: str, view: View) -> Iterator[Mention]:
    owner = _PATTERNS.object.match(view.heading)
    for number, text, changed in view.lines():
        if text[:1].strip():
            owner = _PATTERNS.object.match(text)
        elif owner and (found := _PATTERNS.entry.match(text)) and (value := literal(found["value"])):
            yield Mention(f"{owner['name']}.{found['name']}", path, number, value, changed=changed)


_BY_LANGUAGE = {"go": _go, "rust": _rust, "javascript": _javascript}
