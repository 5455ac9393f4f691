"""What a title says about itself: prefix, tags, series, the commit it takes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.commits.title import ChangeType, Title, plain_type, read_title

FEATURE, BUGFIX, PERF = ChangeType.FEATURE, ChangeType.BUGFIX, ChangeType.PERFORMANCE
words = st.text(alphabet='abc []()#:/!"“”0123【】Revert\tfix\u3000', max_size=60)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Fix the cache (#12)", Title("Fix the cache")),
        ("fix: the cache", Title("the cache", (BUGFIX,))),
        ("Fix the cache (example/core#12) (#13)", Title("Fix the cache")),
        ("docker SD: add labels", Title("add labels", (), ("sd",), scope="docker SD")),
        ("feat(router)!: two replicas", Title("two replicas", (FEATURE,), ("router",), breaking=True, scope="router")),
        ("[AMD] Fix the cache", Title("Fix the cache", topics=("amd",), scope="AMD")),
        ("[Diffusion][Perf] Faster rope", Title("Faster rope", (PERF,), ("diffusion",), scope="Diffusion")),
        ("【NPU】[Bugfix] Move pages", Title("Move pages", (BUGFIX,), ("npu",), scope="NPU")),
        ("[rollout, tool] feat: SQL", Title("SQL", (FEATURE,), ("rollout tool",), scope="rollout, tool")),
        ("docs(ci): say how", Title("say how", (ChangeType.DOCS, ChangeType.CI_BUILD), ("docs", "ci"))),
        ("[2/3] Split the scheduler", Title("Split the scheduler", series=(2, 3))),
        ("[1/n] Split the scheduler", Title("Split the scheduler", series=(1, None))),
        ("Split it (part 2/3)", Title("Split it (part 2/3)", series=(2, 3))),
        ("Support TP 8/16 GPUs", Title("Support TP 8/16 GPUs", series=(8, 16))),
        ("Tune 16/8 heads", Title("Tune 16/8 heads")),
        ("[Breaking] Drop it", Title("Drop it", (ChangeType.BREAKING,), breaking=True)),
        ("Support models with these flags: a, b", Title("Support models with these flags: a, b")),
        ("vlm: skip hashing", Title("skip hashing", topics=("vlm",), scope="vlm")),
        ("[fix]", Title("[fix]")),
        ("(#12)", Title("(#12)")),
        ("fix:", Title("fix:")),
        ("", Title("")),
    ],
)
def test_a_title_is_taken_apart(subject: str, expected: Title) -> None:
    assert read_title(subject) == expected


@pytest.mark.parametrize(
    ("subject", "deed"),
    [
        ("[FIXED] Pages lost on restart", "[FIXED]"),
        ("[Added] A limit for pages", "[Added]"),
        ("[pages] [removed] The old limit", "[removed]"),
        ("[Bugfix] Pages lost on restart", ""),
        ("[pages] Fixed limits", ""),
        ("Fixed: pages lost on restart", ""),
    ],
)
def test_a_tag_may_be_the_verb(subject: str, deed: str) -> None:
    """Without it, what was mended would read as what came."""
    title = read_title(subject)
    assert (title.deed, title.scope) == (deed, "pages" if subject.startswith("[pages]") else "")


@pytest.mark.parametrize(
    ("subject", "scope"),
    [
        ("fix(bundled-pages): keep the last one", "bundled-pages"),
        ("stress: use the new broker", "stress"),
        ("[pkg/pages] Keep the last one", "pkg/pages"),
        ("[Bugfix][PageLoader] Keep the last one", "PageLoader"),
        ("[2/3] fix: keep the last one", ""),
        ("[v1.2] Keep the last one", ""),
        ("[WIP] Keep the last one", ""),
        ("[main] Keep the last one", ""),
        ("[master][pages] Keep the last one", "pages"),
        ("develop: keep the last one", ""),
        ("chore(deps): take pages 2", ""),
        ('Revert "pages: keep the last one"', "pages"),
    ],
)
def test_the_scope_says_where(subject: str, scope: str) -> None:
    """Not the type, the version, the place in a series or how far it is."""
    assert read_title(subject).scope == scope


@pytest.mark.parametrize(
    ("subject", "title", "topics"),
    [
        ('Revert "[AMD] Fix the cache (#12)" (#13)', "[AMD] Fix the cache (#12)", ("amd",)),
        ("revert: “Fix the cache”", "Fix the cache", ()),
        ('[Revert] "Fix the cache"', "Fix the cache", ()),
        ('[CI] Revert "Fix the cache"', "Fix the cache", ()),
        ("fix: revert, “[AMD] Fix the cache”", "[AMD] Fix the cache", ("amd",)),
        ("Revert 'Fix the cache' (#13)", "Fix the cache", ()),
        ("revert: feat(router): two replicas", "feat(router): two replicas", ("router",)),
        ("回滚“[NPU] 支持分页”", "[NPU] 支持分页", ("npu",)),
        ('Revert "say "please" once"', 'say "please" once', ()),
    ],
)
def test_a_revert_names_the_title_that_it_takes_back(subject: str, title: str, topics: tuple[str, ...]) -> None:
    """Whatever that title says of itself, the commit is a revert of it, in the same area."""
    read = read_title(subject)
    assert (read.reverts, read.types, read.topics) == (title, (ChangeType.REVERT,), topics)


@pytest.mark.parametrize(
    "subject",
    [
        'Revert "Revert "[NPU] fix: the cache (#12)" (#13)" (#14)',
        'Reapply "[NPU] fix: the cache (#12)"',
        'fix: restore, "[NPU] fix: the cache (#12)" (#15)',
        'Reland "Revert "Revert "[NPU] fix: the cache (#12)"""',
        "恢复“[NPU] fix: the cache (#12)”",
    ],
)
def test_what_brings_a_change_back_is_what_that_change_was(subject: str) -> None:
    read = read_title(subject)
    assert (read.restores, read.types, read.topics) == ("[NPU] fix: the cache", (BUGFIX,), ("npu",))
    assert read.reverts
    assert read.reverts.startswith("Revert ")


@pytest.mark.parametrize(
    ("subject", "is_revert"),
    [
        ("Revert the new scheduler", True),
        ("Reverts to two replicas", True),
        ("Roll back torch to 2.4", True),
        ("Back out the fused kernel", True),
        ("回滚新的调度器", True),
        ("Revert to the saved layout when the window closes", False),
        ("Revert to eager mode if the graph cannot be captured", False),
        ("Rolls back to the last offset after a failed write", False),
        ("Reverting is hard", False),
    ],
)
def test_what_the_product_takes_back_is_no_revert(subject: str, is_revert: bool) -> None:
    assert (plain_type(subject, by_bot=False) is ChangeType.REVERT) is is_revert


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("安全：校验上传路径", ChangeType.SECURITY),
        ("【修复】解码崩溃", BUGFIX),
        ("feat(路由)：两个副本", FEATURE),
        ("优化: 减少一次拷贝", PERF),
        ("文档：如何部署", ChangeType.DOCS),
        ("重构：拆分调度器", ChangeType.REFACTOR),
    ],
)
def test_a_chinese_prefix_names_the_type_as_an_english_one_does(subject: str, kind: ChangeType) -> None:
    assert read_title(subject).types == (kind,)


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("修复分页缓存的错误", BUGFIX),
        ("新增两个启动参数", FEATURE),
        ("支持多副本路由", FEATURE),
        ("重构调度器", ChangeType.REFACTOR),
        ("优化解码性能", PERF),
        ("补充部署文档", ChangeType.DOCS),
        ("增加调度器单元测试", ChangeType.TESTS),
        ("升级 torch 到 2.5", ChangeType.DEPENDENCIES),
        ("回滚新的调度器", ChangeType.REVERT),
    ],
)
def test_a_chinese_title_says_its_type_by_its_first_words(subject: str, kind: ChangeType) -> None:
    assert plain_type(subject, by_bot=False) is kind


@pytest.mark.parametrize(
    ("subject", "is_bare"),
    [
        ("175 (#176)", True),
        ("Comments.", True),
        ("fix: fix", True),
        ("WIP", True),
        ("Merge commit from fork", True),
        ("address review comments", True),
        ("Update scheduler.py", True),
        ("ann/fix-paged-cache (#12)", True),
        ("fix_paged_cache_for_moe", True),
        ("Fix the cache", False),
        ("Bump torch", False),
        ("refactor the scheduler", False),
        ("Support fp8/fp4 caches", False),
        ('Revert "fix"', False),
        ("修复", True),
        ("修复缓存", False),
    ],
)
def test_a_title_that_says_nothing_is_known(subject: str, is_bare: bool) -> None:
    assert read_title(subject).tells_nothing is is_bare


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
