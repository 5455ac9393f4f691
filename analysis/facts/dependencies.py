"""What is built or installed with the product: packages, images, pinned sources, actions, submodules."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis.commits.file_kinds import FileKind, kind_of, language_of
from analysis.facts.fact import Fact, FactKind
from analysis.facts.syntax.changed import ChangedFile, Mention, View
from analysis.facts.syntax.manifests import ASKED, CORE, DEVELOPERS, INDIRECT, declared, is_variable
from analysis.i18n.patterns import Patterns

_PASSED_OVER = {FileKind.LOCK, FileKind.GENERATED, FileKind.DOCS, FileKind.TEST, FileKind.TOOLING}
_RUNTIMES = {
    "requires-python", "python_requires", "rust-version", "node", "go", "python",
    "cmake_minimum_required", "CMAKE_C_STANDARD", "CMAKE_CXX_STANDARD", "CMAKE_CUDA_STANDARD", "CMAKE_HIP_STANDARD",
}  # fmt: skip
"""What a manifest requires of a user's machine, and does not install."""


def extract(files: Sequence[ChangedFile]) -> Iterator[Fact]:
    """Find dependencies that are added, removed or changed; lock files follow from them and are left out."""
    seen: set[tuple[str, str, str]] = set()
    for fact in _without_moves([fact for file in files for fact in _of_commit_file(file)]):
        key = (_plain_name(fact.name), fact.before, fact.after)
        if key not in seen:
            seen.add(key)
            yield replace(fact, kind=FactKind.REQUIREMENT_CHANGED) if _is_runtime(fact) else fact


def _is_runtime(fact: Fact) -> bool:
    return fact.name in _RUNTIMES and kind_of(fact.path) is FileKind.BUILD and language_of(fact.path) != "docker"


def _of_commit_file(file: ChangedFile) -> Iterator[Fact]:
    is_submodule = _is_submodule(file)
    is_whole = file.change.status in {"added", "removed"}
    if file.kind in _PASSED_OVER or (is_whole and not is_submodule):
        return  # a new file's whole list says nothing about what changed
    only_changes = (
        file.kind is FileKind.CI and not is_submodule
    )  # another job that installs something is not a dependency
    for fact in _of_file(file):
        if fact.kind is FactKind.DEPENDENCY_CHANGED or not only_changes:
            yield fact


def _without_moves(facts: Sequence[Fact]) -> Iterator[Fact]:
    """Leave out what moves from one file to another, unless the version changes."""
    came = {_plain_name(fact.name): fact for fact in facts if fact.kind is FactKind.DEPENDENCY_ADDED}
    gone = {_plain_name(fact.name): fact for fact in facts if fact.kind is FactKind.DEPENDENCY_REMOVED}
    for fact in facts:
        name = _plain_name(fact.name)
        if fact.kind is FactKind.DEPENDENCY_CHANGED or not (name in came and name in gone):
            yield fact
        elif fact is came[name]:
            was, now = gone[name].before, fact.after
            if was and now and _plain(was) != _plain(now):
                yield replace(fact, kind=FactKind.DEPENDENCY_CHANGED, before=was)


def _is_submodule(file: ChangedFile) -> bool:
    return "Subproject commit " in (file.change.patch or "")[:200]


def _of_file(file: ChangedFile) -> Iterator[Fact]:
    before: dict[str, list[Mention]] = {}
    after: dict[str, list[Mention]] = {}
    paired: set[str] = set()
    for old, new in file.views:
        was, now = _by_name(_mentions(file, old)), _by_name(_mentions(file, new))
        paired |= was.keys() & now.keys()
        for name in now:
            if name in was:
                yield from _changed(was[name], now[name])
        for side, found in ((before, was), (after, now)):
            for name, mentions in found.items():
                side.setdefault(name, []).extend(mentions)
    for name, mentions in after.items():
        if name in before and name not in paired:
            yield from _changed(before[name], mentions)
    if not (before or after) or any(_PATTERNS.elsewhere.search(side.code) for views in file.views for side in views):
        return  # a variable on one side may stand for what the other side names
    for name, mentions in after.items():
        for came in _own(mentions) if name not in before else _moved_to_core(before[name], mentions):
            yield Fact(FactKind.DEPENDENCY_ADDED, came.name, file.path, came.line, after=_told(came.value))
    for name, mentions in before.items():
        for gone in _own(mentions) if name not in after else _moved_to_core(after[name], mentions):
            yield Fact(FactKind.DEPENDENCY_REMOVED, gone.name, file.path, gone.line, before=_told(gone.value))


_PATTERNS = Patterns(__file__)


def _told(version: str) -> str:
    return "" if is_variable(version) else version


def _moved_to_core(others: Sequence[Mention], these: Sequence[Mention]) -> list[Mention]:
    """What `these` have among the core dependencies and `others` only in optional lists (an extra, the tests)."""
    places = {mention.detail for mention in others}
    core = [mention for mention in these if mention.changed and mention.detail == CORE]
    return core[:1] if CORE not in places and "" not in places else []


def _mentions(file: ChangedFile, view: View) -> Iterator[Mention]:
    """What is installed with the product, or to build it; what only its developers need is none of that."""
    for name, version, number, changed, place in declared(file, view):
        if place not in DEVELOPERS:
            yield Mention(name, file.path, number, version, place, changed=changed)


def _own(mentions: Sequence[Mention]) -> list[Mention]:
    """The first one declared by this commit that the project itself needs, if any."""
    return [mention for mention in mentions if mention.changed and mention.detail not in {INDIRECT, ASKED}][:1]


def _by_name(mentions: Iterator[Mention]) -> dict[str, list[Mention]]:
    names: dict[str, list[Mention]] = {}
    for mention in mentions:
        names.setdefault(_plain_name(mention.name), []).append(mention)
    return names


def _changed(before: Sequence[Mention], after: Sequence[Mention]) -> Iterator[Fact]:
    """One version replaced by one other; several are paired in order, if there are as many as before."""
    gone = Counter(_plain(mention.value) for mention in before)
    gone.subtract(_plain(mention.value) for mention in after)
    lost = [mention for mention in before if gone[_plain(mention.value)] > 0]
    won = [mention for mention in after if gone[_plain(mention.value)] < 0]
    if len({_plain(mention.value) for mention in lost}) == len({_plain(mention.value) for mention in won}) == 1:
        lost, won = lost[:1], won[:1]
    if len(lost) == len(won):
        for old, new in zip(lost, won, strict=True):
            is_told = is_variable(old.value) == is_variable(new.value)
            if is_told and not old.detail == new.detail == INDIRECT:
                yield Fact(FactKind.DEPENDENCY_CHANGED, new.name, new.path, new.line, old.value, new.value)


def _plain_name(name: str) -> str:
    # https://packaging.python.org/en/latest/specifications/name-normalization/
    return _PATTERNS.parting.sub("-", name).lower()


def _plain(version: str) -> str:
    return ",".join(sorted("".join(version.split()).split(",")))
