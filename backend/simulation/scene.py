"""Setting the exercise up, through the API: the incident, its sites, and somebody of each role."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from backend.domain.account import NewInvite, Role
from backend.domain.incident import IncidentKind, NewIncident
from backend.domain.site import NewSite
from backend.simulation.gulf import AREA, PlannedSite
from backend.simulation.phones import Phone
from backend.simulation.story import OpenSite

INCIDENT = "Hurricane Ximena (exercise, invented people)"
NAMES: Mapping[Role, str] = {
    Role.ADMIN: "Ada Winters",
    Role.COORDINATOR: "Carlos Medina",
    Role.OFFICER: "Olivia Grant",
    Role.CALL_TAKER: "Theo Nguyen",
    Role.VOLUNTEER: "Vera Lindqvist",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """`staff` has one of each role; `volunteers` one for each site, by its id."""

    incident_id: str
    alert_threshold: float
    sites: Sequence[OpenSite]
    site_names: Mapping[str, str]
    staff: Mapping[Role, Phone]
    volunteers: Mapping[str, Phone]


def new_retry_key() -> str:
    return secrets.token_urlsafe(24)


def invented(name: str) -> str:
    """A name that says that nobody bears it."""
    return f"{name} (invented)"


async def set_scene(stranger: Phone, administrator_secret: str, planned: Sequence[PlannedSite]) -> Scene:
    """Everybody accepts an invite, as real people do. Raises: RefusedError, aiohttp.ClientError."""
    admin = await _accept(stranger, administrator_secret, NAMES[Role.ADMIN])
    incident = NewIncident(INCIDENT, IncidentKind.HURRICANE, area=AREA, synthetic=True)
    opened = await admin.ask("openIncident", input=incident)
    incident_id = opened["incident"]["id"]
    staff = {Role.ADMIN: admin}
    for role in (Role.COORDINATOR, Role.OFFICER, Role.CALL_TAKER):
        staff[role] = await _invite(admin, stranger, NewInvite(role, incident_id), NAMES[role])
    coordinator = staff[Role.COORDINATOR]
    sites: list[OpenSite] = []
    volunteers: dict[str, Phone] = {}
    for site in planned:
        new = NewSite(incident_id, site.name, site.kind, site.point, site.town.text, site.capacity)
        added = await coordinator.ask("addSite", input=new)
        site_id = added["site"]["id"]
        sites.append(OpenSite(site_id, site.point))
        name = NAMES[Role.VOLUNTEER] if len(sites) == 1 else f"Volunteer {len(sites)}"
        volunteers[site_id] = await _invite(coordinator, stranger, NewInvite(Role.VOLUNTEER, site_id=site_id), name)
    staff[Role.VOLUNTEER] = volunteers[sites[0].id]
    names = {site.id: plan.name for site, plan in zip(sites, planned, strict=True)}
    return Scene(incident_id, incident.alert_threshold or 1.0, sites, names, staff, volunteers)


async def _invite(host: Phone, stranger: Phone, new: NewInvite, name: str) -> Phone:
    made = await host.ask("createInvite", input=new)
    return await _accept(stranger, urlsplit(made["link"]).fragment, name)


async def _accept(stranger: Phone, secret: str, name: str) -> Phone:
    said = {"secret": secret, "name": invented(name), "retryKey": new_retry_key()}
    accepted = await stranger.ask("acceptInvite", input=said)
    return stranger.signed_in(accepted["token"])
