"""What the code itself refuses, announces or risks: errors, assertions, deprecations, calls known to be unsafe."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from analysis.facts.changed import ChangedFile, Mention, View, alike, only_in
from analysis.facts.code import arguments, call_text, joined
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

_SHORTEST = 8
_UNCLOSED = 900
_REWORDED = 0.6
_TELLING = 24
_MOST_PAIRS = 2_500
"""Where more is rewritten than that, comparing each with each takes longer than it is worth."""

_ANNOUNCES = re.compile(r"\bdeprecat(?:ed|ion)\b|\bwill be removed\b", re.IGNORECASE)
_CATEGORY = re.compile(r"\b\w*(?:Deprecat|RemovedIn|Future)\w*Warning\b")
_WARNING = re.compile(
    r"\b(?:warn\w*|deprecat\w*|log\w*\.\w+|print|console\.\w+|\w*(?:Deprecat|RemovedIn|Future)\w*Warning)\(|\bhelp\s*=\s*(?=[rf(]?[\"'(])"
)
_MARKED = re.compile(
    r"(?P<below>@(?:\w+\.)?deprecated\b|#\[deprecated\b|\[\[deprecated\b|^[ \t]*(?://|\*)[ \t]*(?:@deprecated\b|Deprecated:))|(?P<above>\.\.[ ]deprecated::)",
    re.MULTILINE,
)
_DEFINED = re.compile(
    r"^\s*(?:(?:export|pub|async|static|default|inline|virtual)\s+){0,3}(?:def|class|fn|func|function|struct|enum|type|const)\s+(?:\([^)]*\)\s*)?(\w+)"
)
_QUOTE = re.compile(r"[\"']")
_GIVEN = re.compile(r"\s*(\w+)\s*[,)]")
_LONGEST_SAID = 160

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


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find refusals that come or go, deprecations that are announced, and calls known to be unsafe."""
    code = [file for file in files if file.kind is FileKind.PRODUCTION]
    yield from _unsafe(code)
    before = [mention for file in code for old, _ in file.views for mention in _refusals(file, old)]
    after = [mention for file in code for _, new in file.views for mention in _refusals(file, new)]
    # What a new file or function checks is part of what it does; what an old one starts to refuse, its callers notice.
    whole = {file.path for file in code if file.change.status in {"added", "removed"}}
    came = [one for one in only_in(after, before) if one.path not in whole]
    gone = [one for one in only_in(before, after) if one.path not in whole]
    for new in list(came) if len(came) * len(gone) <= _MOST_PAIRS else []:
        old = next((old for old in gone if old.value == new.value and _is_reworded(old, new)), None)
        if old:
            gone.remove(old)
            came.remove(new)
    by_path = {file.path: file for file in code}
    for kind, mentions in ((FactKind.CHECK_ADDED, came), (FactKind.CHECK_REMOVED, gone)):
        for mention in mentions:
            if mention.detail and not _is_said(mention, by_path[mention.path], after=kind is FactKind.CHECK_REMOVED):
                yield Fact(kind, mention.value, mention.path, mention.line, detail=mention.name)
    yield from _deprecations(code)


def _is_reworded(old: Mention, new: Mention) -> bool:
    return old.path == new.path and alike(old.name, new.name, _REWORDED)


def _is_said(mention: Mention, file: ChangedFile, *, after: bool) -> bool:
    """Whether the other side of the file says the same, by its beginning: it refused before, or still does, in another way."""
    begins = mention.name[:_TELLING]
    return any(begins in (new if after else old).text for old, new in file.views)


def _refusals(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Yield messages with which the code refuses; `detail` marks those in functions that stand on both sides."""
    pattern = _REFUSALS.get(file.language)
    if pattern is None:
        return
    at = 0
    while found := pattern.search(view.code, at):
        at = found.end()
        groups = found.groupdict()
        error = groups.get("error") or groups.get("thrown") or "assert"
        said, length = _message(view, found, error, is_assert=bool(groups.get("assert")))
        at += 0 if file.language == "rust" else length  # `ensure!(…, anyhow!(…))`
        if len(said) < _SHORTEST or (error == "NotImplementedError" and _LEFT_TO_SUBCLASSES.search(said)):
            continue
        old = "" if _is_in_new(file.language, view, found.start()) else "old"
        yield view.mention(said, file.path, found.start(), error, old)


def _message(view: View, found: re.Match[str], error: str, *, is_assert: bool) -> tuple[str, int]:
    """Return the text that a refusal gives, if it gives one, and how much code was read for it."""
    start = found.end()
    inside = _statement(view.code, start) if is_assert else call_text(view.code, start - 1)
    given = [view.text[start + at : start + at + len(text)] for text, at in arguments(inside)]
    place = 1 if is_assert else _CONDITIONS.get(error, 0)
    text = given[place] if len(given) > place else ""
    if error.startswith("TORCH_CHECK"):  # its message is put together from several pieces
        text = next((text for text in given[place:] if _LITERAL_FIRST.match(text)), "")
    return (joined(text) if _LITERAL_FIRST.match(text) else ""), len(inside)


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


def _is_in_new(language: str, view: View, at: int) -> bool:
    """Whether the function or class that encloses the offset `at` is not on the other side, as far as the hunk shows."""
    start = view.code.rfind("\n", 0, at) + 1
    line = view.code[start : view.code.find("\n", at) if view.code.find("\n", at) >= 0 else len(view.code)]
    indent = len(line) - len(line.lstrip())
    for above in reversed(view.code[max(0, start - 20_000) : start].split("\n")[:-1]):
        start -= len(above) + 1
        depth = len(above) - len(above.lstrip())
        if not above.strip() or depth >= indent:
            continue
        if _DEFINES[language].match(above) and not above.lstrip().startswith((")", "}")):
            return view.side.is_changed(start, start + 1)
        indent = depth if above.lstrip()[:1] not in ")}]" else indent
    return False


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


def _deprecations(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    old_ones = [file for file in files if file.change.status != "added"]
    before = [mention for file in old_ones for old, _ in file.views for mention in _announced(file, old)]
    after = [mention for file in old_ones for _, new in file.views for mention in _announced(file, new)]
    came = list(only_in(after, before))
    compared = before if len(came) * len(before) <= _MOST_PAIRS else []
    for mention in came:
        if not any(_is_reworded(earlier, mention) for earlier in compared):
            yield Fact(FactKind.DEPRECATED, mention.name, mention.path, mention.line)


def _announced(file: ChangedFile, view: View) -> Iterator[Mention]:
    """Yield the sentences that announce a deprecation, and the names of what is marked as deprecated."""
    if not (_ANNOUNCES.search(view.text) or _CATEGORY.search(view.text)):
        return
    at = 0
    while found := _WARNING.search(view.code, at):
        at = found.end()
        inside = (
            call_text(view.code, at - 1) if found[0].endswith("(") else view.code[at : at + 400].partition("\n\n")[0]
        )
        said, where = _said(view, at, inside)
        at += len(inside) if len(inside) >= _UNCLOSED else 0
        if said and (_ANNOUNCES.search(said) or _CATEGORY.search(found[0] + inside)):
            yield view.mention(said, file.path, where)
    for marked in _MARKED.finditer(view.text):
        lines = (
            view.text[marked.start() :].split("\n")[1:9]
            if marked["below"]
            else reversed(view.text[: marked.start()].split("\n")[-40:])
        )
        name = next((defined[1] for line in lines if (defined := _DEFINED.match(line))), "")
        if name:
            yield view.mention(name, file.path, marked.start())


def _said(view: View, start: int, inside: str) -> tuple[str, int]:
    """Return what a call says, and where: its first text, or that of the variable it is given."""
    quote = _QUOTE.search(inside)
    given = _GIVEN.match(view.code, start)
    if given and (not quote or quote.start() > len(given[0])):
        pattern = re.compile(rf"\b{given[1]}\s*=\s*\(?\s*[rf]?(?=[\"'])")
        above = max(0, start - 1_500)
        assigned = next(iter(reversed(list(pattern.finditer(view.code[above:start])))), None)
        if assigned is None:
            return "", start
        where = above + assigned.end()
    elif quote:
        where = start + quote.start()
    else:
        return "", start
    said = joined(view.text[where : where + 1_200])
    return (said if len(said) <= _LONGEST_SAID else re.split(r"(?<=[.!?])\s", said, maxsplit=1)[0]), where
