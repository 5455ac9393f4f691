"""What a diff shows, in parts of sentences: new definitions, edits, comments of its author, code that moved.

Of all that, as much is told as a reader wants: what has to do with the title first, and nothing twice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import takewhile
from keyword import iskeyword

from analysis.across import Carried, carried
from analysis.edits import Edit, EditKind, edits, is_shown, told, words_of
from analysis.entry import Entry
from analysis.facts import Fact, FactKind
from analysis.facts.changed import View, changed_file
from analysis.facts.checks import is_fallback, stops_what_was
from analysis.facts.code import depth_of
from analysis.facts.flags import flags
from analysis.listings import Listing, fields_gone
from analysis.paths import FileKind, kind_of
from analysis.phrases_en import is_plural
from analysis.sketch import Definition, Quote, Sketch, sketch
from analysis.teller import Teller, short_names
from analysis.wording import outside

TELLING = 0.85
"""The least weight of an edit worth a word."""

_STANDS_ALONE = re.compile(r"(?!(?:this|it|these|that|those|otherwise|then|so|but|and|here|if so)\b)", re.IGNORECASE)
_TO_BE = re.compile(r"(?P<what>[A-Z][^.:;,]{2,60}) (?:should|must) (?P<no>not )?be (?P<rest>[a-z]+ed\b[^.:;]{0,100})$")
_RULE = re.compile(r"\b(?:should|must|need|needs|only|never|always|cannot|has to|have to)\b", re.IGNORECASE)
"""What a comment says that states how things are to be."""
_STATEMENT = re.compile(r"^\s*(?P<code>(?:[\w.\[\], ]+ = |[\w.]+\().*[\w)\]}\"'])$")
_NAME = re.compile(r"[\d_]|\w[A-Z]")
_PARTS = 3
_LONGEST_NAME = 40


class Shown:
    """What one commit's diff shows, for a teller; `topic` is the title, without tags."""

    def __init__(self, entry: Entry, teller: Teller, topic: str) -> None:
        self.commit, self.facts, self.teller, self.topic = entry.commit, entry.facts, teller, topic
        self._files = {change.path: changed_file(change) for change in entry.commit.files}
        self.sketch: Sketch = sketch(entry.commit)
        self.product = [file for file in entry.commit.files if kind_of(file.path) is FileKind.PRODUCTION]
        self.lines = sum(file.additions + file.deletions for file in self.product)
        self.files = short_names([file.path for file in entry.commit.files])
        self.told: set[Edit] = set()
        self.has_told_carried = False
        self.has_said_where = False
        self.has_quoted = False
        self.has_told_new = False

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """Edits that say what no fact says."""
        return tuple(
            edit
            for edit in edits(self._files.values(), f"{self.topic} {self.commit.subject}")
            if not self.is_fact(edit)
        )

    def is_of_new_program(self, fact: Fact) -> bool:
        """Whether a flag belongs to a program that came with the commit, and so is no news to anybody."""
        return fact.kind in {FactKind.FLAG_ADDED, FactKind.COMMAND_ADDED} and any(
            file.path == fact.path and file.status == "added" for file in self.commit.files
        )

    def is_fact(self, edit: Edit) -> bool:
        """Whether a fact tells the same as an edit does."""
        code = f"{edit.before}\n{edit.after}"
        for fact in self.facts:
            name = fact.name.rpartition(".")[2].lstrip("-")
            if fact.before and fact.after and fact.before in edit.before and fact.after in edit.after:
                return True
            if edit.kind in {EditKind.ADDED, EditKind.REMOVED, EditKind.CASE} and fact.detail and fact.detail in code:
                return True
            named = name in code or name.replace("-", "_") in code
            if edit.kind in {EditKind.ADDED, EditKind.REMOVED} and name and named:
                return True
        return False

    def stops_what_was(self, check: Fact) -> bool:
        """Whether a new check can stop what went on before, not only what came with it."""
        return stops_what_was(self._files[check.path], check.line)

    def is_fallback(self, unsafe: Fact) -> bool:
        """Whether an unsafe call is only made where another way has failed."""
        return is_fallback(self._files[unsafe.path], unsafe.line)

    def evidence(self, used: Fact | None, lead: str, *, all_said: bool, has_said: bool) -> Iterator[str]:
        """Sentences about what the diff shows in the product's code, and where.

        Args:
            used: the fact that the first sentence is about.
            lead: that sentence.
            all_said: facts have said all of it.
            has_said: its author has said why in the message, so that a comment is not needed.
        """
        if not self.product or (self.sketch.moves and not self.lines):
            return
        if used and used.kind is FactKind.REVERTS:
            for quote in self.sketch.dropped[: 0 if has_said else 1]:
                yield self.teller.say("detail.dropped", text=outside(quote.text))
            return
        parts: list[tuple[tuple[str, ...], str]] = []  # where, and what
        new = [] if self.has_told_new else self.definitions(lead)
        docs = bool(new and new[0].doc)
        for path in dict.fromkeys(one.path for one in new):
            mine = [one for one in new if one.path == path]
            parts.append((tuple(self.places(mine[0])), self.new(mine)))
        parts += [((edit.path,), self.edit(edit)) for edit in self.take(2 - bool(self.told) - docs, TELLING)]
        moved = self.carried()
        if moved:
            yield moved
        if not parts:
            yield from self.swapped()
        note = None if docs or has_said or self.has_quoted else self.quote(2 if used else 0)
        if note:
            parts.append(((note[0],), note[1]))
        names = [name for name in self.sketch.touched if name not in self.topic and not name.startswith("__")]
        if names and not (used or parts or self.told or self.has_told_carried or all_said or self.has_said_where):
            yield self.teller.say("detail.touched", names=self.teller.names(names))
        yield self.teller.join(list(self.placed(parts[:_PARTS], lead)))

    def placed(self, parts: Sequence[tuple[tuple[str, ...], str]], lead: str) -> Iterator[str]:
        """What is to be shown, behind the files that show it; a file that the first sentence names is not named again."""
        places_told = list(dict.fromkeys(paths for paths, _ in parts))
        for paths in places_told:
            what = self.teller.join([text for places, text in parts if places == paths])
            files = [self.files[path] for path in paths]
            is_known = len(files) == len(places_told) == 1 and f"`{files[0]}`" in lead
            yield what if is_known else self.teller.say("detail.where", files=self.teller.names(files, 3), what=what)

    def swapped(self) -> Iterator[str]:
        """A name that took another's place everywhere."""
        for before, after, count in self.sketch.swapped[:1]:
            # Two plain words are wording, not names: "the illegal access" that becomes "the bound".
            is_name = any(map(_NAME.search, (before, after))) and not any(map(iskeyword, (before, after)))
            if is_name and max(len(before), len(after)) < _LONGEST_NAME:
                self.has_said_where = True
                yield self.edit(Edit(EditKind.SWAPPED, "", before, after, count))

    def definitions(self, lead: str = "") -> list[Definition]:
        """New functions and classes worth naming: those whose own words say more than the first sentence, or the title's."""
        topic = words_of(self.topic)
        new = [one for one in self.sketch.new if not any(one.name in fact.name for fact in self.facts)]
        with_doc = [one for one in new if one.doc and len(words_of(one.doc) - words_of(lead)) > 1]
        ranked = sorted(with_doc or new, key=lambda one: (one.name.startswith("_"), -len(words_of(one.name) & topic)))
        return ranked[:1] if with_doc else [replace(one, doc="") for one in ranked[:2]]

    def new(self, definitions: Sequence[Definition]) -> str:
        """New functions and classes, with what their author says of them."""
        names = self.teller.names([f"{one.within}.{one.name}".lstrip(".") for one in definitions])
        if len(definitions) > 1:
            return self.teller.say("detail.new", names=names)
        (one,) = definitions
        doc = self.teller.quoted(one.doc) if one.doc else self.line_of(one)
        return (
            self.teller.say("detail.new_doc", name=names, doc=doc)
            if doc
            else self.teller.say("detail.new", names=names)
        )

    def places(self, definition: Definition) -> list[str]:
        """The files of the product in which a definition came: the same one may stand in several."""
        pattern = re.compile(rf"\b(?:def|class|fn|func|struct|function)\s+{definition.name}\b")
        return [definition.path] + [
            file.path
            for file in self._files.values()
            if file.path != definition.path and file.kind is FileKind.PRODUCTION
            if any(line.added and pattern.search(line.text) for hunk in file.hunks for line in hunk.lines)
        ]

    def line_of(self, definition: Definition) -> str:
        """The statement of a new definition that has most to do with the title, as code; an empty string if none clearly has."""
        topic, best, most = words_of(self.topic), "", 1
        for view in (new for _, new in self._files[definition.path].views):
            for code in _body(view, definition.line):
                found = _STATEMENT.match(code)
                common = len(words_of(code) & topic) if found else 0
                if found and common > most and is_shown(found["code"]):
                    best, most = f"`{found['code']}`", common
        return best

    def take(self, most: int, least: float) -> list[Edit]:
        """Edits not yet told."""
        new = {one.name for one in self.sketch.new}
        left = (edit for edit in self.edits if edit not in self.told and edit.after not in new)
        found = list(told(left, max(most, 0), least))
        self.told.update(found)
        return found

    def edit(self, edit: Edit) -> str:
        """An edit as a part."""
        times = self.teller.say("detail.times", count=edit.count) if edit.count > 1 else ""
        if edit.kind is EditKind.CASE:
            key = "detail.case_does" if edit.after else "detail.case"
            return self.teller.say(key, condition=edit.before, code=edit.after)
        if edit.kind is EditKind.TAKES:
            functions = edit.before.split("\n")
            key = "detail.takes" if len(functions) == 1 else "detail.take"
            taken = self.teller.names(edit.after.split("\n"))
            return self.teller.say(key, functions=self.teller.names(functions, 2), names=taken)
        return self.teller.say(f"detail.{edit.kind}", before=edit.before, after=edit.after, times=times)

    def quote(self, least: int) -> tuple[str, str] | None:
        """The comment that has most to do with the title, with so many words in common, or explains most: where, and what it says."""
        best = self._best_quote()
        if not best or len(words_of(best.text) & words_of(self.topic)) < least:
            return None
        return best.path, self.teller.say("detail.quote", text=_plainly(best))

    def rule(self) -> str:
        """What a comment on the title's own subject says that is to be so, said in English as what is so; an empty string if none does."""
        best = self._best_quote()
        found = _TO_BE.match(_plainly(best)) if best else None
        if not best or not found or len(words_of(best.text) & words_of(self.topic)) <= 1:
            return ""
        self.has_quoted = True
        now = "no longer" if found["no"] else "now"
        return f"{found['what']} {'are' if is_plural(found['what']) else 'is'} {now} {found['rest']}"

    def _best_quote(self) -> Quote | None:
        topic = words_of(self.topic)
        quotes = [one for one in self.sketch.quotes if _STANDS_ALONE.match(one.text)]

        def telling(quote: Quote) -> tuple[int, bool, int]:
            return min(len(words_of(quote.text) & topic), 5), bool(_RULE.search(quote.text)), len(quote.text)

        return max(quotes, key=telling, default=None)

    def flags(self, path: str) -> list[str]:
        """The flags of a program that is new, also those that others have, too."""
        file = self._files[path]
        return [mention.name for _, view in file.views for mention in flags(file.language, path, view)]

    def looks_up(self, gone: Listing) -> bool:
        """Whether the file of a class that lost fields looks attributes up now: they may be answered for elsewhere."""
        hunks = self._files[gone.path].hunks
        return any(line.added and "def __getattr__(" in line.text for hunk in hunks for line in hunk.lines)

    @cached_property
    def fields(self) -> tuple[Listing, ...]:
        """Fields that classes of the product declare no more."""
        return fields_gone(file for file in self._files.values() if file.kind is FileKind.PRODUCTION)

    @cached_property
    def moves_of_code(self) -> list[Carried]:
        """Code that moved from one file of the product to another."""
        kinds = {FileKind.PRODUCTION, FileKind.BUILD}
        return [one for one in carried(self.commit) if {kind_of(one.source), kind_of(one.target)} <= kinds]

    def carried(self) -> str:
        """Where most of the code that moved went, if that was not said before."""
        if not self.moves_of_code or self.has_told_carried:
            return ""
        self.has_told_carried = True
        files, moves = self.files, self.moves_of_code
        told = [one for one in moves[:2] if one.source == moves[0].source]
        return self.teller.join(
            [
                self.teller.say("detail.carried", count=one.count, source=files[one.source], target=files[one.target])
                for one in told
            ]
        )


def _plainly(quote: Quote) -> str:
    return outside(quote.text.removeprefix("NOTE: ").removeprefix("Note: "))


def _body(view: View, line: int) -> Iterator[str]:
    """The new lines of what is defined at a line, as far as the view shows it."""
    lines = [(number, code) for number, code, changed in view.lines() if changed and code.strip()]
    head = next((at for at, (number, _) in enumerate(lines) if number == line), None)
    if head is not None:
        depth = depth_of(lines[head][1])
        yield from takewhile(lambda code: depth_of(code) > depth, (code for _, code in lines[head + 1 :]))
