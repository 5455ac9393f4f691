"""Text from outside, made safe, measured and broken into lines."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formatters.text.plain import breaks, clean, columns, first_sentence, shorten


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb", "a b"),
        ("a \r\n\t b", "a b"),
        ("a\tb", "a b"),
        ("a\u2028b\u2029c\x85d\x0be", "a b c d e"),
        ("  a  b  ", "a  b"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title\x07x", "x"),
        ("\x9b31mred", "31mred"),
        ("\u202etxet\u202c", "txet"),
        ("a\u200bb\ufeffc\u00add\u2060e", "abcde"),
        ("@\u200deveryone", "@\u200deveryone"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\u200d", ""),
        (" \u200c\u3164\ufe0f ", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("nul\x00 bell\x07 del\x7f", "nul bell del"),
        ("\ud800lone", "lone"),
        ("\ue000private", "private"),
        ("\U000e0041tag", "tag"),
        ("non‑breaking hyphen", "non‑breaking hyphen"),
    ],
)
def test_only_what_can_be_seen_is_left_on_one_line(text: str, expected: str) -> None:
    """No line breaks, no escape codes, nothing that turns writing around; what belongs to writing stays."""
    assert clean(text) == expected


@given(st.text())
def test_cleaned_text_has_no_control_characters_and_cleaning_it_again_changes_nothing(text: str) -> None:
    """Whatever came in."""
    made = clean(text)
    assert all(unicodedata.category(char) not in {"Cc", "Cs", "Co", "Zl", "Zp"} for char in made)
    assert clean(made) == made
    assert made.encode().decode() == made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", "One."),
        ("Version 1.2 is out. `x` follows.", "Version 1.2 is out."),
        ("Calls e.g. this one", "Calls e.g. this one"),
        ("缓存已修复。其余不变。", "缓存已修复。"),
        ("他说“好。”然后走了。完。", "他说“好。”然后走了。"),
        ("No end", "No end"),
        ("", ""),
    ],
)
def test_the_first_sentence(text: str, expected: str) -> None:
    """In both languages."""
    assert first_sentence(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc", 3), ("缓存", 4), ("e\u0301", 1), ("é", 1), ("🔴", 2), ("⚠️", 2), ("a\u200db", 2), ("，", 2), ("−", 1)],
)
def test_columns_are_counted_as_a_terminal_shows_them(text: str, expected: int) -> None:
    """Chinese takes two, an accent none."""
    assert columns(text) == expected


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("Fix the disk cache", 14, "Fix the disk…"),
        ("Fix, the disk cache", 6, "Fix…"),
        ("averyveryverylongname", 10, "averyvery…"),
        ("缓存分配修复", 7, "缓存分…"),
        ("abc", 1, "…"),
    ],
)
def test_long_text_is_cut_at_a_word(text: str, width: int, expected: str) -> None:
    """And says so."""
    assert shorten(text, width) == expected


TEXT = st.text(st.sampled_from("ab ,.`/缓存，。（）“”🔴\u0301\ufe0f"), max_size=60) | st.text(max_size=60).map(clean)


@given(TEXT, st.integers(min_value=1, max_value=30))
def test_cut_text_is_never_wider_than_asked_for(text: str, width: int) -> None:
    """Whatever it holds."""
    assert columns(shorten(text, width)) <= width


def lines(text: str, width: int) -> list[str]:
    ends = breaks(text, width)
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


@given(TEXT, st.integers(min_value=2, max_value=30))
def test_no_line_is_wider_than_asked_for_and_none_is_lost(text: str, width: int) -> None:
    """But for spaces at its end, which are not written."""
    made = lines(text, width)
    assert "".join(made) == text
    assert all(columns(line.rstrip(" ")) <= width for line in made)
    assert all(made) or text == ""


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("the disk cache", 9, ["the disk ", "cache"]),
        ("the disk   cache", 8, ["the disk   ", "cache"]),
        ("averylongname", 5, ["avery", "longn", "ame"]),
        ("a averylongname", 5, ["a ", "avery", "longn", "ame"]),
        ("缓存分配器", 4, ["缓存", "分配", "器"]),
        ("修改`a/b.py`、`c/d.py`的缓存", 14, ["修改`a/b.py`、", "`c/d.py`的缓存"]),
        ("缓存已修复。好", 10, ["缓存已修", "复。好"]),
        ("他说“缓存”好", 5, ["他说", "“缓", "存”好"]),
        ("\u0301（`", 2, ["\u0301（", "`"]),
        ("", 5, [""]),
    ],
)
def test_lines_end_where_a_reader_expects_it(text: str, width: int, expected: list[str]) -> None:
    """After a space, between Chinese characters, not before a full stop and not after an opening quotation mark."""
    assert lines(text, width) == expected
