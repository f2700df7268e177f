from datetime import UTC, datetime

from backend.domain.person import Names, Person, Sex
from backend.domain.registration import CareStatus, NewRegistration
from backend.simulation.phones import as_input


def test_what_nobody_said_is_not_sent_and_the_rest_has_the_names_of_the_api() -> None:
    registration = NewRegistration(
        site_id="site",
        care_status=CareStatus.UNACCOMPANIED,
        found_at=datetime(2026, 9, 1, tzinfo=UTC),
        person=Person(names=Names(as_said="Ana"), sex=Sex.FEMALE, languages=("es", "en")),
    )
    assert as_input({"input": registration}) == {
        "input": {
            "siteId": "site",
            "careStatus": "UNACCOMPANIED",
            "foundAt": "2026-09-01T00:00:00+00:00",
            "person": {"names": {"asSaid": "Ana"}, "sex": "FEMALE", "languages": ["es", "en"]},
        }
    }
