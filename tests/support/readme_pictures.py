"""The README's pictures, put together from those that the tests took: `python -m tests.support.readme_pictures`."""

from pathlib import Path

from PIL import Image

from tests.support.screens import PICTURES

TARGET = Path(__file__).parents[2] / "docs" / "pictures"
PHONES = ("family-child", "family-case", "volunteer-register", "volunteer-child")
DESK = ("desk-review", "desk-map")
GAP = 16
GROUND = "#8c8577"


def beside_each_other(names: tuple[str, ...]) -> Image.Image:
    pictures = [Image.open(PICTURES / f"{name}.png") for name in names]
    width = sum(one.width for one in pictures) + GAP * (len(pictures) + 1)
    whole = Image.new("RGB", (width, max(one.height for one in pictures) + 2 * GAP), GROUND)
    left = GAP
    for one in pictures:
        whole.paste(one, (left, GAP))
        left += one.width + GAP
    return whole


def write() -> None:
    for name, parts in (("phones", PHONES), ("desk", DESK)):
        beside_each_other(parts).quantize(128).save(TARGET / f"{name}.png", optimize=True)


if __name__ == "__main__":
    write()
