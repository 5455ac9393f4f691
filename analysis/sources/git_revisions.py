"""Revisions of a local clone, by git plumbing; nothing is fetched, and nothing in the clone is changed."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from analysis.commits.tags import Tag
from analysis.errors import BadInput, NotFound
from analysis.sources.git_clone import GitClone
from analysis.sources.git_command import LONG
from analysis.sources.revisions import LARGEST_FILE, MOST_FILES, Between, Files, Revision, is_read

_TAGS, _FIELDS = 300, 3


class GitRevisions(GitClone):
    """A clone whose revisions can be compared; see `analysis.sources.revisions.Revisions`."""

    def between(self, old: str, new: str) -> Between:
        """List what is between two revisions; see Revisions."""
        first, last = self._revision(old), self._revision(new)
        span = f"{first.sha}..{last.sha}"
        self._refuse_shallow(old, new)
        ahead = self._git("rev-list", "--topo-order", span, limit=LONG).split()
        behind = self._git("rev-list", f"{last.sha}..{first.sha}", limit=LONG).split()
        carried: list[str] = []
        if behind:  # one can be a copy of another only if both sides have their own commits; git compares by patch-id
            marked = self._git(
                "rev-list", "--right-only", "--no-merges", "--cherry-mark", f"{first.sha}...{last.sha}", limit=LONG
            ).split()
            carried = [sha[1:] for sha in marked if sha.startswith("=")]
        return Between(first, last, self.heads(ahead), frozenset(carried), self.heads(behind))

    def tags(self) -> tuple[Tag, ...]:
        """List the newest tags; see Revisions. Pages of notes are GitHub's, if the remote is there."""
        form = "%(refname:short)%09%(objectname)%09%(*objectname)%09%(creatordate:unix)"
        listed = self._git(
            "for-each-ref", "--sort=-creatordate", f"--count={_TAGS}", f"--format={form}", "refs/tags"
        ).splitlines()
        found = []
        for name, sha, peeled, made in (line.split("\t") for line in listed if line.count("\t") == _FIELDS):
            if made.isdecimal():
                found.append(Tag(name, peeled or sha, datetime.fromtimestamp(int(made), UTC)))
        return tuple(found)

    def files(self, sha: str, paths: Collection[str]) -> Files:  # noqa: ARG002 - all of them are at hand
        """Return the product's files at a commit; see Revisions."""
        listed = self._git("ls-tree", "-r", "-l", "-z", sha, limit=LONG).split("\0")
        wanted = dict(list(_product(listed))[:MOST_FILES])
        given = "\n".join(wanted.values())
        rest = memoryview(self._git.raw("cat-file", "--batch", given=given, limit=LONG)) if wanted else memoryview(b"")
        texts: dict[str, str] = {}
        for path in wanted:
            end = bytes(rest[:200]).index(b"\n")
            _, kind, *size = bytes(rest[:end]).split(b" ")
            length = int(size[0]) if kind == b"blob" else -1
            if length >= 0:
                texts[path] = bytes(rest[end + 1 : end + 1 + length]).decode(errors="replace")
            rest = rest[end + 1 + length + 1 :]
        return Files(texts, is_whole=True)

    def tree(self, sha: str) -> Files:
        """Return the product's files at a commit; see Revisions."""
        return self.files(sha, ())

    def _revision(self, name: str) -> Revision:
        sha = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", check=False
        ).strip()
        if not sha:
            near = self._near(name)
            hint = f"the newest tags are {', '.join(near)}" if near else "it has no tags"
            raise NotFound(f"{self.repo} has no revision {name!r}; {hint}. If it is newer than the clone, fetch first.")
        (head,) = self.heads([sha])
        return Revision(name, sha, head.committed_at)

    def _near(self, name: str) -> list[str]:  # noqa: ARG002 - the newest ones help whatever was typed
        return self._git(
            "for-each-ref", "--sort=-creatordate", "--count=5", "--format=%(refname:short)", "refs/tags"
        ).split()

    def _refuse_shallow(self, old: str, new: str) -> None:
        if self._git("rev-parse", "--is-shallow-repository").strip() == "true":
            raise BadInput(
                f"{self._path} is a shallow clone, which may lack commits between {old} and {new}: "
                f"run `git -C {self._path} fetch --unshallow` first."
            )


def _product(listed: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield path and blob of the text files that users run or build, from `git ls-tree -l`."""
    for line in listed:
        head, _, path = line.partition("\t")
        fields = head.split()
        if len(fields) < 4 or fields[1] != "blob" or not fields[3].isdecimal() or int(fields[3]) > LARGEST_FILE:  # noqa: PLR2004 - mode, type, SHA, size
            continue
        if is_read(path):
            yield path, fields[2]
