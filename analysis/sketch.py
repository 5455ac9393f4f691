"""What a diff shows besides facts: what is new in the product's code, what is touched, what moved, what it says.

Facts are proofs, a sketch is an outline: enough to say in a sentence where and how something was changed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from posixpath import commonpath, dirname

from analysis.commit import Commit, FileChange
from analysis.facts.changed import ChangedFile
from analysis.patch import Hunk
from analysis.paths import FileKind, kind_of

_DEFINITION = re.compile(
    r"^(?P<indent>\s*)(?:@\w+\s+)*(?:export\s+|pub(?:\([^)]*\))?\s+|async\s+|static\s+|unsafe\s+|const\s+|default\s+)*"
    r"(?P<keyword>def|class|fn|func|struct|enum|trait|impl|interface|function|namespace)\s+(?:alignas\([^)]*\)\s*|\([^)]*\)\s*)?(?P<name>[A-Za-z_]\w*)"
)
_DOCSTRING = re.compile(r"""^\s*[rf]?(?:\"\"\"|''')\s*(.*?)(?:\"\"\"|''')?\s*$""")
_COMMENT = re.compile(r"^\s*(?:#|//+|/?\*+)(?!\s*[-=~#*/]{3})\s?(?P<text>.*?)(?:\*/)?\s*$")
_NOISE = re.compile(
    r"^(?:noqa|type:|pylint|nolint|fmt:|isort|TODO|FIXME|XXX|HACK|Copyright|SPDX|Licensed|Args|Returns|Raises|!)|[=;{}]\s*$|^\W*$",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_]\w{3,}")
_LONGEST_QUOTE = 160
_LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class that is new; `doc` is the first line of its docstring, if it has one."""

    name: str
    path: str
    line: int
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A comment that the commit adds, as its author wrote it, on one line."""

    text: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Move:
    """Files that only changed their place: how many, of which kind, from and to which folder."""

    count: int
    kind: FileKind
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """The outline of one commit.

    Attributes:
        new: definitions that came to files of the product that were there before; public ones first.
        new_files: files of the product that are new.
        touched: names of the definitions whose inside changed, most changed first.
        swapped: names that took another's place in several lines: (before, after, how often).
        quotes: comments that came with the change, the longest first.
        moves: renames with at most a few lines changed, by folder.
        lines: added and deleted lines by kind of file.
    """

    new: tuple[Definition, ...]
    new_files: tuple[str, ...]
    touched: tuple[str, ...]
    swapped: tuple[tuple[str, str, int], ...]
    quotes: tuple[Quote, ...]
    moves: tuple[Move, ...]
    lines: dict[FileKind, int]


def sketch(commit: Commit) -> Sketch:
    """Outline a commit's diff."""
    files = [ChangedFile(change) for change in commit.files]
    product = [file for file in files if file.is_product]
    old_files = [file for file in product if file.change.status not in {"added", "removed"}]
    touched: Counter[str] = Counter()
    for file in old_files:
        for hunk in file.hunks:
            touched.update(_touched(hunk))
    new = [definition for file in old_files for hunk in file.hunks for definition in _new(file, hunk)]
    gone = {name for file in product for hunk in file.hunks for name in _removed(hunk)}
    new = [definition for definition in new if definition.name not in gone]
    names = {definition.name for definition in new}
    lines: Counter[FileKind] = Counter()
    for file in files:
        lines[file.kind] += file.change.additions + file.change.deletions
    return Sketch(
        new=tuple(sorted(new, key=lambda definition: (definition.name.startswith("_"), not definition.doc))),
        new_files=tuple(file.path for file in product if file.change.status == "added"),
        touched=tuple(name for name, _ in touched.most_common() if name not in names),
        swapped=tuple(_swapped(old_files)),
        quotes=tuple(sorted(_quotes(old_files), key=lambda quote: -len(quote.text))),
        moves=tuple(_moves(commit.files)),
        lines=dict(lines),
    )


def _touched(hunk: Hunk) -> Counter[str]:
    """Count the changed lines of each definition that the hunk shows or names in its heading."""
    found = _DEFINITION.match(hunk.heading)
    name, counts = found["name"] if found else "", Counter[str]()
    for line in hunk.lines:
        definition = _DEFINITION.match(line.text)
        if definition:
            name = definition["name"]
        if (line.added or line.removed) and name and line.text.strip():
            counts[name] += 1
    return counts


def _new(file: ChangedFile, hunk: Hunk) -> Iterable[Definition]:
    for index, line in enumerate(hunk.lines):
        found = _DEFINITION.match(line.text) if line.added else None
        if not found or found["keyword"] in {"impl", "namespace"} or found["name"].startswith("__"):
            continue
        following = [near.text for near in hunk.lines[index + 1 : index + 14] if near.added]
        yield Definition(found["name"], file.path, line.new or 0, _doc(following))


def _doc(following: Sequence[str]) -> str:
    """The first sentence of the docstring that follows a signature, if one does."""
    for index, text in enumerate(following):
        opened = _DOCSTRING.match(text) if '"""' in text or "'''" in text else None
        if opened:
            first = opened[1] or (following[index + 1].strip() if index + 1 < len(following) else "")
            return _short(first.strip().rstrip('"').strip())
        if _DEFINITION.match(text) or text.strip().startswith(("return", "if ", "for ")):
            return ""
    return ""


def _removed(hunk: Hunk) -> set[str]:
    return {found["name"] for line in hunk.lines if line.removed and (found := _DEFINITION.match(line.text))}


def _swapped(files: Sequence[ChangedFile]) -> Iterable[tuple[str, str, int]]:
    """Names that vanish from some lines while another appears in as many."""
    lost: Counter[str] = Counter()
    won: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for file in files:
        for hunk in file.hunks:
            removed = [line.text for line in hunk.lines if line.removed]
            added = [line.text for line in hunk.lines if line.added]
            lost.update(name for text in removed for name in _NAME.findall(text))
            won.update(name for text in added for name in _NAME.findall(text))
            for before, after in zip(removed, added, strict=False):
                old, new = set(_NAME.findall(before)), set(_NAME.findall(after))
                if len(old - new) == 1 and len(new - old) == 1:
                    pairs[(*(old - new), *(new - old))] += 1
    for (old_name, new_name), count in pairs.most_common(3):
        if won[old_name] == 0 and lost[new_name] == 0:
            yield old_name, new_name, max(count, min(lost[old_name], won[new_name]))


def _quotes(files: Sequence[ChangedFile]) -> Iterable[Quote]:
    for file in files:
        if file.kind is not FileKind.PRODUCTION:
            continue
        for hunk in file.hunks:
            removed = {line.text.strip() for line in hunk.lines if line.removed}
            text, start = "", 0
            for line in (*hunk.lines, None):
                comment = (
                    _COMMENT.match(line.text) if line and line.added and line.text.strip() not in removed else None
                )
                if comment and not _NOISE.search(comment["text"]):
                    text, start = f"{text} {comment['text'].strip()}".strip(), start or (line.new or 0 if line else 0)
                    continue
                if len(text.split()) >= _LEAST_WORDS:
                    yield Quote(_short(text), file.path, start)
                text, start = "", 0


def _short(text: str) -> str:
    """The first sentence, or what fits of it to the last whole word."""
    text = re.sub(r"\s+", " ", text).strip()
    first = re.split(r"(?<=[.!?])\s+(?=[A-Z])", text, maxsplit=1)[0]
    if len(first) <= _LONGEST_QUOTE:
        return first
    return first[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"


def _moves(files: Sequence[FileChange]) -> Iterable[Move]:
    groups: dict[tuple[FileKind, str], list[FileChange]] = {}
    for file in files:
        few = file.additions + file.deletions <= 12  # noqa: PLR2004 - imports and a registration follow a move
        if file.status == "renamed" and file.old_path and few and dirname(file.path) != dirname(file.old_path):
            groups.setdefault((kind_of(file.path), dirname(file.path).split("/")[0]), []).append(file)
    for (kind, _), moved in groups.items():
        source = _common([dirname(file.old_path or "") for file in moved])
        target = _common([dirname(file.path) for file in moved])
        yield Move(len(moved), kind, source, target)


def _common(folders: Sequence[str]) -> str:
    return commonpath(folders) if all(folders) else ""
