"""The values that a flag or field accepts, if the code lists them."""

from collections.abc import Iterator

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import call_text, kebab, keywords
from analysis.facts.syntax.flags import calls
from analysis.i18n.patterns import Patterns

_SPEAKS_OF_IT = {
    "python": ("choices", "Choice(", "Literal[", "CHOICES", "OPTIONS", "BACKENDS", "METHODS", "MODES"),
    "rust": ("ValueEnum",),
    "javascript": ("' | '", '" | "'),
    "go": ("oneof",),
}
"""Text that occurs in every such list: most files have none, and this check is faster than the patterns."""
_PATTERNS = Patterns(__file__)

_FAR = 8_000


def choices(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find each value listed for a flag or field: under both names, with the owner's as its detail."""
    words = _SPEAKS_OF_IT.get(file.language)
    if words and any(word in view.code for word in words):
        yield from _BY_LANGUAGE[file.language](file.path, view)


def _one(view: View, path: str, owner: str, value: str, at: int) -> Mention:
    return view.mention(f"{owner}={value}", path, at, value, owner)


def _qualified(view: View, at: int, name: str) -> str:
    """The name of a field or parameter qualified by its owner, as far as the hunk or its heading shows."""
    line = view.code[view.code.rfind("\n", 0, at) + 1 : at + 1]
    if not line[:1].isspace():
        return name
    owner = next(
        iter(reversed(list(_PATTERNS.owner.finditer(view.code, max(0, at - _FAR), at)))), None
    ) or _PATTERNS.owner.match(view.heading)
    if owner is None:
        return name
    return f"{owner['function']}({name}=…)" if owner["function"] else f"{owner['type']}.{name}"


def _python(path: str, view: View) -> Iterator[Mention]:
    for call in calls(_PATTERNS.argparse, view):
        owner = next((found[1] for text, _ in call.given if (found := _PATTERNS.flag.match(text))), "")
        named = keywords(call.given)
        said = named.get("choices") or (named.get("type", "") if "Choice(" in named.get("type", "") else "")
        opening = _PATTERNS.opening.search(said)
        if owner and opening:
            at = next(at for text, at in call.given if said in text)
            start = at + view.text[at:].index(said)
            for value in _PATTERNS.text.finditer(said):
                yield _one(view, path, owner, value[1], start + value.start())
    for pattern in (_PATTERNS.list, _PATTERNS.literal):
        for found in pattern.finditer(view.code):
            inside = call_text(view.code, found.end() - 1)
            if (
                view.code[found.end() + len(inside) :][:1] in {"]", ")", "}"}
                and "=" not in inside
                and ":" not in inside
            ):
                owner = _qualified(view, found.start("name"), found["name"])
                for value in _PATTERNS.text.finditer(inside):
                    yield _one(view, path, owner, value[1], found.end() + value.start())


def _rust(path: str, view: View) -> Iterator[Mention]:
    for found in _PATTERNS.derived.finditer(view.code):
        at = found.end()
        for line in view.code[at:].split("\n"):
            if line.startswith("}"):
                break
            if variant := _PATTERNS.variant.match(line):
                yield _one(view, path, found["name"], kebab(variant["name"]), at)
            at += len(line) + 1


def _javascript(path: str, view: View) -> Iterator[Mention]:
    for found in _PATTERNS.union.finditer(view.code):
        owner = _qualified(view, found.start("name"), found["name"])
        for value in _PATTERNS.text.finditer(found["values"]):
            yield _one(view, path, owner, value[1], found.start("values") + value.start())


def _go(path: str, view: View) -> Iterator[Mention]:
    for found in _PATTERNS.one_of.finditer(view.code):
        for value in _PATTERNS.value.finditer(found["values"]):
            yield _one(view, path, found["name"], value[0], found.start("values") + value.start())


_BY_LANGUAGE = {"python": _python, "rust": _rust, "javascript": _javascript, "go": _go}
