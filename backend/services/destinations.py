"""Where somebody may be moved to: the open sites of the incident, by name and kind alone."""

from backend.domain.account import Viewer
from backend.domain.errors import not_found
from backend.domain.site import Site
from backend.services.access import Action, require_of_record
from backend.services.audit import looking_for
from backend.services.collaborators import Collaborators
from backend.services.registrations import where


async def destinations_of(use: Collaborators, viewer: Viewer | None, registration_id: str) -> list[Site]:
    """The open sites that this person is not at, by name. A volunteer, who sees the own site only, is shown of these no
    more than what each is called and what it is.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN.
    """
    registration = await use.store.registrations.get(registration_id)
    place = None if registration is None else where(registration)
    with looking_for(use, viewer, registration_id):
        require_of_record(viewer, Action.MOVE_REGISTRATION, Action.READ_REGISTRATION, place, "registration")
        if registration is None:
            raise not_found("registration")
    sites = await use.store.sites.find({"incidentId": registration.incident_id})
    others = (site for site in sites if site.open and site.id != registration.site_id)
    return sorted(others, key=lambda site: (site.name.casefold(), site.id))
