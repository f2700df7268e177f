"""Blocking keys: a true pair meets in at least one, and few others do.

A record is kept under *plain* keys, few, so that the index stays small. Who looks for it asks for more: neighbouring
age bands, neighbouring cells, those whose age or sex nobody knows. What is asked is symmetric: if a report asks for a
registration's key, then the registration asks for one of the report's. `tests/unit/matching/test_keys.py` holds it.

Each key joins several facts, since a key that matches thousands finds nothing, and there are many kinds of them, for
the different ways in which a description can be poor: no name, no age, a wrong sex, carried far away.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations, islice
from types import MappingProxyType
from typing import NamedTuple

from backend.domain.person import Sex
from backend.matching.names import Part, Token
from backend.matching.profile import Profile
from geo.cells import touching, wider_cells

MOST_KEPT = 140
KEY_BYTES = 6
"""Of each key so much of its hash is kept: of twenty million keys, one in ten million is taken for another."""
MOST_ASKED = 1500
MOST_SIGHTED = 3
"""Cells in which a child was seen, the latest first, that it is looked for in."""
BAND_YEARS = 2
WIDEST_AGE_YEARS = 9.0
"""An age within a wider span than this is none to look for."""
CHILDHOOD_YEARS = 20
SECONDS_A_YEAR = 31_556_952.0
LOCAL_NUMBER = 7
FEW_LETTERS = 3
SHORTEST_JOINED = 3
"""Two initials as one word are no name."""
UNKNOWN = "?"
NAMELESS, ANYBODY = "nameless", "anybody"
_UNSTEADY = re.compile(r"h|(.)(?=\1)")


class Kind(NamedTuple):
    """What keys are made of, and what of it is known.

    `promise` is about how often a true pair meets in such a key. `telling` is the share that counts, at a glance, of
    how rare the key is: what looks or the place say is looked at apart. `placed` says that it rests on a place: what a
    family is told must not depend on such.
    """

    name: str
    promise: float
    telling: float
    placed: bool = False


# Both figures were taken on 100,000 invented people, and rounded: how often pairs met, and a choice model of who is the
# right one among all that were found (`python -m tests.bench.fit_ranking`). They decide who is looked at, and never
# what a comparison says.
KINDS: Mapping[str, Kind] = MappingProxyType({
    kind.name: kind
    for kind in (
        Kind("phone", 0.4, 0.54),
        Kind("home", 0.4, 0.65),
        Kind("two names", 0.4, 0.18),
        Kind("two letters", 0.4, 0.32),
        Kind("given kin", 0.2, 0.33),
        Kind("given mark", 0.4, 0.22),
        Kind("full family", 0.4, 0.11),
        Kind("given", 0.3, 0.06),
        Kind("family", 0.3, 0.08),
        Kind("letters", 0.35, 0.33),
        Kind("full", 0.35, 0.08),
        Kind("two kin", 0.15, 0.33),
        Kind("mark", 0.3, 0.0),
        Kind("kin", 0.18, 0.27),
        Kind("given cell", 0.2, 0.22, placed=True),
        Kind("family cell", 0.2, 0.07, placed=True),
        Kind("given worn", 0.2, 0.3),
        Kind("worn", 0.1, 0.2),
        Kind("worn cell", 0.1, 0.06, placed=True),
        Kind("child cell", 0.03, 0.2, placed=True),
        Kind("child town", 0.02, 0.0, placed=True),
        Kind("child worn", 0.02, 0.3),
        Kind("child looks", 0.03, 0.2),
    )
})  # fmt: skip


class Asked(NamedTuple):
    """A key that is asked for.

    `promise` is about how likely it is, from 0 to 1, that the child is among those who are kept under it, were it
    there at all: the keys that promise most for the fewest records are asked first.
    """

    key: str
    promise: float
    kind: Kind


_asked = tuple.__new__
"""Makes an `Asked` in half the time of its own constructor: three hundred are made for each look-up."""

Promised = list[tuple[str, float]]
"""Keys of one kind, each with its promise."""


class Fact(NamedTuple):
    """A value, and the share of a key's promise that is left when it is asked for with this value."""

    value: str
    share: float


Facts = tuple[Fact, ...]

OWN, NEXT_BAND, NEXT_CELL, NOT_SAID, ANY_SEX, ANY_BAND = 1.0, 0.2, 0.25, 0.08, 0.4, 0.1


def keys(profile: Profile) -> tuple[str, ...]:
    """The plain keys of one side, at most `MOST_KEPT`, under which the other side finds it."""
    plain = (key for _, some in _keys(_facts(profile, wide=False)) for key, _ in some)
    return tuple(islice(dict.fromkeys(plain), MOST_KEPT))


def asked_keys(profile: Profile) -> tuple[Asked, ...]:
    """The keys that one side asks for, each once; the most promising `MOST_ASKED` of them."""
    found: dict[str, Asked] = {}
    for kind, some in _keys(_facts(profile, wide=True)):
        for key, promise in some:
            if key not in found or found[key].promise < promise:
                found[key] = _asked(Asked, (key, promise, kind))
    if len(found) <= MOST_ASKED:
        return tuple(found.values())
    return tuple(sorted(found.values(), key=lambda one: -one.promise)[:MOST_ASKED])


def key_number(key: str) -> int:
    """A key as it is kept: a number of `KEY_BYTES`."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest())


def asked_by_number(profile: Profile) -> dict[int, Asked]:
    """The keys that one side asks for, by what they are kept as."""
    return {key_number(one.key): one for one in asked_keys(profile)}


def shared_keys(one: Profile, other: Profile) -> tuple[str, ...]:
    """The keys that bring a pair together: what one side asks for and the other is kept under."""
    kept = set(keys(other))
    return tuple(asked.key for asked in asked_keys(one) if asked.key in kept)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What keys are made of. All but `bands`, `sexes`, `cells` and `nameless` are the same, kept or asked for."""

    bands: Facts
    sexes: Facts
    cells: Facts
    towns: Facts
    nameless: Facts
    given: Facts
    family: Facts
    letters: Facts
    full: Facts
    words: tuple[Facts, ...]
    spelled: tuple[Facts, ...]
    kin: Facts
    kinsfolk: tuple[Facts, ...]
    marks: Facts
    worn: Facts
    looks: Facts
    phones: Facts
    home: Facts


def _keys(facts: _Facts) -> Iterator[tuple[Kind, Promised]]:
    """Every key, most telling first: the first are kept where there are too many."""
    child = (facts.bands, facts.sexes)
    yield _join("phone", facts.phones)
    yield _join("home", facts.home)
    yield _pairs("two names", facts.words)
    yield _pairs("two letters", facts.spelled)
    yield _join("given kin", facts.given, facts.kin)
    yield _join("given mark", facts.given, facts.marks)
    yield _join("full family", facts.full, facts.family)
    yield _join("given", facts.given, *child)
    yield _join("family", facts.family, *child)
    yield _join("letters", facts.letters, *child)
    yield _join("full", facts.full, *child)
    yield _pairs("two kin", facts.kinsfolk)
    yield _join("mark", facts.marks, *child)
    yield _join("kin", facts.kin, *child)
    yield _join("given cell", facts.given, facts.cells)
    yield _join("family cell", facts.family, facts.cells)
    yield _join("given worn", facts.given, facts.worn)
    for pair in combinations(facts.worn, 2):
        both = Fact(", ".join(sorted(fact.value for fact in pair)), OWN)
        yield _join("worn", (both,), *child)
    yield _join("worn cell", facts.worn, facts.cells, *child)
    yield _join("child cell", facts.nameless, facts.cells, *child)
    yield _join("child town", facts.nameless, facts.towns, *child)
    yield _join("child worn", facts.nameless, facts.worn, *child)
    yield _join("child looks", facts.nameless, facts.looks, *child)


def _join(name: str, *facts: Facts) -> tuple[Kind, Promised]:
    """A key for each combination of facts; what combinations begin with is put together once."""
    kind = KINDS[name]
    begun = [(name, kind.promise)]
    for some in facts:
        begun = [(f"{words} {value}", promise * share) for words, promise in begun for value, share in some]
    return kind, begun


def _pairs(name: str, groups: Sequence[Facts]) -> tuple[Kind, Promised]:
    """A key for each two values of different groups, in any order."""
    kind = KINDS[name]
    return kind, [
        (f"{name} {first} {second}" if first < second else f"{name} {second} {first}", kind.promise)
        for one, other in combinations(groups, 2)
        for first, _ in one
        for second, _ in other
    ]


def _facts(profile: Profile, *, wide: bool) -> _Facts:
    """The facts of one side: as they are kept, or `wide`, as they are asked for."""
    words = [
        token for token in profile.names if len(token.forms[0]) >= SHORTEST_JOINED or token.part is not Part.JOINED
    ]
    given = [token for token in words if token.part is not Part.FAMILY][:4]
    family = [token for token in words if token.part in (Part.FAMILY, Part.LOOSE)][:3]
    spelled = tuple(_plain(_letters(token)) for token in words if token.part is not Part.JOINED)[:4]
    kinsfolk = tuple(
        _plain(token.sounds[0] for token in kin.tokens[:2] if token.sounds) for kin in profile.relatives[:5]
    )
    return _Facts(
        bands=_bands(profile, wide=wide),
        sexes=_sexes(profile.sex, wide=wide),
        cells=_cells(profile, wide=wide),
        towns=_plain(spot.town for spot in (*profile.places, profile.home) if spot is not None and spot.town)[:2],
        nameless=_nameless(nameless=not given, wide=wide),
        given=_plain(sound for token in given for sound in token.sounds[:2]),
        family=_plain(sound for token in family for sound in token.sounds[:2]),
        letters=_plain(part.value for parts in spelled for part in parts),
        full=_plain(full for token in given for full in token.classes[:3]),
        words=tuple(_plain(token.sounds[:2]) for token in words[:6]),
        spelled=spelled,
        kin=_plain(sound.value for sounds in kinsfolk for sound in sounds),
        kinsfolk=kinsfolk,
        marks=_plain(f"{mark.kind} {' '.join(mark.site)}" for mark in profile.marks[:3]),
        worn=_plain(f"{worn.colour} {worn.kind}" for worn in profile.clothing if worn.colour and worn.kind)[:3],
        looks=_plain([f"{profile.hair} {profile.eyes}"] if profile.hair and profile.eyes else []),
        phones=_plain(phone[-LOCAL_NUMBER:] for phone in profile.phones[:4]),
        home=_plain(_address(profile)),
    )


def _plain(values: Iterable[str]) -> Facts:
    return tuple(Fact(value, OWN) for value in dict.fromkeys(values))


def _bands(profile: Profile, *, wide: bool) -> Facts:
    """The band of the middle of the birth years; asked for, its neighbours as well, and who has none."""
    own = _band(profile)
    if not wide:
        return (Fact(UNKNOWN if own is None else str(own), OWN),)
    if own is not None:
        return (
            Fact(str(own), OWN),
            Fact(str(own - 1), NEXT_BAND),
            Fact(str(own + 1), NEXT_BAND),
            Fact(UNKNOWN, NOT_SAID),
        )
    moment = profile.recorded or profile.at
    last = 0 if moment is None else int(1970 + moment / SECONDS_A_YEAR) // BAND_YEARS + 1
    first = last - CHILDHOOD_YEARS // BAND_YEARS - 1
    some = () if moment is None else tuple(Fact(str(band), ANY_BAND) for band in range(first, last + 1))
    return Fact(UNKNOWN, OWN), *some


def _band(profile: Profile) -> int | None:
    born, moment = profile.born, profile.recorded or profile.at
    if born is None or born.latest - born.earliest > WIDEST_AGE_YEARS:
        return None
    middle = (born.earliest + born.latest) / 2
    if not born.dated:
        if moment is None:
            return None
        middle += 1970 + moment / SECONDS_A_YEAR
    return int(middle // BAND_YEARS)


def _sexes(sex: Sex | None, *, wide: bool) -> Facts:
    known = None if sex in (None, Sex.OTHER) else sex.value[0]
    if not wide:
        return (Fact(known or UNKNOWN, OWN),)
    if known is None:
        return Fact(UNKNOWN, ANY_SEX), Fact("F", ANY_SEX), Fact("M", ANY_SEX)
    return Fact(known, OWN), Fact(UNKNOWN, NOT_SAID)


def _cells(profile: Profile, *, wide: bool) -> Facts:
    spots = [spot for spot in (*profile.places, profile.home) if spot is not None and spot.cell is not None]
    own = wider_cells(spot.cell for spot in spots if spot.cell is not None)[:3]
    if profile.sights:
        seen = (sight.spot.cell for sight in profile.sights if sight.spot is not None and sight.spot.cell is not None)
        # Beside those of the report, and never in their place: what it finds by itself it finds still.
        own = tuple(dict.fromkeys((*own, *wider_cells(seen)[:MOST_SIGHTED])))
    if not wide:
        return tuple(Fact(cell, OWN) for cell in own)
    # Towards the neighbours too, so that a border between cells does not part a pair.
    near = dict.fromkeys(cell for one in own for cell in touching(one) if cell not in own)
    return (*(Fact(cell, OWN) for cell in own), *(Fact(cell, NEXT_CELL) for cell in near))


def _nameless(*, nameless: bool, wide: bool) -> Facts:
    """Who has a name asks for those without; who has none asks for everybody."""
    if wide:
        return (Fact(ANYBODY if nameless else NAMELESS, OWN),)
    return _plain([NAMELESS, ANYBODY] if nameless else [ANYBODY])


def _letters(token: Token) -> Sequence[str]:
    """How a name begins and ends: a slip spoils one of the two."""
    # Without h and doubled letters, the first to be dropped or added: Chau and Cau, Mohamed and Muhammad.
    steady = _UNSTEADY.sub("", token.forms[0])
    opening = f"{steady[:FEW_LETTERS]}-"
    return (opening, f"-{steady[-FEW_LETTERS:]}") if len(steady) > FEW_LETTERS else (opening,)


def _address(profile: Profile) -> list[str]:
    home = profile.home
    if home is None or not any(word.isdigit() for word in home.words):
        return []
    return [" ".join(sorted(home.words_text.split())[:2])]
