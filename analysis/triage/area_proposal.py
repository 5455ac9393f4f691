"""A first `[areas]` vocabulary for a repository, proposed from how its people tag and where they work."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.commits.commit import Commit
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.title import read_title
from analysis.triage.areas import Areas

_OFTEN = 0.005  # of the commits; a tag that is rarer names no area that people follow
_LEAST = 3
_MOST = 40
_IN_FOLDER, _GENERAL = 0.02, 1 / 3  # a folder with fewer, or more, of the commits tells nothing apart
_OF_A_FOLDER = 0.6  # so much of what a tag touches lies in a folder that is its own
_EXAMPLES = 2


@dataclass(frozen=True, slots=True)
class Proposal:
    """One area that could be followed.

    Attributes:
        key: as in `[areas.KEY]`; `known`: the vocabulary has it already.
        tags: how people say it; `folders`: where it lives, with `/` around; either may be empty.
        commits: how many say it; `examples`: titles of some.
    """

    key: str
    known: bool
    tags: tuple[str, ...]
    folders: tuple[str, ...]
    commits: int
    examples: tuple[str, ...]


def propose(commits: Sequence[Commit], areas: Areas) -> list[Proposal]:
    """Return the areas that titles' tags name, with folders where nearly all of one is, and those that folders alone show.

    The most frequent come first; a folder is proposed where people work now and then, and no tag or known area has it.
    """
    tagged: dict[str, list[tuple[str, Commit]]] = defaultdict(list)
    for commit in commits:
        title = read_title(commit.subject)
        for topic in title.topics:
            if re.fullmatch(r"[a-z][\w .+-]{1,30}", topic, re.ASCII):
                tagged[areas.find(topic) or _key(topic)].append((topic, commit))
    least = max(_LEAST, round(_OFTEN * len(commits)))
    known = {area.key for area in areas}
    found = []
    for key, uses in tagged.items():
        if len(uses) < least:
            continue
        tags = Counter(topic for topic, _ in uses)
        found.append(
            Proposal(
                key,
                key in known,
                tuple(topic for topic, count in tags.most_common() if count >= _LEAST),
                tuple(_folders([commit for _, commit in uses], commits)),
                len(uses),
                tuple(commit.subject for _, commit in uses[:_EXAMPLES]),
            )
        )
    found += _by_folder(commits, areas, found)
    return sorted(found, key=lambda proposal: (-proposal.commits, proposal.key))[:_MOST]


def _by_folder(commits: Sequence[Commit], areas: Areas, tagged: Sequence[Proposal]) -> Iterator[Proposal]:
    """The folders that divide the product: of too general a one, those below it."""
    inside: dict[str, list[Commit]] = defaultdict(list)
    everybody = 0
    for commit in commits:
        touched = _touched(commit)
        everybody += bool(touched)
        for folder in touched:
            inside[folder].append(commit)
    keys = {proposal.key for proposal in tagged}
    taken = [folder for proposal in tagged for folder in proposal.folders]
    for folder, own in sorted(inside.items()):
        above = f"{folder.rstrip('/').rpartition('/')[0]}/"
        is_general = above == "/" or len(inside[above]) > _GENERAL * everybody
        is_one = max(_LEAST, _IN_FOLDER * everybody) <= len(own) <= _GENERAL * everybody
        key = _key(folder.rstrip("/").rpartition("/")[2].lower())
        named = re.match(r"[a-z]", key) and key not in keys and areas.named_by(folder) is None
        if is_general and is_one and named and not any(folder.startswith(other) for other in taken):
            keys.add(key)
            examples = tuple(commit.subject for commit in own[:_EXAMPLES])
            yield Proposal(key, False, (), (folder,), len(own), examples)


def as_toml(proposals: Sequence[Proposal], repo: str, count: int) -> str:
    """Write proposals as a part of `daybrief.toml`, each with why it is proposed."""
    lines = [f"# Areas of {_plain(repo)}, proposed from its newest {count:,} commits. Rename, merge and delete freely."]
    known = [f"{proposal.key} ({proposal.commits})" for proposal in proposals if proposal.known]
    if known:
        lines.append(f"# Known already, with how many of the commits name them: {', '.join(known)}.")
    for proposal in proposals:
        if proposal.known:
            continue
        lines += ["", f"# {proposal.commits} commits, such as {_quoted(proposal.examples)}", f"[areas.{proposal.key}]"]
        lines.append(f'en = "{proposal.key.replace("_", " ").capitalize()}"')
        if proposal.tags:
            lines.append(f"tags = [{', '.join(_string(tag) for tag in proposal.tags)}]")
        if proposal.folders:
            patterns = [_string("^" + re.escape(folder)) for folder in proposal.folders]
            lines.append(f"paths = [{', '.join(patterns)}]")
    return "\n".join(lines) + "\n"


def _key(topic: str) -> str:
    return re.sub(r"\W+", "_", topic, flags=re.ASCII).strip("_")


def _folders(own: Sequence[Commit], everybody: Sequence[Commit]) -> list[str]:
    """Return the folders that most of an area's commits touch and that few others do."""
    inside = Counter(folder for commit in own for folder in _touched(commit))
    outside = Counter(folder for commit in everybody for folder in _touched(commit))
    good = [
        folder
        for folder, count in inside.items()
        if count >= _LEAST and count >= _OF_A_FOLDER * outside[folder] and count >= len(own) / 4
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
    # JSON's escapes are TOML's too; only DEL must be written out besides.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
