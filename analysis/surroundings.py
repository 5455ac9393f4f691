"""What a commit does around the product: files that move, come or go, lists, test code; no fact proves any of it.

Titles of such commits say little more than their kind, so that names and numbers of the diff have to.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile
from posixpath import commonpath, dirname

from analysis.commit import Commit, FileChange
from analysis.edits import told, words_of
from analysis.facts.changed import changed_file
from analysis.listings import Listing, ListKind, listings
from analysis.paths import FileKind, kind_of
from analysis.shown import TELLING, Shown
from analysis.sketch import Definition, new_definitions
from analysis.teller import Teller
from analysis.wording import outside

_TINY, _SMALL, _OFTEN = 8, 60, 5
_LEAST_SPREAD = 3
_MOST_INSIDE = 3
_CALL = re.compile(r"^(?P<name>[a-z_][\w.]*)\(")
_RENAMED = re.compile(r"\brenam", re.IGNORECASE)
_NAME = re.compile(r"\w+$")
_LONGEST_CALL = 12
_SWITCHED_OFF = re.compile(r"\b(?:disabled?|skip\w*)\s*=(?!\s*(?:False|None)\b)")
_IS_TEST = re.compile(r"(?i:test)")
_WORKFLOW = re.compile(r"^\+name:\s*[\"']?(?P<name>[^\"'#\n]{3,80}?)[\"']?\s*$", re.MULTILINE)
_CODE = {FileKind.TEST, FileKind.CI, FileKind.TOOLING}


class Surroundings:
    """Tells, in parts of sentences, what one commit does to files that are not the product; `topic` is its title."""

    def __init__(self, commit: Commit, shown: Shown, teller: Teller, topic: str) -> None:
        self.commit, self.shown, self.teller, self.topic = commit, shown, teller, topic
        self.files = shown.files

    def moves(self) -> list[str]:
        """Files that only changed their place."""
        return [
            self.teller.say(
                "plain.moved" if move.count > 1 else "plain.moved_one",
                count=move.count,
                kind=self.teller.say(f"kind.{move.kind}"),
                source=move.source or ".",
                target=move.target or ".",
            )
            for move in self.shown.sketch.moves
        ]

    def whole_files(self) -> Iterator[str]:
        """Files that come or go, by kind."""
        for status, key in (("removed", "plain.removed"), ("added", "plain.added")):
            for kind in FileKind:
                files = [f for f in self.commit.files if f.status == status and kind_of(f.path) is kind]
                if not files or kind is FileKind.PRODUCTION:
                    continue
                lines = sum(file.additions + file.deletions for file in files)
                size = self.teller.say("detail.lines", lines=f"{lines:,}") if lines else ""
                folder = commonpath([dirname(f.path) for f in files]) if all(dirname(f.path) for f in files) else ""
                form = "_one" if len(files) == 1 else "" if folder else "_anywhere"
                yield self.teller.say(
                    f"{key}{form}",
                    file=files[0].path,
                    called=_called(files),
                    count=len(files),
                    kind=self.teller.say(f"kind.{kind}"),
                    size=size,
                    folder=folder or ".",
                )

    def changed(self) -> str:
        """Which files are changed, of those that neither come nor go nor move; an empty string if all do."""
        paths = [file.path for file in self.commit.files if file.status in {"modified", "changed"}]
        return (
            self.teller.say("plain.changed", names=self.teller.names([self.files[path] for path in paths]))
            if paths
            else ""
        )

    def lists(self) -> tuple[list[str], bool]:
        """What changed in tables, sections and data files; and whether that says all that the title does."""
        found = listings(changed_file(change) for change in self.commit.files)[:2]
        names = {name for one in found for name in one.came}
        return [self.listing(one) for one in found], any(name in self.topic for name in names)

    def listing(self, one: Listing) -> str:
        """What changed in one list, and where."""
        if one.kind is ListKind.KEYS and one.inside:
            names = self.teller.names([outside(each) for each in one.inside], _MOST_INSIDE)
            return self.teller.say("list.key", file=self.files[one.path], name=one.came[0], inside=names)
        first = one.changed[0] if one.changed else ""
        became = f"{one.values[0]} → {one.values[1]}" if all(one.values) else ""
        pairs = [f"`{before}` → `{after}`" for before, after in one.renamed]
        parts = [self.members("renamed", len(pairs), self.teller.first(pairs, 1))] if pairs else []
        for what, members in (("came", one.came), ("gone", one.gone), ("changed", one.changed)):
            shown = self.teller.names(members, _MOST_INSIDE)
            if what == "changed" and became:
                shown = shown.replace(f"`{first}`", f"`{first}`{self.teller.say('list.brackets', text=became)}", 1)
            parts += [self.members(what, len(members), shown, one.kind)] if members else []
        return self.teller.say("detail.where", files=f"`{self.files[one.path]}`", what=self.teller.join(parts))

    def renamed(self) -> str:
        """Of a title that speaks of a new name: which name gives way to which."""
        if not _RENAMED.search(self.topic):
            return ""
        pairs = [edit for edit in self.shown.edits if _NAME.match(edit.before) and _NAME.match(edit.after)]
        best = next(iter(told(pairs, 1, TELLING)), None)
        if not best:
            return ""
        self.shown.told.update(edit for edit in self.shown.edits if best.before in edit.before)
        return self.shown.edit(best)

    def members(self, what: str, count: int, names: str, kind: ListKind = ListKind.ROWS) -> str:
        """What was done to some members of a list."""
        return self.teller.say(f"list.{kind}_{what}{'_one' if count == 1 else ''}", names=names, count=count)

    def best_edit(self) -> tuple[str, int]:
        """The line that tells most, and how many of the commit's lines it stands for; nothing of a large change."""
        size = self.commit.additions + self.commit.deletions
        best = next(iter(self.shown.take(1, TELLING)), None)
        if not best or (size > _SMALL and best.count < _OFTEN):
            return "", 0
        return self.shown.edit(best), size if size <= _TINY else best.count * 3

    def code(self) -> str:
        """What the test code itself shows: a call that many files make now, or else what is defined anew."""
        name, count = self.spread()
        if name:
            return self.teller.say("detail.spread", name=name, count=count)
        new = self.definitions()
        return self.shown.new(new) if new else ""

    def spread(self) -> tuple[str, int]:
        """A call that several files make at their top level and did not make before: its name, and how many files do."""
        counts: Counter[str] = Counter()
        for change in self.commit.files:
            if change.status == "added" or not change.patch or kind_of(change.path) is not FileKind.TEST:
                continue
            lines = change.patch.split("\n")
            known = {found["name"] for line in lines if line[:1] in "- " and (found := _CALL.match(line[1:]))}
            for at, line in enumerate(lines):
                found = _CALL.match(line[1:]) if line[:1] == "+" else None
                if found and found["name"] not in known and not _SWITCHED_OFF.search(_call(lines[at:])):
                    known.add(found["name"])
                    counts[found["name"]] += 1
        name, count = next(iter(counts.most_common(1)), ("", 0))
        return (name, count) if count >= _LEAST_SPREAD else ("", 0)

    def definitions(self) -> list[Definition]:
        """What tests, CI and tools define anew and is no test itself: what the title speaks of, or else the first public ones."""
        files = [changed_file(change) for change in self.commit.files if kind_of(change.path) in _CODE]
        found = [one for one in new_definitions(files) if not _IS_TEST.match(one.name)]
        topic = words_of(self.topic)
        near = {one: len(words_of(f"{one.within} {one.name} {one.doc}") & topic) for one in found}
        told_of = [one for one in found if near[one]] or found
        public = [one for one in told_of if not one.name.startswith("_")] or told_of
        return sorted(public, key=lambda one: -near[one])[:3]


def _called(files: Sequence[FileChange]) -> str:
    """The name that a workflow gives itself, where it alone comes."""
    found = (
        _WORKFLOW.search(files[0].patch or "") if len(files) == 1 and kind_of(files[0].path) is FileKind.CI else None
    )
    return f" “{outside(found['name'])}”" if found else ""


def _call(lines: Sequence[str]) -> str:
    """The call that the first of these lines begins, over as many as it takes."""
    whole = "\n".join(takewhile(lambda line: not line.startswith("+)"), lines[:_LONGEST_CALL]))
    return whole if whole.count("(") > whole.count(")") else lines[0]
