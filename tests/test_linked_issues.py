"""Which issues a description names: by keyword, under a heading, by address; not every number is one."""

import pytest

from analysis.sources.linked_issues import named_issues

NAMED = [
    ("Fixes #12", [("ann/quill", 12)]),
    ("This closes #12, and resolves: #13.", [("ann/quill", 12), ("ann/quill", 13)]),
    ("Fixes #1, #2 and #3", [("ann/quill", 1), ("ann/quill", 2), ("ann/quill", 3)]),
    ("Related issue: bo/other#7", [("bo/other", 7)]),
    ("- Related to https://github.com/bo/other/issues/7", [("bo/other", 7)]),
    ("**Issue**: #12", [("ann/quill", 12)]),
    ("Fix gh-12.", [("ann/quill", 12)]),
    ("## Related issues\n\n- #12\n- bo/other#7\n\n## Tests\n\n- #99", [("ann/quill", 12), ("bo/other", 7)]),
    ("### Linked Issue(s)\n#12", [("ann/quill", 12)]),
    ("Part of #12 (see also #13)", [("ann/quill", 12), ("ann/quill", 13)]),
    ("修复 #12", [("ann/quill", 12)]),
    ("关联 issue：#12、#13", [("ann/quill", 12), ("ann/quill", 13)]),
]
NOT_NAMED = [
    "",
    "Ports #12 to the new loader.",
    "<!-- Fixes #12 -->",
    "```\nFixes #12\n```",
    "`fixes #12`",
    "Fixes https://github.com/bo/other/pull/7",
    "Fixes https://git.example.com/bo/other/issues/7",
    "Colour #123456 is fixed",
    "Fixes &#35;12",
    "prefix#12",
    "Fixes #0",
]


@pytest.mark.parametrize(("text", "issues"), NAMED)
def test_what_is_named(text: str, issues: list[tuple[str, int]]) -> None:
    assert list(named_issues(text, "ann/quill", "github.com")) == issues


@pytest.mark.parametrize("text", NOT_NAMED)
def test_what_is_not(text: str) -> None:
    assert named_issues(text, "ann/quill", "github.com") == ()


def test_a_long_list_is_a_table_of_contents() -> None:
    assert (
        len(named_issues("Fixes " + ", ".join(f"#{number}" for number in range(1, 99)), "ann/quill", "github.com"))
        == 10
    )


@pytest.mark.parametrize(
    "text", ["fixes " * 10_000, "<!--" * 15_000, "`" * 60_000, "```\n" * 15_000, "#1 " * 20_000, "a/" * 30_000]
)
def test_no_text_takes_long(text: str) -> None:
    """Sixty thousand characters are what GitHub takes."""
    assert len(named_issues(text, "ann/quill", "github.com")) <= 10
