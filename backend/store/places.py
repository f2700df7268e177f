"""Where the registered of an incident are, read without the rest of their records."""

from backend.store.database import Store
from backend.store.records import Session
from geo.gathered import Place

MOST_COUNTED = 20_000
"""So many say where people are as well as a million would, and are read in a fraction of a second."""


async def places_of_registered(store: Store, incident_id: str, session: Session | None = None) -> list[Place]:
    """One place for each of the latest registered: where found if that is on the map, else the site."""
    wanted = {"incidentId": incident_id}
    sites = {
        document["_id"]: _place(document["point"])
        async for document in store.sites.collection.find(wanted, {"point": 1}, session=session)
    }
    fields = {"foundPlace": 1, "siteId": 1}
    places = []
    latest = store.registrations.collection.find(wanted, fields, session=session).sort("_id", -1).limit(MOST_COUNTED)
    for document in store.registrations.hiding.readable(await latest.to_list(None)):
        point = document.get("foundPlace", {}).get("point")
        place = sites.get(document["siteId"]) if point is None else _place(point)
        if place is not None:
            places.append(place)
    return places


def _place(point: dict[str, float]) -> Place:
    return point["latitude"], point["longitude"]
