"""What the code itself refuses, announces or risks: errors, assertions, deprecations, calls known to be unsafe."""

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
    "c": re.compile(
        r"""\b(?P<error>TORCH_CHECK|CHECK\w*|static_assert|throw std::\w+)\((?P<condition>[^"\n]{0,160}(?:\n[^"\n]{0,160})?)("[^"\n]*")()"""
    ),
}
_DEPRECATION = re.compile(
    r"DeprecationWarning|FutureWarning|@deprecated\b|#\[deprecated|\bis deprecated\b|\bwill be removed in\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"""(?P<quote>["'])(?P<text>(?:(?!(?P=quote))[^\n])*?(?:deprecated|will be removed)(?:(?!(?P=quote))[^\n])*)""",
    re.IGNORECASE,
)
_SHORTEST = 8
_UNSAFE = re.compile(
    r"\b(?:weights_only\s*=\s*False|pickle\.loads?\(|cloudpickle\.loads?\(|yaml\.(?:unsafe_load|load)\((?!.*Safe)|marshal\.loads?\("
    r"|os\.system\(|shell\s*=\s*True|verify\s*=\s*False|(?<![\w.])eval\(|(?<![\w.])exec\(|allow_pickle\s*=\s*True"
    r"|InsecureSkipVerify:\s*true|dangerouslySetInnerHTML|ssl\._create_unverified_context)"
)


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find refusals that come or go, deprecations that are announced, and calls known to be unsafe."""
    yield from _unsafe(files)
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


def _unsafe(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    for file in files:
        if file.kind is not FileKind.PRODUCTION:
            continue
        for hunk in file.hunks:
            known = {m[0] for line in hunk.lines if line.removed for m in _UNSAFE.finditer(line.text)}
            for line in hunk.lines:
                code = line.text.partition("#")[0] if file.language == "python" else line.text
                found = _UNSAFE.search(code) if line.added else None
                if found and found[0] not in known:
                    known.add(found[0])
                    yield Fact(FactKind.UNSAFE_ADDED, found[0].rstrip("("), file.path, line.new or 0)


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
