"""Tests that stop or start running."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.commits.file_kinds import FileKind
from analysis.commits.patch import Hunk, Line
from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile
from analysis.facts.syntax.code import arguments, call_text, joined
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_MARK_WORDS = ("skip", "xfail", "ignore", "xit(", "xdescribe(", "DISABLED_")
"""Every mark contains one of them: most lines have none, and this check is faster than the pattern."""

_FAR = 10
EXPECTED_TO_FAIL = "expected to fail"
"""How a fact describes a test that runs and may fail."""


@dataclass(frozen=True, slots=True)
class _Skip:
    """A place that keeps a test from running."""

    name: str
    line: Line
    reason: str
    still_runs: bool = False
    """It is only expected to fail."""


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find tests that the commit disables or enables again; a new test that skips itself is neither."""
    for file in files:
        if file.kind not in {FileKind.TEST, FileKind.CI} or file.change.status in {"added", "removed"}:
            continue
        gained = [skip for hunk in file.hunks for skip in _skips(file, hunk, added=True)]
        lost = [skip for hunk in file.hunks for skip in _skips(file, hunk, added=False)]
        for kind, these, those in ((FactKind.TEST_DISABLED, gained, lost), (FactKind.TEST_ENABLED, lost, gained)):
            known = {skip.name for skip in those}
            for skip in these:
                if skip.name not in known:
                    known.add(skip.name)
                    number = skip.line.new if kind is FactKind.TEST_DISABLED else skip.line.old
                    expected = EXPECTED_TO_FAIL if skip.still_runs else ""
                    was, now = ("", expected) if kind is FactKind.TEST_DISABLED else (expected, "")
                    yield Fact(kind, skip.name, file.path, number or 0, was, now, skip.reason)


def _skips(file: ChangedFile, hunk: Hunk, *, added: bool) -> Iterator[_Skip]:
    """Yield what keeps a test from running on only one side of the hunk."""
    lines = [line for line in hunk.lines if not (line.removed if added else line.added)]
    others = {line.text.strip() for line in hunk.lines if (line.removed if added else line.added)}
    whole = file.path.rpartition("/")[2]
    for index, line in enumerate(lines):
        if not (line.added if added else line.removed) or line.text.strip() in others:
            continue
        if skipped := _commented_out(line, others):
            yield _Skip(skipped, line, "")
        elif _PATTERNS.whole_file.match(line.text) or (
            line.text.startswith("pytestmark") and _PATTERNS.mark.search(line.text)
        ):
            yield _Skip(whole, line, _reason(lines, index))
        elif "disabled" in line.text and _PATTERNS.disabled.search(line.text):
            if _is_registered(lines, index, hunk, added=added):
                yield _Skip(whole, line, _reason(lines, index))
        elif test := _stopped(lines, index):
            name = _PATTERNS.test_name.match(test.text)
            # A test added (or removed) together with its mark has not stopped (or started) running.
            if name and not _is_only_here(test, name, others):
                called, reason = name[1] or name[2] or name[3], _reason(lines, index)
                runs = bool(_PATTERNS.expected.search(line.text))
                yield _Skip(called, line, reason if reason != called else "", runs)


def _stopped(lines: Sequence[Line], index: int) -> Line | None:
    """Return the line that names the test disabled by the mark or statement at `index`, if any."""
    text = lines[index].text
    if _PATTERNS.first_statement.match(text):  # under a condition, it is about the machine, not the test
        above = next((near for near in reversed(lines[:index]) if near.text.strip()), None)
        return above if above and _PATTERNS.test_name.match(above.text) else None
    if (
        any(word in text for word in _MARK_WORDS)
        and _PATTERNS.mark.search(text)
        and not text.lstrip().startswith(("#  ", "# ", "//"))
    ):
        return next((near for near in lines[index : index + _FAR] if _PATTERNS.test_name.match(near.text)), None)
    return None


def _is_only_here(test: Line, name: re.Match[str], others: set[str]) -> bool:
    if not (test.added or test.removed):
        return False
    word = name[1] or name[2] or name[3]
    return not any(word in text for text in others)


def _commented_out(line: Line, others: set[str]) -> str:
    """Return the name of the test that a line comments out and the other side does not."""
    if not _PATTERNS.comment.match(line.text):
        return ""
    plain = _PATTERNS.comment.sub(r"\1", line.text).strip()
    if plain not in others or not (_PATTERNS.test.match(plain) or _PATTERNS.listed.match(plain)):
        return ""
    named = _PATTERNS.test_name.match(plain)
    listed = _PATTERNS.listed.search(plain)
    return (named[1] or named[2] or named[3]) if named else listed[1] if listed else ""


def _is_registered(lines: Sequence[Line], index: int, hunk: Hunk, *, added: bool) -> bool:
    # A registration that was disabled from the start disables nothing.
    call = next(
        (found[1] for near in reversed(lines[: index + 1]) if (found := _PATTERNS.call.search(near.text))), None
    )
    opening = next((near for near in reversed(lines[: index + 1]) if call and f"{call}(" in near.text), None)
    if opening is None or not (opening.added or opening.removed):
        return opening is not None
    others = [line for line in hunk.lines if (line.removed if added else line.added)]
    return any(f"{call}(" in line.text for line in others)


def _reason(lines: Sequence[Line], index: int) -> str:
    """Return the reason that a mark or call gives: by keyword, or as its last text."""
    text = "\n".join(near.text for near in lines[index : index + 6])
    named = _PATTERNS.reason.search(text)
    if named and (said := joined(named["said"])):
        return said
    opening = text.partition("\n")[0].find("(")
    given = [argument for argument, _ in arguments(call_text(text, opening))] if opening >= 0 else []
    said = next(
        (said for argument in reversed(given) if _PATTERNS.text.match(argument) and (said := joined(argument))), ""
    )
    if said:
        return said
    number = _PATTERNS.number.search(lines[index].text)
    return number[0] if number else ""
