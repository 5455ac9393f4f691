"""Requirements and lock files: which version of a package they ask for, or have settled on."""

from collections.abc import Iterator

from analysis.i18n.patterns import Patterns
from analysis.uses.found import Found, Setting
from analysis.uses.shell import package
from analysis.uses.use import UseKind

_PATTERNS = Patterns(__file__)


def requirements(text: str) -> Iterator[Found]:
    """Read a requirements file, a line each."""
    for line, piece in enumerate(text.split("\n"), 1):
        if not piece.lstrip().startswith(("#", "-")) and (one := package(piece.replace(" ", ""), line)):
            yield one


def toml(text: str) -> Iterator[Found]:
    """Read a manifest or a lock file in TOML by its lines, whose numbers no parser keeps."""
    table, name = "", ""
    for line, piece in enumerate(text.split("\n"), 1):
        if found := _PATTERNS.table.match(piece):
            table, name = found["name"], ""
        elif found := _PATTERNS.named.match(piece):
            name = found["name"]
        elif (found := _PATTERNS.version.match(piece)) and name and table == "package":
            yield Setting(UseKind.VERSION, name, found["version"], line)
        elif "dependencies" in table and (found := _PATTERNS.key.match(piece)):
            yield Setting(UseKind.VERSION, found["name"], found["version"] or found["inner"], line)
        else:
            for quoted in _PATTERNS.quoted.finditer(piece):
                if one := package(quoted["text"].replace(" ", ""), line):
                    yield one
            key, _, value = piece.partition("=")
            if value and not key.lstrip().startswith("#"):
                yield Setting(UseKind.CONFIG, ".".join(filter(None, (table, key.strip()))), value.strip().strip("\"'"), line)  # fmt: skip


def go_modules(text: str) -> Iterator[Found]:
    """Read a `go.mod`."""
    for line, piece in enumerate(text.split("\n"), 1):
        if found := _PATTERNS.go.match(piece):
            yield Setting(UseKind.VERSION, found["name"], found["version"], line)
