"""A described person: as it is shown, and as it is given."""

from datetime import datetime

import strawberry

from backend.domain.person import AgeSource, Communication, MarkKind, Sex

_LATITUDE = "Degrees north, -90 to 90 (WGS 84)."
_LONGITUDE = "Degrees east, -180 to 180 (WGS 84)."
_PLACE_TEXT = "The place in somebody's words."
_PLACE_POINT = "The place on the map."
_FULL = "A whole name that nobody split into its parts."
_GIVEN = "Given names."
_FAMILY = "Family names."
_OTHERS = "Nicknames, other spellings, former names."
_AS_SAID = "What the child calls itself."
_BIRTH_DATE = "As much as is known, in ISO 8601: `2019`, `2019-04` or `2019-04-30`."
_MINIMUM = "At least this many years old."
_MAXIMUM = "At most this many years old."
_SOURCE = "How the age is known."
_AS_OF = "The moment at which the years hold; the moment of writing where left out."
_BODY_SITE = "Where on the body, such as `left knee`."
_MARK_TEXT = "Anything more about the mark."
_ITEM_KIND = "What it is, such as `t-shirt`."
_COLOUR = "Its colour, such as `red`."
_ITEM_TEXT = "Anything more about it."
_RELATION = "What the person is to the child, such as `mother`."
_RELATIVE_NAME = "The name; `Mama` will do where the child knows no other."
_PHONE = "A telephone number, however it was written."
_RELATIVE_PLACE = "Where the relative is thought to be."
_LANGUAGES = "Languages as BCP 47 tags, such as `es`."
_HAIR = "Colour of the hair, in a word."
_EYES = "Colour of the eyes, in a word."
_HEIGHT = "Height in centimetres."
_MARKS = "Lasting marks on the body."
_CLOTHING = "What the person wears or wore."
_BELONGINGS = "What the person carries or carried."
_COMMUNICATION = "How the person makes itself understood."
_RELATIVES = "Relatives, as the child or the family names them."
_HOME = "Where the person lives."
_NOTES = "Anything else that helps to recognise the person."
_NAMES = "Names, in any script and any order."
_SEX = "As stated or as it seems."
_AGE = "A birth date, or years from and to."


@strawberry.type(description="A point on the map.")
class Point:
    latitude: float = strawberry.field(description=_LATITUDE)
    longitude: float = strawberry.field(description=_LONGITUDE)


@strawberry.type(description="A place in words, on the map, or both.")
class Place:
    text: str | None = strawberry.field(description=_PLACE_TEXT)
    point: Point | None = strawberry.field(description=_PLACE_POINT)


@strawberry.type(description="Names as they were written; each part may be missing.")
class Names:
    full: str | None = strawberry.field(description=_FULL)
    given: str | None = strawberry.field(description=_GIVEN)
    family: str | None = strawberry.field(description=_FAMILY)
    others: list[str] = strawberry.field(description=_OTHERS)
    as_said: str | None = strawberry.field(description=_AS_SAID)


@strawberry.type(description="A birth date, or years from and to.")
class Age:
    birth_date: str | None = strawberry.field(description=_BIRTH_DATE)
    minimum: float | None = strawberry.field(description=_MINIMUM)
    maximum: float | None = strawberry.field(description=_MAXIMUM)
    source: AgeSource | None = strawberry.field(description=_SOURCE)
    as_of: datetime | None = strawberry.field(description=_AS_OF)


@strawberry.type(description="A lasting mark on the body.")
class Mark:
    kind: MarkKind = strawberry.field(description="The kind of mark.")
    body_site: str | None = strawberry.field(description=_BODY_SITE)
    text: str | None = strawberry.field(description=_MARK_TEXT)


@strawberry.type(description="A piece of clothing or a belonging.")
class Item:
    kind: str | None = strawberry.field(description=_ITEM_KIND)
    colour: str | None = strawberry.field(description=_COLOUR)
    text: str | None = strawberry.field(description=_ITEM_TEXT)


@strawberry.type(description="Somebody who belongs to the child.")
class Relative:
    relation: str | None = strawberry.field(description=_RELATION)
    name: str | None = strawberry.field(description=_RELATIVE_NAME)
    phone: str | None = strawberry.field(description=_PHONE)
    place: str | None = strawberry.field(description=_RELATIVE_PLACE)


@strawberry.type(description="How a person is described. Anything may be unknown.")
class Person:
    names: Names = strawberry.field(description=_NAMES)
    sex: Sex | None = strawberry.field(description=_SEX)
    age: Age = strawberry.field(description=_AGE)
    languages: list[str] = strawberry.field(description=_LANGUAGES)
    hair: str | None = strawberry.field(description=_HAIR)
    eyes: str | None = strawberry.field(description=_EYES)
    height_cm: float | None = strawberry.field(description=_HEIGHT)
    marks: list[Mark] = strawberry.field(description=_MARKS)
    clothing: list[Item] = strawberry.field(description=_CLOTHING)
    belongings: list[Item] = strawberry.field(description=_BELONGINGS)
    communication: Communication | None = strawberry.field(description=_COMMUNICATION)
    relatives: list[Relative] = strawberry.field(description=_RELATIVES)
    home: Place = strawberry.field(description=_HOME)
    notes: str | None = strawberry.field(description=_NOTES)


@strawberry.input(description="A point on the map.")
class PointInput:
    latitude: float = strawberry.field(description=_LATITUDE)
    longitude: float = strawberry.field(description=_LONGITUDE)


@strawberry.input(description="A place in words, on the map, or both.")
class PlaceInput:
    text: str | None = strawberry.field(default=None, description=_PLACE_TEXT)
    point: PointInput | None = strawberry.field(default=None, description=_PLACE_POINT)


@strawberry.input(description="Names as they are known; each part may be left out.")
class NamesInput:
    full: str | None = strawberry.field(default=None, description=_FULL)
    given: str | None = strawberry.field(default=None, description=_GIVEN)
    family: str | None = strawberry.field(default=None, description=_FAMILY)
    others: list[str] | None = strawberry.field(default=None, description=_OTHERS)
    as_said: str | None = strawberry.field(default=None, description=_AS_SAID)


@strawberry.input(description="A birth date, or years from and to.")
class AgeInput:
    birth_date: str | None = strawberry.field(default=None, description=_BIRTH_DATE)
    minimum: float | None = strawberry.field(default=None, description=_MINIMUM)
    maximum: float | None = strawberry.field(default=None, description=_MAXIMUM)
    source: AgeSource | None = strawberry.field(default=None, description=_SOURCE)
    as_of: datetime | None = strawberry.field(default=None, description=_AS_OF)


@strawberry.input(description="A lasting mark on the body.")
class MarkInput:
    kind: MarkKind = strawberry.field(description="The kind of mark.")
    body_site: str | None = strawberry.field(default=None, description=_BODY_SITE)
    text: str | None = strawberry.field(default=None, description=_MARK_TEXT)


@strawberry.input(description="A piece of clothing or a belonging.")
class ItemInput:
    kind: str | None = strawberry.field(default=None, description=_ITEM_KIND)
    colour: str | None = strawberry.field(default=None, description=_COLOUR)
    text: str | None = strawberry.field(default=None, description=_ITEM_TEXT)


@strawberry.input(description="Somebody who belongs to the child.")
class RelativeInput:
    relation: str | None = strawberry.field(default=None, description=_RELATION)
    name: str | None = strawberry.field(default=None, description=_RELATIVE_NAME)
    phone: str | None = strawberry.field(default=None, description=_PHONE)
    place: str | None = strawberry.field(default=None, description=_RELATIVE_PLACE)


@strawberry.input(description="How a person is described. Leave out what is not known.")
class PersonInput:
    names: NamesInput | None = strawberry.field(default=None, description=_NAMES)
    sex: Sex | None = strawberry.field(default=None, description=_SEX)
    age: AgeInput | None = strawberry.field(default=None, description=_AGE)
    languages: list[str] | None = strawberry.field(default=None, description=_LANGUAGES)
    hair: str | None = strawberry.field(default=None, description=_HAIR)
    eyes: str | None = strawberry.field(default=None, description=_EYES)
    height_cm: float | None = strawberry.field(default=None, description=_HEIGHT)
    marks: list[MarkInput] | None = strawberry.field(default=None, description=_MARKS)
    clothing: list[ItemInput] | None = strawberry.field(default=None, description=_CLOTHING)
    belongings: list[ItemInput] | None = strawberry.field(default=None, description=_BELONGINGS)
    communication: Communication | None = strawberry.field(default=None, description=_COMMUNICATION)
    relatives: list[RelativeInput] | None = strawberry.field(default=None, description=_RELATIVES)
    home: PlaceInput | None = strawberry.field(default=None, description=_HOME)
    notes: str | None = strawberry.field(default=None, description=_NOTES)
