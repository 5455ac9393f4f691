"""One revision of a repository, searched by text: what its files define, spell, compose and give a value."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from posixpath import basename

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.facts import Fact
from analysis.facts.constants import PackageConstants
from analysis.facts.definitions import Definition, Offered, definitions, is_composed
from analysis.sources.revisions import Files
from analysis.uses.modules import is_handed_on, module_of

_COMPOSED = {Offered.METRIC, Offered.VARIABLE}
_LIBRARY_WORDS = 2
"""So many words of a metric's name at least are a library's: one may be anybody's."""
_OWN_PACKAGE = re.compile(r"^\s*(?:module\s|[\"']?name[\"']?\s*[:=])|\b(?:path|workspace)\s*=")
_SEVERAL_WORDS = re.compile(r"[A-Za-z0-9][-_.:]\w")
_ADDS_FLAGS = re.compile(r"(?i)\.(?:add|bind|register)_?\w*(?:flags|args|arguments|options)\(\s*\w")
_ENV_PREFIX = re.compile(r"(?i)env_?prefix|with_prefix")
_DECLARED_PREFIX = r"(?i:env_?prefix|flags_?from_?env|envconfig\.process|env\w*::prefixed)"
"""How viper, etcd, envconfig and figment are told it; `_` comes between it and the rest by itself."""
_PACKAGE_DEPTH = 2
"""Folders of a path that tell a package: `python/sglang`, `crates/core`, `src/quill`."""
_NEAR = 6
"""Lines within which a name's value stands."""


class Revision:
    """Where names of a fact's kind are defined, and what stands near them."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._of: dict[str, tuple[Definition, ...]] = {}
        self._constants = PackageConstants(files.texts)

    def text(self, path: str) -> str:
        """The file there, or the only one of its name where it was moved."""
        found = self._files.texts.get(path)
        if found is None and self._files.is_whole:
            named = self._by_name.get(basename(path), [])
            found = self._files.texts[named[0]] if len(named) == 1 else None
        return found or ""

    @property
    def _by_name(self) -> Mapping[str, Sequence[str]]:
        return _names_of(tuple(self._files.texts))

    def imports(self, path: str) -> bool:
        """Whether a module of Python can be imported by the name that it has at a path, wherever it lies."""
        return path in self._files.texts or module_of(path) in self._modules

    def hands_on(self, module: str) -> bool:
        """Whether a module of Python's package gives something else by its name."""
        return is_handed_on(module, self._files.texts)

    @cached_property
    def _modules(self) -> Mapping[str, list[str]]:
        """The modules of Python, each with the files that it may be: in one layout or another."""
        found: dict[str, list[str]] = {}
        for path in self._files.texts:
            if module := module_of(path):
                found.setdefault(module, []).append(path)
        return found

    def has_module(self, ending: str) -> bool:
        """Whether there is a module of Python whose path ends so."""
        return any(f"/{path}".endswith(ending) for path in self._files.texts) if ending else False

    def of(self, path: str) -> tuple[Definition, ...]:
        """Return what a file defines."""
        if path not in self._of:
            self._of[path] = tuple(definitions(path, self._files.texts.get(path, ""), self._constants))
        return self._of[path]

    def spells(self, fact: Fact) -> bool:
        """Whether a removed name stands in quotation marks: anywhere in the product, or in its own file if it is a common word."""
        words = [fact.name, fact.name.removeprefix("--")]
        form = re.compile(rf"[\"'`](?:{'|'.join(map(re.escape, words))})[\"'`]")
        tail = _quoted(_bare(fact.name).rpartition("_")[2])
        if tail.search(self.text(fact.path)) or form.search(self.text(fact.path)):
            return True
        is_common = not _SEVERAL_WORDS.search(words[1])
        return not is_common and any(
            words[1] in text and form.search(text) and kind_of(path) is FileKind.PRODUCTION
            for path, text in self._files.texts.items()
        )

    def definition(self, kind: Offered, name: str) -> Definition | None:
        """The first definition of a name in any file."""
        bare = _bare(name)
        files = (
            path
            for path, text in self._files.texts.items()
            if bare in text or (kind in _COMPOSED and is_composed(path, text))
        )
        return next((one for path in files for one in self.of(path) if one.kind is kind and one.name == name), None)

    def defines(self, kind: Offered, name: str, path: str) -> bool:
        """Whether any file containing the name defines it."""
        bare = _bare(name)
        near = [path] if path in self._files.texts else self._modules.get(module_of(path), [])
        # What others import, they import from a package; settings are the whole program's.
        root = "/".join(path.split("/")[:_PACKAGE_DEPTH]) if kind is Offered.NAME else ""
        others = (
            other
            for other, text in self._files.texts.items()
            if other != path
            and other.startswith(root)
            and (bare in text or (kind in _COMPOSED and is_composed(other, text)))
        )
        return any(one.kind is kind and _alike(one.name, name) for other in (*near, *others) for one in self.of(other))

    def metrics_ending(self, name: str, path: str) -> list[str]:
        """Return the metrics of a file that a name is, or is the end of; the name itself where there is none."""
        here = {one.name for one in self.of(path) if one.kind is Offered.METRIC} if path.endswith(".go") else set()
        return [name] if name in here else sorted(one for one in here if one.endswith(f"_{name}")) or [name]

    def gives_otherwise(self, kind: Offered, name: str) -> bool:
        """Whether it gives its users a name in a way that no definition shows."""
        if kind in {Offered.VARIABLE, Offered.METRIC} and self._composes(name):
            return True
        if kind is Offered.VARIABLE:
            return self._is_prefixed(name)
        if kind is Offered.ENDPOINT:
            return self._quotes(name.rpartition(" ")[2])
        return kind is Offered.METRIC and self._has_library_of(name)

    def lets_others_add(self, path: str) -> int:
        """Count where a file hands its parser to something else that adds flags, as a library may."""
        return len(_ADDS_FLAGS.findall(self.text(path)))

    def _quotes(self, path: str) -> bool:
        """Whether a path stands in quotation marks somewhere in the product, as in a constant that a router is given."""
        form = _quoted(path)
        return any(
            path in text and form.search(text) and kind_of(other) is FileKind.PRODUCTION
            for other, text in self._files.texts.items()
        )

    def _has_library_of(self, metric: str) -> bool:
        """Whether a metric is called after a library that is depended on, which gives it by itself."""
        parts = metric.split("_")
        names = ["-".join(parts[:count]) for count in range(_LIBRARY_WORDS, len(parts))]
        form = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])") if names else None
        return form is not None and any(
            form.search(line.replace("_", "-")) and not _OWN_PACKAGE.search(line)
            for path, text in self._files.texts.items()
            if kind_of(path) is FileKind.BUILD
            for line in text.split("\n")
        )

    def _composes(self, name: str) -> bool:
        """Whether a file of the product puts a name together: a prefix and the rest, each in quotation marks.

        Where settings are declared with a prefix, the rest is the name of a field, in lower case.
        """
        parts = name.split("_")
        pairs = [("_".join(parts[:at]), "_".join(parts[at:])) for at in range(1, len(parts))]
        for path, text in self._files.texts.items():
            known = [(prefix, rest) for prefix, rest in pairs if f"{prefix}_" in text]
            if not known or kind_of(path) is not FileKind.PRODUCTION:
                continue
            for prefix, rest in known:
                is_field = _ENV_PREFIX.search(text) and _word(rest.lower()).search(text)
                if _prefix(prefix).search(text) and (is_field or _quoted(rest).search(text)):
                    return True
        return False

    def _is_prefixed(self, variable: str) -> bool:
        """Whether all settings are read from variables with a prefix, and the rest of this one is a setting: a flag or a field."""
        parts = variable.split("_")
        for at in range(1, len(parts)):
            prefix, rest = "_".join(parts[:at]), "_".join(parts[at:]).lower()
            form = re.compile(rf"{_DECLARED_PREFIX}[^\"'`\n]*[\"'`]{re.escape(prefix)}_?[\"'`]")
            if any(prefix in text and form.search(text) and kind_of(path) is FileKind.PRODUCTION for path, text in self._files.texts.items()):  # fmt: skip
                flag, field = _quoted(rest.replace("_", "-")), _word(rest)
                return any(flag.search(text) or field.search(text) for text in self._files.texts.values())
        return False

    def value(self, name: str, path: str) -> str:
        """The one value that the file gives the name; empty where it has none or several."""
        found = {one.value for one in self.of(path) if one.value and one.name == name}
        return found.pop() if len(found) == 1 else ""

    def has_word(self, path: str, name: str) -> bool:
        """Whether a name stands anywhere in a file."""
        return _word(_bare(name)).search(self.text(path)) is not None

    def has_near(self, path: str, name: str, value: str) -> bool:
        """Whether the value stands in one of the lines that begin with the name's."""
        lines = self.text(path).split("\n")
        word, plain = _word(_bare(name)), comparable(value)
        return any(
            word.search(line) and plain in comparable("\n".join(lines[number : number + _NEAR]))
            for number, line in enumerate(lines)
        )


@lru_cache(maxsize=4)
def _names_of(paths: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(basename(path), []).append(path)
    return found


def _alike(one: str, other: str) -> bool:
    """Whether two names are one; an endpoint may be written with or without its router's prefix."""
    if one == other:
        return True
    first, second = one.rpartition(" "), other.rpartition(" ")
    return bool(first[1]) and first[0] == second[0] and (first[2].endswith(second[2]) or second[2].endswith(first[2]))


def _bare(name: str) -> str:
    """Return what of a name stands in the text wherever it is defined: `port` of `ServerArgs.port`, `--a` of `--a=b`."""
    if name.startswith("--"):
        return name.partition("=")[0].removeprefix("--").partition("*")[0].split("-")[-1]
    last = name.rpartition(" ")[2].partition("(")[0].rpartition("::")[2].rpartition("/")[2].strip("{}")
    return last.rpartition(".")[2].partition("=")[0].strip("*") or name


@lru_cache(maxsize=2_000)
def _word(bare: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(bare)}(?![A-Za-z0-9])")


@lru_cache(maxsize=200)
def _quoted(text: str) -> re.Pattern[str]:
    return re.compile(rf"[\"'`]{re.escape(text)}[\"'`]")


@lru_cache(maxsize=200)
def _prefix(text: str) -> re.Pattern[str]:
    """Return how a prefix stands where something is put behind it: by itself in quotation marks, or before a gap in them."""
    return re.compile(rf"[\"'`]{re.escape(text)}_(?:[\"'`]|[{{$%])")


def comparable(text: str) -> str:
    """Return a text without its blanks and quotation marks, in which two revisions may differ."""
    return re.sub(r"[\s\"'`\\]+", "", text)
