"""Making a picture anew: what is taken, what is refused, and that only the picture stays."""

from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from kit.errors import AppError, BadInput, TooLarge
from services.photos import BYTES_MOST, Encoded, encode
from tests import pictures
from tests.pictures import (
    PHONE_NUMBER,
    corners,
    jpeg_claiming,
    jpeg_of_many_scans,
    photo,
    png_claiming,
    saved,
    scene,
)

# The marks of every segment that is no part of the drawing: APP1 to APP15, and comments.
NOTES = {bytes([0xFF, 0xE0 + number]) for number in range(1, 16)} | {b"\xff\xfe"}
HEIC = b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 200
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HUGE = BYTES_MOST + 1


def read(encoded: Encoded) -> Image.Image:
    """The picture, once nothing but it is known to be in the bytes."""
    check_bare(encoded.jpeg)
    image = Image.open(BytesIO(encoded.jpeg), formats=["JPEG"])
    image.load()
    assert image.mode == "RGB"
    assert image.size == (encoded.width, encoded.height)
    assert not dict(image.getexif())
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    return image


def check_bare(jpeg: bytes) -> None:
    """Only a picture: no segment of notes before its drawing, nothing behind its end."""
    assert jpeg[:2] == b"\xff\xd8"
    assert jpeg.index(b"\xff\xd9") == len(jpeg) - 2
    at = 2
    while jpeg[at : at + 2] != b"\xff\xda":
        assert jpeg[at : at + 2] not in NOTES
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    for secret in (PHONE_NUMBER.encode(), b"PhoneMaker", b"Exif", b"GPS", b"ICC_PROFILE", b"xmp"):
        assert secret not in jpeg


def clear_right(mode: str) -> Image.Image:
    """The scene with nothing in its right half."""
    image = scene(mode="RGBA")
    image.paste((9, 9, 9, 0), (30, 0, 60, 40))
    return image.convert(mode)


TAKEN = {
    "a phone's photo": (photo(), "RGBB"),
    "progressive": (photo(progressive=True), "RGBB"),
    "cmyk": (saved(scene(mode="CMYK")), "RGBB"),
    "png": (saved(scene(), "PNG", exif=pictures.exif()), "RGBB"),
    "png with a palette": (saved(scene(mode="P"), "PNG"), "RGBB"),
    "png with alpha": (saved(clear_right("RGBA"), "PNG"), "RWBW"),
    "png with one clear colour": (saved(scene(), "PNG", transparency=pictures.GREEN), "RWBB"),
    "webp": (saved(scene(), "WEBP", quality=95, exif=pictures.exif()), "RGBB"),
    "webp with alpha": (saved(clear_right("RGBA"), "WEBP", lossless=True), "RWBW"),
    "gif": (saved(scene(mode="P"), "GIF", comment=PHONE_NUMBER.encode()), "RGBB"),
    "clear gif": (saved(clear_right("RGBA"), "GIF"), "RWBW"),
    "gif that moves": (
        saved(scene(), "GIF", save_all=True, append_images=[Image.new("RGB", (60, 40))]),
        "RGBB",
    ),
    "two pictures in one": (
        saved(scene(), "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40))]),
        "RGBB",
    ),
    "with a film behind it": (photo() + b"ftypmp42 \xff\xda" * 900, "RGBB"),
}


@pytest.mark.parametrize(("data", "seen"), TAKEN.values(), ids=TAKEN)
def test_a_picture_is_taken_and_only_the_picture_stays(data: bytes, seen: str):
    image = read(encode(data))
    assert corners(image) == seen
    assert image.size == (60, 40)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_put_upright_as_browsers_show_it(orientation: int, kind: str):
    turned = {1: "RGBB", 2: "GRBB", 3: "BBGR", 4: "BBRG"}
    turned |= {5: "RBGB", 6: "BRBG", 7: "BGBR", 8: "GBRB"}
    image = read(encode(saved(scene(), kind, quality=95, exif=pictures.exif(orientation))))
    assert corners(image) == turned[orientation]
    assert image.size == ((60, 40) if orientation < 5 else (40, 60))


@pytest.mark.parametrize(
    ("size", "becomes"),
    [
        ((4000, 3000), (2048, 1536)),
        ((3000, 4000), (1536, 2048)),
        ((2048, 2048), (2048, 2048)),
        ((16_000, 160), (2048, 20)),
        ((3, 2), (3, 2)),
        ((1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_it_is_made_smaller_never_larger(size: tuple[int, int], becomes: tuple[int, int], kind):
    assert read(encode(saved(scene(*size), kind))).size == becomes


def test_sixteen_bits_of_grey_keep_their_shades():
    image = Image.new("I;16", (8, 8), 0x8000)
    shade = read(encode(saved(image, "PNG"))).getpixel((4, 4))
    assert shade == (128, 128, 128)


def test_the_largest_photo_of_a_camera_is_taken():
    assert read(encode(saved(Image.new("L", (9000, 6600), 90)))).size == (2048, 1502)


def half(data: bytes) -> bytes:
    """What arrived before the connection broke."""
    return data[: len(data) // 2]


REFUSED = {
    "nothing": b"",
    "text": "桥下积水".encode(),
    "html": b"<!doctype html><img src=x>",
    "svg": SVG,
    "pdf": b"%PDF-1.7\n" + photo(),
    "heic": HEIC,
    "avif": saved(scene(), "AVIF"),
    "bmp": saved(scene(), "BMP"),
    "tiff": saved(scene(), "TIFF"),
    "jpeg 2000": saved(scene(), "JPEG2000"),
    "icon": saved(scene(16, 16), "ICO"),
    "a film": b"\x00\x00\x00\x18ftypmp42" + photo(),
    "zip with a photo inside": b"PK\x03\x04" + photo(),
    "half a photo": half(photo(600, 400)),
    "half a png": half(saved(scene(600, 400), "PNG")),
    "half a webp": half(saved(scene(600, 400), "WEBP")),
    "half a gif": half(saved(scene(600, 400, "P"), "GIF")),
    "a head only": photo()[:20],
    "no pixel at all": png_claiming(0, 0),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_is_no_picture_of_a_phone_is_refused(data: bytes):
    with pytest.raises(BadInput) as refused:
        encode(data)
    assert refused.value.key == "photos.unreadable"
    assert refused.value.__cause__ is None


TOO_LARGE = {
    "bytes": b"\xff\xd8" + b"\x00" * HUGE,
    "a gigapixel": png_claiming(40_000, 40_000),
    "over the limit by a row": png_claiming(4000, 4001),
    "a plain jpeg": jpeg_claiming(9000, 6700),
    "a progressive jpeg": jpeg_claiming(4001, 4000, progressive=True),
    "a thousand scans": jpeg_of_many_scans(1000),
}


@pytest.mark.parametrize("data", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_would_swell_is_refused_before_it_is_decoded(data: bytes):
    with pytest.raises(TooLarge) as refused:
        encode(data)
    assert refused.value.key == "photos.too_large"


@pytest.mark.parametrize("script", [b"<script>alert(1)</script>", b"<?php phpinfo(); ?>", SVG])
def test_a_photo_that_is_also_something_else_is_a_photo_only(script: bytes):
    commented = saved(scene(), "JPEG", comment=script)
    for data in (photo() + script, commented, saved(scene(mode="P"), "GIF") + script):
        encoded = encode(data)
        assert corners(read(encoded)) == "RGBB"
        assert script not in encoded.jpeg


def test_the_same_picture_has_the_same_digest_whoever_took_it():
    assert encode(photo()).digest == encode(photo(orientation=1) + b"tail").digest
    assert encode(photo()).digest != encode(photo(orientation=3)).digest


def test_a_broken_note_of_how_it_was_held_is_no_note():
    data = photo(orientation=6)
    at = data.index(b"Exif\0\0")
    image = read(encode(data[: at + 6] + b"\xee" * 40 + data[at + 46 :]))
    assert image.size == (60, 40)


WHOLE = [data for data, _ in TAKEN.values()]


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of odd notes and reads on.
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.sampled_from(WHOLE),
    changes=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=12),
    cut=st.none() | st.integers(0, 900),
)
def test_no_bytes_are_too_odd_and_none_let_notes_through(
    data: bytes, changes: list[tuple[int, int]], cut: int | None
):
    odd = bytearray(data[:cut])
    for at, value in changes:
        if at < len(odd):
            odd[at] = value
    try:
        encoded = encode(bytes(odd))
    except AppError as error:
        assert error.key in {"photos.unreadable", "photos.too_large"}  # noqa: PT017
    else:
        check_bare(encoded.jpeg)
        assert max(encoded.width, encoded.height) <= 2048
