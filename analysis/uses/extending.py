"""What a file of Python extends, overrides and puts something else in the place of."""

import ast
from collections.abc import Iterator

from analysis.uses.found import Setting
from analysis.uses.use import UseKind


def extending(node: ast.AST, known: dict[str, str]) -> Iterator[Setting]:
    """Yield what a node does to names that were imported; `known` are these, by what they are called in the file."""
    match node:
        case ast.ClassDef():
            yield from _extended(node, known)
        case ast.Assign():
            for target in node.targets:
                if isinstance(target, ast.Attribute) and (name := whole(dotted(target), known)):
                    yield Setting(UseKind.PATCH, name, "", node.lineno)
        case ast.Call():
            yield from _replaced(node, dotted(node.func), known)


def _extended(node: ast.ClassDef, known: dict[str, str]) -> Iterator[Setting]:
    """Yield the classes that a class extends, and of each what it may override: whether it is there, the repository tells."""
    for base in node.bases:
        name = whole(dotted(base.value if isinstance(base, ast.Subscript) else base), known)
        if not name:
            continue
        yield Setting(UseKind.SUBCLASS, name, node.name, node.lineno)
        for one in node.body:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                yield Setting(UseKind.OVERRIDE, f"{name}.{one.name}", "", one.lineno)


def whole(dotted: str, known: dict[str, str]) -> str:
    """Return what a local name stands for, by its whole name; empty for what was not imported."""
    root, _, rest = dotted.partition(".")
    return (f"{known[root]}.{rest}" if rest else known[root]) if root in known else ""


def _replaced(node: ast.Call, called: str, known: dict[str, str]) -> Iterator[Setting]:
    """Yield what `setattr`, `patch` and their likes put something else in the place of."""
    texts = [one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else "" for one in node.args[:2]]
    how = called.rpartition(".")[2]
    if how in {"setattr", "object"} and len(texts) > 1 and texts[1] and (name := whole(dotted(node.args[0]), known)):
        yield Setting(UseKind.PATCH, f"{name}.{texts[1]}", "", node.lineno)
    elif how in {"setattr", "patch"} and texts and texts[0].count(".") and texts[0].replace(".", "").isidentifier():
        yield Setting(UseKind.PATCH, texts[0], "", node.lineno)


def dotted(node: ast.expr) -> str:
    """Return a name as it is written, with its dots; what begins otherwise begins with a dot."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([*([node.id] if isinstance(node, ast.Name) else [""]), *reversed(parts)])
