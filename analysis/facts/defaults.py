"""Values that hold when nobody sets them: fields, parameters, configuration files; and constants, that nobody can set."""

import re
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
    CALLED_DEFAULT,
    CONSTANT,
    DEFINED,
    INHERITED,
    KEY,
    PARAMETER,
    REQUIRED,
    SETTING,
    constant,
    python_defaults,
)
from analysis.facts.syntax.selections import selections
from analysis.facts.syntax.settings import settings

_MACRO = re.compile(r"^#\s{0,8}define\s{1,20}(?P<name>[A-Z][A-Z0-9_]{2,})\s{1,40}(?P<value>\S.*)$")
_GO_CONSTANT = re.compile(
    r"^(?:(?:const|var)\s+|\t)(?P<name>[A-Z]\w*)(?:\s+[\w.]{1,40})?\s{0,40}=\s{0,20}(?P<value>[^=\s].*)$"
)
_GO_BLOCK = re.compile(r"^(?:const|var) \($")
_RUST_CONSTANT = re.compile(
    r"^\s*(?:pub(?:\([^)]*\))?\s+)?(?:const|static)\s+(?P<name>[A-Z]\w*)\s*:[^=]+=\s*(?P<value>[^;]+)"
)
_RUST_DEFAULT = re.compile(r"^impl(?:<[^>]*>)?\s+Default\s+for\s+(\w+)")
_RUST_FIELD = re.compile(r"^\s{8,}(?P<name>[a-z]\w*):\s*(?P<value>\S.*)$")

_OPTION = re.compile(
    r"^\s*option\(\s*(?P<name>[A-Za-z]\w*)\s+\"[^\"\n]*\"\s+(?P<value>ON|OFF|TRUE|FALSE)\s*\)", re.IGNORECASE
)
_CACHED = re.compile(
    r"^\s*set\(\s*(?P<name>(?!CMAKE_)[A-Za-z]\w*)\s+(?P<value>\"[^\"\n$]*\"|[^\s\"$]+)\s+CACHE\s+(?:BOOL|STRING|PATH|FILEPATH)\b"
)
_IMAGE_VALUE = re.compile(
    r"^(?:ARG|ENV)\s+(?P<name>[A-Za-z]\w*?)(?<!VERSION)(?<!TAG)(?<!COMMIT)(?<!_REV)(?<!_REF)(?<!BRANCH)(?:=|\s+)(?P<value>\"[^\"\n$]*\"|[^\s\"'$=]+)\s*$"
)
_ARCHITECTURES = re.compile(
    r"^\s*set\(\s*(?P<name>CMAKE_(?:CUDA|HIP)_ARCHITECTURES)\s+\"?(?P<value>\w[\w.;+ -]*?)\"?\s*(?:CACHE\b[^)]*)?\)",
    re.IGNORECASE,
)
_IMAGE_RUN = re.compile(r"^(?P<name>ENTRYPOINT|EXPOSE)\s+(?P<value>[^\s$\\][^$\\]*?)\s*$")
_CONSTANT_NAME = re.compile(r"[A-Z]\w*|k[A-Z]\w*")
_FORMAT = re.compile(
    r"(?:FORMAT|SCHEMA|PROTOCOL|WIRE|SNAPSHOT|INDEX|DB|STORE|STORAGE|FILE|LAYOUT|RDB)_?VERSION$|(?:^|_)MAGIC(?:_(?:NUMBER|BYTES))?$"
    r"|(?:Format|Schema|Protocol|Wire|Snapshot|Storage|Layout)Version$"
)
_LEAST = re.compile(r"(?:^|_)MIN(?:IMUM)?_(?:\w+_)?VERSION$|_MIN(?:IMUM)?_VERSION$|^(?:k?[Mm]in(?:imum)?\w*Version)$")
_PROTO = ".proto"
_MOST_PER_FILE = 6
_HOLDS_DEFAULTS = re.compile(
    r"(?:^|/)(?:conf|configs?|defaults?|settings|charts?|helm)/(?!(?:.*/)?crds?/|(?:.*/)?[^/]*(?:schema|metadata|openapi)[^/]*$)|(?:^|/)[^/]*defaults?[^/]*$|(?:^|/)values[^/]*\.ya?ml$",
    re.IGNORECASE,
)
"""Data files that say what holds when nobody says otherwise; any other may be a table, a tool's own settings, a dashboard."""
_WORDING = re.compile(r"/(?:locales?|i18n|l10n|translations?|langs?|wording|strings)(?:[/._-]|$)")


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find values that changed and settings that came or went."""
    product = [file for file in files if file.is_product and not _is_wording(file)]
    before: list[Mention] = []
    after: list[Mention] = []
    for file in product:
        before += _told_apart(file, [mention for old, _ in file.views for mention in values(file, old)])
        after += _told_apart(file, [mention for _, new in file.views for mention in values(file, new)])
    found = [
        Fact(_kind_of_change(new), new.name, new.path, new.line, old.value, new.value)
        for old, new in new_values(before, after)
        if "(" not in new.name or is_open_path(new.path)  # a private function's parameters are nobody's defaults
    ]
    whole = {file.path for file in product if file.change.status in {"added", "removed"}}
    documentation = Documentation(files)
    for kind, these, those in ((FactKind.CONFIG_ADDED, after, before), (FactKind.CONFIG_REMOVED, before, after)):
        is_added = kind is FactKind.CONFIG_ADDED
        marks = {SETTING, KEY, INHERITED} if is_added else {SETTING}
        for mention in only_in((mention for mention in these if mention.detail in marks), those):
            if mention.path in whole:  # what a new file holds is part of what it is
                continue
            if mention.detail == KEY and (
                _is_named(mention, product, after=not is_added) or not documentation.names(mention.name)
            ):
                continue  # one more place that looks a key up is nothing new to whoever sets it
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
        # A file of tuned numbers changes in dozens of places; that is one thing to know, and its first ones show it.
        yield from [fact for fact in found if fact.path == file.path][:_MOST_PER_FILE]


def _old(file: ChangedFile) -> Iterator[View]:
    return (old for old, _ in file.views)


def _new(file: ChangedFile) -> Iterator[View]:
    return (new for _, new in file.views)


def _kind_of_change(new: Mention) -> FactKind:
    if new.path.endswith(_PROTO) or (new.detail == CONSTANT and _FORMAT.search(new.name)):
        return FactKind.FORMAT_CHANGED
    if new.detail == REQUIRED or (new.detail in {CONSTANT, ""} and _LEAST.search(new.name)):
        return FactKind.REQUIREMENT_CHANGED
    return FactKind.CONSTANT_CHANGED if new.detail == CONSTANT else FactKind.DEFAULT_CHANGED


def _moved(fact: Fact, found: Sequence[Fact]) -> bool:
    """Whether a field that is gone from one type of a file is another type's there now, which may be what the first one extends."""
    field = fact.name.rpartition(".")[2]
    return fact.kind is FactKind.CONFIG_REMOVED and any(
        other.kind is FactKind.CONFIG_ADDED and other.path == fact.path and other.name.rpartition(".")[2] == field
        for other in found
    )


def _is_named(mention: Mention, files: Sequence[ChangedFile], *, after: bool) -> bool:
    """Whether a key stands on that side of the commit in quotes, whatever looks it up there."""
    key = mention.name.partition(".")[2]
    return any(
        f'"{key}"' in view.code or f"'{key}'" in view.code for file in files for view in (_new if after else _old)(file)
    )


def _parameters(
    before: Sequence[Mention], after: Sequence[Mention], files: Sequence[ChangedFile], documentation: Documentation
) -> Iterator[Fact]:
    """New parameters of Python's public functions, where a docstring or the documentation describes them."""
    paths = {file.path: file for file in files if is_open(file) and file.change.status == "modified"}
    for one in only_in((one for one in after if one.detail == PARAMETER), before):
        name = one.name.partition("(")[2].partition("=")[0]
        if one.path in paths and (documentation.names(name) or is_described(name, paths[one.path])):
            yield Fact(FactKind.NAME_ADDED, one.name, one.path, one.line, after=one.value)


def is_compiled_in(name: str) -> bool:
    """Whether a default of this name is a constant's that is called one: nobody can set it to what it was."""
    return bool(_CONSTANT_NAME.fullmatch(name) and CALLED_DEFAULT.search(name))


def _is_wording(file: ChangedFile) -> bool:
    """Whether it is a file of sentences, perhaps translated: other words are no other default."""
    return file.language in {"json", "toml", "yaml"} and bool(_WORDING.search(f"/{file.path.lower()}"))


def _told_apart(file: ChangedFile, found: list[Mention]) -> list[Mention]:
    """Leave out of a JSON file what stands in it more than once: a column of a table whose rows the hunks do not tell apart."""
    if file.language != "json":
        return found
    often = Counter(mention.name for mention in found)
    return [mention for mention in found if often[mention.name] == 1]


def values(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find what has a value in a file, each with it as written; the detail says whether people set it."""
    find = _BY_LANGUAGE.get(file.language)
    if find:
        yield from find(file.path, view)
        yield from header_defaults(file, view)
        yield from fields(file, view, KEY if file.language == "python" else SETTING)
    elif file.language == "proto":
        yield from fields(file, view, SETTING)
    elif file.kind is FileKind.PRODUCTION and _HOLDS_DEFAULTS.search(file.path):
        for name, value, line, changed, is_setting in settings(file.language, view):
            yield Mention(name, file.path, line, value, SETTING if is_setting else "", changed=changed)


def _constants(path: str, view: View) -> Iterator[Mention]:
    for number, text, changed in view.lines():
        if found := _MACRO.match(text) or DEFINED.match(text):
            yield from constant(path, number, found["name"], found["value"], changed=changed)


def _go(path: str, view: View) -> Iterator[Mention]:
    in_block = bool(_GO_BLOCK.match(view.heading))
    for number, text, changed in view.lines():
        if text[:1].strip():
            in_block = bool(_GO_BLOCK.match(text))
        if (found := _GO_CONSTANT.match(text)) and (in_block or not text.startswith("\t")):
            yield from constant(path, number, found["name"], found["value"], changed=changed)
    yield from set_by_code(path, "go", view)


def _rust(path: str, view: View) -> Iterator[Mention]:
    heading = _RUST_DEFAULT.match(view.heading)
    owner = heading[1] if heading else ""
    for number, text, changed in view.lines():
        if found := _RUST_CONSTANT.match(text):
            yield from constant(path, number, found["name"], found["value"], changed=changed)
        elif found := _RUST_DEFAULT.match(text):
            owner = found[1]
        elif text[:1].strip():
            owner = ""
        elif owner and (found := _RUST_FIELD.match(text)) and (value := literal(found["value"])):
            yield Mention(f"{owner}.{found['name']}", path, number, value, changed=changed)
    yield from set_by_code(path, "rust", view)


def _javascript(path: str, view: View) -> Iterator[Mention]:
    yield from _constants(path, view)
    yield from set_by_code(path, "javascript", view)


def _cmake(path: str, view: View) -> Iterator[Mention]:
    for number, text, changed in view.lines():
        if found := _OPTION.match(text) or _CACHED.match(text):
            yield Mention(found["name"], path, number, found["value"], SETTING, changed=changed)
        elif found := _ARCHITECTURES.match(text):
            yield Mention(found["name"], path, number, found["value"], changed=changed)


def _docker(path: str, view: View) -> Iterator[Mention]:
    for number, text, changed in view.lines():
        if found := _IMAGE_VALUE.match(text):
            yield Mention(found["name"], path, number, found["value"].strip("\"'"), changed=changed)
        elif found := _IMAGE_RUN.match(text):
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
