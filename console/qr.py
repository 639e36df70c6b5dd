"""QR codes as inline SVG: no picture leaves the console, and none is fetched."""

import segno
from markupsafe import Markup

SCALE = 5
QUIET = 4  # modules around it, or cameras miss it


def drawn(text: str) -> Markup:
    """The text as a picture, dark on light whatever the colours of the page are."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(
        scale=SCALE, border=QUIET, dark="#000", light="#fff", omitsize=True, svgclass="qr"
    )
    return Markup(svg)  # noqa: S704 - drawn by segno; of the text only its modules are left
