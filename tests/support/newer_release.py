"""What a newer release of the server writes into a database that it shares with this one for a while."""

from typing import Any

from tests.support.client import new_id


def an_event_of_a_newer_release() -> dict[str, Any]:
    """The document of an event of a kind that is not known here."""
    return {"_id": new_id(), "kind": "BALLOON_RELEASED", "work": {"state": "DONE"}}
