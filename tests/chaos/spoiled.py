"""Photo files and lists that are damaged, lie about what they are, or were made to cost much."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from PIL import Image

from tests.support.pictures import encoded, noise, notes_of_the_camera, picture

LISTS = Path(__file__).parents[1] / "data" / "two-lists"
PNG = b"\x89PNG\r\n\x1a\n"
FORMS = ("JPEG", "PNG", "WEBP", "HEIF")
PFIF = b"""<?xml version="1.0"?><pfif:pfif xmlns:pfif="http://zesty.ca/pfif/1.4"><pfif:person>
<pfif:person_record_id>a/1</pfif:person_record_id><pfif:full_name>Ada Lang</pfif:full_name><pfif:sex>female</pfif:sex>
<pfif:note><pfif:note_record_id>a/2</pfif:note_record_id><pfif:text>seen</pfif:text></pfif:note>
</pfif:person></pfif:pfif>"""
NDJSON = b'{"id": "1", "full_name": "Ada Lang", "age": 6, "languages": ["es", "en"]}\n{"id": "2", "sex": "f"}\n'
PIECES = (b'"', b",", b";", b"\t", b"\n", b"\r", b"\0", b"\xef\xbb\xbf", b"\xff", b"=1+1", b"9" * 400, b"1e999", b"NaN")


def photos(random: Random) -> Iterator[tuple[str, bytes]]:
    """Without end: the costly ones once, then whatever damage does to sound photos."""
    yield from _costly()
    sound = [_sound(form) for form in FORMS] + [noise(form, (200, 150)) for form in FORMS]
    while True:
        yield damaged(random, sound)


def lists(random: Random) -> Iterator[tuple[str, bytes]]:
    """Without end: damaged CSV, NDJSON and PFIF, named by the ending of such a file."""
    first_rows = [b"".join((LISTS / name).read_bytes().splitlines(keepends=True)[:12]) for name in ("reports.csv",)]
    rows = [(".csv", first_rows[0]), (".ndjson", NDJSON), (".xml", PFIF)]
    yield ".csv", b'id,full_name\n1,"' + b"a" * 300_000 + b"\n" + b"2,b\n" * 2000
    yield ".csv", b"id," + b",".join(b"column%d" % number for number in range(20_000)) + b"\n" + b"1," * 20_000
    yield ".ndjson", b"[" * 100_000 + b"\n" + b'{"a":' * 100_000 + b"\n"
    yield ".ndjson", b'{"id": ' + b"9" * 5000 + b', "age": 1e400, "height_cm": -0.0}\n'
    yield ".xml", b"<a>" * 50_000
    yield ".xml", b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 1000 + b'">]><a>' + b"&b;" * 1000 + b"</a>"
    while True:
        ending, content = random.choice(rows)
        yield random.choice((ending, ending, ending, ".csv", ".txt")), damaged(random, [content])[1]


def damaged(random: Random, sound: Sequence[bytes]) -> tuple[str, bytes]:
    """One of the sound files with one to four kinds of damage, and which those were."""
    content = bytearray(random.choice(sound))
    names = []
    for _ in range(random.randint(1, 4)):
        name = random.choice(sorted(DAMAGES))
        names.append(name)
        content = DAMAGES[name](random, content, random.choice(sound))
    return " ".join(names), bytes(content)


def _flipped(random: Random, content: bytearray, _other: bytes) -> bytearray:
    for _ in range(random.choice((1, 3, 30))):
        if content:
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    return content


def _header_flipped(random: Random, content: bytearray, _other: bytes) -> bytearray:
    for _ in range(random.randint(1, 6)):
        if content:
            content[random.randrange(min(64, len(content)))] = random.choice((0, 1, 127, 128, 255))
    return content


def _cut(random: Random, content: bytearray, _other: bytes) -> bytearray:
    return content[: random.randrange(len(content) + 1)]


def _beginning_cut(random: Random, content: bytearray, _other: bytes) -> bytearray:
    return content[random.randrange(len(content) + 1) :]


def _repeated(random: Random, content: bytearray, _other: bytes) -> bytearray:
    begin = random.randrange(len(content) + 1)
    piece = content[begin : begin + random.choice((1, 16, 400))]
    return content[:begin] + piece * random.choice((2, 40)) + content[begin:]


def _spliced(random: Random, content: bytearray, other: bytes) -> bytearray:
    return content[: random.randrange(len(content) + 1)] + other[random.randrange(len(other)) :]


def _with_pieces(random: Random, content: bytearray, _other: bytes) -> bytearray:
    for _ in range(random.randint(1, 5)):
        at = random.randrange(len(content) + 1)
        content[at:at] = random.choice(PIECES)
    return content


def _with_large_numbers(random: Random, content: bytearray, _other: bytes) -> bytearray:
    """Lengths, offsets and sizes are written in four bytes in most forms."""
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(content) + 1)
        content[at : at + 4] = random.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\x80\0\0\0"))
    return content


DAMAGES: dict[str, Callable[[Random, bytearray, bytes], bytearray]] = {
    "flipped": _flipped,
    "header flipped": _header_flipped,
    "cut": _cut,
    "beginning cut": _beginning_cut,
    "repeated": _repeated,
    "spliced": _spliced,
    "with pieces": _with_pieces,
    "with large numbers": _with_large_numbers,
}


def _sound(form: str) -> bytes:
    return picture(form, exif=notes_of_the_camera(6).tobytes())


def _costly() -> Iterator[tuple[str, bytes]]:
    """What is small and claims to be, or becomes, much."""
    yield "nothing", b""
    yield "no photo", b"%PDF-1.7\n" * 1000
    yield "a page", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    yield "another form", encoded(Image.new("RGB", (64, 64)), "GIF")
    yield "a huge claim", _png(60_000, 60_000, zlib.compress(bytes(60_000)))
    yield "a bomb within the bound", _png(8_000, 4_900, zlib.compress(bytes((8_000 * 3 + 1) * 4_900), 9))
    yield "text that grows", _png(64, 64, zlib.compress(bytes(64 * 193)), _text(bytes(60_000_000)))
    yield "a thousand texts", _png(64, 64, zlib.compress(bytes(64 * 193)), *([_text(bytes(900_000))] * 1000))
    yield "the largest photo", encoded(Image.new("RGB", (7_300, 5_400), (9, 99, 199)), "JPEG", progressive=True)
    yield "the largest drawing", encoded(Image.new("RGBA", (7_300, 5_400), (9, 99, 199, 9)), "PNG")
    frames = [Image.new("RGB", (400, 400), (shade, 0, 0)) for shade in range(0, 250, 5)]
    yield "many frames", encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    yield (
        "a long note",
        picture(exif=b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff\xff" + b"\x01\x12\0\3\xff\xff\xff\xff\0\0\0\0" * 5000),
    )
    yield "thin", encoded(Image.new("RGB", (60_000, 1)), "PNG")


def _png(width: int, height: int, pixels: bytes, *more: tuple[bytes, bytes]) -> bytes:
    header = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    file = io.BytesIO()
    file.write(PNG)
    for kind, content in (header, *more, (b"IDAT", pixels), (b"IEND", b"")):
        file.write(struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content)))
    return file.getvalue()


def _text(content: bytes) -> tuple[bytes, bytes]:
    return b"zTXt", b"Comment\0\0" + zlib.compress(content, 9)
