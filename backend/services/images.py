"""Photos as they may be kept: decoded, turned upright, without any metadata, in two sizes. Never the original file."""

import io
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from backend.domain.errors import DomainError, ErrorCode, refusal
from backend.domain.photo import PhotoSize

LONGEST_SIDE = {PhotoSize.SMALL: 320, PhotoSize.LARGE: 1600}
"""In pixels: a face in a list, and all that a screen can show."""
_QUALITY = {PhotoSize.SMALL: 75, PhotoSize.LARGE: 85}
_SCALED_AS_THEY_ARE = {"L", "LA", "RGB", "RGBA"}
MEGAPIXEL = 1_000_000


@dataclass(frozen=True, slots=True)
class Images:
    """JPEG bytes by size; width and height of the large one, in pixels."""

    files: Mapping[PhotoSize, bytes]
    width: int
    height: int


def prepare(content: bytes, most_megapixels: float) -> Images:
    """Decode and re-encode a photo (JPEG, PNG, WebP or HEIC). Takes up to a second of CPU: not for the event loop.

    Raises: DomainError NOT_AN_IMAGE, BROKEN_IMAGE, TOO_LARGE.
    """
    try:
        return _prepare(content, most_megapixels)
    except UnidentifiedImageError:
        raise _not_an_image() from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(most_megapixels) from None
    except DomainError:
        raise
    except Exception as error:  # whatever a decoder stumbles over is the file's fault
        raise refusal(
            ErrorCode.BROKEN_IMAGE, "This photo is damaged and cannot be opened. Please take another.", "file"
        ) from error


def _prepare(content: bytes, most_megapixels: float) -> Images:
    with Image.open(io.BytesIO(content), formats=_formats()) as image:
        if image.width * image.height > most_megapixels * MEGAPIXEL:
            raise _too_large(most_megapixels)
        longest = LONGEST_SIDE[PhotoSize.LARGE]
        image.draft("RGB", (longest, longest))  # lets the JPEG decoder skip detail that would be thrown away
        if image.mode in _SCALED_AS_THEY_ARE:
            image.thumbnail((longest, longest))  # first of all: every step at full size costs up to 160 MB
        large = _on_white(_upright(image))
    large.thumbnail((longest, longest))
    small = large.copy()
    small.thumbnail((LONGEST_SIDE[PhotoSize.SMALL], LONGEST_SIDE[PhotoSize.SMALL]))
    files = {PhotoSize.LARGE: _jpeg(large, PhotoSize.LARGE), PhotoSize.SMALL: _jpeg(small, PhotoSize.SMALL)}
    return Images(files, large.width, large.height)


def _upright(image: Image.Image) -> Image.Image:
    """As the camera was held; as it is where the note about that is damaged, which makes a photo no worse."""
    with suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image


def _on_white(image: Image.Image) -> Image.Image:
    """A copy in RGB that carries over pixels only; what was transparent is white."""
    layered = image.convert("RGBA")
    plain = Image.new("RGB", layered.size, "white")
    plain.paste(layered, mask=layered.getchannel("A"))
    return plain


def _jpeg(image: Image.Image, size: PhotoSize) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY[size], optimize=True)
    return file.getvalue()


@cache
def _formats() -> tuple[str, ...]:
    register_heif_opener()
    return ("JPEG", "PNG", "WEBP", "HEIF")


def _not_an_image() -> DomainError:
    return refusal(ErrorCode.NOT_AN_IMAGE, "This file is no photo. Send a JPEG, PNG, WebP or HEIC file.", "file")


def _too_large(most_megapixels: float) -> DomainError:
    return refusal(ErrorCode.TOO_LARGE, f"A photo may have at most {most_megapixels:g} megapixels.", "file")
