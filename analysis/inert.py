"""Whether a change leaves what runs as it was: only comments, docstrings, prose, blank lines or layout differ."""

import re
from collections.abc import Iterator

from analysis.facts.changed import ChangedFile, View

_CODE_LINE = re.compile(
    r"[=(){}\[\];]|^(?:def|class|return|if|for|import|from|raise|assert|with|elif|else|try|except|yield|fn|let|pub|use)\b"
)
_HAS_DOCUMENTS = {"python", "c", "rust", "java", "javascript", "go"}
_INDENTED = {"python", "yaml"}
_LAST_COMMA = re.compile(r",(?=[)\]}])")


def reads_as_prose(text: str) -> bool:
    """Whether a line looks like a sentence rather than code."""
    return len(text.split()) >= 4 and not _CODE_LINE.search(text)  # noqa: PLR2004 - shorter ones may be anything


def is_inert(file: ChangedFile) -> bool:
    """Whether the whole change of a file is seen, and none of it reaches what runs."""
    change = file.change
    seen = sum(line.added or line.removed for hunk in file.hunks for line in hunk.lines)
    if change.status not in {"modified", "changed"} or not seen or seen < change.additions + change.deletions:
        return False
    return all(
        _is_layout(before, after, file.language) or (file.language in _HAS_DOCUMENTS and _is_prose(before, after))
        for before, after in file.views
    )


def _is_layout(before: View, after: View, language: str) -> bool:
    if _squeezed(before.code) != _squeezed(after.code):
        return False
    return language not in _INDENTED or _is_indented_alike(before.code, after.code)


def _squeezed(code: str) -> str:
    return _LAST_COMMA.sub("", "".join(code.split())).replace("'", '"')


def _is_indented_alike(before: str, after: str) -> bool:
    """Whether blocks stay what they were, as far as the lines are the same: all are shifted alike, or all widened."""
    old, new = list(_indents(before)), list(_indents(after))
    if [text for text, _ in old] != [text for text, _ in new]:
        return True  # lines were joined or wrapped, by a formatter
    pairs = [(was, now) for (_, was), (_, now) in zip(old, new, strict=True)]
    widest = max(pairs, default=(0, 0))
    return len({now - was for was, now in pairs}) <= 1 or all(was * widest[1] == now * widest[0] for was, now in pairs)


def _indents(code: str) -> Iterator[tuple[str, int]]:
    """Yield the lines that stand in no bracket, each with its indentation."""
    depth = 0
    for line in code.expandtabs(4).split("\n"):
        text = line.strip()
        if text and depth <= 0:
            yield text, len(line) - len(line.lstrip())
        depth += sum(line.count(sign) for sign in "([{") - sum(line.count(sign) for sign in ")]}")


def _is_prose(before: View, after: View) -> bool:
    """Whether what differs is sentences: the middle of a docstring, of which the hunk shows no end."""
    changed = [text for view in (before, after) for _, text, is_changed in view.lines() if is_changed and text.strip()]
    return bool(changed) and all(reads_as_prose(text.strip()) for text in changed)
