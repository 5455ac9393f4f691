"""What authors wrote into the code: comments and docstrings that a commit adds, and the help texts of flags."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, islice

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind
from analysis.commits.patch import Hunk, Line
from analysis.facts.syntax.changed import ChangedFile, changed_file
from analysis.facts.syntax.code import is_of_tests
from analysis.i18n.patterns import Patterns
from analysis.statements.candidate import Candidate
from analysis.statements.pointing import standing
from analysis.statements.reworded import is_reworded
from analysis.statements.rst import plain_rst
from analysis.statements.sentences import sentences_of, unwrapped
from analysis.statements.statement import Source

_PATTERNS = Patterns(__file__)
_COMMENT = {  # configuration is left out: what is commented out there looks like prose
    **dict.fromkeys(("python", "shell"), "hash"),
    **dict.fromkeys(("c", "rust", "go", "javascript", "java"), "slash"),
}
_BY_EXTENSION = {
    **dict.fromkeys(("rb", "gemspec", "ex", "exs", "jl", "pl", "nix"), "hash"),
    **dict.fromkeys(("swift", "kt", "cs", "php", "zig"), "slash"),
}
_MOST_FILES, _MOST_PARAGRAPHS = 40, 6
_SOURCES = {FileKind.PRODUCTION, FileKind.BUILD, FileKind.CI, FileKind.TEST}
_SECTIONS = {FileKind.TEST: "how", FileKind.CI: "how"}
"""Comments in a test often describe the problem; those about the product come first."""


def code_comments(commit: Commit) -> Iterator[Candidate]:
    """Yield the sentences of comments that the commit adds, in files that ship or build what ships, and in tests."""
    files = [changed_file(change) for change in commit.files[:_MOST_FILES]]
    is_product = any(file.is_product for file in files)  # what a tests-only change says about the tests concerns nobody
    for file in files if is_product else ():
        change = file.change
        if file.kind not in _SOURCES or change.status == "removed" or not change.patch:
            continue
        for hunk in file.hunks:
            if file.language == "rust" and (is_of_tests(hunk.heading) or _has_tests(hunk)):
                continue
            gone = [line.text.strip() for line in hunk.lines if line.removed]
            removed = " ".join(gone)
            for lines in _blocks(file, hunk, gone):
                for order, (sentence, line) in enumerate(_sentences(lines, gone)):
                    if not is_reworded(sentence, removed):
                        yield Candidate(
                            sentence,
                            Source.CODE_COMMENT,
                            order,
                            _SECTIONS.get(file.kind, ""),
                            path=change.path,
                            line=line,
                        )


def _has_tests(hunk: Hunk) -> bool:
    """Whether a hunk of a Rust file shows unit tests: its heading may be a line of what they read."""
    return any(line.text.lstrip().startswith(("#[test]", "#[cfg(test)]")) for line in hunk.lines)


def _sentences(lines: Sequence[tuple[Line, str]], gone: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield the new sentences, with their lines: those whose first line, and most other lines, are new."""
    for paragraph, is_whole in islice(_paragraphs(lines), _MOST_PARAGRAPHS):
        if not any(line.added for line, _ in paragraph):
            continue
        text = unwrapped([said for _, said in paragraph], is_raw=True)
        ends = list(accumulate(len(said) + 1 for _, said in paragraph))
        at = 0
        shown: list[tuple[str, int]] = []
        for sentence in sentences_of(text):
            begin = text.find(sentence[:20], at)
            is_first, at = at == 0, begin + len(sentence)
            own = [
                line
                for (line, _), end, start in zip(paragraph, ends, [0, *ends], strict=False)
                if start < at and end > begin
            ]
            fresh = [line.added and line.text.strip() not in gone for line in own]
            is_new = bool(fresh) and fresh[0] and 2 * sum(fresh) >= len(fresh)
            is_cut = (not is_first and sentence[:1].islower()) or (
                not is_whole and at >= len(text.rstrip()) and not _PATTERNS.ends.search(sentence)
            )
            # A sentence that refers to one that was there before cannot be quoted with it.
            shown.append((plain_rst(sentence) if is_new and not is_cut else "", own[0].new or 0 if own else 0))
        quoted = standing([sentence for sentence, _ in shown])
        yield from ((text, line) for text, (sentence, line) in zip(quoted, shown, strict=True) if text and sentence)


def _paragraphs(lines: Sequence[tuple[Line, str]]) -> Iterator[tuple[list[tuple[Line, str]], bool]]:
    """A comment's paragraphs of prose, and whether each ends by itself rather than at something that is not prose."""
    kept: list[tuple[Line, str]] = []
    is_plan = is_within = False
    for line, text in lines:
        plain = text.strip()
        if _PATTERNS.stops.match(plain):
            if kept:
                yield kept, False
            return
        is_plan = bool(plain) and (is_plan or bool(_PATTERNS.plan.match(plain)))
        if plain and not is_plan and not _PATTERNS.noise.match(plain) and not _PATTERNS.code.search(plain):
            if kept or not is_within or not plain[0].islower():
                kept.append((line, plain.removeprefix("- ").removeprefix("* ")))
        elif kept:
            yield kept, not plain
            kept = []
        is_within = bool(plain) and not kept
    if kept:
        yield kept, True


def _blocks(file: ChangedFile, hunk: Hunk, gone: Collection[str]) -> Iterator[list[tuple[Line, str]]]:
    """Comments, docstrings and help texts, as lines with their text."""
    sign = _COMMENT.get(file.language) or _BY_EXTENSION.get(file.path.rpartition(".")[2])
    pattern = _PATTERNS["comment"][sign] if sign else None
    after = [line for line in hunk.lines if not line.removed]
    if pattern:
        yield from _comments(after, pattern, gone)
    if file.language == "python":
        yield from _docstrings(after)
        yield from _helps(after)


def _comments(
    lines: Sequence[Line], pattern: re.Pattern[str], gone: Collection[str]
) -> Iterator[list[tuple[Line, str]]]:
    """Comments, except those above code that only moved: what they say was true before."""
    group: list[tuple[Line, str]] = []
    for line in [*lines, Line("", None, None)]:
        found = pattern.match(line.text)
        if found:
            group.append((line, found["text"]))
        elif group:
            code = line.text.strip()
            if not (line.added and code and code in gone):
                yield group
            group = []


def _docstrings(lines: Sequence[Line]) -> Iterator[list[tuple[Line, str]]]:
    group: list[tuple[Line, str]] = []
    mark = ""
    for line in lines:
        if mark:
            text, closed, _ = line.text.partition(mark)
            group.append((line, text))
            if closed:
                yield group
                mark = ""
        elif found := _PATTERNS.docstring.match(line.text):
            text, closed, _ = found["text"].partition(found["mark"])
            group = [(line, text)]
            if closed:
                yield group
            mark = "" if closed else found["mark"]


def _helps(lines: Sequence[Line]) -> Iterator[list[tuple[Line, str]]]:
    for index, line in enumerate(lines):
        found = _PATTERNS.help.search(line.text) if line.added and "help" in line.text else None
        if not found:
            continue
        group = []
        rest = line.text[found.start("quote") :] if found["quote"] else ""
        for number, text in enumerate([rest, *(after.text for after in lines[index + 1 : index + 8])]):
            string = _PATTERNS.string.match(text)
            if not string and not (number == 0 and not rest):
                break
            if string:
                group.append((lines[index + number], string["text"]))
        if group:
            yield [(group[0][0], "".join(text for _, text in group))]
