"""Values that hold when nobody sets them: fields, parameters, configuration files; and constants, that nobody can set."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from analysis.facts.changed import ChangedFile, Mention, View, new_values, only_in
from analysis.facts.code import arguments, assignment, call_text, default_of, depth_of, literal
from analysis.facts.defaulting import duration, set_by_code
from analysis.facts.documented import Documentation, is_described
from analysis.facts.fact import Fact, FactKind
from analysis.facts.fields import fields
from analysis.facts.headers import header_defaults
from analysis.facts.offers import is_open
from analysis.facts.selections import selections
from analysis.facts.settings import settings
from analysis.paths import FileKind

_CLASS = re.compile(r"^(?P<indent>\s*)class\s+(?P<name>\w+)(?P<rest>.*)$")
_DEF = re.compile(r"^(?P<indent>\s*)(?:async\s+)?def\s+(?P<name>\w+)\s*(?=\()")
_FIELD = re.compile(r"(?P<name>[A-Za-z]\w*)\s*:\s*(?P<type>\S.*)")
_PLAIN_FIELD = re.compile(r"[A-Za-z]\w*")
_PARAMETER = re.compile(r"(?P<name>\w+)\s*(?P<typed>:.*)?", re.DOTALL)
_DEFINED = re.compile(
    r"^(?:export\s+)?(?:(?:static|inline|constexpr|const|final|let|var)\s+){0,4}(?:(?:unsigned\s+)?[\w:<>]{1,80}[*&]?\s+)?"
    r"(?P<name>[A-Z][A-Z0-9_]{2,}|k[A-Z]\w*)(?:\[\])?\s{0,20}(?::[^=]{1,80})?=\s{0,20}(?P<value>[^=\s].*)$"
)
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
_SETTINGS_CLASS = re.compile(
    r"(?:Config|Configuration|Args|Arguments|Params|Parameters|Settings|Options|Request|Response|ReqInput)$"
)
_SETTINGS_BASE = re.compile(r"\bBaseModel\b|\bBaseSettings\b")
_NO_SETTINGS_BASE = re.compile(r"Enum\b|Flag\b|Error\b|Exception\b|Protocol\b|TypedDict\b|NamedTuple\b")
_BASES = re.compile(r"(?<![\w=])(?!Base)\w+(?=[,)\[])")
_OPEN_FIELD = re.compile(r"=\s*(?:\w+\.)?[Ff]ield\($")
_NOT_A_FIELD = {"else", "try", "finally", "return", "lambda", "case", "default", "pass", "global", "import", "raise"}
_RELEASES = re.compile(r"(?:__)?VERSION(?:__)?|COMMIT|REVISION")
_CALLED_DEFAULT = re.compile(r"(?:^|_)DEFAULT|(?:^k?|[a-z])Default(?![a-z])")
_CONSTANT_NAME = re.compile(r"[A-Z]\w*|k[A-Z]\w*")
_FORMAT = re.compile(
    r"(?:FORMAT|SCHEMA|PROTOCOL|WIRE|SNAPSHOT|INDEX|DB|STORE|STORAGE|FILE|LAYOUT|RDB)_?VERSION$|(?:^|_)MAGIC(?:_(?:NUMBER|BYTES))?$"
    r"|(?:Format|Schema|Protocol|Wire|Snapshot|Storage|Layout)Version$"
)
_LEAST = re.compile(r"(?:^|_)MIN(?:IMUM)?_(?:\w+_)?VERSION$|_MIN(?:IMUM)?_VERSION$|^(?:k?[Mm]in(?:imum)?\w*Version)$")
_VERSION_CALL = re.compile(
    r"\b(?:\w*(?:require|check|assert|least|min)\w*version\w*|\w*version\w*(?:least|min|check)\w*)\(\s*[\"'](?P<name>[A-Za-z][\w.-]*)[\"']\s*,\s*(?P<value>[\"'][<>=~]*\d[\w.]*[\"'])"
)
_PYTHON_ITSELF = re.compile(r"\b(?P<name>sys\.version_info)\s*(?:<|>=)\s*(?P<value>\(3,\s*\d+\))")
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
        before += _told_apart(file, [mention for old, _ in file.views for mention in _definitions(file, old)])
        after += _told_apart(file, [mention for _, new in file.views for mention in _definitions(file, new)])
    found = [
        Fact(_kind_of_change(new), new.name, new.path, new.line, old.value, new.value)
        for old, new in new_values(before, after)
    ]
    whole = {file.path for file in product if file.change.status in {"added", "removed"}}
    documentation = Documentation(files)
    for kind, these, those in ((FactKind.CONFIG_ADDED, after, before), (FactKind.CONFIG_REMOVED, before, after)):
        is_added = kind is FactKind.CONFIG_ADDED
        marks = {_SETTING, _KEY, _INHERITED} if is_added else {_SETTING}
        for mention in only_in((mention for mention in these if mention.detail in marks), those):
            if mention.path in whole:  # what a new file holds is part of what it is
                continue
            if mention.detail == _KEY and (
                _is_named(mention, product, after=not is_added) or not documentation.names(mention.name)
            ):
                continue  # one more place that looks a key up is nothing new to whoever sets it
            value = "" if mention.path.endswith(_PROTO) else mention.value
            was, now = ("", value) if is_added else (value, "")
            found.append(Fact(kind, mention.name, mention.path, mention.line, was, now))
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
    if new.path.endswith(_PROTO) or (new.detail == _CONSTANT and _FORMAT.search(new.name)):
        return FactKind.FORMAT_CHANGED
    if new.detail == _REQUIRED or (new.detail in {_CONSTANT, ""} and _LEAST.search(new.name)):
        return FactKind.REQUIREMENT_CHANGED
    return FactKind.CONSTANT_CHANGED if new.detail == _CONSTANT else FactKind.DEFAULT_CHANGED


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
    for one in only_in((one for one in after if one.detail == _PARAMETER_OF_OLD), before):
        name = one.name.partition("(")[2].partition("=")[0]
        if one.path in paths and (documentation.names(name) or is_described(name, paths[one.path])):
            yield Fact(FactKind.NAME_ADDED, one.name, one.path, one.line, after=one.value)


def is_compiled_in(name: str) -> bool:
    """Whether a default of this name is a constant's that is called one: nobody can set it to what it was."""
    return bool(_CONSTANT_NAME.fullmatch(name) and _CALLED_DEFAULT.search(name))


def _is_wording(file: ChangedFile) -> bool:
    """Whether it is a file of sentences, perhaps translated: other words are no other default."""
    return file.language in {"json", "toml", "yaml"} and bool(_WORDING.search(f"/{file.path.lower()}"))


def _told_apart(file: ChangedFile, found: list[Mention]) -> list[Mention]:
    """Leave out of a JSON file what stands in it more than once: a column of a table whose rows the hunks do not tell apart."""
    if file.language != "json":
        return found
    often = Counter(mention.name for mention in found)
    return [mention for mention in found if often[mention.name] == 1]


_SETTING, _INHERITED, _KEY, _CONSTANT, _PARAMETER_OF_OLD, _REQUIRED = (
    "setting",
    "inherited",
    "key",
    "constant",
    "parameter",
    "required",
)
"""Mark a mention of what people set, in difference to what merely has a value (the other class may have it as well), of a key
that is looked up, of what is compiled in, of a parameter of a function that was there before, and of a least version."""


def _definitions(file: ChangedFile, view: View) -> Iterator[Mention]:
    find = _BY_LANGUAGE.get(file.language)
    if find:
        yield from find(file.path, view)
        yield from header_defaults(file, view)
        yield from fields(file, view, _KEY if file.language == "python" else _SETTING)
    elif file.language == "proto":
        yield from fields(file, view, _SETTING)
    elif file.kind is FileKind.PRODUCTION and _HOLDS_DEFAULTS.search(file.path):
        for name, value, line, changed, is_setting in settings(file.language, view):
            yield Mention(name, file.path, line, value, _SETTING if is_setting else "", changed=changed)


@dataclass(slots=True)
class _Block:
    """A class or function that the lines below are in.

    Attributes:
        is_new: its own line is not on the other side.
        holds: it is a class whose fields people set.
        inherits: it has fields from another such class, so that one less here may only be one not set anew.
        has_fields: it is a class in which a value stands for what holds when nobody sets it.
    """

    name: str
    indent: int
    is_new: bool = False
    is_class: bool = False
    holds: bool = False
    inherits: bool = False
    has_fields: bool = False


class _Python:
    """Reads the lines of a Python fragment and keeps in mind which class and which function they are in."""

    def __init__(self, path: str, view: View) -> None:
        self.path, self.view = path, view
        self.blocks: list[_Block] = []
        self.depth = 0  # parentheses of a signature that are open
        self._open(view.heading, is_new=False)
        self.is_sure = False  # whether the signature's own line is in the hunk
        self.unit = 2 if any(text[:2] == "  " and text[2:3].strip() for _, text, _ in view.lines()) else 4

    def _open(self, text: str, *, is_new: bool) -> bool:
        """Enter the class or function that a line begins, if it begins one."""
        if found := _CLASS.match(text):
            has_fields = not _NO_SETTINGS_BASE.search(found["rest"])
            holds = bool(_SETTINGS_CLASS.search(found["name"]) or _SETTINGS_BASE.search(found["rest"]))
            indent = len(found["indent"])
            inherits = any(_SETTINGS_CLASS.search(base) for base in _BASES.findall(found["rest"]))
            self.blocks.append(_Block(found["name"], indent, is_new, True, holds and has_fields, inherits, has_fields))
            return True
        if found := _DEF.match(text):
            self.blocks.append(_Block(found["name"], len(found["indent"]), is_new))
            self.depth, self.is_sure = max(0, text.count("(") - text.count(")")), True
            return True
        return False

    def mentions(self) -> Iterator[Mention]:
        offset = 0
        for number, text, changed in self.view.lines():
            start, offset = offset, offset + len(text) + 1
            stripped = text.strip()
            if not stripped:
                continue
            if self.depth and not (_DEF.match(text) or _CLASS.match(text)) and (self.is_sure or stripped.endswith(",")):
                yield from self._parameter(number, stripped, changed=changed)
                self.depth = max(0, self.depth + text.count("(") - text.count(")"))
                continue
            self.depth = 0
            indent = depth_of(text)
            while self.blocks and indent <= self.blocks[-1].indent and stripped[0] not in ")]}":
                self.blocks.pop()
            if self._open(text, is_new=changed):
                yield from self._signature(number, text, start, changed=changed)
            else:
                if _OPEN_FIELD.search(stripped):
                    stripped += " ".join(call_text(self.view.code, start + len(text.rstrip()) - 1).split()) + ")"
                yield from self._field(number, stripped, indent, changed=changed)

    def _signature(self, number: int, text: str, start: int, *, changed: bool) -> Iterator[Mention]:
        if _DEF.match(text):
            opening = text.index("(")
            inside = text[opening + 1 :] if self.depth else call_text(self.view.code, start + opening)
            for given, _ in arguments(inside):
                yield from self._parameter(number, given, changed=changed)

    def _parameter(self, number: int, text: str, *, changed: bool) -> Iterator[Mention]:
        left, right = assignment(text)
        found = _PARAMETER.fullmatch(left) if right else None
        value = literal(right.rstrip("):, "))
        function = self.blocks[-1] if self.blocks and not self.blocks[-1].is_class else None
        if not found or not value or function is None or not self._is_public():
            return
        if not self.is_sure and not found["typed"]:
            return  # it may as well be the argument of a call in the body
        owner = self.blocks[-2] if len(self.blocks) > 1 and self.blocks[-2].is_class else None
        called = f"{owner.name}.{function.name}" if owner else function.name
        if function.name == "__init__" and owner:
            called = owner.name
        detail = "" if function.is_new or (owner and owner.is_new) else _PARAMETER_OF_OLD
        yield Mention(f"{called}({found['name']}=…)", self.path, number, value, detail, changed=changed)

    def _is_public(self) -> bool:
        names = [block.name for block in self.blocks]
        nested = sum(not block.is_class for block in self.blocks) > 1
        return not nested and not any(name.startswith("_") and name != "__init__" for name in names)

    def _field(self, number: int, text: str, indent: int, *, changed: bool) -> Iterator[Mention]:
        owner = self.blocks[-1] if self.blocks and self.blocks[-1].is_class else None
        left, right = assignment(text)
        if owner is None:
            yield from self._outside(number, text, indent, changed=changed)
            return
        typed = _FIELD.fullmatch(left)
        found = typed or (_PLAIN_FIELD.fullmatch(left) if right else None)
        if not found or not owner.has_fields or not self._is_public():
            return
        name = f"{owner.name}.{typed['name'] if typed else left}"
        if typed and right.endswith(","):  # a parameter of a method whose first line is above the hunk
            yield Mention(name, self.path, number, literal(right), changed=changed)
        elif indent == owner.indent + self.unit and (typed is None or typed["name"] not in _NOT_A_FIELD):
            is_setting = owner.holds and not owner.is_new and bool(typed) and "lambda" not in right
            detail = (_INHERITED if owner.inherits else _SETTING) if is_setting else ""
            value = default_of(right)
            yield Mention(name, self.path, number, value, _CONSTANT if left.isupper() else detail, changed=changed)

    def _outside(self, number: int, text: str, indent: int, *, changed: bool) -> Iterator[Mention]:
        if indent == 0:
            if found := _DEFINED.match(text):
                yield from _constant(self.path, number, found["name"], found["value"], changed=changed)
            return
        # A line of a signature whose `def` is above the hunk: only a parameter has a type, a value and a comma.
        left, right = assignment(text)
        found = _FIELD.fullmatch(left)
        if found and right.endswith(",") and not self.blocks and (value := literal(right)):
            yield Mention(found["name"], self.path, number, value, changed=changed)


def _python(path: str, view: View) -> Iterator[Mention]:
    yield from _Python(path, view).mentions()
    if "version" in view.code:
        for pattern in (_VERSION_CALL, _PYTHON_ITSELF):
            for found in pattern.finditer(view.code):
                yield view.mention(found["name"], path, found.start("name"), found["value"], _REQUIRED)


def _constants(path: str, view: View) -> Iterator[Mention]:
    for number, text, changed in view.lines():
        if found := _MACRO.match(text) or _DEFINED.match(text):
            yield from _constant(path, number, found["name"], found["value"], changed=changed)


def _go(path: str, view: View) -> Iterator[Mention]:
    in_block = bool(_GO_BLOCK.match(view.heading))
    for number, text, changed in view.lines():
        if text[:1].strip():
            in_block = bool(_GO_BLOCK.match(text))
        if (found := _GO_CONSTANT.match(text)) and (in_block or not text.startswith("\t")):
            yield from _constant(path, number, found["name"], found["value"], changed=changed)
    yield from set_by_code(path, "go", view)


def _rust(path: str, view: View) -> Iterator[Mention]:
    heading = _RUST_DEFAULT.match(view.heading)
    owner = heading[1] if heading else ""
    for number, text, changed in view.lines():
        if found := _RUST_CONSTANT.match(text):
            yield from _constant(path, number, found["name"], found["value"], changed=changed)
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
            yield Mention(found["name"], path, number, found["value"], _SETTING, changed=changed)
        elif found := _ARCHITECTURES.match(text):
            yield Mention(found["name"], path, number, found["value"], changed=changed)


def _docker(path: str, view: View) -> Iterator[Mention]:
    for number, text, changed in view.lines():
        if found := _IMAGE_VALUE.match(text):
            yield Mention(found["name"], path, number, found["value"].strip("\"'"), changed=changed)
        elif found := _IMAGE_RUN.match(text):
            yield Mention(found["name"], path, number, found["value"], changed=changed)


def _constant(path: str, number: int, name: str, value: str, *, changed: bool) -> Iterator[Mention]:
    if not _RELEASES.fullmatch(name) and (plain := literal(value) or duration(value)):
        detail = "" if _CALLED_DEFAULT.search(name) else _CONSTANT
        yield Mention(name, path, number, plain, detail, changed=changed)


_BY_LANGUAGE: dict[str, Callable[[str, View], Iterator[Mention]]] = {
    "python": _python,
    "rust": _rust,
    "c": _constants,
    "go": _go,
    "cmake": _cmake,
    "docker": _docker,
    "javascript": _javascript,
}
