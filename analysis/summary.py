"""What a commit does, in two or three sentences made only of facts, its title, and what its diff shows.

The first clause says what is so after the commit. What follows is the diff's own evidence: values, cases, arguments,
new definitions, what its author wrote beside them. Nothing is said twice, and nothing of which there is no evidence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from posixpath import basename, commonpath, dirname

from analysis.chinese import say_chinese
from analysis.edits import Carried, Edit, EditKind, carried, edits, new_tests, told, words_of
from analysis.entry import Entry, Language
from analysis.facts import Fact, FactKind
from analysis.paths import FileKind, kind_of
from analysis.phrases import Phrase, names_only_files, read_phrases, say_english
from analysis.sketch import Definition, Sketch, sketch
from analysis.teller import Teller, short_names
from analysis.title import ChangeType, Title, read_title
from analysis.triage import Importance
from analysis.wording import outside, say_fact, short_value

LEADS = (
    FactKind.REVERTS, FactKind.DEFAULT_CHANGED, FactKind.FLAG_REMOVED, FactKind.FLAG_ADDED, FactKind.ENDPOINT_REMOVED,
    FactKind.ENDPOINT_ADDED, FactKind.ENV_ADDED, FactKind.CONFIG_ADDED, FactKind.MODULE_REMOVED, FactKind.NAME_RENAMED,
    FactKind.NAME_REMOVED, FactKind.DEPRECATED, FactKind.CONFIG_REMOVED, FactKind.DEPENDENCY_CHANGED,
    FactKind.DEPENDENCY_ADDED, FactKind.DEPENDENCY_REMOVED, FactKind.ENV_REMOVED, FactKind.CHECK_REMOVED,
    FactKind.TEST_DISABLED, FactKind.TEST_ENABLED, FactKind.CHECK_ADDED,
)  # fmt: skip
"""Which fact a summary speaks of first."""

_OPENS = {
    FactKind.REVERTS, FactKind.DEFAULT_CHANGED, FactKind.FLAG_REMOVED, FactKind.FLAG_ADDED, FactKind.ENDPOINT_REMOVED,
    FactKind.ENDPOINT_ADDED, FactKind.ENV_ADDED, FactKind.MODULE_REMOVED, FactKind.TEST_DISABLED,
    FactKind.DEPENDENCY_CHANGED, FactKind.DEPENDENCY_ADDED, FactKind.DEPENDENCY_REMOVED,
}  # fmt: skip
"""Facts that say more of a commit than its title does."""

_OPENS_A_FIX = {FactKind.DEFAULT_CHANGED, FactKind.REVERTS, FactKind.FLAG_REMOVED}
_SAID_BESIDE = set(LEADS[:18])
_PURPOSES = {"for", "to do"}
_TELLING, _STRONG = 0.85, 1.4
_LONGEST_LEAD = 170
_SETTINGS = {FactKind.FLAG_ADDED, FactKind.ENV_ADDED, FactKind.CONFIG_ADDED}


class Summary:
    """One commit's summary in one language; what it is made of is read once."""

    def __init__(self, entry: Entry, language: Language) -> None:
        self.entry, self.commit, self.facts, self.language = entry, entry.commit, entry.facts, language
        self.teller = Teller(language)
        self.title: Title = read_title(entry.commit.subject)
        self.text = outside(self.title.text)
        self.phrases: tuple[Phrase, ...] = read_phrases(self.text)
        self.sketch: Sketch = sketch(entry.commit)
        self.product = [f for f in entry.commit.files if kind_of(f.path) is FileKind.PRODUCTION]
        self.lines = sum(file.additions + file.deletions for file in self.product)
        self.files = short_names([file.path for file in entry.commit.files])
        self._told: set[Edit] = set()
        self._has_told_carried = False

    # -- what it is made of

    @cached_property
    def ordered(self) -> list[Fact]:
        """The facts, what matters most first; those of programs that are new themselves do not count one by one."""
        facts = [fact for fact in self.facts if not self.is_of_new_program(fact)]
        return sorted(facts, key=lambda fact: LEADS.index(fact.kind) if fact.kind in LEADS else len(LEADS))

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """Edits that say what no fact says."""
        return tuple(edit for edit in edits(self.commit, f"{self.text} {self.commit.subject}") if not self.is_fact(edit))

    def is_of_new_program(self, fact: Fact) -> bool:
        """Whether a flag belongs to a program that came with the commit, and so is no news to anybody."""
        return fact.kind is FactKind.FLAG_ADDED and any(
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

    # -- the summary

    def say(self) -> str:
        """The summary."""
        lead, used = self.lead()
        rest = [text for text in (self.merged(), self.beside(used), *self.evidence()) if text]
        if self.entry.triage.importance is Importance.LOW:
            rest = rest[:1]
        return self.teller.sentences([lead, *rest])

    def lead(self) -> tuple[str, Fact | None]:
        """The first sentence, and the fact it is about, if it is about one."""
        first = self.ordered[0] if self.ordered and self.ordered[0].kind in _OPENS else None
        if first and first.kind is FactKind.REVERTS:
            return self.taken_back(first), first
        around = self.surroundings(first)
        if around:
            return around, first
        fixes = self.entry.triage.types[0] is ChangeType.BUGFIX
        if first and not (fixes and first.kind not in _OPENS_A_FIX):
            return self.fact_first(first), first
        return self.title_first(), None

    def fact_first(self, fact: Fact) -> str:
        said = self.fact(fact)
        if fact.before and fact.after and all(self.title_has(value) for value in (fact.before, fact.after)):
            clause = self.said_title()
            return f"{clause}{self.teller.say('list.brackets', text=f'`{fact.name}`')}" if clause else said
        if fact.kind is FactKind.ENDPOINT_ADDED:
            doc = next((new.doc for new in self.sketch.new if new.doc and new.name in fact.name), "")
            return self.teller.because(said, self.teller.quoted(doc) if doc else "")
        if fact.kind in _SETTINGS and self.title_has(fact.name) and not fact.detail and len(self.phrases) == 1:
            if fact.kind is FactKind.ENV_ADDED:
                default = f" (default {fact.after})" if self.language == "en" else f"（默认 {fact.after}）"
                said = self.teller.say("detail.new_env", name=fact.name, value=default if fact.after else "")
            return said + self.purpose(self.phrases[0])
        return said

    def purpose(self, phrase: Phrase) -> str:
        """What the title says a setting is for."""
        around = tuple(pair for pair in phrase.around if pair[0] in _PURPOSES)
        if not around:
            return ""
        if self.language == "en":
            return "".join(f" {relation.removesuffix(' do')} {words}" for relation, words in around)
        _, comma, rest = say_chinese([replace(phrase, action="support", thing="X", around=around)]).partition("，")
        return comma + rest

    def title_has(self, value: str) -> bool:
        return f" {value.strip('`')} " in f" {self.text} ".replace("`", "").replace("=", " ")

    def title_first(self) -> str:
        if names_only_files(self.text):
            return self.without_title()
        moved = self.moves_of_code
        if moved and self.phrases[0].action in {"", "refactor", "move", "split"} and moved[0].count * 5 >= self.lines:
            return self.teller.because(self.said_title(), self.carried())
        clause = self.said_title()
        best = told(self.edits, 1, _STRONG)
        if clause and best:
            whole = self.teller.because(clause, self.edit(best[0]))
            if len(whole) <= _LONGEST_LEAD:
                self._told.update(best)
                return whole
        return clause or self.without_title()

    def said_title(self) -> str:
        """The title as a clause; in Chinese as a quotation, if it cannot be said."""
        if self.language == "en":
            return say_english(self.phrases)
        said = say_chinese(self.phrases)
        kind = self.entry.triage.types[0]
        if said and self.phrases[0].action:
            return said
        kind_said = self.teller.say(f"type.{kind}")
        return self.teller.because(kind_said, said or f"“{self.text}”")

    def without_title(self) -> str:
        """What the diff alone shows, of a title that says no more than which files are changed."""
        best = [self.edit(edit) for edit in self.take(1, _TELLING)]
        names = self.teller.names(list(self.sketch.touched) or list(self.files.values()))
        return self.teller.because(self.teller.say("detail.changes", names=names), best[0] if best else "")

    def taken_back(self, fact: Fact) -> str:
        """What a revert takes back, and what that did."""
        done = [
            self.fact(other) if other.kind is not FactKind.DEPENDENCY_CHANGED else self.back_to(other)
            for other in self.ordered
            if other.kind in {FactKind.DEPENDENCY_CHANGED, FactKind.NAME_REMOVED, FactKind.FLAG_REMOVED, FactKind.DEFAULT_CHANGED}
        ]
        return self.teller.because(self.fact(fact), self.teller.join(done[:2]))

    def back_to(self, fact: Fact) -> str:
        before, after = short_value(fact.before), short_value(fact.after)
        return self.teller.say("detail.back", name=fact.name, before=before, after=after)

    # -- what is no product

    def surroundings(self, first: Fact | None) -> str:
        """What is done to files that are not the product, where nothing else is touched or files only move."""
        moves = [self.moved(move.count, move.kind, move.source, move.target) for move in self.sketch.moves]
        if self.product and not (moves and sum(move.count for move in self.sketch.moves) >= len(self.product)):
            return ""
        if self.product:
            return self.teller.join([*moves, self.product_too()])
        if not self.commit.files:
            return ""
        if first and first.kind is FactKind.TEST_DISABLED:
            return self.fact(first)
        kinds = sorted({kind_of(file.path) for file in self.commit.files}, key=list(FileKind).index)
        listed = self.teller.listed([self.teller.say(f"kind.{kind}") for kind in kinds])
        what = self.fact(first) if first else "" if moves else self.said_title()
        best = [] if moves or first else [self.edit(edit) for edit in self.take(1, _TELLING)]
        parts = [*moves, *self.whole_files(), *best]
        if not parts:
            parts = [self.teller.say("plain.changed", names=self.teller.names(list(self.files.values())))]
        text = self.teller.because(what, best[0]) if best and len(parts) == 1 else self.teller.join([what, *parts[:2]])
        return self.teller.say("plain.only", kinds=listed, what=text)

    def product_too(self) -> str:
        """What changes in the product beside files that move."""
        changed = [file for file in self.product if file.status != "renamed" and file.additions + file.deletions]
        if not changed:
            return ""
        return self.teller.say("detail.hidden", files=self.teller.names([self.files[file.path] for file in changed]))

    def moved(self, count: int, kind: FileKind, source: str, target: str) -> str:
        key = "plain.moved" if count > 1 else "plain.moved_one"
        return self.teller.say(key, count=count, kind=self.teller.say(f"kind.{kind}"), source=source or ".", target=target or ".")

    def whole_files(self) -> Iterator[str]:
        """Files that come or go, by kind."""
        for status, key in (("removed", "plain.removed"), ("added", "plain.added")):
            for kind in FileKind:
                files = [f for f in self.commit.files if f.status == status and kind_of(f.path) is kind]
                if not files or kind is FileKind.PRODUCTION:
                    continue
                lines = sum(file.additions + file.deletions for file in files)
                folder = commonpath([dirname(f.path) for f in files]) if all(dirname(f.path) for f in files) else ""
                values = {"count": len(files), "kind": self.teller.say(f"kind.{kind}"), "lines": f"{lines:,}", "folder": folder or "."}
                yield self.teller.say(key if len(files) > 1 else f"{key}_one", file=files[0].path, **values)

    # -- further sentences

    def merged(self) -> str:
        """What a merge brought, by title."""
        brought = self.commit.brought
        if not brought:
            return ""
        titles = (", " if self.language == "en" else "、").join(f"“{outside(one.subject)}”" for one in brought[:3])
        return self.teller.say("plain.merge", count=len(brought), titles=titles)

    def beside(self, used: Fact | None) -> str:
        """The other facts worth a word, in one sentence; those that say one thing of several names, once."""
        reverted = used is not None and used.kind is FactKind.REVERTS
        rest = [fact for fact in self.ordered if fact != used and fact.kind in _SAID_BESIDE and not _same(fact, used)]
        if used is None and self.phrases[0].action == "remove":
            rest = [fact for fact in rest if not (fact.kind is FactKind.NAME_REMOVED and fact.name in self.text)]
        if reverted:
            rest = []
        groups: dict[tuple[FactKind, str, str], list[Fact]] = {}
        for fact in rest:
            alike = (fact.before, fact.after) if fact.kind is FactKind.DEPENDENCY_CHANGED else (fact.name, fact.path)
            groups.setdefault((fact.kind, *alike), []).append(fact)
        said = [self.facts_alike(group) for group in groups.values()][:2]
        programs = self.programs()
        text = self.teller.join(list(dict.fromkeys(said)))
        if text and used is not None:
            text = self.teller.say("detail.also", what=text)
        return self.teller.sentences([text, programs]) if text and programs else text or programs

    def facts_alike(self, facts: Sequence[Fact]) -> str:
        names = list(dict.fromkeys(fact.name for fact in facts))
        if len(names) == 1:
            return self.fact(facts[0])
        return self.teller.say("detail.all_go", names=self.teller.names(names), before=facts[0].before, after=facts[0].after)

    def programs(self) -> str:
        """New programs with the flags that they take."""
        flags: dict[str, list[str]] = {}
        for fact in self.facts:
            if self.is_of_new_program(fact):
                flags.setdefault(fact.path, []).append(fact.name)
        said = [
            self.teller.say("detail.program", file=self.files[path], names=self.teller.names(names))
            for path, names in flags.items()
        ]
        return self.teller.join(said[:2])

    def evidence(self) -> Iterator[str]:
        """Sentences about what the diff shows in the product's code, and where."""
        if not self.product or (self.sketch.moves and not self.lines):
            return
        parts: list[tuple[str, str]] = []  # where, and what
        docs = 0
        for definition in self.definitions():
            parts.append((definition.path, self.new(definition)))
            docs += bool(definition.doc)
        parts += [(edit.path, self.edit(edit)) for edit in self.take(2 - bool(self._told) - bool(docs), _TELLING)]
        moved = self.carried()
        if moved:
            yield moved
        quote = self.quote() if docs == 0 else None
        if quote:
            parts.append(quote)
        if not parts and not self._told and not moved and self.sketch.touched and not self.says_all():
            path = max(self.product, key=lambda file: file.additions + file.deletions).path
            names = [name for name in self.sketch.touched if name not in self.text]
            parts += [(path, self.teller.say("detail.touched", names=self.teller.names(names)))] if names else []
        if parts:
            where = self.teller.names([self.files[path] for path in dict.fromkeys(path for path, _ in parts)], 3)
            yield self.teller.say("detail.where", files=where, what=self.teller.join([what for _, what in parts[:3]]))

    def says_all(self) -> bool:
        """Whether facts have said all of a small change."""
        return bool(self.ordered) and self.lines <= 2 * len(self.ordered) or all(f.status == "removed" for f in self.product)

    def definitions(self) -> list[Definition]:
        """New functions and classes worth naming: those with a word of explanation, or the title's."""
        topic = words_of(self.text)
        new = [one for one in self.sketch.new if not any(one.name in fact.name for fact in self.facts)]
        with_doc = [one for one in new if one.doc]
        ranked = sorted(with_doc or new, key=lambda one: (one.name.startswith("_"), -len(words_of(one.name) & topic)))
        return ranked[: 1 if with_doc else 2]

    def new(self, definition: Definition) -> str:
        name = self.teller.names([definition.name])
        if definition.doc:
            return self.teller.say("detail.new_doc", name=name, doc=self.teller.quoted(definition.doc))
        return self.teller.say("detail.new", names=name)

    def take(self, most: int, least: float) -> list[Edit]:
        """Edits not yet told."""
        found = list(told((edit for edit in self.edits if edit not in self._told), max(most, 0), least))
        self._told.update(found)
        return found

    def edit(self, edit: Edit) -> str:
        times = self.teller.say("detail.times", count=edit.count) if edit.count > 1 else ""
        if edit.kind is EditKind.CASE:
            then = f"`{edit.after}`" if edit.after else ""
            return self.teller.because(self.teller.say("detail.case", condition=edit.before), then)
        if edit.kind is EditKind.TAKES:
            return self.teller.say("detail.takes", name=edit.before, names=self.teller.names(edit.after.split("\n")))
        return self.teller.say(f"detail.{edit.kind}", before=edit.before, after=edit.after, times=times)

    def quote(self) -> tuple[str, str] | None:
        """The comment that has most to do with the title, or explains most."""
        topic = words_of(self.text)
        if not self.sketch.quotes:
            return None
        best = max(self.sketch.quotes, key=lambda one: (min(len(words_of(one.text) & topic), 3), len(one.text)))
        return best.path, self.teller.say("detail.quote", text=outside(best.text.removeprefix("NOTE: ").removeprefix("Note: ")))

    @cached_property
    def moves_of_code(self) -> list[Carried]:
        """Code that moved from one file of the product to another."""
        kinds = {FileKind.PRODUCTION, FileKind.BUILD}
        return [one for one in carried(self.commit) if {kind_of(one.source), kind_of(one.target)} <= kinds]

    def carried(self) -> str:
        """Where most of the code that moved went, if that was not said before."""
        if not self.moves_of_code or self._has_told_carried:
            return ""
        self._has_told_carried = True
        one = self.moves_of_code[0]
        files = self.files
        return self.teller.say("detail.carried", count=one.count, source=files[one.source], target=files[one.target])

    def tests(self) -> tuple[str, ...]:
        """The names of tests that are new."""
        return new_tests(self.commit)

    def fact(self, fact: Fact) -> str:
        """A fact as a part."""
        return say_fact(fact, self.language)


def _same(fact: Fact, used: Fact | None) -> bool:
    """Whether two facts tell one thing, such as a flag and the field that holds it."""
    if used is None:
        return False
    return _plain(fact.name) == _plain(used.name)


def _plain(name: str) -> str:
    return name.rpartition(".")[2].lstrip("-").replace("-", "_").lower()
