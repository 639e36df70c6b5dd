"""Pictures as phones make them and as nobody should: whole files in memory."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 180, 60), (40, 60, 200), (255, 255, 255)
PHONE_NUMBER = "13800138000"
GPS, ORIENTATION = 0x8825, 0x0112
NOTES = {0x010F: "PhoneMaker", 0x0132: "2026:11:18 10:30:00", 0x9286: PHONE_NUMBER}


def scene(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Red at the upper left, green at the upper right, blue below: any turn of it shows."""
    image = Image.new("RGB", (width, height), BLUE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, height // 2), fill=GREEN)
    draw.rectangle((0, 0, width // 2, height // 2), fill=RED)
    return image.convert(mode)


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a file of that kind."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """What a camera notes: maker, time, a comment, how it was held, and where it was."""
    notes = Image.Exif()
    for tag, note in NOTES.items():
        notes[tag] = note
    notes[ORIENTATION] = orientation
    position = {1: "N", 2: (22.0, 47.0, 41.0), 3: "E", 4: (113.0, 31.0, 58.0)}
    notes.get_ifd(GPS).update(position)
    return notes


def photo(width: int = 60, height: int = 40, orientation: int = 1, **options: Any) -> bytes:
    """A JPEG with all that a phone writes into it."""
    tags = {
        "exif": exif(orientation),
        "icc_profile": b"profile " + PHONE_NUMBER.encode(),
        "comment": PHONE_NUMBER.encode(),
        "xmp": f"<x:xmpmeta>{PHONE_NUMBER}</x:xmpmeta>".encode(),
    }
    return saved(scene(width, height), "JPEG", quality=95, **tags, **options)


def corners(image: Image.Image) -> str:
    """The colours of the four corners, as letters: those of the scene are RGBB."""
    width, height = image.size
    at = [(2, 2), (width - 3, 2), (2, height - 3), (width - 3, height - 3)]
    return "".join(_letter(image.convert("RGB").getpixel(point)) for point in at)


def _letter(colour: Any) -> str:
    known = {"R": RED, "G": GREEN, "B": BLUE, "W": WHITE}
    return min(
        known,
        key=lambda name: sum(abs(a - b) for a, b in zip(known[name], colour, strict=True)),
    )


def png_claiming(width: int, height: int) -> bytes:
    """A small PNG that says it is huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000))


def jpeg_claiming(width: int, height: int, *, progressive: bool = False) -> bytes:
    """A small JPEG that says it is huge."""
    data = saved(scene(), "JPEG", progressive=progressive)
    at = data.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def jpeg_of_many_scans(scans: int) -> bytes:
    """A progressive JPEG that goes over its picture again and again."""
    data = saved(scene(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


def scene_of(number: int) -> bytes:
    """A small JPEG unlike that of any other number."""
    return saved(scene(40 + number, 30))
