"""Python files, by their syntax tree: what they import and call of a package, the variables that they set, the commands they start."""

import ast
import warnings
from collections.abc import Iterator

from analysis.uses.extending import dotted, extending
from analysis.uses.found import Command, Found, Setting, Word
from analysis.uses.instances import instances
from analysis.uses.shell import command, shell, urls
from analysis.uses.use import UseKind

_SHORTEST_COMMAND = 2


def python(text: str) -> Iterator[Found]:
    """Read a file; nothing if it is not Python or too deeply nested for the parser."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # other people's escapes
            tree = ast.parse(text)
        nodes = list(ast.walk(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    imported = _imports(nodes)
    for name, line in imported.values():
        yield Setting(UseKind.NAME, name, "", line)
    known = {local: name for local, (name, _) in imported.items()}
    for node in nodes:
        yield from _of(node, known)
        yield from extending(node, known)
    yield from instances(tree, known)


def _imports(nodes: list[ast.AST]) -> dict[str, tuple[str, int]]:
    """Return what local names stand for: `Engine` for `quill.engine.Engine`."""
    found: dict[str, tuple[str, int]] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.asname is not None
                found[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if whole else alias.name.partition(".")[0], node.lineno,
                )  # fmt: skip
                if not whole and "." in alias.name:
                    found[alias.name] = (alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = (f"{node.module}.{alias.name}", node.lineno)
    return found


def _of(node: ast.AST, known: dict[str, str]) -> Iterator[Found]:
    match node:
        case ast.Attribute():
            name = dotted(node)
            root, _, rest = name.partition(".")
            if rest and root in known:
                yield Setting(UseKind.NAME, f"{known[root]}.{rest}", "", node.lineno)
        case ast.Call():
            yield from _call(node, known)
        case ast.Assign(targets=[ast.Subscript() as target]) if dotted(target.value).endswith("environ"):
            yield from _variable(target.slice, node.value, node.lineno)
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and str(key.value).isupper():
                    yield from _variable(key, value, key.lineno)
        case ast.List() | ast.Tuple():
            words = tuple(Word(one.value, one.lineno) for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str))  # fmt: skip
            if len(words) >= _SHORTEST_COMMAND and any(word.text.startswith("--") for word in words):
                yield from command(words)
        case ast.Constant(value=str(text)):
            if " --" in text:
                yield from (found for found in shell(text, node.lineno) if isinstance(found, Command))
            yield from urls(text, node.lineno)


def _call(node: ast.Call, known: dict[str, str]) -> Iterator[Found]:
    called = dotted(node.func)
    root, _, rest = called.partition(".")
    if root in known:
        name = f"{known[root]}.{rest}" if rest else known[root]
        for keyword in node.keywords:
            if keyword.arg:
                value = ast.unparse(keyword.value) if isinstance(keyword.value, ast.Constant) else ""
                yield Setting(UseKind.CONFIG, f"{name}({keyword.arg}=…)", value, keyword.value.lineno)
    if called.rpartition(".")[2] in {"getenv", "setenv", "setdefault", "get"} and node.args:
        is_environ = "environ" in called or called.endswith(("getenv", "setenv"))
        if is_environ:
            yield from _variable(node.args[0], node.args[1] if len(node.args) > 1 else None, node.lineno)


def _variable(key: ast.expr, value: ast.expr | None, line: int) -> Iterator[Setting]:
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        shown = str(value.value) if isinstance(value, ast.Constant) else ""
        yield Setting(UseKind.VARIABLE, key.value, shown, line)
