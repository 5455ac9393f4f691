"""Reads a team's files for what they use of a repository. Nothing in them is run; files that are too large, too deep or not text are skipped."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import BadInput
from analysis.facts.definitions import Offered
from analysis.i18n.patterns import Patterns
from analysis.uses import locks, shell
from analysis.uses.found import Command, Found, Setting
from analysis.uses.offering import Offering, plain
from analysis.uses.python import python
from analysis.uses.structured import structured
from analysis.uses.use import Use, UseKind, Uses

_PATTERNS = Patterns(__file__)
LARGEST = 1_000_000
"""Bytes of a file; a longer one is data."""
MOST = 20_000
"""Files of a scan."""

_PASSED_OVER = {
    ".git",
    ".hg",
    "node_modules",
    ".venv",
    "venv",
    "__pycache__",
    ".tox",
    ".mypy_cache",
    "vendor",
    "target",
    "dist",
}
_READERS: dict[str, Callable[[str], Iterator[Found]]] = {
    "requirements": locks.requirements,
    "go_modules": locks.go_modules,
    "dockerfile": shell.dockerfile,
    "unit": shell.unit,
    "variables": shell.variables,
    "toml": locks.toml,
    "structured": structured,
    "python": python,
    "shell": shell.shell,
}
"""What reads a file, by the key of the pattern that its path fits."""
_LAUNCHERS = {
    "python",
    "python3",
    "uv",
    "uvx",
    "poetry",
    "torchrun",
    "accelerate",
    "exec",
    "sudo",
    "nohup",
    "numactl",
    "env",
    "time",
}
_WORDS_OF_A_NAME, _SHORT_FLAG = 2, 2


@dataclass(frozen=True, slots=True)
class Scanned:
    """One file, read.

    Attributes:
        text: verbatim, as only the whole file tells whose it is.
    """

    path: str
    text: str
    found: tuple[Found, ...]


def read_files(paths: Sequence[Path]) -> Iterator[Scanned]:
    """Read files, and all in folders, that may use something; links out of a folder are not followed.

    Raises:
        BadInput: a path does not exist, or there are too many files.
    """
    count = 0
    for root in paths:
        if not root.exists():
            raise BadInput(f"There is nothing at {root}: name the files or folders that use the repository.")
        for file, name in _walk(root):
            plainly = _PATTERNS.template.sub("", name)
            reader = next((_READERS[kind] for kind, form in _PATTERNS["files"].items() if form.search(plainly)), None)
            if reader is None:
                continue
            count += 1
            if count > MOST:
                raise BadInput(f"{root} has more than {MOST:,} files to read: name the folders that matter.")
            text = _text(file)
            if text:
                yield Scanned(name, text, tuple(_without_own(file, reader(text))))


def _without_own(file: Path, found: Iterable[Found]) -> Iterator[Found]:
    """Leave out the settings that a chart of the team's own defines: another chart's may have the same names."""
    is_own = _PATTERNS.chart_values.search(file.name) is not None and (file.parent / "Chart.yaml").is_file()
    return (one for one in found if not (is_own and isinstance(one, Setting) and one.kind is UseKind.CONFIG))


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    if root.is_file():
        yield root, root.as_posix()
        return
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            inside = sorted(folder.iterdir())
        except OSError:
            continue
        for one in inside:
            if one.is_symlink():
                continue
            if one.is_dir() and one.name not in _PASSED_OVER:
                waiting.append(one)
            elif one.is_file():
                yield one, one.relative_to(root).as_posix()


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            return ""
        raw = file.read_bytes()
    except OSError:
        return ""
    return "" if b"\0" in raw[:8_000] else raw.decode(errors="replace")


def candidates(files: Iterable[Scanned]) -> set[str]:
    """Return the words that a repository's files must have for any of these names to be theirs."""
    found: set[str] = set()
    for file in files:
        for one in file.found:
            if isinstance(one, Command):
                flags = (match for word in one.words if (match := _PATTERNS.flag.fullmatch(word.text)))
                for flag in flags:
                    bare = flag["name"].lstrip("-")
                    found |= {bare, bare.replace("-", "_")}
            elif one.kind is UseKind.ENDPOINT:
                found.add(one.name)
            elif one.kind is UseKind.METRIC:
                found |= {one.name, _PATTERNS.series.sub("", one.name)}
            elif one.kind in {UseKind.VARIABLE, UseKind.NAME, UseKind.CONFIG, UseKind.SUBCLASS}:
                found.add(_last(one.name))
    return {word for word in found if len(word) > _WORDS_OF_A_NAME}


def uses_of(files: Iterable[Scanned], offering: Offering) -> Uses:
    """Return what files use of what a repository offers or offered."""
    matcher = _Matcher(offering)
    found = [use for file in files for use in matcher.uses(file)]
    return Uses(offering.repo, tuple(dict.fromkeys(found)))


class _Matcher:
    """Tells whose a name is."""

    def __init__(self, offering: Offering) -> None:
        self._offering = offering
        names = offering.names
        routes = {name.rpartition(" ")[2].rstrip("/") for name in names[Offered.ENDPOINT]} - {""}
        self._endpoints = [(_pattern(route), route) for route in sorted(routes)]
        self._own = {plain(word) for word in (offering.repo.rpartition("/")[2], *offering.roots) if word}
        self._programs = {plain(name) for name in offering.programs}
        self._fields = {_last(name) for name in names[Offered.CONFIG]}
        self._defined = {_last(name) for name in names[Offered.NAME]}

    def uses(self, file: Scanned) -> Iterator[Use]:
        """Yield what a file uses; in one that never names the repository, only what is unmistakable."""
        lowered = f"{file.path}\n{file.text}".lower()
        is_ours = any(word in lowered or word in lowered.replace("_", "-") for word in self._own)
        for one in file.found:
            if isinstance(one, Command):
                yield from self._command(one, file, is_ours=is_ours)
            elif one.kind is UseKind.ENDPOINT:
                if is_ours and (route := self._route(one.name)):
                    yield Use(one.kind, route, "", file.path, one.line)
            elif self._is_offered(one, is_ours=is_ours):
                yield Use(one.kind, one.name, one.value[:200], file.path, one.line)

    def _command(self, one: Command, file: Scanned, *, is_ours: bool) -> Iterator[Use]:
        whose = self._program(one)
        flags = self._offering.names[Offered.FLAG]
        for at, word in enumerate(one.words):
            found = _PATTERNS.flag.fullmatch(word.text)
            name = self._flag(found["name"], flags, is_own=whose is True) if found else ""
            if not found or not name:
                continue
            if whose is False or (whose is None and not (is_ours and name[2:].count("-"))):
                continue
            after = one.words[at + 1].text if at + 1 < len(one.words) else ""
            value = found["value"] if found["value"] is not None else "" if after.startswith("-") else after
            yield Use(UseKind.FLAG, name, value[:200], file.path, word.line)

    def _flag(self, name: str, flags: Collection[str], *, is_own: bool) -> str:
        """Return the flag that is meant: Go's parser takes one hyphen for two, Python's the beginning of one where no other begins so.

        https://pkg.go.dev/flag#hdr-Command_line_flag_syntax
        https://docs.python.org/3/library/argparse.html#argument-abbreviations-prefix-matching
        """
        if not name.startswith("--"):
            return f"-{name}" if is_own and len(name) > _SHORT_FLAG and f"-{name}" in flags else ""
        if name in flags:
            return name
        longer = [flag for flag in flags if flag.startswith(name)] if is_own and self._offering.roots else []
        return longer[0] if len(longer) == 1 else ""

    def _program(self, one: Command) -> bool | None:
        """Whether a command is the repository's; None where its words name no program at all."""
        named = [word.text for word in one.words]
        leading = []
        for text in named:
            if text.startswith("--"):
                break
            leading.append(text)
        if any(self._is_program(text) for text in leading):
            return True
        is_run = bool(one.image) and self._is_image(one.image)
        if not leading:
            return True if is_run else None
        program = leading[0].rpartition("/")[2]
        if is_run and (one.is_arguments or leading[0].startswith("-")):
            return True
        return None if leading[0].startswith(("-", "$", "{")) or program in _LAUNCHERS else False

    def _is_program(self, text: str) -> bool:
        name = text.rpartition("/")[2]
        return plain(name) in self._programs or text.partition(".")[0] in self._offering.roots

    def _is_image(self, name: str) -> bool:
        """Whether an image has the repository's name, or begins with it in a place of its own: `vllm/vllm-openai`."""
        *places, last = name.partition("@")[0].split("/")
        last = plain(last.partition(":")[0])
        owner, _, own = self._offering.repo.lower().rpartition("/")
        is_variant = last.startswith(f"{plain(own)}-") and places[-1:] in ([own], [owner])
        return last == plain(own) or is_variant

    def _route(self, path: str) -> str:
        """Return the endpoint that a path is of, as the repository writes it: first the one without parameters."""
        asked = path.partition("?")[0].rstrip("/")
        found = [route for pattern, route in self._endpoints if pattern.fullmatch(asked)]
        return min(found, key=lambda route: (route.count("{"), route), default="")

    def _is_offered(self, one: Setting, *, is_ours: bool) -> bool:
        names, kind, name = self._offering.names, one.kind, one.name
        if kind is UseKind.VARIABLE:
            return name in names[Offered.VARIABLE]
        if kind is UseKind.METRIC:
            return name in names[Offered.METRIC] or _PATTERNS.series.sub("", name) in names[Offered.METRIC]
        if kind is UseKind.IMAGE:
            return self._is_image(name)
        if kind is UseKind.VERSION:
            return plain(name) in self._offering.packages
        root = name.partition(".")[0]
        if kind is UseKind.OVERRIDE:
            owner, _, member = name.rpartition(".")
            return root in self._offering.roots and self._offering.has_member(_last(owner), member)
        if kind in {UseKind.NAME, UseKind.SUBCLASS, UseKind.PATCH}:
            return root in self._offering.roots
        if "(" in name:  # a keyword of a call of something that was imported
            return root in self._offering.roots and name.partition("(")[2].partition("=")[0] in self._fields
        return is_ours and name.count(".") > 0 and name in names[Offered.CONFIG]


def _last(name: str) -> str:
    if "(" in name:
        return name.partition("(")[2].partition("=")[0]
    return name.rpartition(" ")[2].rpartition(".")[2].rpartition("::")[2]


def _pattern(route: str) -> re.Pattern[str]:
    """Return what paths of a route look like: something for each parameter."""
    return re.compile("[^/]+".join(map(re.escape, _PATTERNS.parameter.split(route))))


def values_of(uses: Uses, kind: UseKind) -> Mapping[str, list[Use]]:
    """Return the uses of a kind by their values."""
    found: dict[str, list[Use]] = {}
    for use in uses.uses:
        if use.kind is kind and use.value:
            found.setdefault(use.value, []).append(use)
    return found
