"""What a clone knows around a commit: the files it touches, who uses what it changes, and what else touched them that day.

A model does better with it but can do without: whatever git does not deliver in time, or delivers too much of, is left out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from analysis.commits.blocks import LONGEST
from analysis.commits.commit import Commit, FileChange
from analysis.commits.file_kinds import FileKind, kind_of
from analysis.commits.references import Reference, SourceLine, chosen, holding, references, traced, uses
from analysis.commits.surroundings import NOTHING, Surroundings, neighbours, surroundings
from analysis.sources import LARGEST_PATCH
from analysis.sources.git_command import ASIDE, Git

_MOST_LINES, _MOST_TEXTS = 4_000_000, 200_000_000
"""Bytes of matching lines, and of files read."""

_NO_CODE = tuple(
    f":(exclude,icase)*{kind}" for kind in ("test*", ".md", ".rst", ".txt", ".json", ".lock", ".csv", ".svg")
)
"""Files that call nothing, or whose calls do not matter to users."""


class Around:
    """Reads the surroundings of commits.

    Args:
        listed: the commits that landed together with them, newest first; may be empty.
    """

    def __init__(self, git: Git, listed: Sequence[Commit]) -> None:
        self._git, self._listed = git, listed

    def of(self, commits: Sequence[Commit], closely: Collection[str]) -> dict[str, Surroundings]:
        """Return commits' surroundings by SHA; for those in `closely`, including uses of what they change, and neighbours."""
        files = self._files(commits)
        found = {one.sha: replace(files.get(one.sha, NOTHING), has_tree=True) for one in commits}
        close = [commit for commit in commits if commit.sha in closely]
        used = self._references(close)
        for commit in close:
            found[commit.sha] = replace(
                found[commit.sha],
                references=used.get(commit.sha, ()),
                neighbours=neighbours(commit, self._touched),
            )
        return found

    def standing(self, names: Collection[str], commit: Commit) -> frozenset[str]:
        """Return which of these names, or ends of paths, occur in the project; they may be any text."""
        tree = self._listed[0].sha if self._listed else commit.sha
        wanted = [name for name in names if name.strip() and "\n" not in name and "\0" not in name]
        given = [word for name in wanted for word in ("-e", name)]
        found = self._git.beginning("grep", "-o", "-h", "-w", "-F", "-I", *given, tree, most=_MOST_LINES, limit=ASIDE)
        paths = self._git.beginning("ls-tree", "-r", "-z", "--name-only", tree, most=_MOST_LINES, limit=ASIDE)
        held = {*found.decode(errors="replace").split("\n")}
        ends = {path[at:] for path in paths.decode(errors="replace").split("\0") for at in _starts(path)}
        return frozenset(name for name in wanted if name in held or name in ends)

    def _files(self, commits: Sequence[Commit]) -> dict[str, Surroundings]:
        wanted = [
            (commit.sha, file)
            for commit in commits
            for file in commit.files
            if file.patch and file.status != "added" and kind_of(file.path) is FileKind.PRODUCTION
        ]
        texts = self._texts([f"{sha}:{file.path}" for sha, file in wanted])
        files: dict[str, list[tuple[FileChange, str]]] = {}
        for sha, file in wanted:
            if text := texts.get(f"{sha}:{file.path}"):
                files.setdefault(sha, []).append((file, text))
        return {sha: surroundings(some) for sha, some in files.items()}

    def _references(self, commits: Sequence[Commit]) -> Mapping[str, tuple[Reference, ...]]:
        wanted = sorted({name for commit in commits for name in traced(commit)})
        if not wanted:
            return {}
        tree = self._listed[0].sha if self._listed else commits[0].sha
        lines = holding(wanted, self._lines(wanted, tree))
        found = {commit.sha: uses(commit, lines) for commit in commits}
        paths = {line.path for each in found.values() for some in each.values() for line in chosen(some)}
        texts = self._texts([f"{tree}:{path}" for path in sorted(paths)])
        by_path = {name.partition(":")[2]: text for name, text in texts.items()}
        return {sha: references(each, by_path) for sha, each in found.items()}

    @cached_property
    def _touched(self) -> list[tuple[Commit, frozenset[str]]]:
        """Each listed commit, except merges, with the paths it touches."""
        shas = "".join(f"{commit.sha}\n" for commit in self._listed)  # git ignores a last line without a newline
        out = self._git.beginning(
            "diff-tree", "--stdin", "-r", "--root", "--name-only", "-z", "--no-renames",
            given=shas, most=_MOST_LINES, limit=ASIDE,
        )  # fmt: skip
        known, paths, own = {commit.sha: commit for commit in self._listed}, dict[str, set[str]](), set[str]()
        for field in out.decode(errors="replace").split("\0"):
            if field in known:
                own = paths.setdefault(field, set())
            else:
                own.add(field)
        return [(known[sha], frozenset(some)) for sha, some in paths.items()]

    def _lines(self, names: Sequence[str], tree: str) -> Iterator[SourceLine]:
        """Yield the lines in a tree that contain one of these names as a whole word."""
        out = self._git.beginning(
            "grep", "-n", "-z", "-w", "-E", "-I", "--no-color", "--full-name", "-e", "|".join(names), tree, "--", ".", *_NO_CODE,
            most=_MOST_LINES, limit=ASIDE,
        )  # fmt: skip
        for line in out.decode(errors="replace").split("\n"):
            place, _, rest = line.partition("\0")
            number, _, text = rest.partition("\0")
            if number.isdigit() and len(text) <= LONGEST:
                yield SourceLine(place.partition(":")[2], int(number), text)

    def _texts(self, names: Sequence[str]) -> dict[str, str]:
        """Return the contents of these blobs; what is not a blob, is too large, or does not arrive in time is left out."""
        asked = [name for name in names if "\n" not in name]
        out = self._git.beginning(
            "cat-file", "--batch", given="\n".join(asked), most=_MOST_TEXTS, limit=ASIDE
        ) if asked else b""  # fmt: skip
        found, at = dict[str, str](), 0
        for name in asked:
            end = out.find(b"\n", at)
            said = out[at:end].split(b" ")
            if end < 0:
                break
            at = end + 1
            if said[-1] in {b"missing", b"ambiguous"}:
                continue
            size = int(said[-1])
            if said[1] == b"blob" and size <= LARGEST_PATCH and at + size <= len(out):
                found[name] = out[at : at + size].decode(errors="replace")
            at += size + 1
        return found


def _starts(path: str) -> list[int]:
    """Return the offsets at which a path's parts begin."""
    return [0, *(at + 1 for at, char in enumerate(path) if char == "/")]
