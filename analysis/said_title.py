"""A commit's title as it is told in one language: as a clause, as the subject of one, with a number or a place of the diff.

Titles are written for those who review: what they leave to the diff, such as a file's true name, a number or the hardware,
is put in here.
"""

import re
from dataclasses import replace
from functools import cached_property

from analysis.across import with_paths
from analysis.areas import general
from analysis.edits import Edit, numeric
from analysis.entry import Entry
from analysis.facts import FactKind
from analysis.phrases import CODE, Phrase, is_clause, opens_with_verb, read_phrases
from analysis.phrases_en import say_english
from analysis.phrases_zh import say_chinese
from analysis.teller import Teller
from analysis.title import ChangeType, read_title
from analysis.wording import outside, tidy

STRONG = 1.4
"""The least weight of an edit that proves what a title says."""

VAGUE = {"improve", "adjust", "update"}
"""Actions that leave open what is new."""

_LONGEST = 250
_PURPOSES = {"for", "to do"}
_EMPTY = {"fix", "update", "adjust"}
"""Actions that say no more than that something is done: what is done then comes first."""
_OF = {"in", "on", "for", "of", "with", "inside", "within", "under"}
_COUNTS = {"increase": 1, "reduce": -1, "update": 0, "adjust": 0}
"""Actions that may be done to a number, and which way it goes then."""
_DEFECT = re.compile(
    r"\b(?:wrong|missing|incorrect|invalid|broken|bad|stale|duplicated?|unnecessary|redundant|typos?|inconsisten\w+|mismatch\w*|flaky|unused"
    r"|undefined|unexpected|outdated|problems?|issues?|bugs?|errors?|fail\w*|regressions?|warnings?|lint\w*|un\w+able|truncated|cycles?)\b",
    re.IGNORECASE,
)
"""What is not there any more once it is fixed, so that it is no subject of its own."""


class SaidTitle:
    """One commit's title in the teller's language.

    Attributes:
        title: taken apart.
        text: without tags and prefix, on one line.
        phrases: its clauses, with what the diff adds to them; at least one.
    """

    def __init__(self, entry: Entry, teller: Teller) -> None:
        self.entry, self.teller, self.language = entry, teller, teller.language
        self.title = read_title(entry.commit.subject)
        self.text = outside(self.title.text)
        self.phrases = self._read()

    def _read(self) -> tuple[Phrase, ...]:
        if len(self.text) > _LONGEST:
            return (Phrase("", self.text),)
        gone = {fact.name for fact in self.entry.facts if fact.kind in {FactKind.NAME_REMOVED, FactKind.MODULE_REMOVED}}
        phrases = [  # what it "cleans" away is gone, if the diff says so
            replace(one, action="remove") if one.action == "clean" and gone & set(one.thing.split()) else one
            for one in read_phrases(with_paths(self.text, self.entry.commit))
        ]
        if len(phrases) == 1 and self.entry.triage.types[0] is ChangeType.BUGFIX:
            phrases = [self._on_hardware(phrases[0])]
        return tuple(phrases)

    def _on_hardware(self, fix: Phrase) -> Phrase:
        """A fix with the hardware that the title's tag says it is for, if it does not say so itself."""
        known = general()
        platform = next((key for key in self.entry.triage.areas if known.is_platform(key)), "")
        tag = next((one for one in self.title.topics if platform and known.find(one) == platform), "")
        is_said = not tag or re.search(rf"\b{re.escape(tag)}\b", self.text, re.IGNORECASE)
        if is_said or not fix.action or any(relation == "on" for relation, _ in fix.around):
            return fix
        return replace(fix, around=(("on", tag.upper()), *fix.around))

    def has(self, value: str) -> bool:
        """Whether the title holds a value or a name as a word of its own."""
        return f" {value.strip('`')} " in f" {self.text} ".replace("`", "").replace("=", " ")

    def names(self, file: str) -> bool:
        """Whether the title, with the true names of the commit's files, holds this one."""
        told = [phrase.thing for phrase in self.phrases] + [words for one in self.phrases for _, words in one.around]
        return any(file == word.strip("`,") for text in told for word in text.split())

    def say(self) -> str:
        """The title as a clause; in Chinese as a quotation, if it cannot be said."""
        said = self._of(self.phrases)
        if self.language == "en" or (said and self.phrases[0].action):
            return said
        kind = self.teller.say(f"type.{self.entry.triage.types[0]}")
        return self.teller.because(kind, said or f"“{self.text}”")

    def beside(self, *told: str) -> str:
        """What the title says beside what is told otherwise: its clauses of other actions than these."""
        return self._of(tuple(one for one in self.phrases if one.action not in told))

    def specific(self) -> str:
        """What the title says beside that something is improved or changed."""
        return self._of(
            tuple(one for one in self.phrases if one.action not in VAGUE or any(of == "with" for of, _ in one.around))
        )

    @cached_property
    def is_vague(self) -> bool:
        """Whether its verb says no more than that something was done."""
        (phrase, *more) = self.phrases
        says_more = phrase.symptom or phrase.change or phrase.is_negative or _DEFECT.search(phrase.thing)
        is_bare = not says_more and not is_clause(phrase) and all(relation in _OF for relation, _ in phrase.around)
        return bool(not more and phrase.action in _EMPTY and phrase.thing and is_bare)

    @property
    def is_list(self) -> bool:
        """Whether its first clause is about several things, of which one line proves but one."""
        return ", " in self.phrases[0].thing

    @cached_property
    def subject(self) -> str:
        """What a vague title is about, if it is one thing that can be said without a verb; else an empty string."""
        (phrase, *_) = self.phrases
        if not self.is_vague or re.search(r",|\band\b|&", phrase.thing) or opens_with_verb(phrase.thing):
            return ""
        if self.language == "zh" and not phrase.around and all(CODE.search(word) for word in phrase.thing.split()):
            return phrase.thing  # names are the same in every language
        return self._of((replace(phrase, action="", verb=""),))

    @property
    def may_count(self) -> bool:
        """Whether it may be about one number, which it does not say itself."""
        (phrase, *more) = self.phrases
        return phrase.action in _COUNTS and not (more or phrase.change or re.search(r"\bfrom\s+\d", self.text))

    def with_number(self, edit: Edit) -> str:
        """The title, if it may count, with the number that an edit shows; an empty string if it shows none."""
        phrase, number = self.phrases[0], numeric(edit) if edit.weight >= STRONG else None
        if not number:
            return ""
        name, before, after = number
        if _COUNTS[phrase.action] * (float(after) - float(before)) < 0:
            return ""
        said = self._of((replace(phrase, change=(before, after)),))
        return said + self.teller.say("list.brackets", text=f"`{name}`") if said else ""

    def purpose(self) -> str:
        """What the title's first clause says that a setting is for."""
        around = tuple(pair for pair in self.phrases[0].around if pair[0] in _PURPOSES)
        if not around:
            return ""
        if self.language == "en":
            return "".join(f" {relation.removesuffix(' do')} {words}" for relation, words in around)
        said = say_chinese([replace(self.phrases[0], action="support", thing="X", around=around)])
        _, comma, rest = said.partition("，")
        return comma + rest

    def _of(self, phrases: tuple[Phrase, ...]) -> str:
        return tidy(say_english(phrases) if self.language == "en" else say_chinese(phrases))
