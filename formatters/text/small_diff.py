"""The diff of a small change, line by line: six lines of code say more than any sentence about them."""

from collections.abc import Iterator

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind
from analysis.commits.redaction import redact
from analysis.facts.syntax.changed import ChangedFile, changed_file
from formatters.text.plain import brief, clean

MOST_LINES = 6
"""Product lines that can be read at a glance."""
_WIDEST = 160


def small_diff(commit: Commit) -> tuple[str, ...]:
    """Return the changed product lines, each after its mark, if there are at most MOST_LINES and all are known.

    Secrets are masked. If several files change, each one's lines are below its path.
    """
    product = [file for change in commit.files if (file := changed_file(change)).kind is FileKind.PRODUCTION]
    count = sum(file.change.additions + file.change.deletions for file in product)
    if not 0 < count <= MOST_LINES or not all(file.is_whole for file in product):
        return ()
    changed = [file for file in product if file.hunks]
    return tuple(line for file in changed for line in _lines(file, is_named=len(changed) > 1))


def _lines(file: ChangedFile, *, is_named: bool) -> Iterator[str]:
    if is_named:
        yield f"  {clean(file.path)}"
    for hunk in file.hunks:
        for line in hunk.lines:
            if line.added or line.removed:
                text = redact(line.text.expandtabs(4))[0]
                indent = " " * min(len(text) - len(text.lstrip()), _WIDEST // 4)
                yield brief(f"{'+' if line.added else '-'} {indent}{clean(text)}", _WIDEST)
