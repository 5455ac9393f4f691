"""Public functions and classes that go away or get another name."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from analysis.facts.changed import ChangedFile, Mention, only_in
from analysis.facts.fact import Fact, FactKind
from analysis.patch import Side
from analysis.paths import FileKind

_DEFINITION = {
    "python": re.compile(r"^(?:async\s+def|def|class)\s+(?P<name>[A-Za-z]\w*)(?P<rest>[^\n]*)", re.MULTILINE),
    "rust": re.compile(
        r"^\s*pub\s+(?:async\s+|unsafe\s+|const\s+)*(?:fn|struct|enum|trait|type|static|mod)\s+(?P<name>\w+)(?P<rest>[^\n]*)",
        re.MULTILINE,
    ),
    "go": re.compile(r"^(?:func\s+(?:\([^)]*\)\s*)?|type\s+)(?P<name>[A-Z]\w*)(?P<rest>[^\n]*)", re.MULTILINE),
    "javascript": re.compile(
        r"^export\s+(?:default\s+)?(?:async\s+)?(?:function\*?|class|const|interface|type|enum)\s+(?P<name>\w+)(?P<rest>[^\n]*)",
        re.MULTILINE,
    ),
}
_ALIKE = 0.6
_LISTED_ONE_BY_ONE = 3


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find top-level public names of the product's code that the commit removes or renames, and removed modules."""
    product = [file for file in files if file.kind is FileKind.PRODUCTION]
    gone = list(only_in(_mentions(product, after=False), _mentions(product, after=True)))
    came = list(only_in(_mentions(product, after=True), _mentions(product, after=False)))
    for old in list(gone):
        new = _successor(old, came)
        if new:
            gone.remove(old)
            came.remove(new)
            yield Fact(FactKind.NAME_RENAMED, old.name, new.path, new.line, old.name, new.name)
    removed_files = {file.path for file in product if file.change.status == "removed"}
    for path in sorted(removed_files):
        names = [mention.name for mention in gone if mention.path == path]
        if len(names) > _LISTED_ONE_BY_ONE:
            yield Fact(FactKind.MODULE_REMOVED, path, path, 0, detail=", ".join(names))
            gone = [mention for mention in gone if mention.path != path]
    for mention in gone:
        yield Fact(FactKind.NAME_REMOVED, mention.name, mention.path, mention.line)


def _mentions(files: Sequence[ChangedFile], *, after: bool) -> list[Mention]:
    return [
        mention
        for file in files
        if file.language in _DEFINITION
        for _, old, new in file.sides
        for mention in _definitions(file, new if after else old)
    ]


def _definitions(file: ChangedFile, side: Side) -> Iterator[Mention]:
    for found in _DEFINITION[file.language].finditer(side.text):
        at = found.start("name")
        yield Mention(found["name"], file.path, side.line_at(at), found["rest"], changed=side.is_changed(at, at + 1))


def _successor(old: Mention, came: Sequence[Mention]) -> Mention | None:
    # A rename keeps its place and either its parameters or most of its name.
    near = [new for new in came if new.path == old.path]
    for new in near:
        alike = SequenceMatcher(None, old.name, new.name).ratio()
        if alike >= _ALIKE or (alike >= _ALIKE / 2 and len(old.value) > len("():") and old.value == new.value):
            return new
    return None
