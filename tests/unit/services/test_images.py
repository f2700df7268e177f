import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from PIL import Image, ImageCms
from pillow_heif import register_heif_opener

from backend.domain.errors import DomainError, ErrorCode
from backend.domain.photo import PhotoSize
from backend.services.images import Images, prepare

MEGAPIXELS = 40.0
SECRET = b"29.9511N 90.0715W"
ORIENTATION, MAKER, GPS, GPS_AREA = 0x0112, 0x010F, 0x8825, 0x001C
RED, BLUE = (200, 30, 30), (30, 30, 200)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    register_heif_opener()
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def two_halves(width: int = 80, height: int = 40) -> Image.Image:
    """Red on the left, blue on the right: to see which way up it is."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def tell_tale(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = SECRET.decode()
    exif.get_ifd(GPS)[GPS_AREA] = SECRET
    return exif


def opened(images: Images, size: PhotoSize = PhotoSize.LARGE) -> Image.Image:
    return Image.open(io.BytesIO(images.files[size]))


def is_near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel = image.convert("RGB").getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 30 for one, other in zip(pixel, colour, strict=True))


def code_of(content: bytes, megapixels: float = MEGAPIXELS) -> ErrorCode:
    with pytest.raises(DomainError) as refused:
        prepare(content, megapixels)
    assert [problem.field for problem in refused.value.problems] == ["file"]
    assert "\n" not in str(refused.value)
    return refused.value.code


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_the_forms_that_phones_take_photos_in_are_kept_as_jpeg_in_two_sizes(form: str) -> None:
    images = prepare(encoded(two_halves(2400, 1200), form), MEGAPIXELS)
    large, small = opened(images), opened(images, PhotoSize.SMALL)
    assert (large.format, small.format) == ("JPEG", "JPEG")
    assert large.size == (images.width, images.height) == (1600, 800)
    assert small.size == (320, 160)
    assert is_near(large, (100, 400), RED)
    assert is_near(large, (1500, 400), BLUE)
    assert len(images.files[PhotoSize.SMALL]) < len(images.files[PhotoSize.LARGE])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_pixel_a_png_may_have_can_be_kept(mode: str) -> None:
    images = prepare(encoded(Image.new(mode, (50, 40)), "PNG"), MEGAPIXELS)
    assert (images.width, images.height) == (50, 40)


def test_a_printer_s_jpeg_in_four_colours_can_be_kept() -> None:
    assert prepare(encoded(Image.new("CMYK", (50, 40)), "JPEG"), MEGAPIXELS).width == 50


def test_what_is_transparent_becomes_white() -> None:
    image = Image.new("RGBA", (60, 40), (*RED, 255))
    image.paste((0, 0, 0, 0), (30, 0, 60, 40))
    for form in ("PNG", "WEBP"):
        large = opened(prepare(encoded(image, form), MEGAPIXELS))
        assert is_near(large, (5, 20), RED)
        assert is_near(large, (55, 20), (255, 255, 255))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_photo_is_turned_as_the_camera_was_held(form: str) -> None:
    turned_right = 6
    images = prepare(encoded(two_halves(), form, exif=tell_tale(turned_right).tobytes()), MEGAPIXELS)
    large = opened(images)
    assert large.size == (images.width, images.height) == (40, 80)
    assert is_near(large, (20, 10), RED)
    assert is_near(large, (20, 70), BLUE)


def segments(jpeg: bytes) -> list[int]:
    """The markers of a JPEG up to its pixels."""
    found, at = [], 2
    while (marker := jpeg[at + 1]) != 0xDA:
        found.append(marker)
        at += 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
    return found


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_no_metadata_at_all_is_left_in_either_size(form: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, Any] = {"exif": tell_tale().tobytes(), "icc_profile": profile}
    if form != "PNG":
        options["xmp"] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    if form == "JPEG":
        options["comment"] = SECRET
    original = encoded(two_halves(), form, **options)
    assert SECRET in original
    tables, pixels, header = {0xDB, 0xC4}, {0xC0, 0xC2}, 0xE0
    for file in prepare(original, MEGAPIXELS).files.values():
        assert set(segments(file)) <= tables | pixels | {header}
        assert file[6:11] == b"JFIF\0"
        assert SECRET not in file
        kept = Image.open(io.BytesIO(file))
        assert len(kept.getexif()) == 0
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_note_of_the_camera_that_is_damaged_makes_a_photo_no_worse() -> None:
    images = prepare(encoded(two_halves(), "PNG", exif=b"II*\0\x08\0\0\0\xff\xff"), MEGAPIXELS)
    assert (images.width, images.height) == (80, 40)


@pytest.mark.parametrize("size", [(1, 5000), (5000, 1)])
def test_the_narrowest_strip_keeps_at_least_one_pixel_a_side(size: tuple[int, int]) -> None:
    images = prepare(encoded(Image.new("RGB", size), "PNG"), MEGAPIXELS)
    assert {images.width, images.height} == {1, 1600}


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00", b"a name, a place", b"%PDF-1.7\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff"],
)
def test_what_is_no_photo_is_called_that(content: bytes) -> None:
    assert code_of(content) is ErrorCode.NOT_AN_IMAGE


def test_forms_with_a_history_of_holes_are_not_opened_at_all() -> None:
    for form in ("GIF", "TIFF", "BMP", "PPM", "ICO"):
        assert code_of(encoded(two_halves(), form)) is ErrorCode.NOT_AN_IMAGE


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_half_a_photo_is_called_damaged(form: str) -> None:
    content = encoded(Image.effect_noise((400, 300), 60).convert("RGB"), form)
    assert code_of(content[: len(content) // 2]) is ErrorCode.BROKEN_IMAGE


def test_a_photo_with_one_pixel_too_many_is_too_large_and_one_with_none_too_many_is_not() -> None:
    limit = 0.01
    assert prepare(encoded(Image.new("L", (100, 100)), "PNG"), limit).width == 100
    assert code_of(encoded(Image.new("L", (101, 100)), "PNG"), limit) is ErrorCode.TOO_LARGE


@pytest.mark.parametrize("side", [6400, 10_000, 30_000])
def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused_by_its_size_alone(side: int) -> None:
    bomb = bytearray(encoded(Image.new("1", (8, 8)), "PNG"))
    bomb[16:24] = struct.pack(">II", side, side)  # the size that the header claims
    bomb[29:33] = struct.pack(">I", zlib.crc32(bytes(bomb[12:29])))
    assert code_of(bytes(bomb)) is ErrorCode.TOO_LARGE


def test_photos_prepared_at_the_same_time_do_not_disturb_each_other() -> None:
    fine, bomb = encoded(two_halves(), "JPEG"), encoded(Image.new("1", (6400, 6400)), "PNG")
    with ThreadPoolExecutor(4) as pool:
        good = [pool.submit(prepare, fine, MEGAPIXELS) for _ in range(20)]
        bad = [pool.submit(code_of, bomb) for _ in range(20)]
    assert {task.result().width for task in good} == {80}
    assert {task.result() for task in bad} == {ErrorCode.TOO_LARGE}
