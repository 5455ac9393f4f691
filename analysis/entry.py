"""What is known about one commit: the type that travels from triage to every format."""

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
    """How detailed an analysis is, by importance: all aspects, the main ones, or one line."""

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
    """A line of a commit, or a sentence that people wrote about it, verbatim.

    Attributes:
        path, line: the file and the line number on that side of the diff; empty and 0 for what people wrote.
        is_before: the line is from the version before the commit.
        url: where what people wrote can be read; empty if no page is known.
    """

    text: str
    path: str = ""
    line: int = 0
    is_before: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement in an analysis.

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
    """What an analyser made of a commit, in one language.

    Attributes:
        analyser: RULES, or the model's name; `prompt` is the version of the rules or of the prompt.
        headline: the title as its author wrote it, or a sentence written for users that says it better, never reworded; a
            model writes its own.
        why: at most two statements that describe the effect best, verbatim; empty if none is good enough.
        effect: what users notice; empty if no fact decides it.
        importance: the analyser's own rating; None if it was not asked or cannot be trusted on this.
        reason: why, in a few words; empty for the rules, whose reasons are in the triage.
        types, areas: what a model proposes instead of the rules' choice; empty if it proposes nothing.
        is_thin: the model says that it saw too little to judge.
        headline_quotes, effect_quotes: the model's evidence for them; empty for the author's or the rules' words.
        is_checked: a second reading checked the claims against their quotes alone.
        unseen: paths (or parts of files) that it could not see in full.
        dropped: how many of its claims were removed because the commit does not support them.
        stands_in: why the rules stand in for a model; empty if they do not.
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
        """Whether the rules stand in because the model refuses to discuss the commit: that is final, and it is not asked again."""
        return bool(self.stands_in) and self.analyser != RULES


@dataclass(frozen=True, slots=True)
class Entry:
    """A commit with its facts, its triage and, once it has been read, its analysis.

    Attributes:
        statements: what people wrote about it, the most telling first.
        pull_request: the pull request it came from, if known.
        surroundings: the code around its changes; only while a model reads it, and only if that costs no request.
        late: it was committed before the digest's window, but landed too late for the digest it belongs to.
        branches: those that contain it: among a digest's several branches, otherwise for commits not on the default branch.
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
        """Whether the source or the analyser did not see all of the diff."""
        seen_by_source = not any(file.unseen in LOST for file in self.commit.files)
        return not seen_by_source or self.commit.more_files or bool(self.analysis and self.analysis.unseen)

    @property
    def is_disputed(self) -> bool:
        """Whether its analyser rated its importance differently from the rules."""
        return self.triage.by_rules is not None


@dataclass(frozen=True, slots=True)
class Usage:
    """What the analysis cost.

    Attributes:
        calls: requests that were answered; `retries`: additional attempts.
        tokens_in, tokens_out: as counted by the server, else estimated.
        seconds: time spent waiting, summed over the calls.
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
        failures: SHA → the reason, in one sentence.
        hopeless: why retrying is pointless until somebody fixes something (a refused key, an unknown model).
        refused: SHAs of failures that the same request would hit again.
    """

    analyses: dict[str, Analysis]
    failures: dict[str, str]
    usage: Usage = Usage()
    hopeless: str = ""
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme of a day; `shas` are the commits it covers."""

    text: str
    shas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A day's entries, ordered by how much readers need to know them.

    Attributes:
        shas: the most important first; entries not listed follow in their previous order.
        first: those for the first screen; None if their importance decides.
    """

    shas: tuple[str, ...] = ()
    first: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A day's entries compared: their order and three to five themes; if there is none, `failure` says why."""

    order: Order = Order()
    themes: tuple[Theme, ...] = ()
    usage: Usage = Usage()
    failure: str = ""


class Reader(Protocol):
    """Reads commits in batches. An implementation holds no connection that cannot be reopened in another process."""

    @property
    def name(self) -> str:
        """RULES, or the model's name."""

    @property
    def prompt(self) -> str:
        """The version of its rules or prompt: the same commit, analyser, prompt and language give the same answer."""

    def jobs(self, entries: tuple[Entry, ...], *, more: bool = False) -> list[tuple[Entry, ...]]:
        """Split `entries` into batches that are each analysed in one go, the most important first.

        With `more`, further entries are coming: batches that they could still join are left out.
        """

    def cost(self, job: tuple[Entry, ...]) -> int:
        """Estimate how many tokens, input and output, analysing a batch takes; 0 for none."""

    def analyse(self, job: tuple[Entry, ...], language: Language) -> Reading:
        """Analyse one batch. Never raises for what a server or a model does: the reading reports it."""


class Analyser(Reader, Protocol):
    """A reader that can also compare commits with each other."""

    def compare(self, entries: tuple[Entry, ...], repo: str, language: Language) -> Comparison:
        """Order one day's analysed entries and say what the day was about. Like `analyse`, never raises for a server or model."""

    def checker(self) -> Reader | None:
        """Return the reader that checks this one's claims against their quotes alone; None if there is nothing to check."""
