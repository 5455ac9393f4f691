"""A change's types: what its title says outright, what only the files show, and otherwise what was learned."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from analysis.commits.bots import is_bot
from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind
from analysis.commits.title import AROUND, ChangeType, Title, plain_type, says_revert
from analysis.facts import Fact, FactKind
from analysis.facts.syntax.changed import changed_file
from analysis.i18n.patterns import Patterns
from analysis.statements import Source, Statement
from analysis.statements.breaking import says_breaking
from analysis.statements.symptoms import found_in
from analysis.triage.inert import is_inert, is_laid_out_anew, is_licensed_anew, is_moved, is_worded_anew, renames_only
from analysis.triage.prominence import facts_for_users
from analysis.triage.withdrawals import withdraws

_PATTERNS = Patterns(__file__, "change_types")
_PRODUCT = {FileKind.PRODUCTION, FileKind.BUILD, FileKind.VENDORED}
_KIND_TYPES = {
    FileKind.DOCS: ChangeType.DOCS,
    FileKind.TEST: ChangeType.TESTS,
    FileKind.CI: ChangeType.CI_BUILD,
    FileKind.BUILD: ChangeType.CI_BUILD,
    FileKind.LOCK: ChangeType.DEPENDENCIES,
}
_MENDS = re.compile(r"\b(?:fix|correct|repair|resolv|restor|prevent|avoid|handl|bug|wrong|missing)\w*", re.IGNORECASE)
_BUILDS = {FileKind.CI, FileKind.BUILD, FileKind.LOCK, FileKind.TOOLING}
_SAYS_FIX = re.compile(r"\W*(?:fix(?:es|ed|ing)?|repair(?:s|ed)?|correct(?:s|ed)?)\b", re.IGNORECASE)


def released(facts: Sequence[Fact]) -> Fact | None:
    """The version that a commit sets, if it sets one."""
    return next((fact for fact in facts if fact.kind is FactKind.VERSION_CHANGED), None)


def types_said(
    commit: Commit, title: Title, facts: Sequence[Fact], kinds: dict[str, FileKind], statements: Sequence[Statement]
) -> tuple[ChangeType, ...]:
    """Return the types that the title or a note for users states outright; what the files prove beats a prefix. Often none."""
    found: list[ChangeType] = []
    takes_back = any(fact.kind is FactKind.REVERTS for fact in facts) or says_revert(title.text)
    if title.restores is None and takes_back:
        found.append(ChangeType.REVERT)
    named = [kind for kind in types_named(commit, title, kinds) if kind is not ChangeType.CHORE]
    if named[:1] == [ChangeType.CI_BUILD] and plain_type(title.text, by_bot=is_bot(commit)) is ChangeType.DEPENDENCIES:
        named.insert(0, ChangeType.DEPENDENCIES)  # `Build: bump pages from 1.2 to 1.3`
    if ChangeType.DEPENDENCIES in named:  # `build(deps): …` says so, wherever the dependencies are listed
        named.sort(key=lambda kind: kind is not ChangeType.DEPENDENCIES)
    around = surrounding(kinds) if named and named[0] is not ChangeType.DEPENDENCIES else None
    if around and named[0] in AROUND and share_of(commit, kinds, named[0]) >= _ITS_SHARE:
        around = None  # given two kinds of files around the product, the prefix says which the change is about
    found += [around] if around else []
    found += named
    idle = _idle(commit, kinds) if not found or found[0] in _ACTS else None
    found[:0] = [idle] if idle and not title.restores else []
    if not found and not title.restores and _only_renames(commit, kinds, facts):
        found.append(ChangeType.REFACTOR)
    if released(facts) is not None:
        found.insert(0, ChangeType.RELEASE)
    elif is_breaking(commit, title):
        found.insert(0, ChangeType.BREAKING)  # whatever else it is, users have to act
    elif hidden := _hidden(found, facts):
        found.insert(0, hidden)
    plain = None if found or title.restores else plain_type(title.text, by_bot=is_bot(commit))
    if plain in {*_ACTS, ChangeType.REFACTOR} and FileKind.PRODUCTION not in kinds.values() and not commit.is_unseen:
        plain = None  # the product stays as it was: "Handle timeouts" may be about a test, "Fix the linter" about a workflow
    if plain in _ACTS and ChangeType.CHORE in title.types:
        plain = None  # its author's prefix says that "Handle the reply" mends nothing
    if not found and not title.restores:
        plain = plain or _announced(statements)
    return tuple(dict.fromkeys([*found, plain] if plain else found))


def types_named(commit: Commit, title: Title, kinds: dict[str, FileKind]) -> tuple[ChangeType, ...]:
    """Return the types that a title's prefix and tags name, ignoring a scope that is not a type.

    `fix(build): …` in code that builds things is not about the project's own build files.
    """
    first, rest = title.types[:1], title.types[1:]
    return first + tuple(kind for kind in rest if not kinds or kind not in AROUND or share_of(commit, kinds, kind))


_ANNOUNCED = {
    "breaking": ChangeType.BREAKING,
    "deprecation": ChangeType.BREAKING,
    "security": ChangeType.SECURITY,
    "feature": ChangeType.FEATURE,
    "bugfix": ChangeType.BUGFIX,
    "performance": ChangeType.PERFORMANCE,
}


def _announced(statements: Sequence[Statement]) -> ChangeType | None:
    """The type that a note for users gives the change."""
    found = (_ANNOUNCED.get(one.category) for one in statements if one.source is Source.FRAGMENT)
    return next(filter(None, found), None)


def _hidden(found: Sequence[ChangeType], facts: Sequence[Fact]) -> ChangeType | None:
    """The type that the diff proves for the product, if the title is about what surrounds it."""
    if found[:1] and found[0] in {*AROUND, ChangeType.REFACTOR}:
        kinds = {fact.kind for fact in facts_for_users(facts)}
        if kinds & WITHDRAWN:
            return ChangeType.BREAKING
    return None


WITHDRAWN = {
    FactKind.RENAMED,
    FactKind.FLAG_REMOVED,
    FactKind.COMMAND_REMOVED,
    FactKind.ENDPOINT_REMOVED,
    FactKind.GATE_REMOVED,
}
"""What people type or call: if it is removed, what they have written fails."""
LOST = WITHDRAWN | {
    FactKind.ENV_REMOVED, FactKind.CONFIG_REMOVED, FactKind.CHOICE_REMOVED, FactKind.METRIC_REMOVED, FactKind.NAME_REMOVED, FactKind.NAME_RENAMED,
    FactKind.MODULE_REMOVED, FactKind.SIGNATURE_CHANGED, FactKind.DEFAULT_CHANGED, FactKind.DEPRECATED, FactKind.REQUIREMENT_CHANGED,
}  # fmt: skip
_BREAKS = re.compile(
    r"\b(?:deprecat|incompatib|break(?:s|ing)\b|disallow|legacy"
    r"|no longer (?:be )?(?:support|accept|allow|work|availab|valid|provid|export|expos|includ|ship|run|return|read|honou?r|respect))",
    re.IGNORECASE,
)
"""Words that announce breakage; what is merely removed or changed may have no users."""

_REMOVES_IDLE = re.compile(
    r"\b(?:remov|delet|drop)\w*\b.{0,20}\b(?:unused|dead|useless|unnecessary|unneeded|redundant|duplicated?)\b"
    r"(?!.*\b(?:param|arg|flag|option|setting|field|env|endpoint))",
    re.IGNORECASE,
)
"""Removing something without effect breaks nothing, but removing what people pass or set breaks them even if nothing reads it."""


def likeliest(
    expected: Iterable[ChangeType],
    title: Title,
    facts: Sequence[Fact],
    kinds: Collection[FileKind],
    *,
    is_own: bool,
    is_of_product: bool,
) -> ChangeType:
    """The first of the expected types that the title and the diff do not rule out.

    `is_of_product`: most of its lines are the product's, not of what surrounds it.
    `is_own`: the expectation was learned from the repository itself, which has its own words for what is faster, and knows
    what its people call CI or documentation.
    A chore says so if it fixes something, a revert says that it is one, and a breaking change has lost something.
    """
    ruled_out = {ChangeType.REVERT}
    if ChangeType.CHORE in title.types and not found_in(title.text) and not _MENDS.search(title.text):
        ruled_out.add(ChangeType.BUGFIX)
    if ChangeType.CHORE in title.types and not _PATTERNS.speeds_up.search(title.text):
        ruled_out.add(ChangeType.PERFORMANCE)
    symptoms = {code for code, _ in found_in(title.text)}
    if not is_own and not _PATTERNS.may_speed_up.search(title.text):
        ruled_out.add(ChangeType.PERFORMANCE)
    if kinds and not is_own:
        ruled_out |= _unlike(title, set(kinds), is_of_product=is_of_product)
    may_break = _BREAKS.search(title.text) or withdraws(title.text) or "dropped_support" in symptoms
    may_break = may_break and not _REMOVES_IDLE.search(title.text)
    if not may_break and not any(fact.kind in LOST for fact in facts):
        ruled_out.add(ChangeType.BREAKING)
    found = next(kind for kind in expected if kind not in ruled_out)
    return ChangeType.BUGFIX if found is ChangeType.FEATURE and "security" in symptoms else found


def _unlike(title: Title, kinds: set[FileKind], *, is_of_product: bool) -> set[ChangeType]:
    """The types that a change to these kinds of files cannot be, as most projects use the terms."""
    found = set[ChangeType]()
    if not _BUILDS & kinds or is_of_product:
        found.add(ChangeType.CI_BUILD)
    # If only the product's comments and layout change, `_idle` has already said so.
    if FileKind.DOCS not in kinds:
        found.add(ChangeType.DOCS)
    if FileKind.TEST not in kinds:
        found.add(ChangeType.TESTS)
    if not _PRODUCT & kinds:
        found |= _ACTS - ({ChangeType.BUGFIX} if _SAYS_FIX.match(title.text) else set())
    return found


def is_breaking(commit: Commit, title: Title) -> bool:
    """Whether the commit says so itself."""
    return title.breaking or says_breaking(commit.body)


_ACTS = {ChangeType.FEATURE, ChangeType.BUGFIX, ChangeType.PERFORMANCE}
"""Types of changes to how the product behaves."""


def _idle(commit: Commit, kinds: dict[str, FileKind]) -> ChangeType | None:
    """The type of a change that leaves the product as it was, whatever its title: comments, layout, other paths; None for others."""
    files = [changed_file(file) for file in commit.files if kinds[file.path] in _PRODUCT]
    files = files or [changed_file(file) for file in commit.files if kinds[file.path] is FileKind.TOOLING]
    if not files:
        return None
    if not all(is_moved(file) or is_inert(file) for file in files):
        is_worded = all(is_moved(file) or is_inert(file) or is_worded_anew(file) for file in files)
        return ChangeType.CHORE if is_worded else None
    around = surrounding({path: kind for path, kind in kinds.items() if kind not in _PRODUCT})
    words = [file for file in files if not is_moved(file) and not is_laid_out_anew(file)]
    if words and all(map(is_licensed_anew, words)):
        return ChangeType.CHORE
    return around or (ChangeType.DOCS if words else ChangeType.REFACTOR)


def _only_renames(commit: Commit, kinds: dict[str, FileKind], facts: Sequence[Fact]) -> bool:
    """Whether the product's code differs only in names that nobody outside of it uses."""
    files = [changed_file(file) for file in commit.files if kinds[file.path] in _PRODUCT]
    is_more = FileKind.TOOLING in kinds.values()  # a benchmark that needs the new name is what the commit is about
    return not is_more and renames_only(files) and not any(fact.kind in LOST for fact in facts)


_ITS_SHARE = 0.2
"""The least share of its lines for a change to be about CI or documentation as its prefix says: `[ci] move the tests` moves tests."""


def share_of(commit: Commit, kinds: dict[str, FileKind], wanted: ChangeType) -> float:
    """The share of the lines in tests, CI, packaging and documentation that are in files of that type."""
    lines: Counter[ChangeType] = Counter()
    for file in commit.files:
        if (kind := _KIND_TYPES.get(kinds[file.path])) in AROUND:
            lines[kind] += 1 + file.additions + file.deletions
    return lines[wanted] / max(1, lines.total())


def is_of_product(commit: Commit, kinds: dict[str, FileKind]) -> bool:
    """Whether most of its lines, apart from tests and documentation, are product code rather than build files."""
    counted = [file for file in commit.files if kinds[file.path] in {FileKind.PRODUCTION, *_BUILDS}]
    lines = {file.path: 1 + file.additions + file.deletions for file in counted}
    product = sum(lines[file.path] for file in counted if kinds[file.path] is FileKind.PRODUCTION)
    return bool(counted) and 2 * product > sum(lines.values())


def type_unseen(title: Title, kinds: dict[str, FileKind]) -> ChangeType:
    """The type of a change whose diff is unknown, by its file names, if known, or its author's verb."""
    return surrounding(kinds) or (ChangeType.BUGFIX if _SAYS_FIX.match(title.text) else ChangeType.UNKNOWN)


def surrounding(kinds: dict[str, FileKind]) -> ChangeType | None:
    """The type given by the files alone: if only tests are touched it is a test change, whatever its title."""
    present = set(kinds.values()) - {FileKind.GENERATED, FileKind.TOOLING}
    if not present or FileKind.PRODUCTION in present or FileKind.VENDORED in present:
        return None
    if FileKind.LOCK in present and present <= {FileKind.LOCK, FileKind.BUILD}:
        return ChangeType.DEPENDENCIES
    for kind in (FileKind.TEST, FileKind.DOCS, FileKind.CI, FileKind.BUILD):
        if kind in present and len(present - {kind, FileKind.CI, FileKind.DOCS}) == 0:
            return _KIND_TYPES[kind]
    return ChangeType.CI_BUILD
