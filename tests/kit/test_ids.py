"""Ids, tokens and the codes that are read aloud."""

import pytest

from kit.ids import CODE_ALPHABET, digest, new_code, new_digits, new_id, new_token, read_code

# Named by their number: two processes that share out the tests draw different codes.
CODES = [pytest.param(new_code(), id=str(number)) for number in range(20)]


@pytest.mark.parametrize("code", CODES)
def test_a_code_reads_as_itself(code):
    assert read_code(code) == code


@pytest.mark.parametrize("code", CODES[:5])
@pytest.mark.parametrize(
    "said",
    [
        str.lower,
        lambda code: f"  {code.replace('-', ' ')} ",
        " ".join,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", "—"),
        lambda code: "".join(chr(ord(ch) + 0xFEE0) for ch in code),
    ],
    ids=["lower case", "spaces", "spelled out", "run together", "long dash", "full width"],
)
def test_a_code_is_read_however_it_is_typed(code, said):
    assert read_code(said(code)) == code


@pytest.mark.parametrize("code", CODES[:5])
def test_every_single_slip_is_noticed(code):
    places = [place for place, ch in enumerate(code) if ch != "-"]
    slips = [
        code[:place] + other + code[place + 1 :]
        for place in places
        for other in CODE_ALPHABET
        if other != code[place]
    ]

    assert len(slips) == 8 * 29
    assert [slip for slip in slips if read_code(slip) is not None] == []


@pytest.mark.parametrize(
    "text", ["", "-", "ABC", "0000-0000", "IIII-LLLL", "我的编号", "7KQ3-M9TX-7KQ3", "\x00" * 8]
)
def test_what_is_no_code_is_none(text):
    assert read_code(text) is None


def test_codes_hold_no_letter_that_is_mistaken_for_another():
    assert not set("ILOU01") & set(CODE_ALPHABET)
    assert len(set(CODE_ALPHABET)) == len(CODE_ALPHABET)


def test_ids_and_tokens_differ_each_time():
    assert len({new_id() for _ in range(1000)}) == 1000
    assert len({new_token() for _ in range(1000)}) == 1000


def test_digits_are_text_of_a_fixed_length_and_may_begin_with_zero():
    drawn = [new_digits(6) for _ in range(500)]

    assert all(len(code) == 6 and code.isascii() and code.isdigit() for code in drawn)
    assert any(code.startswith("0") for code in drawn)
    assert len(set(drawn)) > 400


def test_a_digest_is_not_the_secret():
    assert digest("secret") == digest("secret") != digest("Secret")
    assert "secret" not in digest("secret")
