"""Which branch of a clone is followed: a renamed one is, where that is certain; a damaged or forgotten one is no quiet day."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bots import NINE, a_bot
from servers.scratch import ENVIRONMENT, NOON, Scratch, run_git

from analysis.errors import Damaged
from analysis.i18n.language import LANGUAGES, Language
from analysis.sources import Listing
from analysis.sources.git_clone import GitClone
from formatters.reply import Note

DAY = timedelta(days=1)
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@pytest.fixture
def upstream(tmp_path: Path) -> Scratch:
    """A repository on GitHub, say; its default branch is called master."""
    made = Scratch(tmp_path / "upstream.git")
    made.git("symbolic-ref", "HEAD", "refs/heads/master")
    made.commit("Begin", {"a.py": "1\n"}, at=NOON - DAY, branch="master")
    return made


def renamed(upstream: Scratch, old: str = "master", new: str = "main") -> None:
    """Rename the default branch, and go on there."""
    upstream.git("branch", "-m", old, new)
    upstream.commit("After the rename", {"a.py": "2\n"}, branch=new)


def cloned(upstream: Scratch, path: Path, *options: str) -> Path:
    run_git(upstream.path, "clone", "--quiet", *options, f"file://{upstream.path}", str(path))
    return path


def listed(path: Path, **options: str) -> Listing:
    return GitClone(path, environ=ENVIRONMENT, **options).landed(*EVER)


def subjects(listing: Listing) -> list[str]:
    return [head.subject for head in listing.heads]


class TestRenamed:
    @pytest.mark.parametrize("prune", [("--prune",), ()], ids=["pruned", "kept"])
    @pytest.mark.parametrize("new", ["main", "trunk"])
    def test_the_new_default_branch_is_followed_and_noted(
        self, upstream: Scratch, tmp_path: Path, prune: tuple[str, ...], new: str
    ) -> None:
        """Whether the old one still stands in the clone or not, and whatever other branches there are."""
        upstream.commit("Aside", {"b.py": "1\n"}, branch="feature", parents=[upstream.tip("master")])
        path = cloned(upstream, tmp_path / "c")
        renamed(upstream, new=new)
        run_git(path, "fetch", "--quiet", *prune)
        listing = listed(path)
        assert (listing.branch, subjects(listing)) == (new, ["After the rename", "Begin"])
        assert listing.notes[0] == (
            f"the branch master no longer exists, so {new} is read instead; "
            f"`git -C {path} remote set-head origin --auto` settles it"
        )

    def test_a_clone_that_never_knew_a_default_branch_follows_it_too(self, upstream: Scratch, tmp_path: Path) -> None:
        """Made with `git init` and `git fetch`: its own branch says what it was set to follow."""
        path = cloned(upstream, tmp_path / "c")
        run_git(path, "remote", "set-head", "origin", "--delete")
        renamed(upstream)
        run_git(path, "fetch", "--quiet", "--prune")
        assert (listed(path).branch, subjects(listed(path))[0]) == ("main", "After the rename")

    @pytest.mark.parametrize("prune", [("--prune",), ()], ids=["pruned", "kept"])
    def test_a_mirror_follows_it_too(self, upstream: Scratch, tmp_path: Path, prune: tuple[str, ...]) -> None:
        path = cloned(upstream, tmp_path / "c.git", "--mirror")
        renamed(upstream)
        run_git(path, "fetch", "--quiet", *prune)
        listing = listed(path)
        assert (listing.branch, subjects(listing)[0]) == ("main", "After the rename")
        assert f"`git -C {path} symbolic-ref HEAD refs/heads/main` settles it" in listing.notes[0]

    def test_where_several_may_be_meant_none_is_guessed(self, upstream: Scratch, tmp_path: Path) -> None:
        """The sentence names the way out; the branch may be named, too."""
        path = cloned(upstream, tmp_path / "c")
        renamed(upstream, new="stable")
        upstream.commit("Next", {"a.py": "3\n"}, branch="next", parents=[upstream.tip("stable")])
        run_git(path, "fetch", "--quiet", "--prune")
        with pytest.raises(Damaged, match=r"follows the branch master, which is gone: run `git -C .* remote set-head"):
            listed(path)
        assert subjects(listed(path, branch="stable"))[0] == "After the rename"

    def test_a_branch_of_the_same_name_with_another_history_is_no_successor(
        self, upstream: Scratch, tmp_path: Path
    ) -> None:
        upstream.commit("Other", {"z.py": "1\n"}, branch="main", parents=[])
        upstream.commit("Pages", {"z.html": "1\n"}, branch="gh-pages", parents=[])
        path = cloned(upstream, tmp_path / "c")
        upstream.git("symbolic-ref", "HEAD", "refs/heads/main")
        upstream.git("branch", "-D", "master")
        run_git(path, "fetch", "--quiet", "--prune")
        with pytest.raises(Damaged, match="which is gone: run"):
            listed(path)

    def test_a_fetch_of_one_branch_says_nothing_of_the_others(self, upstream: Scratch, tmp_path: Path) -> None:
        """The default branch is not gone; but how fresh it is nobody knows, other than by when it last changed."""
        upstream.commit("Aside", {"b.py": "1\n"}, branch="feature", parents=[upstream.tip("master")])
        path = cloned(upstream, tmp_path / "c")
        before = time.time() - 40 * 86_400
        for file in (path / ".git").rglob("*"):
            os.utime(file, (before, before))
        run_git(path, "fetch", "--quiet", "origin", "feature")
        source = GitClone(path, environ=ENVIRONMENT)
        listing = source.landed(EVER[0], datetime.now(UTC) - timedelta(days=1))
        assert (listing.branch, subjects(listing)) == ("master", ["Begin"])
        assert listing.notes[0].startswith("the clone was last fetched on")


class TestLeftBehind:
    """The default branch is another one upstream, and the old one is still there: no fetch tells that."""

    @pytest.mark.parametrize("options", [(), ("--mirror",)], ids=["clone", "mirror"])
    @pytest.mark.parametrize("new", ["main", "trunk", "develop"])
    def test_what_went_on_elsewhere_is_noted(
        self, upstream: Scratch, tmp_path: Path, new: str, options: tuple[str, ...]
    ) -> None:
        """Only of days on which it did."""
        path = cloned(upstream, tmp_path / "c", *options)
        for number in range(2):
            upstream.commit(
                f"After {number}",
                {"a.py": f"{number}\n"},
                branch=new,
                parents=[upstream.tip(new) or upstream.tip("master")],
            )
        run_git(path, "fetch", "--quiet")
        listing = GitClone(path, environ=ENVIRONMENT).landed(NOON, NOON + DAY)
        assert (listing.branch, listing.heads) == ("master", ())
        mend = f"symbolic-ref HEAD refs/heads/{new}" if options else "remote set-head origin --auto"
        assert listing.notes[0] == (
            f"{new} has everything on master and 2 more commits from these days: if it is the default branch now, "
            f"run `git -C {path} {mend}`"
        )
        assert GitClone(path, environ=ENVIRONMENT).landed(NOON + DAY, NOON + 2 * DAY).notes == ()

    def test_a_branch_beside_is_none(self, upstream: Scratch, tmp_path: Path) -> None:
        """One that lacks something, one of any other name, and one for development while the default branch goes on itself."""
        begin = upstream.tip("master")
        upstream.commit("Later", {"a.py": "2\n"}, branch="master")
        upstream.commit("Apart", {"b.py": "1\n"}, branch="trunk", parents=[begin])
        upstream.commit("Aside", {"b.py": "1\n"}, branch="feature", parents=[upstream.tip("master")])
        upstream.commit("Next", {"b.py": "1\n"}, branch="develop", parents=[upstream.tip("master")])
        path = cloned(upstream, tmp_path / "c")
        assert GitClone(path, environ=ENVIRONMENT).landed(NOON, NOON + DAY).notes == ()
        assert GitClone(path, environ=ENVIRONMENT, branch="trunk").landed(NOON, NOON + DAY).notes == ()

    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_a_channel_that_wants_no_quiet_days_hears_of_it(
        self, environ: dict[str, str], upstream: Scratch, tmp_path: Path, language: Language
    ) -> None:
        path = cloned(upstream, tmp_path / "c")
        upstream.commit("After", {"a.py": "2\n"}, branch="trunk", parents=[upstream.tip("master")])
        run_git(path, "fetch", "--quiet")
        async with a_bot(environ, path, NINE) as bot:
            bot.feed(
                repository="ann/scratch",
                place=f"ann/scratch={path}",
                zone="UTC",
                quiet="nothing",
                language=language,
                since=NINE - DAY,
            )
            await bot.assembly.due()
            (said,) = bot.platform.in_channel("C1")
        assert isinstance(said, Note)
        assert f"git -C {path} remote set-head origin --auto" in said.text
        assert "trunk" in said.text


class TestForgotten:
    def test_a_clone_without_a_default_branch_shows_what_was_fetched(self, upstream: Scratch, tmp_path: Path) -> None:
        """Not only what was merged into the local branch."""
        path = cloned(upstream, tmp_path / "c")
        run_git(path, "remote", "set-head", "origin", "--delete")
        upstream.commit("Later", {"a.py": "2\n"}, branch="master")
        run_git(path, "fetch", "--quiet")
        assert subjects(listed(path)) == ["Later", "Begin"]

    def test_a_bare_clone_that_fetches_past_its_branch(self, upstream: Scratch, tmp_path: Path) -> None:
        path = cloned(upstream, tmp_path / "c.git", "--bare")
        assert subjects(listed(path)) == ["Begin"]
        upstream.commit("Later", {"a.py": "2\n"}, branch="master")
        run_git(path, "fetch", "--quiet", "origin")
        with pytest.raises(
            Damaged, match=r"did not reach its branch master: run `git -C .* config remote\.origin\.fetch"
        ):
            listed(path)
        run_git(path, "config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*")
        run_git(path, "fetch", "--quiet", "origin")
        assert subjects(listed(path)) == ["Later", "Begin"]


class TestDamaged:
    @pytest.mark.parametrize("content", ["", "1" * 40 + "\n", "what is this\n"], ids=["empty", "no object", "nonsense"])
    @pytest.mark.parametrize("ref", ["refs/heads/master", "refs/remotes/origin/master"])
    def test_a_reference_that_names_no_commit(self, upstream: Scratch, tmp_path: Path, ref: str, content: str) -> None:
        path = cloned(upstream, tmp_path / "c")
        if "heads" in ref:
            run_git(path, "remote", "remove", "origin")
        (path / ".git" / ref).write_text(content)
        with pytest.raises(
            Damaged, match=r"is damaged, .* points to a commit that is missing: .* clone the repository again"
        ):
            listed(path)

    def test_a_detached_head_without_its_commit(self, upstream: Scratch, tmp_path: Path) -> None:
        path = cloned(upstream, tmp_path / "c")
        run_git(path, "remote", "remove", "origin")
        (path / ".git" / "HEAD").write_text("1" * 40 + "\n")
        with pytest.raises(Damaged, match="is damaged, HEAD points to a commit that is missing"):
            listed(path)

    def test_the_object_of_the_newest_commit_is_missing(self, upstream: Scratch, tmp_path: Path) -> None:
        sha = upstream.commit("Later", {"a.py": "2\n"}, branch="master")
        loose = unpacked(upstream, tmp_path)
        (loose / "objects" / sha[:2] / sha[2:]).unlink()
        with pytest.raises(Damaged, match="is damaged, refs/heads/master points to a commit that is missing"):
            listed(loose)

    def test_an_older_commit_is_missing(self, upstream: Scratch, tmp_path: Path) -> None:
        """What stands before it cannot be listed."""
        lost = upstream.tip("master")
        upstream.commit("Later", {"a.py": "2\n"}, branch="master")
        loose = unpacked(upstream, tmp_path)
        (loose / "objects" / lost[:2] / lost[2:]).unlink()
        with pytest.raises(Damaged, match=r"git could not read .* clone the repository again"):
            listed(loose)

    def test_the_branch_itself_is_missing(self, upstream: Scratch) -> None:
        """There are commits, and nothing names them."""
        upstream.git("update-ref", "-d", "refs/heads/master")
        with pytest.raises(Damaged, match="is damaged, its branch master is missing"):
            listed(upstream.path)

    def test_a_branch_without_commits_beside_others(self, upstream: Scratch) -> None:
        upstream.commit("Aside", {"b.py": "1\n"}, branch="aside")
        upstream.git("symbolic-ref", "HEAD", "refs/heads/new")
        with pytest.raises(Damaged, match="follows the branch new, which is gone"):
            listed(upstream.path)

    def test_a_head_that_is_empty(self, upstream: Scratch) -> None:
        (upstream.path / "HEAD").write_text("")
        with pytest.raises(Damaged, match="git does not accept it as a repository"):
            listed(upstream.path)


def test_a_setting_that_never_ends_is_told(upstream: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone's configuration may include a pipe that nobody writes to."""
    monkeypatch.setattr("analysis.sources.git_command.QUICK", 0.5)
    os.mkfifo(tmp_path / "pipe")
    with (upstream.path / "config").open("a") as config:
        config.write(f"[include]\n\tpath = {tmp_path / 'pipe'}\n")
    with pytest.raises(Damaged, match=r"git had not finished with .* after 0 seconds: run `git -C"):
        listed(upstream.path)


def unpacked(upstream: Scratch, folder: Path) -> Path:
    """Return a copy of a repository that keeps each object in a file of its own."""
    path = folder / "loose.git"
    run_git(folder, "init", "--quiet", "--bare", "--initial-branch=master", str(path))
    for pack in (upstream.path / "objects" / "pack").glob("*.pack"):
        run_git(path, "unpack-objects", "-q", stdin=pack.read_bytes())
    for file in (upstream.path / "objects").glob("??/*"):
        target = path / "objects" / file.parent.name / file.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(file.read_bytes())
    run_git(path, "update-ref", "refs/heads/master", upstream.tip("master"))
    return path
