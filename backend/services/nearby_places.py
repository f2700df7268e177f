"""Where those are who are told of a missing child: at their sites, and around a place that they choose, kept coarsely.

Neither is kept as a place beside a device, but as keys: keyed hashes of a site, and of H3 cells of three sizes, for one
incident each. An area becomes keys in the same way, so that the database finds who is near and knows nothing of where.
"""

from collections.abc import Iterable, Sequence

from backend.domain.account import Viewer
from backend.domain.area_alert import AlertArea
from backend.domain.choices import AlertChoices
from backend.domain.site import Site
from backend.services.access import TABLE, Action
from backend.services.collaborators import Collaborators
from backend.services.secrets import keyed_hash
from geo.areas import Area, Circle, Outline, at_each_size, covering


def drawn(area: AlertArea) -> Area:
    """An area that was checked, as `geo` has it."""
    if area.centre is not None and area.radius_km is not None:
        return Circle((area.centre.latitude, area.centre.longitude), area.radius_km)
    return Outline(tuple((point.latitude, point.longitude) for point in area.outline))


async def sites_within(use: Collaborators, incident_id: str, areas: Iterable[Area]) -> list[Site]:
    """The open sites of an incident that lie in any of these areas."""
    within = tuple(areas)
    found = await use.store.sites.find({"incidentId": incident_id})
    return [
        site
        for site in found
        if site.open and any(area.holds((site.point.latitude, site.point.longitude)) for area in within)
    ]


def keys_within(use: Collaborators, incident_id: str, areas: Iterable[Area], sites: Iterable[Site]) -> set[str]:
    """The keys that somebody carries who is in one of these areas, or at one of these sites."""
    return {_key(use, incident_id, one) for one in (*covering(areas), *(site.id for site in sites))}


def keys_of(use: Collaborators, viewer: Viewer, choices: AlertChoices | None) -> tuple[str, ...]:
    """What the devices of somebody carry who works at sites, or chose a cell. Nothing, where nobody is to be told on
    devices, nor of whom the policy does not have told: families, helpers without an account.
    """
    if viewer.role not in TABLE[Action.READ_NEARBY_ALERT] or (choices is not None and not choices.by_push):
        return ()
    nearby = () if choices is None or choices.nearby is None else at_each_size(choices.nearby)
    places = (*viewer.site_ids, *nearby)
    return tuple(sorted({_key(use, incident, place) for incident in viewer.incident_ids for place in places}))


def _key(use: Collaborators, incident_id: str, place: str) -> str:
    # Short, since each device has some, in an index: 88 bits are no place twice.
    return keyed_hash(use.keys.token_pepper, "nearby", f"{incident_id} {place}")[:22]


async def is_near(use: Collaborators, viewer: Viewer, incident_id: str | None, areas: Sequence[Area]) -> bool:
    """Whether somebody works at a site of the incident in one of these areas, or chose a cell that it touches."""
    sites = await use.store.sites.get_many(viewer.site_ids) if viewer.site_ids else {}
    here = [site.point for site in sites.values() if site.incident_id == incident_id]
    if any(area.holds((point.latitude, point.longitude)) for point in here for area in areas):
        return True
    chosen = await use.store.alert_choices.get(viewer.id)
    return chosen is not None and chosen.nearby is not None and any(area.touches(chosen.nearby) for area in areas)
