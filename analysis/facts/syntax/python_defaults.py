"""Values that Python's classes and functions have where nobody says otherwise, and the settings among them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.facts.syntax.changed import Mention, View
from analysis.facts.syntax.code import arguments, assignment, call_text, default_of, depth_of, literal
from analysis.facts.syntax.defaulting import duration

_CLASS = re.compile(r"^(?P<indent>\s*)class\s+(?P<name>\w+)(?P<rest>.*)$")
_DEF = re.compile(r"^(?P<indent>\s*)(?:async\s+)?def\s+(?P<name>\w+)\s*(?=\()")
_FIELD = re.compile(r"(?P<name>[A-Za-z]\w*)\s*:\s*(?P<type>\S.*)")
_PLAIN_FIELD = re.compile(r"[A-Za-z]\w*")
_PARAMETER = re.compile(r"(?P<name>\w+)\s*(?P<typed>:.*)?", re.DOTALL)
DEFINED = re.compile(
    r"^(?:export\s+)?(?:(?:static|inline|constexpr|const|final|let|var)\s+){0,4}(?:(?:unsigned\s+)?[\w:<>]{1,80}[*&]?\s+)?"
    r"(?P<name>[A-Z][A-Z0-9_]{2,}|k[A-Z]\w*)(?:\[\])?\s{0,20}(?::[^=]{1,80})?=\s{0,20}(?P<value>[^=\s].*)$"
)
_SETTINGS_CLASS = re.compile(
    r"(?:Config|Configuration|Args|Arguments|Params|Parameters|Settings|Options|Request|Response|ReqInput)$"
)
_SETTINGS_BASE = re.compile(r"\bBaseModel\b|\bBaseSettings\b")
_NO_SETTINGS_BASE = re.compile(r"Enum\b|Flag\b|Error\b|Exception\b|Protocol\b|TypedDict\b|NamedTuple\b")
_BASES = re.compile(r"(?<![\w=])(?!Base)\w+(?=[,)\[])")
_OPEN_FIELD = re.compile(r"=\s*(?:\w+\.)?[Ff]ield\($")
_TWO = re.compile(r"^  (?=\S)", re.MULTILINE)
_NOT_A_FIELD = {"else", "try", "finally", "return", "lambda", "case", "default", "pass", "global", "import", "raise"}
_RELEASES = re.compile(r"(?:__)?VERSION(?:__)?|COMMIT|REVISION")
CALLED_DEFAULT = re.compile(r"(?:^|_)DEFAULT|(?:^k?|[a-z])Default(?![a-z])")
_VERSION_CALL = re.compile(
    r"\b(?:\w*(?:require|check|assert|least|min)\w*version\w*|\w*version\w*(?:least|min|check)\w*)\(\s*[\"'](?P<name>[A-Za-z][\w.-]*)[\"']\s*,\s*(?P<value>[\"'][<>=~]*\d[\w.]*[\"'])"
)
_PYTHON_ITSELF = re.compile(r"\b(?P<name>sys\.version_info)\s*(?:<|>=)\s*(?P<value>\(3,\s*\d+\))")

SETTING, INHERITED, KEY = "setting", "inherited", "key"
CONSTANT, PARAMETER, REQUIRED = "constant", "parameter", "required"
"""Mark a mention of what people set, in difference to what merely has a value (the other class may have it as well), of a key
that is looked up, of what is compiled in, of a parameter of a function that was there before, and of a least version."""


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
        self.unit = 2 if _TWO.search(view.code) else 4

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
        detail = "" if function.is_new or (owner and owner.is_new) else PARAMETER
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
            detail = (INHERITED if owner.inherits else SETTING) if is_setting else ""
            value = default_of(right)
            yield Mention(name, self.path, number, value, CONSTANT if left.isupper() else detail, changed=changed)

    def _outside(self, number: int, text: str, indent: int, *, changed: bool) -> Iterator[Mention]:
        if indent == 0:
            if found := DEFINED.match(text):
                yield from constant(self.path, number, found["name"], found["value"], changed=changed)
            return
        # A line of a signature whose `def` is above the hunk: only a parameter has a type, a value and a comma.
        left, right = assignment(text)
        found = _FIELD.fullmatch(left)
        if found and right.endswith(",") and not self.blocks and (value := literal(right)):
            yield Mention(found["name"], self.path, number, value, changed=changed)


def python_defaults(path: str, view: View) -> Iterator[Mention]:
    """Find fields, parameters, constants and least versions of a fragment of Python, each with its value as written."""
    yield from _Python(path, view).mentions()
    if "version" in view.code:
        for pattern in (_VERSION_CALL, _PYTHON_ITSELF):
            for found in pattern.finditer(view.code):
                yield view.mention(found["name"], path, found.start("name"), found["value"], REQUIRED)


def constant(path: str, number: int, name: str, value: str, *, changed: bool) -> Iterator[Mention]:
    """Yield a definition of a plain value, marked as a constant unless its name calls it a default."""
    if not _RELEASES.fullmatch(name) and (plain := literal(value) or duration(value)):
        detail = "" if CALLED_DEFAULT.search(name) else CONSTANT
        yield Mention(name, path, number, plain, detail, changed=changed)
