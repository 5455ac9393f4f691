"""Where a fix is: merged is not released, what was taken back fixes nothing, and a copy on a release branch counts."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bots import REPO, Bot, a_bot
from conftest import Cli, refused
from repositories import Repository
from servers.github import GitHubServer
from servers.github_graphql import Pulls

from analysis.i18n.language import LANGUAGES
from analysis.sources.git_history import GitHistory
from formatters.terminal.replies import reply_text


@pytest.fixture
def pen(tmp_path: Path) -> Repository:
    """A repository with a release branch, and fixes that have come differently far.

    #10 is fixed by #11 and released; #20 landed and was taken back; #30 landed after the last release; #40 was copied to the
    release branch; #50 is named by a later commit; #60 was taken back, and that taken back again.
    """
    made = Repository(tmp_path / "pen")
    made.commit("Begin", {"ink.py": "INK = 1\n", "nib.py": "NIB = 1\n"}, "v1.0.0")
    made.commit("Dry faster (#11)\n\nFixes #10", {"ink.py": "INK = 2\n"})
    wet = made.commit("Write wet (#20)", {"wet.py": "WET = 1\n"})
    made.commit(f'Revert "Write wet (#20)" (#21)\n\nThis reverts commit {wet}.', {"wet.py": None})
    thin = made.commit("Write thin (#60)", {"thin.py": "THIN = 1\n"})
    back = made.commit(f'Revert "Write thin (#60)" (#61)\n\nThis reverts commit {thin}.', {"thin.py": None})
    made.commit(f'Revert "Revert "Write thin (#60)"" (#62)\n\nThis reverts commit {back}.', {"thin.py": "THIN = 1\n"})
    made.commit("Release 1.1.0", {"version": "1.1.0\n"}, "v1.1.0")
    made.commit("Hold the nib (#30)", {"nib.py": "NIB = 2\n"})
    leak = made.commit("Stop a leak (#40)", {"leak.py": "LEAK = 0\n"})
    made.commit(f"Leak less still\n\nFollows {leak[:10]}.", {"leak.py": "LEAK = -1\n"})
    made.git("checkout", "--quiet", "-b", "release-1.1", "v1.1.0")
    made.git("cherry-pick", "-x", leak)
    made.commit("Release 1.1.1", {"version": "1.1.1\n"}, "v1.1.1")
    made.git("checkout", "--quiet", "main")
    return made


def asked(cli: Cli, pen: Repository, reference: str, *more: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        cli("fix", reference, "--repo", f"ann/pen={pen.path}", "--json", *more).stdout
    )
    return found


@pytest.mark.parametrize(
    ("reference", "verdict", "releases"),
    [
        ("#10", "released", ["v1.1.0", "v1.1.1"]),
        ("#11", "released", ["v1.1.0", "v1.1.1"]),
        ("#20", "reverted", []),
        ("#30", "merged", []),
        ("#40", "released", ["v1.1.1"]),
        ("#60", "released", ["v1.1.0", "v1.1.1"]),
        ("#99", "unknown", []),
    ],
)
def test_how_far_a_fix_has_come(cli: Cli, pen: Repository, reference: str, verdict: str, releases: list[str]) -> None:
    """By what messages and tags say."""
    found = asked(cli, pen, reference)
    assert found["verdict"] == verdict
    assert [one["name"] for one in found["releases"]] == releases  # type: ignore[attr-defined]


def test_what_is_merged_is_not_called_released(cli: Cli, pen: Repository) -> None:
    """Nor is what was taken back called fixed."""
    repo = ("--repo", f"ann/pen={pen.path}")
    assert "merged, but not in any release yet (the newest is v1.1.1)" in cli("fix", "#30", *repo).stdout
    taken_back = cli("fix", "#20", *repo).stdout
    assert "this is not fixed" in taken_back
    assert "released" not in taken_back


def test_a_copy_is_known_by_its_words_and_its_diff(cli: Cli, pen: Repository) -> None:
    """It is told beside what it copies; so is a later commit that names it."""
    steps = {(step["role"], step["how"], step["is_on_branch"]) for step in asked(cli, pen, "#40")["steps"]}  # type: ignore[attr-defined]
    assert steps == {("landing", "number", True), ("copy", "diff", False), ("names", "message", True)}


def test_a_copy_without_a_word_is_known_by_its_diff_alone(cli: Cli, pen: Repository) -> None:
    """Cherry-picked as it is, by whoever did not say so."""
    leak = pen.git("rev-parse", "main~1")
    pen.git("checkout", "--quiet", "-b", "other", "v1.0.0")
    pen.git("cherry-pick", leak)
    pen.git("tag", "v1.0.1")
    pen.git("checkout", "--quiet", "main")
    names = [one["name"] for one in asked(cli, pen, leak)["releases"]]  # type: ignore[attr-defined]
    assert sorted(names) == ["v1.0.1", "v1.1.1"]


def test_whether_the_version_in_use_has_it(cli: Cli, pen: Repository, tmp_path: Path) -> None:
    """As a file of uses names it."""
    file = tmp_path / "uses.toml"
    file.write_text('repository = "ann/pen"\n[images]\n"ann/pen" = [{ at = "deploy.yaml:3", value = "v1.1.0" }]\n')
    uses = ("--uses", str(file))
    assert asked(cli, pen, "#40", *uses)["used"] == {"version": "v1.1.0", "has_it": False}
    assert asked(cli, pen, "#10", *uses)["used"] == {"version": "v1.1.0", "has_it": True}
    told = cli("fix", "#40", "--repo", f"ann/pen={pen.path}", *uses).stdout
    assert "v1.1.0, which you use, does not have it." in told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_it_is_told_in_every_form(cli: Cli, pen: Repository, language: str, form: str) -> None:
    """With the verdict, the commits and the releases."""
    told = cli("fix", "#40", "--repo", f"ann/pen={pen.path}", "--lang", language, "--format", form).stdout
    assert "Stop a leak" in told
    assert "v1.1.1" in told
    assert ("merged and released" if language == "en" else "已合入并发布") in told


def test_words_and_shas_find_a_fix_too(cli: Cli, pen: Repository) -> None:
    """Words only of what was read; what does not fit is refused with the way out."""
    repo = ("--repo", f"ann/pen={pen.path}")
    cli("digest", *repo, "--date", "2026-01-08", "--tz", "UTC", "--quiet")
    assert asked(cli, pen, "nib")["verdict"] == "merged"
    assert asked(cli, pen, pen.git("rev-parse", "main~2")[:8])["verdict"] == "merged"
    assert "Give the SHA of one" in refused(cli("fix", "leak", *repo), 1)
    assert "no commit" in refused(cli("fix", "0badbad1", *repo), 1)


def test_a_number_is_no_part_of_a_longer_one(pen: Repository) -> None:
    """#1 is not #10, and another repository's #10 is not ours."""
    pen.commit("Ask for nothing\n\nFixes ben/brush#30", {"other": "1\n"})
    history = GitHistory(pen.path, environ={}, repo="ann/pen")
    from analysis.tracing.trace import closes, names_number

    found = history.naming(["#1"])
    assert found
    assert not any(names_number(commit, 1) or closes(commit, 1) for commit in found)
    (other,) = [commit for commit in history.naming(["#30"]) if "brush" in commit.message]
    assert not closes(other, 30)
    assert not names_number(other, 30)


async def test_a_fix_is_followed_in_chat(environ: dict[str, str], quill: Path) -> None:
    """For repositories that may be seen there."""
    async with a_bot(environ, quill) as bot:
        bot.feed()
        assert isinstance(bot, Bot)
        assert "Which fix?" in await bot.problem("fix")
        digest = await bot.shown("2026-03-12")
        assert digest
        number = next(iter(bot.core.stores.commits.between(REPO, bot.now.replace(day=11), bot.now))).commit.pull_request
        assert number
        told = await bot.shown(f"fix #{number}")
        assert "Landed" in told
        assert "not in any release yet" in told or "released" in told
        assert "cannot be seen" in await bot.problem("fix #1 repository=ann/private")


# -- followed


async def told(bot: Bot) -> list[str]:
    """Everything that was posted to somebody by direct message, after a look."""
    bot.now += timedelta(minutes=30)
    await bot.assembly.fixes.round()
    return [reply_text(reply, width=200) for (channel, _), reply in bot.platform.replies.items() if channel == "DM-U1"]


async def test_who_follows_a_fix_is_told_when_it_lands_and_when_it_is_released(
    environ: dict[str, str], pen: Repository
) -> None:
    """Each once; a revert in between, too. Then the subscription has done its work."""
    now = datetime(2026, 1, 9, 12, tzinfo=UTC)
    async with a_bot(environ, pen.path, now) as bot:
        bot.feed(repository="ann/pen", place=f"ann/pen={pen.path}")
        assert "the fix #70" in await bot.shown("subscribe fix=#70")
        assert await told(bot) == []
        sha = pen.commit("Blot less (#70)", {"blot.py": "BLOT = 0\n"})
        (landed,) = await told(bot)
        assert "merged, but not in any release yet" in landed
        assert await told(bot) == [landed]
        back = pen.commit(f'Revert "Blot less (#70)"\n\nThis reverts commit {sha}.', {"blot.py": None})
        assert "this is not fixed" in (await told(bot))[-1]
        pen.commit(f'Revert "Revert "Blot less (#70)""\n\nThis reverts commit {back}.', {"blot.py": "BLOT = 0\n"})
        assert "merged, but not in any release yet" in (await told(bot))[-1]
        pen.git("tag", "v1.2.0")
        assert "v1.2.0 was the first to have it" in (await told(bot))[-1]
        assert bot.assembly.subscriptions.all() == []
        assert len(await told(bot)) == 4


async def test_only_what_stays_the_same_can_be_followed(environ: dict[str, str], quill: Path) -> None:
    """Words may mean another commit tomorrow; and rights are those of every other topic."""
    async with a_bot(environ, quill) as bot:
        bot.feed()
        assert "fix=#123" in await bot.problem("subscribe fix=leaks")
        assert "cannot be seen" in await bot.problem("subscribe fix=#1 repository=ann/private")


# -- on GitHub


@pytest.fixture
def github(pen: Repository) -> Iterator[GitHubServer]:
    """The same repository on GitHub, where pull requests close issues that no message names."""
    with GitHubServer({"ann/pen": pen.path}) as server:
        merged = pen.git("rev-parse", "main~2")
        server.graphql.pulls["ann/pen"] = Pulls(
            {
                30: {
                    "title": "Hold the nib",
                    "mergeCommit": merged,
                    "mergedAt": "2026-01-08T20:00:00Z",
                    "closingIssuesReferences": [70],
                }
            },
            {70: {"title": "The nib slips", "state": "CLOSED"}, 71: {"title": "Ink is dear"}},
        )
        yield server


def on_github(cli: Cli, server: GitHubServer, reference: str) -> dict[str, object]:
    at = {"DAYBRIEF_GITHUB__BASE_URL": server.url, "DAYBRIEF_GITHUB__TOKEN": "test-token"}
    found: dict[str, object] = json.loads(cli("fix", reference, "--repo", "ann/pen", "--json", **at).stdout)
    return found


def test_github_knows_what_closes_an_issue(cli: Cli, github: GitHubServer) -> None:
    """Also where no message says it; what is open is told so."""
    found = on_github(cli, github, "#70")
    assert (found["verdict"], found["title"]) == ("merged", "The nib slips")
    assert [(step["role"], step["how"]) for step in found["steps"]] == [("landing", "github")]  # type: ignore[attr-defined]
    assert on_github(cli, github, "#71")["is_open"] is True


def test_a_tag_on_github_is_compared(cli: Cli, github: GitHubServer, pen: Repository) -> None:
    """Without a clone, and without anything stored."""
    pen.git("tag", "v1.2.0", "main")
    found = on_github(cli, github, "#70")
    assert found["verdict"] == "released"
    assert [one["name"] for one in found["releases"]] == ["v1.2.0"]  # type: ignore[attr-defined]
