"""What is done to typed text before it is stored, compared or handed to Rasa."""

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kit.text import is_readable, normalise, shorten, tidy, without_command_marks

ANYTHING = st.text(st.characters(categories=("L", "M", "N", "P", "S", "Z", "C")))
TRICKY = [
    ch
    for ch in map(chr, range(0x30000))
    if not ch.isprintable() or ch != unicodedata.normalize("NFKC", ch) or ch != ch.lower()
    if unicodedata.category(ch) not in {"Cn", "Co"}
]
STRIPPED = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]
ZERO_WIDTH = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u3164"]
SLASHES = ["/", "／", "⁄", "∕", "⧸"]


@given(ANYTHING)
@example("a\r\n\u2028\x1c b")
def test_tidying_twice_is_tidying_once(text):
    assert tidy(tidy(text)) == tidy(text)


@given(ANYTHING)
@example("İ\u0323")
def test_normalising_twice_is_normalising_once(text):
    assert normalise(normalise(text)) == normalise(text)


def test_no_character_alone_is_changed_by_a_second_pass():
    assert [ch for ch in TRICKY if normalise(normalise(ch)) != normalise(ch)] == []
    assert [ch for ch in TRICKY if tidy(tidy(ch)) != tidy(ch)] == []


@given(ANYTHING)
def test_tidied_text_can_be_stored(text):
    stored = tidy(text)

    assert stored.encode().decode() == stored
    assert "\x00" not in stored


@given(ANYTHING)
def test_no_text_reaches_rasa_as_a_payload(text):
    heard = without_command_marks(tidy(text)).strip()

    assert not heard.startswith(tuple(SLASHES))


@pytest.mark.parametrize("slash", SLASHES)
@pytest.mark.parametrize("before", [*STRIPPED, *ZERO_WIDTH], ids=lambda ch: f"U+{ord(ch):04X}")
def test_what_rasa_would_strip_cannot_hide_a_slash(before, slash):
    typed = f"{before}{slash}{before}{slash}restart"

    assert without_command_marks(tidy(typed)) == "restart"


def test_a_slash_inside_a_sentence_stays():
    assert without_command_marks(tidy("电瓶车/三轮车")) == "电瓶车/三轮车"


@pytest.mark.parametrize(
    "text",
    ["", "  ", "😀😀", "👨‍👩‍👧‍👦", "🇨🇳", "👍🏽", "……？！", "\u200b\u200d", "_", "❤️", "\u3164"],
)
def test_nothing_to_understand(text):
    assert not is_readable(tidy(text))


@pytest.mark.parametrize("text", ["歇", "a", "1", "😀好", "𠮷"])
def test_something_to_understand(text):
    assert is_readable(tidy(text))


def test_tidying_keeps_what_a_person_sees():
    assert tidy("  路灯\u200b坏了，\r\n\r\n 修一下吧 😀 ") == "路灯坏了，\n修一下吧 😀"


def test_normalising_levels_width_case_and_spaces():
    assert normalise(" ＣＢＤ\u3000１２号\n楼 ") == "cbd 12号 楼"


@given(ANYTHING, st.integers(1, 20))
def test_shortened_text_fits(text, limit):
    assert len(shorten(text, limit)) <= limit


@given(st.text(st.sampled_from("aZ!~09驿一鿿"), max_size=8))
def test_plain_text_is_compared_in_small_letters(text: str):
    assert normalise(text) == unicodedata.normalize("NFKC", tidy(text)).lower() == text.lower()
