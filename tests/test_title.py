"""What a title says about itself: prefix, tags, series, the commit it takes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.title import ChangeType, Title, read_title

FEATURE, BUGFIX, PERF = ChangeType.FEATURE, ChangeType.BUGFIX, ChangeType.PERFORMANCE
words = st.text(alphabet='abc []()#:/!"“”0123【】Revert\tfix\u3000', max_size=60)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Fix the cache (#12)", Title("Fix the cache")),
        ("fix: the cache", Title("the cache", (BUGFIX,))),
        ("feat(router)!: two replicas", Title("two replicas", (FEATURE,), ("router",), breaking=True)),
        ("[AMD] Fix the cache", Title("Fix the cache", topics=("amd",))),
        ("[Diffusion][Perf] Faster rope", Title("Faster rope", (PERF,), ("diffusion",))),
        ("【NPU】[Bugfix] Move pages", Title("Move pages", (BUGFIX,), ("npu",))),
        ("[rollout, tool] feat: SQL", Title("SQL", (FEATURE,), ("rollout tool",))),
        ("docs(ci): say how", Title("say how", (ChangeType.DOCS, ChangeType.CI_BUILD), ("docs", "ci"))),
        ("[2/3] Split the scheduler", Title("Split the scheduler", series=(2, 3))),
        ("[1/n] Split the scheduler", Title("Split the scheduler", series=(1, None))),
        ("Split it (part 2/3)", Title("Split it (part 2/3)", series=(2, 3))),
        ("Support TP 8/16 GPUs", Title("Support TP 8/16 GPUs", series=(8, 16))),
        ("Tune 16/8 heads", Title("Tune 16/8 heads")),
        ("[Breaking] Drop it", Title("Drop it", (ChangeType.BREAKING,), breaking=True)),
        ("Support models with these flags: a, b", Title("Support models with these flags: a, b")),
        ("vlm: skip hashing", Title("skip hashing", topics=("vlm",))),
        ("[fix]", Title("[fix]")),
        ("(#12)", Title("(#12)")),
        ("fix:", Title("fix:")),
        ("", Title("")),
    ],
)
def test_a_title_is_taken_apart(subject: str, expected: Title) -> None:
    assert read_title(subject) == expected


@pytest.mark.parametrize(
    ("subject", "title", "topics"),
    [
        ('Revert "[AMD] Fix the cache (#12)" (#13)', "[AMD] Fix the cache (#12)", ("amd",)),
        ("revert: “Fix the cache”", "Fix the cache", ()),
        ('[Revert] "Fix the cache"', "Fix the cache", ()),
        ('[CI] Revert "Fix the cache"', "Fix the cache", ()),
        ('Revert "Revert "[NPU] Fix""', 'Revert "[NPU] Fix"', ("npu",)),
        ('Revert "say "please" once"', 'say "please" once', ()),
    ],
)
def test_a_revert_names_the_title_that_it_takes_back(subject: str, title: str, topics: tuple[str, ...]) -> None:
    """Whatever that title says of itself, the commit is a revert of it, in the same area."""
    read = read_title(subject)
    assert (read.reverts, read.types, read.topics) == (title, (ChangeType.REVERT,), topics)


@pytest.mark.parametrize("subject", ["Revert the cache change", "Reverting is hard", 'Say "revert" twice', 'Revert ""'])
def test_what_only_speaks_of_reverting_takes_no_title_back(subject: str) -> None:
    assert read_title(subject).reverts is None


@given(st.text(max_size=200) | words)
def test_any_title_has_a_text(subject: str) -> None:
    """Tags, prefix and number are taken off, but never all that there is."""
    read = read_title(subject)
    assert bool(read.text) is bool(subject.strip())
    assert read.text in subject


@pytest.mark.parametrize("unit", ['Revert "', "[x]", "(#1", "[" + " " * 50, "fix: ", "1/", " ", "“"])
def test_a_hostile_title_is_read_too(unit: str) -> None:
    """However deep its reverts and however many its tags, a title neither raises nor keeps us busy."""
    subject = unit * (100_000 // len(unit)) + "x" + '"' * 1000
    assert read_title(subject).text
