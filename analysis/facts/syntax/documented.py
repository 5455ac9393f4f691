"""What Python code offers to others, as far as the commit itself says so: by an export, a mark, a docstring, the documentation."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from analysis.commits.file_kinds import FileKind
from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import call_text, depth_of
from analysis.facts.syntax.exports import listed
from analysis.facts.syntax.offers import is_open
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_METHOD_INDENT = 4
_SIGNATURE = 40
"""The most lines that a signature takes."""


class Documentation:
    """The names written as code in lines that a commit adds to the documentation."""

    def __init__(self, files: Sequence[ChangedFile]) -> None:
        self._files = files

    @cached_property
    def _text(self) -> str:
        return "\n".join(
            text
            for file in self._files
            if file.kind is FileKind.DOCS
            for _, view in file.views
            for _, text, changed in view.lines()
            if changed
        )

    def names(self, name: str) -> bool:
        """Whether they write the name as code: in backquotes, after a dot, called, or as a directive's subject."""
        bare = name.rpartition(".")[2]
        return bare in self._text and bool(_PATTERNS.of("named", name=bare).search(self._text))


def is_described(parameter: str, file: ChangedFile) -> bool:
    """Whether a docstring that the commit writes describes a parameter, in reST, Google's or NumPy's way."""
    says = _PATTERNS.of("described", parameter=parameter)
    spaced = _PATTERNS.of("described_apart", parameter=parameter)
    return any(
        parameter in text and ((says.match(text) and parameter not in code) or spaced.match(text))
        for _, view in file.views
        for text, code in zip(view.text.split("\n"), view.code.split("\n"), strict=True)
    )


def has_docstring(view: View, mention: Mention) -> bool:
    """Whether a mentioned definition begins with a docstring, as far as the hunk shows its beginning."""
    lines = view.text.split("\n")
    at = next((at for at, number in enumerate(view.side.numbers) if number == mention.line), len(lines))
    ends = (below for below in range(at, min(at + _SIGNATURE, len(lines))) if lines[below].rstrip().endswith(":"))
    end = next(ends, len(lines))
    return end + 1 < len(lines) and bool(_PATTERNS.docstring.match(lines[end + 1]))


def exported(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the names that a package's `__init__` exports: what it imports from its own modules, and what it lists."""
    if not file.path.endswith("__init__.py") or not is_open(file):
        return
    package = file.path.split("/")[-2:-1]
    for found in _PATTERNS.imports.finditer(view.code):
        if (
            not (found["module"].startswith(".") or found["module"].split(".")[0] in file.path.split("/"))
            or not package
        ):
            continue
        start = found.start("rest")
        inside = call_text(view.code, start - 1) if found["open"] else found["rest"]
        at = start
        for piece in inside.split(","):
            name = _PATTERNS.imported.match(piece.strip())
            if name:
                yield view.mention(name["name"], file.path, at + piece.index(name["name"]))
            at += len(piece) + 1
    yield from listed(file, view)


def defined(file: ChangedFile, view: View) -> Iterator[tuple[Mention, bool]]:
    """Find a module's public functions, classes and methods, each with whether a mark makes it part of the interface."""
    owner = _PATTERNS.class_head.match(view.heading)
    called = owner["name"] if owner else ""
    for found in _PATTERNS.defined.finditer(view.code):
        depth = len(found["indent"])
        if found["keyword"] == "class" and not depth:
            called = found["name"]
        elif not depth:
            called = ""
        if depth not in {0, _METHOD_INDENT} or (depth and (not called or called.startswith("_"))):
            continue
        name = f"{called}.{found['name']}" if depth else found["name"]
        above = view.code[max(0, found.start() - 200) : found.start()]
        marks = (
            [line for line in above.rstrip("\n").split("\n")[:-4:-1] if "@" in line and depth_of(line) == depth]
            if "@" in above
            else []
        )
        yield view.mention(name, file.path, found.start("name")), any(_PATTERNS.mark.search(line) for line in marks)
