"""PFIF 1.4 (and 1.2, 1.3) read into rows of the lists' columns. Entities and external references are refused."""

from collections.abc import Mapping
from xml.sax.handler import ContentHandler  # nosec - the parser that feeds it is defused
from xml.sax.xmlreader import AttributesImpl, Locator

import defusedxml.sax  # type: ignore[import-untyped]  # it has no types
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # it has no types

_SAME = ("full_name", "given_name", "family_name", "sex")
_HOME = ("home_street", "home_neighborhood", "home_city", "home_state", "home_postal_code", "home_country")


def persons_of(text: str) -> list[tuple[int, Mapping[str, str]]]:
    """For each PERSON record: its line, and its cells by the lists' columns.

    A person's notes add the last known location. Raises `ValueError`, with line and reason, if it is not well-formed
    XML, holds entities, or is no PFIF.
    """
    reader = _PfifHandler()
    try:
        defusedxml.sax.parseString(text.encode(), reader, forbid_dtd=True)
    except DefusedXmlException as error:
        raise ValueError("holds a DTD or entities, which are not accepted") from error
    except Exception as error:
        line = getattr(error, "getLineNumber", lambda: None)()
        raise ValueError(f"is not well-formed XML{'' if line is None else f' at line {line}'}") from error
    if not reader.is_pfif:
        raise ValueError("is XML, but its root is not pfif")
    return [(line, _columns(person, reader.notes)) for line, person in reader.persons]


class _PfifHandler(ContentHandler):
    """Collects the PERSON and NOTE records with the line on which each begins; names without their prefix."""

    def __init__(self) -> None:
        super().__init__()
        self.persons: list[tuple[int, dict[str, str]]] = []
        self.notes: list[dict[str, str]] = []
        self.is_pfif = False
        self._open: list[dict[str, str]] = []
        self._text: list[str] = []
        self._locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 - the name that SAX calls
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802, ARG002 - called by SAX
        local = name.rpartition(":")[2]
        self._text = []
        if local == "pfif":
            self.is_pfif = True
        elif local == "person":
            record: dict[str, str] = {}
            self.persons.append(((self._locator and self._locator.getLineNumber()) or 0, record))
            self._open.append(record)
        elif local == "note":
            # A note inside a person need not name it.
            person = self._open[-1].get("person_record_id", "") if self._open else ""
            self.notes.append({"person_record_id": person})
            self._open.append(self.notes[-1])

    def characters(self, content: str) -> None:
        self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - called by SAX
        local = name.rpartition(":")[2]
        if local in ("person", "note"):
            self._open.pop()
        elif self._open and "".join(self._text).strip():
            self._open[-1][local] = "".join(self._text).strip()
        self._text = []


def _columns(person: Mapping[str, str], notes: list[dict[str, str]]) -> Mapping[str, str]:
    cells = {name: person[name] for name in _SAME if name in person}
    own = [note for note in notes if note.get("person_record_id") == person.get("person_record_id")]
    located = [note for note in own if note.get("last_known_location")]
    located.sort(key=lambda note: note.get("source_date") or note.get("entry_date", ""))
    lowest, _, highest = person.get("age", "").partition("-")
    cells |= {
        "id": person.get("person_record_id", ""),
        "other_names": ";".join(person.get("alternate_names", "").splitlines()),
        "birth_date": person.get("date_of_birth", ""),
        "home": ", ".join(person[part] for part in _HOME if part in person),
        "notes": person.get("description") or person.get("other", ""),
        "age_min" if highest else "age": lowest,
    }
    if highest:
        cells["age_max"] = highest
    return cells | _by_side(person, located[-1]["last_known_location"] if located else "")


def _by_side(person: Mapping[str, str], location: str) -> dict[str, str]:
    """Columns that have one name in reports and another in registrations: both are given, each side takes its own."""
    made_at = person.get("source_date") or person.get("entry_date", "")
    cells = {
        "reported_at": made_at,
        "registered_at": made_at,
        "reporter_name": person.get("author_name", ""),
        "reporter_phone": person.get("author_phone", ""),
    }
    latitude, comma, longitude = (part.strip() for part in location.partition(","))
    if comma and _is_number(latitude) and _is_number(longitude):
        point = {"lat": latitude, "lon": longitude}
        return cells | {f"{place}_{axis}": value for place in ("last_seen", "found") for axis, value in point.items()}
    return cells | {"last_seen_place": location, "found_place": location}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
