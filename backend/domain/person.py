"""How a person is described, by a family from memory or by a volunteer who has the child in front of them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Sex(StrEnum):
    FEMALE = "FEMALE"
    MALE = "MALE"
    OTHER = "OTHER"


class AgeSource(StrEnum):
    """How an age or a birth date is known; a document is trusted more than a guess."""

    DOCUMENT = "DOCUMENT"
    STATED = "STATED"
    ESTIMATED = "ESTIMATED"


class MarkKind(StrEnum):
    SCAR = "SCAR"
    MOLE = "MOLE"
    BIRTHMARK = "BIRTHMARK"
    TATTOO = "TATTOO"
    PIERCING = "PIERCING"
    BURN = "BURN"
    AMPUTATION = "AMPUTATION"
    DENTAL = "DENTAL"
    OTHER = "OTHER"


class Communication(StrEnum):
    """How the child makes itself understood."""

    SPEAKS = "SPEAKS"
    SPEAKS_LITTLE = "SPEAKS_LITTLE"
    SIGNS = "SIGNS"
    DOES_NOT_SPEAK = "DOES_NOT_SPEAK"
    TOO_YOUNG = "TOO_YOUNG"


@dataclass(frozen=True, slots=True)
class Point:
    """WGS 84 degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Place:
    """A place in somebody's words, on the map, or both."""

    text: str | None = None
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """Names as they were written, in any script and any order; each part may be missing.

    `full` is a name nobody split into its parts; `as_said` is what the child calls itself.
    """

    full: str | None = None
    given: str | None = None
    family: str | None = None
    others: tuple[str, ...] = ()
    as_said: str | None = None


@dataclass(frozen=True, slots=True)
class Age:
    """A birth date (ISO 8601, as much of it as is known: `2019`, `2019-04`, `2019-04-30`), or years from and to.

    `minimum` and `maximum` are in years and hold on the day `as_of`.
    """

    birth_date: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    source: AgeSource | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A lasting mark on the body: `SCAR`, `left knee`, and anything more in words."""

    kind: MarkKind
    body_site: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of clothing or a belonging: kind `t-shirt`, colour `red`, and anything more in words."""

    kind: str | None = None
    colour: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody who belongs to the child: `relation` is a plain word such as `mother`; the name may be only `Mama`."""

    relation: str | None = None
    name: str | None = None
    phone: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A description. Nothing is mandatory: a two-year-old says nothing.

    `languages` are BCP 47 tags; `hair` and `eyes` are colour words; `height_cm` is in centimetres.
    """

    names: Names = field(default_factory=Names)
    sex: Sex | None = None
    age: Age = field(default_factory=Age)
    languages: tuple[str, ...] = ()
    hair: str | None = None
    eyes: str | None = None
    height_cm: float | None = None
    marks: tuple[Mark, ...] = ()
    clothing: tuple[Item, ...] = ()
    belongings: tuple[Item, ...] = ()
    communication: Communication | None = None
    relatives: tuple[Relative, ...] = ()
    home: Place = field(default_factory=Place)
    notes: str | None = None
