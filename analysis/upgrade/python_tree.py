"""The Python modules of one revision, parsed: where a dotted name is defined.

A name is followed through the modules that import it and the classes that it is inherited from.
"""

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis.uses.modules import module_of

_DEEPEST = 8
"""Modules that hand a name on, and classes that it is inherited from."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
_Node = Function | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Definition:
    """A function, a method, a class or a value, where it is defined."""

    module: str
    path: str
    qualified: tuple[str, ...]
    node: _Node

    def signature(self, tree: "Tree") -> str:
        """How it is called; of a class how it is made, by its own or an inherited `__init__`; empty for a value."""
        node = self.called(tree)
        if node is None:
            return ""
        prefix = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
        bare = ast.arguments(**dict(ast.iter_fields(node.args)))
        return f"{prefix}({ast.unparse(_without_annotations(bare))})"

    def called(self, tree: "Tree") -> Function | None:
        """The function that is called: itself, or the `__init__` of a class; None for a value."""
        node: _Node | None = self.node
        if isinstance(node, ast.ClassDef):
            # What `__new__` takes it may hand on to another `__init__`, or to none.
            made = None if tree.member(self, "__new__") else tree.member(self, "__init__")
            node = made.node if made else None
        return node if isinstance(node, Function) else None

    @cached_property
    def body(self) -> str:
        """What it does, without its documentation; of a value what it is."""
        if isinstance(self.node, ast.ClassDef):
            return ""
        if not isinstance(self.node, Function):
            return ast.dump(self.node.value) if self.node.value else ""
        statements = self.node.body
        first = statements[0]
        is_told = (
            isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
        )
        return "\n".join(ast.dump(one) for one in (statements[1:] if is_told else statements))

    @cached_property
    def abstract(self) -> frozenset[str]:
        """The methods of a class that whoever extends it must give."""
        if not isinstance(self.node, ast.ClassDef):
            return frozenset()
        return frozenset(
            one.name
            for one in _statements(self.node.body)
            if isinstance(one, Function) and any("abstractmethod" in ast.unparse(mark) for mark in one.decorator_list)
        )

    @cached_property
    def members(self) -> frozenset[str]:
        """The names of a class's methods."""
        body = self.node.body if isinstance(self.node, ast.ClassDef) else []
        return frozenset(one.name for one in _statements(body) if isinstance(one, Function))


class Tree:
    """The modules of one revision, parsed on demand."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._paths = {module: path for path in sorted(texts) if (module := module_of(path))}
        self._parsed: dict[str, dict[str, _Node | str]] = {}

    def find(self, name: str) -> Definition | None:
        """Return the definition of a dotted name; None where there is none, or none that its source shows."""
        parts = tuple(name.split("."))
        for length in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:length])
            if module in self._paths:
                return self._within(module, parts[length:], _DEEPEST)
        return None

    def hands_on(self, name: str) -> tuple[str, int] | None:
        """Return where a module imports what it hands on under a name, as from another package; None where it does not."""
        module, _, last = name.rpartition(".")
        path = self._paths.get(module)
        if path is None or not isinstance(self._names(module).get(last), str):
            return None
        lines = self._texts[path].split("\n")
        word = re.compile(rf"\b{re.escape(last)}\b")
        return path, next((number for number, line in enumerate(lines, 1) if word.search(line)), 0)

    def may_give(self, name: str) -> bool:
        """Whether whoever imports a name may get it though its definition is not here: from another package, or when it is asked for."""
        parts = tuple(name.split("."))
        length = next((at for at in range(len(parts) - 1, 0, -1) if ".".join(parts[:at]) in self._paths), 0)
        return bool(length) and self._may_give(".".join(parts[:length]), parts[length:], _DEEPEST)

    def _may_give(self, module: str, parts: tuple[str, ...], deepest: int) -> bool:
        names = self._names(module)
        here = names.get(parts[0])
        if not deepest:
            return True
        if here is None:
            return "*" in names or ("__getattr__" in names and self._quotes(parts[0]))
        if isinstance(here, str):
            origin, _, last = here.rpartition(".")
            if here in self._paths:
                return len(parts) > 1 and self._may_give(here, parts[1:], deepest - 1)
            return origin not in self._paths or self._may_give(origin, (last, *parts[1:]), deepest - 1)
        # What a value has, nobody knows: it may be a class of another package.
        return len(parts) > 1 and (
            not isinstance(here, ast.ClassDef) or self._extends_others(module, here, deepest - 1)
        )

    def _extends_others(self, module: str, owner: ast.ClassDef, deepest: int) -> bool:
        """Whether a class inherits from one that is not here, whose members nobody knows."""
        for base in owner.bases:
            parts = tuple(ast.unparse(base).partition("[")[0].split("."))
            parent = self._within(module, parts, deepest) if deepest else None
            if parent is None and parts != ("object",):
                return True
            if parent and isinstance(parent.node, ast.ClassDef) and self._extends_others(parent.module, parent.node, deepest - 1):  # fmt: skip
                return True
        return False

    def _quotes(self, name: str) -> bool:
        """Whether any module has a name in quotation marks, alone or as the end of a longer one."""
        form = re.compile(rf"[\"':.]{re.escape(name)}[\"']")
        return any(name in self._texts[path] and form.search(self._texts[path]) for path in self._paths.values())

    def only(self, qualified: tuple[str, ...]) -> Definition | None:
        """Return the one definition of this name in any module; None where there is none, or several."""
        head = qualified[0]
        found = [
            one
            for module, path in self._paths.items()
            if head in self._texts[path] and isinstance(self._names(module).get(head), ast.ClassDef | Function)
            if (one := self._within(module, qualified, 1))
        ]
        return found[0] if len(found) == 1 else None

    def member(self, owner: Definition, name: str, deepest: int = _DEEPEST) -> Definition | None:
        """Return a class's method or value, its own or an inherited one, or what sets it on its instances."""
        if not isinstance(owner.node, ast.ClassDef) or not deepest:
            return None
        for one in _statements(owner.node.body):
            if name in _bound(one) and not _is_overload(one):
                other = one.value.id if isinstance(one, ast.Assign) and isinstance(one.value, ast.Name) else name
                if other != name and (found := self.member(owner, other, deepest - 1)):  # another name of it
                    return found
                return Definition(owner.module, owner.path, (*owner.qualified, name), one)  # type: ignore[arg-type]  # it binds a name
        if (setter := _set_on_self(owner.node, name)) is not None:
            return Definition(owner.module, owner.path, (*owner.qualified, name), setter)
        for base in owner.node.bases:
            parts = tuple(ast.unparse(base).partition("[")[0].split("."))
            parent = self._within(owner.module, parts, deepest - 1)
            found = self.member(parent, name, deepest - 1) if parent else None
            if found:
                return found
        return None

    def _within(self, module: str, parts: tuple[str, ...], deepest: int) -> Definition | None:
        if module not in self._paths or not deepest or not parts:
            return None
        here = self._names(module).get(parts[0])
        if isinstance(here, str):  # it is imported from there
            return self.find_at(here, parts[1:], deepest - 1)
        if here is None:
            return self._within(f"{module}.{parts[0]}", parts[1:], deepest - 1)
        if (
            isinstance(here, ast.Assign)
            and isinstance(here.value, ast.Name)
            and here.value.id != parts[0]
            and (same := self._within(module, (here.value.id, *parts[1:]), deepest - 1))
        ):  # another name of it; of what Python has by itself it is a value
            return same
        found: Definition | None = Definition(module, self._paths[module], parts[:1], here)
        for name in parts[1:]:
            found = self.member(found, name) if found else None
        return found

    def find_at(self, name: str, rest: tuple[str, ...], deepest: int) -> Definition | None:
        """Return the definition of a name that a module imports, and of what is within it."""
        if name in self._paths:
            return self._within(name, rest, deepest)
        module, _, last = name.rpartition(".")
        return self._within(module, (last, *rest), deepest)

    def _names(self, module: str) -> dict[str, _Node | str]:
        """Return what a module binds: definitions, and what it imports by its whole name."""
        if module not in self._parsed:
            self._parsed[module] = dict(self._bindings(module))
        return self._parsed[module]

    def _bindings(self, module: str) -> Iterator[tuple[str, _Node | str]]:
        path = self._paths[module]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(self._texts[path])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        package = module.split(".") if path.endswith("__init__.py") else module.split(".")[:-1]
        for node in _statements(tree.body):
            if isinstance(node, ast.ImportFrom):
                above = package[: len(package) - node.level + 1] if node.level else []
                origin = ".".join([*above, *((node.module or "").split(".") if node.module else [])])
                yield from ((alias.asname or alias.name, f"{origin}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)
            else:
                yield from ((name, node) for name in _bound(node))  # type: ignore[misc]  # it binds a name


def _without_annotations(arguments: ast.arguments) -> ast.arguments:
    """Leave out what only tells types: who calls does not notice them."""
    for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
        if one is not None:
            one.annotation = None
    return arguments


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield a module's top-level statements, including those within `if` and `try`."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            # What only a checker of types sees is nothing that runs.
            is_for_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
            yield from _statements([] if is_for_types and node.orelse else node.body)
            yield from _statements(node.orelse)
            for handler in node.handlers if isinstance(node, ast.Try) else []:
                yield from _statements(handler.body)
        else:
            yield node


def _set_on_self(owner: ast.ClassDef, name: str) -> ast.Assign | ast.AnnAssign | None:
    """Return the first statement of a class's methods that sets this attribute of `self`."""
    for node in ast.walk(owner):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(
                isinstance(one, ast.Attribute) and one.attr == name and ast.unparse(one.value) == "self"
                for one in targets
            ):
                return node
    return None


def _is_overload(node: ast.stmt) -> bool:
    """Whether a definition only tells types of one way to call what stands behind it."""
    return isinstance(node, Function) and any("overload" in ast.unparse(mark) for mark in node.decorator_list)


def _bound(node: ast.stmt) -> tuple[str, ...]:
    if isinstance(node, ast.ClassDef | Function):
        return (node.name,)
    if isinstance(node, ast.Assign):
        return tuple(target.id for target in node.targets if isinstance(target, ast.Name))
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return (node.target.id,)
    return ()
