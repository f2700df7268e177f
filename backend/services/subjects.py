"""What the matcher sees of a record, with its profile and keys, ready to be kept beside the record."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.domain.person import Age, Names, Person, Place
from backend.domain.registration import CareStatus, Registration, RegistrationStatus
from backend.domain.report import Report, ReportStatus
from backend.domain.sighting import Sighting
from backend.domain.site import Site
from backend.domain.subject import Reporter, Side, Sighted, Subject
from backend.matching.profile import is_child_of_the_family, profile
from backend.store.candidates import kept_for_matching


def registration_subject(registration: Registration, site: Site) -> Subject:
    """Where the child was found says most about where it was lost; the site stands in where nobody knows."""
    return Subject(
        side=Side.REGISTRATION,
        id=registration.id,
        person=registration.person,
        places=tuple(
            place for place in (registration.found_place, Place(point=site.point)) if place.text or place.point
        ),
        at=registration.found_at,
        recorded_at=registration.created_at,
        together=registration.group_id,
    )


def report_subject(report: Report, sightings: Iterable[Sighting] = ()) -> Subject:
    """`sightings` are those that are linked with it."""
    return Subject(
        side=Side.REPORT,
        id=report.id,
        person=report.person,
        places=(report.last_seen_place,) if report.last_seen_place != Place() else (),
        at=report.last_seen_at,
        recorded_at=report.created_at,
        together=report.family_id,
        reporter=report.reporter,
        sighted=tuple(Sighted(sighting.id, sighting.place, sighting.seen_at) for sighting in sightings),
    )


def seeker_subject(registration: Registration) -> Subject:
    """What an adult who was taken in would have reported: the children it names, itself, and where it was found.

    How old a child is or what it looks like, it was not asked. Its own elders are not those of the child.
    """
    person = registration.person
    names = person.names
    named = [relative for relative in person.relatives if is_child_of_the_family(relative.relation)]
    full = names.full or " ".join(part for part in (names.given, names.family) if part)
    place = registration.found_place
    return Subject(
        side=Side.REPORT,
        id=registration.id,
        person=Person(
            names=Names(family=names.family, others=tuple(relative.name for relative in named if relative.name)),
            languages=person.languages,
            home=person.home,
        ),
        places=(place,) if place != Place() else (),
        recorded_at=registration.created_at,
        together=registration.group_id,
        reporter=Reporter(name=full or None),
    )


def is_seeker(registration: Registration) -> bool:
    """Whether this is an adult who may be looking for a child that was taken in elsewhere."""
    return registration.status is RegistrationStatus.IN_CARE and registration.care_status is CareStatus.ADULT


def is_sought(registration: Registration) -> bool:
    """Whether a family may still be looking for this person: a child in care."""
    return registration.status is RegistrationStatus.IN_CARE and registration.care_status is not CareStatus.ADULT


def is_seeking(report: Report) -> bool:
    return report.status is ReportStatus.OPEN


def fields_of_registration(registration: Registration, site: Site, at: datetime) -> dict[str, Any]:
    """What is kept beside a registration for the matcher: its profile, and its keys while it is open to matching.

    `at` is the time of writing it.
    """
    return kept_for_matching(
        profile(registration_subject(registration, site)),
        open_to_matching=is_sought(registration),
        at=at,
        as_seeker=profile(seeker_subject(registration)) if is_seeker(registration) else None,
    )


def fields_of_report(report: Report, at: datetime, sightings: Iterable[Sighting] = ()) -> dict[str, Any]:
    """What is kept beside a report for the matcher: its profile, and its keys while it is open to matching.

    `at` is the time of writing it; `sightings` are those that are linked with it.
    """
    seen = profile(report_subject(report, sightings))
    return kept_for_matching(seen, open_to_matching=is_seeking(report), at=at)


def as_of(person: Person, now: datetime) -> Person:
    """The person, with the day on which the age holds: today where nothing else was said."""
    age = person.age
    if age.as_of is not None or (age.minimum is None and age.maximum is None):
        return person
    return replace(person, age=Age(age.birth_date, age.minimum, age.maximum, age.source, now))
