"""Python modules by path, and the classes in them."""

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_MODULE = re.compile(r"^(?:(?:src|python|lib)/)?(?P<module>[\w/]+?)(?:/__init__)?\.py$")


@dataclass(frozen=True, slots=True)
class ClassDefinition:
    """A class: its name, those of the classes that it extends as they are called there, its methods and values."""

    name: str
    bases: tuple[str, ...]
    members: frozenset[str]


def module_of(path: str) -> str:
    """Return how a file of Python is imported: `quill.engine` for `src/quill/engine.py`; empty for another file."""
    found = _MODULE.match(path)
    return found["module"].replace("/", ".") if found else ""


def is_handed_on(module: str, texts: Mapping[str, str]) -> bool:
    """Whether a module's package gives something else by its name: `from unittest import mock` in `quill/testing/__init__.py`."""
    package, _, last = module.rpartition(".")
    path = f"{package.replace('.', '/')}/__init__.py"
    inits = [text for prefix in ("", "src/", "python/", "lib/") if package and (text := texts.get(prefix + path))]
    name = re.compile(rf"(?m)^(?:from[ ]+\S+[ ]+)?import[ ]+[^\n]*\b{re.escape(last)}\b|^{re.escape(last)}[ ]*=")
    return any(name.search(text) for text in inits)


def classes_of(text: str) -> Iterator[ClassDefinition]:
    """Find the classes in a file; none if it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # other people's escapes
            nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            members = {one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
            members |= {
                name.id
                for one in node.body
                if isinstance(one, ast.Assign)
                for name in one.targets
                if isinstance(name, ast.Name)
            }
            bases = (ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases)
            yield ClassDefinition(node.name, tuple(bases), frozenset(members))
