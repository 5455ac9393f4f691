"""Who is affected: interfaces that changed, hardware, models and backends, or else the part of the product."""

import re
from collections.abc import Iterator

from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import ChangeType
from analysis.entry import Claim
from analysis.facts import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile
from analysis.rules.change import Change, names_of
from analysis.rules.reach import is_for_area, is_for_device
from analysis.rules.wording import short_name
from analysis.statements import Source, StatementKind
from analysis.triage.areas import general
from analysis.triage.hardware import named_in

_INTERFACES = {
    "command_line": {FactKind.FLAG_ADDED, FactKind.FLAG_REMOVED, FactKind.COMMAND_ADDED, FactKind.COMMAND_REMOVED},
    "gates": {FactKind.GATE_ADDED, FactKind.GATE_REMOVED, FactKind.GATE_CHANGED},
    "metrics": {FactKind.METRIC_ADDED, FactKind.METRIC_REMOVED},
    "formats": {FactKind.FORMAT_CHANGED},
    "environment": {FactKind.ENV_ADDED, FactKind.ENV_REMOVED},
    "http": {FactKind.ENDPOINT_ADDED, FactKind.ENDPOINT_REMOVED},
    "configuration": {
        FactKind.DEFAULT_CHANGED,
        FactKind.SELECTION_CHANGED,
        FactKind.CHOICE_ADDED,
        FactKind.CHOICE_REMOVED,
        FactKind.CONFIG_ADDED,
        FactKind.CONFIG_REMOVED,
    },
    "api": {
        FactKind.NAME_REMOVED,
        FactKind.NAME_RENAMED,
        FactKind.MODULE_REMOVED,
        FactKind.SIGNATURE_CHANGED,
    },
    "requirements": {FactKind.REQUIREMENT_CHANGED},
    "renamed": {FactKind.RENAMED},
    "dependencies": {FactKind.DEPENDENCY_ADDED, FactKind.DEPENDENCY_CHANGED, FactKind.DEPENDENCY_REMOVED},
}
"""Ways in which a product is used, with the facts that show a change to them."""

_KINDS = {
    "models": "models", "backends": "backends", "services": "backends", "drivers": "backends", "providers": "backends", "connectors": "backends",
    "bindings": "bindings", "plugins": "plugins", "exporter": "components", "receiver": "components", "processor": "components",
    "extension": "components", "connector": "components",
}  # fmt: skip
"""Folders that hold alternatives, only some of which each user needs, and the kind of alternative."""

_SHARED = re.compile(
    r"^(?:utils?|common|base|core|mod|lib|registry|__init__|index|types|config|internal|shared|src|tests?|abc|\w*helpers?)$",
    re.IGNORECASE,
)
_OTHER = "other_hw"
_NO_PART = {"ci", "docs", "build_release", _OTHER}
"""Areas around the product, or those that only say that a part is some other one."""
_MOST_ALTERNATIVES = 3
_DEEP, _SHORTEST = 2, 3
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[A-Za-z0-9_]+")
"""A word of a title as it is written: `local_dir` says nothing about what is local."""
_COMMON = re.compile(
    r"(?:utils?|common|base|core|mod|main|index|types?|config|internal|shared|tests?|helpers?|files?|data|code|model|models|module|error|errors|value|values|name|names|new|add|fix|set|get|use|run|make|all|and|the|for|with"
    r"|state|info|context|manager|service|api|app|python|rust|impl|extension|node|init|version|build|object|function|class|method)",
    re.IGNORECASE,
)
"""Words that are common in both titles and paths."""


def impact(change: Change) -> Iterator[Claim]:
    """Yield who is affected, as claims with the lines or files that show it; without product changes, nobody is.

    A version affects everybody, which goes without saying.
    """
    if change.entry.triage.types[0] is ChangeType.RELEASE:
        return
    found = [*_interfaces(change)]
    if change.reaching:
        found += [*_hardware(change), *_alternatives(change)]
        found = found or [*_part(change)]
    yield from found or (() if change.product else _builds(change))


def _interfaces(change: Change) -> Iterator[Claim]:
    for key, kinds in _INTERFACES.items():
        facts = [fact for fact in change.of(*kinds) if fact.path and kind_of(fact.path) is not FileKind.CI]
        if facts:
            text = change.say(f"impact.{key}", names=change.names([name for fact in facts for name in _called(fact)]))
            yield change.claim(text, facts[0])


def _called(fact: Fact) -> tuple[str, ...]:
    """What users have written until now."""
    return (fact.before,) if fact.kind in {FactKind.NAME_RENAMED, FactKind.RENAMED} and fact.before else names_of(fact)


def _hardware(change: Change) -> Iterator[Claim]:
    """Devices that the title names, or else the platform that it is about; the claim says if others are affected too."""
    areas = general()
    named = named_in(change.title.reverts or change.commit.subject)
    platforms = [key for key in change.entry.triage.areas if areas.is_platform(key) and key != _OTHER]
    names = list(named.values()) or [areas.name(key, change.language) for key in platforms]
    if names:
        devices = [is_for_device(family, change.reaching) for family in named]
        is_all = all(devices or [is_for_area(key, change.reaching) for key in platforms])
        yield Claim(
            change.say("impact.hardware" if is_all else "impact.others", names=change.say("list.comma").join(names)),
            _paths(change),
        )


def _alternatives(change: Change) -> Iterator[Claim]:
    """The models, backends and the like, if only they are touched."""
    places = [_alternative(file) for file in change.reaching]
    if not all(places):
        return
    kinds = {kind for kind, _ in filter(None, places)}
    names = list(dict.fromkeys(name for _, name in filter(None, places)))
    if len(kinds) == 1 and len(names) <= _MOST_ALTERNATIVES:
        yield Claim(change.say(f"impact.{kinds.pop()}", names=change.names(names)), _paths(change))


def _alternative(file: ChangedFile) -> tuple[str, str] | None:
    """The kind and name of the alternative that a file belongs to: its folder's, or its own for models with one file each."""
    folders = file.path.split("/")
    for at, folder in enumerate(folders[:-1]):
        kind = _KINDS.get(folder, "")
        name = folders[-1 if kind == "models" else at + 1].partition(".")[0]
        is_deep = kind == "bindings" and at > 1  # deeper ones bind something other than a language
        if kind and name and not is_deep and not _SHARED.match(name):
            return kind, name
    return None


def _part(change: Change) -> Iterator[Claim]:
    """The part of the product, as its users call it: its area, or else what the title names and the paths confirm."""
    area = next((key for key in change.entry.triage.areas if key not in _NO_PART), "")
    if area:
        is_all = area in general() and is_for_area(area, change.reaching)
        # The repository's own areas have no other name here.
        name = general().name(area, change.language) if area in general() else area.replace("_", " ")
        yield Claim(
            change.say("impact.area", name=name) if is_all else change.say("impact.others", names=name), _paths(change)
        )
    elif name := _named_part(change):
        yield Claim(change.say("impact.part", name=name), _paths(change))


def _named_part(change: Change) -> str:
    """The name for a part that the title shares with the path of the most changed file, spelt as in the title; empty if none.

    A prefix or scope is the author's own word for it; any other word must name a file or folder, must not be a common one,
    and must not come first, where titles have their verb: "Convert a page".
    """
    names = _names_of(change.reaching[0].path, change.commit.repo)
    scope = change.title.scope.rpartition("/")[2]
    if scope.lower() in names or (scope and set(_WORD.findall(scope.lower())) <= names):
        return scope
    said = [
        change.title.text,
        *(one.text for one in change.statements(StatementKind.EFFECT) if one.source is Source.FRAGMENT),
    ]
    words = (word for text in said for word in _TOKEN.findall(text)[1:])
    return next(
        (word for word in words if word.lower() in names and len(word) >= _SHORTEST and not _COMMON.fullmatch(word)), ""
    )


def _names_of(path: str, repo: str) -> set[str]:
    """The words of a path's last folders and its file name, without those that stand for the whole repository."""
    *folders, file = path.lower().split("/")
    parts = [*folders[-_DEEP:], file.partition(".")[0]]
    return {word for part in parts for word in (part, *_WORD.findall(part))} - {
        *_WORD.findall(repo.lower()),
        "src",
        "lib",
    }


def _builds(change: Change) -> Iterator[Claim]:
    """How it is built or packaged, if nothing else of the product is touched."""
    names = [short_name(path) for path, file in change.files.items() if file.kind is FileKind.BUILD]
    if names:
        yield Claim(change.say("impact.builds", names=change.names(names)))


def _paths(change: Change) -> tuple[str, ...]:
    return tuple(file.path for file in change.reaching[:4])
