"""How a fork's patches stand: landed by their diff or their title, conflicting since a commit, or still good."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bots import NINE, Bot, a_bot
from conftest import Cli, refused
from fake_platform import an_asker
from repositories import Repository

from analysis.i18n.language import LANGUAGES
from bot.commands.registry import verb


@pytest.fixture
def forked(tmp_path: Path) -> Repository:
    """Upstream `main`, and `ours` with a patch of each kind."""
    made = Repository(tmp_path / "pen")
    lines = "".join(f"LINE_{number} = {number}\n" for number in range(30))
    made.commit("Begin", {"a.py": lines, "b.py": lines, "c.py": lines})
    made.git("checkout", "--quiet", "-b", "ours")
    same = made.commit("Sharpen the nib", {"a.py": lines.replace("LINE_1 = 1\n", "LINE_1 = 11\n")})
    made.commit("Fill the ink (#7)", {"b.py": lines.replace("LINE_5 = 5\n", "LINE_5 = 55\n")})
    made.commit("Hold it better", {"c.py": lines.replace("LINE_9 = 9\n", "LINE_9 = 99\n")})
    made.commit("Hold it best", {"c.py": lines.replace("LINE_9 = 9\n", "LINE_9 = 999\n")})
    made.commit("Paint it", {"d.py": "PAINT = 1\n"})
    made.git("checkout", "--quiet", "main")
    made.commit("Change nothing of it", {"e.py": "E = 1\n"})
    made.git("cherry-pick", same)
    made.commit("Fill the ink (#9)", {"b.py": lines.replace("LINE_20 = 20\n", "LINE_20 = 0\n")})
    made.commit("Hold it otherwise", {"c.py": lines.replace("LINE_9 = 9\n", "LINE_9 = 90\n")})
    made.commit("Go on", {"e.py": "E = 2\n"})
    return made


def test_each_patch_is_told_as_it_stands(cli: Cli, forked: Repository) -> None:
    """A patch that rests on one that conflicts conflicts by itself only where it adds to that."""
    found = json.loads(cli("patches", "main..ours", "--repo", str(forked.path), "--json", "--quiet").stdout)["patches"]
    stands = {one["title"]: one for one in found}
    assert stands["Sharpen the nib"]["landed"]["has_the_same_diff"] is True
    assert stands["Fill the ink (#7)"]["landed"]["has_the_same_diff"] is False
    held = stands["Hold it better"]
    assert (held["conflicts"], held["first_conflict"]["title"]) == (["c.py"], "Hold it otherwise")
    assert stands["Hold it best"]["conflicts"] == []
    assert (stands["Paint it"]["landed"], stands["Paint it"]["conflicts"]) == (None, [])


def test_the_clone_is_as_it_was(cli: Cli, forked: Repository) -> None:
    """No object, no reference and no file is added; no driver that it names is run."""
    marker = forked.path / "ran"
    forked.git("config", "merge.odd.driver", f"touch {marker}")
    (forked.path / ".git" / "info" / "attributes").write_text("* merge=odd\n")
    before = sorted(path for path in forked.path.rglob("*"))
    cli("patches", "main..ours", "--repo", str(forked.path), "--quiet")
    assert sorted(path for path in forked.path.rglob("*")) == before


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_it_is_told_in_every_form(cli: Cli, forked: Repository, language: str, form: str) -> None:
    """What conflicts first, with the first commit that does."""
    run = ("patches", "main..ours", "--repo", str(forked.path), "--lang", language, "--format", form, "--quiet")
    told = cli(*run).stdout
    assert told.index("Hold it better") < told.index("Paint it") < told.index("Sharpen the nib")
    assert "Hold it otherwise" in told
    assert ("2 have landed, 1 conflict now" if language == "en" else "2 个已进入上游，1 个目前有冲突") in told


def test_what_is_no_fork_is_refused(cli: Cli, forked: Repository) -> None:
    """With the way out."""
    repo = ("--repo", str(forked.path), "--quiet")
    assert "has no commit that ours lacks" in refused(cli("patches", "ours..ours~2", *repo), 2)
    assert "two dots" in refused(cli("patches", "main", *repo), 2)


# -- in chat


@pytest.fixture
async def chatting(environ: dict[str, str], forked: Repository) -> AsyncIterator[Bot]:
    """A channel whose feed reads the clone that has both branches, and one whose repository is on GitHub."""
    async with a_bot(environ, forked.path, NINE) as bot:
        bot.feed(repository="example/pen", place=f"example/pen={forked.path}")
        bot.feed(channel="C2", repository="example/ink", place="example/ink")
        yield bot


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_told_in_chat(chatting: Bot, language: str) -> None:
    """As on the command line, in the clone that the configuration gives the repository."""
    told = await chatting.shown(f"patches main..ours lang={language}")
    assert told.index("Hold it better") < told.index("Paint it") < told.index("Sharpen the nib")
    assert ("2 have landed, 1 conflict now" if language == "en" else "2 个已进入上游，1 个目前有冲突") in told


async def test_a_branch_of_a_remote_is_no_repository(chatting: Bot, forked: Repository) -> None:
    """`up/main..ours` looks like the name of one."""
    forked.git("update-ref", "refs/remotes/up/main", "main")
    assert "Hold it otherwise" in await chatting.shown("patches up/main..ours")


async def test_what_somebody_types_leads_to_no_other_folder(chatting: Bot, forked: Repository) -> None:
    """A repository is named by its name; of one on GitHub the way out is told, and so is what is no range or no fork."""
    for typed in (f"patches main..ours repository={forked.path}", f"patches main..ours {forked.path}"):
        assert forked.path.name in await chatting.problem(typed)
    assert "such as main..ours" in await chatting.problem("patches main")
    assert "is not a fork of" in await chatting.problem("patches ours..ours~2")
    assert "has no revision 'nowhere'" in await chatting.problem("patches main..nowhere")
    elsewhere = await chatting.problem("patches main..ours", an_asker(channel="C2"))
    assert "example/ink is read from GitHub" in elsewhere


async def test_branches_are_offered_while_somebody_types(chatting: Bot, forked: Repository) -> None:
    """Against the branch that the feed follows, or the one that stands before the dots; those of a clone alone."""
    forked.git("branch", "older", "main~2")
    patches = verb("patches")
    assert patches

    async def offered(typed: str, channel: str = "C1") -> list[str]:
        asker = an_asker(channel=channel)
        found = await chatting.assembly.suggest(asker, "patches", patches.options[0], typed, {})
        return [value for value, _ in found]

    assert set(await offered("")) == {"main..ours", "main..older"}
    assert await offered("our") == ["main..ours"]
    assert set(await offered("older..")) == {"older..main", "older..ours"}
    assert await offered("", "C2") == []
