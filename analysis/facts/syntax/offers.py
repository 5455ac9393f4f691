"""What compiled languages and TypeScript offer to others: documented public items, with their parameter and result types."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import arguments, call_text
from analysis.facts.syntax.exports import listed
from analysis.facts.syntax.headers import is_header
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)

_DOCUMENTS = {"rust": ("///", "#[doc", "//!"), "go": ("//", "*/")}


@dataclass(frozen=True, slots=True)
class Offer(Mention):
    """A public item.

    Attributes:
        owner: the type that it belongs to; empty for a free-standing item.
        is_documented: a comment above it says what it is for.
        parts: each parameter's type and last the result's; None if the signature is not fully shown.
    """

    owner: str = ""
    is_documented: bool = False
    parts: tuple[str, ...] | None = None


def is_open(file: ChangedFile) -> bool:
    """Whether others may use what the file defines: it is not a program or an internal module."""
    return is_open_path(file.path)


@lru_cache(maxsize=10_000)
def is_open_path(path: str) -> bool:
    """Whether a file at that path is neither a program nor an internal module."""
    return not _PATTERNS.private.search(path)


def is_entry(path: str) -> bool:
    """Whether a TypeScript file is a package's entry point."""
    return bool(_PATTERNS.entry.search(path))


def offers(file: ChangedFile, view: View) -> Iterator[Offer]:
    """Find the public items in a Rust, Go or TypeScript file, or in a header that marks its interface."""
    if view.side.changed and is_open(file):
        yield from _BY_LANGUAGE.get(file.language, _none)(file, view)


def _none(file: ChangedFile, view: View) -> Iterator[Offer]:  # noqa: ARG001 - a finder's signature
    return iter(())


def _rust(file: ChangedFile, view: View) -> Iterator[Offer]:
    starts, owners = _blocks(view)
    for found in _PATTERNS.rust.finditer(view.code):
        owner, is_trait = owners[bisect_right(starts, found.start()) - 1] if found["indent"] else ("", False)
        is_offered = found["pub"] or (is_trait and found["keyword"] == "fn")
        if is_offered and (owner or not found["indent"]) and not _is_for_tests(view, found.start()):
            name = f"{owner}::{found['name']}" if owner else found["name"]
            parts = _parts(view, found.end(), _PATTERNS.rust_type) if found["keyword"] == "fn" else None
            how = "async fn" if "async" in found["how"] else "fn"
            yield _offer(file, view, name, found.start("name"), owner, None if parts is None else (how, *parts))


def _is_for_tests(view: View, at: int) -> bool:
    """Whether the attributes right above an item of Rust have it only in tests: `#[cfg(any(test, feature = "testing"))]`."""
    above = view.code[max(0, at - _ABOVE) : at].rstrip("\n").split("\n")[::-1]
    attributes = takewhile(_PATTERNS.attribute.match, above)
    return any(_PATTERNS.for_tests.search(line) for line in attributes)


def owners(language: str, view: View) -> Callable[[re.Match[str]], str]:
    """Return a function that gives the qualifier of a definition found in the view: `Store::`, `Store.`, or nothing."""
    if language == "go":
        return lambda found: f"{found['owner']}." if found["owner"] else ""
    if language != "rust" or "impl" not in view.code + view.heading:
        return lambda found: ""  # noqa: ARG005 - a definition that stands by itself
    starts, named = _blocks(view)

    def owner_at(found: re.Match[str]) -> str:
        owner = named[bisect_right(starts, found.start()) - 1][0] if found["indent"] else ""
        return f"{owner}::" if owner else ""

    return owner_at


def _blocks(view: View) -> tuple[list[int], list[tuple[str, bool]]]:
    """Where each block of a file begins or ends, and the owner of the items from there on: a type or a public trait."""
    starts, owners = [-1], [_owner(_PATTERNS.rust_block.match(view.heading))]
    for found in _PATTERNS.rust_block.finditer(view.code):
        starts.append(found.start())
        owners.append(_owner(found))
    return starts, owners


def _owner(found: re.Match[str] | None) -> tuple[str, bool]:
    if found is None or not (found["trait"] or found["impl"]):
        return "", False
    if found["trait"]:
        return (found["trait"], True) if found["pub"] else ("", False)
    head = found["impl"]
    while (plain := _PATTERNS.generics.sub("", head)) != head:
        head = plain
    named = _PATTERNS.named.match(head)
    return (named[1] if named else ""), False  # a trait's items are qualified by it


def _go(file: ChangedFile, view: View) -> Iterator[Offer]:
    for found in _PATTERNS.go.finditer(view.code):
        owner = found["owner"] or ""
        if not owner or owner[0].isupper():
            name = f"{owner}.{found['name']}" if owner else found["name"]
            parts = _parts(view, found.end(), _PATTERNS.go_type) if found["keyword"] == "func" else None
            yield _offer(file, view, name, found.start("name"), owner, parts)


def _c(file: ChangedFile, view: View) -> Iterator[Offer]:
    if is_header(file):
        for found in _PATTERNS.c.finditer(view.code):
            group = "pointer" if found["pointer"] else "name"
            yield _offer(file, view, found[group], found.start(group), "", _parts(view, found.end(), _PATTERNS.c_type))


def _javascript(file: ChangedFile, view: View) -> Iterator[Offer]:
    if is_entry(file.path):
        for found in _PATTERNS.javascript.finditer(view.code):
            yield _offer(file, view, found["name"], found.start("name"), "", None)
        for one in listed(file, view):
            yield Offer(one.name, one.path, one.line, changed=one.changed, is_documented=True)


def _offer(file: ChangedFile, view: View, name: str, at: int, owner: str, parts: tuple[str, ...] | None) -> Offer:
    said = view.mention(name, file.path, at)
    marks = _DOCUMENTS.get(file.language)
    above = view.text[: view.text.rfind("\n", 0, at) + 1].split("\n")[-2::-1][:12]
    first = next((line.strip() for line in above if not _PATTERNS.attribute.match(line)), "")
    return Offer(
        said.name, said.path, said.line, changed=said.changed, owner=owner, is_documented=marks is None or first.startswith(marks), parts=parts
    )  # fmt: skip


def _parts(view: View, at: int, named: re.Pattern[str]) -> tuple[str, ...] | None:
    opening = _PATTERNS.opening.match(view.code, at)
    if not opening:
        return None
    start = opening.end()
    code = _PATTERNS.lifetime.sub(lambda found: " " * len(found[0]), view.code[start - 1 : start + _LONGEST])
    inside = call_text(code, 0)
    after = code[len(inside) + 1 : len(inside) + 400]
    ends = _PATTERNS.ends.search(after)
    if after[:1] != ")" or not ends:
        return None
    asked = [view.code[start + at : start + at + len(text)] for text, at in _types(inside)]
    if named is _PATTERNS.go_type:
        asked = _spelled_out(asked)
    gives = view.code[start + len(inside) + 1 : start + len(inside) + ends.start()]
    return tuple(" ".join(text.split()) for text in (*(named.sub("", text) for text in asked), gives))


def _spelled_out(asked: list[str]) -> list[str]:
    """Give each Go parameter its type, if several share one: `a, b int`."""
    found: list[str] = []
    shared = ""
    for text in reversed(asked):
        is_bare = text.isidentifier() and bool(shared)
        shared = shared if is_bare else text.partition(" ")[2]
        found.append(f"{text} {shared}" if is_bare else text)
    return found[::-1]


def _types(inside: str) -> Iterator[tuple[str, int]]:
    """Split parameters at their own commas, ignoring those between angle brackets."""
    begun, start = "", 0
    for text, at in arguments(inside):
        begun, start = (inside[start : at + len(text)], start) if begun else (text, at)
        plain = begun.replace("->", "").replace("=>", "")
        if plain.count("<") <= plain.count(">"):
            yield begun, start
            begun = ""


_LONGEST = 2_000
_ABOVE = 300
"""Characters above an item in which its attributes stand."""
_BY_LANGUAGE = {"rust": _rust, "go": _go, "c": _c, "javascript": _javascript}
