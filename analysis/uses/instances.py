"""What a file of Python takes of instances of imported classes, where the file itself says plainly of which class they are.

A name is plain where all that is ever bound to it in its scope is an instance of one class: made by calling it, or annotated as
one. So is an attribute of `self` that is only ever set to such, or to None. What a class inherits is plain where it extends one.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from analysis.uses.extending import dotted, whole
from analysis.uses.found import Setting
from analysis.uses.use import UseKind

_Scoped = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ClassDef,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def instances(tree: ast.Module, known: dict[str, str]) -> Iterator[Setting]:
    """Yield the attributes and methods of instances, by whole names; `known` are imported ones, by what they are called in the file."""
    yield from _Scope({}, known).read(tree.body)


@dataclass(slots=True)
class _Scope:
    """Names with the classes that they are instances of; empty for one that is not plain, which hides those outside.

    Attributes:
        own: attributes of `self`, likewise, and `bases` what the class around extends; `members` is what it defines.
        around: of a class's body what is around it, which its methods see instead.
    """

    names: dict[str, str]
    known: dict[str, str]
    own: dict[str, str] = field(default_factory=dict)
    bases: tuple[str, ...] = ()
    members: frozenset[str] = frozenset()
    around: dict[str, str] | None = None

    def read(self, body: list[ast.stmt], arguments: ast.arguments | None = None) -> Iterator[Setting]:
        """Read a module, a function or a class, and what is within it."""
        here = list(_within(body))
        found: dict[str, list[str]] = {}
        for argument in _arguments(arguments):
            found.setdefault(argument.arg, []).append(self._annotated(argument.annotation))
        for node in here:
            for name, kind in self._bound(node):
                found.setdefault(name, []).append(kind)
        self.names = self.names | {name: _one(kinds) for name, kinds in found.items()}
        for node in here:
            yield from self._taken(node)
            yield from self._inner(node)

    def _inner(self, node: ast.AST) -> Iterator[Setting]:
        names = self.names if self.around is None else self.around
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _Scope(names, self.known, self.own, self.bases, self.members).read(node.body, node.args)
            case ast.ClassDef():
                bases = tuple(name for base in node.bases if (name := self._class(base)))
                members = frozenset(_defined(node))
                yield from _Scope(names, self.known, self._attributes(node), bases, members, names).read(node.body)

    def _taken(self, node: ast.AST) -> Iterator[Setting]:
        if not isinstance(node, ast.Attribute):
            return
        if isinstance(node.value, ast.Name):
            if kind := self.names.get(node.value.id):
                yield Setting(UseKind.NAME, f"{kind}.{node.attr}", "", node.lineno)
            elif node.value.id == "self" and node.attr not in self.members and isinstance(node.ctx, ast.Load):
                yield from (Setting(UseKind.NAME, f"{base}.{node.attr}", "", node.lineno) for base in self.bases)
        elif (
            isinstance(node.value, ast.Attribute)
            and dotted(node.value) == f"self.{node.value.attr}"
            and (kind := self.own.get(node.value.attr))
        ):
            yield Setting(UseKind.NAME, f"{kind}.{node.attr}", "", node.lineno)

    def _attributes(self, node: ast.ClassDef) -> dict[str, str]:
        """Return the attributes of `self` that are plain in a class."""
        found: dict[str, list[str]] = {}
        for one in ast.walk(node):
            for target, kind in self._assigned(one):
                if isinstance(target, ast.Attribute) and dotted(target) == f"self.{target.attr}":
                    found.setdefault(target.attr, []).append(kind)
        return {name: kind for name, kinds in found.items() if (kind := _one(kinds))}

    def _bound(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        """Yield the names that a node binds, each with the class of what it binds it to, empty where that is not plain."""
        for target, kind in self._assigned(node):
            if isinstance(target, ast.Name):
                yield target.id, kind
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, ""
            case ast.Import() | ast.ImportFrom():
                yield from (((alias.asname or alias.name).partition(".")[0], "") for alias in node.names)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, ""
            case ast.Global() | ast.Nonlocal():
                yield from ((name, "") for name in node.names)

    def _assigned(self, node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
        """Yield what a node assigns to, with the class of what; of a target of several names, each by itself."""
        match node:
            case ast.Assign():
                for target in node.targets:
                    yield from _each(target, self._made(node.value))
            case ast.AnnAssign():
                yield node.target, self._annotated(node.annotation)
            case ast.NamedExpr():
                yield node.target, self._made(node.value)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    if item.optional_vars is not None:
                        yield from _each(item.optional_vars, "")
            case ast.For() | ast.AsyncFor():
                yield from _each(node.target, "")
            case ast.AugAssign():
                yield node.target, ""
            case ast.Delete():
                yield from ((target, "") for target in node.targets)

    def _made(self, value: ast.expr) -> str:
        """Return the class that a call makes an instance of; `None` for None."""
        if isinstance(value, ast.Constant) and value.value is None:
            return "None"
        return self._class(value.func) if isinstance(value, ast.Call) else ""

    def _annotated(self, annotation: ast.expr | None) -> str:
        """Return the class that an annotation names, alone or beside None."""
        if isinstance(annotation, ast.BinOp):
            sides = [one for one in (annotation.left, annotation.right) if ast.unparse(one) != "None"]
            return self._annotated(sides[0]) if len(sides) == 1 else ""
        return self._class(annotation) if annotation is not None else ""

    def _class(self, node: ast.expr) -> str:
        name = whole(dotted(node), self.known)
        return name if name.rpartition(".")[2][:1].isupper() else ""


def _one(kinds: list[str]) -> str:
    classes = set(kinds) - {"None"}
    return classes.pop() if len(classes) == 1 else ""


def _each(target: ast.expr, kind: str) -> Iterator[tuple[ast.expr, str]]:
    if isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            yield from _each(one.value if isinstance(one, ast.Starred) else one, "")
    else:
        yield target, kind


def _within(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield the nodes of a scope, without those of scopes within it, which come themselves."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += node.decorator_list
        elif not isinstance(node, _Scoped):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _arguments(arguments: ast.arguments | None) -> Iterator[ast.arg]:
    if arguments:
        yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        yield from (one for one in (arguments.vararg, arguments.kwarg) if one)


def _defined(node: ast.ClassDef) -> Iterator[str]:
    """Yield what a class defines or sets on itself: methods, values, attributes of `self`."""
    for one in ast.walk(node):
        match one:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield one.name
            case ast.Name(ctx=ast.Store()):
                yield one.id
            case ast.Attribute(ctx=ast.Store()):
                yield one.attr
