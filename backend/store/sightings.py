"""The sightings that are linked with reports."""

from collections.abc import Iterable

from backend.domain.sighting import Sighting, SightingState
from backend.store.database import Store
from backend.store.records import Session


async def linked_sightings(
    store: Store, report_ids: Iterable[str], session: Session | None = None
) -> dict[str, list[Sighting]]:
    """For each report, its sightings, the oldest first; nothing for one that has none, and no
    sighting that does not open: it must not keep the report from being withdrawn or taken down.
    """
    # One indexed field alone: with a second condition the embedded database reads all sightings.
    found = await store.sightings.find_readable({"reportId": {"$in": sorted(report_ids)}}, session)
    linked: dict[str, list[Sighting]] = {}
    for sighting in found:
        if sighting.state is SightingState.LINKED and sighting.report_id is not None:
            linked.setdefault(sighting.report_id, []).append(sighting)
    return linked
