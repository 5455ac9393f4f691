"""Which commits may have broken something: those that share words, files, lines or an area with what is reported come first."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bots import a_bot
from conftest import Cli, refused
from made import a_commit, an_entry
from repositories import Repository

from analysis.commits.commit import Commit, FileChange
from analysis.commits.title import ChangeType
from analysis.entry import Entry
from analysis.facts import Fact, FactKind
from analysis.i18n.language import LANGUAGES
from analysis.tracing.suspects import Clue, suspects
from analysis.tracing.vocabulary import named, stems


def a_change(title: str, path: str = "pen/a.py", patch: str = "", lines: int = 10, **changes: object) -> Entry:
    commit = a_commit(title, files=(FileChange(path, "modified", lines, 0, patch=patch or None),))
    return an_entry(commit, **{"types": (ChangeType.FEATURE,), **changes})  # type: ignore[arg-type]


def ranked(entries: list[Entry], words: str = "", areas: tuple[str, ...] = (), back: tuple[str, ...] = ()) -> list[str]:
    """The titles, the likeliest first; diffs come from elsewhere, as from a store."""
    by_sha = {entry.commit.sha: entry.commit for entry in entries}
    bare = [
        replace(one, commit=replace(one.commit, files=tuple(replace(f, patch=None) for f in one.commit.files)))
        for one in entries
    ]

    def diffs(shas: object) -> dict[str, Commit]:
        return by_sha

    return [one.entry.commit.subject for one in suspects(bare, words, areas, back, diffs)]


@pytest.mark.parametrize(
    "guilty",
    [
        a_change("Rewrite the drying of ink"),
        a_change("Tidy up", "pen/drying/ink.py"),
        a_change("Tidy up", patch="@@ -1 +1 @@ def dry_ink\n-dryInk(1)\n+dryInk(2)"),
    ],
)
def test_shared_words_come_first(guilty: Entry) -> None:
    """Of the title, the paths, or the lines that are changed; identifiers are taken apart."""
    others = [a_change(f"Change {number}", f"pen/{number}.py", lines=400) for number in range(8)]
    assert ranked([*others, guilty], "ink dries too slowly")[0] == guilty.commit.subject


def test_rare_words_count_more() -> None:
    """A word that every commit has tells nothing."""
    common = [a_change(f"Change the pen {number}") for number in range(8)]
    assert ranked([*common, a_change("Change the nib")], "pen nib")[0] == "Change the nib"


def test_an_area_and_a_later_revert_speak_against_a_commit() -> None:
    """Each is a reason of its own."""
    entries = [a_change(f"Change {number}") for number in range(4)]
    scheduler = a_change("Tidy up", areas=("scheduler",))
    assert ranked([*entries, scheduler], areas=("scheduler",))[0] == "Tidy up"
    assert ranked(entries, back=(entries[2].commit.sha,))[0] == "Change 2"


def test_what_leaves_the_product_alone_comes_last() -> None:
    """Tests and documents break nothing, however large."""
    entries = [a_change("Say more", "docs/a.md", lines=900, types=(ChangeType.DOCS,)), a_change("Tidy up", lines=2)]
    assert ranked(entries) == ["Tidy up", "Say more"]


def test_without_words_defaults_and_size_are_left() -> None:
    """Each reason is told with what it rests on."""
    default = a_change("Tidy up", facts=(Fact(FactKind.DEFAULT_CHANGED, "--page-size", before="1", after="16"),))
    found = suspects([a_change("Else"), default], "", (), (), lambda _shas: {})
    assert found[0].entry is default
    assert {reason.clue for reason in found[0].reasons} == {Clue.DEFAULT, Clue.SIZE}


def test_words_are_compared_without_their_endings() -> None:
    """And told as they were written."""
    assert stems("allocations of pageSizes") & stems("allocating page_size")
    assert stems("the fix for it") == frozenset()
    assert named("Allocations")[next(iter(stems("Allocations")))] == "Allocations"


# -- over a history


@pytest.fixture
def pen(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "pen")
    made.commit("Begin", {"pen/ink.py": "INK = 1\n", "pen/nib.py": "NIB = 1\n"}, "v1.0.0")
    made.commit("Draw circles", {"pen/circle.py": "CIRCLE = 1\n" * 40})
    made.commit("Mix ink by hand", {"pen/ink.py": "def mix_ink():\n    return 2\n"})
    made.commit("Explain circles", {"docs/a.md": "Circles.\n" * 90}, "v1.1.0")
    return made


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_they_are_told_in_every_form(cli: Cli, pen: Repository, language: str, form: str) -> None:
    """Called suspects, each with its reasons."""
    repo = ("--repo", f"ann/pen={pen.path}", "--lang", language, "--format", form, "--quiet")
    told = cli("suspects", "v1.0.0..v1.1.0", "ink", "is", "mixed", "badly", *repo).stdout
    assert told.index("Mix ink by hand") < told.index("Draw circles")
    assert ("A suspect is not a culprit" if language == "en" else "可疑不等于定论") in told
    assert ("its title mentions" if language == "en" else "标题提到") in told


def test_a_reason_names_what_it_rests_on(cli: Cli, pen: Repository) -> None:
    """A message that only says its title's words again is none."""
    pen.commit("Thin the ink\n\nThe ink was thick.", {"pen/ink.py": "THIN = 1\n"})
    told = cli("suspects", "v1.1.0..main", "ink", "--repo", f"ann/pen={pen.path}", "--quiet").stdout
    assert "its title mentions “ink”" in told
    assert "its message says" not in told


def test_programs_get_all_of_them(cli: Cli, pen: Repository) -> None:
    """With every reason."""
    run = ("suspects", "v1.0.0..v1.1.0", "ink", "--repo", f"ann/pen={pen.path}", "--json", "--quiet")
    found = json.loads(cli(*run).stdout)
    assert [one["title"] for one in found["suspects"]] == ["Mix ink by hand", "Draw circles", "Explain circles"]
    assert {reason["clue"] for reason in found["suspects"][0]["reasons"]} >= {"title", "path", "diff", "size"}


def test_a_range_without_commits_is_refused(cli: Cli, pen: Repository) -> None:
    """With the way out."""
    repo = ("--repo", f"ann/pen={pen.path}", "--quiet")
    assert "There is nothing between" in refused(cli("suspects", "v1.1.0..v1.0.0", *repo), 2)
    assert "two dots" in refused(cli("suspects", "v1.1.0", *repo), 2)


async def test_suspects_are_asked_for_in_chat(environ: dict[str, str], quill: Path) -> None:
    """With words and an area, of what may be seen there."""
    async with a_bot(environ, quill) as bot:
        bot.feed()
        told = await bot.shown("suspects main~12..main cache pages")
        assert "suspects between main~12 and main" in told
        assert "A suspect is not a culprit" in told
        assert "KV" in await bot.shown('suspects main~12..main area="KV cache"')
        assert "two dots" in await bot.problem("suspects")
