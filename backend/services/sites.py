"""Sites: adding, changing, reading."""

from collections.abc import Sequence
from dataclasses import replace

from backend.domain.account import Viewer
from backend.domain.errors import conflict, not_found
from backend.domain.event import Event, EventKind
from backend.domain.site import NewSite, Site, SiteChanges
from backend.domain.validation import refuse_if_any, site_problems
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.audit import tell
from backend.services.changes import changed, names_said, require_seen, stale
from backend.services.collaborators import Collaborators
from backend.services.identifiers import given_or_new
from backend.services.paging import Page, PageRequest, read_page
from backend.store.codec import digest
from backend.store.records import Duplicate, Session


async def add_site(use: Collaborators, viewer: Viewer | None, new: NewSite, site_id: str | None = None) -> Site:
    """Add a site to an incident.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID, CONFLICT.
    """
    incident = await use.store.incidents.get(new.incident_id)
    where = None if incident is None else Where(incident_id=incident.id)
    known = require_of_record(viewer, Action.CHANGE_SITE, Action.READ_INCIDENT, where, "incident")
    refuse_if_any(site_problems(new))
    now = use.clock()
    site = Site(
        id=given_or_new(use, site_id),
        incident_id=new.incident_id,
        name=new.name,
        kind=new.kind,
        point=new.point,
        address=new.address,
        capacity=new.capacity,
        open=True,
        version=1,
        created_at=now,
        updated_at=now,
    )
    said = digest(known.id, new)

    async def write(session: Session) -> None:
        await use.store.sites.insert(site, session, beside={"digest": said})
        await tell(use, known, session, _event(use, EventKind.SITE_ADDED, site, known))

    try:
        await use.store.transact(write)
    except Duplicate:
        there = await use.store.sites.get(site.id)
        if there is None or not await use.store.sites.was_said(site.id, said):
            raise conflict("Another site has this id.", "id") from None
        await use.store.make_durable()
        return there
    return site


async def change_site(
    use: Collaborators, viewer: Viewer | None, site_id: str, version: int, changes: SiteChanges
) -> Site:
    """Change a site of which `version` was seen.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID, STALE.
    """
    site = await use.store.sites.get(site_id)
    known = require_of_record(viewer, Action.CHANGE_SITE, Action.READ_SITE, _where(site), "site")
    if site is None:
        raise not_found("site")
    require_seen(site, version)
    refuse_if_any(site_problems(changes))
    now = use.clock()
    following = changed(site, changes, version=version + 1, updated_at=now)
    if following.open != site.open:
        following = replace(following, closed_at=None if following.open else now)

    async def write(session: Session) -> None:
        if not await use.store.sites.replace(following, version, session):
            raise stale()
        told = _event(use, EventKind.SITE_UPDATED, following, known)
        await tell(use, known, session, told, fields=names_said(changes))

    await use.store.transact(write)
    return following


async def get_site(use: Collaborators, viewer: Viewer | None, site_id: str) -> Site:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    site = await use.store.sites.get(site_id)
    require_of_record(viewer, Action.READ_SITE, Action.READ_SITE, _where(site), "site")
    if site is None:
        raise not_found("site")
    return site


async def get_sites(use: Collaborators, viewer: Viewer | None, site_ids: Sequence[str]) -> list[Site | None]:
    """In the order asked for; None for what is absent or not the viewer's to see."""
    found = await use.store.sites.get_many(site_ids)
    sites = (found.get(site_id) for site_id in site_ids)
    return [
        site if site and may(viewer, Action.READ_SITE, Where(site.incident_id, site.id)) else None for site in sites
    ]


async def list_sites(use: Collaborators, viewer: Viewer | None, incident_id: str, request: PageRequest) -> Page[Site]:
    """The sites of an incident that the viewer may see: all of them, or only the viewer's own.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    known = require(viewer, Action.READ_INCIDENT, Where(incident_id=incident_id))
    wanted: dict[str, object] = {"incidentId": incident_id}
    if not may(known, Action.READ_SITE, Where(incident_id=incident_id)):
        wanted["_id"] = {"$in": sorted(known.site_ids)}
    return await read_page(use, use.store.sites, wanted, request)


def _where(site: Site | None) -> Where | None:
    return None if site is None else Where(incident_id=site.incident_id, site_id=site.id)


def _event(use: Collaborators, kind: EventKind, site: Site, viewer: Viewer) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=site.id,
        actor_id=viewer.id,
        at=use.clock(),
        incident_id=site.incident_id,
        site_id=site.id,
    )
