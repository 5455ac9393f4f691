"""A repository's day, ready to be shown: entries in order, stories, overview, and how it was made."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.pull_request import Unread
from analysis.commits.tags import Tag
from analysis.commits.title import AROUND, ChangeType
from analysis.commits.window import Window
from analysis.digest.follow_ups import FollowUp
from analysis.digest.period import count_areas
from analysis.digest.scope import EVERYTHING, Scope
from analysis.digest.stories import Story
from analysis.digest.trends import Unusual
from analysis.entry import RULES, Entry, Order, Theme, Usage
from analysis.facts import Fact, FactKind
from analysis.i18n.language import Language
from analysis.triage.triage import Importance, raised
from analysis.uses import Use

SCHEMA_VERSION = 2
"""Version of the digest's JSON; raised when a field changes its meaning or goes away."""

MUST_KNOW = 6
"""How many items a reader can take in at once."""

_AROUND_FILES = {FileKind.TEST, FileKind.CI, FileKind.DOCS}


@dataclass(frozen=True, slots=True)
class RunCard:
    """How a digest was made.

    Attributes:
        analyser: the analyser asked for: RULES, or the model's name; `prompt` is its version.
        fetched, cached: commits fetched from the source, and those already stored.
        analysed: analyses made now; the rest came from the store.
        usage: what the new analyses cost; `cost` in the currency of the configured prices, None without prices.
        seconds: wall time.
        notes: what the reader should know about this run, in English; usually nothing.
        unread: the pull requests that could not be read, and why; None if all were.
        rewritten: commits fetched or stored that were reported before under other SHAs, so that the digest lacks them.
    """

    analyser: str = RULES
    prompt: str = ""
    fetched: int = 0
    cached: int = 0
    analysed: int = 0
    usage: Usage = Usage()
    cost: float | None = None
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    unread: Unread | None = None
    rewritten: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the day was seen, and by whom.

    Attributes:
        commits: entries of the digest; a merge and what it brought in count as one.
        brought: commits that came in through merges and are not counted.
        late: entries that belong to an earlier day.
        by: how many entries each analyser read.
        stand_ins: entries that a model should have read and the rules did instead, with the reason for each.
        partial: entries whose diff was not seen in full.
        unread: entries without any analysis.
        disputed: entries whose importance the model rated differently from the rules.
    """

    commits: int
    brought: int
    late: int
    by: dict[str, int]
    stand_ins: dict[str, str]
    partial: tuple[str, ...]
    unread: tuple[str, ...]
    disputed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The day in numbers. Lines are additions plus deletions, without merges that only bring a branch up to date.

    Attributes:
        by_author: how many commits each author took part in.
        by_area: each commit under its first area only, as in the post.
    """

    commits: int
    authors: int
    additions: int
    deletions: int
    files: int
    lines_by_kind: dict[str, int]
    by_importance: dict[str, int]
    by_type: dict[str, int]
    by_area: dict[str, int]
    by_author: dict[str, int]
    reverts: int
    tests_disabled: int


@dataclass(frozen=True, slots=True)
class Average:
    """What the previous days were like: daily averages over those that are known.

    Attributes:
        days: how many days were averaged.
    """

    days: int
    commits: float
    high: float
    reverts: float
    product_lines: float


@dataclass(frozen=True, slots=True)
class Release:
    """A version that came out; `before` is the one most users had until then, empty for a first release."""

    tag: Tag
    before: str = ""


@dataclass(frozen=True, slots=True)
class Touch:
    """A fact of a commit that touches what a team uses, and the places where they use it."""

    sha: str
    fact: Fact
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """A day (or several) of one repository.

    Attributes:
        branch: empty for GitHub's default branch.
        entries: the most important first.
        overview: three to five themes; empty if nobody wrote any.
        before: what the previous seven days were like, if the store knows.
        unusual: what differs from the previous four weeks; usually nothing.
        follow_ups: what became of changes reported in earlier digests; usually nothing.
        first: the SHAs of the must-knows, as a model chose them; None if importance and order decide.
        built_at: aware, UTC.
        area: the only area shown, after `only`; empty for all.
        releases: versions that came out on its days, as far as they were looked up.
        touches: what affects the things its reader uses; empty if nothing does, or if those are not known.
        scope: the part of the repository that it is about, after `within`; `in_scope`: how many commits landed in that, 0
            where it is about all.
        branches: of several that it is about, those that there were; None where it is about one.
    """

    repo: str
    branch: str
    window: Window
    language: Language
    entries: tuple[Entry, ...]
    stories: tuple[Story, ...]
    built_at: datetime
    overview: tuple[Theme, ...] = ()
    before: Average | None = None
    unusual: tuple[Unusual, ...] = ()
    run: RunCard = RunCard()
    notes: tuple[str, ...] = ()
    area: str = ""
    follow_ups: tuple[FollowUp, ...] = ()
    first: tuple[str, ...] | None = None
    touches: tuple[Touch, ...] = ()
    releases: tuple[Release, ...] = ()
    scope: Scope = EVERYTHING
    in_scope: int = 0
    branches: tuple[str, ...] | None = None

    def within(self, scope: Scope, also: Collection[str] = ()) -> "Digest":
        """Return the digest of a part of the repository plus the SHAs in `also`, without what it says about the whole."""
        entries = tuple(entry for entry in self.entries if entry in scope or entry.commit.sha in also)
        shas = {entry.commit.sha for entry in entries}
        themes = tuple(theme for theme in self.overview if theme.shas and shas.issuperset(theme.shas))
        return replace(
            self.keep(entries), overview=themes, before=None, unusual=(), follow_ups=(), first=None, scope=scope,
            in_scope=len(entries),
        )  # fmt: skip

    def only(self, area: str) -> "Digest":
        """Return the digest with only that area's entries; it may be left with none."""
        follow_ups = tuple(one for one in self.follow_ups if area in one.areas)
        kept = self.keep((entry for entry in self.entries if area in entry.triage.areas), area)
        return replace(kept, follow_ups=follow_ups)

    def keep(self, entries: Iterable[Entry], area: str = "") -> "Digest":
        """Return the digest with only these entries, and the stories and themes that still have one."""
        kept = tuple(entries)
        shas = {entry.commit.sha for entry in kept}
        stories = tuple(
            replace(
                story, shas=tuple(sha for sha in story.shas if sha in shas), lead=next(s for s in order if s in shas)
            )
            for story in self.stories
            if (order := (story.lead, *story.shas)) and shas & set(story.shas)
        )
        stories = tuple(story for story in stories if len(story.shas) > 1 or story.earlier)
        overview = tuple(theme for theme in self.overview if not theme.shas or shas & set(theme.shas))
        touches = tuple(touch for touch in self.touches if touch.sha in shas)
        return replace(
            self, entries=kept, stories=stories, overview=overview, area=area or self.area,
            first=None if area else self.first, touches=touches,
        )  # fmt: skip

    def entry(self, sha: str) -> Entry:
        """Return the entry of a commit; raise KeyError if it is not in the digest."""
        for entry in self.entries:
            if entry.commit.sha == sha:
                return entry
        raise KeyError(sha)

    def story_of(self, entry: Entry) -> Story | None:
        """Return the story that an entry belongs to, if any."""
        return next((story for story in self.stories if entry.commit.sha in story.shas), None)

    @property
    def must_know(self) -> tuple[Entry, ...]:
        """The important entries, one per story, at most MUST_KNOW.

        If they were not compared and troubles would take every place, the last one is kept for the most important of what
        is merely new.
        """
        if self.first is not None:
            by_sha = {entry.commit.sha: entry for entry in self.entries}
            listed = [by_sha[sha] for sha in self.first if sha in by_sha]
            stories = [story.lead if (story := self.story_of(entry)) else entry.commit.sha for entry in listed]
            return tuple(entry for place, entry in enumerate(listed) if stories.index(stories[place]) == place)
        chosen = list[Entry]()
        for entry in self.entries:
            story = self.story_of(entry)
            if entry.triage.importance is Importance.HIGH and (story is None or story.lead == entry.commit.sha):
                chosen.append(entry)
        last = MUST_KNOW - 1
        new = next((entry for entry in chosen[last:] if not _may_hurt(entry)), None)
        if new and all(_may_hurt(entry) for entry in chosen[:last]):
            return (*chosen[:last], new)
        return tuple(chosen[:MUST_KNOW])

    @property
    def coverage(self) -> Coverage:
        """How much of the day was seen."""
        analyses = {entry.commit.sha: entry.analysis for entry in self.entries}
        return Coverage(
            commits=len(self.entries),
            brought=sum(len(entry.commit.brought) for entry in self.entries),
            late=sum(entry.late for entry in self.entries),
            by=dict(Counter(RULES if one.stands_in else one.analyser for one in analyses.values() if one)),
            stand_ins={
                sha: analysis.stands_in for sha, analysis in analyses.items() if analysis and analysis.stands_in
            },
            partial=tuple(entry.commit.sha for entry in self.entries if entry.is_partial),
            unread=tuple(sha for sha, analysis in analyses.items() if analysis is None),
            disputed=tuple(entry.commit.sha for entry in self.entries if entry.is_disputed),
        )

    @property
    def statistics(self) -> Statistics:
        """The day in numbers."""
        return statistics(self.entries)


def statistics(entries: Iterable[Entry]) -> Statistics:
    """Count what is in `entries`."""
    entries = tuple(entries)
    commits = [entry.commit for entry in entries]
    written = [commit for commit in commits if not commit.only_catches_up]
    kinds: Counter[str] = Counter({kind.value: 0 for kind in (FileKind.PRODUCTION, FileKind.TEST)})
    for commit in written:
        for file in commit.files:
            kinds[kind_of(file.path).value] += file.additions + file.deletions
    importance = Counter(entry.triage.importance.value for entry in entries)
    types = Counter(entry.triage.counted_type.value for entry in entries)
    facts = [fact for entry in entries for fact in entry.facts]
    return Statistics(
        commits=len(commits),
        authors=len({author for commit in commits for author in commit.authors}),
        additions=sum(commit.additions for commit in written),
        deletions=sum(commit.deletions for commit in written),
        files=len({file.path for commit in written for file in commit.files}),
        lines_by_kind=dict(kinds.most_common()),
        by_importance={level.value: importance[level.value] for level in Importance},
        by_type=dict(sorted(types.most_common(), key=lambda pair: pair[0] == ChangeType.UNKNOWN)),
        by_area=count_areas(entries),
        by_author=dict(Counter(author for commit in commits for author in commit.authors).most_common()),
        reverts=sum(entry.triage.types[0] is ChangeType.REVERT for entry in entries),
        tests_disabled=sum(fact.kind is FactKind.TEST_DISABLED for fact in facts),
    )


def order(entries: Iterable[Entry], ranking: Sequence[str] = ()) -> tuple[Entry, ...]:
    """Sort entries into the digest's order: by importance, then as ranked, then by score, then newest first.

    A release that is news leads the day: it brings readers everything else. At equal importance, what may hurt comes before
    what is merely new, and before what only moves tests or CI around.

    `ranking` holds SHAs in their compared order; it never moves an entry from one importance to another.
    """
    places = {sha: place for place, sha in enumerate(ranking)}
    return tuple(
        sorted(
            entries,
            key=lambda e: (
                -e.triage.importance.rank,
                not _is_news_of_a_release(e),
                places.get(e.commit.sha, len(places)),
                not _may_hurt(e),
                -e.triage.score,
                -e.commit.committed_at.timestamp(),
                e.commit.sha,
            ),
        )
    )


def in_order(entries: Sequence[Entry], ranking: Order) -> tuple[tuple[Entry, ...], tuple[str, ...] | None]:
    """Return a day's entries in order, and those for the first screen; None if their importance decides.

    What a comparison puts there is important, unless a fact forbids it. Remaining room goes, in the same order, to what the
    rules rank high and a model does not rank low. What was not compared comes first if the rules rank it high, since no model
    has judged it.
    """
    if ranking.first is None:
        return order(entries, ranking.shas), None
    by_sha = {entry.commit.sha: entry for entry in order(entries)}
    unheard = [
        sha for sha, entry in by_sha.items() if not _is_heard(entry) and entry.triage.importance is Importance.HIGH
    ]
    both = [sha for sha in ranking.shas if sha in by_sha and _is_high_by_rules(by_sha[sha])]
    wanted = dict.fromkeys((*unheard, *(sha for sha in ranking.first if sha in by_sha), *both))
    first = tuple(sha for sha in wanted if by_sha[sha].triage.ceiling is Importance.HIGH)[:MUST_KNOW]
    lifted = [replace(entry, triage=raised(entry.triage)) if entry.commit.sha in first else entry for entry in entries]
    return order(lifted, tuple(dict.fromkeys((*first, *ranking.shas)))), first


def _is_news_of_a_release(entry: Entry) -> bool:
    return entry.triage.types[0] is ChangeType.RELEASE and entry.triage.importance is Importance.HIGH


def _is_heard(entry: Entry) -> bool:
    """Whether a model has given its opinion on the rank."""
    return entry.analysis is not None and entry.analysis.importance is not None


def _is_high_by_rules(entry: Entry) -> bool:
    triage = entry.triage
    return (triage.by_rules or triage.importance) is Importance.HIGH and triage.importance is not Importance.LOW


def _may_hurt(entry: Entry) -> bool:
    """Whether people who update may feel it; not if it says that it is about tests or CI and mostly is."""
    kinds = [kind_of(file.path) for file in entry.commit.files]
    is_around = entry.triage.types[0] in AROUND and 2 * sum(kind in _AROUND_FILES for kind in kinds) > len(kinds)
    return entry.triage.may_hurt and not is_around
