"""What is taken for a voice message, and what is left of it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import AppError, BadInput, TooLarge
from services.recordings import BYTES_MOST, SECONDS_MOST, encode
from tests.voices import CANARY, CONTINUED, FIRST, LAST, TWENTY_MS, head, page, sound, tags, voice

HEADERS = page([head()], 0, flags=FIRST) + page([tags()], 1)


def pages_of(ogg: bytes) -> list[bytes]:
    """The pages of a stream, by their sign: none of our sounds holds it."""
    return [b"OggS" + part for part in ogg.split(b"OggS")[1:]]


def spoken(ogg: bytes) -> bytes:
    return b"".join(part[27 + part[26] :] for part in pages_of(ogg)[2:])


def test_the_sound_is_carried_over_and_nothing_else():
    sent = voice(3, comments=[f"ARTIST={CANARY}", f"LOCATION={CANARY}", "x" * 30_000])
    made = encode(sent)
    assert CANARY.encode() in sent
    for trace in (CANARY, "张小兵", "13912345678", "Recorder", "ARTIST", "LOCATION"):
        assert trace.encode() not in made.ogg
    assert struct.pack("<I", 0xC0FFEE) not in made.ogg, "the stream's number is the phone's"
    assert spoken(made.ogg) == b"".join(sound(3))
    assert made.seconds == 3


def test_what_is_made_is_a_stream_that_players_know():
    made = encode(voice(3)).ogg
    first, second, *others = pages_of(made)
    assert b"OpusHead" in first
    assert second.endswith(b"OpusTags" + bytes(8))
    assert [struct.unpack_from("<I", part, 18)[0] for part in pages_of(made)] == list(range(5))
    assert [part[5] for part in pages_of(made)] == [FIRST, 0, 0, 0, LAST]
    assert len(others) == 3
    # Taken apart again it is the same: its sums are right by a reckoning of their own (voices).
    assert encode(made).ogg == made
    blank = first[:22] + bytes(4) + first[26:]
    assert first == page([head()], 0, flags=FIRST, stream=1)
    assert len(blank) == len(first)


def test_the_same_voice_is_the_same_whatever_was_noted():
    assert encode(voice(2, comments=["A=1"])) == encode(voice(2, comments=["B=2", "C=3"]))
    assert encode(voice(2, seed=1)).digest != encode(voice(2, seed=2)).digest


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.02, 1), (1, 1), (1.02, 2), (59.5, 60), (60.5, 60)]
)
def test_a_begun_second_counts_whole(seconds: float, told: int):
    assert encode(voice(seconds)).seconds == told


@pytest.mark.parametrize("seconds", [61, 61.5, 300])
def test_more_than_a_minute_is_too_long(seconds: float):
    with pytest.raises(TooLarge) as refused:
        encode(voice(seconds))
    assert (refused.value.key, refused.value.fields) == ("recordings.too_long", {"most": 60})


def test_how_long_it_speaks_is_counted_and_not_believed():
    """A page may say any time; ten frames in a packet speak ten times as long."""
    packets = [bytes([TWENTY_MS | 3, 6]) + b"sound" for _ in range(500)]
    lying = HEADERS + b"".join(
        page(packets[at : at + 100], at, granule=960) for at in range(0, 500, 100)
    )
    assert encode(lying).seconds == SECONDS_MOST
    with pytest.raises(TooLarge):
        encode(lying + page(packets[:9], 9, granule=960))


def test_a_packet_may_go_on_in_the_next_page():
    long = bytes([TWENTY_MS]) + bytes(509)
    opened = page([long], 2, open_end=True)
    made = encode(HEADERS + opened + page([b"the end of it"], 3, flags=CONTINUED))
    assert made.seconds == 1
    assert spoken(made.ogg) == long + b"the end of it"


def test_comments_may_fill_several_pages():
    noted = tags("x" * 400)
    at = 255
    headers = page([head()], 0, flags=FIRST) + page([noted[:at]], 1, open_end=True)
    made = encode(headers + page([noted[at:]], 2, flags=CONTINUED) + page(sound(1), 3))
    assert made.ogg == encode(HEADERS + page(sound(1), 2)).ogg


def test_ten_megabytes_are_the_most():
    with pytest.raises(TooLarge) as refused:
        encode(bytes(BYTES_MOST + 1))
    assert (refused.value.key, refused.value.fields) == ("recordings.too_large", {"most": 10})


WHOLE = voice(1)
BROKEN = {
    "nothing": b"",
    "text": b"hello",
    "only the sign": b"OggS",
    "an mp3": b"ID3\x04" + bytes(400),
    "a video": b"\0\0\0\x20ftypM4A " + bytes(400),
    "cut": WHOLE[:-3],
    "cut in the headers": WHOLE[:40],
    "one bit over": WHOLE[:60] + bytes([WHOLE[60] ^ 1]) + WHOLE[61:],
    "something behind": WHOLE + b"<script>",
    "no sound": HEADERS,
    "no first page": page([head()], 0) + page([tags()], 1) + page(sound(1), 2),
    "vorbis": page([b"\x01vorbis" + bytes(30)], 0, flags=FIRST) + page([tags()], 1),
    "no tags": page([head()], 0, flags=FIRST) + page(sound(1), 1),
    "many channels": page([head(6)], 0, flags=FIRST) + page([tags()], 1) + page(sound(1), 2),
    "an unknown family": page([head(2, 255)], 0, flags=FIRST) + page([tags()], 1),
    "a later version": page([head(version=16)], 0, flags=FIRST) + page([tags()], 1),
    "a second stream behind": WHOLE + WHOLE,
    "a second stream beside": HEADERS + page(sound(1), 2) + page(sound(1), 3, stream=5),
    "an empty packet": HEADERS + page([b""], 2),
    "no frames": HEADERS + page([bytes([TWENTY_MS | 3, 0])], 2),
    "no count of frames": HEADERS + page([bytes([TWENTY_MS | 3])], 2),
    "too many frames": HEADERS + page([bytes([TWENTY_MS | 3, 63])], 2),
    "a packet without end": HEADERS + page([bytes([TWENTY_MS]) + bytes(254)], 2, open_end=True),
    "an end without a packet": HEADERS + page(sound(1), 2, flags=CONTINUED),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_voice_is_refused(name: str):
    with pytest.raises(BadInput) as refused:
        encode(BROKEN[name])
    assert refused.value.key == "recordings.unreadable"


@given(st.binary(max_size=300), st.integers(0, len(WHOLE)), st.integers(0, 300))
def test_whatever_comes_is_a_voice_or_is_refused(noise: bytes, at: int, over: int):
    for data in (noise, b"OggS" + noise, WHOLE[:at] + noise + WHOLE[at + over :]):
        try:
            made = encode(data)
        except AppError as error:
            assert error.key.startswith("recordings.")  # noqa: PT017 - either is right
        else:
            assert 1 <= made.seconds <= SECONDS_MOST
            assert encode(made.ogg) == made
