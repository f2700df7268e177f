"""Setting the exercise up, through the API: the incident, its sites, and somebody of each role."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from backend.domain.account import NewInvite, Role
from backend.domain.incident import IncidentKind, NewIncident
from backend.domain.site import NewSite
from backend.simulation.desk import Desk, set_up_desk
from backend.simulation.gulf import AREA, PlannedSite
from backend.simulation.phones import Phone
from backend.simulation.story import OpenSite

INCIDENT = "Hurricane Ximena (exercise, invented people)"
PHONE = "+1 504 555 0100"
"""A number that is nobody's: kept for stories."""
SIGN_IN_NAME = "coordinator"
NAMES: Mapping[Role, str] = {
    Role.ADMIN: "Ada Winters",
    Role.COORDINATOR: "Carlos Medina",
    Role.OFFICER: "Olivia Grant",
    Role.CALL_TAKER: "Theo Nguyen",
    Role.VOLUNTEER: "Vera Lindqvist",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """`staff` has one of each role; `volunteers` one for each site, by its id. `desk` is the coordinator's."""

    incident_id: str
    alert_threshold: float
    sites: Sequence[OpenSite]
    site_names: Mapping[str, str]
    staff: Mapping[Role, Phone]
    volunteers: Mapping[str, Phone]
    desk: Desk


def new_retry_key() -> str:
    return secrets.token_urlsafe(24)


def invented(name: str) -> str:
    """A name that says that nobody bears it."""
    return f"{name} (invented)"


async def set_scene(
    stranger: Phone, administrator_secret: str, planned: Sequence[PlannedSite], clock: Callable[[], datetime]
) -> Scene:
    """Everybody accepts an invite, as real people do. Raises: RefusedError, aiohttp.ClientError."""
    admin = await _accept(stranger, administrator_secret, NAMES[Role.ADMIN])
    incident = NewIncident(INCIDENT, IncidentKind.HURRICANE, area=AREA, synthetic=True, phone=PHONE)
    opened = await admin.ask("openIncident", input=incident)
    incident_id = opened["incident"]["id"]
    staff = {Role.ADMIN: admin}
    for role in (Role.COORDINATOR, Role.OFFICER, Role.CALL_TAKER):
        staff[role] = await _invite(admin, stranger, NewInvite(role, incident_id), NAMES[role])
    coordinator = staff[Role.COORDINATOR]

    async def open_site(site: PlannedSite, volunteer: str) -> tuple[str, Phone]:
        new = NewSite(incident_id, site.name, site.kind, site.point, site.town.text, site.capacity)
        added = await coordinator.ask("addSite", input=new)
        site_id = str(added["site"]["id"])
        return site_id, await _invite(coordinator, stranger, NewInvite(Role.VOLUNTEER, site_id=site_id), volunteer)

    # Many at a time, since nobody waits for the other.
    volunteer_names = [NAMES[Role.VOLUNTEER], *(f"Volunteer {number}" for number in range(2, len(planned) + 1))]
    opened_sites = await asyncio.gather(*map(open_site, planned, volunteer_names))
    volunteers = dict(opened_sites)
    sites = [OpenSite(site_id, site.point) for (site_id, _), site in zip(opened_sites, planned, strict=True)]
    staff[Role.VOLUNTEER] = volunteers[sites[0].id]
    names = {site.id: plan.name for site, plan in zip(sites, planned, strict=True)}
    desk = await set_up_desk(coordinator, SIGN_IN_NAME, clock)
    return Scene(incident_id, incident.alert_threshold or 1.0, sites, names, staff, volunteers, desk)


async def _invite(host: Phone, stranger: Phone, new: NewInvite, name: str) -> Phone:
    made = await host.ask("createInvite", input=new)
    return await _accept(stranger, urlsplit(made["link"]).fragment, name)


async def _accept(stranger: Phone, secret: str, name: str) -> Phone:
    said = {"secret": secret, "name": invented(name), "retryKey": new_retry_key()}
    accepted = await stranger.ask("acceptInvite", input=said)
    return stranger.signed_in(accepted["token"])
