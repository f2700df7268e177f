"""A link as a QR code, drawn here: no other host learns it."""

from io import BytesIO

import segno


def qr_code(link: str) -> str:
    """An SVG of the link with the quiet border that scanners need, for a page or an `img`; it fits any size."""
    drawn = BytesIO()
    segno.make_qr(link, error="m").save(
        drawn, kind="svg", light="#fff", omitsize=True, xmldecl=False, svgclass=None, lineclass=None
    )
    return drawn.getvalue().decode().strip()
