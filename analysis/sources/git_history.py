"""The whole history of a local clone, by git plumbing; nothing is fetched, and nothing in the clone is changed."""

from collections.abc import Collection, Mapping, Sequence

from analysis.commits.commit import Commit
from analysis.commits.tags import Tag
from analysis.sources.git_branch import Branches
from analysis.sources.git_command import LONG, Git
from analysis.sources.git_revisions import GitRevisions
from analysis.sources.history import BranchNames, Ticket

_MOST_NAMING = 500
"""Most commits whose messages contain a text: a common number has a few dozen."""


class GitHistory(GitRevisions):
    """A clone whose whole history can be queried; see `analysis.sources.history.History`."""

    def branch_names(self, beginning: str = "") -> BranchNames:
        """List the branches; see History."""
        found = Branches(self._git, self._repo, self._remote)
        tips = {name: "" for name in found.names() if name.startswith(beginning)}
        return BranchNames(tips, found.followed().branch)

    def ticket(self, number: int) -> Ticket | None:  # noqa: ARG002 - git knows no issues
        """Return None: only messages are known; see History."""
        return None

    def naming(self, texts: Collection[str]) -> tuple[Commit, ...]:
        """List the commits whose messages contain one of these texts; see History."""
        wanted = [text for text in texts if text.strip()]
        if not wanted:
            return ()
        words = [f"--grep={text}" for text in wanted]
        found = self._git(
            "log", "--all", "--fixed-strings", f"--max-count={_MOST_NAMING}", "--format=%H", *words, limit=LONG
        )
        return self.heads(found.split())

    def on_branch(self, shas: Collection[str]) -> frozenset[str]:
        """Return those that the branch reaches; see History."""
        tip = self._tip().sha
        known = self._known(shas)
        if not (tip and known):
            return frozenset()
        beyond = set(self._git("rev-list", "--no-walk=unsorted", *known).split())
        beyond &= set(self._git("rev-list", *known, "--not", tip, limit=LONG).split())
        return frozenset(known) - beyond

    def holding(self, shas: Collection[str], tags: Sequence[Tag]) -> Mapping[str, frozenset[str]]:
        """Return the commits that each tag reaches; see History."""
        wanted = {tag.name for tag in tags}
        found: dict[str, set[str]] = {}
        for sha in self._known(shas):
            listed = self._git(
                "for-each-ref", f"--contains={sha}", "--format=%(refname:short)", "refs/tags", limit=LONG
            )
            for name in wanted.intersection(listed.splitlines()):
                found.setdefault(name, set()).add(sha)
        return {name: frozenset(held) for name, held in found.items()}

    def branches(self) -> list[str]:
        """Return its branch names, the latest committed to first, remote ones with the remote's name."""
        listed = self._git(
            "for-each-ref", "--sort=-committerdate", "--format=%(refname:short) %(symref)", "refs/heads", "refs/remotes"
        )
        return [name for name, *of in map(str.split, listed.splitlines()) if not of]

    @property
    def git(self) -> Git:
        """Git in the clone."""
        return self._git

    def equivalents(self, shas: Sequence[str], others: Sequence[str]) -> dict[str, str]:
        """Map each commit that has a twin among the others, by git's patch-id, to that twin."""
        ids = self._patch_ids([*shas, *others])
        by_id = {ids[sha]: sha for sha in others if sha in ids}
        return {sha: by_id[ids[sha]] for sha in shas if sha in ids and ids[sha] in by_id}

    def same_change(self, sha: str, others: Collection[str]) -> frozenset[str]:
        """Return those with the same patch-id; see History. https://git-scm.com/docs/git-patch-id ."""
        ids = self._patch_ids([sha, *others])
        return frozenset(other for other in others if other != sha and other in ids and ids[other] == ids.get(sha))

    def _patch_ids(self, shas: Collection[str]) -> dict[str, str]:
        given = "".join(f"{sha}\n" for sha in self._known(shas))
        patches = self._git("diff-tree", "--stdin", "-p", "--no-ext-diff", "--no-textconv", given=given, limit=LONG)
        lines = [line.split() for line in self._git("patch-id", "--stable", given=patches, limit=LONG).splitlines()]
        return {commit: patch for patch, commit in lines}

    def _known(self, shas: Collection[str]) -> list[str]:
        """Return those that are commits here."""
        asked = list(dict.fromkeys(shas))
        answers = self._git("cat-file", "--batch-check", given="\n".join(asked)).splitlines() if asked else []
        return [sha for sha, answer in zip(asked, answers, strict=True) if answer.split()[1:2] == ["commit"]]
