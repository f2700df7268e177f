"""Everything that a comparison needs of one side, derived once when a record is written and stored with it.

Its parts are msgspec's: two dozen profiles are read for each look, in half the time that dataclasses take.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from msgspec import Struct

from backend.domain.person import Item, Mark, Person, Place, Relative, Sex
from backend.domain.subject import Reporter, Side, Sighted, Subject
from backend.matching.ages import Born, born
from backend.matching.names import Token, name_tokens, relative_tokens, shown
from backend.matching.tables import synonyms
from backend.matching.text import latin, words
from geo.cells import cell, cells_around
from geo.distance import is_point

PROFILE_VERSION = 3

SHORTEST_PHONE = 7
MOST_RELATIVES = 16
MOST_ITEMS = 16
MOST_SIGHTS = 16
SHORTEST_HEIGHT, TALLEST_HEIGHT = 30.0, 250.0
NAMED_AS_KIN = ("sibling", "cousin")
_NO_DIGIT = re.compile(r"[^0-9]")
_NOWHERE = frozenset({"home", "house", "unknown", "school", "here", "casa", "shelter", "street", "outside", "park"})


class Kin(Struct, frozen=True, gc=False):
    """A relative: the plain relation (`mother`, `sibling`; empty if not said), the name's words, and how written."""

    relation: str
    tokens: tuple[Token, ...]
    shown: str


class Spot(Struct, frozen=True, gc=False):
    """A place: its words, the same in Latin letters, the town they end with, and a point in WGS 84 degrees.

    `cell` is the one that holds the point; `around` are that cell and its neighbours.
    """

    words: tuple[str, ...]
    words_text: str
    town: str
    latitude: float | None
    longitude: float | None
    cell: str | None
    around: tuple[str, ...]
    shown: str


class BodyMark(Struct, frozen=True, gc=False):
    kind: str
    site: tuple[str, ...]
    shown: str


class Garment(Struct, frozen=True, gc=False):
    """A thing worn or carried: plain kind and colour, either may be empty."""

    kind: str
    colour: str
    shown: str


class Sight(Struct, frozen=True, gc=False):
    """A sighting that was linked with a report: where, if that is known, and when, in seconds since 1970 in UTC."""

    id: str
    spot: Spot | None
    at: float | None
    at_shown: str | None


class Profile(Struct, frozen=True, gc=False):
    """One side of a pair, ready to compare.

    `at` (last seen, or found) and `recorded` are seconds since 1970 in UTC. `phones` are digits.
    """

    version: int
    side: Side
    names: tuple[Token, ...]
    given_shown: str | None
    family_shown: str | None
    sex: Sex | None
    born: Born | None
    languages: tuple[str, ...]
    hair: str | None
    eyes: str | None
    height_cm: float | None
    marks: tuple[BodyMark, ...]
    clothing: tuple[Garment, ...]
    belongings: tuple[Garment, ...]
    relatives: tuple[Kin, ...]
    phones: tuple[str, ...]
    home: Spot | None
    places: tuple[Spot, ...]
    at: float | None
    at_shown: str | None
    recorded: float | None
    recorded_shown: str | None
    sights: tuple[Sight, ...] = ()


def profile(subject: Subject) -> Profile:
    """What the matcher keeps of a report or a registration. Any text is taken; what cannot be used is left out."""
    person = subject.person
    relatives = _relatives(person, subject.reporter)
    return Profile(
        version=PROFILE_VERSION,
        side=subject.side,
        names=name_tokens(person.names, _fathers(relatives)),
        given_shown=shown(person.names.given or person.names.full or person.names.as_said, *person.names.others),
        family_shown=shown(person.names.family or person.names.full),
        sex=person.sex,
        born=born(person.age, subject.recorded_at or subject.at),
        languages=tuple(sorted({tag.split("-")[0].casefold().strip() for tag in person.languages} - {""})),
        hair=_plain("colour", person.hair),
        eyes=_plain("colour", person.eyes),
        height_cm=_height(person.height_cm),
        marks=_marks(person.marks),
        clothing=_garments(person.clothing),
        belongings=_garments(person.belongings),
        relatives=relatives,
        phones=_phones(person, subject.reporter),
        home=_spot(person.home),
        places=tuple(spot for place in subject.places if (spot := _spot(place)) is not None),
        at=_seconds(subject.at),
        at_shown=_minute(subject.at),
        recorded=_seconds(subject.recorded_at),
        recorded_shown=_minute(subject.recorded_at),
        sights=_sights(subject.sighted),
    )


def _sights(sighted: Iterable[Sighted]) -> tuple[Sight, ...]:
    """The latest of those that say where or when."""
    found = [Sight(one.id, _spot(one.place), _seconds(one.at), _minute(one.at)) for one in sighted]
    telling = [sight for sight in found if sight.spot is not None or sight.at is not None]
    return tuple(sorted(telling, key=lambda sight: (sight.at is None, -(sight.at or 0.0), sight.id))[:MOST_SIGHTS])


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else _in_utc(moment).timestamp()


def _minute(moment: datetime | None) -> str | None:
    return None if moment is None else _in_utc(moment).isoformat(sep=" ", timespec="minutes")


def _in_utc(moment: datetime) -> datetime:
    # A time without a zone is taken as UTC, so that a profile is the same wherever it is made.
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


@lru_cache(maxsize=4096)
def _plain(subject: str, text: str | None) -> str:
    """The plain word for what was written: `rubia` is `blond`; the words themselves if the tables know none."""
    found = words(text or "")
    table = synonyms()[subject]
    whole = table.get(" ".join(found))
    if whole is not None:
        return whole
    known = [table[word] for word in found if word in table]
    return known[-1] if known else latin(text or "")


def _height(centimetres: float | None) -> float | None:
    return centimetres if centimetres is not None and SHORTEST_HEIGHT <= centimetres <= TALLEST_HEIGHT else None


def _marks(marks: Iterable[Mark]) -> tuple[BodyMark, ...]:
    found = {_mark(mark) for mark in marks}
    return tuple(sorted(found, key=lambda mark: (mark.kind, mark.site, mark.shown))[:MOST_ITEMS])


def _mark(mark: Mark) -> BodyMark:
    table = synonyms()["site"]
    site = tuple(sorted({table.get(word, word) for word in words(mark.body_site or mark.text or "")}))
    return BodyMark(mark.kind, site, shown(mark.kind.lower(), mark.body_site, mark.text) or mark.kind.lower())


def _garments(items: Iterable[Item]) -> tuple[Garment, ...]:
    found = {
        Garment(_plain("garment", item.kind or item.text), _plain("colour", item.colour), text)
        for item in items
        if (text := shown(item.colour, item.kind, item.text)) is not None
    }
    return tuple(sorted(found, key=lambda garment: (garment.kind, garment.colour, garment.shown))[:MOST_ITEMS])


def _relatives(person: Person, reporter: Reporter) -> tuple[Kin, ...]:
    found = {_kin(relative) for relative in (*person.relatives, Relative(reporter.relation, reporter.name))}
    named = [kin for kin in found if kin.tokens]
    return tuple(sorted(named, key=lambda kin: (kin.relation, kin.shown))[:MOST_RELATIVES])


def _fathers(relatives: Iterable[Kin]) -> frozenset[str]:
    return frozenset(token.written for kin in relatives if kin.relation == "father" for token in kin.tokens)


def is_child_of_the_family(relation: str | None) -> bool:
    """Whether an adult who says this of a relative may be looking for it: a child, grandchild, niece or sibling.

    What names an elder as well is none: `mother of the boy`.
    """
    if _plain("relation", relation) in set(synonyms()["relation"].values()):
        return _plain("relation", relation) == "sibling"
    said = words(relation or "")
    return " ".join(said) in synonyms()["younger"] or said[-1:] in ([word] for word in synonyms()["younger"])


def _kin(relative: Relative) -> Kin:
    relation = _plain("relation", relative.relation)
    tokens = relative_tokens(relative.name, kin_words=relation not in NAMED_AS_KIN)
    return Kin(relation, tokens, shown(relative.name) or "")


def _phones(person: Person, reporter: Reporter) -> tuple[str, ...]:
    # A volunteer writes a number where the form asks for a name, if a number is all the child knows.
    written = [reporter.phone, *(text for relative in person.relatives for text in (relative.phone, relative.name))]
    digits = {_NO_DIGIT.sub("", text) for text in written if text}
    return tuple(sorted(number for number in digits if len(number) >= SHORTEST_PHONE))


def _spot(place: Place) -> Spot | None:
    text = (place.text or "").strip()
    found = tuple(word for word in words(text) if word not in _NOWHERE)
    point = place.point
    if point is not None and not is_point(point.latitude, point.longitude):
        point = None
    if not found and point is None:
        return None
    town = latin(text.rsplit(",", maxsplit=1)[-1]) if found else ""
    return Spot(
        words=found,
        words_text=latin(" ".join(found)),
        town="" if town in _NOWHERE else town,
        latitude=None if point is None else point.latitude,
        longitude=None if point is None else point.longitude,
        cell=None if point is None else cell(point.latitude, point.longitude),
        around=() if point is None else cells_around(point.latitude, point.longitude),
        shown=text or (f"{point.latitude:.4f}, {point.longitude:.4f}" if point else ""),
    )
