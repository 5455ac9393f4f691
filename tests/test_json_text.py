"""JSON is as safe to look at as anything else that is printed, and says the same to programs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formatters.text.json_text import json_text


def test_what_is_not_seen_stands_as_a_code() -> None:
    """Escape codes, C1 controls, bidirectional overrides, separators of lines; letters of all writings stay."""
    text = "量化 é 🐟\x1b[31m\x9b31m\u202edrow\u2066\u2028\ufeff\x7f"
    said = json_text({text: [text]}, 1)
    assert "量化 é 🐟" in said
    assert not set(said) & set("\x1b\x9b\u202e\u2066\u2028\ufeff\x7f")
    assert json.loads(said) == {text: [text]}


def test_a_number_that_is_none_is_null() -> None:
    assert json_text([float("nan"), float("inf"), 1.5]) == "[null,null,1.5]"


@pytest.mark.slow
@given(
    st.recursive(
        st.text() | st.integers() | st.booleans() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_programs_read_what_was_written(data: object) -> None:
    assert json.loads(json_text(data)) == json.loads(json_text(data, 1)) == data
