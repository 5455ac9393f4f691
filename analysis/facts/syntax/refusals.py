"""Where code rejects input or state: exceptions, assertions, returned errors; with the message and the condition."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile

from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.code import arguments, call_text, depth_of, joined
from analysis.i18n.patterns import Patterns

_PATTERNS = Patterns(__file__)
_SPEAKS_OF_IT = {
    "python": ("raise", "assert"), "rust": ("!(", "Err("), "c": ("CHECK", "ssert", "ASSERT", "throw", "ENFORCE"),
    "javascript": ("throw",), "go": ("rrorf(", "errors.New(", "panic("),
}  # fmt: skip
"""Text that occurs in every refusal: most files have none, and this check is faster than the patterns."""

_CONDITIONS = {"ensure": 1, "assert": 1, "assert_eq": 2, "assert_ne": 2}
"""How many arguments precede the message; for other checking macros, one."""

_LONGEST_CONDITION = 160
_FAR, _NEAR = 20_000, 400


@dataclass(frozen=True, slots=True)
class Refusal(Mention):
    """A place where the code refuses: named by its message; its value is the error.

    Attributes:
        condition: when it refuses, or what an assertion requires, on one line; empty if the hunk does not show it.
        around: the enclosing conditions that are not on the other side, each on one line.
        in_old: the function around it is on both sides.
        helper: the function around it, if it is new and its name says that it checks; then its callers decide.
    """

    condition: str = ""
    around: tuple[str, ...] = ()
    in_old: bool = False
    helper: str = ""


def refusals(file: ChangedFile, view: View) -> Iterator[Refusal]:
    """Yield where the code itself refuses; merely passing on an error in other words does not count."""
    pattern = _PATTERNS["refusals"].get(file.language)
    if pattern is None or not any(word in view.code for word in _SPEAKS_OF_IT[file.language]):
        return
    at = 0
    while found := pattern.search(view.code, at):
        at = found.end()
        groups = found.groupdict()
        error = groups.get("error") or groups.get("thrown") or groups.get("made") or "assert"
        refused, length = _read(view, found, error, is_assert=bool(groups.get("assert")))
        at += 0 if file.language == "rust" else length  # `ensure!(…, anyhow!(…))`
        before = view.code[max(0, found.start() - 120) : found.start()]
        is_made = error == "anyhow" or file.language == "go"  # created to be returned, not logged or compared
        is_returned = _PATTERNS.returned.search(before) or (
            file.language == "go" and _is_given_back(view, found, before)
        )
        if _PATTERNS.mapped.search(before) or (is_made and error != "panic" and not is_returned):
            continue
        if one := _refusal(file, view, found.start(), error, refused):
            yield one


def messages(file: ChangedFile, view: View) -> Iterator[tuple[str, str]]:
    """Yield the named errors that a file defines and the other side does not, with their messages."""
    pattern = _PATTERNS["names"].get(file.language)
    for found in pattern.finditer(view.code) if pattern else ():
        if view.side.is_changed(found.start("name"), found.end("name")):
            said = joined(view.text[found.start("text") : found.end("text")])
            if said:
                yield found["name"], said


def refusals_by_name(file: ChangedFile, view: View, known: Mapping[str, str]) -> Iterator[Refusal]:
    """Yield where a file returns a named error whose message is in `known`: Go's sentinels, variants of a Rust enum."""
    pattern = _PATTERNS["returns"].get(file.language)
    for found in pattern.finditer(view.code) if pattern and known else ():
        if found["name"] in known and (
            one := _refusal(file, view, found.start(), "error", _Refused("error", known[found["name"]], ""))
        ):
            yield one


def _is_given_back(view: View, found: re.Match[str], before: str) -> bool:
    """Whether a Go error is assigned to an error variable, and the same block then returns."""
    if not _PATTERNS.put.search(before):
        return False
    start = view.code.rfind("\n", 0, found.start()) + 1
    first, *below = view.code[start : start + _NEAR].split("\n")
    block = takewhile(lambda line: not line.strip() or depth_of(line) >= depth_of(first), below)
    return any(line.strip().startswith("return") for line in block)


def _refusal(file: ChangedFile, view: View, at: int, error: str, refused: "_Refused") -> Refusal | None:
    """Return the refusal at an offset with the conditions around it; None for one that passes an error on."""
    before = view.code[max(0, at - 120) : at]
    above, function = _around(file.language, view, at)
    innermost = above[0][0] if above else ""
    if (_PATTERNS.passed_on.match(innermost) and not _PATTERNS.optional.search(innermost)) or "%w" in refused.text:
        return None
    if error == "NotImplementedError" and _PATTERNS.left_to_subclasses.search(refused.text):
        return None
    beside = _PATTERNS.guard_beside.match(before.rpartition("\n")[2]) if file.language != "python" else None
    guards = [(one["condition"], changed) for text, changed in above if (one := _PATTERNS.guard.match(text))]
    condition = refused.condition or (
        beside["condition"] if beside else guards[0][0] if innermost and _PATTERNS.guard.match(innermost) else ""
    )
    mention = view.mention(refused.text, file.path, at, error)
    is_new = function is not None and view.side.is_changed(function, function + 1)
    helper = _PATTERNS.helper.match(view.code, function) if function is not None and is_new else None
    return Refusal(
        mention.name, mention.path, mention.line, refused.error, changed=mention.changed, condition=_plain(condition),
        around=tuple(_plain(text) for text, changed in guards if changed),
        in_old=not is_new, helper=helper["name"] if helper else "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Refused:
    """What a refusal's own arguments contain: the error's name, the text if there is one, an assertion's condition."""

    error: str
    text: str
    condition: str


def _read(view: View, found: re.Match[str], error: str, *, is_assert: bool) -> tuple[_Refused, int]:
    """Read a refusal's arguments; also return how much code that took."""
    start = found.end()
    inside = _statement(view.code, start) if is_assert else call_text(view.code, start - 1)
    given = [view.text[start + at : start + at + len(text)] for text, at in arguments(inside)]
    is_macro = error.isupper() or error.startswith("TORCH_CHECK")
    place = 2 if _PATTERNS.compares.search(error) else 1 if is_assert or is_macro else _CONDITIONS.get(error, 0)
    text = given[place] if len(given) > place else ""
    kind = given[0].rpartition("::")[2] if given and "::" in given[0] and not place else ""
    named = next((argument[one.end() :] for argument in given if (one := _PATTERNS.said_by_name.match(argument))), "")
    if is_macro or kind:  # its message is built from several pieces, or follows a kind
        text = next((text for text in given[place:] if _PATTERNS.literal_first.match(text)), "")
    text = named or text
    said = joined(text.removeprefix("format!(")) if _PATTERNS.literal_first.match(text) or "format!(" in text else ""
    if is_macro and not said:
        said = _streamed(view.text[start + len(inside) + 1 : start + len(inside) + 800])
    held = _plain(", ".join(given[:place]))
    condition = "" if held in {"false", "0"} else held
    name = {"fmt.Errorf": "error", "errors.New": "error"}.get(error, kind or error)
    return _Refused(name, said, condition), len(inside)


def _streamed(after: str) -> str:
    """Return the text that C++ streams into the check before it: `CHECK(n < most) << "too many: " << n;`."""
    if not after.lstrip().startswith("<<"):
        return ""
    pieces = [piece.strip() for piece in after.partition(";")[0].split("<<")]
    return "".join(_inner(piece) if piece[:1] == '"' else f"{{{piece}}}" for piece in pieces if piece)


def _inner(literals: str) -> str:
    return "".join(_PATTERNS.strings.findall(literals))


def _statement(code: str, start: int) -> str:
    """Return a Python statement from `start` to the end of its last line, across open brackets and continued lines."""
    depth = 0
    for index in range(start, min(len(code), start + 1_000)):
        char = code[index]
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "\n" and depth <= 0 and code[index - 1] != "\\":
            return code[start:index]
    return code[start : start + 1_000]


def _around(language: str, view: View, at: int) -> tuple[list[tuple[str, bool]], int | None]:
    """Return the lines that enclose the one at `at`, and where the surrounding function or class begins, as far as shown.

    The innermost comes first; each with whether it is not on the other side.
    """
    start = view.code.rfind("\n", 0, at) + 1
    end = view.code.find("\n", at)
    indent = depth_of(view.code[start : end if end >= 0 else len(view.code)])
    found: list[tuple[str, bool]] = []
    is_else = False
    closed = 0  # where a multi-line enclosing statement ends, as its last line is met first
    for above in reversed(view.code[max(0, start - _FAR) : start].split("\n")[:-1]):
        start -= len(above) + 1
        depth = depth_of(above)
        first = above.lstrip()[:1]
        if is_else and depth == indent and (guard := _PATTERNS.guard.match(above.strip())):  # what `else` negates
            found.append((above.strip(), view.side.is_changed(start, start + 1)))
            is_else = not guard[0].startswith("if")
        if not first or depth > indent or (depth == indent and not closed):
            continue
        if _PATTERNS["defines"][language].match(above) and first not in ")}":
            return found, start
        if first in ")]":
            closed = start + len(above)
            indent = depth
            continue
        if depth < indent or closed:
            text = view.code[start : closed or start + len(above)].strip()
            found.append((text, view.side.is_changed(start, start + 1)))
            is_else = bool(_PATTERNS.otherwise.match(text))
        indent, closed = (depth, 0) if first != "}" else (indent, 0)
    return found, None


def _plain(condition: str) -> str:
    """A condition on one line, without outer parentheses; empty if it is too long to read."""
    text = " ".join(condition.split())
    while text[:1] == "(" and call_text(text, 0) == text[1:-1]:
        text = text[1:-1].strip()
    return text if len(text) <= _LONGEST_CONDITION else ""
