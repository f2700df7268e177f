"""Subjects for the tests of the matcher, said in few words."""

from datetime import UTC, datetime

from backend.domain.evidence import Comparison, Evidence, Feature
from backend.domain.person import Age, Item, Mark, Names, Person, Place, Relative, Sex
from backend.domain.subject import Reporter, Side, Subject
from backend.matching.compare import compare
from backend.matching.context import default_context
from backend.matching.profile import profile

LOST_AT = datetime(2026, 5, 4, 8, tzinfo=UTC)
FOUND_AT = datetime(2026, 5, 4, 20, tzinfo=UTC)


def person(
    *,
    names: Names | None = None,
    sex: Sex | None = None,
    years: float | None = None,
    born: str | None = None,
    home: Place | None = None,
    relatives: tuple[Relative, ...] = (),
    marks: tuple[Mark, ...] = (),
    clothing: tuple[Item, ...] = (),
    languages: tuple[str, ...] = (),
    hair: str | None = None,
    height_cm: float | None = None,
) -> Person:
    return Person(
        names=names or Names(),
        sex=sex,
        age=Age(birth_date=born, minimum=years, maximum=years),
        home=home or Place(),
        relatives=relatives,
        marks=marks,
        clothing=clothing,
        languages=languages,
        hair=hair,
        height_cm=height_cm,
    )


def report(
    described: Person,
    *,
    at: datetime | None = LOST_AT,
    place: Place | None = None,
    reporter: Reporter | None = None,
    recorded_at: datetime | None = FOUND_AT,
) -> Subject:
    places = () if place is None else (place,)
    return Subject(Side.REPORT, "R-1", described, places, at, recorded_at, reporter=reporter or Reporter())


def registration(
    described: Person,
    *,
    at: datetime | None = FOUND_AT,
    place: Place | None = None,
    recorded_at: datetime | None = FOUND_AT,
) -> Subject:
    places = () if place is None else (place,)
    return Subject(Side.REGISTRATION, "S-1", described, places, at, recorded_at)


def compared(one: Subject, other: Subject) -> Comparison:
    return compare(profile(one), profile(other), default_context())


def described(one: Person, other: Person) -> Comparison:
    return compared(report(one), registration(other))


def piece(comparison: Comparison, feature: Feature) -> Evidence:
    return next(found for found in comparison.evidence if found.feature is feature)
