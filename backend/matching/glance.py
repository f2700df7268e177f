"""A glance at many records at once: a few of their fields as a row of numbers, and about how many bits these say.

Fast, and good for an order; what is told to anybody comes of `compare`.
"""

from collections.abc import Iterable
from zlib import crc32

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from backend.domain.person import Sex
from backend.matching.profile import Profile
from geo.distance import distances_km

Bits = npt.NDArray[np.float64]
Rows = npt.NDArray[np.void]

MOST_MARKS, MOST_WORN = 4, 6
NOTHING = 0
"""What is not known of a word; a number that is not known is NaN."""
ROW = np.dtype(
    [
        ("sex", np.uint8),
        ("earliest", np.float32),
        ("latest", np.float32),
        ("dated", np.bool_),
        ("hair", np.uint32),
        ("eyes", np.uint32),
        ("height_cm", np.float32),
        ("marks", np.uint32, MOST_MARKS),
        ("worn", np.uint32, MOST_WORN),
        ("latitude", np.float32),
        ("longitude", np.float32),
    ],
    align=True,
)  # fmt: skip

# Fitted as those of `keys.KINDS` were.
_SEX, _OTHER_SEX = -0.2, -2.4
_AGE, _AGE_A_YEAR, _AGE_MOST = 1.3, -1.3, -6.0
_LOOK, _OTHER_LOOK = 0.85, -0.6
_HEIGHT_CM, _HEIGHT, _HEIGHT_MOST = 8.0, 0.7, -2.9
_MARK, _WORN = 2.9, 0.9
_NEAR_KM, _NEAR, _FAR_MOST = 30.0, -1.1, -4.3
_SEXES = {sex: number for number, sex in enumerate(Sex, start=1)}


class Span(Struct, frozen=True, gc=False):
    """Of `Born`, the years."""

    earliest: float
    latest: float
    dated: bool


class Point(Struct, frozen=True, gc=False):
    """Of `Spot`, the point in WGS 84 degrees."""

    latitude: float | None
    longitude: float | None


class Seen(Struct, frozen=True, gc=False):
    """Of `BodyMark`, what it is and where."""

    kind: str
    site: tuple[str, ...]


class Thing(Struct, frozen=True, gc=False):
    """Of `Garment`, what it is and its colour."""

    kind: str
    colour: str


class Sketch(Struct, frozen=True, gc=False):
    """The few fields of a stored `Profile` that rank, under the same names: read in a third of the time."""

    sex: Sex | None
    born: Span | None
    hair: str | None
    eyes: str | None
    height_cm: float | None
    marks: tuple[Seen, ...]
    clothing: tuple[Thing, ...]
    places: tuple[Point, ...]
    home: Point | None


def row_of(person: Sketch | Profile) -> Rows:
    """One row, of shape ()."""
    row = np.zeros((), ROW)
    fill(row, person)
    return row


def fill(row: Rows, person: Sketch | Profile) -> None:
    """Write a person into a row of zeros."""
    born = person.born
    latitude, longitude = _point(person)
    row["sex"] = NOTHING if person.sex is None else _SEXES[person.sex]
    row["earliest"], row["latest"] = (np.nan, np.nan) if born is None else (born.earliest, born.latest)
    row["dated"] = born is not None and born.dated
    row["hair"], row["eyes"] = _number(person.hair), _number(person.eyes)
    row["height_cm"] = np.nan if person.height_cm is None else person.height_cm
    marks = _numbers((f"{mark.kind} {' '.join(mark.site)}" for mark in person.marks), MOST_MARKS)
    row["marks"][: len(marks)] = marks
    worn = _numbers((f"{worn.colour} {worn.kind}" for worn in person.clothing if worn.colour), MOST_WORN)
    row["worn"][: len(worn)] = worn
    row["latitude"], row["longitude"] = latitude, longitude


def _numbers(words: Iterable[str], most: int) -> list[int]:
    # Sorted, so that those beyond the most are the same in whatever order they were written down.
    return sorted({_number(word) for word in words})[:most]


def _number(word: str | None) -> int:
    return crc32(word.encode("utf-8", "surrogatepass")) or 1 if word else NOTHING


def _point(person: Sketch | Profile) -> tuple[float, float]:
    for spot in (*person.places, person.home):
        if spot is not None and spot.latitude is not None and spot.longitude is not None:
            return spot.latitude, spot.longitude
    return np.nan, np.nan


def looks_alike(one: Rows, others: Rows) -> Bits:
    """About how many bits age, sex and what can be seen say of each of the others."""
    bits = np.zeros(len(others))
    if one["sex"] != NOTHING:
        known = others["sex"] != NOTHING
        bits += known * np.where(others["sex"] == one["sex"], _SEX, _OTHER_SEX)
    gap = np.maximum(one["earliest"], others["earliest"]) - np.minimum(one["latest"], others["latest"])
    age = np.where(gap <= 0, _AGE, np.maximum(_AGE_MOST, _AGE_A_YEAR * gap))
    bits += np.where((others["dated"] == one["dated"]) & ~np.isnan(age), age, 0.0)
    for look in ("hair", "eyes"):
        if one[look] != NOTHING:
            known = others[look] != NOTHING
            bits += known * np.where(others[look] == one[look], _LOOK, _OTHER_LOOK)
    height = _HEIGHT * (1 - ((others["height_cm"] - one["height_cm"]) / _HEIGHT_CM) ** 2)
    bits += _known(np.maximum(_HEIGHT_MOST, height))
    for things, weight in (("marks", _MARK), ("worn", _WORN)):
        for thing in one[things][one[things] != NOTHING]:
            bits += weight * (others[things] == thing).any(axis=1)
    return bits


def lies_near(one: Rows, others: Rows) -> Bits:
    """About how many bits the distance to each of the others says: 0 or less."""
    km = distances_km((float(one["latitude"]), float(one["longitude"])), others["latitude"], others["longitude"])
    return _known(np.maximum(_FAR_MOST, _NEAR * np.log2(1 + km / _NEAR_KM)))


def _known(bits: Bits) -> Bits:
    """Nothing for what is not known; `np.nan_to_num` takes five times as long."""
    return np.where(np.isnan(bits), 0.0, bits)
