"""Inputs for the usual records of a test; all people are invented."""

from typing import Any

from tests.support.client import new_id, retry_key
from tests.support.house import NEW_ORLEANS

FOUND_AT = "2026-09-02T10:00:00Z"
LOST_AT = "2026-09-01T22:00:00Z"
SEEN_AT = "2026-09-02T07:00:00Z"


def child(site_id: str, **changes: Any) -> dict[str, Any]:
    """A registration of a girl who can say who she is."""
    return {
        "id": new_id(),
        "siteId": site_id,
        "careStatus": "UNACCOMPANIED",
        "foundAt": FOUND_AT,
        "foundPlace": {"text": "Canal Street", "point": NEW_ORLEANS},
        "person": {
            "names": {"given": "Marisol", "family": "Quintanilla"},
            "sex": "FEMALE",
            "age": {"birthDate": "2018-03-09", "source": "STATED"},
            "relatives": [{"relation": "mother", "name": "Rosaura Quintanilla"}],
            "marks": [{"kind": "SCAR", "bodySite": "left knee"}],
        },
        "medicalNotes": "asthma",
        **changes,
    }


def report(incident_id: str, *children: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The report of her mother; of one child where none is given."""
    return {
        "id": new_id(),
        "incidentId": incident_id,
        "retryKey": retry_key(),
        "reporter": {"name": "Rosaura Quintanilla", "relation": "mother", "phone": "+1 504 555 0142"},
        "children": list(children) or [missing()],
        **changes,
    }


def missing(**changes: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "person": {
            "names": {"full": "Marisol Quintanilla"},
            "sex": "FEMALE",
            "age": {"birthDate": "2018-03-09", "source": "DOCUMENT"},
            "marks": [{"kind": "SCAR", "bodySite": "left knee"}],
        },
        "lastSeenAt": LOST_AT,
        "lastSeenPlace": {"text": "New Orleans", "point": NEW_ORLEANS},
        **changes,
    }


def sighting(incident_id: str, **changes: Any) -> dict[str, Any]:
    """Somebody saw her on a bench."""
    return {
        "id": new_id(),
        "incidentId": incident_id,
        "person": {"names": {"given": "Marisol"}, "sex": "FEMALE"},
        "what": "a girl alone on a bench with a green kite",
        "place": {"text": "Tulane Avenue", "point": NEW_ORLEANS},
        "seenAt": SEEN_AT,
        "witness": {"name": "Percival Ashdown", "phone": "+1 504 555 0177"},
        **changes,
    }


def mother(site_id: str, **changes: Any) -> dict[str, Any]:
    """A registration of her mother, who was taken in herself and names her daughter."""
    person = {
        "names": {"given": "Rosaura", "family": "Quintanilla"},
        "sex": "FEMALE",
        "relatives": [{"relation": "hija", "name": "Marisol"}],
    }
    place = {"text": "New Orleans", "point": NEW_ORLEANS}
    return child(site_id, careStatus="ADULT", foundPlace=place, person=person, medicalNotes=None) | changes
