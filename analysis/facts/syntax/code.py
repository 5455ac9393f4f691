"""Program text as the extractors read it: comments blanked out, calls and literals taken apart.

A hunk is a piece of a file, so nothing here really parses: what a fragment cannot show is left alone, and no function looks
further than a bounded number of characters, whatever the text.
"""

import re
from collections.abc import Iterator

from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_BRACED = {"c": "c", "rust": "c", "java": "javascript", "javascript": "javascript", "go": "go", "proto": "c"}
_HASHED = {"shell", "yaml", "toml", "docker", "cmake"}


def blank(text: str, language: str, heading: str = "") -> str:
    """Return `text` with comments, and Python docstrings, replaced by blanks: same length, line for line.

    `heading` is the hunk's context line; Rust's unit tests within a file count as comments.
    """
    if language == "python":
        return _blank_python(text)
    if language in _BRACED:
        return _blank_braced(text, language, heading)
    return _PATTERNS.hash.sub(_spaces, text) if language in _HASHED else text


def is_of_tests(heading: str) -> bool:
    """Whether a hunk of a Rust file with this heading is in the file's own unit tests."""
    return bool(_PATTERNS.rust_tests.match(heading))


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _hidden(text: str) -> str:
    return _PATTERNS.line.sub(_spaces, text)


def _blank_python(text: str) -> str:
    first = _PATTERNS.triple_quote.search(text)
    at = first.end() if first and _closes(text, first.start()) else 0
    return _hidden(text[:at]) + _PATTERNS.python.sub(lambda part: part["code"] + _hidden(part["hidden"]), text[at:])


def _closes(text: str, at: int) -> bool:
    """Whether the first triple quote of a fragment, at `at`, ends a string that began before the fragment."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    before, after = text[start:at].strip(), text[at + 3 : end if end >= 0 else len(text)].strip()
    if before:
        return not _PATTERNS.takes_a_string.search(before)
    if after:
        return after[0] in ").,]%};#"
    is_even = text.count(text[at : at + 3]) % 2 == 0
    above = text[:start].rstrip().rpartition("\n")[2].partition("#")[0].strip()
    if above.endswith((":", "(", "=", ",", "[")) or (is_even and (not above or _PATTERNS.statement.match(above))):
        return False
    return bool(above) or bool(_PATTERNS.statement.match(text[at + 3 :].lstrip()))


def _blank_braced(text: str, language: str, heading: str) -> str:
    if language == "rust" and is_of_tests(heading):
        return _hidden(text)
    pieces, at = [], 0
    close, opening = text.find("*/"), text.find("/*")
    if close >= 0 and (opening < 0 or close < opening):
        at = close + 2
        pieces.append(_hidden(text[:at]))
    pattern = _PATTERNS["tokens"][_BRACED[language]]
    while found := pattern.search(text, at):
        pieces.append(text[at : found.start()])
        end = found.end()
        if found[0] == "/*":
            close = text.find("*/", end)
            end = close + 2 if close >= 0 else len(text)
            pieces.append(_hidden(text[found.start() : end]))
        else:
            pieces.append(" " * len(found[0]) if found[0].startswith("//") else found[0])
        at = end
    pieces.append(text[at:])
    code = _PATTERNS.starred.sub(_spaces, "".join(pieces))
    if language == "rust" and (tests := _PATTERNS.rust_tests.search(code)):
        code = code[: tests.start()] + _hidden(code[tests.start() :])
    return code


def kebab(name: str) -> str:
    """Write a type's name as on the command line: `DryRun` is `dry-run`."""
    return _PATTERNS.case_change.sub("-", name).lower()


def depth_of(line: str) -> int:
    """Return how many whitespace characters a line begins with."""
    return len(line) - len(line.lstrip())


def literal(text: str) -> str:
    """Return the literal that `text` starts with, or an empty string if it starts with an expression."""
    stripped = text.strip()
    found = _PATTERNS.literal.match(stripped)
    if not found:
        return ""
    rest = stripped[found.end() :].lstrip()
    return found[0] if not rest or rest[0] in ",)#;}\n]" or rest.startswith("//") else ""


def default_of(text: str) -> str:
    """Return the literal that a field's right side stands for, also within `field(default=…)` and `Field(…)`."""
    call = _PATTERNS.field_call.match(text.strip())
    return literal(text.strip()[call.end() :]) if call else literal(text)


def _outside_strings(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    quote, escaped = "", False
    for index in range(start, end):
        char = text[index]
        if quote:
            if escaped:
                escaped = False
            elif char == "\\" and quote != "`":
                escaped = True
            elif char == quote or (char == "\n" and quote != "`"):
                quote = ""
        elif char in "\"'`":
            quote = char
        else:
            yield index, char


def call_text(text: str, opening: int, limit: int = 2_000) -> str:
    """Return the text between the parenthesis at `opening` and its match, or up to `limit` characters."""
    depth, end = 0, min(len(text), opening + limit)
    for index, char in _outside_strings(text, opening, end):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth == 0:
                return text[opening + 1 : index]
    return text[opening + 1 : end]


def arguments(inside: str) -> list[tuple[str, int]]:
    """Split the text between a call's parentheses at its own commas: each argument, stripped, with its offset."""
    found: list[tuple[str, int]] = []
    depth, start = 0, 0
    for index, char in _outside_strings(inside, 0, len(inside)):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth <= 0:
            found.append(_argument(inside, start, index))
            start = index + 1
    found.append(_argument(inside, start, len(inside)))
    return [pair for pair in found if pair[0]]


def _argument(inside: str, start: int, end: int) -> tuple[str, int]:
    text = inside[start:end]
    return text.strip(), start + len(text) - len(text.lstrip())


def keywords(given: list[tuple[str, int]]) -> dict[str, str]:
    """Return the keyword arguments."""
    named = [(found[1], text[found.end() :]) for text, _ in given if (found := _PATTERNS.keyword.match(text))]
    return dict(named)


def assignment(text: str) -> tuple[str, str]:
    """Split a line at its own `=`, the first outside brackets: what is before and after it, both stripped."""
    first = text.find("=")
    if first < 0:
        return text.strip(), ""
    if not _PATTERNS.shelter.search(text, 0, first):
        return text[:first].strip(), text[first + 1 :].strip()
    depth = 0
    for index, char in _outside_strings(text, 0, len(text)):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "=" and depth <= 0:
            return text[:index].strip(), text[index + 1 :].strip()
    return text.strip(), ""


def is_keyword(argument: str) -> bool:
    """Whether an argument is a keyword argument."""
    return bool(_PATTERNS.keyword.match(argument))


def joined(literals: str) -> str:
    """Join the string literals that `literals` starts with, as Python and C do, into one line of text."""
    text = literals.strip().lstrip("(")
    pieces, at = [], 0
    while found := _PATTERNS.piece.match(text, at):
        pieces.append(next(group for group in found.groups() if group is not None))
        at = found.end()
    plain = _PATTERNS.escape.sub(lambda found: " " if found[1] in "ntr" else found[1], "".join(pieces))
    return " ".join(plain.split())
