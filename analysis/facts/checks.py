"""What the code itself refuses or announces: errors, assertions and deprecations with their own words."""

import re
from collections.abc import Iterator, Sequence

from analysis.facts.changed import ChangedFile, Mention, joined, only_in
from analysis.facts.fact import Fact, FactKind
from analysis.patch import Side
from analysis.paths import FileKind

_STRINGS = r"""((?:[rf]{0,2}(?:"[^"\n]*"|'[^'\n]*')\s*)+)"""
_CHECKS = {
    "python": re.compile(
        rf"""\braise\s+(?P<error>\w+)\(\s*{_STRINGS}|\bassert\b(?P<condition>[^"'\n]{{1,120}}?(?:\n[^"'\n]{{1,120}}?){{0,3}}),\s*\(?\s*{_STRINGS}"""
    ),
    "rust": re.compile(r"""\b(?P<error>bail|anyhow|panic|ensure)!\((?P<condition>)\s*("[^"\n]*")()"""),
    "c": re.compile(r"""\b(?P<error>TORCH_CHECK|CHECK\w*|static_assert|throw std::\w+)\((?P<condition>[^"\n]{0,160}(?:\n[^"\n]{0,160})?)("[^"\n]*")()"""),
}
_DEPRECATION = re.compile(
    r"DeprecationWarning|FutureWarning|@deprecated\b|#\[deprecated|\bis deprecated\b|\bwill be removed in\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"""(?P<quote>["'])(?P<text>(?:(?!(?P=quote))[^\n])*?(?:deprecated|will be removed)(?:(?!(?P=quote))[^\n])*)""", re.IGNORECASE)
_SHORTEST = 8


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find refusals that come or go, and deprecations that are announced."""
    # What a new file checks is part of what it does; what an old one starts to refuse, its callers notice.
    product = [
        file
        for file in files
        if file.kind is FileKind.PRODUCTION and file.language in _CHECKS and file.change.status != "added"
    ]
    before = [mention for file in product for _, old, _ in file.sides for mention in _messages(file, old)]
    after = [mention for file in product for _, _, new in file.sides for mention in _messages(file, new)]
    for kind, these, those in ((FactKind.CHECK_ADDED, after, before), (FactKind.CHECK_REMOVED, before, after)):
        for mention in only_in(these, those):
            yield Fact(kind, mention.value, mention.path, mention.line, detail=mention.name)
    yield from _deprecations(product)


def _messages(file: ChangedFile, side: Side) -> Iterator[Mention]:
    for found in _CHECKS[file.language].finditer(side.text):
        strings = next((group for group in found.groups()[1:] if group and group[:1] in "rf\"'"), None)
        message = joined(strings) if strings else ""
        if len(message) >= _SHORTEST:
            at = found.start()
            error = found["error"] or "assert"
            yield Mention(message, file.path, side.line_at(at), error, changed=side.is_changed(at, found.end()))


def _deprecations(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    for file in files:
        for hunk in file.hunks:
            known = {line.text.strip() for line in hunk.lines if not line.added}
            for index, line in enumerate(hunk.lines):
                if line.added and _DEPRECATION.search(line.text) and line.text.strip() not in known:
                    around = [near.text for near in hunk.lines[max(0, index - 3) : index + 4] if near.added]
                    sentence = next((m["text"].strip() for text in around if (m := _SENTENCE.search(text))), "")
                    yield Fact(FactKind.DEPRECATED, sentence or line.text.strip(), file.path, line.new or 0)
                    break
