"""Which branch of a clone is followed, and the commit it points at.

A clone knows about its remote what the last fetch brought. If the followed branch no longer exists on the remote, if a
reference names no commit, or if a fetch did not update the branch, the clone must not be mistaken for a quiet day: the
branch's successor is followed if it is unambiguous, and everything else is reported.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import Damaged, NotFound
from analysis.sources.git_command import LONG, Git
from analysis.sources.remarks import Remark

_LOCAL, _REMOTE = "refs/heads/", "refs/remotes/origin/"
_USUAL = {"main", "master", "trunk", "develop", "development"}
"""Usual names of default branches; a rename goes from one of these to another."""
_BESIDE = {"develop", "development", "dev", "next"}
"""Branches that are usually ahead of a default branch."""

_FETCHED = re.compile(r"^([0-9a-f]{40,64})\t(not-for-merge)?\t(?:branch '(.+)' of )?(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Tip:
    """A branch and the commit it points at; `sha` is empty in a repository without commits.

    Attributes:
        notes: what the reader should know about the choice.
        was_fetched: the last fetch included it, as far as is known; else it may be older than that.
    """

    branch: str
    sha: str
    notes: tuple[Remark, ...] = ()
    was_fetched: bool = True


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What the last fetch from the remote brought: branches with their SHAs, and whether it included all of them."""

    branches: dict[str, str]
    is_all: bool
    default: str


class Branches:
    """The branches of a clone, as they are now.

    Args:
        repo: the repository's name for error messages.
        remote: its remote's URL; empty for none.
    """

    def __init__(self, git: Git, repo: str, remote: str) -> None:
        self._git = git
        self._repo = repo
        self._refs, self._broken = git.refs()
        self._settings = git.settings()
        self._refspecs = list(filter(None, self._settings.get("remote.origin.fetch", [])))
        self._fetched = _last_fetch(git, remote, self._refspecs) if remote else _Fetched({}, is_all=False, default="")

    def named(self, wanted: str) -> Tip:
        """Return a branch by name, as people write it or as `git branch -a` lists it: main, origin/main, remotes/up/main.

        Raises:
            NotFound: there is none of that name.
            Damaged: it names no commit.
        """
        listed = wanted.removeprefix("remotes/")
        for name in dict.fromkeys((wanted, listed.removeprefix("origin/"))):
            for prefix in (_REMOTE, _LOCAL):
                if self._has(prefix + name):
                    return self._tip(name)
        if self._has(f"refs/remotes/{listed}"):
            return Tip(listed, self._commit(f"refs/remotes/{listed}"))
        raise NotFound(f"{self._repo} has no branch {wanted!r}: `git branch -a` in {self._git.path} lists what it has.")

    def followed(self) -> Tip:
        """Return the branch to follow if none is named: the remote's default one, else what is checked out.

        Raises:
            Damaged: it names no commit, it is gone from the remote without a clear successor, or fetches did not
                update it.
        """
        if self._has(f"{_REMOTE}HEAD"):
            default = self._git("symbolic-ref", "--quiet", f"{_REMOTE}HEAD", check=False).strip()
            if default:
                return self._tracked(default.removeprefix(_REMOTE))
        head = self._git("symbolic-ref", "--quiet", "HEAD", check=False).strip()
        if not head:
            return Tip("HEAD", self._commit("HEAD"))
        name = head.removeprefix(_LOCAL)
        if upstream := self._upstream(name):
            return self._tracked(upstream)
        if not self._has(head):
            return self._unborn(name)
        if self._is_mirror and self._is_gone(name):
            return self._successor(name, _LOCAL)
        sha = self._commit(head)
        self._refuse_unreached(name, sha)
        return Tip(name, sha)

    def names(self) -> tuple[str, ...]:
        """Return the names of branches that still exist on the remote; for a mirror, or without a remote, the local ones."""
        prefix = _REMOTE if any(ref.startswith(_REMOTE) for ref in self._refs) else _LOCAL
        found = (ref.removeprefix(prefix) for ref in self._refs if ref.startswith(prefix) and ref != f"{prefix}HEAD")
        return tuple(name for name in found if not self._is_gone(name))

    def left_behind(self, tip: Tip, span: Sequence[str], *, is_quiet: bool) -> Iterator[Remark]:
        """Yield a remark for each branch that contains the followed one plus commits of a span: it may be the new default.

        A clone does not learn of that. Branches that are usually ahead of a default one count only if the followed one `is_quiet`.
        """
        prefix = _REMOTE if self._has(_REMOTE + tip.branch) else _LOCAL
        if prefix == _LOCAL and not self._is_mirror:
            return
        for name in sorted(_USUAL | _BESIDE if is_quiet else _USUAL - _BESIDE):
            sha = self._refs.get(prefix + name, tip.sha)
            if sha == tip.sha or self._is_gone(name) or not self._is_within(tip.sha, sha):
                continue
            count = int(self._git("rev-list", "--count", *span, sha, "--not", tip.sha, limit=LONG))
            if count:
                mend = self._settled_by(prefix, name)
                yield Remark("branch_behind", old=tip.branch, new=name, count=count, mend=mend)

    # -- which one

    def _tracked(self, name: str) -> Tip:
        """Return a branch of the remote, or its successor."""
        if self._has(_REMOTE + name) and not self._is_gone(name):
            return self._tip(name)
        return self._successor(name, _REMOTE)

    def _upstream(self, name: str) -> str:
        """Return the remote branch that a local one is set to track; empty for none."""
        if self._setting(f"branch.{name}.remote") != "origin":
            return ""
        return self._setting(f"branch.{name}.merge").removeprefix(_LOCAL)

    def _setting(self, name: str) -> str:
        """Return a setting's effective value; empty for none."""
        return self._settings.get(name, [""])[-1].strip()

    def _is_gone(self, name: str) -> bool:
        """Whether the last fetch included every branch and this one was not among them."""
        return self._fetched.is_all and name not in self._fetched.branches

    def _settled_by(self, prefix: str, new: str) -> str:
        """Return the command that makes a clone follow the remote's default branch from then on."""
        if prefix == _REMOTE:
            return f"`git -C {self._git.path} remote set-head origin --auto`"
        return f"`git -C {self._git.path} symbolic-ref HEAD {_LOCAL}{new}`"

    def _successor(self, old: str, prefix: str) -> Tip:
        """Return the remote's new default branch, if it is unambiguous."""
        names = [ref.removeprefix(prefix) for ref in self._refs if ref.startswith(prefix) and ref != f"{prefix}HEAD"]
        names = [name for name in names if name != old and not self._is_gone(name)]
        before = self._refs.get(prefix + old) or self._refs.get(_LOCAL + old)
        if before:  # a renamed branch still has its history
            names = [name for name in names if self._is_within(before, self._refs[prefix + name])]
        usual = [name for name in names if name in _USUAL]
        found = names if len(names) == 1 else usual if old in _USUAL else []
        if len(found) != 1:
            raise Damaged(
                f"{self._git.path} follows the branch {old}, which is gone: run {self._settled_by(prefix, 'BRANCH')}, "
                "or name the branch to read."
            )
        (new,) = found
        return self._tip(new, Remark("branch_gone", old=old, new=new, mend=self._settled_by(prefix, new)))

    def _unborn(self, name: str) -> Tip:
        """Return a branch without commits: normal in an empty repository, damage in any other."""
        prefix = _LOCAL if any(ref.startswith(_LOCAL) for ref in self._refs) else _REMOTE
        if any(ref.startswith(prefix) for ref in self._refs):
            return self._successor(name, prefix)
        if "commit" in self._git("cat-file", "--batch-all-objects", "--batch-check=%(objecttype)", limit=LONG).split():
            raise Damaged(self._lost(f"its branch {name} is missing"))
        return Tip(name, "")

    @property
    def _is_mirror(self) -> bool:
        """Whether fetches write straight to the branches, as in a mirror."""
        return any(spec.lstrip("+").endswith(f":{_LOCAL}*") or spec.endswith(":refs/*") for spec in self._refspecs)

    # -- at which commit

    def _tip(self, name: str, *notes: Remark) -> Tip:
        brought = self._fetched.branches
        return Tip(name, self._newest(name), notes, was_fetched=not brought or name in brought)

    def _has(self, ref: str) -> bool:
        return ref in self._refs or ref in self._broken

    def _commit(self, ref: str) -> str:
        """Return the commit of an existing reference."""
        sha = self._git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", check=False).strip()
        if not sha:
            raise Damaged(self._lost(f"{ref} points to a commit that is missing"))
        return sha

    def _newest(self, name: str) -> str:
        """Return where a branch points: local commits not yet pushed count, unless the branch is behind or has diverged."""
        remote, local = _REMOTE + name, _LOCAL + name
        if not self._has(remote):
            return self._commit(local)
        theirs = self._commit(remote)
        ours = self._commit(local) if local in self._refs else ""
        return ours if ours and self._is_within(theirs, ours) else theirs

    def _is_within(self, sha: str, tip: str) -> bool:
        return not self._git("rev-list", "-1", f"{tip}..{sha}", limit=LONG).strip()

    def _refuse_unreached(self, name: str, tip: str) -> None:
        """Reject a branch that a fetch left behind: a bare clone has no setting that would update it."""
        if self._refspecs:
            return
        brought = self._fetched.branches.get(name) or self._fetched.default
        if brought and not self._is_within(brought, tip):
            raise Damaged(
                f"What was fetched into {self._git.path} did not reach its branch {name}: run `git -C {self._git.path} config "
                "remote.origin.fetch '+refs/heads/*:refs/heads/*'` and fetch again."
            )

    def _lost(self, what: str) -> str:
        path = self._git.path
        return f"The clone {path} is damaged, {what}: `git -C {path} fsck` says more; clone the repository again."


def _last_fetch(git: Git, remote: str, refspecs: Sequence[str]) -> _Fetched:
    """Read what the last fetch recorded, see https://git-scm.com/docs/git-fetch#_output ."""
    text = ""
    for folder in git("rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir").splitlines():
        file = Path(folder, "FETCH_HEAD")
        text = text or (file.read_text(errors="replace") if file.is_file() else "")
    own = [line for line in _FETCHED.findall(text) if _same(line[3], remote)]
    branches = {branch: sha for sha, _, branch, _ in own if branch}
    # What was fetched by name is for merging; only a fetch of everything lists what is not.
    is_all = any("*:" in spec for spec in refspecs) and any(aside and branch for _, aside, branch, _ in own)
    return _Fetched(branches, is_all, next((sha for sha, _, branch, _ in own if not branch), ""))


def _same(shown: str, remote: str) -> bool:
    """Whether a URL as git shows it after a fetch is that of the remote, ignoring its login and suffix."""
    return _bare(shown) == _bare(remote)


def _bare(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//", url.strip()).rstrip("/").removesuffix(".git").rstrip("/")
