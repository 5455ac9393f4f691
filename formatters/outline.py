"""A digest put into words and order, the same for every format; a format only decides how it looks.

Texts here may hold code in backticks and nothing else of any markup; everything else in them is to be shown as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.areas import Areas
from analysis.digest import Digest
from analysis.entry import RULES, Claim, Entry, Language
from analysis.facts import Fact, FactKind
from analysis.rules import say_fact
from analysis.stories import Story, StoryKind
from analysis.triage import Importance
from analysis.window import Window
from analysis.wording import listed, say, say_reason
from formatters.plain import clean, first_sentence
from formatters.wording import label, say_day, say_days

ICONS = {Importance.HIGH: "🔴", Importance.MEDIUM: "🟡", Importance.LOW: "🟢"}
_REASONS, _WATCHED, _AREAS, _AUTHORS = 3, 6, 10, 8


@dataclass(frozen=True, slots=True)
class Point:
    """One statement.

    Attributes:
        shas: the commits that it speaks of.
        path, line: where in its commit it can be seen; line 0 for the whole file, path empty for nowhere.
        is_before: the line is one of the version before the commit.
    """

    text: str
    shas: tuple[str, ...] = ()
    path: str = ""
    line: int = 0
    is_before: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A labelled list within an item, such as its risks."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry in words.

    Attributes:
        title: the commit's title without its pull request number.
        line: the one thing to know, for lists.
        why: why it ranks as it does; empty for low ones.
        marks: what the reader must know about the entry itself: late, seen in part, read by rules instead of a model.
    """

    entry: Entry
    title: str
    line: str
    types: str
    areas: str
    summary: str
    why: str
    marks: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Items that belong together under a heading of their own, or one item under none."""

    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one importance, `count` of them; the others of a story stand with its most important one."""

    importance: Importance
    name: str
    count: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """Everything a report says, in its order."""

    digest: Digest
    title: str
    window: str
    counts: str
    notices: tuple[str, ...]
    must_know: tuple[Item, ...]
    overview: tuple[Point, ...]
    watch: tuple[Point, ...]
    statistics: tuple[tuple[str, str], ...]
    groups: tuple[Group, ...]
    run: tuple[tuple[str, str], ...]

    def items(self) -> Iterator[Item]:
        """All items in the report's order."""
        for group in self.groups:
            for block in group.blocks:
                yield from block.items


def outline(digest: Digest, areas: Areas) -> Outline:
    """Put a digest into words, in its own language."""
    return _Writer(digest, areas).write()


def item_of(entry: Entry, language: Language, areas: Areas, window: Window | None = None) -> Item:
    """Put one entry into words; `window` is the digest's, whose zone dates of late entries are shown in."""
    analysis = entry.analysis
    title = clean(bare_title(entry))
    summary = clean(analysis.summary) if analysis else label("entry.unread", language)
    effect = clean(analysis.effect) if analysis else ""
    types = listed([say(f"type.{kind}", language) for kind in entry.triage.types[:2]], language)
    named = " · ".join(clean(areas.name(key, language)) for key in entry.triage.areas)
    why = ""
    if entry.triage.importance is not Importance.LOW:
        reasons = [clean(say_reason(reason, language)) for reason in entry.triage.reasons if reason.points > 0][
            :_REASONS
        ]
        why = ("; " if language == "en" else "；").join(reasons)
    parts = tuple(_parts(entry, language, effect))
    return Item(
        entry=entry,
        title=title,
        line=first_sentence(summary) if analysis else title,
        types=types,
        areas=named,
        summary=summary,
        why=why,
        marks=tuple(_marks(entry, language, window)),
        parts=parts,
    )


def bare_title(entry: Entry) -> str:
    """The commit's title without its pull request number."""
    subject, number = entry.commit.subject, entry.commit.pull_request
    return subject.removesuffix(f"(#{number})").strip() if number else subject


def _parts(entry: Entry, language: Language, effect: str) -> Iterator[Part]:
    analysis = entry.analysis
    if effect:
        yield Part(label("entry.effect", language), (Point(effect),))
    if analysis:
        for name in ("impact", "insight", "risks", "recommendations"):
            claims: Sequence[Claim] = getattr(analysis, name)
            if claims:
                yield Part(label(f"entry.{name}", language), tuple(_say_claim(claim, language) for claim in claims))
    if entry.facts and entry.triage.importance is not Importance.LOW:
        proofs = (
            Point(clean(say_fact(fact, language)), (), clean(fact.path), fact.line, fact.kind in _SEEN_BEFORE)
            for fact in entry.facts
        )
        yield Part(label("entry.facts", language), tuple(dict.fromkeys(proofs)))


def _say_claim(claim: Claim, language: Language) -> Point:
    aspect = f"{label(f'aspect.{claim.aspect}', language)}: " if claim.aspect else ""
    estimate = f" {label('entry.estimate', language)}" if claim.estimate else ""
    return Point(clean(f"{aspect}{claim.text}{estimate}"))


def _marks(entry: Entry, language: Language, window: Window | None) -> Iterator[str]:
    if entry.late and window:
        yield label("entry.late", language, day=say_day(window.local(entry.commit.committed_at).date(), language))
    if entry.commit.brought:
        yield label("entry.merge", language, count=len(entry.commit.brought))
    analysis = entry.analysis
    if entry.is_partial:
        unseen = [file.path for file in entry.commit.files if file.unseen == "too large"]
        paths = dict.fromkeys([*unseen, *(analysis.unseen if analysis else ())])
        yield label("entry.partial", language, paths=clean(", ".join(list(paths)[:4])) or "…")
    if analysis and analysis.stands_in:
        yield label("entry.stands_in", language, reason=clean(analysis.stands_in))
    if analysis and analysis.dropped:
        yield label("entry.dropped", language, count=analysis.dropped)


class _Writer:
    """Writes one digest's outline."""

    def __init__(self, digest: Digest, areas: Areas) -> None:
        self.digest, self.areas, self.language = digest, areas, digest.language
        self.made = {
            entry.commit.sha: item_of(entry, digest.language, areas, digest.window) for entry in digest.entries
        }

    def write(self) -> Outline:
        digest = self.digest
        return Outline(
            digest=digest,
            title=self.label("report.title", repo=clean(digest.repo), day=say_days(digest.window, self.language)),
            window=self.window(),
            counts=self.counts(),
            notices=tuple(self.notices()),
            must_know=tuple(self.made[entry.commit.sha] for entry in digest.must_know),
            overview=tuple(Point(clean(theme.text), theme.shas) for theme in digest.overview),
            watch=tuple(self.watch()),
            statistics=tuple(self.statistics()) if digest.entries else (),
            groups=tuple(self.groups()),
            run=tuple(self.run()),
        )

    def label(self, key: str, **values: object) -> str:
        return label(key, self.language, **values)

    def window(self) -> str:
        window = self.digest.window
        start, end = window.local(window.start), window.local(window.end)
        return self.label(
            "report.window",
            start=f"{start:%Y-%m-%d %H:%M}",
            end=f"{end:%Y-%m-%d %H:%M}",
            zone=window.zone,
            hours=f"{window.hours:g}",
            branch=clean(self.digest.branch) or self.label("report.default_branch"),
        )

    def counts(self) -> str:
        numbers = self.digest.statistics
        if not numbers.commits:
            return self.label("report.empty_area" if self.digest.area else "report.empty")
        key = "report.counts" if numbers.commits > 1 else "report.counts_one"
        return self.label(key, commits=numbers.commits, authors=numbers.authors, **numbers.by_importance)

    def notices(self) -> Iterator[str]:
        window = self.digest.window
        if self.digest.built_at < window.end:
            yield self.label("report.unfinished", time=f"{window.local(self.digest.built_at):%Y-%m-%d %H:%M}")
        yield from (clean(note) for note in self.digest.notes)

    def watch(self) -> Iterator[Point]:
        facts = [(fact, entry) for entry in self.digest.entries for fact in entry.facts]
        for key, kinds in _WATCH:
            found = [(fact, entry) for fact, entry in facts if fact.kind in kinds]
            if not found:
                continue
            names = list(dict.fromkeys(_watched(fact, entry) for fact, entry in found))
            shown = names[:_WATCHED] + ([f"+{len(names) - _WATCHED}"] if len(names) > _WATCHED else [])
            comma = ", " if self.language == "en" else "、"
            shas = tuple(dict.fromkeys(entry.commit.sha for _, entry in found))
            yield Point(clean(self.label(f"watch.{key}", items=comma.join(shown))), shas)

    def statistics(self) -> Iterator[tuple[str, str]]:
        numbers, none = self.digest.statistics, self.label("stat.none")
        yield self.label("stat.importance"), self.shares(numbers.by_importance, "importance")
        yield self.label("stat.types"), self.shares(numbers.by_type, "type")
        areas = {clean(self.areas.name(key, self.language)): count for key, count in numbers.by_area.items()}
        yield self.label("stat.areas"), self.shares(dict(list(areas.items())[:_AREAS])) or none
        kinds = self.shares({key: count for key, count in numbers.lines_by_kind.items() if count}, "kind")
        yield (
            self.label("stat.lines"),
            self.label(
                "stat.lines_value",
                additions=f"{numbers.additions:,}",
                deletions=f"{numbers.deletions:,}",
                files=numbers.files,
                kinds=kinds or none,
            ),
        )
        authors = {clean(name): count for name, count in numbers.by_author.items()}
        more = len(authors) - _AUTHORS
        yield (
            self.label("stat.authors"),
            self.shares(dict(list(authors.items())[:_AUTHORS])) + (f" … +{more}" if more > 0 else ""),
        )
        yield self.label("stat.reverts"), str(numbers.reverts)
        yield self.label("stat.tests_disabled"), str(numbers.tests_disabled)
        before = self.digest.before
        if before:
            yield (
                self.label("stat.before", days=before.days),
                self.label(
                    "stat.before_value",
                    commits=numbers.commits,
                    commits_before=f"{before.commits:.1f}",
                    high=numbers.by_importance["high"],
                    high_before=f"{before.high:.1f}",
                    reverts=numbers.reverts,
                    reverts_before=f"{before.reverts:.1f}",
                    lines=numbers.lines_by_kind.get("production", 0),
                    lines_before=f"{before.product_lines:.0f}",
                ),
            )

    def shares(self, counts: dict[str, int], group: str = "") -> str:
        named = ((say(f"{group}.{key}", self.language) if group else key, count) for key, count in counts.items())
        return " · ".join(f"{name} {count:,}" for name, count in named)

    def groups(self) -> Iterator[Group]:
        placed: set[str] = set()
        for importance in Importance:
            blocks = []
            for entry in self.digest.entries:
                sha = entry.commit.sha
                if entry.triage.importance is not importance or sha in placed:
                    continue
                story = self.digest.story_of(entry)
                members = (
                    [self.made[member] for member in story.shas if member not in placed] if story else [self.made[sha]]
                )
                placed |= {member.entry.commit.sha for member in members}
                blocks.append(Block(self.say_story(story) if story else "", tuple(members)))
            if blocks:
                count = self.digest.statistics.by_importance[importance]
                yield Group(importance, self.label(f"section.{importance}"), count, tuple(blocks))

    def say_story(self, story: Story) -> str:
        if story.kind is StoryKind.REVERT and story.earlier:
            day = say_day(self.digest.window.local(story.earlier.committed_at).date(), self.language)
            return self.label("story.revert_earlier", title=clean(story.earlier.title), day=day)
        return self.label(f"story.{story.kind}", count=len(story.shas))

    def run(self) -> Iterator[tuple[str, str]]:
        run, cover, window = self.digest.run, self.digest.coverage, self.digest.window
        key = "run.rules" if run.analyser == RULES else "run.model"
        yield self.label("run.analyser"), self.label(key, model=clean(run.analyser), version=run.prompt)
        by = ", ".join(f"{clean(name)} {count}" for name, count in cover.by.items()) or self.label("stat.none")
        yield (
            self.label("run.coverage"),
            self.label(
                "run.coverage_value",
                commits=cover.commits,
                read=cover.commits - len(cover.unread),
                by=by,
                partial=len(cover.partial),
                unread=len(cover.unread),
            ),
        )
        if cover.stand_ins:
            reasons = "; ".join(dict.fromkeys(clean(reason) for reason in cover.stand_ins.values()))
            yield (
                self.label("run.stand_ins"),
                self.label("run.stand_ins_value", count=len(cover.stand_ins), reasons=reasons),
            )
        yield self.label("run.source"), self.label("run.source_value", fetched=run.fetched, cached=run.cached)
        if run.usage.calls:
            usage = run.usage
            cost = "" if run.cost is None else f", {run.cost:.4f}"
            yield (
                self.label("run.cost"),
                self.label(
                    "run.cost_value",
                    calls=usage.calls,
                    retries=usage.retries,
                    tokens_in=f"{usage.tokens_in:,}",
                    tokens_cached=f"{usage.tokens_cached:,}",
                    tokens_out=f"{usage.tokens_out:,}",
                    cost=cost,
                ),
            )
        made = f"{window.local(self.digest.built_at):%Y-%m-%d %H:%M}"
        yield self.label("run.time"), self.label("run.time_value", time=made, seconds=f"{run.seconds:.1f}")
        if run.notes:
            yield self.label("run.notes"), "; ".join(clean(note) for note in run.notes)


_SEEN_BEFORE = {kind for kind in FactKind if kind.value.endswith("_removed")} | {FactKind.TEST_ENABLED}

_WATCH: tuple[tuple[str, set[FactKind]], ...] = (
    ("reverts", {FactKind.REVERTS}),
    ("defaults", {FactKind.DEFAULT_CHANGED}),
    ("removed", {FactKind.FLAG_REMOVED, FactKind.ENDPOINT_REMOVED, FactKind.NAME_REMOVED, FactKind.MODULE_REMOVED}),
    ("flags", {FactKind.FLAG_ADDED, FactKind.ENV_ADDED}),
    ("unsafe", {FactKind.UNSAFE_ADDED}),
    ("tests_disabled", {FactKind.TEST_DISABLED}),
)


def _watched(fact: Fact, entry: Entry) -> str:
    if fact.kind is FactKind.REVERTS:
        return f"“{fact.name}”" if fact.name else entry.commit.short
    if fact.kind is FactKind.DEFAULT_CHANGED:
        return f"`{fact.name}` {fact.before} → {fact.after}"
    return f"`{fact.name}`"
