"""A clone is read as it is: nothing is fetched, nothing in it is changed, and no program that it names is started."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.scratch import ENVIRONMENT, NOON, Scratch, run_git

from analysis.commits.commit import Commit
from analysis.errors import BadInput, NotFound, Outage
from analysis.sources import Listing
from analysis.sources.git_clone import GitClone
from analysis.sources.git_command import is_too_old

DAY = timedelta(days=1)
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A repository with one commit a day: three, the last at NOON."""
    made = Scratch(tmp_path / "scratch.git")
    for days in (2, 1, 0):
        made.commit(f"{days} days before", {"a.py": f"{days}\n"}, at=NOON - days * DAY)
    return made


def clone(scratch: Scratch, path: Path, *options: str) -> Path:
    run_git(scratch.path, "config", "uploadpack.allowFilter", "true")
    run_git(scratch.path, "clone", "--quiet", *options, f"file://{scratch.path}", str(path))
    return path


def opened(path: Path | str, **options: str) -> GitClone:
    return GitClone(path, environ=ENVIRONMENT, **options)


def listed(path: Path, since: datetime = EVER[0], until: datetime = EVER[1], **options: str) -> Listing:
    return opened(path, **options).landed(since, until)


def subjects(listing: Listing) -> list[str]:
    return [head.subject for head in listing.heads]


def whole(source: GitClone, heads: Sequence[Commit]) -> list[Commit]:
    with ThreadPoolExecutor(1) as executor:
        return list(source.fetch(heads, executor))


class TestWhatItIs:
    def test_its_remote_names_it(self, scratch: Scratch, tmp_path: Path) -> None:
        path = clone(scratch, tmp_path / "c")
        for url in (
            "https://github.com/ann/quill.git",
            "https://github.com/ann/quill/",
            "https://user:secret@github.com/ann/quill",
            "git@github.com:ann/quill.git",
            "ssh://git@github.com:22/ann/quill.git",
        ):
            run_git(path, "config", "remote.origin.url", url)
            source = opened(path)
            head = source.landed(*EVER).heads[0]
            assert (source.repo, head.repo) == ("ann/quill", "ann/quill")
            assert head.url == f"https://github.com/ann/quill/commit/{head.sha}"

    def test_without_a_remote_its_folder_names_it(self, scratch: Scratch) -> None:
        head = listed(scratch.path).heads[0]
        assert (head.repo, head.url) == ("scratch", None)

    def test_a_remote_on_the_disk_is_no_web_page(self, scratch: Scratch, tmp_path: Path) -> None:
        for url in (str(scratch.path), "../scratch.git", "file:///srv/scratch.git", "mirrors.d/scratch"):
            path = clone(scratch, tmp_path / f"c{abs(hash(url))}")
            run_git(path, "config", "remote.origin.url", url)
            assert (opened(path).repo, listed(path).heads[0].url) == (path.name, None)

    def test_what_it_is_called_may_be_given(self, scratch: Scratch) -> None:
        assert opened(scratch.path, repo="ann/quill").repo == "ann/quill"

    def test_a_folder_below_its_root_will_do(self, scratch: Scratch, tmp_path: Path) -> None:
        path = clone(scratch, tmp_path / "c")
        (path / "below").mkdir()
        assert (len(listed(path / "below").heads), opened(path / "below").repo) == (3, "c")

    @pytest.mark.parametrize("options", [("--bare",), ("--mirror",), ("--no-checkout",), ()], ids=str)
    def test_any_clone_will_do(self, scratch: Scratch, tmp_path: Path, options: tuple[str, ...]) -> None:
        assert len(listed(clone(scratch, tmp_path / "c", *options)).heads) == 3

    def test_a_linked_working_tree_will_do(self, scratch: Scratch, tmp_path: Path) -> None:
        run_git(scratch.path, "worktree", "add", "--quiet", str(tmp_path / "tree"), "main")
        assert len(listed(tmp_path / "tree").heads) == 3

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match=r"There is no folder .*/nowhere: give a clone's path, or owner/name"):
            opened(tmp_path / "nowhere")

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(BadInput, match="There is no folder"):
            opened(tmp_path / "file")

    def test_the_folder_of_an_unknown_user(self) -> None:
        with pytest.raises(BadInput, match="There is no folder"):
            opened("~nobody-of-this-name/quill")

    def test_a_folder_that_is_no_repository(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="is not a git repository: give a clone's path"):
            opened(tmp_path)

    def test_a_broken_configuration_is_not_called_no_repository(self, scratch: Scratch) -> None:
        (scratch.path / "config").write_text("[core\n")
        with pytest.raises(Outage, match="bad config line 1"):
            opened(scratch.path)

    def test_a_damaged_repository_is_told(self, scratch: Scratch) -> None:
        for file in (scratch.path / "objects").rglob("*"):
            if file.is_file():
                file.unlink()
        with pytest.raises((Outage, NotFound, BadInput)):
            assert listed(scratch.path, branch="main").heads

    def test_without_git_there_is_a_way_out(self, scratch: Scratch, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="git is not installed on this machine: install it, or name a repository on"):
            GitClone(scratch.path, environ={"PATH": str(tmp_path)})

    def test_an_old_git_is_refused(self, scratch: Scratch, tmp_path: Path) -> None:
        program = tmp_path / "git"
        program.write_text("#!/bin/sh\necho git version 2.36.1\n")
        program.chmod(0o755)
        with pytest.raises(BadInput, match=r"has git version 2\.36\.1; daybrief needs git 2\.37 or newer"):
            GitClone(scratch.path, environ={"PATH": f"{tmp_path}:{os.defpath}"})

    @pytest.mark.parametrize(
        ("version", "old"),
        [("git version 2.36.9", True), ("git version 2.37.0", False), ("git version 3.0", False), ("?", False)],
    )
    def test_versions_are_compared_as_numbers(self, version: str, old: bool) -> None:
        assert is_too_old(version) is old


class TestBranches:
    def test_the_remotes_default_branch_is_followed(self, scratch: Scratch, tmp_path: Path) -> None:
        """Also while another branch is checked out."""
        path = clone(scratch, tmp_path / "c")
        run_git(path, "checkout", "--quiet", "-b", "work")
        assert (listed(path).branch, len(listed(path).heads)) == ("main", 3)

    def test_without_a_remote_it_is_what_is_checked_out(self, scratch: Scratch) -> None:
        scratch.commit("Aside", {"b": "1\n"}, parents=[scratch.tip()], branch="work")
        scratch.git("symbolic-ref", "HEAD", "refs/heads/work")
        assert (listed(scratch.path).branch, len(listed(scratch.path).heads)) == ("work", 4)

    def test_a_branch_may_be_named(self, scratch: Scratch, tmp_path: Path) -> None:
        scratch.commit("Aside", {"b": "1\n"}, parents=[scratch.tip()], branch="fix/it")
        listing = listed(clone(scratch, tmp_path / "c"), branch="fix/it")
        assert (listing.branch, subjects(listing)[0]) == ("fix/it", "Aside")

    @pytest.mark.parametrize(
        ("listed_as", "name"),
        [("origin/fix/it", "fix/it"), ("remotes/origin/fix/it", "fix/it"), ("remotes/fork/fix/it", "fork/fix/it")],
    )
    def test_a_branch_may_be_named_as_git_lists_it(
        self, scratch: Scratch, tmp_path: Path, listed_as: str, name: str
    ) -> None:
        """One branch has one name, so that it is told once; another remote's is another branch."""
        scratch.commit("Aside", {"b": "1\n"}, parents=[scratch.tip()], branch="fix/it")
        path = clone(scratch, tmp_path / "c")
        run_git(path, "update-ref", "refs/remotes/fork/fix/it", "refs/remotes/origin/fix/it")
        listing = listed(path, branch=listed_as)
        assert (listing.branch, subjects(listing)[0]) == (name, "Aside")

    @pytest.mark.parametrize("name", ["no-such", "--all", "main..", "-1"])
    def test_an_unknown_branch(self, scratch: Scratch, name: str) -> None:
        with pytest.raises(NotFound, match=r"scratch has no branch .*: `git branch -a` in .* lists what it has"):
            listed(scratch.path, branch=name)

    def test_a_detached_head_is_followed(self, scratch: Scratch) -> None:
        scratch.git("update-ref", "--no-deref", "HEAD", "main~1")
        assert (listed(scratch.path).branch, subjects(listed(scratch.path))[0]) == ("HEAD", "1 days before")

    def test_a_detached_head_does_not_hide_the_remotes_branch(self, scratch: Scratch, tmp_path: Path) -> None:
        path = clone(scratch, tmp_path / "c")
        run_git(path, "checkout", "--quiet", "--detach", "HEAD~2")
        assert len(listed(path).heads) == 3

    def test_what_is_not_pushed_yet_counts(self, scratch: Scratch, tmp_path: Path) -> None:
        path = clone(scratch, tmp_path / "c")
        run_git(path, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m", "Mine")
        assert subjects(listed(path))[0] == "Mine"

    def test_a_local_branch_that_is_behind_hides_nothing(self, scratch: Scratch, tmp_path: Path) -> None:
        path = clone(scratch, tmp_path / "c")
        run_git(path, "reset", "--quiet", "--hard", "HEAD~2")
        assert len(listed(path).heads) == 3

    def test_a_local_branch_that_went_its_own_way_is_not_followed(self, scratch: Scratch, tmp_path: Path) -> None:
        path = clone(scratch, tmp_path / "c")
        run_git(path, "reset", "--quiet", "--hard", "HEAD~1")
        run_git(path, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m", "Mine")
        assert subjects(listed(path))[0] == "0 days before"

    def test_a_branch_without_commits(self, tmp_path: Path) -> None:
        listing = listed(Scratch(tmp_path / "r").path)
        assert (listing.branch, listing.heads, listing.notes) == ("main", (), ("the repository has no commits yet",))


class TestSpans:
    def test_order_is_no_matter(self, scratch: Scratch) -> None:
        """A commit that claims an older time does not end the list: what stands behind it is in the span too."""
        scratch.commit("Old clock", {"a.py": "old\n"}, at=NOON - 30 * DAY)
        scratch.commit("Last", {"a.py": "last\n"}, at=NOON + timedelta(hours=1))
        assert subjects(listed(scratch.path, NOON - timedelta(hours=1), NOON + DAY)) == ["Last", "0 days before"]

    def test_more_commits_than_are_read_at_once(self, tmp_path: Path) -> None:
        scratch = Scratch(tmp_path / "r")
        scratch.line(120)
        source = opened(scratch.path)
        commits = whole(source, source.landed(*EVER).heads)
        assert [commit.subject for commit in commits] == [f"Number {number}" for number in range(119, -1, -1)]
        assert [len(commit.files) for commit in commits] == [1] * 120

    def test_times_that_are_none(self, scratch: Scratch) -> None:
        """Old tools wrote author's times that no calendar has; the committer's decides the day."""
        tree = scratch.git("rev-parse", "main^{tree}")
        seconds = int(NOON.timestamp())
        for written in ("99999999999999999", "-1", ""):
            raw = f"tree {tree}\nparent {scratch.tip()}\nauthor A <a@b> {written} +0000\ncommitter A <a@b> {seconds} +0000\n\nOdd\n"
            sha = scratch.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw.encode())
            scratch.git("update-ref", "refs/heads/main", sha)
        odd = [head for head in listed(scratch.path).heads if head.subject == "Odd"]
        assert [head.committed_at for head in odd] == [NOON] * 3
        assert all(head.authored_at <= NOON for head in odd)

    def test_a_message_with_a_zero_byte(self, scratch: Scratch) -> None:
        """Git itself reads such a message to there."""
        tree, seconds = scratch.git("rev-parse", "main^{tree}"), int(NOON.timestamp())
        who = f"A <a@b> {seconds} +0000"
        raw = f"tree {tree}\nparent {scratch.tip()}\nauthor {who}\ncommitter {who}\n\nBefore\0after\n"
        sha = scratch.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw.encode())
        scratch.git("update-ref", "refs/heads/main", sha)
        assert subjects(listed(scratch.path)) == ["Before", "0 days before", "1 days before", "2 days before"]


class TestCutOff:
    def test_history_that_ends_inside_the_span_is_refused(self, scratch: Scratch, tmp_path: Path) -> None:
        path = clone(scratch, tmp_path / "c", "--depth=2")
        with pytest.raises(
            BadInput, match="is a shallow clone and its history may end within the requested days: run `git"
        ):
            listed(path, NOON - 2 * DAY, NOON + DAY)

    def test_history_that_ends_well_before_the_span_is_enough(self, scratch: Scratch, tmp_path: Path) -> None:
        for hours in (1, 2):
            scratch.commit(f"{hours} after", {"a.py": f"{hours}\n"}, at=NOON + timedelta(hours=hours))
        path = clone(scratch, tmp_path / "c", "--depth=4")
        assert subjects(listed(path, NOON + timedelta(minutes=90), NOON + DAY)) == ["2 after"]

    @pytest.mark.parametrize("depth", [1, 2, 3])
    @pytest.mark.parametrize("day", [0, 1])
    def test_the_date_of_the_end_alone_is_not_believed(
        self, scratch: Scratch, tmp_path: Path, depth: int, day: int
    ) -> None:
        """It says 2010 and stands right below the day: more of the day may lie below it, also of a day that looks quiet."""
        for number in range(1, 6):
            year = 2010 if number == 6 - depth else 2026
            scratch.commit(
                f"Number {number}", {"a.py": f"n{number}\n"}, at=datetime(year, 1, 9, 12, number, tzinfo=UTC)
            )
        path = clone(scratch, tmp_path / "c", f"--depth={depth}")
        with pytest.raises(
            BadInput, match=r"may end within the requested days: run `git -C .* fetch --unshallow` first"
        ):
            listed(path, NOON + day * DAY, NOON + (day + 1) * DAY)

    def test_a_quiet_day_of_a_shallow_clone_is_refused_too(self, scratch: Scratch, tmp_path: Path) -> None:
        """The cut lies after the day: what landed on it was never fetched."""
        path = clone(scratch, tmp_path / "c", "--depth=1")
        with pytest.raises(BadInput, match="shallow"):
            listed(path, NOON - 2 * DAY, NOON - DAY)

    def test_files_that_were_left_out_are_not_fetched(self, scratch: Scratch, tmp_path: Path) -> None:
        path = clone(scratch, tmp_path / "c", "--filter=blob:none", "--bare")
        source = opened(path)
        heads = source.landed(*EVER).heads
        with pytest.raises(
            BadInput, match=r"is a partial clone and lacks files .*: clone the repository again without"
        ):
            whole(source, heads)

    def test_what_a_clone_has_not_fetched_is_told(self, scratch: Scratch, tmp_path: Path) -> None:
        path = clone(scratch, tmp_path / "c")
        run_git(path, "fetch", "--quiet")
        for file in ("FETCH_HEAD", "packed-refs"):
            os.utime(path / ".git" / file, (NOON.timestamp(), NOON.timestamp()))
        note = "the clone was last fetched on 2026-01-08 12:00 UTC; what landed after that is missing"
        assert listed(path, NOON - DAY, NOON + timedelta(seconds=1)).notes == (note,)
        assert listed(path, NOON - DAY, NOON).notes == ()

    def test_a_clone_that_was_never_fetched_again_is_told(self, scratch: Scratch, tmp_path: Path) -> None:
        path = clone(scratch, tmp_path / "c")
        assert not (path / ".git" / "FETCH_HEAD").exists()
        os.utime(path / ".git" / "packed-refs", (NOON.timestamp(), NOON.timestamp()))
        assert "last fetched on 2026-01-08" in listed(path, NOON, NOON + DAY).notes[0]

    def test_a_repository_of_ones_own_is_never_stale(self, scratch: Scratch) -> None:
        assert listed(scratch.path, NOON, datetime.now(UTC) + DAY).notes == ()


class TestNames:
    def test_a_commit_is_found_by_any_of_its_names(self, scratch: Scratch) -> None:
        sha = scratch.tip()
        scratch.git("tag", "v1", "main")
        scratch.git("-c", "user.name=A", "-c", "user.email=a@b", "tag", "-a", "-m", "Annotated", "v2", "main")
        source = opened(scratch.path)
        assert {source.resolve(name).sha for name in (sha, sha[:7], sha.upper(), "main", "v1", "v2")} == {sha}
        assert source.resolve("main").files[0].patch == "@@ -1 +1 @@\n-1\n+0"

    @pytest.mark.parametrize("name", ["0" * 40, "no-such", "--all", "-n1", "", "main:a.py"])
    def test_an_unknown_commit(self, scratch: Scratch, name: str) -> None:
        with pytest.raises(
            NotFound, match=r"scratch has no commit .*: give a SHA from its history, or search for words"
        ):
            opened(scratch.path).resolve(name)

    def test_a_file_is_read_as_it_stands_on_the_branch(self, scratch: Scratch) -> None:
        scratch.commit("Own", {".github/CODEOWNERS": "* @ann\n", "宽.md": "宽\n"})
        source = opened(scratch.path)
        assert (source.read_file(".github/CODEOWNERS"), source.read_file("宽.md")) == ("* @ann\n", "宽\n")
        assert [source.read_file(path) for path in ("nothing", ".github", "../a.py")] == [None, None, None]

    def test_no_file_stands_on_an_empty_branch(self, tmp_path: Path) -> None:
        assert opened(Scratch(tmp_path / "r").path).read_file("a") is None


SIGNED = """tree {tree}
parent {parent}
author A <a@b> {at} +0000
committer A <a@b> {at} +0000
gpgsig -----BEGIN {kind} SIGNATURE-----
 bm90IGEgc2lnbmF0dXJl
 -----END {kind} SIGNATURE-----

Signed
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Commit]]:
    """A clone with changes that settings show in other ways, and how it reads without any."""
    folder = tmp_path_factory.mktemp("plain")
    scratch = Scratch(folder / "r.git")
    lines = "".join(f"def f{number}():\n    return {number}\n\n" for number in range(9))
    root = scratch.commit("Root ä 宽", {"d/a.py": lines, "b.py": lines + "x\n", "sub": ("160000", "1" * 40)})
    scratch.commit(
        "Change",
        {
            "d/a.py": lines.replace("return 1", "return 10").replace("return 6", "return 60"),
            "b.py": None,
            "d/c.py": lines + "x\n",
            "copy.py": lines,
            "sub": ("160000", "2" * 40),
            "宽.py": "1\n",
        },
    )
    side = scratch.commit("Side", {"z": "1\n"}, parents=[root], branch="side")
    scratch.commit("Merge", {"z": "1\n"}, parents=[scratch.tip(), side])
    path = clone(scratch, folder / "c")
    run_git(path, "-c", "user.name=A", "-c", "user.email=a@b", "notes", "add", "-m", "A note", "HEAD")
    source = opened(path)
    return path, whole(source, source.landed(*EVER).heads)


class TestHostile:
    """A clone that somebody else made may name programs and change how things are shown."""

    def test_no_program_is_started(self, scratch: Scratch, tmp_path: Path) -> None:
        ran = tmp_path / "ran"
        program = tmp_path / "evil"
        program.write_text(f"#!/bin/sh\necho $0 $* >> {ran}\ncat\n")
        program.chmod(0o755)
        for kind in ("PGP", "SSH"):
            raw = SIGNED.format(
                tree=scratch.git("rev-parse", "main^{tree}"),
                parent=scratch.tip(),
                at=int(NOON.timestamp()),
                kind=kind,
            )
            sha = scratch.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw.encode())
            scratch.git("update-ref", "refs/heads/main", sha)
        path = clone(scratch, tmp_path / "c")
        for setting, value in {
            "diff.external": str(program),
            "diff.evil.command": str(program),
            "diff.evil.textconv": str(program),
            "filter.evil.clean": str(program),
            "filter.evil.smudge": str(program),
            "log.showSignature": "true",
            "gpg.program": str(program),
            "gpg.ssh.program": str(program),
            "gpg.ssh.allowedSignersFile": str(program),
            "core.pager": str(program),
            "pager.log": str(program),
            "core.fsmonitor": str(program),
            "core.sshCommand": str(program),
            "core.editor": str(program),
            "core.hooksPath": str(tmp_path),
            "alias.log": f"!{program}",
            "alias.rev-parse": f"!{program}",
            "credential.helper": str(program),
        }.items():
            run_git(path, "config", setting, value)
        (path / ".gitattributes").write_text("* diff=evil filter=evil\n")
        (path / ".git" / "info" / "attributes").write_text("* diff=evil filter=evil\n")
        source = opened(path)
        commits = whole(source, source.landed(*EVER).heads)
        source.resolve("main")
        source.read_file("a.py")
        assert [commit.subject for commit in commits][:3] == ["Signed", "Signed", "0 days before"]
        assert commits[2].files[0].patch == "@@ -1 +1 @@\n-1\n+0"
        assert not ran.exists()

    def test_what_a_partial_clone_lacks_is_not_got_by_a_program(self, scratch: Scratch, tmp_path: Path) -> None:
        path = clone(scratch, tmp_path / "c", "--filter=blob:none", "--bare")
        run_git(path, "config", "protocol.ext.allow", "always")
        run_git(path, "config", "remote.origin.url", f"ext::sh -c touch% {tmp_path}/ran")
        source = opened(path)
        with pytest.raises(BadInput, match="partial clone"):
            whole(source, source.landed(*EVER).heads)
        assert not (tmp_path / "ran").exists()

    def test_the_environments_own_git_settings_are_left_out(self, scratch: Scratch, tmp_path: Path) -> None:
        elsewhere = Scratch(tmp_path / "elsewhere")
        elsewhere.commit("Elsewhere", {"b": "1\n"})
        environ = {
            **ENVIRONMENT,
            "GIT_DIR": str(elsewhere.path),
            "GIT_WORK_TREE": str(tmp_path),
            "GIT_EXTERNAL_DIFF": "/bin/false",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "diff.noprefix",
            "GIT_CONFIG_VALUE_0": "true",
        }
        source = GitClone(scratch.path, environ=environ)
        commits = whole(source, source.landed(*EVER).heads)
        assert [commit.subject for commit in commits] == ["0 days before", "1 days before", "2 days before"]

    @pytest.mark.parametrize(
        "setting",
        [
            "color.ui=always",
            "core.quotePath=false",
            "diff.algorithm=patience",
            "diff.context=0",
            "diff.ignoreSubmodules=all",
            "diff.indentHeuristic=false",
            "diff.interHunkContext=40",
            "diff.mnemonicPrefix=true",
            "diff.noprefix=true",
            "diff.orderFile=/nowhere",
            "diff.relative=true",
            "diff.renameLimit=1",
            "diff.renames=false",
            "diff.renames=copies",
            "diff.submodule=log",
            "diff.suppressBlankEmpty=true",
            "diff.wsErrorHighlight=all",
            "format.pretty=raw",
            "i18n.logOutputEncoding=latin1",
            "log.date=relative",
            "log.decorate=full",
            "log.diffMerges=off",
            "log.follow=true",
            "log.showRoot=false",
            "notes.displayRef=*",
        ],
    )
    def test_no_setting_changes_what_is_read(self, plain: tuple[Path, list[Commit]], setting: str) -> None:
        path, expected = plain
        name, value = setting.split("=")
        run_git(path, "config", name, value)
        try:
            source = opened(path / "d")
            assert whole(source, source.landed(*EVER).heads) == expected
        finally:
            run_git(path, "config", "--unset", name)

    def test_commits_that_grafts_would_hide_are_read(self, scratch: Scratch, tmp_path: Path) -> None:
        """A file in the clone may give a commit other parents."""
        root = scratch.commit("Root", {"a": "1\n"})
        hidden = scratch.commit("Hidden", {"a": "2\n"})
        tip = scratch.commit("Tip", {"a": "3\n"})
        path = clone(scratch, tmp_path / "grafted")
        grafts = Path(run_git(path, "rev-parse", "--absolute-git-dir").strip()) / "info" / "grafts"
        grafts.parent.mkdir(exist_ok=True)
        grafts.write_text(f"{tip} {root}\n")
        assert hidden in {commit.sha for commit in whole(opened(path), opened(path).landed(*EVER).heads)}

    def test_commits_that_were_replaced_are_read_as_they_were(self, scratch: Scratch) -> None:
        scratch.commit("Aside", {"b": "1\n"}, branch="aside", parents=[])
        before = listed(scratch.path).heads
        scratch.git("replace", "main", "aside")
        assert listed(scratch.path).heads == before
