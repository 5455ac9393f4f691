"""A code base's couplings compared in two trees: names it imports, classes it extends, methods it overrides or replaces.

Facts tell what is public; who builds on a repository uses more. So each name is looked up in both trees, through the modules that hand it
on and the classes that it is inherited from, and its two definitions are compared.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from analysis.entry import Entry
from analysis.sources.revisions import Files
from analysis.upgrade.python_tree import Definition, Function, Tree
from analysis.uses import Use, UseKind, Uses

COUPLED = (UseKind.PATCH, UseKind.OVERRIDE, UseKind.SUBCLASS, UseKind.NAME)
"""What is coupled, the closest first."""
_MOST_COMMITS = 3


class Drift(StrEnum):
    """What became of a name. Closed set; BODY only for what is overridden or replaced, ABSTRACT for an extended class."""

    GONE = "gone"
    MOVED = "moved"
    SIGNATURE = "signature"
    ABSTRACT = "abstract"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Coupled:
    """A name that a code base builds on and that has changed.

    Attributes:
        name: as it is used; `before`, `after`: the two signatures, the two modules, or the method that is abstract now.
        path, line: where it is defined, in the new tree where it is there.
        shas: the newest commits that touched that file, oldest first.
    """

    drift: Drift
    name: str
    before: str
    after: str
    path: str
    line: int
    uses: tuple[Use, ...]
    shas: tuple[str, ...] = ()


def coupled(old: Files, new: Files, uses: Uses, entries: Sequence[Entry]) -> tuple[Coupled, ...]:
    """Return what of a code base's couplings is otherwise in the new tree, the closest couplings first; `entries` come oldest first."""
    before, after = Tree(old.texts), Tree(new.texts)
    found: dict[tuple[Drift, str, str], Coupled] = {}
    for kind in COUPLED:
        names: dict[str, list[Use]] = {}
        for use in uses.uses:
            if use.kind is kind:
                names.setdefault(use.name, []).append(use)
        for name, some in names.items():
            for one in _drifts(kind, name, tuple(some), before, after):
                known = found.setdefault((one.drift, one.name, one.after), one)
                found[one.drift, one.name, one.after] = replace(known, uses=_joined(known.uses, one.uses))
    touched: dict[str, list[str]] = {}
    for entry in entries:
        for file in entry.commit.files:
            for path in {file.path, file.old_path or file.path}:
                touched.setdefault(path, []).append(entry.commit.sha)
    return tuple(_with_commits(one, touched) for one in found.values())


def _joined(one: tuple[Use, ...], other: tuple[Use, ...]) -> tuple[Use, ...]:
    """Join places, each once: an import and what is taken of it are often one."""
    return tuple(sorted({use.place: use for use in (*other, *one)}.values(), key=lambda use: (use.path, use.line)))


def _with_commits(one: Coupled, touched: Mapping[str, Sequence[str]]) -> Coupled:
    return replace(one, shas=tuple(touched.get(one.path, ())[-_MOST_COMMITS:]))


def _drifts(kind: UseKind, name: str, uses: tuple[Use, ...], before: Tree, after: Tree) -> Iterator[Coupled]:
    was = before.find(name)
    if was is None:
        if (place := before.hands_on(name)) and not (after.find(name) or after.hands_on(name) or after.may_give(name)):
            yield Coupled(Drift.GONE, name, name.rpartition(".")[0], "", *place, uses)
        return
    now = after.find(name)
    if now is None:
        if after.may_give(name):
            return
        name, was = next(
            (owner, there)
            for owner in _owners(name)
            if (there := before.find(owner)) and after.find(owner) is None and not after.may_give(owner)
        )
        elsewhere = after.only(was.qualified)
        is_moved = elsewhere is not None and elsewhere.module != was.module and _is_alike(was, elsewhere)
        drift, module = (Drift.MOVED, elsewhere.module) if elsewhere and is_moved else (Drift.GONE, "")
        yield Coupled(drift, name, was.module, module, was.path, was.node.lineno, uses)
        return
    old, new = was.signature(before), now.signature(after)
    place = (now.path, now.node.lineno)
    is_called = kind in {UseKind.NAME, UseKind.SUBCLASS}  # who overrides or replaces it must take all that callers give
    if old and new and old != new and not (is_called and _still_takes(was.called(before), now.called(after))):
        yield Coupled(Drift.SIGNATURE, name, old, new, *place, uses)
    if kind in {UseKind.OVERRIDE, UseKind.PATCH} and was.body != now.body:
        yield Coupled(Drift.BODY, name, "", "", *place, uses)
    if kind is UseKind.SUBCLASS:
        for method in sorted(now.abstract - was.abstract - was.members):
            yield Coupled(Drift.ABSTRACT, name, "", method, *place, uses)


def _owners(name: str) -> Iterator[str]:
    """Yield what a name is within, from the outermost on, and the name itself: what is gone with its class is told by the class."""
    parts = name.split(".")
    return (".".join(parts[:length]) for length in range(2, len(parts) + 1))


def _is_alike(one: Definition, other: Definition) -> bool:
    """Whether two definitions of one name are the same thing in two places: most of a class's methods, a function's body or its arguments."""
    if isinstance(one.node, ast.ClassDef):
        return bool(one.members) and len(one.members & other.members) >= len(one.members) / 2
    if isinstance(one.node, Function) and isinstance(other.node, Function):
        return one.body == other.body or ast.dump(one.node.args) == ast.dump(other.node.args)
    return False


def _still_takes(old: Function | None, new: Function | None) -> bool:
    """Whether whoever calls a function as it was may go on: what is new is optional and stands behind what was, and nothing is gone."""
    if old is None or new is None or type(old) is not type(new):
        return False
    was, now = old.args, new.args
    if (was.vararg and was.kwarg and len(was.args) <= 1) or _decorators(old) != _decorators(new):
        return True  # what it hands on, or what a decorator gives it, its signature does not tell
    before = [one.arg for one in (*was.posonlyargs, *was.args)]
    after = [one.arg for one in (*now.posonlyargs, *now.args)]
    by_name = {*after[len(now.posonlyargs) :], *(one.arg for one in now.kwonlyargs)}
    required = len(after) - len(now.defaults)
    new_ones = [one.arg for one, default in zip(now.kwonlyargs, now.kw_defaults, strict=True) if default is None]
    return (
        after[: len(before)] == before
        and required <= max(len(before) - len(was.defaults), 0)
        and {one.arg for one in was.kwonlyargs} <= by_name
        and set(new_ones) <= {one.arg for one in was.kwonlyargs}
        and (was.vararg is None or now.vararg is not None)
        and (was.kwarg is None or now.kwarg is not None)
    )


def _decorators(node: Function) -> set[str]:
    """Return the decorators that may change how a function is called; what only warns does not."""
    names = (ast.unparse(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list)
    return {name for name in names if "deprecat" not in name and "overload" not in name}
