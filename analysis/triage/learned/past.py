"""A repository's own past as labels: what its people said in titles, fragments and release notes.

The label is removed from what is learned from: the title without its prefix and tags, the files without the fragment.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from analysis.commits.commit import Commit, FileChange
from analysis.commits.records import Labelled
from analysis.commits.title import ChangeType, read_title
from analysis.triage.areas import Areas

# towncrier: https://towncrier.readthedocs.io/en/stable/configuration.html
_FRAGMENT = re.compile(
    r"(?:^|/)(?:changelog|changelog\.d|changes|news|newsfragments)/[+\w-]+\.(?P<kind>[a-z]+)(?:\.\d+)?\.(?:rst|md|txt)$"
)
# reno: https://docs.openstack.org/reno/latest/user/usage.html#editing-a-release-note
_NOTE = re.compile(r"(?:^|/)releasenotes/notes/[^/]+\.ya?ml$")
_SECTION = re.compile(r"^\+(?P<kind>[a-z_]+):", re.MULTILINE)
_HIGH = {
    "breaking", "removal", "removals", "deprecation", "deprecations", "security", "feature", "features", "upgrade",
    "highlights", "major", "critical", "prelude",
}  # fmt: skip
_MEDIUM = {"bugfix", "bugfixes", "fixes", "fix", "improvement", "improvements", "enhancement", "enhancements"}
_TYPES = {
    ChangeType.FEATURE: "feature features improvement improvements enhancement enhancements preview",
    ChangeType.BUGFIX: "bugfix bugfixes fixes fix",
    ChangeType.BREAKING: "breaking removal removals deprecation deprecations upgrade",
    ChangeType.SECURITY: "security",
    ChangeType.DOCS: "doc docs documentation",
    ChangeType.DEPENDENCIES: "vendor",
}
_TYPE_OF = {word: kind.value for kind, words in _TYPES.items() for word in words.split()}
_LEAST_FRAGMENTS = 20
_SURE = {ChangeType.BREAKING, ChangeType.SECURITY}


def own_past(commits: Iterable[Commit], areas: Areas, corrected: Mapping[str, str] | None = None) -> list[Labelled]:
    """Return the commits that their people labelled, with what they said, oldest first.

    If the repository uses fragments, a commit without one is something users need not know about. `corrected` are the ranks
    that people gave single commits, by SHA: they override everything else.
    """
    found = [_labelled(commit, areas) for commit in commits]
    customary = sum(one.importance is not None for one in found) >= _LEAST_FRAGMENTS
    if customary:
        found = [replace(one, importance=one.importance or "low") if one.commit.files else one for one in found]
    found = [replace(one, importance=(corrected or {}).get(one.commit.sha, one.importance)) for one in found]
    told = [one for one in found if one.type or one.importance or one.areas]
    return sorted(told, key=lambda one: (one.commit.committed_at, one.commit.sha))


def _labelled(commit: Commit, areas: Areas) -> Labelled:
    title = read_title(commit.subject)
    kinds = {kind for change in commit.files for kind in _noted(change)}
    importance = "high" if kinds & _HIGH else "medium" if kinds & _MEDIUM else "low" if kinds else None
    _, _, rest = commit.message.partition("\n")
    bare = replace(
        commit,
        message=f"{title.text}\n{rest}" if rest else title.text,
        files=tuple(change for change in commit.files if not _is_note(change)),
    )
    return Labelled(
        bare, _type(title.types, kinds, breaking=title.breaking), importance, tuple(sorted(areas.tagged(title)))
    )


def _type(said: tuple[ChangeType, ...], kinds: set[str], *, breaking: bool) -> str | None:
    noted = {_TYPE_OF[kind] for kind in kinds if kind in _TYPE_OF}
    if breaking:
        return ChangeType.BREAKING
    grave = [kind for kind in _SURE if kind.value in noted]
    if grave:
        return grave[0]
    named = [kind for kind in said if kind is not ChangeType.CHORE]
    if len(named) == 1:
        return named[0]
    return next(iter(noted)) if not named and len(noted) == 1 else None


def _noted(change: FileChange) -> list[str]:
    if change.status != "added":
        return []
    fragment = _FRAGMENT.search(change.path)
    if fragment:
        return [fragment["kind"]]
    return [found["kind"] for found in _SECTION.finditer(change.patch or "")] if _NOTE.search(change.path) else []


def _is_note(change: FileChange) -> bool:
    return bool(_FRAGMENT.search(change.path) or _NOTE.search(change.path))
