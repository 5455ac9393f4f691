"""What a commit does, in two or three sentences made only of facts, its title, and what its diff shows.

The first clause says what is so after the commit. What follows is the diff's own evidence: values, cases, arguments,
new definitions, what its author wrote beside them. Nothing is said twice, and nothing of which there is no evidence.
"""

from collections.abc import Sequence
from functools import cached_property
from posixpath import basename

from analysis.across import new_tests
from analysis.edits import EditKind, told, words_of
from analysis.entry import Entry, Language
from analysis.facts import Fact, FactKind
from analysis.message import reason_given
from analysis.paths import FileKind, kind_of
from analysis.phrases import names_only_files
from analysis.phrases_en import is_plural, uncapital
from analysis.said_title import STRONG, VAGUE, SaidTitle
from analysis.shown import TELLING, Shown
from analysis.surroundings import Surroundings
from analysis.teller import Teller
from analysis.title import AROUND, ChangeType
from analysis.triage import Importance
from analysis.wording import outside, say_fact, short_value

LEADS = (
    FactKind.REVERTS, FactKind.DEFAULT_CHANGED, FactKind.FLAG_REMOVED, FactKind.FLAG_ADDED, FactKind.COMMAND_REMOVED,
    FactKind.COMMAND_ADDED, FactKind.ENDPOINT_REMOVED,
    FactKind.ENDPOINT_ADDED, FactKind.ENV_ADDED, FactKind.CONFIG_ADDED, FactKind.MODULE_REMOVED, FactKind.NAME_RENAMED,
    FactKind.NAME_REMOVED, FactKind.CONSTANT_CHANGED, FactKind.DEPRECATED, FactKind.CONFIG_REMOVED, FactKind.DEPENDENCY_CHANGED,
    FactKind.DEPENDENCY_ADDED, FactKind.DEPENDENCY_REMOVED, FactKind.ENV_REMOVED, FactKind.CHECK_REMOVED,
    FactKind.TEST_DISABLED, FactKind.TEST_ENABLED, FactKind.CHECK_ADDED,
)  # fmt: skip
"""Which fact a summary speaks of first."""

_OPENS = {
    FactKind.REVERTS, FactKind.DEFAULT_CHANGED, FactKind.FLAG_REMOVED, FactKind.FLAG_ADDED, FactKind.COMMAND_REMOVED,
    FactKind.COMMAND_ADDED, FactKind.ENDPOINT_REMOVED,
    FactKind.ENDPOINT_ADDED, FactKind.ENV_ADDED, FactKind.MODULE_REMOVED, FactKind.TEST_DISABLED,
    FactKind.DEPENDENCY_CHANGED, FactKind.DEPENDENCY_ADDED, FactKind.DEPENDENCY_REMOVED,
}  # fmt: skip
"""Facts that say more of a commit than its title does."""

_OPENS_A_FIX = {FactKind.DEFAULT_CHANGED, FactKind.REVERTS, FactKind.FLAG_REMOVED, FactKind.COMMAND_REMOVED}
_SAID_BESIDE = set(LEADS) - {
    FactKind.CHECK_REMOVED, FactKind.CHECK_ADDED, FactKind.TEST_DISABLED, FactKind.TEST_ENABLED,
}  # fmt: skip
_LONGEST_LEAD = 170
_DEPENDENCIES = {FactKind.DEPENDENCY_ADDED, FactKind.DEPENDENCY_CHANGED, FactKind.DEPENDENCY_REMOVED}
_ALIKE = {
    FactKind.NAME_REMOVED: "detail.all_gone",
    FactKind.CONFIG_ADDED: "detail.fields",
    FactKind.COMMAND_ADDED: "detail.commands",
}
"""Facts of which one sentence tells several."""
_MANY_CARRIED = 30
_EXPLAINED = {ChangeType.BUGFIX, ChangeType.REVERT, ChangeType.SECURITY}
_SURROUNDINGS = AROUND | {ChangeType.DEPENDENCIES}
_SHOWN_FIRST = {EditKind.CASE, EditKind.TAKES}
_SETTINGS = {FactKind.FLAG_ADDED, FactKind.ENV_ADDED, FactKind.CONFIG_ADDED}


class Summary:
    """One commit's summary in one language; what it is made of is read once."""

    def __init__(self, entry: Entry, language: Language) -> None:
        self.entry, self.commit, self.facts, self.language = entry, entry.commit, entry.facts, language
        self.teller = Teller(language)
        self.title = SaidTitle(entry, self.teller)
        self.phrases = self.title.phrases
        self.shown = Shown(entry, self.teller, self.title.text)
        self.sketch, self.product, self.lines = self.shown.sketch, self.shown.product, self.shown.lines
        self.files = self.shown.files
        self.around = Surroundings(entry.commit, self.shown, self.teller, self.title.text)

    # -- what it is made of

    @cached_property
    def ordered(self) -> list[Fact]:
        """The facts, what matters most first; those of programs that are new themselves do not count one by one."""
        facts = [fact for fact in self.facts if not self.shown.is_of_new_program(fact)]
        return sorted(facts, key=lambda fact: (_place(fact), not self.title.has(fact.name)))

    # -- the summary

    def say(self) -> str:
        """The summary."""
        moved = self.moved_beside()
        lead, used = self.lead_beside() if moved else self.lead()
        said = self.author_says()
        shown = self.shown.evidence(used, lead, all_said=self.says_all(), has_said=bool(said))
        explains = self.entry.triage.types[0] in _EXPLAINED  # of a fix, why comes before how
        parts = [self.merged(), said if explains else "", self.beside(used), *shown, "" if explains else said, moved]
        rest = [text for text in parts if text]
        if self.entry.triage.importance is Importance.LOW:
            rest = rest[: 2 if moved else 1]
        return self.teller.sentences([lead, *rest, self.only()])

    def lead_beside(self) -> tuple[str, Fact | None]:
        """The first sentence where files move, too: what a fact says of the product, or else what the diff shows."""
        first = next((fact for fact in self.ordered if fact.kind in LEADS), None)
        return (self.fact(first), first) if first else ("", None)

    def only(self) -> str:
        """Which kinds of files are touched, where none of them is the product's."""
        if self.product or not self.commit.files or self.entry.triage.types[0] in _SURROUNDINGS:
            return ""
        kinds = sorted({kind_of(file.path) for file in self.commit.files}, key=list(FileKind).index)
        return self.teller.say(
            "plain.only", kinds=self.teller.listed([self.teller.say(f"kind.{kind}") for kind in kinds])
        )

    def moved_beside(self) -> str:
        """Files that move, where the product is changed beside them."""
        moves = self.sketch.moves
        changed = any(file.status != "renamed" and file.additions + file.deletions for file in self.product)
        if not changed or sum(move.count for move in moves) < len(self.product):
            return ""
        return self.teller.join(self.around.moves())

    def lead(self) -> tuple[str, Fact | None]:
        """The first sentence, and the fact it is about, if it is about one."""
        first = self.ordered[0] if self.ordered and self.ordered[0].kind in _OPENS else None
        if (
            first
            and first.kind in _DEPENDENCIES
            and self.product
            and ChangeType.DEPENDENCIES not in self.entry.triage.types
        ):
            first = None
        if first and first.kind is FactKind.REVERTS:
            return self.taken_back(first), first
        around = self.surroundings(first)
        if around:
            return around, first
        by_fact = self.told_by_fact()
        if by_fact:
            return by_fact
        fixes = self.entry.triage.types[0] is ChangeType.BUGFIX
        if first and not (fixes and (first.kind not in _OPENS_A_FIX or first.name.endswith(")"))):
            return self.fact_first(first), first
        return self.title_first(), None

    def told_by_fact(self) -> tuple[str, Fact] | None:
        """A first sentence for a title that says less than a fact does: it "cleans" a name away, or "improves" something."""
        actions = {phrase.action for phrase in self.phrases}
        if actions == {"remove"} and len(self.phrases) == 1:
            gone = next((f for f in self.ordered if f.kind is FactKind.NAME_REMOVED and self.title.has(f.name)), None)
            return (self.fact(gone), gone) if gone else None
        if actions & VAGUE and self.entry.triage.types[0] is ChangeType.FEATURE:
            new = next((fact for fact in self.ordered if fact.kind in _SETTINGS), None)
            return (self.teller.because(self.fact(new), self.title.specific()), new) if new else None
        return None

    def fact_first(self, fact: Fact) -> str:
        """A first sentence about a fact, with what the title adds to it."""
        said = self.facts_alike(self.beside_it(fact))
        if fact.before and fact.after and all(self.title.has(value) for value in (fact.before, fact.after)):
            clause = self.title.say()
            return f"{clause}{self.teller.say('list.brackets', text=f'`{fact.name}`')}" if clause else said
        if fact.kind is FactKind.ENDPOINT_ADDED:
            doc = next((new.doc for new in self.sketch.new if new.doc and new.name in fact.name), "")
            return self.teller.because(said, self.teller.quoted(doc) if doc else "")
        if fact.kind in _SETTINGS and self.title.has(fact.name) and not fact.detail and len(self.phrases) == 1:
            if fact.kind is FactKind.ENV_ADDED:
                default = f" (default {fact.after})" if self.language == "en" else f"（默认 {fact.after}）"
                said = self.teller.say("detail.new_env", name=fact.name, value=default if fact.after else "")
            return said + self.title.purpose()
        return said

    def title_first(self) -> str:
        """A first sentence that the title gives, with what of the diff proves it."""
        if names_only_files(self.title.text):
            return self.without_title()
        moved = self.shown.moves_of_code
        if (
            moved
            and self.phrases[0].action in {"", "refactor", "move", "split"}
            and (moved[0].count * 5 >= self.lines or moved[0].count >= _MANY_CARRIED)
        ):
            named = {basename(moved[0].source), basename(moved[0].target)}
            said = self.shown.carried()
            return said if all(map(self.title.names, named)) else self.teller.because(self.title.say(), said)
        shown = self.subject_first()
        if shown:
            return shown
        clause = self.numbered() or self.title.say()
        new = self.shown.definitions()
        if clause and len(new) == len(self.product) == len(self.phrases) == 1 and not self.shown.edits:
            self.shown.has_told_new = True
            return self.teller.because(clause, self.shown.new(new))
        gone = next(iter(self.shown.fields), None) if self.phrases[0].action == "remove" else None
        if clause and gone:
            key = "list.fields_looked_up" if self.shown.looks_up(gone) else "list.fields_gone"
            return self.teller.because(
                clause, self.teller.say(key, owner=gone.owner, names=self.teller.names(gone.gone))
            )
        best = told(self.shown.edits, 1, STRONG)
        if self.entry.triage.types[0] is ChangeType.FEATURE:  # a line that gives way explains a fix, not a feature
            best = tuple(edit for edit in best if edit.kind in _SHOWN_FIRST)
        if clause and best and len(self.phrases) == 1 and not self.title.is_list:
            whole = self.teller.because(clause, self.shown.edit(best[0]))
            if len(whole) <= _LONGEST_LEAD * (1 if self.language == "en" else 0.9):
                self.shown.told.update(best)
                return whole
        return clause or self.without_title()

    def subject_first(self) -> str:
        """A first sentence for a title that only says that something was done to its subject: what was done."""
        subject = self.title.subject
        rule = self.shown.rule() if subject and self.language == "en" else ""
        if rule:
            return rule
        best = next(iter(self.shown.take(1, TELLING)), None) if subject else None
        if best is None:
            return ""
        many = "_many" if best.kind is EditKind.CASE and is_plural(subject) else ""
        form = "case" if best.kind is EditKind.CASE else "edit"
        subject = uncapital(subject) if form == "edit" else subject
        return self.teller.say(f"subject.{form}{many}", subject=subject, what=self.shown.edit(best))

    def without_title(self) -> str:
        """What the diff alone shows, of a title that says no more than which files are changed."""
        self.shown.has_said_where = True
        names = self.teller.names(list(self.sketch.touched) or list(self.files.values()))
        return self.teller.say("detail.changes", names=names)

    def taken_back(self, fact: Fact) -> str:
        """What a revert takes back, and what that did."""
        done = [
            self.fact(other) if other.kind is not FactKind.DEPENDENCY_CHANGED else self.back_to(other)
            for other in self.ordered
            if other.kind
            in {FactKind.DEPENDENCY_CHANGED, FactKind.NAME_REMOVED, FactKind.FLAG_REMOVED, FactKind.DEFAULT_CHANGED}
        ]
        return self.teller.because(self.fact(fact), self.teller.join(done[:2]))

    def back_to(self, fact: Fact) -> str:
        """A dependency that goes back."""
        before, after = short_value(fact.before), short_value(fact.after)
        return self.teller.say("detail.back", name=fact.name, before=before, after=after)

    # -- what is no product

    def surroundings(self, first: Fact | None) -> str:
        """What is done to files that are not the product, where nothing else is touched or files only move."""
        moves = self.around.moves()
        if self.product or not self.commit.files:
            return self.teller.join(moves) if moves and self.product and not self.lines else ""
        if first and first.kind is FactKind.TEST_DISABLED:
            return self.fact(first)
        files = [*moves, *self.around.whole_files()][:2]
        if first:
            return self.teller.join([self.fact(first), *files])
        lists, says_all = self.around.lists()
        if lists and (says_all or self.title.is_vague):
            return self.teller.join([*lists, *files])
        if moves:
            return self.teller.join(
                [*moves, self.title.beside("move", "refactor", ""), *lists, self.around.best_edit()[0]]
            )
        number, renamed = self.numbered(), self.around.renamed()
        title = number or (self.title.beside("rename") if renamed else self.title.say())
        best, stands_for = self.around.best_edit()
        if best and not files and not lists and stands_for >= self.commit.additions + self.commit.deletions:
            return self.teller.because(title, best)
        parts = [part for part in (*files, *lists, best) if part] or [part for part in (self.around.code(),) if part]
        if self.title.is_vague and parts and not number:  # "X is changed" says nothing that the parts do not
            return self.teller.join([*parts, self.around.changed()])
        return self.teller.join([renamed, title, *(parts or [self.around.changed()])])

    def numbered(self) -> str:
        """The title with the number that the diff's most telling line shows; an empty string if it shows none."""
        edit = next(iter(self.shown.edits), None) if self.title.may_count else None
        said = self.title.with_number(edit) if edit else ""
        if edit and said:
            self.shown.told.add(edit)
        return said

    # -- further sentences

    def author_says(self) -> str:
        """What the message says below its title, of a commit that touches the product."""
        given = reason_given(self.commit.body) if self.product else ""
        says_more = words_of(given) - words_of(self.title.text)
        return self.teller.say("detail.says", text=outside(given)) if says_more else ""

    def says_all(self) -> bool:
        """Whether facts have said all of a small change."""
        return (bool(self.ordered) and self.lines <= 2 * len(self.ordered)) or all(
            f.status == "removed" for f in self.product
        )

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
            rest = [fact for fact in rest if not (fact.kind is FactKind.NAME_REMOVED and fact.name in self.title.text)]
        in_lead = self.beside_it(used) if used else []
        rest = [] if reverted else [fact for fact in rest if fact not in in_lead]
        groups: dict[tuple[FactKind, str, str], list[Fact]] = {}
        for fact in rest:
            alike = (fact.before, fact.after) if fact.kind is FactKind.DEPENDENCY_CHANGED else (fact.path, "")
            if fact.kind not in _ALIKE and fact.kind is not FactKind.DEPENDENCY_CHANGED:
                alike = (fact.path, fact.name)
            groups.setdefault((fact.kind, *alike), []).append(fact)
        said = [self.facts_alike(group) for group in groups.values()][:2]
        programs = self.programs()
        text = self.teller.join(list(dict.fromkeys(said)))
        if text and used is not None:
            text = self.teller.say("detail.also", what=text)
        return self.teller.sentences([text, programs]) if text and programs else text or programs

    def beside_it(self, fact: Fact) -> list[Fact]:
        """A fact with those that the first sentence tells with it: the other commands of one program."""
        is_command = fact.kind is FactKind.COMMAND_ADDED
        return [f for f in self.ordered if (f.kind, f.path) == (fact.kind, fact.path)] if is_command else [fact]

    def facts_alike(self, facts: Sequence[Fact]) -> str:
        """Facts of one kind that say the same of several names, in one part."""
        names = list(dict.fromkeys(fact.name for fact in facts))
        if len(names) == 1:
            return self.fact(facts[0])
        if facts[0].kind in _ALIKE:
            file = self.files.get(facts[0].path, facts[0].path)
            return self.teller.say(_ALIKE[facts[0].kind], names=self.teller.names(names), file=file)
        return self.teller.say(
            "detail.all_go", names=self.teller.names(names), before=facts[0].before, after=facts[0].after
        )

    def programs(self) -> str:
        """New programs with the flags that they take."""
        paths = dict.fromkeys(fact.path for fact in self.facts if self.shown.is_of_new_program(fact))
        said = [
            self.teller.say("detail.program", file=self.files[path], names=self.teller.names(self.shown.flags(path)))
            for path in paths
        ]
        return self.teller.join(said[:2])

    def tests(self) -> tuple[str, ...]:
        """The names of tests that are new."""
        return new_tests(self.commit)

    def fact(self, fact: Fact) -> str:
        """A fact as a part."""
        return say_fact(fact, self.language)


def _place(fact: Fact) -> int:
    return LEADS.index(fact.kind) if fact.kind in LEADS else len(LEADS)


def _same(fact: Fact, used: Fact | None) -> bool:
    """Whether two facts tell one thing, such as a flag and the field that holds it."""
    if used is None:
        return False
    return _plain(fact.name) == _plain(used.name)


def _plain(name: str) -> str:
    return name.rpartition(".")[2].lstrip("-").replace("-", "_").lower()
