"""Which keys to ask for, and which of those found to compare: all that is cheap, done before what is dear.

Only who is compared is decided here; what a comparison says depends on the two sides alone.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import NamedTuple, TypeVar

from backend.domain.person import Sex
from backend.matching.keys import Asked, Kind
from backend.matching.profile import Profile
from geo.distance import distance_km

K = TypeVar("K", bound=Hashable)
S = TypeVar("S", bound=Hashable)

SMALL_YEARS = 3.0
COMMONEST = 3000
"""A key of more records than this is not asked for, were it the only one."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is looked at for one record; each number has a second one for what rests on a place.

    About `found` records are looked at at a glance, `for_the_small` times more where the child may be too small to say
    a name, which leaves little to look for; `compared` of them are compared.
    """

    found: int
    found_by_place: int
    compared: int
    compared_by_place: int
    for_the_small: int = 4


AT_ONCE = Bounds(found=80, found_by_place=25, compared=20, compared_by_place=6)
"""For a server that answers while people wait: to read one who was found takes 0.06 ms and more, a comparison 0.15 ms.
"""
FOR_ADVICE = Bounds(found=50, found_by_place=15, compared=6, compared_by_place=2, for_the_small=1)
"""For two records of one child, which are more alike than what two people say of it; nobody waits for this."""
IN_LISTS = Bounds(found=600, found_by_place=200, compared=150, compared_by_place=60, for_the_small=8)
"""For two lists, which may take their time."""

RARE = 4096.0
"""A key that promises a record for sure says as many bits as it is rarer than one in so many."""

# Bits of a glance, fitted as those of `keys.KINDS` were.
_SEX, _OTHER_SEX = -0.2, -2.8
_AGE, _AGE_A_YEAR, _AGE_MOST = 1.5, -1.5, -7.0
_LOOK, _OTHER_LOOK = 1.0, -0.7
_HEIGHT_CM, _HEIGHT, _HEIGHT_MOST = 8.0, 0.8, -3.4
_MARK, _WORN = 3.4, 1.1
_NEAR_KM, _NEAR, _FAR_MOST = 30.0, -1.2, -4.8


@dataclass(frozen=True, slots=True)
class Span:
    """Of `Born`, the years."""

    earliest: float
    latest: float
    dated: bool


@dataclass(frozen=True, slots=True)
class Point:
    """Of `Spot`, the point in WGS 84 degrees."""

    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Of `BodyMark`, what it is and where."""

    kind: str
    site: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """Of `Garment`, what it is and its colour."""

    kind: str
    colour: str


@dataclass(frozen=True, slots=True)
class Sketch:
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


def sketch(profile: Profile) -> Sketch:
    """The sketch of a profile that is at hand."""
    born, home = profile.born, profile.home
    return Sketch(
        sex=profile.sex,
        born=None if born is None else Span(born.earliest, born.latest, born.dated),
        hair=profile.hair,
        eyes=profile.eyes,
        height_cm=profile.height_cm,
        marks=tuple(Seen(mark.kind, mark.site) for mark in profile.marks),
        clothing=tuple(Thing(worn.kind, worn.colour) for worn in profile.clothing),
        places=tuple(Point(spot.latitude, spot.longitude) for spot in profile.places),
        home=None if home is None else Point(home.latitude, home.longitude),
    )


class Count(NamedTuple):
    """About how many records are kept under a key, and whether any of them was seen, or else it may well be none."""

    about: float
    seen: bool


def keys_worth_asking(
    asked: Sequence[Asked], counts: Callable[[str], Count], bounds: Bounds, *, small: bool
) -> tuple[Asked, ...]:
    """Those that promise most for the fewest records, up to a bound on all records together.

    A key of about 0 records is left out. Keys that rest on a place have a bound of their own, so that they never crowd
    out another. The best key of each under which anybody was seen is asked for however many have it, up to `COMMONEST`;
    a further one that has too many makes room for those after it.
    """
    times = bounds.for_the_small if small else 1
    counted = [(count.about / one.promise, count, one) for one in asked if (count := counts(one.key)).about]
    counted.sort(key=lambda found: found[0])
    return (
        *_within([found for found in counted if not found[2].kind.placed], bounds.found * times),
        *_within([found for found in counted if found[2].kind.placed], bounds.found_by_place * times),
    )


def _within(ranked: Iterable[tuple[float, Count, Asked]], most: float) -> list[Asked]:
    chosen: list[Asked] = []
    total, has_seen = 0.0, False
    for _, count, one in ranked:
        is_first = count.seen and not has_seen
        if total + count.about <= most or (is_first and count.about <= COMMONEST):
            chosen.append(one)
            total += count.about
            has_seen = has_seen or count.seen
    return chosen


def is_small(profile: Profile) -> bool:
    """Whether the child may be too small to say a name, or has none: such are described by little."""
    if not profile.names or profile.born is None:
        return True
    recorded = profile.recorded or profile.at
    if not profile.born.dated:
        return -profile.born.latest < SMALL_YEARS
    return recorded is not None and 1970 + recorded / 31_556_952.0 - profile.born.latest < SMALL_YEARS


def most_promising(
    subject: Sketch,
    found: Mapping[K, Sketch],
    hits: Mapping[K, Collection[Asked]],
    sizes: Mapping[str, int],
    bounds: Bounds,
) -> list[K]:
    """Those to compare: the likeliest at a glance, and the likeliest if the place is looked at too.

    `hits` are the keys by which each was found, `sizes` how many were found by a key. Both lists are taken, since what
    a family is told must not depend on the place.
    """
    if len(found) <= bounds.compared:
        return list(found)
    bare: list[tuple[float, int, K]] = []
    placed: list[tuple[float, int, K]] = []
    bits_of: dict[str, float] = {}
    for number, (one, other) in enumerate(found.items()):
        looks = looks_alike(subject, other)
        without, with_place = _key_bits(hits.get(one, ()), sizes, bits_of)
        bare.append((-(looks + without), number, one))
        placed.append((-(looks + with_place + lies_near(subject, other)), number, one))
    chosen = [one for _, _, one in sorted(bare)[: bounds.compared]]
    known = set(chosen)
    further = [one for _, _, one in sorted(placed) if one not in known]
    return chosen + further[: bounds.compared_by_place]


def _key_bits(hits: Iterable[Asked], sizes: Mapping[str, int], known: dict[str, float]) -> tuple[float, float]:
    """What the shared keys say, the rarest of each kind, without those that rest on a place, and with them.

    `known` remembers the bits of a key from one record to the next.
    """
    rarest: dict[Kind, float] = {}
    for one in hits:
        if one.kind.telling:
            bits = known.get(one.key)
            if bits is None:
                bits = known[one.key] = one.kind.telling * max(0.0, log2(RARE * one.promise / sizes[one.key]))
            if bits > rarest.get(one.kind, 0.0):
                rarest[one.kind] = bits
    bare = sum(bits for kind, bits in rarest.items() if not kind.placed)
    return bare, bare + sum(bits for kind, bits in rarest.items() if kind.placed)


def looks_alike(one: Sketch, other: Sketch) -> float:
    """About how many bits age, sex and what can be seen say."""
    bits = 0.0
    if one.sex is not None and other.sex is not None:
        bits += _SEX if one.sex == other.sex else _OTHER_SEX
    if one.born is not None and other.born is not None and one.born.dated == other.born.dated:
        gap = max(one.born.earliest, other.born.earliest) - min(one.born.latest, other.born.latest)
        bits += _AGE if gap <= 0 else max(_AGE_MOST, _AGE_A_YEAR * gap)
    if one.hair and other.hair:
        bits += _LOOK if one.hair == other.hair else _OTHER_LOOK
    if one.eyes and other.eyes:
        bits += _LOOK if one.eyes == other.eyes else _OTHER_LOOK
    if one.height_cm is not None and other.height_cm is not None:
        bits += max(_HEIGHT_MOST, _HEIGHT * (1 - ((one.height_cm - other.height_cm) / _HEIGHT_CM) ** 2))
    if one.marks and other.marks:
        bits += _MARK * sum(mark in other.marks for mark in one.marks)
    if one.clothing and other.clothing:
        bits += _WORN * sum(worn in other.clothing for worn in one.clothing if worn.colour)
    return bits


def lies_near(one: Sketch, other: Sketch) -> float:
    """About how many bits the distance says: 0 or less."""
    here, there = _point(one), _point(other)
    if here is None or there is None:
        return 0.0
    return max(_FAR_MOST, _NEAR * log2(1 + distance_km(here, there) / _NEAR_KM))


def _point(sketched: Sketch) -> tuple[float, float] | None:
    for spot in (*sketched.places, sketched.home):
        if spot is not None and spot.latitude is not None and spot.longitude is not None:
            return spot.latitude, spot.longitude
    return None


def hits_of(asked: Mapping[S, Asked], kept: Mapping[K, Iterable[S]]) -> tuple[dict[K, list[Asked]], Counter[str]]:
    """By which keys each record was found, and how many were found by each key; both sides name a key alike."""
    hits = {record: [asked[key] for key in names if key in asked] for record, names in kept.items()}
    return hits, Counter(one.key for found in hits.values() for one in found)
