"""No cell that we write is calculated, and an import reads what was meant."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.sheets import guarded, unguarded

CALCULATED = "=+-@\t\r＝＋－＠"


@given(st.text(st.sampled_from("'=+-@＝＋a驿 "), max_size=6))
@example("=1+1")
@example("'=1+1")
@example("'")
def test_a_guard_comes_off_again(text: str) -> None:
    assert not guarded(text).startswith(tuple(CALCULATED))
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "驿站", "'站", "1-2", "a=b"])
def test_other_text_is_left_alone(text: str) -> None:
    assert guarded(text) == unguarded(text) == text
