"""Which commits of a day are told as one."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from made import NOON, a_commit, an_entry

from analysis.commits.commit import FileChange
from analysis.commits.title import ChangeType
from analysis.digest import story_links
from analysis.digest.stories import Earlier, StoryKind, find_stories
from analysis.entry import Entry
from analysis.facts import Fact, FactKind


def change(title: str, *paths: str, author: str = "Ann", hours: float = 0, added: tuple[str, ...] = ()) -> Entry:
    """Return an entry that changed these files and brought those `added`."""
    files = tuple(FileChange(path, "added" if path in added else "modified", 1, 1) for path in (*paths, *added))
    return an_entry(
        a_commit(title, author=author, files=files, committed_at=NOON + timedelta(hours=hours)),
        types=(ChangeType.FEATURE,),
    )


def revert(title: str, **fact: Any) -> Entry:
    entry = change(title, "quill/a.py", author="Bob", hours=1)
    facts = (Fact(FactKind.REVERTS, **{"name": "", **fact}),)
    return replace(entry, facts=facts, triage=replace(entry.triage, types=(ChangeType.REVERT,)))


def joined(*entries: Entry) -> list[tuple[StoryKind, int]]:
    return [(story.kind, len(story.shas)) for story in find_stories(entries)]


class TestSameWork:
    @pytest.mark.parametrize(
        ("one", "two"),
        [
            (("Verify checksums of weights", "quill/check.py"), ("Generate checksums before", "quill/check.py")),
            (
                ("Support fp8 in Marlin", "a.cu", "b.py", "c.py"),
                ("[Fix] Marlin on Hopper", "a.cu", "c.py", "d.py", "e.py"),
            ),
            (("[Docs] NPU features", "docs/npu.md"), ("Update features of NPU", "docs/npu.md")),
            (("支持模型校验", "quill/check.py"), ("模型校验提速", "quill/check.py")),
        ],
        ids=["a word in common", "with other files", "documents", "in Chinese"],
    )
    def test_one_author_on_one_thing_in_the_same_files_is_one_story(
        self, one: tuple[str, ...], two: tuple[str, ...]
    ) -> None:
        assert joined(change(*one), change(*two, hours=3)) == [(StoryKind.SAME_WORK, 2)]

    def test_what_builds_on_files_that_came_before_belongs_to_them(self) -> None:
        first = change("Verify weights", "quill/server.py", added=("quill/check.py",))
        assert joined(first, change("Add sizes and hints", "quill/check.py", hours=2)) == [(StoryKind.SAME_WORK, 2)]

    def test_the_same_done_elsewhere_by_nearly_the_same_words_is_one_story(self) -> None:
        first = change("Migrate tokenizer tests to test/registered", "test/registered/a.py")
        second = change("[CI] migrate LoRA tests to test/registered", "test/registered/b.py", hours=1)
        assert joined(first, second) == [(StoryKind.SAME_WORK, 2)]

    @pytest.mark.parametrize(
        "second",
        [
            change("Print a progress bar", "quill/a.py", hours=1),
            change("Fix the tests of the model", "quill/a.py", hours=1),
            change("Verify checksums again", "quill/a.py", author="Bob", hours=1),
            change("Verify checksums again", "quill/a.py", hours=30),
            change("Verify checksums again", "quill/z.py", hours=1),
            change("Document how to verify checksums", "docs/a.md", hours=1),
        ],
        ids=[
            "another thing",
            "words that say nothing",
            "another author",
            "another day",
            "other files",
            "no product file",
        ],
    )
    def test_the_same_file_alone_makes_no_story(self, second: Entry) -> None:
        """Who works on a part of the code changes it several times a day, for several reasons."""
        assert joined(change("Fix and verify the checksums in a model", "quill/a.py"), second) == []

    @pytest.mark.parametrize(
        ("one", "two", "author"),
        [
            (("Hide the password of pager", "quill/pager.py"), ("Pager: count by the clock", "quill/pager.py"), "Ann"),
            (("Fix a flaky test of the pool", "tests/test_a.py"), ("Fix a flaky test on Linux", "tests/test_b.py"), "Ann"),
            (("Update all actions", ".github/workflows/a.yml"), ("Update all actions to v7", ".github/workflows/a.yml"), "renovate[bot]"),
        ],
        ids=["what the file is called", "words that are said of any test", "a machine"],
    )  # fmt: skip
    def test_what_says_no_more_than_the_file_joins_nothing(
        self, one: tuple[str, ...], two: tuple[str, ...], author: str
    ) -> None:
        assert joined(change(*one, author=author), change(*two, author=author, hours=1)) == []

    def test_titles_that_a_server_gives_join_nothing(self) -> None:
        pair = change("Merge commit from fork", "quill/a.py"), change("Merge commit from fork", "quill/b.py", hours=1)
        assert joined(*pair) == []

    def test_one_word_joins_nothing_to_what_is_done_in_many_files(self) -> None:
        """A file in common is then a small part of it; two words, or half the files, say more."""
        small = change("Name the ink of pages anew", "quill/press.py", hours=1)
        wide = ("quill/press.py", *(f"quill/{name}.py" for name in "abcde"))
        assert joined(change("Weigh the ink", *wide), small) == []
        assert joined(change("Weigh the ink of pages", *wide), small) == [(StoryKind.SAME_WORK, 2)]
        assert joined(change("Weigh the ink", *wide[:2]), small) == [(StoryKind.SAME_WORK, 2)]
        named = change("Check what InkPress gets", "quill/press.py", hours=1)
        assert joined(change("Move to the new InkPress", *wide), named) == [(StoryKind.SAME_WORK, 2)]

    def test_a_word_that_many_use_that_day_joins_nothing(self) -> None:
        others = [
            change(f"{verb} the scheduler", f"quill/{verb}.py", author=verb) for verb in ("Warm", "Stop", "Trace")
        ]
        pair = change("Faster scheduler", "quill/a.py"), change("Print a bar in the scheduler", "quill/a.py", hours=1)
        assert joined(*pair) == [(StoryKind.SAME_WORK, 2)]
        assert joined(*pair, *others) == []

    def test_a_file_in_which_everybody_writes_joins_nothing(self) -> None:
        pair = change("Pin torch", "pyproject.toml"), change("Pin torch and numpy", "pyproject.toml", hours=1)
        assert joined(*pair) == []


class TestReverts:
    def test_what_rolls_back_without_naming_a_change_is_work_like_other(self) -> None:
        after = change("Let the cache hold pages", "quill/a.py", author="Bob", hours=2)
        named = revert("Roll back the cache of pages", name="Cache pages")
        assert joined(replace(named, facts=()), after) == [(StoryKind.SAME_WORK, 2)]
        assert joined(named, after) == [(StoryKind.REVERT, 1)]

    @pytest.mark.parametrize(
        "fact",
        [
            {"name": "Faster cache"},
            {"name": "#12", "detail": "#12"},
            {"name": "Faster ca…"},
        ],
    )
    def test_a_revert_is_told_with_what_it_takes_back_and_leads(self, fact: dict[str, str]) -> None:
        original, back = change("Faster cache (#12)", "quill/a.py"), revert("Revert it (#13)", **fact)
        (story,) = find_stories([original, back])
        assert (story.kind, story.shas, story.lead) == (
            StoryKind.REVERT, (original.commit.sha, back.commit.sha), back.commit.sha,
        )  # fmt: skip

    def test_a_revert_by_sha_is_told_with_its_original(self) -> None:
        original = change("Faster cache", "quill/a.py")
        assert joined(original, revert("Slow it down", before=original.commit.sha[:9])) == [(StoryKind.REVERT, 2)]

    def test_what_it_takes_back_of_another_day_is_named(self) -> None:
        back, known = revert('Revert "Faster cache"', name="Faster cache"), Earlier("a" * 40, "Faster cache (#12)")
        assert [story.earlier for story in find_stories([back])] == [Earlier("", "Faster cache")]
        assert [story.earlier for story in find_stories([back], {back.commit.sha: known})] == [known]


class TestOthers:
    def test_parts_of_a_series_are_one_story(self) -> None:
        first, second = change("[1/2] Faster cache", "a.py"), change("[2/2] Faster cache for all", "b.py", hours=1)
        assert joined(first, second) == [(StoryKind.SERIES, 2)]

    def test_a_follow_up_belongs_to_what_it_follows_whoever_wrote_it(self) -> None:
        first = change("Faster cache (#12)", "a.py")
        assert joined(first, change("Page sizes\n\nFollow-up to #12.", "b.py", author="Bob", hours=30)) == [
            (StoryKind.FOLLOW_UP, 2)
        ]

    def test_tests_deleted_here_and_added_there_moved(self) -> None:
        added = change("New place", added=("tests/new/test_chat.py",))
        gone = change("Delete the old", author="Bob", hours=1)
        files = (FileChange("tests/old/test_chat.py", "removed", 0, 9),)
        gone = replace(gone, commit=replace(gone.commit, files=files))
        assert joined(added, gone) == [(StoryKind.MOVED_TESTS, 2)]

    def test_tests_that_one_author_moves_part_by_part_moved(self) -> None:
        def moves(name: str, *others: FileChange, hours: float) -> Entry:
            moved = FileChange(f"tests/new/{name}/test_a.py", "renamed", 1, 1, old_path=f"tests/old/{name}/test_a.py")
            entry = change(f"Part {name}", hours=hours)
            return replace(entry, commit=replace(entry.commit, files=(moved, *others)))

        assert joined(moves("chat", hours=0), moves("cache", hours=3)) == [(StoryKind.MOVED_TESTS, 2)]
        hidden = FileChange("quill/a.py", "modified", 9, 9)
        assert joined(moves("chat", hours=0), moves("cache", hidden, hours=3)) == []

    def test_the_most_important_of_a_story_leads_it_oldest_first(self) -> None:
        low = change("Verify checksums", "quill/a.py")
        high = change("Verify all checksums", "quill/a.py", hours=1)
        high = replace(high, triage=replace(high.triage, score=0.9))
        (story,) = find_stories([high, low])
        assert (story.shas, story.lead) == ((low.commit.sha, high.commit.sha), high.commit.sha)


class TestManyCommits:
    def test_what_shares_nothing_is_never_compared(self, monkeypatch: pytest.MonkeyPatch) -> None:
        compared: list[tuple[Any, ...]] = []
        monkeypatch.setattr(story_links, "_link", lambda *pair: compared.append(pair))
        names = ["".join(letters) for letters in product("abcdefghij", repeat=3)]
        find_stories([change(f"Mend {name} of w{name}", f"quill/{name}.py", author=name) for name in names])
        assert compared == []

    def test_a_crowd_of_the_same_title_is_one_story(self) -> None:
        crowd = [change("Sync the translated pages", f"pages/{number}.po", hours=number / 60) for number in range(400)]
        assert joined(*crowd) == [(StoryKind.SAME_WORK, 400)]

    def test_a_cut_title_finds_what_it_takes_back_among_many(self) -> None:
        others = [change(f"Keep the {number}th page in memory", author=f"Cid {number}") for number in range(300)]
        kept = change("Keep pages of long prompts in memory")
        taken = revert("Revert", name="Keep pages of long pro…")
        assert joined(*others, kept, taken) == [(StoryKind.REVERT, 2)]
