"""A commit's diff cut to a token budget by relevance: the product's code first, whole hunks, the rest by name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import dirname

from analysis.commits.blocks import Opener
from analysis.commits.commit import LOST, Commit, FileChange
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.moves import Move, moves
from analysis.commits.patch import Hunk, hunks
from analysis.commits.surroundings import NOTHING, Surroundings

_ORDER = (FileKind.PRODUCTION, FileKind.BUILD, FileKind.CI, FileKind.TEST, FileKind.TOOLING, FileKind.DOCS)
_SHARE = {FileKind.BUILD: 0.6, FileKind.CI: 0.25, FileKind.TEST: 0.25, FileKind.TOOLING: 0.2, FileKind.DOCS: 0.2}
"""The largest share of the budget for files other than the product's code, so that they never crowd it out."""
_BEGINNING = 200
"""Tokens shown of a hunk if nothing else of its commit is shown."""
_NOTE = 12
"""Tokens needed to say how much of it is not shown."""
_NAMING = 150
"""Tokens always available for the names of what is left out."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a diff that is shown to a model.

    Attributes:
        text: hunks under their paths, and one line per file that is not shown.
        tokens: its estimated length.
        unseen: paths of product files, or parts of them (`path (2 of 5 hunks)`), that did not fit or could not be read.
    """

    text: str
    tokens: int
    unseen: tuple[str, ...]


def estimate(text: str) -> int:
    """Estimate the number of tokens: a quarter of the bytes, near the median for diffs and for Chinese."""
    return len(text.encode()) // 4 + 1


def excerpt(commit: Commit, budget: int, around: Surroundings = NOTHING) -> Excerpt:
    """Cut a commit's diff to about `budget` tokens; the names of what is left out may take `_NAMING` more.

    Each hunk comes with the lines that open its blocks; a block that only moved becomes one line saying where from and where
    to. If none of a commit's hunks fits, the beginning of the first is shown.
    """
    cut = _Cut(budget, around, moves(commit))
    product = [file for file in commit.files if kind_of(file.path) is FileKind.PRODUCTION]
    for file in sorted(product, key=_size):
        cut.take(file, cut.left)
    # Names cost tokens too; tokens for those that may be left out are reserved before other files use what the product left.
    others = [file for file in commit.files if kind_of(file.path) is not FileKind.PRODUCTION]
    needed = sum(estimate(_header(file) + (file.patch or "")) for file in others)
    naming = sum(estimate(_line(file)) for file in others)
    put_by = 0 if needed + naming <= cut.left else min(naming, max(_NAMING, budget // 10))
    for kind in (*_ORDER[1:], *(kind for kind in FileKind if kind not in _ORDER)):
        spent = 0
        for file in sorted((file for file in others if kind_of(file.path) is kind), key=_size):
            limit = int(budget * _SHARE.get(kind, 0)) - spent
            spent += cut.take(file, min(cut.left - put_by, limit))
    if (
        not cut.parts
        and budget >= _BEGINNING
        and (first := next((file for file in (*product, *others) if _has_hunks(file)), None))
    ):
        cut.begin(first)
    if commit.more_files:
        cut.named.append((None, "(more files than the source lists)"))
        cut.unseen.append("(files that the source did not list)")
    if cut.named:
        cut.parts.append(_names(cut.named, max(cut.left, _NAMING)))
    text = "\n".join(cut.parts)
    return Excerpt(text, estimate(text), tuple(cut.unseen))


class _Cut:
    """What was taken from a diff so far, what was left out, and how many tokens remain."""

    def __init__(self, budget: int, around: Surroundings, moved: Mapping[tuple[str, int], Sequence[Move]]) -> None:
        self.left = budget
        self._around, self._moved = around, moved
        self.parts: list[str] = []
        self.named: list[tuple[FileChange | None, str]] = []
        self.unseen: list[str] = []

    def take(self, file: FileChange, limit: int) -> int:
        """Take what fits of a file within `limit` tokens, name what does not, and return the cost."""
        pieces = [self._shown(file, at, hunk) for at, hunk in enumerate(hunks(file.patch or ""))]
        whole = len(pieces)
        text, shown = _header(file) + (file.patch or ""), whole
        is_plain = not any(self._around.of(file.path, at) or (file.path, at) in self._moved for at in range(whole))
        if not is_plain or estimate(text) > limit or file.status == "removed":
            text, shown = _fit(file, limit, pieces)
        cost = estimate(text) if shown else 0
        if shown:
            self.parts.append(text)
            self.left -= cost
        if shown < whole or not whole:
            self.named.append((file, f"{_line(file)}, {whole - shown} hunks not shown" if shown else _line(file)))
        if file.unseen in LOST:
            self.unseen.append(file.path)
        elif shown < whole and file.status != "removed" and kind_of(file.path) is FileKind.PRODUCTION:
            self.unseen.append(f"{file.path} ({shown} of {whole} hunks)" if shown else file.path)
        return cost

    def _shown(self, file: FileChange, at: int, hunk: Hunk) -> list[str]:
        return list(_show(hunk, self._around.of(file.path, at), self._moved.get((file.path, at), ())))

    def begin(self, file: FileChange) -> None:
        """Show the beginning of a file's first hunk, which shows what a commit is about, whatever its title says."""
        first = next(hunks(file.patch or ""))
        lines = self._shown(file, 0, first)
        text, count = _header(file), 0
        for line in lines:
            if estimate(text + line) > _BEGINNING - _NOTE:
                break
            text, count = text + line, count + 1
        more = f"({len(lines) - count} more lines of this hunk)\n" if count < len(lines) else ""
        self.parts.append(text + more)
        self.left -= estimate(text + more)


def _size(file: FileChange) -> int:
    return file.additions + file.deletions


def _has_hunks(file: FileChange) -> bool:
    return file.status != "removed" and next(hunks(file.patch or ""), None) is not None


def _fit(file: FileChange, limit: int, pieces: Sequence[Sequence[str]]) -> tuple[str, int]:
    """Return what fits of a file's hunks, and how many that is. Deleted files are only named."""
    text, shown = _header(file), 0
    for piece in pieces if file.status != "removed" else ():
        longer = text + "".join(piece)
        if estimate(longer) <= limit:
            text, shown = longer, shown + 1
    return (text, shown) if shown else ("", 0)


def _header(file: FileChange) -> str:
    return f"### {file.path}" + (f" (from {file.old_path})" if file.old_path else "") + f" [{file.status}]\n"


def _show(hunk: Hunk, openers: Sequence[Opener], moved: Sequence[Move]) -> Iterator[str]:
    first = hunk.lines[0] if hunk.lines else None
    at = (first.new or first.old) if first else ""
    yield f"@@ {at} @@ {hunk.heading}\n"
    yield from (opened(one) for one in openers if one.text.strip() != hunk.heading.strip())
    ends = {move.start: move for move in moved}
    end = 0
    for place, line in enumerate(hunk.lines):
        if move := ends.get(place):
            end = move.end
            way = "to" if line.removed else "from"
            yield f"moved {move.end - move.start} lines {way} {move.path}:{move.line}\n"
        if place >= end:
            yield f"{'+' if line.added else '-' if line.removed else ' '}{line.text}\n"


def opened(one: Opener) -> str:
    """Format a line that opens a block around a hunk."""
    return f"within {one.number}: {one.text.strip()}\n"


def _line(file: FileChange) -> str:
    was = f" (from {file.old_path})" if file.old_path else ""
    why = f", {file.unseen}" if file.unseen else ""
    return f"{file.path}{was}: {file.status}, {kind_of(file.path)}, +{file.additions} -{file.deletions}{why}"


def _names(named: Sequence[tuple[FileChange | None, str]], limit: int) -> str:
    """Name what is left out: file by file, by folder if that is too long, or at least as a number."""
    by_folder = [line for line, _ in _folders(named)]
    for lines in ([line for _, line in named], by_folder):
        text = "Files not shown:\n" + "\n".join(f"- {line}" for line in lines)
        if estimate(text) <= limit:
            return text
    text, left = "Files not shown:", len(named)
    for line, count in _folders(named):
        longer = f"{text}\n- {line}"
        if estimate(f"{longer}\n- and {len(named)} more") > limit:
            break
        text, left = longer, left - count
    return f"{text}\n- and {left} more" if left else text


def _folders(named: Sequence[tuple[FileChange | None, str]]) -> list[tuple[str, int]]:
    """Return a line for each folder and kind, with the number of files; product files keep their own lines."""
    groups: dict[tuple[str, str], list[tuple[FileChange | None, str]]] = {}
    for file, line in named:
        kind = kind_of(file.path) if file else FileKind.PRODUCTION
        alone = file is None or kind is FileKind.PRODUCTION or line != _line(file)
        groups.setdefault((line if alone or file is None else dirname(file.path), kind), []).append((file, line))
    lines = []
    for (folder, sort), members in groups.items():
        files = [file for file, _ in members if file]
        added, deleted = sum(file.additions for file in files), sum(file.deletions for file in files)
        many = f"{folder or '.'}/: {len(members)} files, {sort}, +{added} -{deleted}"
        lines.append((members[0][1] if len(members) == 1 else many, len(members)))
    return lines
