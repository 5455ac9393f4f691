"""How terms are put into Chinese, and how it is set beside Latin letters."""

import pytest

from analysis.chinese import Unsaid, noun, spaced, translate
from analysis.phrases import table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("将`a.py`移到 b", "将 `a.py` 移到 b"),
        ("修复qwen3的 问题", "修复 qwen3 的问题"),
        ("新增 参数 `--x`（默认 1）", "新增参数 `--x`（默认 1）"),
        ("作者：“a  b”。", "作者：“a  b”。"),
        ("`a  b` 与`c`、`d`", "`a  b` 与 `c`、`d`"),
        ("由 1 改为 2 。", "由 1 改为 2。"),
        ("  a  b  ", "a b"),
    ],
)
def test_chinese_and_latin_stand_a_space_apart(text: str, expected: str) -> None:
    """As Chinese engineers write; code and quotations stay as they are."""
    assert spaced(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model file integrity verification", "模型文件完整性校验"),
        ("unused environment variables", "未使用的环境变量"),
        ("KV cache page size", "KV 缓存 page 大小"),
        ("features supported", "支持的功能"),
        ("a, b and c", "a、b 和 c"),
        ("a, b, and c", "a、b 和 c"),
        ("rate limit of requests", "请求的限流"),
        ("compatibility with transformers v5", "与 transformers v5 的兼容性"),
        ("SwapAB Optimization", "SwapAB 优化"),
        ("Qwen Image", "Qwen Image"),
        ("Response API tests", "Response API 测试"),
        ("`tests` and max_size", "`tests` 和 max_size"),
        ("scripts (FSDP backends)", "脚本（FSDP 后端）"),
        ("scripts (whatever that may be)", "脚本"),
    ],
)
def test_terms_become_chinese_and_names_stay(text: str, expected: str) -> None:
    """The longest term counts; a name keeps its letters."""
    assert noun(text) == expected


@pytest.mark.parametrize(
    "text", ["what that is", "to be done", "frobnicating quuxes", "foo barr bazz quux", "a of b of c of d of e"]
)
def test_what_has_no_place_in_a_chinese_sentence_is_not_said(text: str) -> None:
    """Function words, unknown verbs, too many unknown words."""
    with pytest.raises(Unsaid):
        noun(text)


def test_a_text_is_translated_whole_or_not_at_all() -> None:
    """Help texts and docstrings."""
    assert translate("Model file integrity verification.") == "模型文件完整性校验"
    assert translate("Check if MoE will use it") == ""
    assert translate("vllm") == ""


def test_no_term_is_said_to_be_unsayable() -> None:
    """And each has Chinese in it, or is a name."""
    unsaid = set(table()["unsaid"]["words"])
    assert not unsaid & set(table()["chinese"])
    assert not unsaid & set(table()["kept"]["words"])
    assert all(chinese.strip() == chinese and chinese for chinese in table()["chinese"].values())
