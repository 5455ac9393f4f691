"""What a diff shows besides facts: what is new in the product's code, what was replaced, what moved, what its comments say.

Facts are proof; a sketch is an outline, evidence of the kind of change.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from posixpath import commonpath, dirname

from analysis.commits.commit import Commit, FileChange
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.patch import Line
from analysis.facts.syntax.changed import ChangedFile, View, changed_file
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_COMMENTS = {
    **dict.fromkeys(("python", "shell", "yaml", "toml", "docker", "cmake"), "hash"),
    **dict.fromkeys(("c", "rust", "go", "javascript", "java"), "slash"),
}
_TEXT_MARKS = ('"""', "'''")
_PROGRAMS = {"python", "rust", "go", "c", "javascript", "java"}
_LONGEST_QUOTE = 160
_LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Definition:
    """A new function or class.

    Attributes:
        doc: the first sentence of its docstring, if it has one.
        within: the class that git names for its location, if it is in one.
    """

    name: str
    path: str
    line: int
    doc: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A comment that the commit adds, as its author wrote it, on one line."""

    text: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Move:
    """Files that were only moved: their count, kind, and source and target folders."""

    count: int
    kind: FileKind
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """The outline of one commit.

    Attributes:
        new: definitions added to existing files of the product; public ones first.
        new_files: new files of the product.
        swapped: names that replaced another in several lines: (before, after, how often).
        quotes: comments that the change adds, the longest first.
        moves: renames with at most a few lines changed, by folder.
    """

    new: tuple[Definition, ...]
    new_files: tuple[str, ...]
    swapped: tuple[tuple[str, str, int], ...]
    quotes: tuple[Quote, ...]
    moves: tuple[Move, ...]


def defined_in(text: str) -> re.Match[str] | None:
    """Read a line that defines a function or a class: `indent`, `keyword` and `name`."""
    return _PATTERNS.definition.match(text)


@lru_cache(maxsize=64)
def sketch(commit: Commit) -> Sketch:
    """Outline a commit's diff; cached for the next caller."""
    files = [changed_file(change) for change in commit.files]
    product = [file for file in files if file.is_product]
    old_files = [file for file in product if file.change.status not in {"added", "removed"}]
    return Sketch(
        new=new_definitions(product),
        new_files=tuple(file.path for file in product if file.change.status == "added"),
        swapped=tuple(_swapped(old_files)),
        quotes=tuple(sorted(_quotes(old_files), key=lambda quote: -len(quote.text))),
        moves=tuple(_moves([file.change for file in files])),
    )


def new_definitions(files: Iterable[ChangedFile]) -> tuple[Definition, ...]:
    """Return what existing files define now and none of them defined before; public ones first."""
    files = tuple(files)
    gone = {name for file in files for old, _ in file.views for name in _removed(old)}
    old_files = (file for file in files if file.change.status not in {"added", "removed"})
    new: dict[str, Definition] = {}
    for definition in (definition for file in old_files for _, view in file.views for definition in _new(file, view)):
        if definition.name not in gone:
            new.setdefault(definition.name, definition)
    return tuple(sorted(new.values(), key=lambda definition: (definition.name.startswith("_"), not definition.doc)))


def _new(file: ChangedFile, view: View) -> Iterable[Definition]:
    if file.language not in _PROGRAMS:
        return
    lines, texts = list(view.lines()), view.text.split("\n")
    for index, (number, code, changed) in enumerate(lines):
        found = defined_in(code) if changed else None
        if not found or found["keyword"] in {"impl", "namespace"} or found["name"].startswith("__"):
            continue
        near = range(index + 1, min(index + 14, len(lines)))
        doc = _doc([texts[at] for at in near if lines[at][2]])
        within = (
            _class_around([view.heading, *texts[:index]], len(found["indent"])) if file.language == "python" else ""
        )
        yield Definition(found["name"], file.path, number, doc, within)


def _class_around(above: Sequence[str], indent: int) -> str:
    """The class that contains a Python definition with this indentation; an empty string if none does."""
    for text in reversed(above) if indent else ():
        outer = defined_in(text)
        if outer and len(outer["indent"]) < indent:
            return outer["name"] if outer["keyword"] == "class" else ""
    return ""


def _doc(following: Sequence[str]) -> str:
    """The first sentence of the docstring after a signature, if there is one."""
    for index, text in enumerate(following):
        opened = _PATTERNS.docstring.match(text) if '"""' in text or "'''" in text else None
        if opened:
            first = opened[1] or (following[index + 1].strip() if index + 1 < len(following) else "")
            return _short(first.strip().rstrip('"').strip())
        if defined_in(text) or text.strip().startswith(("return", "if ", "for ")):
            return ""
    return ""


def _removed(view: View) -> set[str]:
    return {found["name"] for _, code, changed in view.lines() if changed and (found := defined_in(code))}


def _swapped(files: Sequence[ChangedFile]) -> Iterable[tuple[str, str, int]]:
    """Names that vanish from some lines while another appears in just as many."""
    lost: Counter[str] = Counter()
    won: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for file in files:
        for hunk in file.hunks:
            removed = [line.text for line in hunk.lines if line.removed]
            added = [line.text for line in hunk.lines if line.added]
            lost.update(name for text in removed for name in _PATTERNS.name.findall(text))
            won.update(name for text in added for name in _PATTERNS.name.findall(text))
            for before, after in zip(removed, added, strict=False):
                old, new = set(_PATTERNS.name.findall(before)), set(_PATTERNS.name.findall(after))
                if len(old - new) == 1 and len(new - old) == 1:
                    pairs[(*(old - new), *(new - old))] += 1
    for (old_name, new_name), count in pairs.most_common(3):
        if won[old_name] == 0 and lost[new_name] == 0:
            yield old_name, new_name, max(count, min(lost[old_name], won[new_name]))


def _quotes(files: Sequence[ChangedFile]) -> Iterable[Quote]:
    """Comments that were added."""
    for file in files:
        pattern = _PATTERNS["comment"][_COMMENTS[file.language]] if file.language in _COMMENTS else None
        if file.kind is not FileKind.PRODUCTION or pattern is None:
            continue
        lines = [line for hunk in file.hunks for line in hunk.lines]
        elsewhere = {line.text.strip() for line in lines if line.removed}
        for hunk in file.hunks:
            side = [line for line in hunk.lines if not line.removed]
            for comment in _comments(side, pattern):
                fresh = [line.added and line.text.strip() not in elsewhere for line, _ in comment]
                start = fresh.index(True) if True in fresh else 0
                # A sentence appended to an old comment can stand alone.
                comment = comment[start:] if start and comment[start][1][:1].isupper() else comment  # noqa: PLW2901
                whole = all(fresh[len(fresh) - len(comment) :]) and not _explains_old(side, comment, elsewhere)
                # Quoting part of an existing comment, or of one with code, would take it out of context.
                told = [said.lstrip("#:!").strip() for _, said in comment if not _PATTERNS.ruler.match(said)]
                text = " ".join(told)
                is_noise = any(_PATTERNS.noise.search(said) or _PATTERNS.code.search(said) for said in told)
                if whole and len(text.split()) >= _LEAST_WORDS and not is_noise:
                    yield Quote(_fitting(text), file.path, comment[0][0].new or 0)


def _explains_old(side: Sequence[Line], comment: Sequence[tuple[Line, str]], elsewhere: Collection[str]) -> bool:
    """Whether the line below a comment was only moved: a moved block, with a comment on what it already did."""
    last = side.index(comment[-1][0])
    below = next((line.text.strip() for line in side[last + 1 :] if line.text.strip()), "")
    return below in elsewhere


def _comments(lines: Sequence[Line], pattern: re.Pattern[str]) -> Iterable[list[tuple[Line, str]]]:
    """Group adjacent comment lines, each with its text."""
    group: list[tuple[Line, str]] = []
    in_text = False  # inside triple quotes a line is not a comment, though it may look like one
    for line in lines:
        in_text ^= bool(sum(map(line.text.count, _TEXT_MARKS)) % 2)
        if not in_text and (found := pattern.match(line.text)):
            group.append((line, found["text"].strip()))
        elif group:
            yield group
            group = []
    if group:
        yield group


def _fitting(text: str) -> str:
    """As many whole sentences as fit; if the first is too long, the part that fits."""
    fitting, *more = _PATTERNS.sentence_end.split(" ".join(text.split()))
    for sentence in more:
        if len(fitting) + len(sentence) >= _LONGEST_QUOTE:
            break
        fitting += f" {sentence}"
    return _short(fitting) if len(fitting) > _LONGEST_QUOTE else fitting


def _short(text: str) -> str:
    """The first sentence, or the part that fits, up to the last whole word."""
    first = _PATTERNS.sentence_end.split(" ".join(text.split()), maxsplit=1)[0]
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
