"""Blocking keys: a true pair shares at least one, and few others do.

Each key joins several facts, since a key that matches thousands finds nothing. Families of keys stand for different
ways in which a description can be poor: no name, no age, a wrong sex, carried far away.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, islice, zip_longest

from backend.domain.person import Sex
from backend.domain.subject import Side
from backend.matching.names import Part, Token
from backend.matching.profile import NAMED_AS_KIN, Profile, Spot

MOST_KEYS = 60
BAND_YEARS = 3
AGE_SLACK = 1.0
MOST_BANDS = 7
"""A record without an age is looked for among the children: so many bands back from when it was made."""
MOST_SOUNDS = 8
MOST_CLASSES = 4
MOST_LETTERS = 2
LOCAL_NUMBER = 7
FEW_LETTERS = 3
SECONDS_A_YEAR = 31_556_952.0
_UNSTEADY = re.compile(r"h|(.)(?=\1)")


def keys(profile: Profile) -> tuple[str, ...]:
    """The keys of one side, most telling first, at most `MOST_KEYS`; two records with one in common are compared."""
    return tuple(islice(dict.fromkeys(_all_keys(profile)), MOST_KEYS))


def _all_keys(profile: Profile) -> Iterator[str]:
    bands = _bands(profile)
    sexes = ("F", "M") if profile.sex in (None, Sex.OTHER) else (profile.sex[0],)
    yield from (f"phone {phone[-LOCAL_NUMBER:]}" for phone in profile.phones)
    if profile.home is not None and any(word.isdigit() for word in profile.home.words):
        yield f"home {' '.join(sorted(profile.home.words_text.split())[:2])}"
    yield from _whole_name_keys(profile.names)
    yield from _relative_keys(profile, bands)
    yield from _mark_keys(profile, bands)
    given = [token for token in profile.names if token.part is not Part.FAMILY]
    family = [token for token in profile.names if token.part in (Part.FAMILY, Part.LOOSE)]
    yield from (f"given {sound} {band} {sex}" for sound in _sounds(given) for band in bands for sex in sexes)
    yield from (f"family {sound} {band}" for sound in _sounds(family) for band in bands)
    yield from _place_keys(profile, bands, sexes)
    yield from _worn_keys(profile, bands, sexes)
    yield from (f"letters {letters} {band} {sex}" for letters in _letters(given) for band in bands for sex in sexes)


def _bands(profile: Profile) -> tuple[str, ...]:
    """Bands of birth years; an age that nobody knows stands for those of all children."""
    moment = profile.recorded or profile.at
    now = None if moment is None else 1970 + moment / SECONDS_A_YEAR
    born = profile.born
    if born is not None and born.dated:
        low, high = born.earliest - AGE_SLACK, born.latest + AGE_SLACK
    elif now is None:
        return ("*",)
    elif born is not None:
        low, high = now + born.earliest - AGE_SLACK, now + born.latest + AGE_SLACK
    else:
        low, high = now - BAND_YEARS * (MOST_BANDS - 1), now
    first, last = int(low // BAND_YEARS), int(high // BAND_YEARS)
    return tuple(str(band * BAND_YEARS) for band in range(first, min(last, first + MOST_BANDS) + 1))


def _mark_keys(profile: Profile, bands: tuple[str, ...]) -> Iterator[str]:
    for mark in profile.marks[:3]:
        yield from (f"mark {mark.kind} {' '.join(mark.site)} {band}" for band in bands)


def _sounds(tokens: Sequence[Token]) -> list[str]:
    """Sounds of all the words, then the full names they may stand for, the likeliest of each word first."""
    sounds = [sound for token in tokens for sound in token.sounds[:2]]
    classes = zip_longest(*(token.classes[:MOST_CLASSES] for token in tokens))
    return list(dict.fromkeys([*sounds, *(full for rank in classes for full in rank if full)]))[:MOST_SOUNDS]


def _whole_name_keys(names: tuple[Token, ...]) -> Iterator[str]:
    main = [token for token in names if token.sounds and token.part is not Part.OTHER][:4]
    for index, one in enumerate(main):
        for other in main[index + 1 :]:
            for first in one.sounds[:2]:
                for second in other.sounds[:2]:
                    yield f"name {' '.join(sorted((first, second)))}"


def _relative_keys(profile: Profile, bands: tuple[str, ...]) -> Iterator[str]:
    initials = {token.sounds[0][:1] for token in profile.names if token.sounds and token.part is not Part.FAMILY}
    for kin in profile.relatives[:4]:
        if not kin.relation or kin.relation in NAMED_AS_KIN:
            continue
        for token in kin.tokens[:2]:
            for sound in token.sounds[:1]:
                yield from (f"kin {sound} {initial}" for initial in sorted(initials)[:2])
                if not initials or profile.side is Side.REPORT:
                    yield from (f"kin {sound} {band}" for band in bands)


def _place_keys(profile: Profile, bands: tuple[str, ...], sexes: tuple[str, ...]) -> Iterator[str]:
    spots = [spot for spot in (*profile.places[:1], profile.home) if spot is not None]
    for spot in spots:
        for place in _cells_and_towns(spot, profile.side):
            for band in bands:
                for sex in sexes:
                    yield f"place {place} {band} {sex}"


def _cells_and_towns(spot: Spot, side: Side) -> Iterator[str]:
    if spot.town:
        yield spot.town
    if spot.cell is not None:
        # One side spreads over the neighbours, so that a border between cells does not part a pair.
        yield from spot.around if side is Side.REGISTRATION else (spot.cell,)


def _worn_keys(profile: Profile, bands: tuple[str, ...], sexes: tuple[str, ...]) -> Iterator[str]:
    """Two things worn, with their colours: all there is of many a small child."""
    coloured = [f"{garment.colour} {garment.kind}" for garment in profile.clothing if garment.kind and garment.colour]
    for one, other in combinations(coloured[:3], 2):
        for band in bands:
            for sex in sexes:
                yield f"worn {one}, {other} {band} {sex}"


def _letters(given: Sequence[Token]) -> list[str]:
    """How a given name begins and ends: a slip spoils one of the two."""
    # Without h and doubled letters, the first to be dropped or added: Chau and Cau, Mohamed and Muhammad.
    steady = [_UNSTEADY.sub("", token.forms[0]) for token in given]
    openings = [f"{name[:FEW_LETTERS]}-" for name in steady]
    endings = [f"-{name[-FEW_LETTERS:]}" for name in steady if len(name) > FEW_LETTERS]
    return list(dict.fromkeys([*openings[:MOST_LETTERS], *endings[:MOST_LETTERS]]))
