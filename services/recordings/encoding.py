"""Making a voice message anew: from whatever bytes were sent to an Ogg file of Opus sound only.

The sound itself is carried over as it is. Around it everything is written anew: comments, names,
the mark of the program and the stream's own number do not travel along (RFC 3533, 6716, 7845).
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kit.errors import BadInput, TooLarge

# What one minute of voice may be (research/anchors, section 6: 60 s voice, 10 MB a file). A
# messenger's minute is half a megabyte.
SECONDS_MOST = 60
MEGABYTES_MOST = 10
BYTES_MOST = MEGABYTES_MOST * 1024 * 1024

_PAGE = struct.Struct("<4sBBqIIIB")
_FIRST = 0x02
_CONTINUED = 0x01
_FULL = 255
_HEAD = struct.Struct("<8sBBHIhB")
_CHANNELS = (1, 2)
_PLAIN_FAMILY = 0
_NO_TAGS = b"OpusTags" + bytes(8)
_STREAM = 1
# Opus counts in these a second, whatever it plays at.
_RATE = 48_000
_PACKET_MOST = 5_760
# How long a frame is, by the configuration in a packet's first byte: SILK, hybrid, CELT.
_FRAMES = (480, 960, 1920, 2880) * 3 + (480, 960) * 2 + (120, 240, 480, 960) * 4
_CODED_COUNT = 3
# Ogg sums bits from the other end than zlib does.
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class Encoded:
    """A voice message that was made anew; `digest` is that of its bytes."""

    ogg: bytes = field(repr=False)
    seconds: int
    digest: str

    @property
    def data(self) -> bytes:
        """The bytes of its file."""
        return self.ogg

    @property
    def facts(self) -> dict[str, int]:
        """What its row says of it."""
        return {"seconds": self.seconds}


def encode(data: bytes) -> Encoded:
    """The voice in these bytes as one Ogg stream of Opus, at most a minute, and no more.

    What the bytes are is told by themselves, never by a name. Raises BadInput or TooLarge. It may
    take a second of a processor: run it in a thread.
    """
    if len(data) > BYTES_MOST:
        raise TooLarge("recordings.too_large", most=MEGABYTES_MOST)
    try:
        head, sound = _taken_apart(list(_pages(data)))
        samples = _samples(sound)
    except _Broken:
        raise BadInput("recordings.unreadable") from None
    ogg = b"".join(_written(page, number) for number, page in enumerate([*head, *sound]))
    # The bits of a second are rounded up: a word of "yes" is one second long.
    return Encoded(ogg, -(-samples // _RATE), hashlib.sha256(ogg).hexdigest())


class _Broken(Exception):
    """The bytes are not what they should be. Why would only help who tries."""


@dataclass(frozen=True)
class _Page:
    flags: int
    granule: int
    lacing: bytes
    body: bytes
    stream: int = _STREAM


def _pages(data: bytes) -> Iterator[_Page]:
    at = 0
    while at < len(data):
        if len(data) - at < _PAGE.size:
            raise _Broken
        sign, version, flags, granule, stream, _number, checksum, segments = _PAGE.unpack_from(
            data, at
        )
        body_at = at + _PAGE.size + segments
        lacing = data[at + _PAGE.size : body_at]
        end = body_at + sum(lacing)
        if (sign, version) != (b"OggS", 0) or len(lacing) < segments or end > len(data):
            raise _Broken
        if checksum != _checksum(data[at:end]):
            raise _Broken
        yield _Page(flags, granule, lacing, data[body_at:end], stream)
        at = end


def _taken_apart(pages: Sequence[_Page]) -> tuple[list[_Page], list[_Page]]:
    """The two headers written anew, and the pages of sound."""
    if not pages or not pages[0].flags & _FIRST:
        raise _Broken
    # A second stream, beside this one or behind it, would be sound that nobody measured.
    if any(page.flags & _FIRST or page.stream != pages[0].stream for page in pages[1:]):
        raise _Broken
    tags = 1
    while tags < len(pages) and pages[tags].lacing.endswith(b"\xff"):
        tags += 1
    comment = b"".join(page.body for page in pages[1 : tags + 1])
    if not comment.startswith(b"OpusTags"):
        raise _Broken
    return [_header(_head(pages[0].body), _FIRST), _header(_NO_TAGS)], list(pages[tags + 1 :])


def _head(body: bytes) -> bytes:
    """What a player must know of the sound."""
    if len(body) < _HEAD.size:
        raise _Broken
    sign, version, channels, skip, rate, gain, family = _HEAD.unpack_from(body)
    known = version >> 4 == 0 and channels in _CHANNELS and family == _PLAIN_FAMILY
    if sign != b"OpusHead" or not known:
        raise _Broken
    return _HEAD.pack(sign, version, channels, skip, rate, gain, family)


def _header(body: bytes, flags: int = 0) -> _Page:
    return _Page(flags, 0, bytes([len(body)]), body)


def _samples(pages: Sequence[_Page]) -> int:
    """How long all packets speak, by themselves: a page may say anything."""
    samples = 0
    for packet in _packets(pages):
        samples += _length(packet)
        if samples > SECONDS_MOST * _RATE + _RATE - 1:
            raise TooLarge("recordings.too_long", most=SECONDS_MOST)
    if not samples:
        raise _Broken
    return min(samples, SECONDS_MOST * _RATE)


def _packets(pages: Sequence[_Page]) -> Iterator[bytes]:
    parts: list[bytes] = []
    for page in pages:
        if page.lacing and bool(page.flags & _CONTINUED) != bool(parts):
            raise _Broken
        at = 0
        for length in page.lacing:
            parts.append(page.body[at : at + length])
            at += length
            if length < _FULL:
                yield b"".join(parts)
                parts = []
    if parts:
        raise _Broken


def _length(packet: bytes) -> int:
    """The samples of one packet."""
    if not packet:
        raise _Broken
    code = packet[0] & 3
    if code == _CODED_COUNT and len(packet) < 2:  # noqa: PLR2004 - its count is the second byte
        raise _Broken
    frames = packet[1] & 0x3F if code == _CODED_COUNT else (1, 2, 2)[code]
    samples = frames * _FRAMES[packet[0] >> 3]
    if not 0 < samples <= _PACKET_MOST:
        raise _Broken
    return samples


def _written(page: _Page, number: int) -> bytes:
    """A page of our own stream, with its number and its checksum."""
    bare = replace(page, stream=_STREAM)
    fields = (b"OggS", 0, bare.flags, bare.granule, bare.stream, number)
    rest = bare.lacing + bare.body
    blank = _PAGE.pack(*fields, 0, len(bare.lacing)) + rest
    return _PAGE.pack(*fields, _checksum(blank), len(bare.lacing)) + rest


def _checksum(page: bytes) -> int:
    """The checksum of a page, for which its own four bytes count as nothing."""
    blank = page[:22] + bytes(4) + page[26:]
    # zlib begins and ends with all bits set, Ogg with none.
    mirrored = zlib.crc32(blank.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
