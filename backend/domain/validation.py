"""What may be said, field by field: every problem is found at once, and named by the field the client wrote."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from backend.domain.changes import UNCHANGED, Unchanged
from backend.domain.errors import DomainError, ErrorCode, Problem
from backend.domain.incident import IncidentChanges, NewIncident
from backend.domain.person import Age, Item, Names, Person, Place, Point
from backend.domain.registration import CareStatus, NewRegistration, RegistrationChanges
from backend.domain.report import MissingChild, NewReport, ReportChanges
from backend.domain.sighting import NewSighting
from backend.domain.site import NewSite, SiteChanges
from backend.domain.subject import Reporter
from backend.domain.take_down import IdentityProof, NewTakeDown
from geo.bounds import Bounds
from geo.distance import is_point

LONGEST_NAME = 200
LONGEST_TEXT = 4000
LONGEST_LIST = 30
LONGEST_LANGUAGE = 35
OLDEST_YEARS = 130
EARLIEST_YEAR = 1900
CLOCK_SLACK = timedelta(hours=24)
"""A phone's clock or time zone may be wrong by this much before a time counts as lying in the future."""

_PHONE = re.compile(r"\+?[0-9]{3,15}")
_BIRTH_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")

Problems = Iterator[Problem]


def refuse_if_any(problems: Problems) -> None:
    """Raise all problems as one DomainError, or do nothing where there are none."""
    found = tuple(problems)
    if found:
        raise DomainError(found)


def incident_problems(incident: NewIncident | IncidentChanges, field: str = "") -> Problems:
    if incident.name is not None:
        yield from _text(incident.name, f"{field}name", LONGEST_NAME, needed=True)
    ring = incident.area or ()
    for index, point in enumerate(ring):
        yield from _point(point, f"{field}area.{index}")
    if ring and len(set(ring)) < 3:  # noqa: PLR2004 (a triangle is the smallest area)
        yield _invalid("An area needs at least three different points.", f"{field}area")
    if len(ring) > 1000:  # noqa: PLR2004 (plenty for a coast line, and bounded)
        yield _invalid("An area may have at most 1000 points.", f"{field}area")
    if incident.retention_days is not None:
        yield from _within(incident.retention_days, 1, 3650, f"{field}retentionDays", "days")
    if incident.escalate_minutes is not None:
        yield from _within(incident.escalate_minutes, 1, 1440, f"{field}escalateMinutes", "minutes")
    yield from _phone(incident.phone, f"{field}phone")
    if isinstance(incident, NewIncident):
        yield from _within(incident.child_age_limit, 1, 30, f"{field}childAgeLimit", "years")
    for threshold, name in (
        (incident.propose_threshold, "proposeThreshold"),
        (incident.alert_threshold, "alertThreshold"),
    ):
        if threshold is not None and threshold is not UNCHANGED:
            yield from _within(threshold, 0, 1, f"{field}{name}", "as a probability")


def site_problems(site: NewSite | SiteChanges, field: str = "") -> Problems:
    if site.name is not None:
        yield from _text(site.name, f"{field}name", LONGEST_NAME, needed=True)
    if site.address is not UNCHANGED:
        yield from _text(site.address, f"{field}address", LONGEST_TEXT)
    if site.point is not None:
        yield from _point(site.point, f"{field}point")
    if site.capacity is not None and site.capacity is not UNCHANGED:
        yield from _within(site.capacity, 0, 1_000_000, f"{field}capacity", "people")


def registration_problems(registration: NewRegistration, now: datetime, field: str = "") -> Problems:
    yield from person_problems(registration.person, now, f"{field}person.")
    yield from _moment(registration.found_at, now, f"{field}foundAt")
    yield from _place(registration.found_place, f"{field}foundPlace")
    yield from _text(registration.medical_notes, f"{field}medicalNotes", LONGEST_TEXT)
    described = registration.person != Person() or registration.photo_id is not None
    if not described:
        yield _invalid("Please give a name, a description or a photo: one of them is enough.", f"{field}person")


def registration_change_problems(changes: RegistrationChanges, now: datetime) -> Problems:
    if changes.person is not None:
        yield from person_problems(changes.person, now, "person.")
    if changes.found_at is not None:
        yield from _moment(changes.found_at, now, "foundAt")
    if changes.found_place is not None:
        yield from _place(changes.found_place, "foundPlace")
    if changes.medical_notes is not UNCHANGED:
        yield from _text(changes.medical_notes, "medicalNotes", LONGEST_TEXT)


def report_problems(report: NewReport, now: datetime) -> Problems:
    yield from reporter_problems(report.reporter, "reporter.")
    if not report.children:
        yield _invalid("Please describe at least one child.", "children")
    if len(report.children) > LONGEST_LIST:
        yield _invalid(f"One report may name at most {LONGEST_LIST} children.", "children")
    if not 22 <= len(report.retry_key) <= LONGEST_NAME:  # noqa: PLR2004 (22 characters of base64url are 128 bits)
        yield _invalid("The retry key must be random, of 22 to 200 characters.", "retryKey")
    for index, child in enumerate(report.children):
        yield from missing_child_problems(child, now, f"children.{index}.")


def missing_child_problems(child: MissingChild, now: datetime, field: str) -> Problems:
    yield from person_problems(child.person, now, f"{field}person.")
    yield from _text(child.relation, f"{field}relation", LONGEST_NAME)
    if child.last_seen_at is not None:
        yield from _moment(child.last_seen_at, now, f"{field}lastSeenAt")
    yield from _place(child.last_seen_place, f"{field}lastSeenPlace")
    if child.person == Person():
        yield _invalid("Please say something about the child: a name, an age, how the child looks.", f"{field}person")


def sighting_problems(sighting: NewSighting, now: datetime) -> Problems:
    yield from person_problems(sighting.person, now, "person.")
    yield from _text(sighting.what, "what", LONGEST_TEXT)
    yield from _place(sighting.place, "place")
    if sighting.seen_at is not None:
        yield from _moment(sighting.seen_at, now, "seenAt")
    witness = sighting.witness
    for value, name in ((witness.name, "name"), (witness.phone, "phone"), (witness.email, "email")):
        yield from _text(value, f"witness.{name}", LONGEST_NAME)
    if sighting.what is None and sighting.place == Place() and sighting.person == Person():
        yield _invalid("Please say what was seen, or where.", "what")


def reason_problems(reason: str) -> Problems:
    yield from _text(reason, "reason", LONGEST_TEXT, needed=True)


def report_change_problems(changes: ReportChanges, now: datetime) -> Problems:
    if changes.person is not None:
        yield from person_problems(changes.person, now, "person.")
    if changes.reporter is not None:
        yield from reporter_problems(changes.reporter, "reporter.")
    if changes.last_seen_at is not None and changes.last_seen_at is not UNCHANGED:
        yield from _moment(changes.last_seen_at, now, "lastSeenAt")
    if changes.last_seen_place is not None:
        yield from _place(changes.last_seen_place, "lastSeenPlace")


def take_down_problems(new: NewTakeDown) -> Problems:
    for name, value in (
        ("requesterName", new.requester_name),
        ("requesterRelation", new.requester_relation),
        ("checkedBy", new.checked_by),
    ):
        yield from _text(value, name, LONGEST_NAME, needed=True)
    yield from words_problems(new.reason, "reason")
    yield from _text(new.proof_note, "proofNote", LONGEST_TEXT)
    if new.proof is IdentityProof.OTHER and new.proof_note is None:
        yield _invalid("Please say what proved who they are.", "proofNote")


def note_problems(text: str | None, field: str) -> Problems:
    """Of a text that may be said."""
    yield from _text(text, field, LONGEST_TEXT)


def words_problems(text: str, field: str) -> Problems:
    """Of a text that must be said, such as a reason."""
    yield from _text(text, field, LONGEST_TEXT, needed=True)


def reporter_problems(reporter: Reporter, field: str) -> Problems:
    for value, name in (
        (reporter.name, "name"),
        (reporter.relation, "relation"),
        (reporter.phone, "phone"),
        (reporter.email, "email"),
    ):
        yield from _text(value, f"{field}{name}", LONGEST_NAME)


def person_problems(person: Person, now: datetime, field: str) -> Problems:
    yield from _names(person.names, f"{field}names.")
    yield from _age(person.age, now, f"{field}age.")
    for word, name in ((person.hair, "hair"), (person.eyes, "eyes")):
        yield from _text(word, f"{field}{name}", LONGEST_NAME)
    if person.height_cm is not None:
        yield from _within(person.height_cm, 20, 260, f"{field}heightCm", "centimetres")
    for values, name in (
        (person.languages, "languages"),
        (person.marks, "marks"),
        (person.clothing, "clothing"),
        (person.belongings, "belongings"),
        (person.relatives, "relatives"),
    ):
        if len(values) > LONGEST_LIST:
            yield _invalid(f"At most {LONGEST_LIST} can be listed.", f"{field}{name}")
    for index, language in enumerate(person.languages):
        yield from _text(language, f"{field}languages.{index}", LONGEST_LANGUAGE, needed=True)
    for index, mark in enumerate(person.marks):
        yield from _text(mark.body_site, f"{field}marks.{index}.bodySite", LONGEST_NAME)
        yield from _text(mark.text, f"{field}marks.{index}.text", LONGEST_TEXT)
    yield from _items(person.clothing, f"{field}clothing")
    yield from _items(person.belongings, f"{field}belongings")
    for index, relative in enumerate(person.relatives):
        for value, part in (
            (relative.relation, "relation"),
            (relative.name, "name"),
            (relative.phone, "phone"),
            (relative.place, "place"),
        ):
            yield from _text(value, f"{field}relatives.{index}.{part}", LONGEST_NAME)
    yield from _place(person.home, f"{field}home")
    yield from _text(person.notes, f"{field}notes", LONGEST_TEXT)


def look_up_problems(text: str, language: str | None) -> Problems:
    yield from _text(text, "text", LONGEST_NAME, needed=True)
    yield from _text(language, "language", LONGEST_LANGUAGE)


def point_problems(point: Point, field: str) -> Problems:
    yield from _point(point, field)


def bounds_problems(bounds: Bounds, field: str) -> Problems:
    on_earth = is_point(bounds.north, bounds.east) and is_point(bounds.south, bounds.west)
    if not on_earth or bounds.south >= bounds.north or bounds.width <= 0:
        yield _invalid("These are no bounds of a part of the Earth.", field)


def sibling_problems(registrations: tuple[NewRegistration, ...]) -> Problems:
    if len(registrations) < 2:  # noqa: PLR2004 (siblings are two at least)
        yield _invalid("Siblings are two children or more; register one child alone.", "siblings")
    if len(registrations) > LONGEST_LIST:
        yield _invalid(f"At most {LONGEST_LIST} children can be registered together.", "siblings")
    ids = [registration.id for registration in registrations if registration.id is not None]
    if len(set(ids)) < len(ids):
        yield _invalid("Each child needs an id of its own.", "siblings")
    if len({registration.site_id for registration in registrations}) > 1:
        yield _invalid("Siblings are registered together at one site.", "siblings")
    for index, registration in enumerate(registrations):
        if registration.care_status is CareStatus.ADULT:
            yield _invalid("An adult is registered alone, not among siblings.", f"siblings.{index}.careStatus")


def _names(names: Names, field: str) -> Problems:
    for value, name in (
        (names.full, "full"),
        (names.given, "given"),
        (names.family, "family"),
        (names.as_said, "asSaid"),
    ):
        yield from _text(value, f"{field}{name}", LONGEST_NAME)
    if len(names.others) > LONGEST_LIST:
        yield _invalid(f"At most {LONGEST_LIST} can be listed.", f"{field}others")
    for index, other in enumerate(names.others):
        yield from _text(other, f"{field}others.{index}", LONGEST_NAME, needed=True)


def _age(age: Age, now: datetime, field: str) -> Problems:
    for years, name in ((age.minimum, "minimum"), (age.maximum, "maximum")):
        if years is not None:
            yield from _within(years, 0, OLDEST_YEARS, f"{field}{name}", "years")
    if age.minimum is not None and age.maximum is not None and age.minimum > age.maximum:
        yield _invalid("The younger age comes first.", f"{field}minimum")
    if age.birth_date is not None:
        yield from _birth_date(age.birth_date, now, f"{field}birthDate")
    if age.as_of is not None:
        yield from _moment(age.as_of, now, f"{field}asOf")


def _birth_date(text: str, now: datetime, field: str) -> Problems:
    born = _first_day(text)
    if born is None:
        yield _invalid("A birth date looks like 2019, 2019-04 or 2019-04-30.", field)
    elif not datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC) <= born <= now + CLOCK_SLACK:
        yield _invalid(f"A birth date lies between {EARLIEST_YEAR} and today.", field)


def _first_day(text: str) -> datetime | None:
    """The first day of a year, a month or a day in ISO 8601; None for what is none."""
    parts = _BIRTH_DATE.fullmatch(text)
    try:
        return parts and datetime(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1), tzinfo=UTC)
    except ValueError:
        return None


def _items(items: tuple[Item, ...], field: str) -> Problems:
    for index, item in enumerate(items):
        for value, name in ((item.kind, "kind"), (item.colour, "colour"), (item.text, "text")):
            yield from _text(value, f"{field}.{index}.{name}", LONGEST_NAME)


def _place(place: Place, field: str) -> Problems:
    yield from _text(place.text, f"{field}.text", LONGEST_NAME)
    if place.point is not None:
        yield from _point(place.point, f"{field}.point")


def _point(point: Point, field: str) -> Problems:
    yield from _within(point.latitude, -90, 90, f"{field}.latitude", "degrees")
    yield from _within(point.longitude, -180, 180, f"{field}.longitude", "degrees")


def _moment(moment: datetime, now: datetime, field: str) -> Problems:
    if moment.tzinfo is None:
        yield _invalid("A time needs its offset from UTC.", field)
    elif moment.year < EARLIEST_YEAR:
        yield _invalid(f"This time lies before {EARLIEST_YEAR}.", field)
    elif moment > now + CLOCK_SLACK:
        yield _invalid("This time lies in the future.", field)


def _within(value: float, lowest: float, highest: float, field: str, unit: str) -> Problems:
    if not lowest <= value <= highest:
        yield _invalid(f"This must lie between {lowest} and {highest} {unit}.", field)


def _text(value: str | None, field: str, longest: int, *, needed: bool = False) -> Problems:
    if value is None:
        return
    if needed and not value.strip():
        yield _invalid("This may not be empty.", field)
    if len(value) > longest:
        yield _invalid(f"This is too long: at most {longest} characters.", field)
    if "\x00" in value or (not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value)):
        yield _invalid("This holds a character that no text has.", field)


def _phone(value: str | Unchanged | None, field: str) -> Problems:
    """Of a number that people are to dial: what is told of others is taken as it was said."""
    if isinstance(value, str) and (len(value) > LONGEST_NAME or not _PHONE.fullmatch(re.sub(r"[ ()./-]", "", value))):
        yield _invalid("A telephone number has 3 to 15 digits, such as +1 504 555 0100.", field)


def _invalid(message: str, field: str) -> Problem:
    return Problem(ErrorCode.INVALID, message, field)
