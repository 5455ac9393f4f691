"""What is known of one commit: the type that travels from triage to every format."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from analysis.commits.commit import LOST, Commit
from analysis.commits.pull_request import PullRequest
from analysis.commits.surroundings import NOTHING, Surroundings
from analysis.commits.title import ChangeType
from analysis.facts import Fact
from analysis.i18n.language import Language
from analysis.statements import Statement
from analysis.triage.triage import Importance, Triage

RULES = "rules"
"""The name of the analyser that needs no model."""


class Depth(StrEnum):
    """How deep an analysis goes, by importance: all aspects, the main ones, or one line."""

    FULL = "full"
    SHORT = "short"
    LINE = "line"

    @classmethod
    def of(cls, importance: Importance) -> "Depth":
        """The depth that a commit of this importance deserves."""
        return {Importance.HIGH: cls.FULL, Importance.MEDIUM: cls.SHORT, Importance.LOW: cls.LINE}[importance]


class Aspect(StrEnum):
    """What an insight is about."""

    ARCHITECTURE = "architecture"
    PERFORMANCE = "performance"
    SECURITY = "security"
    MAINTAINABILITY = "maintainability"
    COMPATIBILITY = "compatibility"
    RELIABILITY = "reliability"


@dataclass(frozen=True, slots=True)
class Quote:
    """A line of a commit, or a sentence of what people wrote of it, as it stands there.

    Attributes:
        path, line: the file and the line on its side; empty and 0 for what people wrote.
        is_before: the line is one of the version before the commit.
        url: where what people wrote can be read; empty where no page is known.
    """

    text: str
    path: str = ""
    line: int = 0
    is_before: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an analysis.

    Attributes:
        paths: the files it rests on, as the commit names them.
        line: the line of the first of them that bears it out; 0 where none does by itself.
        is_before: the line is one of the version before the commit.
        url: where a quoted sentence can be read; empty for what is no quotation, or stands in a file.
        unchecked: a model says it, and nobody could check it against the commit; it is marked.
        before, after: what became what, as the commit writes it; empty where the claim tells of no such change.
        quotes: the lines and sentences that a model rests it on; empty for the rules' claims, whose line is their proof.
    """

    text: str
    paths: tuple[str, ...] = ()
    aspect: Aspect | None = None
    unchecked: bool = False
    line: int = 0
    is_before: bool = False
    url: str = ""
    before: str = ""
    after: str = ""
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was read out of a commit, in one language.

    Attributes:
        analyser: RULES, or the model's name; `prompt` is the version of the rules or of the prompt.
        headline: the title as its author wrote it, or the sentence made for users that says it better, never reworded; a
            model's in its own words.
        why: at most two statements that tell the effect best, as written; empty where nothing is good.
        effect: what users notice; empty where no fact decides it.
        importance: what the analyser itself would give; None if it was not asked, or is not to be believed in that.
        reason: why it would, in a few words; empty for the rules, whose reasons stand in the triage.
        types, areas: what a model would have instead of the rules'; empty where it says nothing.
        is_thin: a model says that it saw too little to judge.
        headline_quotes, effect_quotes: what a model rests them on; empty for what is in its author's or the rules' words.
        is_checked: a second reading held the claims against nothing but their quotes.
        unseen: paths (or parts of them) that it could not see, in full or in part.
        dropped: how many of its claims were taken out, because the commit does not bear them out.
        stands_in: why these are the rules' words where a model's were wanted; empty if they are what was wanted.
    """

    analyser: str
    prompt: str
    language: Language
    depth: Depth
    headline: str
    why: tuple[Statement, ...] = ()
    effect: str = ""
    impact: tuple[Claim, ...] = ()
    insight: tuple[Claim, ...] = ()
    risks: tuple[Claim, ...] = ()
    recommendations: tuple[Claim, ...] = ()
    importance: Importance | None = None
    unseen: tuple[str, ...] = ()
    dropped: int = 0
    stands_in: str = ""
    reason: str = ""
    types: tuple[ChangeType, ...] = ()
    areas: tuple[str, ...] = ()
    is_thin: bool = False
    headline_quotes: tuple[Quote, ...] = ()
    effect_quotes: tuple[Quote, ...] = ()
    is_checked: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether these are the rules' words because a model will not speak of the commit: that is its answer, it is not asked again."""
        return bool(self.stands_in) and self.analyser != RULES


@dataclass(frozen=True, slots=True)
class Entry:
    """A commit with its facts, its triage and, once it was read, its analysis.

    Attributes:
        statements: what people wrote of it, the most telling first.
        pull_request: what it came from, where that is known.
        surroundings: what stands around its changes; only while a model reads it, and where that costs no request.
        late: it was committed before the digest's window, but landed too late for the digest it belongs to.
        branches: those that have it; of a digest of several branches, of these, else of what the default branch has not.
    """

    commit: Commit
    facts: tuple[Fact, ...]
    triage: Triage
    analysis: Analysis | None = None
    late: bool = False
    statements: tuple[Statement, ...] = ()
    pull_request: PullRequest | None = None
    branches: tuple[str, ...] = ()
    surroundings: Surroundings = field(default=NOTHING, repr=False, compare=False)

    @property
    def is_partial(self) -> bool:
        """Whether some of the diff was not seen: by the source, or by the analyser."""
        seen_by_source = not any(file.unseen in LOST for file in self.commit.files)
        return not seen_by_source or self.commit.more_files or bool(self.analysis and self.analysis.unseen)

    @property
    def is_disputed(self) -> bool:
        """Whether whoever analysed it gave it another importance than the rules did."""
        return self.triage.by_rules is not None


@dataclass(frozen=True, slots=True)
class Usage:
    """What reading cost.

    Attributes:
        calls: requests that were answered; `retries`: further ones that were needed.
        tokens_in, tokens_out: as the server counted them, estimated where it did not.
        seconds: spent waiting, summed over the calls.
    """

    calls: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.retries + other.retries,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.tokens_cached + other.tokens_cached,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What an analyser made of one piece.

    Attributes:
        analyses: by SHA; a commit that could not be analysed is not in it.
        failures: SHA → one sentence why.
        hopeless: why asking again is of no use before somebody mends something (a refused key, an unknown model).
        refused: SHAs of failures that the same question will meet again.
    """

    analyses: dict[str, Analysis]
    failures: dict[str, str]
    usage: Usage = Usage()
    hopeless: str = ""
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme of a day; `shas` are the commits it speaks of."""

    text: str
    shas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A day's entries in the order in which readers must know them.

    Attributes:
        shas: the most important first; entries that are left out keep their place behind them.
        first: those of the first screen; None where their importance decides it.
    """

    shas: tuple[str, ...] = ()
    first: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A day's entries held against each other: their order, and three to five themes; without it, `failure` says why."""

    order: Order = Order()
    themes: tuple[Theme, ...] = ()
    usage: Usage = Usage()
    failure: str = ""


class Reader(Protocol):
    """Reads commits, piece by piece. An implementation holds no connection that cannot be made anew in another process."""

    @property
    def name(self) -> str:
        """RULES, or the model's name."""

    @property
    def prompt(self) -> str:
        """The version of its rules or prompt: the same commit, analyser, prompt and language give the same answer."""

    def jobs(self, entries: tuple[Entry, ...], *, more: bool = False) -> list[tuple[Entry, ...]]:
        """Cut `entries` into pieces that are each analysed in one go, the most important first.

        With `more`, others are to come: pieces that these could join are left out.
        """

    def cost(self, job: tuple[Entry, ...]) -> int:
        """Return about how many tokens, in and out, it takes to analyse a piece; 0 for none."""

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        """Analyse one piece. Never raises for what a server or a model does: the reading says it."""


class Analyser(Reader, Protocol):
    """A reader of commits that can also hold them against each other."""

    def compare(self, entries: tuple[Entry, ...], repo: str, language: Language) -> Comparison:
        """Put analysed entries of one day in order and say what the day was about. Raises no more than `analyse`."""

    def checker(self) -> Reader | None:
        """Return who reads what this one said a second time, by its quotes alone; None where nothing is to be checked."""
