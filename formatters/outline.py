"""A digest put into words and order, the same for every format; a format only decides how it looks.

Texts here may contain code in backticks and no other markup; everything else is to be shown literally.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.commits.file_kinds import FileKind
from analysis.commits.title import AROUND, ChangeType, in_force_by, read_title
from analysis.digest.digest import Digest
from analysis.digest.stories import Story, StoryKind
from analysis.digest.trends import Unusual, UnusualKind
from analysis.entry import Entry
from analysis.facts import Fact, FactKind
from analysis.i18n.typography import outside
from analysis.rules.change import is_of_new_program
from analysis.rules.wording import say, say_fact
from analysis.sources.remarks import is_empty
from analysis.triage.areas import Areas
from analysis.triage.triage import Importance
from formatters.i18n.wording import label, say_day, say_days
from formatters.text.follow_ups import News, news_of
from formatters.text.item import Item, Point, item_of
from formatters.text.places import common_place, say_places
from formatters.text.plain import clean, columns
from formatters.text.scope import say_repository
from formatters.text.tables import gaps, run_card, statistics
from formatters.text.watch import WATCH, is_of, is_told, watched

_CJK = re.compile("[\u3400-\u9fff]")
_WATCHED, _WATCHED_BRIEFLY, _TYPES = 6, 2, 4
_BRIEF = 144
"""Columns up to which a post lists two things to watch: four lines on a phone."""
_BRANCHES = 6


@dataclass(frozen=True, slots=True)
class Block:
    """Items that belong together under a heading of their own, or one item without a heading."""

    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one importance, `count` of them; a story's items are all with its most important one.

    Attributes:
        note: how many of the `count` are in groups above for that reason; empty if none are.
    """

    importance: Importance
    name: str
    count: int
    blocks: tuple[Block, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """Everything a report says, in order.

    Attributes:
        counts, makeup: how many commits by how many authors, and of what: lines of product and test code, types.
        releases: versions that came out, each with the page of its notes.
        touched: how many commits touch what the reader uses, and `touches` each with the places; both empty if none do.
        more_high: how many of high importance there are besides `must_know`; empty if none.
        quoting: that people's words are quoted untranslated, if they are in a language other than the reader's; else
            empty.
        gaps: what of the day was not seen, or not as it should have been; empty if all is well.
    """

    digest: Digest
    title: str
    window: str
    counts: str
    makeup: str
    notices: tuple[str, ...]
    releases: tuple[Point, ...]
    touched: str
    touches: tuple[Point, ...]
    must_know: tuple[Item, ...]
    more_high: str
    follow_ups: tuple[News, ...]
    overview: tuple[Point, ...]
    watch: tuple[Point, ...]
    statistics: tuple[tuple[str, str], ...]
    groups: tuple[Group, ...]
    run: tuple[tuple[str, str], ...]
    gaps: str
    quoting: str

    def items(self) -> Iterator[Item]:
        """All items in the report's order."""
        for group in self.groups:
            for block in group.blocks:
                yield from block.items


def outline(digest: Digest, areas: Areas) -> Outline:
    """Put a digest into words, in its own language."""
    return _Writer(digest, areas).write()


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
            title=self.title(),
            window=self.window(),
            counts=self.counts(),
            makeup=self.makeup() if digest.entries else "",
            notices=tuple(self.notices()),
            releases=tuple(self.releases()),
            touched=self.touched(),
            touches=tuple(self.touches()),
            must_know=tuple(self.made[entry.commit.sha] for entry in digest.must_know),
            more_high=self.more_high(),
            follow_ups=tuple(news_of(digest)),
            overview=tuple(Point(clean(theme.text), theme.shas) for theme in digest.overview),
            watch=tuple(self.watch()),
            statistics=tuple(statistics(digest, self.areas)) if digest.entries else (),
            groups=tuple(self.groups()),
            run=tuple(run_card(digest)),
            gaps=gaps(digest),
            quoting=self.quoting(),
        )

    def title(self) -> str:
        branches = self.digest.branch if self.digest.branches is not None else ""
        repo = say_repository(self.digest.repo, self.digest.scope, self.language, branches)
        day = say_days(self.digest.window, self.language)
        if self.digest.area:
            area = clean(self.areas.name(self.digest.area, self.language))
            return self.label("report.title_area", repo=repo, area=area, day=day)
        return self.label("report.title", repo=repo, day=day)

    def label(self, key: str, **values: object) -> str:
        return label(key, self.language, **values)

    def window(self) -> str:
        window = self.digest.window
        start, end = window.local(window.start), window.local(window.end)
        branch = clean(self.digest.branch)
        return self.label(
            "report.window",
            start=f"{start:%Y-%m-%d %H:%M}",
            end=f"{end:%Y-%m-%d %H:%M}",
            zone=window.zone,
            hours=f"{window.hours:g}",
            branch=self.branches()
            if self.digest.branches is not None
            else self.label("report.branch", name=branch)
            if branch
            else self.label("report.default_branch"),
        )

    def branches(self) -> str:
        """Name the branches covered; if there are many, count them."""
        names = self.digest.branches or ()
        if len(names) > _BRANCHES:
            return self.label("report.branches_many", count=len(names))
        return self.label(
            "report.branches", names=self.label("list.comma").join(map(clean, names)) or clean(self.digest.branch)
        )

    def counts(self) -> str:
        numbers, run = self.digest.statistics, self.digest.run
        # All the day's commits, even if only some are shown: those of the part that is followed, unless it has none.
        in_all = run.fetched + run.cached - run.rewritten
        whole = max(self.digest.in_scope or in_all if self.digest.scope else in_all, numbers.commits)
        if not numbers.commits:
            if any(map(is_empty, self.digest.notes)):
                return self.label("report.no_commits")
            if whole:
                return self.label("report.empty_part", count=whole)
            if run.rewritten:
                return self.label("report.empty_rewritten")
            is_over = self.digest.built_at >= self.digest.window.end
            return self.label("report.empty" if is_over else "report.empty_yet")
        shown = self.label("report.commits", count=numbers.commits)
        if whole > numbers.commits:
            shown = self.label("report.commits_part", shown=numbers.commits, count=whole)
        by = self.label("report.authors", count=numbers.authors)
        counts = self.label("report.counts", commits=shown, authors=by)
        before = self.digest.before
        if before is None or whole > numbers.commits or self.digest.window.first != self.digest.window.last:
            return counts
        return self.label("report.usual", counts=counts, usual=f"{before.commits:.0f}")

    def makeup(self) -> str:
        """What the day consists of: lines of product and test code, and the types by frequency."""
        numbers = self.digest.statistics
        product, tests = (numbers.lines_by_kind.get(kind, 0) for kind in (FileKind.PRODUCTION, FileKind.TEST))
        lines = [self.label("report.lines_production", lines=f"{product:,}", count=product)] if product else []
        if tests:
            key = "report.lines_test" if product else "report.lines_test_alone"
            lines.append(self.label(key, lines=f"{tests:,}", count=tests))
        counts = sorted(
            numbers.by_type.items(), key=lambda pair: (pair[0] == ChangeType.UNKNOWN, pair[0] in AROUND, -pair[1])
        )
        types = [say(f"theme.{kind}", self.language, count=count) for kind, count in counts]
        rest = sum(count for _, count in counts[_TYPES:])
        more = f" … +{rest}" if rest else ""
        return " · ".join([*lines, self.label("list.comma").join(types[:_TYPES]) + more])

    def releases(self) -> Iterator[Point]:
        for release in self.digest.releases:
            key = "release.out" if release.tag.is_final else "release.out_early"
            text = self.label(key, name=f"`{clean(release.tag.name)}`")
            if release.before:
                text += self.label("release.before", name=f"`{clean(release.before)}`")
            yield Point(text, url=release.tag.url)

    def touched(self) -> str:
        shas = {touch.sha for touch in self.digest.touches}
        return self.label("uses.hits", count=len(shas), every=len(self.digest.entries)) if shas else ""

    def touches(self) -> Iterator[Point]:
        for touch in self.digest.touches:
            said = clean(say_fact(touch.fact, self.language))
            places = say_places(touch.uses, self.language)
            yield Point(self.label("uses.touch", places=places, fact=said[:1].upper() + said[1:]), (touch.sha,))

    def more_high(self) -> str:
        """How many of high importance are not among the must-knows."""
        known = {entry.commit.sha for entry in self.digest.must_know}
        high = [entry for entry in self.digest.entries if entry.triage.importance is Importance.HIGH]
        more = sum(entry.commit.sha not in known for entry in high)
        return self.label("report.more_high", count=more) if more and known else ""

    def notices(self) -> Iterator[str]:
        window = self.digest.window
        if self.digest.built_at < window.end:
            yield self.label("report.unfinished", time=f"{window.local(self.digest.built_at):%Y-%m-%d %H:%M}")
        yield from (clean(note) for note in self.digest.notes if not is_empty(note))  # said instead of the counts

    def unusual(self) -> Iterator[Point]:
        said = [clean(self.say_unusual(one)) for one in self.digest.unusual]
        if said:
            yield Point(self.label("watch.unusual", items=self.label("list.semicolon").join(said)))

    def say_unusual(self, one: Unusual) -> str:
        name = self.areas.name(one.name, self.language) if one.kind is UnusualKind.AREA else one.name
        usual = f"{one.usual:.0f}" if one.usual >= 10 else f"{one.usual:.1f}"  # noqa: PLR2004 - beyond, a tenth says nothing
        return self.label(f"unusual.{one.kind}", name=name, count=one.count, usual=usual)

    def watch(self) -> Iterator[Point]:
        yield from self.unusual()
        known = {entry.commit.sha: self.made[entry.commit.sha] for entry in self.digest.must_know}
        facts = [
            (fact, entry)
            for entry in self.digest.entries
            for fact in entry.facts
            if not is_of_new_program(fact, entry.commit)
        ]
        for key, kinds in WATCH:
            found = [(fact, entry) for fact, entry in facts if fact.kind in kinds and is_of(key, entry)]
            told = [is_told(fact, known.get(entry.commit.sha)) for fact, entry in found]
            if all(told):
                continue
            # A list is complete or absent, even if parts of it are said elsewhere: a reader who sees one removal takes
            # it for the only one.
            found = [pair for _, pair in sorted(zip(told, found, strict=True), key=lambda item: item[0])]
            by_name = {fact.name or entry.commit.sha: (fact, entry) for fact, entry in reversed(found)}
            names = list(
                dict.fromkeys(
                    watched(self.with_title(fact, entry), entry)
                    for fact, entry in (by_name[name] for name in reversed(by_name))
                )
            )
            text, brief, briefest = (
                self.label(f"watch.{key}", items=self.some(names, most)) for most in (_WATCHED, _WATCHED_BRIEFLY, 1)
            )
            short = brief if columns(brief) <= _BRIEF else briefest
            shas = tuple(dict.fromkeys(entry.commit.sha for _, entry in found))
            yield Point(clean(text), shas, short=clean(short))

    def with_title(self, fact: Fact, entry: Entry) -> Fact:
        """Return a fact; if it is a revert whose message has only a SHA, with the title of what is reverted, if known."""
        if fact.kind is not FactKind.REVERTS or not (fact.name and fact.before.startswith(fact.name)):
            return fact
        story = self.digest.story_of(entry)
        known = {sha: self.made[sha].entry.commit.subject for sha in story.shas} if story else {}
        if story and story.earlier:
            known[story.earlier.sha] = story.earlier.title
        return replace(
            fact, name=next((title for sha, title in known.items() if sha.startswith(fact.before)), fact.name)
        )

    def some(self, names: Sequence[str], most: int) -> str:
        """The first few of many; a count of the rest could be too low."""
        comma = self.label("list.comma")
        if len(names) <= most + 1:  # "and others" is no shorter than its name
            return comma.join(names)
        return say("list.others", self.language, names=comma.join(names[:most]))

    def groups(self) -> Iterator[Group]:
        placed: set[str] = set()
        for importance in Importance:
            above = sum(e.triage.importance is importance and e.commit.sha in placed for e in self.digest.entries)
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
                note = self.label("section.above", count=above) if above else ""
                yield Group(importance, self.label(f"section.{importance}"), count, tuple(blocks), note)

    def say_story(self, story: Story) -> str:
        if story.kind is StoryKind.REVERT and story.earlier:
            inner, in_force = in_force_by(story.earlier.title)
            title, moment = clean(outside(inner)), story.earlier.committed_at
            if not in_force:
                return self.label("story.restores", title=title)
            if moment is None:
                return self.label("story.revert_other", title=title)
            day = say_day(self.digest.window.local(moment).date(), self.language)
            return self.label("story.revert_earlier", title=title, day=day)
        entries = [self.made[sha].entry for sha in story.shas]
        is_restored = story.kind is StoryKind.REVERT and read_title(entries[-1].commit.subject).restores is not None
        told = self.label("story.restored" if is_restored else f"story.{story.kind}", count=len(story.shas))
        where = clean(common_place(entries))
        return self.label("story.about", story=told, where=where) if where else told

    def quoting(self) -> str:
        """Say that people's words are not translated, if headlines are in a language other than the reader's."""
        headlines = [entry.analysis.headline for entry in self.digest.entries if entry.analysis]
        other = [text for text in headlines if text and bool(_CJK.search(text)) is not (self.language == "zh")]
        return self.label("report.as_written") if len(other) * 2 > len(headlines) else ""
