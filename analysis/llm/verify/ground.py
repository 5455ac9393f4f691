"""What a claim may rest on: the lines of a diff and what people wrote about it, matched verbatim."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from analysis.commits.commit import Commit, FileChange
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.patch import hunks
from analysis.commits.redaction import MARK
from analysis.commits.surroundings import Surroundings
from analysis.entry import Entry, Quote

MESSAGE, DESCRIPTION = "message", "pull_request"
"""Where evidence may be, apart from the sides of a diff, `old` and `new`."""

_LEAST_PART = 8
"""Characters from which part of a line is distinctive."""
_AROUND_PRODUCT = {FileKind.TEST, FileKind.CI, FileKind.DOCS}
_AROUND = 2
"""Lines before and after a quoted one in its hunk that are shown with it."""
_TOKEN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_FLAG = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*", re.ASCII)
_OPERATORS = {"is", "not", "in", "and", "or", "if", "else", "none", "true", "false", "null"}
_SHORT_SHA = re.compile(r"[0-9a-f]{7,40}")
_SHA = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{7,64}(?![0-9a-zA-Z])")


@dataclass(frozen=True, slots=True)
class _Place:
    """A line of the diff; `before` and `after` are its numbers on both sides, None on a side that lacks it.

    A line that opens a block above a hunk, or uses elsewhere what is changed (`is_around`), is unchanged; only its number after
    the commit is known.
    """

    path: str
    hunk: int
    text: str
    before: int | None
    after: int | None
    is_around: bool = False

    @property
    def mark(self) -> str:
        if self.is_around:
            return " "
        return "+" if self.before is None else "-" if self.after is None else " "


@dataclass(frozen=True)
class Ground:
    """A commit as evidence.

    Attributes:
        places: the lines of its diff, in order, each hunk's after those that open its blocks; last, uses elsewhere of what it changes.
        prose: what people wrote about it, as (where, text, URL).
        paths: its files' paths, including old ones.
        counts: computed numbers that appear nowhere in it: lines and files, in total, each, by kind and by status; uses elsewhere.
        headings: its hunks' context lines, as given by git.
        is_around: it touches only what surrounds the product.
        nearby: identifiers and flags in the files it touches, whether the diff shows them or not; later, names in the whole project.
        has_tree: names it does not contain can still be looked up in the whole project, so none counts as invented yet.
    """

    places: tuple[_Place, ...]
    prose: tuple[tuple[str, str, str], ...]
    paths: tuple[tuple[str, str], ...] = ()
    counts: frozenset[int] = field(default=frozenset())
    headings: tuple[str, ...] = ()
    is_around: bool = False
    nearby: frozenset[str] = frozenset()
    has_tree: bool = False

    @classmethod
    def of(cls, entry: Entry) -> "Ground":
        """The ground of a commit: its diff, its message, what it brought in, and what people wrote about it."""
        commit, request = entry.commit, entry.pull_request
        prose = [(MESSAGE, commit.message, commit.url or ""), (MESSAGE, f"{commit.author}\n{commit.sha}", "")]
        prose += [(MESSAGE, f"{brought.sha} {brought.subject}", "") for brought in commit.brought]
        if request:
            prose.append((DESCRIPTION, f"{request.title}\n{request.body}", request.url))
        prose += [(MESSAGE, one.text, one.url) for one in entry.statements if not one.path]
        prose += [(MESSAGE, f"{one.sha} {one.subject}", "") for one in entry.surroundings.neighbours]
        paths = tuple(
            (file.old_path or ("" if file.status == "added" else file.path), file.path) for file in commit.files
        )
        headings = tuple(hunk.heading for file in commit.files for hunk in hunks(file.patch or "") if hunk.heading)
        kinds = {kind_of(file.path) for file in commit.files}
        is_around = bool(kinds) and kinds <= _AROUND_PRODUCT
        around = entry.surroundings
        counts = frozenset((*_counts(commit.files), *(one.count for one in around.references)))
        return cls(
            tuple(_places(commit, around)),
            tuple(prose),
            paths,
            counts,
            headings,
            is_around,
            around.names,
            around.has_tree,
        )

    # -- looking up

    def find(self, text: str, path: str, side: str) -> Quote | None:
        """Return a piece of the diff or of what people wrote verbatim, or None if it is nowhere to be found.

        A wrong path or side is corrected: what counts is that the words are there.
        """
        lines = [line for line in map(_squeeze, text.split("\n")) if line]
        if not lines:
            return None
        if side in {MESSAGE, DESCRIPTION}:
            return self._written(text) or self._of_diff(lines, path, side)
        return self._of_diff(lines, path, side) or self._written(text)

    def _of_diff(self, lines: Sequence[str], path: str, side: str) -> Quote | None:
        first = None
        for number, line in enumerate(lines):
            bare = _squeeze(line[1:]) if line[0] in "+-" else line
            place = next((p for wanted in dict.fromkeys((line, bare)) for p in self._found(wanted, path, side)), None)
            if place is None:
                return None
            if number == 0:
                first = place
        if first is None:
            return None
        is_before = first.after is None or (side == "old" and first.before is not None)
        return Quote(first.text.strip(), first.path, (first.before if is_before else first.after) or 0, is_before)

    def _found(self, line: str, path: str, side: str) -> list[_Place]:
        """Return where a line occurs: whole matches before partial ones, the stated location before others."""
        if not line:
            return []
        whole = self._by_text.get(line, [])
        if not whole and (len(line) >= _LEAST_PART or MARK in line):
            pieces = [piece.strip() for piece in line.split(MARK) if piece.strip()]
            whole = [
                place
                for text, places in self._by_text.items()
                if all(occurs(text, piece) for piece in pieces)
                for place in places
            ]
        return sorted(
            whole, key=lambda p: (p.path != path and not p.path.endswith(f"/{path}"), not _stands_on(p, side))
        )

    @cached_property
    def _by_text(self) -> dict[str, list[_Place]]:
        found: dict[str, list[_Place]] = {}
        for place in self.places:
            found.setdefault(_squeeze(place.text), []).append(place)
        return found

    def _written(self, text: str) -> Quote | None:
        wanted = _squeeze(text)
        for _, whole, url in self.prose:
            if len(wanted) >= _LEAST_PART and _squeeze_prose(wanted) in _squeeze_prose(whole):
                return Quote(wanted, url=url)
            if any(wanted == _squeeze(line) for line in whole.split("\n")):
                return Quote(wanted, url=url)
        return None

    def around(self, quote: Quote) -> list[str]:
        """Return a quoted line with its neighbours in the hunk, each with its `+`/`-` mark; for prose, its text."""
        if not quote.line:
            return [quote.text]
        places = (
            n
            for n, p in enumerate(self.places)
            if p.path == quote.path and (p.before if quote.is_before else p.after) == quote.line
        )
        at = next(places, None)
        if at is None:  # it opens a block, and the files are not known here
            return [quote.text]
        own = self.places[at].hunk
        near = self.places[max(0, at - _AROUND) : at + _AROUND + 1]
        return [f"{place.mark}{place.text}" for place in near if (place.path, place.hunk) == (quote.path, own)]

    # -- what it contains

    @cached_property
    def text(self) -> str:
        """All of its text."""
        lines = [place.text for place in self.places]
        written = [text for _, text, _ in self.prose]
        return "\n".join([*written, *(path for pair in self.paths for path in pair), *self.headings, *lines])

    @cached_property
    def old(self) -> str:
        """The lines that it removes, and the removed paths."""
        gone = [old for old, new in self.paths if old and old != new]
        return "\n".join([*gone, *(place.text for place in self.places if place.mark == "-")])

    @cached_property
    def new(self) -> str:
        """The lines that it adds, and the new paths."""
        come = [new for old, new in self.paths if old != new]
        return "\n".join([*come, *(place.text for place in self.places if place.mark == "+")])

    @cached_property
    def kept(self) -> str:
        """The unchanged lines that it shows."""
        return "\n".join(place.text for place in self.places if place.mark == " ")

    @cached_property
    def written(self) -> str:
        """What people wrote about it."""
        return "\n".join(text for _, text, _ in self.prose)

    @cached_property
    def names(self) -> frozenset[str]:
        """Its identifiers, and their parts without underscores around, in lower case."""
        found = (name.lower() for name in _TOKEN.findall(self.text))
        return frozenset(one for name in found for one in (name, name.strip("_")))

    @cached_property
    def _pieces(self) -> frozenset[str]:
        """The paths of its files, and their beginnings and ends."""
        found = set()
        for path in (path for pair in self.paths for path in pair if path):
            parts = path.split("/")
            found |= {"/".join(parts[index:]) for index in range(len(parts))}
            found |= {"/".join(parts[:index]) for index in range(1, len(parts))}
        return frozenset(found)

    def is_nearby(self, name: str) -> bool:
        """Whether the files it touches contain this identifier or flag, or the last part of this name, as a whole word."""
        bare = plain(name)
        return bare in self.nearby or bare.rpartition(".")[2].rpartition("::")[2] in self.nearby

    def has_path(self, path: str) -> bool:
        """Whether it touches or names this path."""
        plain = path.strip().removeprefix("./").strip("/")
        return plain in self._pieces or (bool(plain) and occurs(self.text, plain))

    def has_name(self, name: str) -> bool:
        """Whether it contains this identifier or piece of code, in any case, with or without `()`.

        A qualified name may be assembled from separate parts of a diff; a flag may not.
        """
        bare = plain(name)
        if not bare or occurs(self.text, bare) or occurs(self.text, f"-D{bare}"):  # a definition passed to cmake
            return True
        if _SHORT_SHA.fullmatch(bare) and any(sha.startswith(bare) for sha in self._shas):
            return True
        if not all(self._has_flag(flag) for flag in _FLAG.findall(bare)):
            return False
        parts = [part.lower() for part in _TOKEN.findall(_FLAG.sub(" ", bare))]
        return bool(parts or _FLAG.search(bare)) and all(part in self.names or part in _OPERATORS for part in parts)

    @cached_property
    def _shas(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_SHA.findall(self.text)))

    def _has_flag(self, flag: str) -> bool:
        # clap and typer derive a flag from a field's name: `model_checksum` proves `--model-checksum`, and `port:` proves `--port`.
        name = flag.lstrip("-").replace("-", "_").lower()
        declared = rf"(?<![\w-]){re.escape(name)}\s?:\s?\w"
        return occurs(self.text, flag) or ("_" in name and name in self.names) or bool(re.search(declared, self.text))


def plain(name: str) -> str:
    """Return a name as code writes it, without marks around it and without `()`."""
    return name.strip("`'\"() ").removesuffix("()")


def occurs(text: str, piece: str) -> bool:
    """Whether `text` contains `piece` as a whole, not as part of a longer word or a longer flag."""
    at = text.find(piece) if piece else -1
    while at >= 0:
        end = at + len(piece)
        before, after = text[at - 1 : at] if at else "", text[end : end + 2]
        is_part = (_is_word(before) and _is_word(piece[:1])) or (_is_word(after[:1]) and _is_word(piece[-1:]))
        is_longer_flag = piece.startswith("-") and (before == "-" or (after[:1] == "-" and _is_word(after[1:])))
        if not is_part and not is_longer_flag:
            return True
        at = text.find(piece, at + 1)
    return False


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def _stands_on(place: _Place, side: str) -> bool:
    return (place.before if side == "old" else place.after) is not None


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _squeeze_prose(text: str) -> str:
    """A text without Markdown markup: models quote only the words."""
    return _squeeze(re.sub(r"[*`_>#]+|\[([^\]]*)\]\([^)]*\)", r"\1", text)).lower()


def _places(commit: Commit, around: Surroundings) -> Iterator[_Place]:
    number = 0
    for file in commit.files:
        for at, hunk in enumerate(hunks(file.patch or "")):
            number += 1
            for one in around.of(file.path, at):
                yield _Place(file.path, number, one.text, None, one.number, is_around=True)
            for line in hunk.lines:
                yield _Place(file.path, number, line.text, line.old, line.new)
    for use in (use for reference in around.references for use in reference.uses):
        number += 1
        yield from (_Place(use.line.path, number, one.text, None, one.number, is_around=True) for one in use.blocks)
        yield _Place(use.line.path, number, use.line.text, None, use.line.number, is_around=True)


def _counts(files: Sequence[FileChange]) -> Iterator[int]:
    by_kind = [[file for file in files if kind_of(file.path) is kind] for kind in FileKind]
    by_status = [[file for file in files if file.status == status] for status in {file.status for file in files}]
    for some in (list(files), *([file] for file in files), *by_kind, *by_status):
        added, deleted = sum(file.additions for file in some), sum(file.deletions for file in some)
        yield from (len(some), added, deleted, added + deleted)
