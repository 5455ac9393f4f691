"""Renamed settings, metrics, endpoints and modules: removals and additions with one change in common are one rename."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile, in_one_run
from analysis.facts.syntax.offers import is_open_path
from analysis.i18n.patterns import Patterns

_PAIRS = {
    FactKind.FLAG_REMOVED: FactKind.FLAG_ADDED, FactKind.ENV_REMOVED: FactKind.ENV_ADDED, FactKind.COMMAND_REMOVED: FactKind.COMMAND_ADDED,
    FactKind.ENDPOINT_REMOVED: FactKind.ENDPOINT_ADDED, FactKind.METRIC_REMOVED: FactKind.METRIC_ADDED, FactKind.GATE_REMOVED: FactKind.GATE_ADDED,
    FactKind.CONFIG_REMOVED: FactKind.CONFIG_ADDED,
}  # fmt: skip
_PATTERNS = Patterns(__file__)
_TURNS = {"disable", "disabled", "no", "not", "non", "skip", "without", "off", "min", "max", "ignore", "exclude"}
"""Words that turn a name into its opposite: that is a different switch, not a new name."""
_FAMILY = 2
_SHORT_RUN = 12


@dataclass(frozen=True, slots=True)
class _Pair:
    """What was removed, what was added, and the words in which they differ."""

    old: Fact
    new: Fact
    change: tuple[str, str]


def renamed(facts: Sequence[Fact], files: Sequence[ChangedFile]) -> tuple[Fact, ...]:
    """Replace removals and additions that are really a rename with one fact; add renamed modules."""
    facts = [*facts, *_modules(files)]
    kinds = {fact.kind for fact in facts}
    pairs = [
        pair for gone, came in _PAIRS.items() if {gone, came} <= kinds for pair in _pairs(facts, gone, came, files)
    ]
    if not pairs:
        return tuple(facts)
    told = {id(fact) for pair in pairs for fact in (pair.old, pair.new)}
    found = dict.fromkeys(_told(pairs))
    return (*found, *(fact for fact in facts if id(fact) not in told))


def _modules(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Report the Python modules that are now imported by another path; those of one moved package are reported once."""
    there = {file.path for file in files if file.change.status == "added"}
    packages: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for file in files:
        old = file.change.old_path or ""
        was, now = _imported(old), _imported(file.path)
        is_product = file.kind is FileKind.PRODUCTION and kind_of(old) is FileKind.PRODUCTION
        if file.change.status == "renamed" and is_product and was and now and was != now and old not in there:
            packages.setdefault(_packages(was, now), []).append((was, now, file.path))
    for (old, new), moved in packages.items():
        was, now, path = moved[0]
        detail = ""
        if len(moved) >= _FAMILY:
            was, now, detail = f"{old}.*", f"{new}.*", ", ".join(f"{was} → {now}" for was, now, _ in moved)
        yield Fact(FactKind.NAME_RENAMED, was, path, 0, was, now, detail)


def _imported(path: str) -> str:
    """The name by which a Python module is imported; empty for what nobody imports, and for packages without code."""
    found = _PATTERNS.module.fullmatch(path) if is_open_path(path) else None
    return found["module"].replace("/", ".") if found and found["file"] != "__init__" else ""


def _packages(was: str, now: str) -> tuple[str, str]:
    """The packages in which two modules' names differ, without their common ending."""
    old, new = was.split("."), now.split(".")
    while len(old) > 1 and len(new) > 1 and old[-1] == new[-1]:
        old.pop()
        new.pop()
    return ".".join(old), ".".join(new)


def _pairs(facts: Sequence[Fact], gone: FactKind, came: FactKind, files: Sequence[ChangedFile]) -> Iterator[_Pair]:
    """Pair removals with additions: as families, by the change that most of them share; else one by one, by position and content."""
    old = {fact.name: fact for fact in facts if fact.kind is gone}
    new = {fact.name: fact for fact in facts if fact.kind is came}
    changes: dict[tuple[str, str], list[_Pair]] = {}
    for was in old.values():
        for now in new.values():
            if change := _change(was.name, now.name):
                changes.setdefault(change, []).append(_Pair(was, now, change))
    for pairs in sorted(changes.values(), key=len, reverse=True):
        free = [pair for pair in pairs if pair.old.name in old and pair.new.name in new]
        is_family = len(free) >= _FAMILY and len({pair.new.name for pair in free}) == len(
            {pair.old.name for pair in free}
        ) == len(free)
        for pair in free if is_family else [pair for pair in free if _is_in_place(pair, files)]:
            if pair.old.name in old and pair.new.name in new:
                del old[pair.old.name], new[pair.new.name]
                yield pair


def _change(one: str, other: str) -> tuple[str, str] | None:
    """Return the words in which two names differ, if at least as many stay; None if they are not two forms of one name."""
    was, now = _PATTERNS.word.findall(one), _PATTERNS.word.findall(other)
    start = next((at for at, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
    end = next(
        (at for at, (a, b) in enumerate(zip(was[::-1], now[::-1], strict=False)) if a != b), min(len(was), len(now))
    )
    end = min(end, min(len(was), len(now)) - start)
    stays = sum(word.isalnum() for word in (*was[:start], *was[len(was) - end :]))
    lost, won = was[start : len(was) - end], now[start : len(now) - end]
    is_turned = {word.lower() for word in lost} & _TURNS != {word.lower() for word in won} & _TURNS
    if is_turned or not stays or stays < max(sum(word.isalnum() for word in side) for side in (lost, won)):
        return None
    return "".join(lost), "".join(won)


def _is_in_place(pair: _Pair, files: Sequence[ChangedFile]) -> bool:
    """Whether one replaces the other in place, with the rest of its line, its value and its help unchanged."""
    old, new = pair.old, pair.new
    file = next((file for file in files if file.path == new.path), None)
    if file is None or old.path != new.path or (old.before, old.detail) != (new.after, new.detail):
        return False
    was, now = (_line(file, fact.line, after=fact is new) for fact in (old, new))
    is_same = was.replace(_bare(old.name), _bare(new.name)) == now
    return bool(was) and is_same and in_one_run(file, old.line, new.line, _SHORT_RUN)


def _line(file: ChangedFile, number: int, *, after: bool) -> str:
    views = (new if after else old for old, new in file.views)
    return next((text.strip() for view in views for line, text, _ in view.lines() if line == number), "")


def _bare(name: str) -> str:
    return name.lstrip("-").rpartition(" ")[2].rpartition(".")[2]


def _told(pairs: Iterable[_Pair]) -> Iterator[Fact]:
    families: dict[tuple[FactKind, tuple[str, str]], list[_Pair]] = {}
    for pair in pairs:
        families.setdefault((pair.old.kind, pair.change), []).append(pair)
    for family in families.values():
        first = family[0].new
        if len(family) < _FAMILY:
            old = family[0].old.name
            yield Fact(FactKind.RENAMED, old, first.path, first.line, old, first.name)
            continue
        before, after = (
            _pattern([fact.name for fact in side])
            for side in zip(*((pair.old, pair.new) for pair in family), strict=True)
        )
        detail = ", ".join(f"{pair.old.name} → {pair.new.name}" for pair in family)
        yield Fact(FactKind.RENAMED, before, first.path, first.line, before, after, detail)


def _pattern(names: Sequence[str]) -> str:
    """Return what the names have in common, in whole words, with a star for the rest: `QUILL_*`, `--*-size`."""
    split = [_PATTERNS.word.findall(name) for name in names]
    start = _alike(split)
    end = min(_alike([words[::-1] for words in split]), min(map(len, split)) - start)
    return "".join(split[0][:start]) + "*" + "".join(split[0][len(split[0]) - end :])


def _alike(split: Sequence[Sequence[str]]) -> int:
    return next((at for at, words in enumerate(zip(*split, strict=False)) if len(set(words)) > 1), min(map(len, split)))
