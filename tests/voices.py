"""Voice messages made by hand: Ogg pages and Opus packets as phones and messengers write them."""

import struct
from collections.abc import Sequence

# What a careless program notes in a file: nothing of it may be kept.
CANARY = "张小兵 13912345678"
# A packet of 20 ms, wide band, one frame: its first byte says so, the rest is sound.
TWENTY_MS = 9 << 3
PACKETS_A_PAGE = 50
FIRST, CONTINUED, LAST = 2, 1, 4


def checksum(page: bytes) -> int:
    """The sum of RFC 3533, bit by bit: slow, and not the way the program does it."""
    found = 0
    for byte in page:
        found ^= byte << 24
        for _ in range(8):
            found = ((found << 1) ^ (0x04C11DB7 if found & 0x80000000 else 0)) & 0xFFFFFFFF
    return found


def page(
    packets: Sequence[bytes],
    number: int,
    *,
    flags: int = 0,
    stream: int = 0xC0FFEE,
    granule: int = 0,
    open_end: bool = False,
) -> bytes:
    """A page of whole packets; with `open_end` the last goes on, and is a multiple of 255 long."""
    lacing = b"".join(
        bytes([255] * (len(packet) // 255) + [len(packet) % 255]) for packet in packets
    )
    lacing = lacing[:-1] if open_end else lacing
    body = b"".join(packets)
    fields = (b"OggS", 0, flags, granule, stream, number)
    blank = struct.pack("<4sBBqIIIB", *fields, 0, len(lacing)) + lacing + body
    return blank[:22] + struct.pack("<I", checksum(blank)) + blank[26:]


def head(channels: int = 1, family: int = 0, version: int = 1, more: bytes = b"") -> bytes:
    """The first packet of a stream."""
    return struct.pack("<8sBBHIhB", b"OpusHead", version, channels, 312, 48_000, 0, family) + more


def tags(*comments: str, vendor: str = "Recorder of 张小兵") -> bytes:
    """The second packet: which program wrote it, and what it noted."""
    made = [vendor.encode(), *(comment.encode() for comment in comments)]
    first, *rest = (struct.pack("<I", len(text)) + text for text in made)
    return b"OpusTags" + first + struct.pack("<I", len(rest)) + b"".join(rest)


def sound(seconds: float, seed: int = 0) -> list[bytes]:
    """Packets of 20 ms that speak for so long."""
    count = round(seconds * 50)
    return [bytes([TWENTY_MS, seed, number % 256, number // 256]) for number in range(count)]


def voice(
    seconds: float = 3, seed: int = 0, *, comments: Sequence[str] = (f"ARTIST={CANARY}",)
) -> bytes:
    """A voice message of so many seconds; another `seed` sounds differently."""
    packets = sound(seconds, seed)
    parts = [
        packets[start : start + PACKETS_A_PAGE] for start in range(0, len(packets), PACKETS_A_PAGE)
    ]
    spoken = [
        page(part, number, flags=LAST if number == len(parts) + 1 else 0, granule=960 * number)
        for number, part in enumerate(parts, 2)
    ]
    return b"".join([page([head()], 0, flags=FIRST), page([tags(*comments)], 1), *spoken])
