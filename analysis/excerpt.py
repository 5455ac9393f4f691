"""A commit's diff cut to a budget of tokens by what matters: the product's code first, hunks whole, the rest by name."""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.commit import Commit, FileChange
from analysis.patch import Hunk, hunks
from analysis.paths import FileKind, kind_of

_ORDER = (FileKind.PRODUCTION, FileKind.BUILD, FileKind.CI, FileKind.TEST, FileKind.TOOLING, FileKind.DOCS)
_SHARE = {FileKind.BUILD: 0.6, FileKind.CI: 0.25, FileKind.TEST: 0.25, FileKind.TOOLING: 0.2, FileKind.DOCS: 0.2}
"""Which part of the budget files that are not the product's code may take at most, so that they never crowd it out."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What of a diff is shown to a model.

    Attributes:
        text: hunks under their paths, and one line for each file that is not shown.
        tokens: an estimate of its length.
        unseen: paths of product files, or parts of them (`path (2 of 5 hunks)`), that did not fit or could not be read.
    """

    text: str
    tokens: int
    unseen: tuple[str, ...]


def estimate(text: str) -> int:
    """Estimate the number of tokens: a quarter of the bytes, near the median for diffs and for Chinese."""
    return len(text.encode()) // 4 + 1


def excerpt(commit: Commit, budget: int) -> Excerpt:
    """Cut a commit's diff to about `budget` tokens."""
    parts: list[str] = []
    named: list[str] = []
    unseen: list[str] = []
    left = budget
    spent = dict.fromkeys(FileKind, 0)
    for kind in _ORDER:
        files = [file for file in commit.files if kind_of(file.path) is kind]
        for file in sorted(files, key=lambda f: f.additions + f.deletions):
            if file.status == "removed" or not file.patch:
                named.append(_line(file))
                if file.unseen == "too large":
                    unseen.append(file.path)
                continue
            limit = left if kind is FileKind.PRODUCTION else min(left, int(budget * _SHARE[kind]) - spent[kind])
            text, shown, all_of_it = _fit(file, limit)
            if shown:
                parts.append(text)
                cost = estimate(text)
                left, spent[kind] = left - cost, spent[kind] + cost
            if shown < all_of_it:
                if kind is FileKind.PRODUCTION:
                    unseen.append(file.path if not shown else f"{file.path} ({shown} of {all_of_it} hunks)")
                named.append(_line(file) if not shown else f"{_line(file)}, {all_of_it - shown} hunks not shown")
    named += [_line(file) for file in commit.files if kind_of(file.path) not in _ORDER]
    if commit.more_files:
        named.append("(more files than the source lists)")
        unseen.append("(files that the source did not list)")
    if named:
        parts.append("Files not shown:\n" + "\n".join(f"- {line}" for line in named[:60]))
        if len(named) > 60:  # noqa: PLR2004 - names cost tokens too
            parts.append(f"- and {len(named) - 60} more")
    text = "\n".join(parts)
    return Excerpt(text, estimate(text), tuple(unseen))


def _fit(file: FileChange, limit: int) -> tuple[str, int, int]:
    """Return what fits of a file's patch, how many hunks that is, and how many there are."""
    header = f"### {file.path}" + (f" (from {file.old_path})" if file.old_path else "") + f" [{file.status}]\n"
    whole = header + (file.patch or "")
    found = list(hunks(file.patch or ""))
    if estimate(whole) <= limit:
        return whole, len(found), len(found)
    text, shown = header, 0
    for hunk in found:
        piece = "".join(_show(hunk))
        if estimate(text) + estimate(piece) > limit:
            break
        text, shown = text + piece, shown + 1
    return text, shown, len(found)


def _show(hunk: Hunk) -> Iterator[str]:
    first = hunk.lines[0] if hunk.lines else None
    at = (first.new or first.old) if first else ""
    yield f"@@ {at} @@ {hunk.heading}\n"
    for line in hunk.lines:
        yield f"{'+' if line.added else '-' if line.removed else ' '}{line.text}\n"


def _line(file: FileChange) -> str:
    was = f" (from {file.old_path})" if file.old_path else ""
    why = f", {file.unseen}" if file.unseen else ""
    return f"{file.path}{was}: {file.status}, {kind_of(file.path)}, +{file.additions} -{file.deletions}{why}"
