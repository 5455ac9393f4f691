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
"""Lines of a part that a reader is given; programs get all of them."""


_MANY, _NAMES = 3, 8
_RENAMES = {FactKind.RENAMED, FactKind.NAME_RENAMED}
_GROUPED = {Part.BREAKS, Part.RENAMED, Part.FEATURES}
"""Parts whose facts are told by their names alone where one commit has many."""


@dataclass(frozen=True, slots=True)
class UpgradeLine:
    """One thing to know.

    Attributes:
        text: code in backticks and no other markup.
        places: where a team uses what it is about; empty where nobody asked.
        commits: those that it rests on, oldest first; `when`: the day on which the last of them was committed, UTC.
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
    """Everything an upgrade says, in its order.

    Attributes:
        span: what lies between, in a line; `notices`: what the reader should know of how it came about.
        hits: what touches what the reader uses; `hits_name` is their heading, which also says that nothing does; empty where nobody asked.
        calm: said where no part has anything; else empty.
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
    """Put an upgrade into words, at most so many lines for each part."""
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
        """Say how much touches what the reader uses; nothing where nobody said what that is."""
        if self.made.hits is None:
            return ""
        every = sum(item.change is not None for item in self.made.items)
        every += sum(hit.item.change in self.made.gone for hit in self.made.hits)
        count, every = len(self.made.hits) + len(self.made.coupled), every + len(self.made.coupled)
        return self.label("uses.hits" if count else "uses.none", count=count, every=every)

    def hit(self, hit: Hit) -> UpgradeLine:
        """Tell a change with the places that it touches."""
        return replace(self.line(hit.item), places=say_places(hit.uses, self.language))

    def drift(self, one: Coupled) -> UpgradeLine:
        """Tell what became of something that the reader's code builds on."""
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
        groups = list(_groups(items)) if part in _GROUPED else [[item] for item in items]
        more = self.label("upgrade.more", count=len(groups) - most) if len(groups) > most else ""
        lines = (self.line(group[0]) if len(group) < _MANY else self.group(group) for group in groups[:most])
        return UpgradePart(part, self.label(f"upgrade.{part}"), tuple(lines), more)

    def group(self, items: Sequence[Item]) -> UpgradeLine:
        """Tell many things that one commit did by its headline, with their names behind it."""
        first = self.line(items[0])
        names = list(dict.fromkeys(_named(item.change.fact) for item in items if item.change))
        more = f" +{len(names) - _NAMES}" if len(names) > _NAMES else ""
        told = self.label("list.comma").join(names[:_NAMES]) + more
        title = without_stop(item_of(first.commits[0], self.language, self.areas).title)
        return replace(first, text=self.label("entry.claim", aspect=title, text=told))

    def line(self, item: Item) -> UpgradeLine:
        commits = tuple(self.made.entries[sha] for sha in item.shas if sha in self.made.entries)
        when = max((f"{entry.commit.committed_at:%Y-%m-%d}" for entry in commits), default="")
        if item.change:
            return UpgradeLine(clean(_begun(self.fact(item.change.fact))), commits, when)
        return UpgradeLine(self.commit(commits[0]), commits, when)

    def commit(self, entry: Entry) -> str:
        """Say a commit by its headline; if only the diff makes it a matter of security, by what the diff proves as well."""
        title = item_of(entry, self.language, self.areas).title
        unsafe = next((fact for fact in facts_for_users(entry.facts) if fact.kind is FactKind.UNSAFE_ADDED), None)
        if unsafe is None or ChangeType.SECURITY in read_title(entry.commit.subject).types:
            return title
        return self.label("entry.claim", aspect=without_stop(title), text=clean(self.fact(unsafe)))

    def fact(self, fact: Fact) -> str:
        """Say a fact; of a module its whole path, by which others import it."""
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


def _groups(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Put together what rests on the same commit where that is much; the order is that of each group's first."""
    by_commit: dict[tuple[str, ...], list[Item]] = {}
    for item in items:
        if item.change:
            by_commit.setdefault(item.shas, []).append(item)
    for item in items:
        group = by_commit.get(item.shas, [])
        if item.change is None or len(group) < _MANY:
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
