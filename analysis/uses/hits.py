"""Which facts affect what a team uses: nothing that is new to them, and no default that they set themselves."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from analysis.commits.commit import Commit
from analysis.facts import Fact, FactKind
from analysis.uses.modules import module_of
from analysis.uses.offering import plain
from analysis.uses.redefined import redefined
from analysis.uses.use import Use, UseKind, Uses

_NAMES = {FactKind.NAME_REMOVED, FactKind.NAME_RENAMED, FactKind.SIGNATURE_CHANGED}
_COUPLED = (UseKind.NAME, UseKind.SUBCLASS, UseKind.OVERRIDE, UseKind.PATCH)
_SERIES = re.compile(r"_(?:bucket|count|sum|total|created|info)$")
_PARAMETER = re.compile(r"\{[^}/]*\}|\$\w+|<[^>/]*>|:\w+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A fact that affects what a team uses, and where; the places are in file order."""

    fact: Fact
    uses: tuple[Use, ...]


class Index:
    """What a team uses, indexed by what facts are about."""

    def __init__(self, uses: Uses) -> None:
        self._by_kind: dict[UseKind, dict[str, list[Use]]] = {kind: {} for kind in UseKind}
        for use in uses.uses:
            self._by_kind[use.kind].setdefault(_key(use.kind, use.name), []).append(use)

    def hits(self, facts: Iterable[Fact]) -> Iterator[Hit]:
        """Yield the facts that touch something, each once."""
        for fact in facts:
            found = tuple(sorted(dict.fromkeys(self._touched(fact)), key=lambda use: (use.path, use.line)))
            if found:
                yield Hit(fact, found)

    def _touched(self, fact: Fact) -> Iterator[Use]:
        kind = fact.kind
        if kind is FactKind.FLAG_REMOVED:
            yield from self._of(UseKind.FLAG, fact.name)
        elif kind is FactKind.ENV_REMOVED:
            yield from self._variable(fact.name, fact.path)
        elif kind is FactKind.METRIC_REMOVED:
            yield from self._metric(fact.name, fact.path)
        elif kind is FactKind.ENDPOINT_REMOVED:
            yield from self._of(UseKind.ENDPOINT, fact.name.rpartition(" ")[2])
        elif kind is FactKind.CHOICE_REMOVED:
            yield from (use for use in self._of(UseKind.FLAG, fact.name) if use.value == fact.before.strip("\"'"))
        elif kind is FactKind.RENAMED:
            for name in _old_names(fact):
                yield from self._renamed(name, fact.path)
        elif kind is FactKind.MODULE_REMOVED:
            yield from self._imported_from(module_of(fact.path))
        elif kind in _NAMES:
            yield from self._named(fact)
        elif kind is FactKind.CONFIG_REMOVED:
            yield from self._of(UseKind.CONFIG, fact.name)
            yield from self._keywords(fact.name.rpartition(".")[2])
        elif kind in {FactKind.DEPRECATED, FactKind.CHECK_ADDED}:
            yield from self._spoken_of(f"{fact.name} {fact.after} {fact.detail}")
        elif kind in {FactKind.DEPENDENCY_CHANGED, FactKind.DEPENDENCY_REMOVED}:
            yield from self._of(UseKind.VERSION, fact.name)

    def hits_of(self, entry_facts: Iterable[Fact], commit: Commit) -> Iterator[Hit]:
        """Yield what of a commit touches something: its facts, and the definitions in its diff that somebody builds on."""
        told: set[Use] = set()
        for hit in self.hits(entry_facts):
            told |= set(hit.uses) if hit.fact.kind in _NAMES else set()
            yield hit
        for name, fact in redefined(commit, self._coupled):
            uses = tuple(use for kind in _COUPLED for use in self._by_kind[kind].get(name, ()) if use not in told)
            if uses:
                yield Hit(fact, tuple(sorted(uses, key=lambda use: (use.path, use.line))))

    @cached_property
    def _coupled(self) -> frozenset[str]:
        return frozenset(name for kind in _COUPLED for name in self._by_kind[kind])

    def _of(self, kind: UseKind, name: str) -> list[Use]:
        return self._by_kind[kind].get(_key(kind, name), [])

    def _metric(self, name: str, path: str) -> Iterator[Use]:
        """A metric of Go may be known by the end of its name only: the rest is said in other files than the diff's."""
        found = self._of(UseKind.METRIC, name)
        yield from found
        if not found and path.endswith(".go"):
            for used, uses in self._by_kind[UseKind.METRIC].items():
                if used.endswith(f"_{_key(UseKind.METRIC, name)}"):
                    yield from uses

    def _variable(self, name: str, path: str) -> Iterator[Use]:
        """A variable is set, or asked of the module that reads the environment for others: `quill.envs.QUILL_CACHE`."""
        yield from self._of(UseKind.VARIABLE, name)
        module = module_of(path)
        for kind in (UseKind.NAME, UseKind.PATCH) if module else ():
            for used, uses in self._by_kind[kind].items():
                if used.startswith(f"{module}.") and name in used[len(module) :].split("."):
                    yield from uses

    def _renamed(self, name: str, path: str) -> Iterator[Use]:
        yield from self._of(UseKind.FLAG, name)
        yield from self._of(UseKind.ENDPOINT, name.rpartition(" ")[2])
        yield from self._variable(name, path)
        yield from self._metric(name, path)
        yield from self._imported_from(name)

    def _imported_from(self, module: str) -> Iterator[Use]:
        """What is imported from a module, or from one within it."""
        if "." in module:
            for kind in _COUPLED:
                for name, uses in self._by_kind[kind].items():
                    if name == module or name.startswith(f"{module}."):
                        yield from uses

    def _named(self, fact: Fact) -> Iterator[Use]:
        """A name is used where it is imported from its own module, or from a package above it that may hand it on."""
        module = module_of(fact.path)
        name = fact.name.partition("(")[0]
        if not module or name.startswith("*"):
            return
        for used, uses in self._by_kind[UseKind.NAME].items():
            above, _, last = used.rpartition(".")
            if last == name.rpartition(".")[2] and "." not in name and (above == module or _is_above(above, module)):
                yield from uses

    def _keywords(self, field: str) -> Iterator[Use]:
        for name, uses in self._by_kind[UseKind.CONFIG].items():
            if name.endswith(f"({field}=…)"):
                yield from uses

    def _spoken_of(self, text: str) -> Iterator[Use]:
        """Flags and variables that a message or a condition names, and not only in part."""
        for kind in (UseKind.FLAG, UseKind.VARIABLE):
            for name, uses in self._by_kind[kind].items():
                if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
                    yield from uses


def without_series(metric: str) -> str:
    """Return a metric's name without what its clients put behind it for each of its series."""
    return _SERIES.sub("", metric)


def _is_above(package: str, module: str) -> bool:
    """Whether a package is the root of a module's, from which names are handed on."""
    return bool(package) and "." not in package and module.startswith(f"{package}.")


def _old_names(fact: Fact) -> list[str]:
    pairs = fact.detail.split(", ") if " → " in fact.detail else []
    return [pair.partition(" → ")[0] for pair in pairs] or [fact.before or fact.name]


def _key(kind: UseKind, name: str) -> str:
    if kind is UseKind.METRIC:
        return without_series(name)
    if kind is UseKind.ENDPOINT:
        return _PARAMETER.sub("{}", name.partition("?")[0]).rstrip("/") or "/"
    return plain(name) if kind is UseKind.VERSION else name
