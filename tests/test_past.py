"""A repository's own past as labels: what its people said, and that the answer is not left where it is learned from."""

from datetime import timedelta

import pytest
from builders import MOMENT, a_change
from made import a_commit

from analysis.commits.commit import Commit, FileChange
from analysis.commits.records import Labelled
from analysis.triage.areas import general
from analysis.triage.learned.past import own_past

CODE = a_change("quill/cache.py", "a = 1\n", "a = 2\n")


def said(message: str, *files: FileChange) -> Labelled:
    (found,) = own_past([a_commit(message, files=(CODE, *files))], general())
    return found


def nothing_said(message: str, *files: FileChange) -> bool:
    return own_past([a_commit(message, files=(CODE, *files))], general()) == []


def fragment(path: str, text: str = "Pages are kept.\n") -> FileChange:
    return a_change(path, None, text)


# -- titles


@pytest.mark.parametrize(
    ("message", "kind", "rest"),
    [
        ("feat: keep pages (#12)", "feature", "keep pages"),
        ("fix(cache): keep pages", "bugfix", "keep pages"),
        ("[Perf] Keep pages", "performance", "Keep pages"),
        ("[Refactor][Cache] Keep pages", "refactor", "Keep pages"),
        ("docs: keep pages", "docs", "keep pages"),
        ("feat!: keep pages", "breaking", "keep pages"),
        ("[Breaking] Keep pages", "breaking", "Keep pages"),
    ],
)
def test_a_title_says_its_type_and_what_is_left_does_not(message: str, kind: str, rest: str) -> None:
    """The label is taken out of what is learned from."""
    found = said(message)
    assert (found.type, found.commit.subject) == (kind, rest)


def test_a_revert_is_one_by_its_words() -> None:
    """Git wrote them; they are the title itself."""
    assert said('Revert "Keep pages"').type == "revert"


def test_the_body_stays() -> None:
    """It is evidence like any other."""
    assert said("feat: keep pages\n\nFor a long time.").commit.message == "keep pages\n\nFor a long time."


@pytest.mark.parametrize("message", ["Keep pages", "chore: keep pages", "[1/3] Keep pages"])
def test_a_title_that_says_nothing_is_no_label(message: str) -> None:
    """And "chore" is people's waste basket."""
    assert nothing_said(message)


def test_two_types_are_none() -> None:
    """Nobody knows which was meant; the tag still names an area."""
    assert said("[Feature][Bugfix][AMD] Keep pages").type is None


def test_tags_and_scopes_are_areas() -> None:
    """Of the vocabulary that the repository has."""
    assert said("[AMD][LoRA] Keep pages").areas == ("amd_rocm", "lora")
    assert said("fix(lora): keep pages").areas == ("lora",)


# -- fragments and notes


@pytest.mark.parametrize(
    ("path", "kind", "level"),
    [
        ("changelog/12.bugfix.rst", "bugfix", "medium"),
        ("changelog/12.feature.1.rst", "feature", "high"),
        ("newsfragments/12.removal.md", "breaking", "high"),
        ("changes/+orphan.deprecation.rst", "breaking", "high"),
        ("news/12.doc.rst", "docs", "low"),
        ("changelog.d/12.security.md", "security", "high"),
        ("changelog/12.trivial.rst", None, "low"),
    ],
)
def test_a_fragment_says_type_and_importance_and_goes(path: str, kind: str | None, level: str) -> None:
    """As towncrier names them."""
    found = said("Keep pages", fragment(path))
    assert (found.type, found.importance) == (kind, level)
    assert [change.path for change in found.commit.files] == [CODE.path]


@pytest.mark.parametrize(
    ("note", "kind", "level"),
    [
        ("features:\n  - |\n    Pages are kept.\n", "feature", "high"),
        ("fixes:\n  - Pages are kept.\n", "bugfix", "medium"),
        ("upgrade:\n  - Pages move.\nfixes:\n  - Kept.\n", "breaking", "high"),
        ("security:\n  - A hole.\n", "security", "high"),
        ("critical:\n  - Upgrade now.\n", None, "high"),
        ("prelude: >\n    This is what the release is about.\n", None, "high"),
        ("other:\n  - Something.\n", None, "low"),
    ],
)
def test_a_release_note_says_them_too(note: str, kind: str | None, level: str) -> None:
    """By reno's sections."""
    found = said("Keep pages", fragment("releasenotes/notes/pages-0a1b.yaml", note))
    assert (found.type, found.importance) == (kind, level)
    assert [change.path for change in found.commit.files] == [CODE.path]


def test_a_fragment_that_is_grave_stands_above_the_title() -> None:
    """ "feat" with a removal is a removal."""
    assert said("feat: keep pages", fragment("changelog/12.removal.rst")).type == "breaking"
    assert said("feat: keep pages", fragment("changelog/12.bugfix.rst")).type == "feature"


def test_a_fragment_that_was_only_edited_says_nothing_and_still_goes() -> None:
    """Somebody mended a typo in it; its name would give the answer away."""
    edited = a_change("changelog/12.feature.rst", "Old.\n", "New.\n")
    assert nothing_said("Keep pages", edited)
    assert [change.path for change in said("fix: keep pages", edited).commit.files] == [CODE.path]


def past(fragments: int, plain: int) -> list[Commit]:
    made = [
        a_commit(f"Number {n}", files=(CODE, fragment(f"changelog/{n}.feature.rst"))) for n in range(1, fragments + 1)
    ]
    return made + [a_commit(f"Plain {n}") for n in range(plain)]


def test_where_fragments_are_the_custom_none_means_unimportant() -> None:
    """Twenty of them are a custom, nineteen are not."""
    levels = [one.importance for one in own_past(past(20, 5), general())]
    assert (levels.count("high"), levels.count("low")) == (20, 5)
    assert [one.importance for one in own_past(past(19, 5), general())] == ["high"] * 19


def test_commits_whose_files_are_unknown_are_not_unimportant() -> None:
    """A list of commits tells no fragments."""
    listed = a_commit("Keep pages", files=())
    assert all(one.commit.sha != listed.sha for one in own_past([*past(20, 0), listed], general()))


def test_the_oldest_comes_first() -> None:
    """The newest part is what a trial is made on."""
    commits = [a_commit(f"fix: {n}", committed_at=MOMENT + timedelta(hours=n)) for n in (3, 1, 2)]
    assert [one.commit.subject for one in own_past(commits, general())] == ["1", "2", "3"]
