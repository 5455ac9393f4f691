"""Values that apply unless set: fields, parameters, configuration files; and constants, which nobody can set."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from analysis.commits.file_kinds import FileKind
from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile, Mention, View, new_values, only_in
from analysis.facts.syntax.code import literal
from analysis.facts.syntax.defaulting import set_by_code
from analysis.facts.syntax.documented import Documentation, is_described
from analysis.facts.syntax.fields import fields
from analysis.facts.syntax.headers import header_defaults
from analysis.facts.syntax.offers import is_open, is_open_path
from analysis.facts.syntax.python_defaults import (
    CONSTANT,
    INHERITED,
    KEY,
    PARAMETER,
    REQUIRED,
    SETTING,
    constant,
    defined,
    is_called_default,
    python_defaults,
)
from analysis.facts.syntax.selections import selections
from analysis.facts.syntax.settings import settings
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)

_PROTO = ".proto"
_MOST_PER_FILE = 200
"""A limit against hostile commits: texts count these facts, so a lower one would make their numbers wrong."""


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find values that changed and settings that were added or removed."""
    product = [file for file in files if file.is_product and not _is_wording(file)]
    before: list[Mention] = []
    after: list[Mention] = []
    for file in product:
        before += _told_apart(file, [mention for old, _ in file.views for mention in values(file, old)])
        after += _told_apart(file, [mention for _, new in file.views for mention in values(file, new)])
    found = [
        Fact(_kind_of_change(new), new.name, new.path, new.line, old.value, new.value)
        for old, new in new_values(before, after)
        if "(" not in new.name or is_open_path(new.path)  # nobody relies on a private function's defaults
    ]
    whole = {file.path for file in product if file.change.status in {"added", "removed"}}
    documentation = Documentation(files)
    for kind, these, those in ((FactKind.CONFIG_ADDED, after, before), (FactKind.CONFIG_REMOVED, before, after)):
        is_added = kind is FactKind.CONFIG_ADDED
        marks = {SETTING, KEY, INHERITED} if is_added else {SETTING}
        for mention in only_in((mention for mention in these if mention.detail in marks), those):
            if mention.path in whole:  # what a new file contains is part of it
                continue
            if mention.detail == KEY and (
                _is_named(mention, product, after=not is_added) or not documentation.names(mention.name)
            ):
                continue  # one more lookup of a key is nothing new to those who set it
            value = "" if mention.path.endswith(_PROTO) else mention.value
            was, now = ("", value) if is_added else (value, "")
            found.append(Fact(kind, mention.name, mention.path, mention.line, was, now))
    found = [fact for fact in found if not _moved(fact, found)]
    found += [
        Fact(FactKind.SELECTION_CHANGED, new.name, new.path, new.line, old.value, new.value)
        for old, new in new_values(
            *(
                [
                    one
                    for file in product
                    if file.language == "python"
                    for view in side(file)
                    for one in selections(file.path, view)
                ]
                for side in (_old, _new)
            )
        )
    ]
    found += _parameters(before, after, files, documentation)
    for file in product:
        yield from [fact for fact in found if fact.path == file.path][:_MOST_PER_FILE]


def _old(file: ChangedFile) -> Iterator[View]:
    return (old for old, _ in file.views)


def _new(file: ChangedFile) -> Iterator[View]:
    return (new for _, new in file.views)


def _kind_of_change(new: Mention) -> FactKind:
    if new.path.endswith(_PROTO) or (new.detail == CONSTANT and _PATTERNS.format.search(new.name)):
        return FactKind.FORMAT_CHANGED
    if new.detail == REQUIRED or (new.detail in {CONSTANT, ""} and _PATTERNS.least.search(new.name)):
        return FactKind.REQUIREMENT_CHANGED
    return FactKind.CONSTANT_CHANGED if new.detail == CONSTANT else FactKind.DEFAULT_CHANGED


def _moved(fact: Fact, found: Sequence[Fact]) -> bool:
    """Whether a field removed from one type now belongs to another type in the file, which the first one may extend."""
    field = fact.name.rpartition(".")[2]
    return fact.kind is FactKind.CONFIG_REMOVED and any(
        other.kind is FactKind.CONFIG_ADDED and other.path == fact.path and other.name.rpartition(".")[2] == field
        for other in found
    )


def _is_named(mention: Mention, files: Sequence[ChangedFile], *, after: bool) -> bool:
    """Whether a key appears in quotes on that side of the commit, whatever looks it up there."""
    key = mention.name.partition(".")[2]
    return any(
        f'"{key}"' in view.code or f"'{key}'" in view.code for file in files for view in (_new if after else _old)(file)
    )


def _parameters(
    before: Sequence[Mention], after: Sequence[Mention], files: Sequence[ChangedFile], documentation: Documentation
) -> Iterator[Fact]:
    """New parameters of public Python functions, if a docstring or the documentation describes them."""
    paths = {file.path: file for file in files if is_open(file) and file.change.status == "modified"}
    for one in only_in((one for one in after if one.detail == PARAMETER), before):
        name = one.name.partition("(")[2].partition("=")[0]
        if one.path in paths and (documentation.names(name) or is_described(name, paths[one.path])):
            yield Fact(FactKind.NAME_ADDED, one.name, one.path, one.line, after=one.value)


def is_compiled_in(name: str) -> bool:
    """Whether a default of this name is a constant called a default: nobody can set it back."""
    return bool(_PATTERNS.constant_name.fullmatch(name) and is_called_default(name))


def _is_wording(file: ChangedFile) -> bool:
    """Whether it is a file of sentences, perhaps translations: other wording is not another default."""
    return file.language in {"json", "toml", "yaml"} and bool(_PATTERNS.wording.search(f"/{file.path.lower()}"))


def _told_apart(file: ChangedFile, found: list[Mention]) -> list[Mention]:
    """Leave out keys that occur more than once in a JSON file: columns of a table whose rows the hunks do not distinguish."""
    if file.language != "json":
        return found
    often = Counter(mention.name for mention in found)
    return [mention for mention in found if often[mention.name] == 1]


def values(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find everything that has a value in a file, with the value as written; the detail says whether people set it."""
    find = _BY_LANGUAGE.get(file.language)
    if find:
        yield from find(file.path, view)
        yield from header_defaults(file, view)
        yield from fields(file, view, KEY if file.language == "python" else SETTING)
    elif file.language == "proto":
        yield from fields(file, view, SETTING)
    elif file.kind is FileKind.PRODUCTION and _PATTERNS.holds_defaults.search(file.path):
        for name, value, line, changed, is_setting in settings(file.language, view):
            yield Mention(name, file.path, line, value, SETTING if is_setting else "", changed=changed)


def _constants(path: str, view: View) -> Iterator[Mention]:
    for number, text, changed in view.lines():
        if found := _PATTERNS.macro.match(text) or defined(text):
            yield from constant(path, number, found["name"], found["value"], changed=changed)


def _go(path: str, view: View) -> Iterator[Mention]:
    in_block = bool(_PATTERNS.go_block.match(view.heading))
    for number, text, changed in view.lines():
        if text[:1].strip():
            in_block = bool(_PATTERNS.go_block.match(text))
        if (found := _PATTERNS.go_constant.match(text)) and (in_block or not text.startswith("\t")):
            yield from constant(path, number, found["name"], found["value"], changed=changed)
    yield from set_by_code(path, "go", view)


def _rust(path: str, view: View) -> Iterator[Mention]:
    heading = _PATTERNS.rust_default.match(view.heading)
    owner = heading[1] if heading else ""
    for number, text, changed in view.lines():
        if found := _PATTERNS.rust_constant.match(text):
            yield from constant(path, number, found["name"], found["value"], changed=changed)
        elif found := _PATTERNS.rust_default.match(text):
            owner = found[1]
        elif text[:1].strip():
            owner = ""
        elif owner and (found := _PATTERNS.rust_field.match(text)) and (value := literal(found["value"])):
            yield Mention(f"{owner}.{found['name']}", path, number, value, changed=changed)
    yield from set_by_code(path, "rust", view)


def _javascript(path: str, view: View) -> Iterator[Mention]:
    yield from _constants(path, view)
    yield from set_by_code(path, "javascript", view)


def _cmake(path: str, view: View) -> Iterator[Mention]:
    for number, text, changed in view.lines():
        if found := _PATTERNS.option.match(text) or _PATTERNS.cached.match(text):
            yield Mention(found["name"], path, number, found["value"], SETTING, changed=changed)
        elif found := _PATTERNS.architectures.match(text):
            yield Mention(found["name"], path, number, found["value"], changed=changed)


def _docker(path: str, view: View) -> Iterator[Mention]:
    for number, text, changed in view.lines():
        if found := _PATTERNS.image_value.match(text):
            yield Mention(found["name"], path, number, found["value"].strip("\"'"), changed=changed)
        elif found := _PATTERNS.image_run.match(text):
            yield Mention(found["name"], path, number, found["value"], changed=changed)


_BY_LANGUAGE: dict[str, Callable[[str, View], Iterator[Mention]]] = {
    "python": python_defaults,
    "rust": _rust,
    "c": _constants,
    "go": _go,
    "cmake": _cmake,
    "docker": _docker,
    "javascript": _javascript,
}
