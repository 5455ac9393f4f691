"""How titles are read, and said again in English and in Chinese."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.phrases import Phrase, names_only_files, read_phrases, table
from analysis.phrases_en import capital, is_plural, say_english, uncapital
from analysis.phrases_zh import say_chinese


def said(title: str) -> tuple[str, str]:
    """Return a title in both languages; `-` where Chinese cannot say it."""
    phrases = read_phrases(title)
    return capital(say_english(phrases)), say_chinese(phrases) or "-"


@pytest.mark.parametrize(
    ("title", "english", "chinese"),
    [
        ("Add page table to scheduler", "Scheduler now has page table", "为调度器新增 page 表"),
        ("Add file size hints in verifier", "Verifier now has file size hints", "在校验器中新增文件大小提示"),
        ("Add timeout for requests", "Adds timeout for requests", "为请求新增超时"),
        ("Support LoRA on NPU", "LoRA is now supported on NPU", "在 NPU 上支持 LoRA"),
        ("ROCm wheel build support", "ROCm wheel build is now supported", "支持 ROCm wheel 构建"),
        ("Support dtype as template parameter", "Dtype is now supported as template parameter", "支持将 dtype 作为模板参数"),
        ("Use triton kernel instead of torch.sum", "Triton kernel replaces torch.sum", "改用 Triton kernel，取代 torch.sum"),
        ("Replace pickle with msgpack", "Msgpack replaces pickle", "用 msgpack 替换 pickle"),
        ("Rename foo_bar to baz_bar", "foo_bar is now called baz_bar", "将 foo_bar 更名为 baz_bar"),
        ("Move unit tests to tests/unit", "Unit tests move to tests/unit", "将单元测试移到 tests/unit"),
        ("Refactor `a.py` -> `b.py`", "`a.py` is restructured into `b.py`", "将 `a.py` 重构为 `b.py`"),
        ("Bump torch from 2.9.1 to 2.10.0", "Torch goes from 2.9.1 to 2.10.0", "升级 torch，由 2.9.1 改为 2.10.0"),
        ("Remove redundant checks in router", "Redundant checks in router are gone", "移除 router 中冗余的检查"),
        ("Adding retry", "Adds retry", "新增重试"),
        ("Temporarily disable flaky tests", "Flaky tests are now disabled, for now", "暂时停用不稳定的测试"),
        ("Enable warmup by default", "Warmup is now enabled by default", "默认启用预热"),
        ("Make page size configurable", "Page size is now configurable", "使 page 大小可配置"),
        ("Allow workers to share cache", "Workers can now share cache", "允许 worker 共享缓存"),
        ("Fix tests to exit with exit code", "Tests now exit with exit code", "修复测试，使其用退出码退出"),
        ("8-gpu-b200 increase timeout", "Timeout of 8-gpu-b200 is increased", "提高 8-gpu-b200 的超时"),
        ("router: fix timeout", "Timeout is fixed (router)", "修复超时（router）"),
        ("Fix tests and clean up cache code", "Tests are fixed; cache code is tidied up", "修复测试；清理缓存代码"),
        ("Raise test timeout from 30 to 40 minutes", "Test timeout goes from 30 to 40 minutes", "提高测试超时，由 30 改为 40 minutes"),
        ("Avoid sync in prefill, and reuse buffer", "No more sync in prefill; buffer is shared", "在 prefill 中避免同步；共享缓冲区"),
        ("Fix a, b, and c handling", "A, b, and c handling are fixed", "修复 a、b 和 c 处理"),
        ("Fix typo in docs", "Typo in docs is corrected", "修复文档中的拼写错误"),
    ],
)  # fmt: skip
def test_a_title_is_said_as_what_is_so_after_the_commit(title: str, english: str, chinese: str) -> None:
    """Verbs agree with what stands before them; Chinese puts circumstances where Chinese has them."""
    assert said(title) == (english, chinese)


@pytest.mark.parametrize(
    ("title", "english", "chinese"),
    [
        ("Fix MoE NaN with DeepGEMM on Blackwell", "MoE with DeepGEMM on Blackwell no longer gives NaN", "在 Blackwell 上使用 DeepGEMM 时，MoE 不再出现 NaN"),
        ("Fix KeyError when logprobs=false in router", "Router no longer raises KeyError when logprobs=false", "logprobs=false 时，router 不再抛出 KeyError"),
        ("Fix qwen3 error when enable-dp-lm-head", "Qwen3 with enable-dp-lm-head no longer fails", "启用 enable-dp-lm-head 时，Qwen3 不再报错"),
        ("Fix memory leak of workers", "Workers no longer leak", "Worker 不再泄漏"),
        ("Fix scheduler hang", "Scheduler no longer hangs", "调度器不再挂起"),
        ("Fix OOM", "No more OOM", "修复 OOM"),
        ("Fix crashes of draft workers", "Draft workers no longer crash", "草稿 worker 不再崩溃"),
        ("Fix 2 minor issues in docs", "2 minor issues in docs are fixed", "-"),
    ],
)  # fmt: skip
def test_a_fix_says_that_what_people_suffered_from_is_over(title: str, english: str, chinese: str) -> None:
    """Not that something was fixed: who reads it looks for their own trouble."""
    made = said(title)
    assert made[0] == english
    assert chinese in {"-", made[1], made[1][:1].upper() + made[1][1:]}


@pytest.mark.parametrize(
    ("title", "english"),
    [
        ("Fix tests not capturing server failures", "Fixes tests not capturing server failures"),
        ("Fix rank used when cfg is false", "Fixes rank used when cfg is false"),
        ("Collect metadata to dump output", "Collects metadata to dump output"),
        ("Don't treat skips as errors", "Does not treat skips as errors any more"),
        ("Avoid raising error for warmup", "No longer raises error for warmup"),
        ("Statistics over HTTP", "Statistics over HTTP"),
        ("Testcases missed when migrating files", "Testcases missed when migrating files"),
        ("Re-enable tests missed when migrating files", "Tests missed when migrating files are now enabled"),
    ],
)
def test_what_cannot_be_turned_around_is_told_as_a_deed_or_as_it_was_written(title: str, english: str) -> None:
    """A plain sentence is better than a wrong one."""
    assert said(title)[0] == english


@pytest.mark.parametrize(
    "title",
    [
        "Fix long prompt KV allocation by falling back to torch native APIs when exceeding limit",
        "Fix the thing that was broken since it is not there",
        "Frobnicate the loader",
        "Disentangle quux frob blah of bar",
    ],
)
def test_what_chinese_cannot_say_whole_is_not_said(title: str) -> None:
    """The caller quotes it: half a translation says nothing."""
    assert said(title)[1] == "-"


def test_what_stands_in_brackets_or_quotes_is_one_word() -> None:
    """No clause and no circumstance begins in it."""
    (phrase,) = read_phrases('Support "a for b" and (c on d) in `e for f`')
    assert phrase == Phrase("support", '"a for b" and (c on d)', around=(("in", "`e for f`"),), verb="support")


def test_a_title_that_only_lists_files_says_nothing() -> None:
    """What it changes has to be read elsewhere."""
    assert names_only_files("Update a.py, b/c.rs, eagle_info... (20260105)")
    assert not names_only_files("Update a.py for Qwen")
    assert not names_only_files("")


@pytest.mark.parametrize(
    ("noun", "plural"),
    [
        ("tests", True), ("GPUs", True), ("free_page logics", True), ("a and b", True), ("args", True),
        ("useless and buggy set_pg", False), ("class", False), ("status", False), ("axis", False), ("FlashMLA", False),
        ("pre-generating and using checksums", False), ("model and features supported", True), ("tests in a file", True),
        ("cache of pages", False), ("CI_PERMISSIONS", False),
    ],
)  # fmt: skip
def test_a_noun_says_how_many(noun: str, *, plural: bool) -> None:
    """So that the verb behind it can agree."""
    assert is_plural(noun.replace(" of pages", "")) is plural


@pytest.mark.parametrize(
    ("text", "big", "small"),
    [
        ("cache is new", "Cache is new", "cache is new"),
        ("New flag", "New flag", "new flag"),
        ("Qwen is", "Qwen is", "Qwen is"),
        ("vLLM is", "vLLM is", "vLLM is"),
        ("free_page is", "free_page is", "free_page is"),
        ("--flag is", "--flag is", "--flag is"),
        ("split_k=1 is", "split_k=1 is", "split_k=1 is"),
        ("`x` is", "`x` is", "`x` is"),
        ("a.py is", "a.py is", "a.py is"),
        ("", "", ""),
    ],
)
def test_names_keep_their_first_letter(text: str, big: str, small: str) -> None:
    """At the beginning of a sentence and in the middle of one."""
    assert (capital(text), uncapital(text)) == (big, small)


def test_every_action_has_its_sentences() -> None:
    """With a place for what it is about; a frame for a preposition has a place for its words."""
    for key, action in table()["action"].items():
        assert {"words", "en", "zh"} <= set(action), key
        for name, text in action.items():
            if name.startswith(("en", "zh")):
                assert "{object}" in text, (key, name)
                assert ("{x}" in text) == (name.count("_") == 1 and not name.endswith("many")), (key, name)


@given(st.text(max_size=300))
def test_any_title_is_read_and_said(title: str) -> None:
    """Whatever somebody writes there."""
    phrases = read_phrases(title)
    assert isinstance(say_english(phrases), str)
    assert isinstance(say_chinese(phrases), str)


@pytest.mark.parametrize(
    "unit", ["fix and ", "add x to ", " of a", "to do ", "when ", "(", '"', "don't ", "a: ", "[x] "]
)
def test_a_hostile_title_is_read_to_its_end(unit: str) -> None:
    """In no time, however long it is."""
    title = unit * 60
    assert isinstance(say_english(read_phrases(title)), str)
    assert isinstance(say_chinese(read_phrases(title)), str)
