"""Which functions and classes a change touches, and which of them are new, under the names their users call them by."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from analysis.commits.patch import Hunk
from analysis.facts.syntax.changed import ChangedFile
from analysis.i18n.patterns import Patterns
from analysis.rules.renaming import renamed
from analysis.triage.sketch import defined_in

_PATTERNS = Patterns(__file__)
_OWNERS = {"class", "struct", "enum", "trait", "interface"}
_PROGRAMS = {"python", "rust", "go", "c", "javascript", "java"}
_GOES_ON = ")}]#"
"""First characters of lines that belong to a definition despite having its indentation: closing brackets, preprocessor directives."""
_METHOD = 4
"""The deepest indentation of methods in their class."""
_NO_FUNCTION = {
    "class",
    "struct",
    "enum",
    "union",
    "if",
    "for",
    "while",
    "switch",
    "return",
    "static_assert",
    "defined",
    "main",
    "namespace",
}


@dataclass(frozen=True, slots=True)
class Touched:
    """A function or class of the product.

    Attributes:
        name: qualified by its class, as the language writes it: `Cache.load`, `Cache::load`.
        is_new: the change adds it to an existing file.
        was: its former name, if the change renames it; bare.
        is_public: others may use it, by its language's conventions.
        line: its own line or that of its first change, after the commit.
        count: changed lines of code in it, without those that only moved within the file.
    """

    name: str
    path: str
    line: int
    is_new: bool
    is_public: bool
    count: int = 0
    was: str = ""


@dataclass(frozen=True, slots=True)
class Touches:
    """What a change touches.

    Attributes:
        functions: definitions in existing files, the new ones first, then the most changed.
        count: changed lines of code in these files, in functions or not, without imports and moved lines.
    """

    functions: tuple[Touched, ...]
    count: int


def touched(files: Iterable[ChangedFile]) -> Touches:
    """Find the definitions that contain changed lines of code."""
    counts: Counter[str] = Counter()
    total = 0
    found: dict[str, Touched] = {}
    for file in files:
        if file.language not in _PROGRAMS or file.change.status in {"added", "removed"}:
            continue
        stays = _stays(file)
        gone = set(_names_on(file, "removed"))
        left = gone - set(_names_on(file, "added")) if gone else gone
        former = renamed(file, partial(_name_in, language=file.language)) if gone else {}
        for hunk, (before, after) in zip(file.hunks, file.views, strict=True):
            code = {number: text for number, text, _ in after.lines()}
            was = {number: text for number, text, _ in before.lines()}
            for name, line, is_defined, text in _walk(hunk, code, was, file.language):
                counted = text.strip() not in stays and not _PATTERNS.imports.match(text)
                total += counted
                if not name or (file.language == "c" and name.isupper()):  # a macro call looks like a definition
                    continue
                if _bare(name) in left and not is_defined:
                    continue  # the rest of it is elsewhere, or gone
                counts[name] += counted
                is_open = _is_public(name, code.get(line, ""), file.language)
                earlier = former.get(_bare(name), "") if is_defined else ""
                is_new = is_defined and not earlier and _bare(name) not in gone
                known = found.get(name)
                if known is None or ((is_new or earlier) and not known.is_new):
                    found[name] = Touched(name, file.path, line, is_new, is_open, was=earlier)
    owners = {_parts(name)[0] for name in found if len(_parts(name)) > 1}
    # A class's methods say more, unless it goes by another name.
    named = [function for function in found.values() if function.was or function.name not in owners]
    named = [replace(function, count=counts[function.name]) for function in named]
    return Touches(tuple(sorted(named, key=lambda function: (not function.is_new, -function.count))), total)


def _stays(file: ChangedFile) -> frozenset[str]:
    """The lines of code that a file loses in one place and gains in another."""
    lines = [line for hunk in file.hunks for line in hunk.lines]
    came, went = ({line.text.strip() for line in lines if getattr(line, side)} for side in ("added", "removed"))
    return frozenset(came & went)


def _is_public(name: str, text: str, language: str) -> bool:
    """Whether the line that defines a name makes it public; no part of the name may mark it as private."""
    parts = _parts(name)
    if any(part.startswith("_") for part in parts):
        return False
    if language == "go":
        return all(part[:1].isupper() for part in parts)
    mark = _PATTERNS["public"].get(language)
    return mark is None or bool(mark.match(text))


def _bare(name: str) -> str:
    return _parts(name)[-1]


def _parts(name: str) -> list[str]:
    return name.replace("::", ".").split(".")


def _names_on(file: ChangedFile, side: str) -> Iterator[str]:
    """Yield what lines that are `removed` or `added` define."""
    for line in (line for hunk in file.hunks for line in hunk.lines):
        name = _name_in(line.text, file.language) if getattr(line, side) else None
        if name:
            yield name


def _name_in(text: str, language: str) -> str | None:
    found = None if _PATTERNS.rust_impl.match(text) else _read(text, language)
    return _bare(found[1]) if found else None


def _walk(hunk: Hunk, code: dict[int, str], was: dict[int, str], language: str) -> Iterator[tuple[str, int, bool, str]]:
    """Yield for each changed line of code its definition, its number, whether it is the definition's own line, whether it was added, its text.

    The name is empty if no definition is seen, or if the line leads up to a new one. A removed line has the number of the
    line in its place.

    `code` and `was` are the lines after and before the change by number, without comments. Added lines directly before a
    new definition (decorators, blank lines) belong to it, not to its neighbour above. A line indented no deeper than the
    definition above it ends that definition.
    """
    joint = "::" if language in {"rust", "c"} else "."
    owner, owner_indent, name, name_indent = "", -1, "", -1
    heading = _read(hunk.heading, language)
    if heading:
        kind, said, name_indent = heading
        owner, owner_indent, name = (said, name_indent, said) if kind == "owner" else ("", -1, said)
    is_seen = False
    texts = [was.get(line.old or 0, "") if line.new is None else code.get(line.new, "") for line in hunk.lines]
    places = _places(hunk)
    for index, line in enumerate(hunk.lines):
        text = texts[index]
        found = _read(text, language) if text.strip() else None
        is_defined = False
        if found:
            kind, said, indent = found
            is_deep = (
                language == "python" and bool(owner) and indent > owner_indent + _METHOD
            )  # belongs to a method above the hunk
            is_local = kind != "owner" and ((is_seen and name != owner and indent > name_indent >= 0) or is_deep)
            if kind == "owner":
                owner, owner_indent, name, name_indent = said, indent, said, indent
            elif not is_local:
                name = f"{owner}{joint}{said}" if owner and indent > owner_indent else said
                name_indent = indent
            is_seen = True  # a hunk heading's indentation is unknown
            is_defined = line.added and not is_local
        elif text.strip() and text.lstrip()[:1] not in _GOES_ON:
            indent = len(text) - len(text.lstrip())
            if owner and indent <= owner_indent:
                owner, owner_indent, name, name_indent = "", -1, "", -1
            elif name != owner and indent <= name_indent:
                name, name_indent = owner, owner_indent
        is_before_new = line.added and not found and _leads_to_definition(hunk, texts, index, language)
        if (line.added or line.removed) and text.strip():
            is_deeper = name == owner != "" and len(text) - len(text.lstrip()) > owner_indent + _METHOD
            is_unseen = language == "python" and is_deeper and not found  # in a method that starts above the hunk
            yield "" if is_before_new or is_unseen else name, places[index], is_defined, text
        if language != "python" and text.lstrip()[:1] == "}" and len(text) - len(text.lstrip()) <= name_indent:
            name, name_indent = (owner, owner_indent) if name != owner else ("", -1)


def _places(hunk: Hunk) -> list[int]:
    """The number, after the change, of each line or of the next one still there; at the hunk's end, of the last one."""
    last = max((line.new for line in hunk.lines if line.new), default=0)
    places, following = [0] * len(hunk.lines), last
    for index in range(len(hunk.lines) - 1, -1, -1):
        following = hunk.lines[index].new or following
        places[index] = following
    return places


def _leads_to_definition(hunk: Hunk, texts: list[str], index: int, language: str) -> bool:
    """Whether the added line opens a block that ends in a new definition: decorators, attributes, nothing else."""
    for line, text in zip(hunk.lines[index:], texts[index:], strict=True):
        if not line.added:
            return False
        if _read(text, language):
            return True
        if text.strip() and not text.lstrip().startswith(
            ("@", "#[", "[[", "template", "export", "pub", "static", "__")
        ):
            return False
    return False


def _read(text: str, language: str) -> tuple[str, str, int] | None:
    """What a line defines: an owner of others or a function, its name, and its indentation; None for nothing."""
    indent = len(text) - len(text.lstrip())
    if language == "rust" and (found := _PATTERNS.rust_impl.match(text)):
        return "owner", found["name"], indent
    if language == "go" and (found := _PATTERNS.go_method.match(text)):
        return "function", f"{found['owner']}.{found['name']}", indent
    found = defined_in(text)
    if found and language == "c" and not _PATTERNS.c_owner.match(text, found.end()):
        found = None  # `struct page *first;` names the type of something else
    if found and found["keyword"] not in {"impl", "namespace"}:
        return ("owner" if found["keyword"] in _OWNERS else "function"), found["name"], indent
    if (
        language == "c"
        and not indent
        and not text.rstrip().endswith(";")
        and (found := _PATTERNS.c_function.match(text))
    ):
        return (
            None
            if found["name"] in _NO_FUNCTION or found["name"].startswith("__")
            else ("function", found["name"], indent)
        )
    return None
