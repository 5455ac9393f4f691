"""What a commit takes away and what it brings, side by side, for judging what is said of it.

It knows lines, names, numbers and counts; which words claim what, `directions` and `contradictions` know.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from analysis.commits.commit import Commit, FileChange
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.facts.fact import Fact, FactKind
from analysis.triage.hardware import shown_in

NUMBER = re.compile(r"(?<![\w.])\d[\d,_]{0,30}(?:\.\d{1,20})?(?![\w.]*\d)", re.ASCII)
HUNK = re.compile(r"^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@", re.MULTILINE | re.ASCII)
_ARRIVES = frozenset({
    FactKind.FLAG_ADDED, FactKind.COMMAND_ADDED, FactKind.ENV_ADDED, FactKind.ENDPOINT_ADDED, FactKind.CONFIG_ADDED,
    FactKind.DEPENDENCY_ADDED,
})  # fmt: skip
_LEAVES = frozenset({
    FactKind.FLAG_REMOVED, FactKind.COMMAND_REMOVED, FactKind.ENV_REMOVED, FactKind.ENDPOINT_REMOVED, FactKind.CONFIG_REMOVED,
    FactKind.DEPENDENCY_REMOVED, FactKind.NAME_REMOVED, FactKind.MODULE_REMOVED,
})  # fmt: skip
_WORD = re.compile(r"\w", re.ASCII)
_PART_OF_SHA = re.compile(r"[0-9a-f]{7,39}")
_SHA = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-zA-Z])")


@dataclass(frozen=True, slots=True)
class Run:
    """Lines of the file `path` that were changed together: what stood there, and what stands there now."""

    path: str
    removed: str
    added: str


@dataclass(frozen=True)
class Changes:
    """What a commit takes away and what it brings.

    Attributes:
        runs: in the order of the diff; a file's old and new path are one too.
        came, gone: paths of files that are new, or that are not there any more.
        stayed: paths of files that were there before and still are.
        kept: the lines that are shown around the changed ones.
        subject: the commit's title.
        message: the commit's message, its title included.
        lines_added, lines_removed: how many lines may be said to be added or removed, or more or fewer: in all, of a file, of
            files of one kind or status, of a run; none where files are missing.
        facts: what the diff proves.
        is_whole: nothing of the diff is missing.
    """

    runs: tuple[Run, ...] = ()
    came: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    stayed: frozenset[str] = frozenset()
    kept: str = ""
    subject: str = ""
    message: str = ""
    lines_added: frozenset[int] = frozenset()
    lines_removed: frozenset[int] = frozenset()
    facts: tuple[Fact, ...] = ()
    is_whole: bool = False

    @classmethod
    def of(cls, commit: Commit, facts: Iterable[Fact] = ()) -> "Changes":
        """The changes of a commit, of which these facts are known."""
        files = commit.files
        runs = [run for file in files for run in _runs(file.path, file.patch or "")]
        counts = [(_lines(run.added), _lines(run.removed)) for run in runs]
        counts += [
            (sum(file.additions for file in some), sum(file.deletions for file in some)) for some in groups(files)
        ]
        if commit.more_files:
            counts = []
        runs += [Run(file.path, file.old_path, file.path) for file in files if file.old_path]
        by = {status: [file for file in files if file.status == status] for status in {file.status for file in files}}
        old = [file.old_path for file in by.get("renamed", ()) if file.old_path]
        return cls(
            tuple(runs),
            frozenset(file.path for status in ("added", "renamed", "copied") for file in by.get(status, ())),
            frozenset([*(file.path for file in by.get("removed", ())), *old]),
            frozenset(file.path for status in ("modified", "changed") for file in by.get(status, ())),
            "\n".join(line[1:] for file in files for line in (file.patch or "").split("\n") if line[:1] == " "),
            commit.subject,
            commit.message,
            frozenset(count for added, removed in counts for count in (added, max(added - removed, 0))),
            frozenset(count for added, removed in counts for count in (removed, max(removed - added, 0))),
            tuple(facts),
            not commit.more_files
            and all(file.patch is not None or not (file.additions or file.deletions or file.unseen) for file in files),
        )

    @cached_property
    def removed(self) -> str:
        """All lines that it takes away."""
        return "\n".join(run.removed for run in self.runs)

    @cached_property
    def added(self) -> str:
        """All lines that it brings."""
        return "\n".join(run.added for run in self.runs)

    @cached_property
    def _touched(self) -> str:
        """What the commit changes and says, paths and message too, in lower case and with `_` for `-`."""
        paths = "\n".join(self.came | self.gone | self.stayed)
        return f"{self.added}\n{self.removed}\n{self.message}\n{paths}".lower().replace("-", "_")

    @cached_property
    def devices_touched(self) -> frozenset[str]:
        """The families of devices of which its changed lines, its paths and its message speak."""
        return shown_in(self._touched)

    @cached_property
    def devices(self) -> frozenset[str]:
        """Those, and the ones of the lines around."""
        return self.devices_touched | shown_in(self.kept.lower())

    @cached_property
    def arrived(self) -> frozenset[str]:
        """The names of what the facts prove to be new, and nowhere taken away."""
        return self._proved(_ARRIVES) - self._proved(_LEAVES)

    @cached_property
    def left(self) -> frozenset[str]:
        """The names of what the facts prove to be gone, and nowhere brought."""
        return self._proved(_LEAVES) - self._proved(_ARRIVES)

    def _proved(self, kinds: Collection[FactKind]) -> frozenset[str]:
        return frozenset(fact.name for fact in self.facts if fact.kind in kinds)

    def came_only(self, name: str) -> bool:
        """Whether the diff brings `name` and takes it away nowhere."""
        return holds(self.added, name) and not holds(self.removed, name)

    def went_only(self, name: str) -> bool:
        """Whether the diff takes `name` away and brings it nowhere."""
        return holds(self.removed, name) and not holds(self.added, name)

    def stands_around(self, name: str) -> bool:
        """Whether `name` stands in lines that did not change, and nowhere else, not even as a part of another name."""
        plain = name.strip("-").lower().replace("-", "_")
        return self.is_whole and holds(self.kept, name) and plain not in self._touched

    def replaces(self, old: str, new: str) -> bool:
        """Whether `old` gave way to `new`: in one place, or each on its side throughout."""
        in_place = any(holds(run.removed, old) and holds(run.added, new) for run in self.runs)
        return in_place or (self.went_only(old) and self.came_only(new))

    @cached_property
    def by_file(self) -> dict[str, "Changes"]:
        """What it changes in each file, by path."""
        return {
            path: replace(self, runs=tuple(runs))
            for path, runs in groupby(sorted(self.runs, key=attrgetter("path")), key=attrgetter("path"))
        }

    def whole(self, name: str) -> str:
        """Return the SHA that a short one is the start of, if the diff shows it; else the name as it is."""
        if _PART_OF_SHA.fullmatch(name):
            return next((sha for sha in self._shas if sha.startswith(name)), name)
        return name

    @cached_property
    def _shas(self) -> tuple[str, ...]:
        return shas(self.added + "\n" + self.removed)

    @cached_property
    def numbers(self) -> tuple[tuple[float, float, str], ...]:
        """Numbers that changed in lines that are the same otherwise: before, after, and the line."""
        found = []
        for run in self.runs:
            old_lines = {NUMBER.sub("0", line): line for line in run.removed.split("\n")}
            for line in run.added.split("\n"):
                was = old_lines.get(NUMBER.sub("0", line))
                if was is not None and was != line:
                    pairs = zip(NUMBER.findall(was), NUMBER.findall(line), strict=True)
                    found += [(value(one), value(other), line) for one, other in pairs if value(one) != value(other)]
        return tuple(found)


NO_CHANGES = Changes()


def groups(files: Collection[FileChange]) -> list[list[FileChange]]:
    """Return the sets of files of which a count may speak: all, each, and those of one kind or status."""
    by_kind = [[file for file in files if kind_of(file.path) is kind] for kind in FileKind]
    by_status = [[file for file in files if file.status == status] for status in {file.status for file in files}]
    return [list(files), *([file] for file in files), *by_kind, *by_status]


def shas(text: str) -> tuple[str, ...]:
    """Return the whole SHAs in a text, each once."""
    return tuple(dict.fromkeys(_SHA.findall(text)))


def _lines(text: str) -> int:
    return text.count("\n") + 1 if text else 0


def _runs(path: str, patch: str) -> Iterator[Run]:
    for is_changed, lines in groupby(patch.split("\n"), key=lambda line: line[:1] in {"+", "-"}):
        if is_changed:
            run = list(lines)
            yield Run(path, *("\n".join(line[1:] for line in run if line[0] == mark) for mark in "-+"))


def holds(text: str, name: str) -> bool:
    """Whether `name` stands in `text` as a whole, not as a part of a longer word."""
    at = text.find(name) if name else -1
    while at >= 0:
        around = text[at - 1 : at] if at else "", text[at + len(name) : at + len(name) + 1]
        if not (_WORD.match(around[0]) and _WORD.match(name[0])) and not (
            _WORD.match(around[1]) and _WORD.match(name[-1])
        ):
            return True
        at = text.find(name, at + 1)
    return False


def value(number: str) -> float:
    """Return a number as it is written in code."""
    return float(number.replace(",", "").replace("_", ""))
