"""What a file at one revision offers its users: the same finders as for a diff, over the whole text."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from analysis.commits.commit import FileChange
from analysis.commits.file_kinds import FileKind, language_of
from analysis.facts import defaults, names
from analysis.facts.constants import PackageConstants
from analysis.facts.interface import variables
from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.choices import choices
from analysis.facts.syntax.commands import commands
from analysis.facts.syntax.exports import listed
from analysis.facts.syntax.flags import flags
from analysis.facts.syntax.gates import gates
from analysis.facts.syntax.manifests import declared
from analysis.facts.syntax.metrics import Constants, metrics
from analysis.facts.syntax.offers import is_open
from analysis.facts.syntax.python_defaults import CONSTANT, INHERITED, KEY, SETTING
from analysis.facts.syntax.routes import routes


class Offered(StrEnum):
    """What kind of thing a name is to its users. Closed set."""

    FLAG = "flag"
    COMMAND = "command"
    VARIABLE = "variable"
    ENDPOINT = "endpoint"
    METRIC = "metric"
    GATE = "gate"
    CHOICE = "choice"
    CONFIG = "config"
    NAME = "name"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Definition:
    """A name that a file offers its users.

    Attributes:
        name: as in facts: `--port`, `GET /health`, `ServerArgs.port`; for a choice, `--dtype=auto`.
        value: its default as written; empty if there is none or the file does not state it.
    """

    kind: Offered
    name: str
    path: str
    line: int
    value: str = ""


_SET = {SETTING, INHERITED, KEY}


def definitions(path: str, text: str, constants: PackageConstants | None = None) -> Iterator[Definition]:
    """Find what the file at `path` offers its users, resolving other files' constants; nothing unless it is a product file."""
    file = _whole(path, text)
    if not file.is_product:
        return
    constants = constants or PackageConstants({})
    for view in (new for _, new in file.views):
        for kind, found in _found(file, view, partial(constants.find, path)):
            if kind is not Offered.NAME or (is_open(file) and not found.name.startswith("_")):
                yield Definition(kind, found.name, found.path, found.line, found.value if kind in _VALUED else "")
        if file.kind is FileKind.BUILD:
            for name, version, line, _, _ in declared(file, view):
                yield Definition(Offered.PACKAGE, name, path, line, version)


_VALUED = {Offered.FLAG, Offered.VARIABLE, Offered.CONFIG, Offered.GATE, Offered.CHOICE}


def is_composed(path: str, text: str) -> bool:
    """Whether a file may define names that it does not spell out: metrics in Go, variables in Rust."""
    words = _COMPOSED.get(language_of(path), ())
    return any(word in text for word in words)


_COMPOSED = {"go": ("Opts{", "BuildFQName("), "rust": ("#[arg(", "#[clap(")}


def _found(file: ChangedFile, view: View, constants: Constants) -> Iterator[tuple[Offered, Mention]]:
    yield from ((Offered.FLAG, one) for one in flags(file.language, file.path, view))
    yield from ((Offered.COMMAND, one) for one in commands(file, view))
    yield from ((Offered.VARIABLE, one) for one in variables(file, view))
    yield from ((Offered.ENDPOINT, one) for one in routes(file, view))
    yield from ((Offered.METRIC, one) for one in metrics(file, view, constants))
    yield from ((Offered.GATE, one) for one in gates(file, view))
    yield from ((Offered.CHOICE, one) for one in choices(file, view))
    yield from ((Offered.CONFIG, one) for one in defaults.values(file, view) if _is_set(one))
    if file.kind is FileKind.PRODUCTION and names.has_names(file):
        yield from ((Offered.NAME, one) for one in names.defined(file, view))
        yield from ((Offered.NAME, one) for one in listed(file, view))


def _is_set(mention: Mention) -> bool:
    """Whether people set it: a field, a key or a parameter, but not a constant."""
    return mention.detail in _SET or (mention.detail != CONSTANT and "." in mention.name)


def _whole(path: str, text: str) -> ChangedFile:
    """Return the file as one hunk that changes nothing, so that finders see no line as new."""
    lines = text.split("\n")
    patch = f"@@ -1,{len(lines)} +1,{len(lines)} @@\n " + "\n ".join(lines)
    return ChangedFile(FileChange(path, "modified", patch=patch))
