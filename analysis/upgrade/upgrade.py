"""An upgrade: what a range of commits means for those who move across it, sorted into parts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.commits.commit import Commit
from analysis.commits.copies import copied, is_copy, original_title
from analysis.commits.title import ChangeType, read_title
from analysis.entry import Entry
from analysis.facts import Fact, FactKind
from analysis.sources.revisions import Between, Files
from analysis.triage.change_types import is_breaking
from analysis.triage.prominence import facts_for_users
from analysis.triage.triage import Importance
from analysis.upgrade.checking import Checker
from analysis.upgrade.coupling import Coupled
from analysis.upgrade.netting import Change, Netted
from analysis.uses import Use, Uses
from analysis.uses.hits import Index
from analysis.uses.modules import is_handed_on, module_of


class Part(StrEnum):
    """The parts of an upgrade, in the order in which they are read."""

    BREAKS = "breaks"
    RENAMED = "renamed"
    REFUSALS = "refusals"
    DEFAULTS = "defaults"
    REQUIREMENTS = "requirements"
    DEPRECATED = "deprecated"
    SECURITY = "security"
    FIXES = "fixes"
    FEATURES = "features"


_PARTS = {
    FactKind.FLAG_REMOVED: Part.BREAKS, FactKind.COMMAND_REMOVED: Part.BREAKS, FactKind.ENV_REMOVED: Part.BREAKS,
    FactKind.ENDPOINT_REMOVED: Part.BREAKS, FactKind.METRIC_REMOVED: Part.BREAKS, FactKind.GATE_REMOVED: Part.BREAKS,
    FactKind.CHOICE_REMOVED: Part.BREAKS, FactKind.CONFIG_REMOVED: Part.BREAKS, FactKind.NAME_REMOVED: Part.BREAKS,
    FactKind.MODULE_REMOVED: Part.BREAKS, FactKind.SIGNATURE_CHANGED: Part.BREAKS, FactKind.FORMAT_CHANGED: Part.BREAKS,
    FactKind.RENAMED: Part.RENAMED, FactKind.NAME_RENAMED: Part.RENAMED,
    FactKind.CHECK_ADDED: Part.REFUSALS,
    FactKind.DEFAULT_CHANGED: Part.DEFAULTS, FactKind.SELECTION_CHANGED: Part.DEFAULTS, FactKind.GATE_CHANGED: Part.DEFAULTS,
    FactKind.REQUIREMENT_CHANGED: Part.REQUIREMENTS, FactKind.DEPENDENCY_ADDED: Part.REQUIREMENTS,
    FactKind.DEPENDENCY_REMOVED: Part.REQUIREMENTS, FactKind.DEPENDENCY_CHANGED: Part.REQUIREMENTS,
    FactKind.DEPRECATED: Part.DEPRECATED,
    FactKind.FLAG_ADDED: Part.FEATURES, FactKind.COMMAND_ADDED: Part.FEATURES, FactKind.ENV_ADDED: Part.FEATURES,
    FactKind.ENDPOINT_ADDED: Part.FEATURES, FactKind.METRIC_ADDED: Part.FEATURES, FactKind.GATE_ADDED: Part.FEATURES,
    FactKind.CHOICE_ADDED: Part.FEATURES, FactKind.CONFIG_ADDED: Part.FEATURES, FactKind.NAME_ADDED: Part.FEATURES,
}  # fmt: skip
"""Constants are not here: nobody who upgrades has anything to do about them. Unsafe calls are told with their commits."""

_TOLD_BY_FACT = (Part.BREAKS, Part.RENAMED, Part.REFUSALS, Part.DEPRECATED)
"""Parts whose facts speak for their commits: what breaks is not told twice."""

_BREAKING = {"breaking", "removal", "removed", "change_note"}
"""Kinds of news fragments that tell what breaks, as towncrier, reno and chloggen name them."""


_DEPRECATING = {"deprecation", "deprecations", "deprecated"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to know: a netted fact, or a commit as its people described it.

    Attributes:
        change: None if the commit itself describes it.
        shas: the commits it is based on, oldest first.
    """

    shas: tuple[str, ...]
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A netted fact that affects what somebody uses, and the places where they use it."""

    item: Item
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What is between two revisions, for people who move from one to the other.

    Attributes:
        commits: how many there are, `carried` ones included; `entries` are those that the parts mention, by SHA.
        parts: without empty ones.
        passing: how many things came and went in between, and are left out.
        carried: commits that the older revision also contains, under another SHA.
        refuted: facts that the two revisions contradict, and that are left out.
        is_whole: the facts were held against all files of the product, not only those that they lie in.
        unread: commits known only by their titles.
        gone: modules of the older revision that the newer one lacks, and that no fact tells; only of interest to whoever imports
            them, as most of them are a product's own.
        hits: what of it touches what somebody uses; None where nobody said what that is.
        coupled: what somebody's code builds on and that is otherwise now, beyond what the hits tell.
    """

    repo: str
    between: Between
    commits: int
    parts: dict[Part, tuple[Item, ...]]
    entries: dict[str, Entry]
    passing: int = 0
    carried: int = 0
    refuted: int = 0
    is_whole: bool = True
    unread: int = 0
    gone: tuple[Change, ...] = ()
    hits: tuple[Hit, ...] | None = None
    coupled: tuple[Coupled, ...] = ()

    @property
    def items(self) -> Iterator[Item]:
        """All items, in the order of the parts."""
        return (item for items in self.parts.values() for item in items)


def touched(made: Upgrade, uses: Uses, more: Iterable[Change] = ()) -> tuple[Hit, ...]:
    """Return what of an upgrade touches what somebody uses, in the order of its parts, then `more` that nothing of it tells."""
    index, known = Index(uses), tuple(more)
    items = [*made.items, *(Item(change.shas, change) for change in (*made.gone, *known))]
    found = (Hit(item, hit.uses) for item in items if item.change for hit in index.hits([item.change.fact]))
    told: set[Use] = set()
    kept = []
    for hit in found:
        is_module = hit.item.change is not None and hit.item.change.fact.kind is FactKind.MODULE_REMOVED
        is_more = hit.item.change in known
        # A name that is gone says it more exactly than its module; what is renamed is gone as well.
        if not ((is_module or is_more) and told.issuperset(hit.uses)):
            kept.append(hit)
        told |= set(hit.uses)
    return tuple(kept)


def standing(entries: Sequence[Entry], between: Between) -> tuple[list[Entry], int]:
    """Return what the newer revision has and the older one lacks, and how many it has under another SHA.

    A copy is known by its diff, by its title or its pull request's number, or by what it says that it is a copy of.
    """
    copies = [copied(commit) for commit in between.only_old]
    numbers = {number for _, number in copies if number} | {one.pull_request for one in between.only_old} - {None}
    shas = tuple(sha for sha, _ in copies if sha)
    titles = {original_title(commit.subject) for commit in between.only_old if is_copy(commit)}
    kept = [
        entry
        for entry in entries
        if entry.commit.sha not in between.carried
        and entry.commit.pull_request not in numbers
        and original_title(entry.commit.subject) not in titles
        and not (shas and any(map(entry.commit.sha.startswith, shas)))
    ]
    return kept, len(entries) - len(kept)


def upgrade(
    repo: str, between: Between, entries: Sequence[Entry], net: Netted, old: Files, new: Files, carried: int = 0
) -> Upgrade:
    """Sort what is left of a range, as far as both revisions bear it out; `entries` come oldest first."""
    checker = Checker(old, new)
    parts: dict[Part, list[Item]] = {part: [] for part in Part}
    refuted, seen = 0, set()
    by_sha = {entry.commit.sha: entry for entry in entries}
    for change in _without_parts(net.changes):
        part = _PARTS.get(change.fact.kind)
        if part is None or not checker.concerns(change.fact):
            continue
        checked = checker.checked(change)
        refuted += not checked
        for one in checked:
            fact = one.fact
            key = (fact.kind, fact.name, fact.before, fact.after, fact.detail)
            if key not in seen:
                seen.add(key)
                parts[part].append(Item(one.shas, one))
    told = {sha for part in _TOLD_BY_FACT for item in parts[part] for sha in item.shas}
    told |= {
        sha for item in parts[Part.DEFAULTS] for sha in item.shas if not _calls_itself_breaking(by_sha[sha].commit)
    }
    taken_back = _taken_back(entries)
    for entry in entries:
        if entry.commit.sha in taken_back:
            continue
        part = _told_as(entry, is_told=entry.commit.sha in told)
        if part is not None:
            parts[part].append(Item((entry.commit.sha,)))
    ordered = {part: tuple(_ordered(items, by_sha)) for part, items in parts.items() if items}
    named = {sha for items in ordered.values() for item in items for sha in item.shas}
    return Upgrade(
        repo,
        between,
        len(entries) + carried,
        ordered,
        {sha: by_sha[sha] for sha in named if sha in by_sha},
        net.passing,
        carried,
        refuted,
        old.is_whole and new.is_whole,
        sum(entry.commit.is_unread for entry in entries),
        tuple(_gone(ordered, entries, old, new)) if old.is_whole and new.is_whole else (),
    )


def _gone(parts: dict[Part, tuple[Item, ...]], entries: Sequence[Entry], old: Files, new: Files) -> Iterator[Change]:
    """Yield the modules of Python that are gone and that no part tells as gone or moved, with the commit that removed them."""
    facts = [item.change.fact for items in parts.values() for item in items if item.change]
    told = {fact.path for fact in facts if fact.kind is FactKind.MODULE_REMOVED}
    moved = {fact.before for fact in facts if fact.kind is FactKind.RENAMED}
    removed = {
        file.old_path if file.status == "renamed" else file.path: entry.commit.sha
        for entry in entries
        for file in entry.commit.files
        if file.status in {"removed", "renamed"}
    }
    modules = set(map(module_of, new.texts))
    for path in old.texts:
        stem = path.removesuffix("/__init__.py").removesuffix(".py")
        if (
            module_of(path)
            and module_of(path) not in modules
            and not is_handed_on(module_of(path), new.texts)
            and path not in told
            and not any(stem.endswith(name.replace(".", "/")) for name in moved)
        ):
            sha = removed.get(path, "")
            yield Change(Fact(FactKind.MODULE_REMOVED, path, path), (sha,) if sha else ())


def _without_parts(changes: Sequence[Change]) -> Iterator[Change]:
    """Leave out what was removed with a module that is itself reported as removed."""
    modules = {change.fact.path for change in changes if change.fact.kind is FactKind.MODULE_REMOVED}
    for change in changes:
        if change.fact.kind is not FactKind.NAME_REMOVED or change.fact.path not in modules:
            yield change


def _told_as(entry: Entry, *, is_told: bool) -> Part | None:
    """Return the part in which a commit stands by itself: what people call breaking, a hole, a grave fix, a new feature."""
    types, level = entry.triage.shown_types, entry.triage.importance
    is_release = ChangeType.RELEASE in types or any(fact.kind is FactKind.VERSION_CHANGED for fact in entry.facts)
    if is_release or types[:1] == (ChangeType.DOCS,):
        return None  # its changelog tells what the other commits did
    categories = {one.category for one in entry.statements}
    if categories & _BREAKING:
        return None if is_told else Part.BREAKS
    if categories & _DEPRECATING:
        return None if is_told else Part.DEPRECATED
    if ChangeType.BREAKING in types:
        return None if is_told or level is Importance.LOW else Part.BREAKS
    is_unsafe = any(fact.kind is FactKind.UNSAFE_ADDED for fact in facts_for_users(entry.facts))
    if ChangeType.SECURITY in types or is_unsafe:
        return Part.SECURITY
    if ChangeType.BUGFIX in types:
        return Part.FIXES if level is Importance.HIGH else None
    if ChangeType.FEATURE in types:
        return Part.FEATURES if level is Importance.HIGH else None
    return None


def _calls_itself_breaking(commit: Commit) -> bool:
    return is_breaking(commit, read_title(commit.subject))


def _taken_back(entries: Sequence[Entry]) -> set[str]:
    """Return what was reverted within the range, and what reverted it."""
    numbers = {entry.commit.pull_request: entry.commit.sha for entry in entries if entry.commit.pull_request}
    titles = {entry.commit.subject: entry.commit.sha for entry in entries}
    found: set[str] = set()
    for entry in entries:
        for fact in entry.facts:
            if fact.kind is FactKind.REVERTS:
                number = fact.detail.lstrip("#")
                original = (
                    next(
                        (one.commit.sha for one in entries if fact.before and one.commit.sha.startswith(fact.before)),
                        None,
                    )
                    or (numbers.get(int(number)) if number.isdecimal() else None)
                    or titles.get(fact.name)
                )
                if original and original not in found:
                    found |= {original, entry.commit.sha}
                elif original:  # a revert of a revert: the change stands after all
                    found.discard(original)
    return found


def _ordered(items: Sequence[Item], entries: dict[str, Entry]) -> list[Item]:
    """What is told by fact first, then what weighs more; else as it came."""

    def weight(item: Item) -> float:
        return max((entries[sha].triage.score for sha in item.shas if sha in entries), default=0.0)

    return sorted(items, key=lambda item: (item.change is None, -weight(item)))
