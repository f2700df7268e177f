"""Photo files of the tests' own making: pixels in any of the forms that phones use, with what must not be kept."""

import io
from typing import Any

from PIL import Image
from pillow_heif import register_heif_opener

GPS, GPS_AREA, ORIENTATION = 0x8825, 0x001C, 0x0112
WHERE_IT_WAS_TAKEN = b"29.9511N 90.0715W"


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), shade: int = 120, **options: Any) -> bytes:
    """A photo in one colour; another `shade` is another photo."""
    return encoded(Image.new("RGB", size, (shade, shade, 200)), form, **options)


def noise(form: str = "JPEG", size: tuple[int, int] = (400, 300)) -> bytes:
    """A photo that hardly compresses."""
    return encoded(Image.effect_noise(size, 60).convert("RGB"), form)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    register_heif_opener()
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def notes_of_the_camera(orientation: int = 1) -> Image.Exif:
    """EXIF that says how the camera was held and where."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS)[GPS_AREA] = WHERE_IT_WAS_TAKEN
    return exif
