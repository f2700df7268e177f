"""Incidents: opening, changing, reading."""

from collections.abc import Sequence
from dataclasses import replace

from backend.domain.account import Viewer
from backend.domain.errors import conflict, not_found
from backend.domain.event import Event, EventKind
from backend.domain.incident import Incident, IncidentChanges, IncidentStatus, NewIncident
from backend.domain.validation import incident_problems, refuse_if_any
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.audit import tell
from backend.services.changes import changed, names_said, require_seen, stale
from backend.services.collaborators import Collaborators
from backend.services.identifiers import given_or_new
from backend.services.models import first_model, put_model, rescaled, rules_of, start_rescoring
from backend.services.paging import Page, PageRequest, read_page
from backend.services.proofs import require_proof
from backend.store.codec import digest, to_document
from backend.store.records import Duplicate, Session


async def open_incident(
    use: Collaborators, viewer: Viewer | None, new: NewIncident, incident_id: str | None = None
) -> Incident:
    """Open an incident; a coordinator who opens one works in it from then on.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID, CONFLICT.
    """
    known = require(viewer, Action.OPEN_INCIDENT, Where())
    refuse_if_any(incident_problems(new))
    now = use.clock()
    incident = Incident(
        id=given_or_new(use, incident_id),
        name=new.name,
        kind=new.kind,
        status=IncidentStatus.ACTIVE,
        scale=new.scale,
        area=new.area,
        child_age_limit=new.child_age_limit,
        retention_days=new.retention_days,
        propose_threshold=new.propose_threshold,
        alert_threshold=new.alert_threshold,
        synthetic=new.synthetic,
        escalate_minutes=new.escalate_minutes,
        phone=new.phone,
        created_by=known.id,
        version=1,
        created_at=now,
        updated_at=now,
    )
    said = digest(known.id, new)

    async def write(session: Session) -> None:
        model = to_document(first_model(incident))
        await use.store.incidents.insert(incident, session, beside={"digest": said, "model": model})
        await use.store.accounts.collection.update_one(
            {"_id": known.id}, {"$addToSet": {"incidentIds": incident.id}}, session=session
        )
        await tell(use, known, session, _event(use, EventKind.INCIDENT_OPENED, incident, known))

    try:
        await use.store.transact(write)
    except Duplicate:
        return await _as_before(use, incident.id, said)
    return incident


async def _as_before(use: Collaborators, incident_id: str, said: str) -> Incident:
    there = await use.store.incidents.get(incident_id)
    if there is None or not await use.store.incidents.was_said(incident_id, said):
        raise conflict("Another incident has this id.", "id")
    await use.store.make_durable()
    return there


async def change_incident(
    use: Collaborators, viewer: Viewer | None, incident_id: str, version: int, changes: IncidentChanges
) -> Incident:
    """Change an incident of which `version` was seen. Another scale, or other thresholds, have all of it rescored.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID, STALE, STEP_UP_NEEDED; CONFLICT for
    opening one again whose records are destroyed.
    """
    incident = await use.store.incidents.get(incident_id)
    where = None if incident is None else Where(incident_id=incident.id)
    known = require_of_record(viewer, Action.CHANGE_INCIDENT, Action.READ_INCIDENT, where, "incident")
    if incident is None:
        raise not_found("incident")
    require_seen(incident, version)
    refuse_if_any(incident_problems(changes))
    now = use.clock()
    following = changed(incident, changes, version=version + 1, updated_at=now)
    if (following.status, following.retention_days) != (incident.status, incident.retention_days):
        await require_proof(use, known)  # it says when what is kept of people is destroyed
    if following.status is not incident.status:
        if incident.destroying_since is not None:
            raise conflict("The records of this incident are destroyed. Open a new one.", "status")
        following = replace(following, closed_at=now if following.status is IncidentStatus.CLOSED else None)

    async def write(session: Session) -> None:
        if not await use.store.incidents.replace(following, version, session):
            raise stale()
        told = _event(use, EventKind.INCIDENT_UPDATED, following, known)
        await tell(use, known, session, told, fields=names_said(changes))
        await _judge_anew(use, incident, following, known, session)

    await use.store.transact(write)
    return following


async def _judge_anew(use: Collaborators, before: Incident, after: Incident, viewer: Viewer, session: Session) -> None:
    """Have matches and duplicates follow the scale and the thresholds, where these have changed."""
    rescaling = before.scale is not after.scale
    thresholds = (before.propose_threshold, before.alert_threshold)
    if not rescaling and thresholds == (after.propose_threshold, after.alert_threshold):
        return
    rules = await rules_of(use, after.id, session)
    if rescaling and rules is not None:
        await put_model(use, rules, rescaled(rules.model, after), session)
    await start_rescoring(use, after.id, session, actor_id=viewer.id)


async def get_incident(use: Collaborators, viewer: Viewer | None, incident_id: str) -> Incident:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    incident = await use.store.incidents.get(incident_id)
    where = None if incident is None else Where(incident_id=incident.id)
    require_of_record(viewer, Action.READ_INCIDENT, Action.READ_INCIDENT, where, "incident")
    if incident is None:
        raise not_found("incident")
    return incident


async def get_incidents(
    use: Collaborators, viewer: Viewer | None, incident_ids: Sequence[str]
) -> list[Incident | None]:
    """In the order asked for; None for what is absent or not the viewer's to see."""
    found = await use.store.incidents.get_many(incident_ids)
    return [
        found.get(incident_id) if may(viewer, Action.READ_INCIDENT, Where(incident_id=incident_id)) else None
        for incident_id in incident_ids
    ]


async def list_incidents(use: Collaborators, viewer: Viewer | None, request: PageRequest) -> Page[Incident]:
    """The incidents that the viewer works in; all of them for an administrator."""
    if may(viewer, Action.READ_INCIDENT, Where()):
        return await read_page(use, use.store.incidents, {}, request)
    own = viewer.incident_ids if viewer is not None else ()
    ids = [one for one in sorted(own) if may(viewer, Action.READ_INCIDENT, Where(incident_id=one))]
    return await read_page(use, use.store.incidents, {"_id": {"$in": ids}}, request)


async def open_incidents(use: Collaborators) -> list[Incident]:
    """The incidents in which anybody may file a report: what a family chooses from, without signing in."""
    return await use.store.incidents.find(
        {"status": {"$ne": IncidentStatus.CLOSED.value}}, order=[("_id", -1)], limit=100
    )


def _event(use: Collaborators, kind: EventKind, incident: Incident, viewer: Viewer) -> Event:
    return Event(
        id=use.new_id(), kind=kind, subject_id=incident.id, actor_id=viewer.id, at=use.clock(), incident_id=incident.id
    )
