"""What kind of file some bytes are, and the sizes in which Telegram offers a photo."""

import io
from typing import Any

from PIL import Image, UnidentifiedImageError

# What stands at the beginning of a file of each type, at which offset.
SIGNS = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftyp", "video/mp4"),
    (0, b"PK\x03\x04", "application/zip"),
)
# The longer side of the smaller copies that Telegram makes of each photo.
SIDES = (90, 320)


def sniff(data: bytes) -> str:
    """The type of a file by its content."""
    for offset, sign, kind in SIGNS:
        if data[offset : offset + len(sign)] == sign:
            return kind
    return "application/octet-stream"


def photo_sizes(data: bytes) -> list[tuple[bytes, dict[str, Any]]]:
    """The copies of a photo from small to large; the last is the photo as it was sent.

    Telegram would make the large one anew, as a JPEG without EXIF. A bot that is safe without
    that is safe with it, so the bytes stay as they are.
    """
    try:
        picture: Image.Image = Image.open(io.BytesIO(data))
        picture.load()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        # No picture: the sizes are made up, and the bot is to find out.
        return [(data, _size(1, 1, data))]
    copies = [_smaller(picture, side) for side in SIDES if max(picture.size) > side]
    return [*copies, (data, _size(*picture.size, data))]


def _smaller(picture: Image.Image, side: int) -> tuple[bytes, dict[str, Any]]:
    copy = picture.convert("RGB")
    copy.thumbnail((side, side))
    written = io.BytesIO()
    copy.save(written, "JPEG")
    return written.getvalue(), _size(*copy.size, written.getvalue())


def _size(width: int, height: int, data: bytes) -> dict[str, Any]:
    return {"width": width, "height": height, "file_size": len(data)}
