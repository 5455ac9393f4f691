"""An upgrade in words, and as data for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.commits.title import ChangeType, read_title
from analysis.entry import Entry
from analysis.facts import Fact, FactKind
from analysis.i18n.language import Language
from analysis.i18n.typography import outside, without_stop
from analysis.rules.wording import say_fact
from analysis.triage.areas import Areas
from analysis.triage.prominence import facts_for_users
from analysis.upgrade import Hit, Item, Part, Upgrade
from analysis.upgrade.coupling import Coupled
from analysis.uses import Use
from formatters.i18n.wording import label
from formatters.text.item import item_of
from formatters.text.places import code, say_places
from formatters.text.plain import clean

MOST = 40
"""Lines per part for a reader; the JSON has all of them."""


_NAMES = 8
_RENAMES = {FactKind.RENAMED, FactKind.NAME_RENAMED}
_GROUPED = {Part.BREAKS: 3, Part.RENAMED: 3, Part.FEATURES: 2}
"""How many things of one commit share a line, which gives only their names, by part; of what is new each commit has one line."""


@dataclass(frozen=True, slots=True)
class UpgradeLine:
    """One thing to know.

    Attributes:
        text: code in backticks and no other markup.
        places: where a team uses it; empty without a list of uses.
        commits: those it is based on, oldest first; `when`: the day the last of them was committed, UTC.
    """

    text: str
    commits: tuple[Entry, ...]
    when: str
    places: str = ""


@dataclass(frozen=True, slots=True)
class UpgradePart:
    """The lines of a part under its heading; `more` says how many are left out, or is empty."""

    part: Part
    name: str
    lines: tuple[UpgradeLine, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class UpgradeOutline:
    """Everything an upgrade says, in order.

    Attributes:
        span: the range, in a line; `notices`: what the reader should know about how it came about.
        hits: what touches what the reader uses; `hits_name` is their heading, which also says if nothing does; empty
            without a list of uses.
        calm: said if every part is empty; else empty.
    """

    made: Upgrade
    language: Language
    title: str
    span: str
    parts: tuple[UpgradePart, ...]
    notices: tuple[str, ...]
    calm: str
    hits_name: str = ""
    hits: tuple[UpgradeLine, ...] = ()


def upgrade_outline(made: Upgrade, areas: Areas, language: Language, most: int = MOST) -> UpgradeOutline:
    """Put an upgrade into words, at most `most` lines per part."""
    return _Writer(made, areas, language).write(most)


class _Writer:
    def __init__(self, made: Upgrade, areas: Areas, language: Language) -> None:
        self.made, self.areas, self.language = made, areas, language

    def label(self, key: str, **values: object) -> str:
        return label(key, self.language, **values)

    def write(self, most: int) -> UpgradeOutline:
        made = self.made
        old, new = made.between.old, made.between.new
        return UpgradeOutline(
            made,
            self.language,
            self.label("upgrade.title", repo=clean(made.repo), old=clean(old.name), new=clean(new.name)),
            self.label(
                "upgrade.span",
                commits=self.label("report.commits", count=made.commits),
                first=f"{old.committed_at:%Y-%m-%d}",
                last=f"{new.committed_at:%Y-%m-%d}",
            ),
            tuple(self.part(part, items, most) for part, items in made.parts.items()),
            tuple(self.notices()),
            "" if made.parts else self.label("upgrade.calm"),
            self.hits_name(),
            (*map(self.hit, made.hits or ()), *map(self.drift, made.coupled)),
        )

    def hits_name(self) -> str:
        """Say how much touches what the reader uses; nothing without a list of uses."""
        if self.made.hits is None:
            return ""
        every = sum(item.change is not None for item in self.made.items)
        every += sum(hit.item.change in self.made.gone for hit in self.made.hits)
        count, every = len(self.made.hits) + len(self.made.coupled), every + len(self.made.coupled)
        return self.label("uses.changes" if count else "uses.none", count=count, every=every)

    def hit(self, hit: Hit) -> UpgradeLine:
        """Describe a change with the places it touches."""
        return replace(self.line(hit.item), places=say_places(hit.uses, self.language))

    def drift(self, one: Coupled) -> UpgradeLine:
        """Describe what became of something the reader's code builds on."""
        commits = tuple(self.made.entries[sha] for sha in one.shas if sha in self.made.entries)
        when = max((f"{entry.commit.committed_at:%Y-%m-%d}" for entry in commits), default="")
        shown = {"name": code(one.name), "before": code(one.before), "after": code(one.after)}
        return UpgradeLine(
            clean(_begun(self.label(f"coupled.{one.drift}", **shown))),
            commits,
            when,
            say_places(one.uses, self.language),
        )

    def part(self, part: Part, items: Sequence[Item], most: int) -> UpgradePart:
        groups = list(_groups(items, _GROUPED[part])) if part in _GROUPED else [[item] for item in items]
        more = self.label("upgrade.more", count=len(groups) - most) if len(groups) > most else ""
        lines = (self.line(group[0]) if len(group) == 1 else self.group(group) for group in groups[:most])
        return UpgradePart(part, self.label(f"upgrade.{part}"), tuple(lines), more)

    def group(self, items: Sequence[Item]) -> UpgradeLine:
        """Describe several things that one commit did by its headline, followed by those names that it lacks."""
        first = self.line(items[0])
        title = item_of(first.commits[-1], self.language, self.areas).title
        named = dict.fromkeys(_named(item.change.fact) for item in items if item.change)
        names = [name for name in named if name.strip("`") not in title]
        if not names:
            return replace(first, text=title)
        more = f" +{len(names) - _NAMES}" if len(names) > _NAMES else ""
        told = self.label("list.comma").join(names[:_NAMES]) + more
        return replace(first, text=self.label("entry.claim", aspect=without_stop(title), text=told))

    def line(self, item: Item) -> UpgradeLine:
        commits = tuple(self.made.entries[sha] for sha in item.shas if sha in self.made.entries)
        when = max((f"{entry.commit.committed_at:%Y-%m-%d}" for entry in commits), default="")
        if item.change:
            return UpgradeLine(clean(_begun(self.fact(item.change.fact))), commits, when)
        return UpgradeLine(self.commit(commits[0]), commits, when)

    def commit(self, entry: Entry) -> str:
        """Describe a commit by its headline, and by what the diff proves if only that makes it a security matter."""
        title = item_of(entry, self.language, self.areas).title
        unsafe = next((fact for fact in facts_for_users(entry.facts) if fact.kind is FactKind.UNSAFE_ADDED), None)
        if unsafe is None or ChangeType.SECURITY in read_title(entry.commit.subject).types:
            return title
        return self.label("entry.claim", aspect=without_stop(title), text=clean(self.fact(unsafe)))

    def fact(self, fact: Fact) -> str:
        """Describe a fact; a module by its whole path, as others import it."""
        if fact.kind is not FactKind.MODULE_REMOVED:
            return say_fact(fact, self.language)
        key = "upgrade.module_with" if fact.detail else "upgrade.module"
        return self.label(
            key,
            path=code(fact.path),
            names=self.label("list.comma").join(code(name) for name in fact.detail.split(", ")[:_NAMES]),
        )

    def notices(self) -> Iterator[str]:
        made = self.made
        for key, count in (("passing", made.passing), ("carried", made.carried), ("refuted", made.refuted), ("unread", made.unread)):  # fmt: skip
            if count:
                yield self.label(f"upgrade.{key}", count=count)
        if not made.is_whole:
            yield self.label("upgrade.in_part")


def _groups(items: Sequence[Item], many: int) -> Iterator[list[Item]]:
    """Group items that the same commit brought, if there are `many`; groups are in the order of their first items."""
    by_commit: dict[str, list[Item]] = {}
    for item in items:
        by_commit.setdefault(item.shas[-1] if item.shas else "", []).append(item)
    for item in items:
        group = by_commit[item.shas[-1] if item.shas else ""]
        if len(group) < many or not item.shas:
            yield [item]
        elif item is group[0]:
            yield group


def upgrade_json(made: Upgrade, areas: Areas, language: Language) -> dict[str, Any]:
    """Return an upgrade as plain data, with every item of every part."""
    writer = _Writer(made, areas, language)
    old, new = made.between.old, made.between.new
    return {
        "repo": made.repo,
        "old": {"name": old.name, "sha": old.sha, "committed_at": old.committed_at.isoformat()},
        "new": {"name": new.name, "sha": new.sha, "committed_at": new.committed_at.isoformat()},
        "language": language,
        "commits": made.commits,
        "came_and_went": made.passing,
        "carried": made.carried,
        "refuted": made.refuted,
        "unread": made.unread,
        "checked_whole": made.is_whole,
        "hits": None if made.hits is None else [_hit_json(hit, writer.line(hit.item)) for hit in made.hits],
        "coupled": [_drift_json(one, writer.drift(one)) for one in made.coupled],
        "parts": {part: [_item_json(item, writer.line(item)) for item in items] for part, items in made.parts.items()},
    }


def _item_json(item: Item, line: UpgradeLine) -> dict[str, Any]:
    data: dict[str, Any] = {"text": line.text, "shas": list(item.shas), "date": line.when}
    return data | ({"fact": _fact_json(item.change.fact)} if item.change else {})


def _hit_json(hit: Hit, line: UpgradeLine) -> dict[str, Any]:
    return _item_json(hit.item, line) | {"uses": [_use_json(use) for use in hit.uses]}


def _drift_json(one: Coupled, line: UpgradeLine) -> dict[str, Any]:
    return {
        "text": line.text, "shas": list(one.shas), "date": line.when, "drift": one.drift, "name": one.name, "before": one.before,
        "after": one.after, "path": one.path, "line": one.line, "uses": [_use_json(use) for use in one.uses],
    }  # fmt: skip


def _use_json(use: Use) -> dict[str, Any]:
    return {"kind": use.kind, "name": use.name, "value": use.value, "path": use.path, "line": use.line}


def _fact_json(fact: Fact) -> dict[str, Any]:
    return {
        "kind": fact.kind, "name": fact.name, "before": fact.before, "after": fact.after, "path": fact.path, "line": fact.line,
        "detail": outside(fact.detail),
    }  # fmt: skip


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _named(fact: Fact) -> str:
    return f"{code(fact.before)} → {code(fact.after)}" if fact.kind in _RENAMES else code(fact.name)
