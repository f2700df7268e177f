"""Destroying the records of people once an incident's days are over, or at an operator's word; ids and times stay.

Begun once, then page by page by whoever has time, each page in one transaction; what was taken away is not counted on,
only what is left, so that it may be cut off anywhere.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from backend.domain.account import Role
from backend.domain.errors import DomainError, conflict
from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.incident import Incident, IncidentStatus, destroyed_after
from backend.domain.subject import Side
from backend.domain.tombstone import Tombstone
from backend.services.audit import tell
from backend.services.changes import stale
from backend.services.collaborators import Collaborators
from backend.services.figures import PUBLISHED
from backend.services.rescoring import LOOK_AGAIN, SCORING
from backend.store.destroying import SOURCES, some_left, take_accounts_away, take_away, take_families_away
from backend.store.map import forget_finer
from backend.store.records import Session
from backend.store.work import is_claimed_since_before

AT_A_TIME = 100
AT_ONCE = timedelta(0)
UNDER_WAY = timedelta(minutes=1)
"""Much longer than a request lasts that began while the incident was open."""
LOOK_EVERY_SECONDS = 2.0
_SIDES = {"registrations": Side.REGISTRATION, "reports": Side.REPORT}


async def begin_destroying(use: Collaborators, incident_id: str, actor_id: str) -> Incident:
    """Say that the records of an incident are destroyed from now on, for good. Said again, it is as it was.

    Raises: DomainError CONFLICT while the incident is not closed, just was, or, where nobody says so, is not due.
    """

    async def write(session: Session) -> Incident:
        incident = await use.store.incidents.get(incident_id, session)
        due = None if incident is None else destroyed_after(incident)
        if incident is None or due is None:
            raise conflict("This incident is not closed: its records are still needed. Close it first.")
        if incident.destroying_since is not None:
            return incident
        now = use.clock()
        if actor_id == SYSTEM and now < due:
            raise conflict("The days of this incident are not over yet.")
        if now < (incident.closed_at or incident.updated_at) + UNDER_WAY:
            raise conflict("This incident was closed just now, and a record may still be under way. Wait a minute.")
        following = replace(incident, destroying_since=now, version=incident.version + 1, updated_at=now)
        if not await use.store.incidents.replace(following, incident.version, session):
            raise stale()
        await tell(use, None, session, _event(use, EventKind.DESTRUCTION_BEGUN, incident_id, actor_id))
        return following

    return await use.store.transact(write)


async def begin_what_is_due(use: Collaborators) -> None:
    """Begin with the incidents whose days are over."""
    for incident in await use.store.incidents.find({"status": IncidentStatus.CLOSED.value}):
        due = destroyed_after(incident)
        if incident.destroying_since is None and due is not None and due <= use.clock():
            with suppress(DomainError):  # somebody has given it more days, or opened it again, at this moment
                await begin_destroying(use, incident.id, SYSTEM)


async def destroy_page(use: Collaborators, incident_id: str, session: Session) -> timedelta | None:
    """Destroy some of what is left. Returns how soon to come back for the rest; None where nothing is left."""
    incident = await use.store.incidents.get(incident_id, session)
    if incident is None or incident.destroying_since is None or incident.destroyed_at is not None:
        return None
    # What is being scored meanwhile would be written beside what is gone by then.
    began = incident.destroying_since
    if await is_claimed_since_before(use.store.events.collection, began, use.clock(), SCORING, session):
        return LOOK_AGAIN
    for name in SOURCES:
        found = await some_left(use.store, name, incident_id, AT_A_TIME, session)
        if not found:
            continue
        ids = [one["_id"] for one in found]
        if name in _SIDES:
            now = use.clock()
            await use.store.tombstones.insert_many(
                [Tombstone(one["_id"], incident_id, _SIDES[name], one["createdAt"], now) for one in found], session
            )
        families = sorted({one["familyId"] for one in found if "familyId" in one})
        if families:
            await take_families_away(use.store, families, session)
        await take_away(use.store, name, ids, session)
        return AT_ONCE
    await _end(use, incident, session)
    return None


async def work_off(use: Collaborators, incident_id: str) -> AsyncIterator[int]:
    """Destroy page after page, beside a worker or without one; how many tombstones stand, now and then."""
    looked = monotonic()
    while True:
        pause = await use.store.transact(lambda session: destroy_page(use, incident_id, session))
        # To count them takes longer than a page, once there are many.
        if pause is None or monotonic() - looked > LOOK_EVERY_SECONDS:
            yield await use.store.tombstones.collection.count_documents({"incidentId": incident_id})
            looked = monotonic()
        if pause is None:
            return
        await asyncio.sleep(pause.total_seconds())


async def _end(use: Collaborators, incident: Incident, session: Session) -> None:
    """Helpers without an account go with the records, and counts in smaller cells than figures are published in."""
    wanted = {"incidentIds": incident.id, "role": Role.UNVERIFIED_REGISTRAR.value}
    helpers = await use.store.accounts.find(wanted, session=session)
    await take_accounts_away(use.store, [one.id for one in helpers], session)
    await forget_finer(use.store, incident.id, PUBLISHED, session)
    now = use.clock()
    following = replace(incident, destroyed_at=now, version=incident.version + 1, updated_at=now)
    if not await use.store.incidents.replace(following, incident.version, session):
        raise stale()
    await tell(use, None, session, _event(use, EventKind.INCIDENT_DESTROYED, incident.id, SYSTEM))


def _event(use: Collaborators, kind: EventKind, incident_id: str, actor_id: str) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=incident_id,
        actor_id=actor_id,
        at=use.clock(),
        incident_id=incident_id,
    )
