"""A first `[areas]` vocabulary for a repository, proposed from its people's tags and the folders they work in."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import read_title
from analysis.triage.areas import Areas
from analysis.triage.repository_areas import is_process

_OFTEN = 0.005  # of the commits; a rarer tag names no area that people follow
_LEAST = 3
_MOST = 40
_IN_FOLDER, _GENERAL = 0.02, 1 / 3  # shares of the commits; rarer or more common ones distinguish nothing
_OF_A_FOLDER = 0.6  # share of what a tag touches that must lie in a folder for it to be the tag's own
_NEARLY_ALL = 0.8
_EXAMPLES = 2
_TELLING = 100  # commits; with fewer, a third may be one busy week
_TOPIC = re.compile(r"[a-z][\w .+/-]{1,30}", re.ASCII)
_SAYS_NOTHING = frozenset(
    """apps base bin chore cmd common contrib crates deps deps_dev dependencies dev etc example examples extras fix go go_mod hack helpers include
    includes internal internals lib libs main minor misc mod module modules nit other others package packages pkg pre_commit_ci
    prepare_for private project public raw refactor release rfc revert root script scripts shared source src style tmp tool tools types update util
    utilities utils vendor version wip""".split()  # noqa: SIM905 - fifty quoted words are no easier to read
)
"""Folders and tags found in any repository: they say how code is organised or handled, not what it is about."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One area that could be followed.

    Attributes:
        key: as in `[areas.KEY]`; `known`: the vocabulary already has it.
        tags: what people call it; `folders`: where it lives, enclosed in `/`; either may be empty.
        commits: how many name it; `examples`: some of their titles.
    """

    key: str
    known: bool
    tags: tuple[str, ...]
    folders: tuple[str, ...]
    commits: int
    examples: tuple[str, ...]


def propose(commits: Sequence[Commit], areas: Areas) -> list[Proposal]:
    """Return the areas that tags and scopes in titles name, with their folders, and those that only folders show.

    The most frequent come first. What a third of the commits name or touch is not an area, nor is what says how a commit is
    handled; two names for one thing, or for one folder, are one area.
    """
    inside, everybody = _inside(commits)
    known = {area.key for area in areas}
    least = max(_LEAST, round(_OFTEN * len(commits)))
    found = []
    for key, uses in _tagged(commits, areas).items():
        own = list({commit.sha: commit for _, commit in uses}.values())
        if not least <= len(own) <= max(_GENERAL * len(commits), _LEAST) and key not in known:
            continue
        tags = Counter(topic for topic, _ in uses)
        usual = tuple(topic for topic, count in tags.most_common() if count >= _LEAST)
        folders = () if key in known else tuple(_named(tags, inside, everybody) or _folders(own, inside))
        found.append(Proposal(key, key in known, usual, folders, len(own), _examples(own)))
    found = _joined(sorted((one for one in found if one.commits >= least), key=_place))
    found += _by_folder(inside, everybody, areas, found)
    return sorted(found, key=_place)[:_MOST]


def tables(proposals: Sequence[Proposal]) -> dict[str, dict[str, Any]]:
    """Return the proposals that are new as `[areas]` tables for the configuration."""
    return {
        one.key: {
            "en": one.key.replace("_", " ").capitalize(),
            **({"tags": list(one.tags)} if one.tags else {}),
            **({"paths": ["^" + re.escape(folder) for folder in one.folders]} if one.folders else {}),
        }
        for one in proposals
        if not one.known
    }


def broad(commits: Sequence[Commit], areas: Areas) -> dict[str, dict[str, Any]]:
    """Return the areas that more than a third of a repository's commits have, as tables for `of_repository`.

    Proposals already respect that bound; areas named by the vocabulary, a labeler or owners do not.
    """
    if len(commits) < _TELLING:
        return {}
    counts = Counter(
        key for commit in commits for key in areas.of(read_title(commit.subject), commit.files, commit.repo)
    )
    return {key: {"broad": True} for key, count in sorted(counts.items()) if count > _GENERAL * len(commits)}


def _place(proposal: Proposal) -> tuple[int, str]:
    return -proposal.commits, proposal.key


def _examples(commits: Sequence[Commit]) -> tuple[str, ...]:
    return tuple(commit.subject for commit in commits[:_EXAMPLES])


def _tagged(commits: Sequence[Commit], areas: Areas) -> dict[str, list[tuple[str, Commit]]]:
    """Map each area's key to the topics in titles that name it, with their commits."""
    said: dict[str, list[tuple[str, Commit]]] = defaultdict(list)
    for commit in commits:
        for topic in read_title(commit.subject).topics:
            if _TOPIC.fullmatch(topic) and not is_process(topic) and _key(topic) not in _SAYS_NOTHING:
                said[areas.find(topic) or _bare(topic)].append((topic, commit))
    named = {bare: _key(Counter(topic for topic, _ in uses).most_common(1)[0][0]) for bare, uses in said.items()}
    return {bare if any(bare == area.key for area in areas) else named[bare]: uses for bare, uses in said.items()}


def _inside(commits: Sequence[Commit]) -> tuple[dict[str, list[Commit]], int]:
    """Return the commits that touch each folder of the product, and how many touch any."""
    inside: dict[str, list[Commit]] = defaultdict(list)
    everybody = 0
    for commit in commits:
        touched = _touched(commit)
        everybody += bool(touched)
        for folder in touched:
            inside[folder].append(commit)
    return inside, everybody


def _named(tags: Iterable[str], inside: Mapping[str, Sequence[Commit]], everybody: int) -> list[str]:
    """Return the folders, crates and packages included, that share a tag's name and that not everybody touches."""
    wanted = {(depth, _bare(topic)) for topic in tags for depth in (1, len(topic.split()))}  # `services/s3` was split
    depths = {depth for depth, _ in wanted}
    found = [
        folder
        for folder, own in inside.items()
        if any((depth, _bare("/".join(folder.strip("/").split("/")[-depth:]))) in wanted for depth in depths)
        and _LEAST <= len(own) <= _GENERAL * everybody
    ]
    return sorted(one for one in found if not any(one != other and one.startswith(other) for other in found))[:4]


def _joined(found: Sequence[Proposal]) -> list[Proposal]:
    """Join proposals that live in the same folders: they are two names for one area."""
    by_folders: dict[tuple[str, ...], int] = {}
    joined: list[Proposal] = []
    for one in found:
        place = by_folders.get(one.folders) if one.folders and not one.known else None
        if place is None:
            by_folders[one.folders] = len(joined)
            joined.append(one)
        else:
            first = joined[place]
            tags = tuple(dict.fromkeys([*first.tags, *one.tags]))
            joined[place] = replace(first, tags=tags, commits=first.commits + one.commits)
    return joined


def _by_folder(
    inside: Mapping[str, Sequence[Commit]], everybody: int, areas: Areas, tagged: Sequence[Proposal]
) -> Iterator[Proposal]:
    """Yield the folders that divide the product; for one that is too general, those below it."""
    keys = {_bare(proposal.key) for proposal in tagged}
    taken = [folder for proposal in tagged for folder in proposal.folders]
    for folder, own in sorted(inside.items()):
        name = _last(folder)
        above = _above(folder)
        while _key(_last(above)) in _SAYS_NOTHING:
            above = _above(above)
        divides = above == "/" or len(inside[above]) > _GENERAL * everybody
        is_one = max(_LEAST, _IN_FOLDER * everybody) <= len(own) <= _GENERAL * everybody
        says = re.match(r"[a-z]", name) and _key(name) not in _SAYS_NOTHING and areas.named_by(folder) is None
        overlaps = any(folder.startswith(other) for other in taken) or _is_made_of(own, folder, taken, inside)
        if divides and is_one and says and _bare(name) not in keys and not overlaps:
            keys.add(_bare(name))
            yield Proposal(_key(name), False, (), (folder,), len(own), _examples(own))


def _is_made_of(
    own: Sequence[Commit], folder: str, taken: Sequence[str], inside: Mapping[str, Sequence[Commit]]
) -> bool:
    """Whether nearly everything that touches a folder touches its subfolders that are already areas."""
    below = {commit.sha for other in taken if other.startswith(folder) for commit in inside[other]}
    return len(below) >= _NEARLY_ALL * len(own)


def _above(folder: str) -> str:
    return f"{folder.rstrip('/').rpartition('/')[0]}/"


def _last(folder: str) -> str:
    return folder.rstrip("/").rpartition("/")[2].lower()


def as_toml(proposals: Sequence[Proposal], repo: str, count: int) -> str:
    """Write proposals as a part of `daybrief.toml`, each with the reason it is proposed."""
    lines = [f"# Areas of {_plain(repo)}, proposed from its newest {count:,} commits. Rename, merge and delete freely."]
    known = [f"{proposal.key} ({proposal.commits})" for proposal in proposals if proposal.known]
    if known:
        lines.append(f"# Known already, with how many of the commits name them: {', '.join(known)}.")
    for key, table in tables(proposals).items():
        proposal = next(one for one in proposals if one.key == key)
        lines += ["", f"# {proposal.commits} commits, such as {_quoted(proposal.examples)}", f"[areas.{key}]"]
        for name, value in table.items():
            shown = _string(value) if isinstance(value, str) else f"[{', '.join(map(_string, value))}]"
            lines.append(f"{name} = {shown}")
    return "\n".join(lines) + "\n"


def _key(topic: str) -> str:
    return re.sub(r"\W+", "_", topic, flags=re.ASCII).strip("_")


def _bare(name: str) -> str:
    """Return a name in a form that unites its spellings: `reverse-proxy` and `reverseproxy`, `binding` and `bindings`."""
    return "".join(part.removesuffix("s") for part in re.split(r"[\W_]+", name.lower()))


def _folders(own: Sequence[Commit], inside: Mapping[str, Sequence[Commit]]) -> list[str]:
    """Return the folders that most of an area's commits touch and few others do."""
    touched = Counter(folder for commit in own for folder in _touched(commit))
    good = [
        folder
        for folder, count in touched.items()
        if count >= _LEAST and count >= _OF_A_FOLDER * len(inside[folder]) and count >= len(own) / 4
    ]
    return sorted(folder for folder in good if not any(folder != other and folder.startswith(other) for other in good))[
        :4
    ]


def _touched(commit: Commit) -> set[str]:
    found = set()
    for change in commit.files:
        if kind_of(change.path) in {FileKind.PRODUCTION, FileKind.BUILD}:
            parts = change.path.split("/")[:-1]
            found |= {f"/{'/'.join(parts[:depth])}/" for depth in range(1, len(parts) + 1)}
    return found


def _quoted(titles: Sequence[str]) -> str:
    return " and ".join(f"“{_plain(title)[:70]}”" for title in titles)


def _plain(text: str) -> str:
    # A comment ends with its line, and TOML allows no control characters in it.
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def _string(text: str) -> str:
    # JSON's escapes are valid in TOML; only DEL must be escaped as well.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
