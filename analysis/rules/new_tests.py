"""Tests that a commit adds, by name."""

import re
from collections.abc import Iterable, Iterator

from analysis.commits.file_kinds import FileKind
from analysis.facts.syntax.changed import ChangedFile

_BY_NAME = re.compile(r"^\s*(?:async\s+)?(?:def|fn|func|void|fun)\s+(?P<name>[Tt]est\w+)\s*\(")
_BY_MACRO = re.compile(r"^\s*(?:TEST(?:_[FP])?|BENCHMARK)\(\s*(?P<suite>\w+)\s*,\s*(?P<name>\w+)\s*\)")
_BY_TITLE = re.compile(r"""^\s*(?:it|test)(?:\.\w+)?\(\s*(["'`])(?P<name>[^"'`\n]{4,100})\1""")
_MARKED = re.compile(r"^\s*#\[(?:\w+::)*test\b")
_RUST = re.compile(r"^\s*(?:async\s+)?fn\s+(?P<name>\w+)\s*\(")


def new_tests(files: Iterable[ChangedFile]) -> tuple[str, ...]:
    """Return the names of tests that are added and stood nowhere before, in order."""
    added: dict[str, None] = {}
    removed: set[str] = set()
    for file in files:
        if file.kind in {FileKind.TEST, FileKind.PRODUCTION}:
            added |= dict.fromkeys(_named(file, "+"))
            removed |= set(_named(file, "-"))
    return tuple(name for name in added if name not in removed)


def _named(file: ChangedFile, mark: str) -> Iterator[str]:
    is_marked = False
    for line in (file.change.patch or "").split("\n"):
        if line[:1] != mark:
            is_marked = False
            continue
        text = line[1:]
        found = _RUST.match(text) if is_marked else None
        if file.kind is FileKind.TEST:
            found = found or _BY_NAME.match(text) or _BY_MACRO.match(text) or _BY_TITLE.match(text)
        if found:
            yield found["name"]
        # Rust's unit tests stand beside what they test, with attributes of their own below the mark.
        is_marked = bool(_MARKED.match(text)) or (is_marked and text.lstrip().startswith("#["))
