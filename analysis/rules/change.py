"""One commit as the fields read it: its facts in order of relevance, the product's files, and how claims are made."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind
from analysis.commits.title import Title, read_title
from analysis.entry import Aspect, Claim, Entry
from analysis.facts import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile, changed_file
from analysis.i18n.language import Language
from analysis.i18n.typography import capital, outside, typeset
from analysis.rules.moved import Moved, moved
from analysis.rules.wording import first_listed, say, short_value
from analysis.statements import Statement
from analysis.triage.inert import is_inert

MOST_NAMES = 4
"""The most names that a sentence lists."""

ORDER = (
    FactKind.REVERTS, FactKind.FLAG_REMOVED, FactKind.COMMAND_REMOVED, FactKind.ENDPOINT_REMOVED, FactKind.ENV_REMOVED,
    FactKind.GATE_REMOVED, FactKind.RENAMED, FactKind.CHOICE_REMOVED, FactKind.MODULE_REMOVED, FactKind.NAME_REMOVED, FactKind.NAME_RENAMED,
    FactKind.DEFAULT_CHANGED, FactKind.SELECTION_CHANGED, FactKind.REQUIREMENT_CHANGED, FactKind.FORMAT_CHANGED, FactKind.SIGNATURE_CHANGED,
    FactKind.METRIC_REMOVED, FactKind.CONFIG_REMOVED, FactKind.CHECK_ADDED, FactKind.CHECK_REMOVED, FactKind.GATE_CHANGED,
    FactKind.DEPRECATED, FactKind.UNSAFE_ADDED, FactKind.FLAG_ADDED, FactKind.COMMAND_ADDED, FactKind.ENDPOINT_ADDED, FactKind.ENV_ADDED,
    FactKind.GATE_ADDED, FactKind.CHOICE_ADDED, FactKind.METRIC_ADDED, FactKind.CONFIG_ADDED, FactKind.NAME_ADDED,
    FactKind.CONSTANT_CHANGED, FactKind.DEPENDENCY_CHANGED, FactKind.DEPENDENCY_ADDED, FactKind.DEPENDENCY_REMOVED,
    FactKind.TEST_DISABLED, FactKind.TEST_ENABLED,
)  # fmt: skip
"""Facts by what readers must act on, then by what they may use."""

_RENAMES = {FactKind.RENAMED, FactKind.NAME_RENAMED}
_OF_PROGRAMS = {FactKind.FLAG_ADDED, FactKind.COMMAND_ADDED}


class Change:
    """A commit in one language; what several fields need is computed once."""

    def __init__(self, entry: Entry, language: Language) -> None:
        self.entry, self.commit, self.language = entry, entry.commit, language

    @cached_property
    def files(self) -> dict[str, ChangedFile]:
        """The changed files by path; none if it only merges other commits."""
        changes = () if self.commit.only_catches_up else self.commit.files
        return {change.path: changed_file(change) for change in changes}

    @cached_property
    def product(self) -> tuple[ChangedFile, ...]:
        """The files that users run, the most changed first."""
        found = (file for file in self.files.values() if file.kind is FileKind.PRODUCTION)
        return tuple(sorted(found, key=lambda file: -(file.change.additions + file.change.deletions)))

    @cached_property
    def reaching(self) -> tuple[ChangedFile, ...]:
        """Those of them whose running code changed, as far as the diff shows."""
        return tuple(file for file in self.product if not is_inert(file))

    @cached_property
    def moved(self) -> tuple[Moved, ...]:
        """Where code moved from and to, the most lines first."""
        return moved(self.commit)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts, the most relevant first; the flags of a program that is itself new are no news."""
        known = [fact for fact in self.entry.facts if not is_of_new_program(fact, self.commit)]
        return tuple(sorted(known, key=lambda fact: ORDER.index(fact.kind) if fact.kind in ORDER else len(ORDER)))

    def of(self, *kinds: FactKind) -> Iterator[Fact]:
        """Yield the facts of the given kinds."""
        return (fact for fact in self.facts if fact.kind in kinds)

    @cached_property
    def title(self) -> Title:
        """The parsed title."""
        return read_title(self.commit.subject)

    @cached_property
    def is_revert(self) -> bool:
        """Whether it reverts an earlier change; a reapplication does not count."""
        return self.title.restores is None and any(self.of(FactKind.REVERTS))

    def statements(self, *kinds: str) -> Iterator[Statement]:
        """Yield the statements of the given kinds."""
        return (statement for statement in self.entry.statements if statement.kind in kinds)

    # -- words

    def say(self, key: str, **values: object) -> str:
        """A sentence from `wording.toml`, filled in."""
        text = say(key, self.language, **values)
        return typeset(text, self.language)

    def sentence(self, clause: str) -> str:
        """A clause as a sentence."""
        return say("list.sentence", self.language, clause=capital(clause) if self.language == "en" else clause)

    def names(self, names: Sequence[str], most: int = MOST_NAMES) -> str:
        """Names as code: `a`, `b` and others."""
        return self.listed([f"`{name}`" for name in dict.fromkeys(names) if "`" not in name], most)

    def listed(self, shown: list[str], most: int = MOST_NAMES) -> str:
        """Texts as one list, of many only the first."""
        text = first_listed(shown, most, self.language)
        return typeset(text, self.language)

    def pair(self, fact: Fact) -> str:
        """Before and after: two names as code, or a name with its values."""
        if fact.kind in _RENAMES:
            return f"`{fact.before}` → `{fact.after}`"
        return f"`{fact.name}` {short_value(fact.before)} → {short_value(fact.after)}"

    def quoted(self, text: str) -> str:
        """What somebody wrote, in quotation marks."""
        return f"“{outside(text)}”"

    # -- claims

    def claim(self, text: str, fact: Fact | None = None, aspect: Aspect | None = None) -> Claim:
        """A claim with the line that supports it."""
        if fact is None or not fact.path:
            return Claim(text, aspect=aspect)
        return Claim(text, (fact.path,), aspect, line=fact.line, is_before=fact.is_before)

    def quotation(self, key: str, statement: Statement) -> Claim:
        """A claim that quotes somebody, with where it can be read."""
        paths = (statement.path,) if statement.path else ()
        text = self.say(key, text=self.quoted(statement.text))
        return Claim(text, paths, line=statement.line, url=statement.url)


def once(claims: Iterator[Claim]) -> tuple[Claim, ...]:
    """Each sentence once, with the paths of all claims that make it."""
    found: dict[str, Claim] = {}
    for claim in claims:
        known = found.get(claim.text)
        found[claim.text] = replace(known, paths=tuple(dict.fromkeys(known.paths + claim.paths))) if known else claim
    return tuple(found.values())


def is_of_new_program(fact: Fact, commit: Commit) -> bool:
    """Whether it is a flag or command of a program that the commit adds: it was on nobody's command line before."""
    is_new = any(file.path == fact.path and file.status == "added" for file in commit.files)
    return fact.kind in _OF_PROGRAMS and is_new


def names_of(fact: Fact) -> tuple[str, ...]:
    """The names that a fact is about: for a removed file, the names others used from it, as no code refers to its path."""
    return tuple(fact.detail.split(", ")) if fact.kind is FactKind.MODULE_REMOVED else (fact.name,)
