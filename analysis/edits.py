"""What a diff does line by line, in pieces short enough to be shown: what took a line's place, which case is new.

A sketch says where a commit works; an edit shows what it writes there. Of all edits those are told that speak of what
the title speaks of.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from analysis.facts.changed import ChangedFile, View
from analysis.facts.code import depth_of
from analysis.patch import Hunk
from analysis.paths import FileKind

_LONGEST_CODE = 88
_SHORT_CODE = 40
_LONGEST_CASE = 120
_LONGEST_RUN = 4
_MOST_HUNKS = 60
_WORDING = 0.8
"""What a message that is worded anew weighs at most."""
IMPORT = re.compile(
    r"^\s*(?:import\b|from\s+\S+\s+import\b|use\s|#include\b|package\b|using\b|export \{|\"?\$schema)|^\s*[\w.]+ as \w+,?$"
)
_CASE = re.compile(r"^\s*(?:\}\s*)?(?:(?P<word>if|elif|else if)\b\s*)(?P<condition>.+?)\s*(?:[:{]|then)\s*$")
_DEFINED = re.compile(
    r"^\s*(?:@|(?:export |pub(?:\([^)]*\))? |async |static )*(?:def|class|fn|func|function|struct|impl)\b)"
)
_BARE = re.compile(r"\W*|[\w.]+(?: as \w+)?,?|[\"'][\w.]+[\"'],?|[\w:]*\{[\w, ]*\},?")
_TEXT = re.compile(r"[bfr]?\"[^\"]*\"|[bfr]?'[^']*'")
_DATA = {"yaml", "toml", "json", "", "docker", "shell"}
_ASSIGNED = re.compile(r"^\s*(?P<target>[\w.\[\]\"']+)\s*(?::\s|[:+*/|-]?=(?!=))")
_ASSIGNED_CALL = re.compile(r"^\s*(?P<target>[\w.]+)\s*[:=]+\s*(?P<call>[A-Za-z_][\w.]*)\(")
_LEAVES = re.compile(r"(?:return|continue|break|raise)\b")
_NUMERIC = re.compile(r"(?P<name>[\w.-]+)\s*[:=]\s*(?P<number>\d+(?:\.\d+)?)")
_HELD = re.compile(r"(\w+) = ([^=].*)")
_DEFINES = {"python": "def ", "rust": "fn ", "go": "func "}
_SIGNATURE = re.compile(
    r"[ \t]*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+)?(?:def|fn|func)\s+(?P<name>\w+)\s*(?:<[^(]*>)?\((?P<inside>[^()]*(?:\([^()]*\)[^()]*)*)\)"
)
_WORD = re.compile(r"[A-Za-z][a-z]{2,}|[A-Z]{2,}(?![a-z])|\d{2,}")
_EMPTY = {
    "the", "and", "for", "fix", "add", "use", "with", "when", "from", "into", "not", "test", "tests", "support", "update",
    "self", "return", "none", "true", "false", "def", "str", "int", "get", "set", "new", "class",
}  # fmt: skip


class EditKind(StrEnum):
    """Closed set."""

    REPLACED = "replaced"
    SWAPPED = "swapped"
    CASE = "case"
    TAKES = "takes"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that the diff does.

    Attributes:
        before, after: code, on one line: what gave way to what; for a case its condition and what is done then; for
            TAKES functions and their new arguments, a line each; for SWAPPED names of what is called.
        count: how often it is done alike.
        weight: how much it tells, also in the light of the title.
    """

    kind: EditKind
    path: str
    before: str
    after: str
    count: int = 1
    weight: float = 0.0


def edits(files: Iterable[ChangedFile], title: str) -> tuple[Edit, ...]:
    """Return what can be shown of a diff, what tells most first; of tests, build and CI only if no product is touched."""
    files = [file for file in files if file.change.status != "removed" and file.change.patch]
    code = [file for file in files if file.kind is FileKind.PRODUCTION]
    shown = code or [file for file in files if file.kind not in {FileKind.DOCS, FileKind.LOCK, FileKind.GENERATED}]
    topic = words_of(title)
    counts: Counter[tuple[EditKind, str, str]] = Counter()
    places: dict[tuple[EditKind, str, str], str] = {}
    for file in shown:
        if file.change.status == "added":
            continue
        for edit in _of_file(file):
            counts[edit[:3]] += 1
            places.setdefault(edit[:3], file.path)
    takers: dict[str, list[str]] = {}
    for kind, before, after in counts:
        if kind is EditKind.TAKES:
            takers.setdefault(after, []).append(before)
    holds = {held[1]: held[2] for kind, _, text in counts if kind is EditKind.ADDED and (held := _HELD.fullmatch(text))}
    found = [
        Edit(
            kind,
            places[kind, before, after],
            before,
            _held(kind, after, holds),
            count,
            _weight(kind, before, after, count, topic),
        )
        for (kind, before, after), count in counts.items()
        if kind is not EditKind.TAKES and is_shown(before) and is_shown(after) and not _is_told(before, after, takers)
    ]
    for arguments, functions in takers.items():
        names = "\n".join(sorted(functions, key=lambda name: name.startswith("_")))
        path = places[EditKind.TAKES, functions[0], arguments]
        found.append(
            Edit(EditKind.TAKES, path, names, arguments, 1, _weight(EditKind.TAKES, names, arguments, 1, topic))
        )
    return tuple(sorted(found, key=lambda edit: -edit.weight))


def _held(kind: EditKind, after: str, holds: Mapping[str, str]) -> str:
    """What took a line's place: of a new variable, what it holds."""
    held = holds.get(after, after) if kind is EditKind.REPLACED else after
    return held if is_shown(held) else after


def _is_told(before: str, after: str, takers: Mapping[str, Sequence[str]]) -> bool:
    """Whether a line only hands on what a function takes now."""
    return any(
        any(f"{name}(" in after for name in functions)
        or (bool(before) and all(re.search(rf"\b{argument}\b", after) for argument in arguments.split("\n")))
        for arguments, functions in takers.items()
    )


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, also those within names, that say what it is about."""
    return frozenset(word.lower().removesuffix("s") for word in _WORD.findall(text) if word.lower() not in _EMPTY)


def _of_file(file: ChangedFile) -> Iterator[tuple[EditKind, str, str]]:
    gone = {line.text.strip() for hunk in file.hunks for line in hunk.lines if line.removed}
    come = {line.text.strip() for hunk in file.hunks for line in hunk.lines if line.added}
    is_data = file.language in _DATA
    yield from _signatures(file)
    for hunk, (old, new) in list(zip(file.hunks, file.views, strict=True))[:_MOST_HUNKS]:
        for removed, added, following in _runs(hunk, old, new):
            before = [] if all(text.strip() in come for text in removed) else _telling(removed, is_data=is_data)
            after = [] if all(text.strip() in gone for text in added) else _telling(added, is_data=is_data)
            yield from _of_run(before, after, following, gone)


def _telling(lines: list[str], *, is_data: bool) -> list[str]:
    """Lines of code without imports; none of them if all are bare names, as in a list of imports."""
    lines = [line for line in lines if line.strip() and (is_data or not IMPORT.match(line))]
    return lines if is_data or not all(_BARE.fullmatch(line.strip()) for line in lines) else []


def _runs(hunk: Hunk, old: View, new: View) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Runs of changed lines without their comments: what went, what came, and what follows."""
    before = {number: code for number, code, _ in old.lines()}
    after = {number: code for number, code, _ in new.lines()}
    removed: list[str] = []
    added: list[str] = []
    rows = [
        (line, (before if line.removed else after).get((line.old if line.removed else line.new) or 0, "").rstrip())
        for line in hunk.lines
    ]
    for index, (line, code) in enumerate(rows):
        if line.removed and not added:
            removed.append(code)
        elif line.added:
            added.append(code)
        else:
            if removed or added:
                yield removed, added, [text for _, text in rows[index : index + 3]]
            removed, added = ([code] if line.removed else []), []
    if removed or added:
        yield removed, added, []


def _of_run(
    before: list[str], after: list[str], following: list[str], gone: Collection[str]
) -> Iterator[tuple[EditKind, str, str]]:
    if before and after and len(before) <= _LONGEST_RUN and len(after) <= _LONGEST_RUN:
        yield from _replaced(before, after)
    elif after and not before and len(after) == 1 and not _CASE.match(after[0]):
        yield EditKind.ADDED, "", _one_line(after)
    elif before and not after and len(before) == 1:
        yield EditKind.REMOVED, _one_line(before), ""
    if len(before) > 1:
        calls = {found["target"]: found["call"] for text in before if (found := _ASSIGNED_CALL.match(text))}
        for found in filter(None, map(_ASSIGNED_CALL.match, after)):
            if calls.get(found["target"], found["call"]) != found["call"]:
                yield EditKind.SWAPPED, calls[found["target"]], found["call"]
    if not any(_CASE.match(text) for text in before):
        yield from _cases(after, following, gone)


def _cases(after: list[str], following: list[str], gone: Collection[str]) -> Iterator[tuple[EditKind, str, str]]:
    for index, text in enumerate(after):
        if _DEFINED.match(text):  # what stands in a new function is no new case of an old one
            return
        found = _CASE.match(text)
        if found and text.strip() not in gone:
            below = [line for line in following if depth_of(line) > depth_of(text)]
            inside = [*after[index + 1 :], *below]
            condition = _unbracketed(found["condition"].rstrip(" ;"))
            done = _statement(inside) or _leaves(inside, depth_of(text))
            yield EditKind.CASE, condition, done if len(condition + done) <= _LONGEST_CASE else ""


def _unbracketed(condition: str) -> str:
    return condition[1:-1] if re.fullmatch(r"\([^()]*\)", condition) else condition


def _statement(lines: list[str]) -> str:
    """The first statement of a case, if it is short enough to be shown."""
    lines = [line for line in lines if line.strip()][:5]
    for size in range(1, len(lines) + 1):
        code = _one_line(lines[:size])
        if re.match(r"(?:el|if\b|for\b|\}|\{|try|with\b|logger|log|class\b|def\b|assert\b|@)", code):
            return ""
        if _is_balanced(code):
            return code if is_shown(code) else ""
    return ""


def _leaves(lines: list[str], indent: int) -> str:
    """The statement with which a case leaves what it stands in, if that is how it ends."""
    block = list(takewhile(lambda line: not line.strip() or depth_of(line) > indent, lines))
    last = next((line.strip().rstrip(";") for line in reversed(block) if line.strip()), "")
    return last if _LEAVES.match(last) and is_shown(last) else ""


def _replaced(before: list[str], after: list[str]) -> Iterator[tuple[EditKind, str, str]]:
    is_split = any(not _is_balanced(text) for text in [*before, *after])
    if len(before) == len(after) and len(before) > 1 and not is_split:
        pairs = [pair for pair in zip(before, after, strict=True) if pair[0].strip() != pair[1].strip()]
    else:
        is_one = _is_one(before) and _is_one(after)
        pairs = [(_one_line(before), _one_line(after))] if is_one else list(_same_target(before, after))
    is_line = len(before) == len(after) == 1
    for one, other in pairs:
        if _DEFINED.match(one):
            continue
        old, new = _difference(_one_line([one]), _one_line([other]))
        if old.replace("'", '"') == new.replace("'", '"'):
            continue  # another mark around a text is style
        if old and new and _is_balanced(old) and _is_balanced(new) and (is_line or _alike(old, new)):
            yield EditKind.REPLACED, old, new


def _same_target(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    """Pairs of lines that give one name its value, in runs of several statements."""
    values = {found["target"]: text for text in before if (found := _ASSIGNED.match(text))}
    for text in after:
        found = _ASSIGNED.match(text)
        if found and values.get(found["target"], text).strip() != text.strip():
            yield values[found["target"]], text


def _is_one(lines: list[str]) -> bool:
    """Whether lines are one statement: brackets stay open until the last."""
    return not any(_is_balanced(_one_line(lines[:size])) for size in range(1, len(lines)))


def _is_balanced(code: str) -> bool:
    return all(code.count(left) == code.count(right) for left, right in ("()", "[]", "{}")) and code.count('"') % 2 == 0


def _alike(old: str, new: str) -> bool:
    """Whether one stands for the other: they have a word in common, or both are short values."""
    return bool(set(re.findall(r"\w+", old)) & set(re.findall(r"\w+", new))) or max(len(old), len(new)) <= 24  # noqa: PLR2004


def _difference(old: str, new: str) -> tuple[str, str]:
    """Cut what two lines have in common at both ends, at whole words, if they are too long to be shown whole."""
    if max(len(old), len(new)) <= _SHORT_CODE:
        return old, new
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    starts = [found.end() for found in re.finditer(r"[\s,(]", old[:start])]
    ends = [len(old) - end + found.start() for found in re.finditer(r"[\s,)]|$", old[len(old) - end :])]
    for begin in (*(begin for begin in reversed(starts) if not old[:begin].endswith("not ")), 0):
        for finish in ends:
            was, now = old[begin:finish].strip(" ,"), new[begin : len(new) - len(old) + finish].strip(" ,")
            in_text = old[:begin].count('"') % 2 or old[:begin].count("'") % 2
            if was and now and not in_text and _is_balanced(was) and _is_balanced(now):
                return (was, now) if max(len(was), len(now)) <= _LONGEST_CODE else ("", "")
    return "", ""


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _one_line(lines: Sequence[str]) -> str:
    joined = ""
    for text in lines:
        part = text.strip()
        tight = not joined or joined.endswith(("(", "[", "{", ".")) or part.startswith((")", "]", "}", "."))
        joined += part if tight else f" {part}"
    joined = re.sub(r"\s+", " ", re.sub(r",\s*([)\]}])", r"\1", joined))
    return re.sub(r"^(?:and|or|&&|\|\|)\s+", "", joined).rstrip(" ,;:")


def _signatures(file: ChangedFile) -> Iterator[tuple[EditKind, str, str]]:
    """Functions that are still there and take more than before."""
    defines = _DEFINES.get(file.language, "")
    for old, new in file.views if defines else ():
        before = {found["name"]: _arguments(found["inside"]) for found in _signed(old.code, defines)}
        for found in _signed(new.code, defines) if before else ():
            name, now = found["name"], _arguments(found["inside"])
            was = before.get(name)
            if was is None or name.startswith("__"):
                continue
            more = [one for one in now if one not in was]
            if more and all(one in now for one in was) and len(more) <= 3:  # noqa: PLR2004 - more is a new function
                yield EditKind.TAKES, name, "\n".join(more)


def _signed(code: str, defines: str) -> Iterator[re.Match[str]]:
    """Find signatures by the word that begins a definition: quicker than to look for the pattern everywhere."""
    at = code.find(defines)
    while at >= 0:
        found = _SIGNATURE.match(code, code.rfind("\n", 0, at) + 1)
        if found:
            yield found
        at = code.find(defines, found.end() if found else at + 1)


def _arguments(inside: str) -> list[str]:
    depth, names, piece = 0, [], ""
    for char in inside + ",":
        depth += (char in "([{<") - (char in ")]}>")
        if char == "," and depth <= 0:
            found = re.match(r"\s*(?:mut\s+|\*{0,2})?([A-Za-z_]\w*)", piece)
            if found and found[1] not in {"self", "cls"}:
                names.append(found[1])
            piece = ""
        else:
            piece += char
    return names


def is_shown(code: str) -> bool:
    """Whether code is short enough to be shown, and can stand between backticks."""
    return len(code) <= _LONGEST_CODE and "`" not in code and "\\" not in code


def _weight(kind: EditKind, before: str, after: str, count: int, topic: frozenset[str]) -> float:
    base = {
        EditKind.REPLACED: 1.0, EditKind.CASE: 1.0, EditKind.SWAPPED: 0.9, EditKind.TAKES: 0.9, EditKind.ADDED: 0.3, EditKind.REMOVED: 0.2,
    }[kind]  # fmt: skip
    common = len(words_of(f"{before} {after}") & topic)
    if kind is EditKind.CASE and not after:
        base -= 0.4 if " " in before else 0.9
    weight = base + 0.6 * min(common, 3) + 0.15 * min(count - 1, 6) - len(before + after) / 300
    if kind is not EditKind.SWAPPED and re.fullmatch(r"[A-Za-z]+", before) and re.fullmatch(r"[A-Za-z]+", after):
        weight -= 0.6  # a variable has another name
    is_wording = kind is EditKind.REPLACED and _TEXT.sub("", before) == _TEXT.sub("", after)
    return min(weight, _WORDING) if is_wording and '"' in before and " " in before else weight


def told(found: Iterable[Edit], most: int, least: float) -> tuple[Edit, ...]:
    """Return the edits worth telling: at most so many, one of a kind and place, none below a weight."""
    made: list[Edit] = []
    for edit in found:
        if edit.weight < least or len(made) == most:
            break
        words = words_of(f"{edit.before} {edit.after}")
        if not any(len(words & words_of(f"{other.before} {other.after}")) > len(words) / 2 for other in made):
            made.append(edit)
    return tuple(made)


def numeric(edit: Edit) -> tuple[str, str, str] | None:
    """Return the name, the old and the new number of an edit that gives a name another number; else None."""
    found, now = _NUMERIC.fullmatch(edit.before), _NUMERIC.fullmatch(edit.after)
    if edit.kind is not EditKind.REPLACED or not found or not now or found["name"] != now["name"]:
        return None
    return found["name"], found["number"], now["number"]
