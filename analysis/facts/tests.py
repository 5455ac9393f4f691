"""Tests that stop or start to run."""

import re
from collections.abc import Iterator, Sequence

from analysis.facts.changed import ChangedFile
from analysis.facts.fact import Fact, FactKind
from analysis.patch import Hunk
from analysis.paths import FileKind

_SKIP = re.compile(
    r"""@(?:unittest|pytest\.mark)\.(?:skip|skipIf|skipif|skipUnless|xfail)\b|^pytestmark\s*=.*skip"""
    r"""|#\[ignore|\b(?:it|describe|test)\.skip\(|\bx(?:it|describe)\(|\bDISABLED_\w+"""
)
_FIRST_STATEMENT = re.compile(r"\b(?:pytest\.skip|self\.skipTest|t\.Skip(?:f|Now)?|GTEST_SKIP)\(")
_DISABLED = re.compile(r"""\bdisabled\s*=\s*(?:["']|True)""")
_REASON = re.compile(r"""(?:reason\s*=\s*|disabled\s*=\s*|skip(?:Test|If|Unless)?\([^"'\n]*)["']([^"'\n]{3,160})["']""")
_CALL = re.compile(r"\b(\w+)\(")
_TEST_NAME = re.compile(
    r"^\s*(?:async\s+)?(?:def|class|fn|func)\s+(\w+)|^\s*(?:it|test|describe)\S*\(\s*[\"'`]([^\"'`]+)"
)


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find tests that the commit skips, or runs again; a new test that skips itself somewhere is neither."""
    for file in files:
        if file.kind not in {FileKind.TEST, FileKind.CI} or file.change.status in {"added", "removed"}:
            continue
        for hunk in file.hunks:
            gained = [index for index, line in enumerate(hunk.lines) if line.added and _skips(hunk, index)]
            lost = [index for index, line in enumerate(hunk.lines) if line.removed and _skips(hunk, index)]
            if len(gained) == len(lost):
                continue
            more = len(gained) > len(lost)
            kind, index = (FactKind.TEST_DISABLED, gained[0]) if more else (FactKind.TEST_ENABLED, lost[0])
            line = hunk.lines[index]
            reason = next((m[1] for near in hunk.lines[index : index + 4] if (m := _REASON.search(near.text))), "")
            following = (m for near in hunk.lines[index : index + 8] if (m := _TEST_NAME.match(near.text)))
            named = next(following, None)
            whole_file = bool(_DISABLED.search(line.text)) or named is None
            name = file.path.rpartition("/")[2] if whole_file or named is None else named[1] or named[2]
            yield Fact(kind, name, file.path, line.new or line.old or 0, detail=reason)


def _skips(hunk: Hunk, index: int) -> bool:
    line = hunk.lines[index]
    if _SKIP.search(line.text):
        return True
    if _FIRST_STATEMENT.search(line.text):  # behind a condition it is about a machine, not about the test
        above = next((near.text for near in reversed(hunk.lines[:index]) if near.text.strip()), "")
        return bool(_TEST_NAME.match(above))
    if _DISABLED.search(line.text):  # a registration that is disabled from its first day disables nothing
        call = next((m[1] for near in reversed(hunk.lines[: index + 1]) if (m := _CALL.search(near.text))), None)
        other = "added" if line.removed else "removed"
        return any(getattr(near, other) and call and f"{call}(" in near.text for near in hunk.lines)
    return False
