"""One row of a list made into a subject; cells that cannot be read are named and left out, the child is kept."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from typing import TypeVar

from backend.domain.person import Age, Item, Mark, MarkKind, Names, Person, Place, Point, Relative, Sex
from backend.domain.subject import Reporter, Side, Subject
from backend.matching.ages import born
from backend.matching.tables import synonyms
from backend.matching.text import words
from geo.distance import is_point

SHARED_COLUMNS = frozenset(
    [
        "id",
        "full_name",
        "given_name",
        "family_name",
        "other_names",
        "sex",
        "birth_date",
        "age",
        "age_min",
        "age_max",
        "languages",
        "hair",
        "eyes",
        "height_cm",
        "marks",
        "clothing",
        "relatives",
        "home",
        "home_lat",
        "home_lon",
        "notes",
    ]
)
REPORT_COLUMNS = SHARED_COLUMNS | frozenset(
    [
        "reporter_name",
        "reporter_relation",
        "reporter_phone",
        "last_seen_place",
        "last_seen_lat",
        "last_seen_lon",
        "last_seen_at",
        "reported_at",
        "family",
    ]
)
REGISTRATION_COLUMNS = SHARED_COLUMNS | frozenset(
    [
        "site_name",
        "site_lat",
        "site_lon",
        "found_place",
        "found_lat",
        "found_lon",
        "found_at",
        "registered_at",
        "care_status",
        "group",
    ]
)
COLUMNS = {Side.REPORT: REPORT_COLUMNS, Side.REGISTRATION: REGISTRATION_COLUMNS}

_SEXES = {
    "f": Sex.FEMALE, "female": Sex.FEMALE, "girl": Sex.FEMALE, "woman": Sex.FEMALE,
    "m": Sex.MALE, "male": Sex.MALE, "boy": Sex.MALE, "man": Sex.MALE,
    "other": Sex.OTHER, "o": Sex.OTHER, "x": Sex.OTHER,
    "unknown": None, "u": None,
}  # fmt: skip
_PHONE = re.compile(r"[\d\s()+./-]*")
_SHORTEST_PHONE = 7
_OLDEST, _TALLEST = 125.0, 250.0


Taken = TypeVar("Taken")


class UnreadableRowError(Exception):
    """A row that says nothing usable; the message is the reason."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a row by column; each `take` returns None for an empty cell, and notes what it cannot read."""

    values: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def text(self, column: str) -> str | None:
        return self.values.get(column, "").strip() or None

    def several(self, column: str) -> tuple[str, ...]:
        parts = (part.strip() for part in (self.text(column) or "").split(";"))
        return tuple(dict.fromkeys(part for part in parts if part))

    def take(self, column: str, read: Callable[[str], Taken], wanted: str) -> Taken | None:
        text = self.text(column)
        if text is None:
            return None
        try:
            return read(text)
        except ValueError:
            self.problems.append(f"{column} '{text[:40]}' is not {wanted}; left out")
            return None


def subject_of(values: Mapping[str, str], side: Side) -> tuple[Subject, tuple[str, ...]]:
    """The subject that a row describes, and what in it could not be read.

    `values` are by the column names of the lists, in lower case with underscores. Raises `UnreadableRowError` if the
    row has no id.
    """
    cells = _Cells(values)
    row_id = cells.text("id")
    if row_id is None:
        raise UnreadableRowError("it has no id")
    subject = _report(row_id, cells) if side is Side.REPORT else _registration(row_id, cells)
    return subject, tuple(cells.problems)


def _report(row_id: str, cells: _Cells) -> Subject:
    recorded_at = cells.take("reported_at", _moment, "a time in ISO 8601")
    return Subject(
        side=Side.REPORT,
        id=row_id,
        person=_person(cells, recorded_at),
        places=_places(cells, ("last_seen_place", "last_seen_lat", "last_seen_lon")),
        at=cells.take("last_seen_at", _moment, "a time in ISO 8601"),
        recorded_at=recorded_at,
        together=cells.text("family"),
        reporter=Reporter(cells.text("reporter_name"), cells.text("reporter_relation"), cells.text("reporter_phone")),
    )


def _registration(row_id: str, cells: _Cells) -> Subject:
    recorded_at = cells.take("registered_at", _moment, "a time in ISO 8601")
    return Subject(
        side=Side.REGISTRATION,
        id=row_id,
        person=_person(cells, recorded_at),
        places=_places(cells, ("found_place", "found_lat", "found_lon"), ("site_name", "site_lat", "site_lon")),
        at=cells.take("found_at", _moment, "a time in ISO 8601"),
        recorded_at=recorded_at,
        together=cells.text("group"),
    )


def _person(cells: _Cells, recorded_at: datetime | None) -> Person:
    return Person(
        names=Names(
            full=cells.text("full_name"),
            given=cells.text("given_name"),
            family=cells.text("family_name"),
            others=cells.several("other_names"),
        ),
        sex=cells.take("sex", _sex, "F, M or other"),
        age=_age(cells, recorded_at),
        languages=cells.several("languages"),
        hair=cells.text("hair"),
        eyes=cells.text("eyes"),
        height_cm=cells.take("height_cm", _number_up_to(_TALLEST), "a height in centimetres"),
        marks=tuple(_mark(text) for text in cells.several("marks")),
        clothing=tuple(_item(text) for text in cells.several("clothing")),
        relatives=tuple(_relative(text) for text in cells.several("relatives")),
        home=_place(cells, "home", "home_lat", "home_lon"),
        notes=cells.text("notes"),
    )


def _age(cells: _Cells, recorded_at: datetime | None) -> Age:
    years = _number_up_to(_OLDEST)
    stated = cells.take("age", years, "a number of years")
    low = cells.take("age_min", years, "a number of years")
    high = cells.take("age_max", years, "a number of years")
    return Age(
        birth_date=cells.take("birth_date", _birth_date, "a date in ISO 8601"),
        minimum=stated if low is None and high is None else low,
        maximum=stated if low is None and high is None else high,
        as_of=recorded_at,
    )


def _places(cells: _Cells, *columns: tuple[str, str, str]) -> tuple[Place, ...]:
    places = (_place(cells, *names) for names in columns)
    return tuple(place for place in places if place != Place())


def _place(cells: _Cells, text: str, latitude: str, longitude: str) -> Place:
    north = cells.take(latitude, _number, "a latitude in degrees")
    east = cells.take(longitude, _number, "a longitude in degrees")
    point = None
    if north is not None and east is not None:
        if is_point(north, east):
            point = Point(north, east)
        else:
            cells.problems.append(f"{latitude} and {longitude} '{north:g}, {east:g}' are no place on Earth; left out")
    return Place(cells.text(text), point)


def _number(text: str) -> float:
    number = float(text.replace(",", "."))
    if not isfinite(number):
        raise ValueError(text)
    return number


def _number_up_to(most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = _number(text)
        if not 0 <= number <= most:
            raise ValueError(text)
        return number

    return read


def _sex(text: str) -> Sex | None:
    known = text.casefold()
    if known not in _SEXES:
        raise ValueError(text)
    return _SEXES[known]


def _birth_date(text: str) -> str:
    if born(Age(birth_date=text), None) is None:
        raise ValueError(text)
    return text


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _mark(text: str) -> Mark:
    kind, _, site = (part.strip() for part in text.partition(":"))
    try:
        return Mark(MarkKind(kind.upper()), site or None)
    except ValueError:
        return Mark(MarkKind.OTHER, site or None, kind)


def _item(text: str) -> Item:
    colours = synonyms()["colour"]
    first, _, rest = text.partition(" ")
    if rest and " ".join(words(first)) in colours:
        return Item(kind=rest.strip(), colour=first)
    return Item(kind=text)


def _relative(text: str) -> Relative:
    relation, colon, said = (part.strip() for part in text.partition(":"))
    if not colon:
        relation, said = "", relation
    is_phone = _PHONE.fullmatch(said) is not None and sum(map(str.isdigit, said)) >= _SHORTEST_PHONE
    return Relative(relation or None, None if is_phone else said or None, said if is_phone else None)
