"""What the code itself refuses, announces or risks: errors, assertions, deprecations, calls known to be unsafe."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from analysis.facts.changed import ChangedFile, Mention, View, is_reworded, only_in
from analysis.facts.code import arguments, call_text, depth_of, joined
from analysis.facts.fact import Fact, FactKind
from analysis.paths import FileKind

_REFUSALS = {
    "python": re.compile(r"\braise\s+(?:\w+\.)?(?P<error>[A-Z]\w*)\(|\b(?P<assert>assert)\b\s*"),
    "rust": re.compile(r"\b(?P<error>bail|anyhow|panic|ensure|assert|assert_eq|assert_ne)!\("),
    "c": re.compile(r"\b(?P<error>TORCH_CHECK\w*|static_assert)\(|\bthrow\s+(?P<thrown>[\w:]+)[({]"),
    "javascript": re.compile(r"\bthrow\s+new\s+(?P<error>\w+)\("),
}
_DEFINES = {
    "python": re.compile(r"^\s*(?:(?:async\s+)?def|class)\s+\w"),
    "rust": re.compile(r"^\s*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+|unsafe\s+|const\s+){0,3}(?:fn|impl|mod|trait)\b"),
    "c": re.compile(r"^\w[^;=]*\)?\s*\{?\s*$|^\s*(?:template|struct|class|namespace)\b"),
    "javascript": re.compile(
        r"^\s*(?:export\s+)?(?:async\s+)?(?:function\b|class\b|(?:static\s+)?\w+\([^)]*\)\s*\{|const\s+\w+\s*=.*=>)"
    ),
}
_LITERAL_FIRST = re.compile(r"""[rbfuRBFU]{0,2}["'(]""")
_LEFT_TO_SUBCLASSES = re.compile(
    r"subclass|must (?:be )?(?:implement|overrid)|abstract|not (?:yet )?implemented[.!]?$", re.IGNORECASE
)
_CONDITIONS = {"ensure": 1, "assert": 1, "assert_eq": 2, "assert_ne": 2, "static_assert": 1, "TORCH_CHECK": 1}
"""How many arguments stand before the message."""

_PASSED_ON = re.compile(r"(?:\}\s*)?(?:except|catch)\b")
_MAPPED = re.compile(r"\bmap_err\(\s*(?:move\s*)?\|[^|\n]{0,40}\|\s*\{?\s*(?:\w+::)?\Z")
_OPTIONAL = re.compile(r"ImportError|ModuleNotFoundError")
_GUARDS = re.compile(r"(?:\}\s*)?(?:else\s+)?(?:el)?if\b")
_SPACES = re.compile(r"\s+")

_SHORTEST = 8
_TELLING = 24
_MOST_PAIRS = 2_500
"""Where more is rewritten than that, comparing each with each takes longer than it is worth."""

_UNSAFE = {
    "python": re.compile(
        r"\b(?:weights_only\s*=\s*False|(?:cloud)?pickle\.loads?\(|dill\.loads?\(|marshal\.loads?\(|yaml\.unsafe_load\(|yaml\.load\((?!.*Safe)"
        r"|os\.system\(|shell\s*=\s*True|allow_pickle\s*=\s*True|ssl\._create_unverified_context"
        r"|(?<![\w.])(?<!def )eval\((?!\s*\))|(?<![\w.])(?<!def )exec\()"
        r"|\b(?:requests|httpx|session|client|aiohttp)\b.*\bverify\s*=\s*False|\bssl\s*=\s*False\b.*\bconnector"
    ),
    "go": re.compile(r"\bInsecureSkipVerify:\s*true"),
    "javascript": re.compile(r"\bdangerouslySetInnerHTML|(?<![\w.])eval\(|\brejectUnauthorized:\s*false"),
    "rust": re.compile(r"\bdanger_accept_invalid_certs\(true"),
}
_UNSAFE_NAME = re.compile(r"verify\s*=\s*False|ssl\s*=\s*False")
_PLAIN_STRING = re.compile(r"""(?<![\w])[rbu]?(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""")


@dataclass(frozen=True, slots=True)
class _Refusal(Mention):
    """A place where the code refuses: named by what it says, its value is the error.

    Attributes:
        guard: the condition on which it does, without spaces; empty where the hunk does not show it.
        in_old: the function around it stands on both sides.
    """

    guard: str = ""
    in_old: bool = False


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find refusals that come or go, and calls known to be unsafe."""
    code = [file for file in files if file.kind is FileKind.PRODUCTION]
    yield from _unsafe(code)
    before = [refusal for file in code for old, _ in file.views for refusal in _refusals(file, old)]
    after = [refusal for file in code for _, new in file.views for refusal in _refusals(file, new)]
    # What a new file or function checks is part of what it does; what an old one starts to refuse, its callers notice.
    whole = {file.path for file in code if file.change.status in {"added", "removed"}}
    came = [one for one in _without_words(after, before) if one.path not in whole]
    gone = [one for one in _without_words(before, after) if one.path not in whole]
    by_path = {file.path: file for file in code}
    for new in list(came) if len(came) * len(gone) <= _MOST_PAIRS else []:
        old = next((old for old in gone if is_reworded(old, new, by_path[new.path])), None)
        if old:
            gone.remove(old)
            came.remove(new)
    for kind, refusals in ((FactKind.CHECK_ADDED, came), (FactKind.CHECK_REMOVED, gone)):
        for one in refusals:
            if one.in_old and not _is_said(one, by_path[one.path], after=kind is FactKind.CHECK_REMOVED):
                yield Fact(kind, one.value, one.path, one.line, detail=one.name)


def _without_words(these: Sequence[_Refusal], those: Sequence[_Refusal]) -> Iterator[_Refusal]:
    """What `these` refuse and `those` do not: neither by the same words nor on the same condition as often."""
    guards = Counter((one.path, one.value, one.guard) for one in these)
    guards.subtract((one.path, one.value, one.guard) for one in those)
    for one in only_in(these, those):
        if len(one.name) >= _SHORTEST and (not one.guard or guards[one.path, one.value, one.guard] > 0):
            yield one


def _is_said(mention: Mention, file: ChangedFile, *, after: bool) -> bool:
    """Whether the other side of the file says the same, by its beginning: it refused before, or still does, in another way."""
    begins = mention.name[:_TELLING]
    return any(begins in (new if after else old).text for old, new in file.views)


def _refusals(file: ChangedFile, view: View) -> Iterator[_Refusal]:
    """Yield where the code refuses by itself; one that only passes an error on in other words is none."""
    pattern = _REFUSALS.get(file.language)
    if pattern is None:
        return
    at = 0
    while found := pattern.search(view.code, at):
        at = found.end()
        groups = found.groupdict()
        error = groups.get("error") or groups.get("thrown") or "assert"
        is_assert = bool(groups.get("assert"))
        said, condition, length = _message(view, found, error, is_assert=is_assert)
        at += 0 if file.language == "rust" else length  # `ensure!(…, anyhow!(…))`
        above, function = _around(file.language, view, found.start())
        if (_PASSED_ON.match(above) and not _OPTIONAL.search(above)) or _MAPPED.search(
            view.code[max(0, found.start() - 120) : found.start()]
        ):
            continue
        if error == "NotImplementedError" and _LEFT_TO_SUBCLASSES.search(said):
            continue
        mention = view.mention(said, file.path, found.start(), error)
        guard = condition or (above if _GUARDS.match(above) else "")
        yield _Refusal(
            mention.name, mention.path, mention.line, error, changed=mention.changed,
            guard=_SPACES.sub("", guard), in_old=function is None or not view.side.is_changed(function, function + 1),
        )  # fmt: skip


def _message(view: View, found: re.Match[str], error: str, *, is_assert: bool) -> tuple[str, str, int]:
    """Return the text that a refusal gives, if it gives one, an assertion's condition, and how much code was read for it."""
    start = found.end()
    inside = _statement(view.code, start) if is_assert else call_text(view.code, start - 1)
    given = [view.text[start + at : start + at + len(text)] for text, at in arguments(inside)]
    place = 1 if is_assert else _CONDITIONS.get(error, 0)
    text = given[place] if len(given) > place else ""
    if error.startswith("TORCH_CHECK"):  # its message is put together from several pieces
        text = next((text for text in given[place:] if _LITERAL_FIRST.match(text)), "")
    condition = ",".join(given[:place])
    condition = condition[1:-1] if re.fullmatch(r"\(.*\)", condition, re.DOTALL) else condition
    return (joined(text) if _LITERAL_FIRST.match(text) else ""), condition, len(inside)


def _statement(code: str, start: int) -> str:
    """Return a Python statement from `start` to the end of its last line, over open brackets and continued lines."""
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


def _around(language: str, view: View, at: int) -> tuple[str, int | None]:
    """Return the line that encloses the one at `at`, and where the function or class around it begins, as far as is shown."""
    start = view.code.rfind("\n", 0, at) + 1
    end = view.code.find("\n", at)
    line = view.code[start : end if end >= 0 else len(view.code)]
    indent = depth_of(line)
    encloses = ""
    for above in reversed(view.code[max(0, start - 20_000) : start].split("\n")[:-1]):
        start -= len(above) + 1
        depth = depth_of(above)
        if not above.strip() or depth >= indent:
            continue
        if _DEFINES[language].match(above) and not above.lstrip().startswith((")", "}")):
            return encloses, start
        encloses = encloses or above.strip()
        indent = depth if above.lstrip()[:1] not in ")}]" else indent
    return encloses, None


def stops_what_was(file: ChangedFile, line: int) -> bool:
    """Whether a new refusal at this line of the file can stop what went on before.

    One that is a part of a branch that does more, and that is new as a whole, only limits what the branch brings.
    """
    lines, index = _place(file, line)
    guard = next(_enclosing(lines, index), None)
    if guard is None or not lines[guard][2] or not _GUARDS.match(lines[guard][1].strip()):
        return True
    depth = depth_of(lines[index][1])
    following = takewhile(lambda row: not row[1].strip() or depth_of(row[1]) >= depth, lines[index + 1 :])
    beside = [c for _, c, _ in (*lines[guard + 1 : index], *following) if c.strip() and depth_of(c) == depth]
    return all(code.strip()[:1] in ")]}," for code in beside)


def is_fallback(file: ChangedFile, line: int) -> bool:
    """Whether a line of the file is only reached where something else has failed before, as far as the hunk shows."""
    lines, index = _place(file, line)
    return any(_PASSED_ON.match(lines[at][1].strip()) for at in _enclosing(lines, index))


def _place(file: ChangedFile, line: int) -> tuple[list[tuple[int, str, bool]], int]:
    """The lines around one of the file as it is now, and where among them it stands."""
    view = next((new for _, new in file.views if line in new.side.numbers), None)
    lines = list(view.lines()) if view else []
    return lines, next((at for at, (number, _, _) in enumerate(lines) if number == line), 0)


def _enclosing(lines: Sequence[tuple[int, str, bool]], index: int) -> Iterator[int]:
    """Yield where the lines stand that the one at `index` is in, the innermost first."""
    depth = depth_of(lines[index][1]) if lines else 0
    for at in range(index - 1, -1, -1):
        code = lines[at][1]
        if code.strip() and depth_of(code) < depth:
            yield at
            depth = depth_of(code)


def _unsafe(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    gone: Counter[str] = Counter()
    came: list[Mention] = []
    for file in files:
        pattern = _UNSAFE.get(file.language)
        if pattern is None:
            continue
        for old, new in file.views:
            gone.update(_risk(found) for _, text, changed in old.lines() if changed for found in _risks(pattern, text))
            came += [
                Mention(_risk(found), file.path, number)
                for number, text, changed in new.lines()
                if changed
                for found in _risks(pattern, text)
            ]
    told: set[tuple[str, str]] = set()
    for mention in came:
        gone[mention.name] -= 1
        if gone[mention.name] < 0 and (mention.name, mention.path) not in told:  # else it was only moved
            told.add((mention.name, mention.path))
            yield Fact(FactKind.UNSAFE_ADDED, mention.name, mention.path, mention.line)


def _risks(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    return pattern.finditer(_PLAIN_STRING.sub('""', text))


def _risk(found: re.Match[str]) -> str:
    named = _UNSAFE_NAME.search(found[0])
    return (named[0] if named else found[0]).rstrip("(").replace(" ", "")
