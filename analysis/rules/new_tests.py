"""Tests that a commit adds, by name."""

from collections.abc import Iterable, Iterator

from analysis.commits.file_kinds import FileKind
from analysis.facts.syntax.changed import ChangedFile
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)


def new_tests(files: Iterable[ChangedFile]) -> tuple[str, ...]:
    """Return the names of added tests that existed nowhere before, in order."""
    added: dict[str, None] = {}
    removed: set[str] = set()
    for file in files:
        if file.kind in {FileKind.TEST, FileKind.PRODUCTION} and not _PATTERNS.fixture.search(file.path):
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
        found = _PATTERNS.rust.match(text) if is_marked else None
        if file.kind is FileKind.TEST:
            found = (
                found
                or _PATTERNS.by_name.match(text)
                or _PATTERNS.by_macro.match(text)
                or _PATTERNS.by_title.match(text)
            )
        if found:
            yield found["name"]
        # Rust's unit tests live beside what they test, with further attributes below `#[test]`.
        is_marked = bool(_PATTERNS.marked.match(text)) or (is_marked and text.lstrip().startswith("#["))
