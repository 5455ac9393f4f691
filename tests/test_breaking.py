"""Breaking by what is said, not by the form it has."""

import pytest

from analysis.statements.breaking import says_breaking


@pytest.mark.parametrize(
    "body",
    [
        "BREAKING CHANGE: pages are 32 wide",
        "BREAKING-CHANGE: pages are 32 wide",
        "BREAKING CHANGES: pages are 32 wide",
        "BREAKING CHANGE：页宽改为 32",
        "BREAKING CHANGE:\npages are 32 wide",
        "**BREAKING CHANGE**: pages are 32 wide",
        "## Breaking changes\n\n`--page-width` is gone.",
        "* fix: the cache\n* feat(cache)!: wider pages\n* docs",
        "- [x] Breaking change\n- [ ] Bug fix",
        "- [X] 💥 Breaking change (existing callers must change)",
        "Does this introduce a breaking change? Yes",
        "Does this PR introduce a breaking change?\n\nYes, `page` is gone.",
        "Is this a breaking change?\n- [x] Yes\n- [ ] No",
        "BREAKING CHANGE: no default any more, pass one",
    ],
)
def test_what_is_affirmed_breaks(body: str) -> None:
    assert says_breaking(body)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "BREAKING CHANGE: none",
        "BREAKING CHANGE: None.",
        "BREAKING CHANGE: N/A",
        "BREAKING CHANGE: no",
        "BREAKING CHANGE: -",
        "BREAKING CHANGE: 无",
        "BREAKING CHANGE:",
        "BREAKING CHANGE:\n\nSigned-off-by: Ann <ann@example.com>",
        "BREAKING CHANGES:\nnone",
        "BREAKING CHANGE: no breaking changes",
        "BREAKING CHANGE: there are no breaking changes here",
        "## Breaking changes\n\nNone\n\n## Tests",
        "## Breaking changes\n\n## Tests",
        "- [ ] Breaking change\n- [x] Bug fix",
        "- [x] No breaking change",
        "- [x] Is it a breaking change?",
        "Does this introduce a breaking change? No",
        "Does this PR introduce a breaking change?\n\n- [ ] Yes\n- [x] No",
        "This is a breaking change only in name.",
        "* feat(cache): wider pages",
    ],
)
def test_what_is_denied_or_only_asked_does_not(body: str) -> None:
    assert not says_breaking(body)
