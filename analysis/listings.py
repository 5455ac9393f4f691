"""What comes to and goes from lists that people look things up in: rows of tables, sections, keys of data files, fields.

Titles of such changes say little ("update docs"), and no line of them is code; the names in them say what is new.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from analysis.facts.changed import ChangedFile
from analysis.patch import Hunk

_LONGEST_NAME = 60
_LONGEST_VALUE = 30
_MARKS = {"√", "×", "✓", "✗", "✅", "❌", "✔", "✘", "yes", "no"}
_WORD = re.compile(r"[a-z\d.]+")
_BROKEN = re.compile(r"(?<=-)`?\s*<br\s*/?>\s*`?")
"""A break within a name that is too long for its cell."""
_MARKUP = re.compile(r"<[^<>]{0,200}>|\*\*|`|\[(?=[^\]]{1,100}\]\()|(?<=.)\]\([^()\s]{0,300}\)")
_RULER = re.compile(r"[\s:|-]*")
_FENCE = re.compile(r"^\s*(?:```|~~~)\s*(?P<language>\w*)")
_SECTION = re.compile(r"^#{2,6}\s+(?P<name>\S.*?)\s*#*$")
_NUMBERED = re.compile(r"^\d{1,2}(?:\.\d{1,2})*\.?\s+")
_KEY = re.compile(r'^(?P<indent>\s*)"(?P<name>[^"]{1,80})"\s*:\s*(?P<value>.*?),?\s*$')
_CLASS = re.compile(r"^(?P<indent>\s*)class\s+(?P<name>\w+)")
_ENDS_CLASS = re.compile(r"^(?:\s*(?:async\s+)?def\s|\S)")
_FIELD = re.compile(r"^\s+(?P<name>[a-z]\w*)\s*:\s*[A-Za-z_\"'][^#]*?(?P<ends>,?)\s*(?:#.*)?$")


class ListKind(StrEnum):
    """Closed set."""

    ROWS = "rows"
    SECTIONS = "sections"
    KEYS = "keys"
    FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class Listing:
    """What changed in the lists of one file.

    Attributes:
        owner: of FIELDS the class that declares them, or did; else empty.
        came, gone: names that stand only after the change, or stood only before it.
        changed: rows whose name stands on both sides, with something else behind it.
        renamed: rows that have another name and the same behind it: (before, after).
        values: of the first changed row what stood in its first other cell, and what stands there; empty if nothing did.
        inside: of KEYS, where only one came: what stands in it, as `name: value`.
    """

    kind: ListKind
    path: str
    owner: str = ""
    came: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    values: tuple[str, str] = ("", "")
    inside: tuple[str, ...] = ()


def listings(files: Iterable[ChangedFile]) -> tuple[Listing, ...]:
    """Return what changed in tables, sections and data files that were there before and still are, those that say most first."""
    found = [
        listing
        for file in files
        if file.change.status not in {"added", "removed"}
        for listing in _of_file(file)
        if _size(listing)
    ]
    return tuple(sorted(found, key=lambda one: -_size(one)))


def _size(one: Listing) -> int:
    return len(one.came) + len(one.gone) + len(one.changed) + len(one.renamed)


def fields_gone(files: Iterable[ChangedFile]) -> tuple[Listing, ...]:
    """Return the fields that Python's classes declared and declare no more, the class that lost most first."""
    found: list[Listing] = []
    for file in files:
        if file.language != "python" or file.change.status in {"added", "removed"}:
            continue
        lost: dict[str, dict[str, None]] = {}
        here = {name for hunk in file.hunks for name in _declared(line.text for line in hunk.lines if not line.removed)}
        for hunk in file.hunks:
            for owner, name in _fields(hunk):
                if name not in here:
                    lost.setdefault(owner, {})[name] = None
        found += [Listing(ListKind.FIELDS, file.path, owner, gone=tuple(names)) for owner, names in lost.items()]
    return tuple(sorted(found, key=lambda one: -len(one.gone)))


def _of_file(file: ChangedFile) -> Iterator[Listing]:
    if file.language == "markdown" and not file.path.endswith(".rst"):
        yield _rows(file)
        yield _sections(file)
    elif file.language == "json":
        yield _keys(file)


def _rows(file: ChangedFile) -> Listing:
    """Rows of tables, by their first cell; how a table is drawn and a value is marked is nothing that a reader sees."""
    old: dict[str, list[str]] = {}
    new: dict[str, list[str]] = {}
    for hunk in file.hunks:
        old.update(_cells([line.text for line in hunk.lines if not line.added]))
        new.update(_cells([line.text for line in hunk.lines if not line.removed]))
    came, gone = [name for name in new if name not in old], [name for name in old if name not in new]
    renamed = []
    for name in gone:
        words = _WORD.findall(name.lower())
        alike = [one for one in came if new[one] == old[name] and words and all(word in one.lower() for word in words)]
        other = min(alike, key=len, default="")
        if other:
            renamed.append((name, other))
            came.remove(other)
    changed = [name for name in new if name in old and _said(new[name]) != _said(old[name])]
    changed.sort(key=lambda name: not _marks_change(old[name], new[name]))
    values = [
        (was, now)
        for name in changed[:1]
        for was, now in zip(old[name], new[name], strict=False)
        if _said([was]) != _said([now])
    ]
    values.sort(key=lambda pair: not _marks_change(pair[:1], pair[1:]))
    return Listing(
        ListKind.ROWS,
        file.path,
        came=tuple(came),
        gone=tuple(name for name in gone if name not in {before for before, _ in renamed}),
        changed=tuple(changed),
        renamed=tuple(renamed),
        values=values[0] if values and len(max(values[0], key=len)) <= _LONGEST_VALUE else ("", ""),
    )


def _marks_change(was: Sequence[str], now: Sequence[str]) -> bool:
    """Whether a row says yes now where it said no, or the other way round: what people look such a table up for."""
    return any({one, other} & _MARKS and one != other for one, other in zip(_said(was), _said(now), strict=False))


def _said(cells: Sequence[str]) -> list[str]:
    """What cells say, however it is written: `FALSE` is `False`."""
    return ["".join(cell.lower().split()) for cell in cells]


def _cells(texts: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The first cell and the others of each row, but for the head of a table, which a ruler follows."""
    for text, following in pairwise((*texts, "")):
        is_row = text.lstrip().startswith("|") and not _RULER.fullmatch(text)
        if is_row and not (following.strip() and _RULER.fullmatch(following)):
            name, *cells = [_plain(cell) for cell in text.strip().strip("|").split("|")]
            if name and len(name) <= _LONGEST_NAME:
                yield name, cells


def _plain(text: str) -> str:
    return re.sub(r"\s+(?=[,;])", "", " ".join(_MARKUP.sub(" ", _BROKEN.sub("", text)).split()))


def _sections(file: ChangedFile) -> Listing:
    came: dict[str, None] = {}
    gone: dict[str, None] = {}
    for hunk in file.hunks:
        inside = _begins_in_code(hunk)
        for line in hunk.lines:
            if _FENCE.match(line.text):
                inside = not inside
            found = None if inside else _SECTION.match(line.text)
            if found and (line.added or line.removed) and len(found["name"]) <= _LONGEST_NAME:
                (came if line.added else gone)[_NUMBERED.sub("", _plain(found["name"]))] = None
    return Listing(
        ListKind.SECTIONS,
        file.path,
        came=tuple(name for name in came if name not in gone),
        gone=tuple(name for name in gone if name not in came),
    )


def _begins_in_code(hunk: Hunk) -> bool:
    """Whether the first fence that a hunk shows closes a block: it names no language, and no other one follows it."""
    fences = [found["language"] for line in hunk.lines if (found := _FENCE.match(line.text))]
    return len(fences) % 2 == 1 and not fences[0]


def _keys(file: ChangedFile) -> Listing:
    """Keys that come with a whole run of new lines, at that run's own level."""
    came: dict[str, tuple[str, ...]] = {}
    removed = {line.text.strip() for hunk in file.hunks for line in hunk.lines if line.removed}
    for hunk in file.hunks:
        for run in _runs_added(hunk):
            keys = [found for text in run if (found := _KEY.match(text)) and text.strip() not in removed]
            top = min((len(found["indent"]) for found in keys), default=0)
            for index, found in enumerate(keys):
                if len(found["indent"]) == top:
                    below = keys[index + 1 :]
                    end = next((at for at, one in enumerate(below) if len(one["indent"]) <= top), len(below))
                    came[found["name"]] = tuple(f"{one['name']}: {one['value']}" for one in below[:end])
    return Listing(
        ListKind.KEYS, file.path, came=tuple(came), inside=next(iter(came.values())) if len(came) == 1 else ()
    )


def _runs_added(hunk: Hunk) -> Iterator[Sequence[str]]:
    """Lines that were added side by side where nothing was taken away."""
    run: list[str] = []
    clean = True
    added = {_item(line.text) for line in hunk.lines if line.added}
    removed = {_item(line.text) for line in hunk.lines if line.removed}
    kept = added & removed  # the item before a new last one gets a comma
    for line in (*hunk.lines, None):
        if line is not None and _item(line.text) in kept:
            continue
        if line is not None and (line.added or line.removed):
            clean &= line.added
            run.append(line.text)
        else:
            if run and clean:
                yield run
            run, clean = [], True


def _item(text: str) -> str:
    return text.strip().rstrip(",")


def _declared(texts: Iterable[str]) -> Iterator[str]:
    return (found["name"] for text in texts if (found := _FIELD.match(text)) and not found["ends"])


def _fields(hunk: Hunk) -> Iterator[tuple[str, str]]:
    """Fields in removed lines, each with the class in whose body, not in whose methods, they stood."""
    found = _CLASS.match(hunk.heading)
    owner, deep = (found["name"], len(found["indent"])) if found else ("", 0)
    for line in hunk.lines:
        opened = _CLASS.match(line.text)
        if opened:
            owner, deep = opened["name"], len(opened["indent"])
        elif (
            owner and not line.added and _ENDS_CLASS.match(line.text) and not line.text.lstrip().startswith((")", "@"))
        ):
            owner = ""
        if owner and line.removed and len(line.text) - len(line.text.lstrip()) == deep + 4:
            yield from ((owner, name) for name in _declared([line.text]))
