"""Tests that a commit adds, by name."""

from collections.abc import Iterable, Iterator

from analysis.commits.file_kinds import FileKind
from analysis.facts.syntax.changed import ChangedFile
from analysis.i18n.patterns import Patterns
from analysis.rules.renaming import renamed

_PATTERNS = Patterns(__file__)


def new_tests(files: Iterable[ChangedFile]) -> tuple[str, ...]:
    """Return the names of added tests that existed nowhere before, under another name either, in order."""
    added: dict[str, None] = {}
    removed: set[str] = set()
    former: set[str] = set()
    for file in files:
        if file.kind in {FileKind.TEST, FileKind.PRODUCTION} and not _PATTERNS.fixture.search(file.path):
            came, gone = dict.fromkeys(_named(file, "+")), set(_named(file, "-"))
            added |= came
            removed |= gone
            if came and gone:
                former |= renamed(file, _name_in).keys()
    return tuple(name for name in added if name not in removed and name not in former)


def _named(file: ChangedFile, mark: str) -> Iterator[str]:
    is_marked = is_quoted = False
    for line in (file.change.patch or "").split("\n"):
        if file.language == "javascript" and line[:1] in {"@", " ", mark}:
            # A test within a template string belongs to the project that a test writes.
            is_quoted = line[:1] != "@" and is_quoted != bool(line.count("`") % 2)
            if is_quoted:
                continue
        if line[:1] != mark:
            is_marked = False
            continue
        text = line[1:]
        found = _PATTERNS.rust.match(text) if is_marked else None
        name = found["name"] if found else _name_in(text) if file.kind is FileKind.TEST else None
        if name:
            yield name
        # Rust's unit tests live beside what they test, with further attributes below `#[test]`.
        is_marked = bool(_PATTERNS.marked.match(text)) or (is_marked and text.lstrip().startswith("#["))


def _name_in(text: str) -> str | None:
    found = _PATTERNS.by_name.match(text) or _PATTERNS.by_macro.match(text) or _PATTERNS.by_title.match(text)
    return found["name"] if found else None
