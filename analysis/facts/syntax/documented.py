"""What Python offers to others, as far as a commit says so itself: by an export, a mark, a docstring, the documentation."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from analysis.commits.file_kinds import FileKind
from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import call_text, depth_of
from analysis.facts.syntax.exports import listed
from analysis.facts.syntax.offers import is_open

_IMPORT = re.compile(r"^from[ ]+(?P<module>\.[\w.]*|[\w.]+)[ ]+import[ ]+(?P<open>\()?(?P<rest>[^\n]*)", re.MULTILINE)
_IMPORTED = re.compile(r"(?:\w+\s+as\s+)?(?P<name>[A-Za-z]\w*)\s*(?=,|$)")
_DEFINED = re.compile(
    r"^(?P<indent>[ ]{0,4})(?:async[ ]+)?(?P<keyword>def|class)[ ]+(?P<name>[A-Za-z]\w*)", re.MULTILINE
)
_CLASS = re.compile(r"^class[ ]+(?P<name>\w+)")
_MARK = re.compile(r"@(?:\w+\.)*\w*(?:api|API|export|public|Public)\w*\b")
_METHOD_INDENT = 4


class Documentation:
    """What the lines that a commit adds to its documents name as code."""

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
        """Whether they name it the way code is named: in backquotes, after a dot, called, or as what a directive describes."""
        bare = re.escape(name.rpartition(".")[2])
        return name.rpartition(".")[2] in self._text and bool(
            re.search(rf"[.`~]{bare}\b|\b{bare}\(|^\s*\.\. [\w:]+:: (?:[\w.]+\.)?{bare}\b", self._text, re.MULTILINE)
        )


def is_described(parameter: str, file: ChangedFile) -> bool:
    """Whether a docstring that the commit writes describes a parameter, in reST, Google's or NumPy's way."""
    says = re.compile(
        rf"^\s*(?::param [^:]*\b{parameter}:|`{{0,2}}{parameter}`{{0,2}}\s*(?:\([^)]*\))?\s*(?::|--)(?!=)[^=]*[^,=]$)"
    )
    spaced = re.compile(rf"^\s+(?::param [^:]*\b{parameter}:|{parameter} : )")  # also where the hunk shows no quotes
    return any(
        parameter in text and ((says.match(text) and parameter not in code) or spaced.match(text))
        for _, view in file.views
        for text, code in zip(view.text.split("\n"), view.code.split("\n"), strict=True)
    )


def exported(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Find the names that a package's `__init__` gives to others: what it imports from its own modules, what it lists."""
    if not file.path.endswith("__init__.py") or not is_open(file):
        return
    package = file.path.split("/")[-2:-1]
    for found in _IMPORT.finditer(view.code):
        if (
            not (found["module"].startswith(".") or found["module"].split(".")[0] in file.path.split("/"))
            or not package
        ):
            continue
        start = found.start("rest")
        inside = call_text(view.code, start - 1) if found["open"] else found["rest"]
        at = start
        for piece in inside.split(","):
            name = _IMPORTED.match(piece.strip())
            if name:
                yield view.mention(name["name"], file.path, at + piece.index(name["name"]))
            at += len(piece) + 1
    yield from listed(file, view)


def defined(file: ChangedFile, view: View) -> Iterator[tuple[Mention, bool]]:
    """Find the public functions, classes and methods of a module, each with whether a mark makes it a part of the interface."""
    owner = _CLASS.match(view.heading)
    called = owner["name"] if owner else ""
    for found in _DEFINED.finditer(view.code):
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
        yield view.mention(name, file.path, found.start("name")), any(_MARK.search(line) for line in marks)
