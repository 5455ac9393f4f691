"""What a commit itself contradicts is found: other defaults, counts, devices and checks; what it does not decide passes."""

import pytest
from builders import a_change, a_commit_of
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.commits.commit import FileChange
from analysis.facts import facts_of
from analysis.llm.verify.changes import NO_CHANGES, Changes
from analysis.llm.verify.contradictions import contradicted

unhurried = settings(deadline=None)

SETTINGS = a_change(
    "quill/settings.py",
    """
    QUILL_TRACE = EnvBool(False)
    MODE = os.getenv("QUILL_MODE", "1")

    def verify(path, workers: int = 4):
        assert path
    """,
    """
    QUILL_TRACE = EnvBool(False)
    QUILL_SKIP = EnvBool(False)
    MODE = os.getenv("QUILL_MODE", "1")

    def verify(path, workers: int = 4, checksum: str | None = None):
        parser.add_argument(
            "--checksum",
            type=str,
            default=None,
        )
        call(quick=True,
    """,
)
KERNEL = a_change(
    "quill/kernel.py",
    "from quill import (\n    is_sm100,\n)\nif is_sm100():\n    a = 1\n",
    "from quill import (\n    is_sm90,\n    is_sm100,\n)\nif is_sm100():\n    a = 1\nelif is_sm90():\n    split = 1\n",
)
COMMIT = a_commit_of(SETTINGS, KERNEL, message="Set split to 1 on Hopper")
CHANGES = Changes.of(COMMIT, facts_of(COMMIT))

BORNE_OUT = [
    "`QUILL_SKIP` is off by default.",
    "`QUILL_SKIP` defaults to False.",
    "`QUILL_SKIP` now defaults to `False`.",
    "`QUILL_SKIP` 默认关闭。",
    "`QUILL_MODE` is on by default.",
    "`--checksum` defaults to None.",
    "`--checksum` 默认值为 `None`。",
    "`workers` defaults to 4.",
    "10 lines are added and 2 removed.",
    "Adds 10 lines and removes 2.",
    "新增 10 行，删除 2 行。",
    "+10 −2",
    "About 30 lines are added.",
    "Two lines are removed.",
    "The constraint is set on Hopper.",
    "H200 users get the constraint.",
    "Blackwell keeps its branch.",
    "Other devices, such as AMD's, are not affected.",
    "The assertion on the path is removed.",
    "`is_sm90` is now imported.",
]
CONTRADICTED = [
    "`QUILL_SKIP` is on by default.",
    "`QUILL_SKIP` is enabled by default.",
    "`QUILL_SKIP` defaults to `True`.",
    "`QUILL_SKIP` 默认开启。",
    "`QUILL_SKIP` 默认值为 True。",
    "`QUILL_TRACE` is now on by default.",
    "`QUILL_TRACE` now defaults to False.",  # its line did not change
    "`QUILL_MODE` is off by default.",
    "`--checksum` defaults to 3.",
    "`--checksum` defaults to an empty string `''`.",
    "2 lines are added and 10 removed.",
    "Adds 2 lines and removes 10.",
    "Removes 10 lines.",
    "Seven lines are removed.",
    "新增 2 行、删除 10 行。",
    "10 行被删除。",
    "+2 −10",
    "The constraint is set on MI300.",
    "The constraint is now set on Blackwell.",
    "在 Ascend 上新增该约束。",
    "An assertion on the path is added.",
    "Adds an assertion.",
    "新增了断言。",
    "Adds a new function `is_sm90`.",
    "新增函数 `is_sm90`。",
]
UNDECIDED = [
    "`quick` defaults to False.",  # that is one call's
    "`unseen` is on by default.",
    "`QUILL_SKIP` was on by default before.",
    "The flag is on by default.",
    "Removes the lines that set it.",
    "Some lines are added.",
    "It is faster on all GPUs.",
    "",
]


@pytest.mark.parametrize("text", BORNE_OUT)
def test_what_the_commit_bears_out_passes(text: str) -> None:
    assert contradicted(text, CHANGES) == []


@pytest.mark.parametrize("text", CONTRADICTED)
def test_what_the_commit_contradicts_is_found(text: str) -> None:
    assert len(contradicted(text, CHANGES)) >= 1


@pytest.mark.parametrize("text", UNDECIDED)
def test_what_the_commit_does_not_decide_passes(text: str) -> None:
    assert contradicted(text, CHANGES) == []


def test_a_default_that_a_fact_proves_is_the_new_one() -> None:
    commit = a_commit_of(
        a_change(
            "quill/pages.py",
            "def load(path, size=3, *, deep=False): ...\n",
            "def load(path, size=5, *, deep=False): ...\n",
        )
    )
    changes = Changes.of(commit, facts_of(commit))
    assert contradicted("`load.size` now defaults to 5.", changes) == []
    assert contradicted("`load.size` now defaults to 3.", changes) == ["`load.size` now defaults to 3"]


def test_a_disabled_test_is_not_enabled() -> None:
    commit = a_commit_of(
        a_change("tests/test_q.py", "def test_q(): ...\n", "@pytest.mark.skip\ndef test_q(): ...\n"),
        message="Skip it",
    )
    changes = Changes.of(commit, facts_of(commit))
    assert contradicted("The test is disabled. 测试已禁用。", changes) == []
    assert contradicted("The test is enabled again. 测试重新启用。", changes) == [
        "The test is enabled again",
        "测试重新启用",
    ]


def test_of_a_diff_that_is_not_seen_whole_devices_are_not_judged() -> None:
    unseen = FileChange("quill/large.py", "modified", 900, 0, unseen="too large")
    assert contradicted("The constraint is set on MI300.", Changes.of(a_commit_of(KERNEL, unseen))) == []


def test_without_changes_nothing_is_known() -> None:
    assert contradicted("`QUILL_SKIP` is on by default. Adds 9 lines.", NO_CHANGES) == []


@unhurried
@given(st.text(max_size=200))
def test_any_text_can_be_judged(text: str) -> None:
    contradicted(text, CHANGES)


@pytest.mark.parametrize(
    "unit",
    [
        "`a` defaults to ",
        "1 line ",
        "adds 1 lines and ",
        "assert ",
        "no longer ",
        "新增 1 行",
        "+1-",
        "SM90 ",
        "a_b is now ",
        "默认",
    ],
)
def test_a_hostile_text_keeps_nobody_busy(unit: str) -> None:
    contradicted(unit * (20_000 // len(unit)), CHANGES)
