"""Default values in Python's classes and functions, and which of them are settings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from analysis.facts.syntax.changed import Mention, View
from analysis.facts.syntax.code import arguments, assignment, call_text, default_of, depth_of, literal
from analysis.facts.syntax.defaulting import duration
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_NOT_A_FIELD = {"else", "try", "finally", "return", "lambda", "case", "default", "pass", "global", "import", "raise"}

SETTING, INHERITED, KEY = "setting", "inherited", "key"
CONSTANT, PARAMETER, REQUIRED = "constant", "parameter", "required"
"""Mark a mention of what people set, as opposed to what merely has a value (the other class may have it as well), of a key
that is looked up, of what is compiled in, of a parameter of an existing function, and of a minimum version."""


@dataclass(slots=True)
class _Block:
    """A class or function that contains the following lines.

    Attributes:
        is_new: its own line is not on the other side.
        holds: it is a class whose fields people set.
        inherits: it inherits fields from another such class, so a field removed here may just no longer be overridden.
        has_fields: it is a class whose values are defaults.
    """

    name: str
    indent: int
    is_new: bool = False
    is_class: bool = False
    holds: bool = False
    inherits: bool = False
    has_fields: bool = False


class _Python:
    """Reads the lines of a Python fragment and keeps track of the class and function they are in."""

    def __init__(self, path: str, view: View) -> None:
        self.path, self.view = path, view
        self.blocks: list[_Block] = []
        self.depth = 0  # open parentheses of a signature
        self._open(view.heading, is_new=False)
        self.is_sure = False  # whether the signature's own line is in the hunk

    @cached_property
    def unit(self) -> int:
        """How far its blocks are indented."""
        return 2 if _PATTERNS.two.search(self.view.code) else 4

    def _open(self, text: str, *, is_new: bool) -> bool:
        """Enter the class or function that a line begins, if it begins one."""
        if found := _PATTERNS.class_head.match(text):
            has_fields = not _PATTERNS.no_settings_base.search(found["rest"])
            holds = bool(
                _PATTERNS.settings_class.search(found["name"]) or _PATTERNS.settings_base.search(found["rest"])
            )
            indent = len(found["indent"])
            inherits = any(_PATTERNS.settings_class.search(base) for base in _PATTERNS.bases.findall(found["rest"]))
            self.blocks.append(_Block(found["name"], indent, is_new, True, holds and has_fields, inherits, has_fields))
            return True
        if found := _PATTERNS.definition.match(text):
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
            if (
                self.depth
                and not (_PATTERNS.definition.match(text) or _PATTERNS.class_head.match(text))
                and (self.is_sure or stripped.endswith(","))
            ):
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
                if _PATTERNS.open_field.search(stripped):
                    stripped += " ".join(call_text(self.view.code, start + len(text.rstrip()) - 1).split()) + ")"
                yield from self._field(number, stripped, indent, changed=changed)

    def _signature(self, number: int, text: str, start: int, *, changed: bool) -> Iterator[Mention]:
        if _PATTERNS.definition.match(text):
            opening = text.index("(")
            inside = text[opening + 1 :] if self.depth else call_text(self.view.code, start + opening)
            for given, _ in arguments(inside):
                yield from self._parameter(number, given, changed=changed)

    def _parameter(self, number: int, text: str, *, changed: bool) -> Iterator[Mention]:
        left, right = assignment(text)
        found = _PATTERNS.parameter.fullmatch(left) if right else None
        value = literal(right.rstrip("):, "))
        function = self.blocks[-1] if self.blocks and not self.blocks[-1].is_class else None
        if not found or not value or function is None or not self._is_public():
            return
        if not self.is_sure and not found["typed"]:
            return  # it may just as well be an argument of a call in the body
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
        typed = _PATTERNS.field.fullmatch(left)
        found = typed or (_PATTERNS.plain_field.fullmatch(left) if right else None)
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
            if found := defined(text):
                yield from constant(self.path, number, found["name"], found["value"], changed=changed)
            return
        # A line of a signature whose `def` is above the hunk: only a parameter has a type, a value and a comma.
        left, right = assignment(text)
        found = _PATTERNS.field.fullmatch(left)
        if found and right.endswith(",") and not self.blocks and (value := literal(right)):
            yield Mention(found["name"], self.path, number, value, changed=changed)


def python_defaults(path: str, view: View) -> Iterator[Mention]:
    """Find fields, parameters, constants and minimum versions in a Python fragment, each with its value as written."""
    yield from _Python(path, view).mentions()
    if "version" in view.code:
        for pattern in (_PATTERNS.version_call, _PATTERNS.python_itself):
            for found in pattern.finditer(view.code):
                yield view.mention(found["name"], path, found.start("name"), found["value"], REQUIRED)


def defined(text: str) -> re.Match[str] | None:
    """Match a line that assigns a constant."""
    return _PATTERNS.defined.match(text)


def is_called_default(name: str) -> bool:
    """Whether a name says that it is a default."""
    return bool(_PATTERNS.called_default.search(name))


def constant(path: str, number: int, name: str, value: str, *, changed: bool) -> Iterator[Mention]:
    """Yield a definition of a plain value, marked as a constant unless its name calls it a default."""
    if not _PATTERNS.releases.fullmatch(name) and (plain := literal(value) or duration(value)):
        detail = "" if is_called_default(name) else CONSTANT
        yield Mention(name, path, number, plain, detail, changed=changed)
