"""Making a picture anew: from whatever bytes a person sent to a JPEG that is a picture only."""

import hashlib
import re
import struct
import zlib
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

from kit.errors import BadInput, TooLarge

MEGABYTES_MOST = 10
BYTES_MOST = MEGABYTES_MOST * 1024 * 1024
# What phones and screenshots make. Nothing else is even tried: each format is one more parser.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# A plain JPEG is made smaller while it is read; anything else stands in the memory whole.
PIXELS_MOST = 60_000_000
PIXELS_MOST_WHOLE = 16_000_000
# A progressive JPEG is gone through again with each scan. Cameras make about ten; a small file
# has room for thousands, which would keep us busy for an hour.
SCANS_MOST = 64
SIDE_MOST = 2048
QUALITY = 85

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# In the drawing of a JPEG a 0xFF that is no marker is followed by 0; 0xD0 to 0xD7 only restart it.
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
_WITHOUT_LENGTH = (0x01, 0xD8)
_SCAN, _END = 0xDA, 0xD9

# What Pillow's parsers raise at broken bytes, besides its own errors, which are among these.
_UNREADABLE = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, AttributeError),
    *(ArithmeticError, RuntimeError, MemoryError, struct.error, zlib.error),
)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Encoded:
    """A picture that was made anew; `digest` is that of its bytes."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    digest: str

    @property
    def data(self) -> bytes:
        """The bytes of its file."""
        return self.jpeg

    @property
    def facts(self) -> dict[str, int]:
        """What its row says of it."""
        return {"width": self.width, "height": self.height}


def encode(data: bytes) -> Encoded:
    """The picture in these bytes as an upright JPEG of at most 2048 pixels a side, and no more.

    What the bytes are is told by themselves, never by a name. Raises BadInput or TooLarge. It may
    take a second of a processor: run it in a thread.
    """
    if len(data) > BYTES_MOST:
        raise TooLarge("photos.too_large", most=MEGABYTES_MOST)
    try:
        picture = _picture(data)
    except _BOMBS:
        raise TooLarge("photos.too_large", most=MEGABYTES_MOST) from None
    except _UNREADABLE:
        # Why does not matter to him, and would tell an attacker which parser he reached.
        raise BadInput("photos.unreadable") from None
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    jpeg = out.getvalue()
    return Encoded(jpeg, *picture.size, hashlib.sha256(jpeg).hexdigest())


def _picture(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data), formats=FORMATS) as source:
        _check_size(source, data)
        upright = _UPRIGHT.get(_orientation(source))
        # A JPEG is drawn at an eighth, a quarter or half its size where that is still enough.
        width, height = source.size
        longer = max(width, height)
        source.draft(None, (width * SIDE_MOST // longer or 1, height * SIDE_MOST // longer or 1))
        image = _whole_colours(source)
        image.thumbnail((SIDE_MOST, SIDE_MOST), Image.Resampling.LANCZOS)
        flat = _on_white(image)
    if upright is not None:
        flat = flat.transpose(upright)
    # Only the pixels go into a new image: a comment or profile would travel along otherwise.
    clean = Image.new("RGB", flat.size)
    clean.paste(flat)
    return clean


def _check_size(source: Image.Image, data: bytes) -> None:
    """Before anything is decoded: how much there would be."""
    width, height = source.size
    is_drawn_small = source.format in {"JPEG", "MPO"} and "progressive" not in source.info
    if width * height > (PIXELS_MOST if is_drawn_small else PIXELS_MOST_WHOLE):
        raise Image.DecompressionBombError
    if "progressive" in source.info and _scans(data) > SCANS_MOST:
        raise Image.DecompressionBombError


def _scans(data: bytes) -> int:
    """How many scans the first JPEG in these bytes has; those of thumbnails do not count."""
    scans, at = 0, 2
    while found := _MARKER.search(data, at):
        marker, at = found[1][0], found.end()
        if marker == _END:
            break
        scans += marker == _SCAN
        if marker not in _WITHOUT_LENGTH:
            at += int.from_bytes(data[at : at + 2], "big")
    return scans


def _orientation(source: Image.Image) -> int:
    """How the camera was held; a broken note of it is no note."""
    try:
        return int(source.getexif().get(_ORIENTATION, 1))
    except _UNREADABLE:
        return 1


def _whole_colours(source: Image.Image) -> Image.Image:
    """The image in a form that can be made smaller without spoiling it."""
    if source.mode.startswith("I"):  # 16 bits of grey, of which a JPEG has room for the upper 8
        return source.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if source.has_transparency_data and source.mode != "RGBA":
        return source.convert("RGBA")
    return source.convert("RGB") if source.mode in {"P", "1"} else source


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white
