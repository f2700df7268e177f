"""Invented children, each described twice, by a site and by a family, so that the two clearly are the same child."""

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.support.client import new_id

LOST_AT = "2026-09-01T22:00:00Z"
FOUND_AT = "2026-09-02T10:00:00Z"
SYLLABLES = tuple(consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou")


@dataclass(frozen=True, slots=True)
class Child:
    """`registration_id` and `report_id` are the ids under which its two descriptions are sent."""

    registration_id: str
    report_id: str
    given: str
    family: str
    mother: str
    sex: str
    birth_date: str
    latitude: float
    longitude: float

    @property
    def person(self) -> dict[str, Any]:
        return {
            "names": {"given": self.given, "family": self.family},
            "sex": self.sex,
            "age": {"birthDate": self.birth_date, "source": "STATED"},
            "relatives": [{"relation": "mother", "name": f"{self.mother} {self.family}"}],
        }

    @property
    def point(self) -> dict[str, float]:
        return {"latitude": self.latitude, "longitude": self.longitude}


def invent(random: Random) -> Child:
    """A child that shares neither its name nor, as a rule, its neighbourhood with any other."""
    return Child(
        registration_id=new_id(),
        report_id=new_id(),
        given=_name(random),
        family=_name(random),
        mother=_name(random),
        sex=random.choice(("FEMALE", "MALE")),
        birth_date=f"{random.randint(2012, 2023)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
        latitude=round(random.uniform(28.0, 32.0), 4),
        longitude=round(random.uniform(-97.0, -87.0), 4),
    )


def _name(random: Random) -> str:
    return "".join(random.choices(SYLLABLES, k=4)).title()


def registration_of(child: Child, site_id: str) -> dict[str, Any]:
    return {
        "id": child.registration_id,
        "siteId": site_id,
        "careStatus": "UNACCOMPANIED",
        "foundAt": FOUND_AT,
        "foundPlace": {"point": child.point},
        "person": child.person,
    }


def report_of(child: Child) -> dict[str, Any]:
    return {
        "id": child.report_id,
        "person": child.person,
        "lastSeenAt": LOST_AT,
        "lastSeenPlace": {"point": child.point},
    }
