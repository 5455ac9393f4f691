"""What a repository offers to others, at one revision or over its past: only that can be used."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from analysis.facts import Fact, FactKind
from analysis.facts.constants import PackageConstants
from analysis.facts.definitions import Offered, definitions, is_composed
from analysis.i18n.patterns import Patterns
from analysis.uses.modules import ClassDefinition, classes_of

_PATTERNS = Patterns(__file__)
_PAST = {
    "flag": Offered.FLAG, "env": Offered.VARIABLE, "endpoint": Offered.ENDPOINT, "metric": Offered.METRIC, "config": Offered.CONFIG,
    "name": Offered.NAME,
}  # fmt: skip
_NO_PROGRAMS = {"test", "tests", "docs", "examples", "benchmark", "benchmarks", "scripts", "tools", "src", "setup"}


@dataclass(slots=True)
class Offering:
    """The names that a repository offers or offered, by kind.

    Attributes:
        programs: what its commands and modules begin with; `packages`: what it is installed as, in lower case.
        classes: those of Python that may be extended, by name.
    """

    repo: str
    names: dict[Offered, set[str]] = field(default_factory=lambda: {kind: set() for kind in Offered})
    programs: set[str] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)
    roots: set[str] = field(default_factory=set)
    classes: dict[str, list[ClassDefinition]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = self.repo.rpartition("/")[2].lower()
        self.programs.add(own)
        self.packages.add(plain(own))

    def add_files(self, files: Mapping[str, str], wanted: Collection[str]) -> None:
        """Add what a revision's files offer; of settings, what may be one of the words that are `wanted`."""
        words = tuple(sorted({word for word in wanted if word}))
        constants = PackageConstants(files)
        for path, text in files.items():
            if found := _PATTERNS.root.match(path):
                self.roots.add(found["name"])
            if found := _PATTERNS.go_program.search(path):
                self.programs.add(found["name"])
            if _PATTERNS.manifest.search(path):
                self._manifest(path, text)
            if is_composed(path, text) or any(word in text for word in words):
                for one in definitions(path, text, constants):
                    self.names[one.kind].add(one.name)
        self.programs |= self.roots
        self._add_classes(files, {word for word in words if word[:1].isupper()})

    def _add_classes(self, files: Mapping[str, str], wanted: Collection[str]) -> None:
        """Add the classes of these names, and those that they extend."""
        waiting, seen, read = set(wanted), set[str](), set[str]()
        while waiting:
            seen |= waiting
            for path, text in files.items():
                if path.endswith(".py") and path not in read and any(f"class {name}" in text for name in waiting):
                    read.add(path)
                    for one in classes_of(text):
                        self.classes.setdefault(one.name, []).append(one)
            waiting = {base for name in seen for one in self.classes.get(name, ()) for base in one.bases} - seen

    def has_member(self, owner: str, name: str) -> bool:
        """Whether a class of this name has a method or a value, its own or an inherited one."""
        waiting, seen = [owner], set[str]()
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            for definition in self.classes.get(one, ()):
                if name in definition.members:
                    return True
                waiting += definition.bases
        return False

    def _manifest(self, path: str, text: str) -> None:
        names = {found["name"] for found in _PATTERNS.name.finditer(text)} if path.count("/") <= _SHALLOW else set()
        if found := next(iter(_PATTERNS.name.finditer(text)), None):
            names = {found["name"]}
        self.packages |= {plain(name) for name in names}
        self.programs |= {name for name in names if name.lower() not in _NO_PROGRAMS and path.endswith("Cargo.toml")}
        for block in _PATTERNS.scripts.finditer(text):
            self.programs |= {found["name"] for found in _PATTERNS.key.finditer(block["body"])}
        for block in _PATTERNS.bin.finditer(text):
            self.programs |= {found["name"] for found in _PATTERNS.bin_key.finditer(block["body"] or "")}

    def add_past(self, facts: Iterable[Fact]) -> None:
        """Add what facts say existed."""
        for fact in facts:
            if fact.kind is FactKind.RENAMED:
                pairs = fact.detail.split(", ") if " → " in fact.detail else [f"{fact.before} → {fact.after}"]
                for name in (name for pair in pairs for name in pair.split(" → ")):
                    self.names[_looks_like(name)].add(name)
                continue
            kind = _PAST.get(fact.kind.partition("_")[0])
            if kind:
                self.names[kind].add(fact.name)


_SHALLOW = 2


def _looks_like(name: str) -> Offered:
    if name.startswith("--"):
        return Offered.FLAG
    if "/" in name:
        return Offered.ENDPOINT
    return Offered.VARIABLE if name.isupper() else Offered.CONFIG if "." in name else Offered.METRIC


def plain(name: str) -> str:
    """Return how a package's name is compared: https://packaging.python.org/en/latest/specifications/name-normalization/ ."""
    return re.sub(r"[-_.]+", "-", name).lower()
