"""Registrations: one person or several siblings taken in, changed, moved between sites, read."""

from collections.abc import Sequence
from dataclasses import replace

from backend.domain.account import Role, Viewer
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import DomainError, Problem, conflict, not_found
from backend.domain.event import Event, EventKind
from backend.domain.incident import Incident, IncidentStatus
from backend.domain.person import Person, Place
from backend.domain.registration import (
    Confirmation,
    NewRegistration,
    Registration,
    RegistrationChanges,
    RegistrationStatus,
)
from backend.domain.site import Site
from backend.domain.validation import (
    refuse_if_any,
    registration_change_problems,
    registration_problems,
    sibling_problems,
)
from backend.services.access import Action, Where, may, require, require_of_record
from backend.services.audit import looking_for, saw, tell
from backend.services.changes import changed, names_said, require_seen, stale
from backend.services.collaborators import Collaborators
from backend.services.identifiers import given_or_new
from backend.services.paging import Page, PageRequest, read_page
from backend.services.rates import asker, count_filing
from backend.services.subjects import as_of, fields_of_registration
from backend.store.codec import digest
from backend.store.records import Duplicate, Session


async def register_person(use: Collaborators, viewer: Viewer | None, new: NewRegistration) -> Registration:
    """Register one person. Saying the same again under the same id gives the same registration, whoever says it.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID, CONFLICT.
    """
    registrations = await _register(use, viewer, (new,), group_id=None, fields=("",))
    return registrations[0]


async def register_siblings(
    use: Collaborators, viewer: Viewer | None, siblings: tuple[NewRegistration, ...], group_id: str | None = None
) -> tuple[Registration, ...]:
    """Register children who belong together: all of them or none.

    Raises: as register_person; a problem's field begins with `siblings.` and the child's place in the list.
    """
    refuse_if_any(sibling_problems(siblings))
    fields = tuple(f"siblings.{index}." for index in range(len(siblings)))
    return await _register(use, viewer, siblings, group_id=given_or_new(use, group_id, "groupId"), fields=fields)


async def _register(
    use: Collaborators,
    viewer: Viewer | None,
    news: tuple[NewRegistration, ...],
    *,
    group_id: str | None,
    fields: tuple[str, ...],
) -> tuple[Registration, ...]:
    site = await use.store.sites.get(news[0].site_id)
    known = require_of_record(viewer, Action.REGISTER, Action.READ_SITE, _where_site(site), "site")
    if site is None:
        raise not_found("site")
    unverified = known.role is Role.UNVERIFIED_REGISTRAR
    for _ in news if unverified else ():
        count_filing(use.rates, asker(known, ""))
    incident = await _open_incident(use, site.incident_id)
    now = use.clock()
    refuse_if_any(
        problem for new, field in zip(news, fields, strict=True) for problem in registration_problems(new, now, field)
    )
    if not all(site.takes_in(new.found_at) for new in news):
        # What a phone without a network wrote down while the site was open is taken, however late it comes.
        raise conflict("This site is closed. Who comes now is taken in at an open one.", f"{fields[0]}siteId")
    registrations = [
        Registration(
            id=given_or_new(use, new.id, f"{field}id"),
            incident_id=site.incident_id,
            site_id=site.id,
            group_id=group_id,
            care_status=new.care_status,
            status=RegistrationStatus.IN_CARE,
            person=as_of(new.person, now),
            found_at=new.found_at,
            found_place=new.found_place,
            medical_notes=new.medical_notes,
            photo_ids=(),
            synthetic=incident.synthetic,
            registered_by=known.id,
            version=1,
            created_at=now,
            updated_at=now,
            confirmation=Confirmation.UNCONFIRMED if unverified else Confirmation.NOT_NEEDED,
            awaited_photo_id=None if new.photo_id is None else given_or_new(use, new.photo_id, f"{field}photoId"),
        )
        for new, field in zip(news, fields, strict=True)
    ]
    # Not by whom: who comes in anew on a phone sends what somebody else saved there, and it is the same.
    said = [digest(group_id, new) for new in news]

    async def write(session: Session) -> None:
        # First: the embedded database tells of it once all that began to write before it has ended.
        told = (event(use, EventKind.PERSON_REGISTERED, registration, known) for registration in registrations)
        await tell(use, known, session, *told)
        for registration, content in zip(registrations, said, strict=True):
            kept = {"digest": content, **fields_of_registration(registration, site, use.clock())}
            await use.store.registrations.insert(registration, session, beside=kept)

    try:
        await use.store.transact(write)
    except Duplicate:
        return await _as_before(use, known, registrations, said, fields)
    return tuple(registrations)


async def _as_before(
    use: Collaborators, viewer: Viewer, news: Sequence[Registration], said: Sequence[str], fields: Sequence[str]
) -> tuple[Registration, ...]:
    """What an earlier, identical call wrote and the viewer may still read.

    Raises: DomainError CONFLICT, naming each id that belongs to something else.
    """
    there = await use.store.registrations.get_many(new.id for new in news)
    problems: list[Problem] = []
    shown = [record for record in there.values() if may(viewer, Action.READ_REGISTRATION, where(record))]
    for new, content, field in zip(news, said, fields, strict=True):
        same = new.id in there and await use.store.registrations.was_said(new.id, content)
        if not same:
            problems.extend(conflict("Another registration has this id.", f"{field}id").problems)
        elif not may(viewer, Action.READ_REGISTRATION, where(there[new.id])):
            # It was moved on, or confirmed, since: the phone may forget it, and learns no more than that it was saved.
            there[new.id] = replace(new, version=there[new.id].version)
    if problems:
        raise DomainError(problems)
    await use.store.make_durable()
    await saw(use, viewer, AuditAction.READ_REGISTRATION, Part.DESCRIPTION, shown)
    return tuple(there[new.id] for new in news)


async def change_registration(
    use: Collaborators, viewer: Viewer | None, registration_id: str, version: int, changes: RegistrationChanges
) -> Registration:
    """Change a registration of which `version` was seen.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID, STALE.
    """
    registration, known = await _for_change(use, viewer, registration_id, Action.CHANGE_REGISTRATION)
    require_seen(registration, version)
    now = use.clock()
    refuse_if_any(registration_change_problems(changes, now))
    if changes.person is not None:
        changes = replace(changes, person=as_of(changes.person, now))
    following = changed(registration, changes, version=version + 1, updated_at=now)
    following = written_in_by(following, known.id)
    said = names_said(changes)
    told = event(use, EventKind.REGISTRATION_UPDATED, following, known)
    return await _replace(use, known, following, version, told, said)


async def move_registration(
    use: Collaborators, viewer: Viewer | None, registration_id: str, version: int, site_id: str
) -> Registration:
    """Move a person to another site of the same incident; from then on the volunteers there see it, and no longer those
    here. Said again after an answer that was lost, it says that it is done, and shows who may see the person no more
    nothing but that.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, CONFLICT, STALE.
    """
    registration = await use.store.registrations.get(registration_id)
    place = None if registration is None else where(registration)
    with looking_for(use, viewer, registration_id):
        try:
            known = require_of_record(viewer, Action.MOVE_REGISTRATION, Action.READ_REGISTRATION, place, "registration")
        except DomainError:
            done = await _own_move(use, viewer, registration_id, registration, site_id)
            if registration is None or done is None:
                raise
            return _as_it_was_moved(registration, done, version + 1)
        if registration is None:
            raise not_found("registration")
    if registration.version > version and await _own_move(use, known, registration_id, registration, site_id):
        await saw(use, known, AuditAction.READ_REGISTRATION, Part.DESCRIPTION, [registration])
        return registration
    require_seen(registration, version)
    site = await use.store.sites.get(site_id)
    if site is None or site.incident_id != registration.incident_id:
        raise not_found("site")
    if not site.open:
        raise conflict("This site is closed. Please choose an open one.", "siteId")
    if registration.status is not RegistrationStatus.IN_CARE:
        raise conflict("This person is no longer in care, and so cannot be moved.", "id")
    following = replace(registration, site_id=site.id, version=version + 1, updated_at=use.clock())
    following = written_in_by(following, known.id)
    moved = replace(event(use, EventKind.REGISTRATION_MOVED, following, known), from_site_id=registration.site_id)
    return await _replace(use, known, following, version, moved, ["site_id"])


def _as_it_was_moved(registration: Registration, done: Event, version: int) -> Registration:
    return replace(
        registration,
        person=Person(),
        found_place=Place(),
        medical_notes=None,
        photo_ids=(),
        status=RegistrationStatus.IN_CARE,
        version=version,
        updated_at=done.at,
    )


async def _own_move(
    use: Collaborators, viewer: Viewer | None, registration_id: str, present: Registration | None, site_id: str
) -> Event | None:
    """The event of the last move of this person, where the viewer made it, and to this site."""
    told = await use.store.events.find({"subjectId": registration_id}, order=[("_id", 1)])
    last = next((one for one in reversed(told) if one.kind is EventKind.REGISTRATION_MOVED), None)
    if last is None or present is None or viewer is None:
        return None
    return last if (last.actor_id, last.site_id, present.site_id) == (viewer.id, site_id, site_id) else None


async def get_registration(use: Collaborators, viewer: Viewer | None, registration_id: str) -> Registration:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    registration = await use.store.registrations.get(registration_id)
    place = None if registration is None else where(registration)
    with looking_for(use, viewer, registration_id):
        require_of_record(viewer, Action.READ_REGISTRATION, Action.READ_REGISTRATION, place, "registration")
        if registration is None:
            raise not_found("registration")
    await saw(use, viewer, AuditAction.READ_REGISTRATION, Part.DESCRIPTION, [registration])
    return registration


async def get_registrations(
    use: Collaborators, viewer: Viewer | None, registration_ids: Sequence[str]
) -> list[Registration | None]:
    """In the order asked for; None for what is absent or not the viewer's to see."""
    found = await visible_registrations(use, viewer, registration_ids)
    await saw(use, viewer, AuditAction.READ_REGISTRATION, Part.DESCRIPTION, filter(None, found))
    return found


async def visible_registrations(
    use: Collaborators, viewer: Viewer | None, registration_ids: Sequence[str]
) -> list[Registration | None]:
    """As get_registrations, for who shows only some of them, and says which (`saw`)."""
    found = await use.store.registrations.get_many(registration_ids)
    records = (found.get(registration_id) for registration_id in registration_ids)
    return [record if record and may(viewer, Action.READ_REGISTRATION, where(record)) else None for record in records]


async def list_registrations(
    use: Collaborators,
    viewer: Viewer | None,
    incident_id: str,
    site_id: str | None,
    request: PageRequest,
    *,
    confirmation: Confirmation | None = None,
) -> Page[Registration]:
    """The registrations of one site, or of the whole incident, newest first; only those of one confirmation.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    require(viewer, Action.READ_REGISTRATION, Where(incident_id=incident_id, site_id=site_id))
    wanted: dict[str, object] = {"incidentId": incident_id}
    if site_id is not None:
        wanted["siteId"] = site_id
    if confirmation is not None:
        # What is at its default is not kept.
        wanted["confirmation"] = None if confirmation is Confirmation.NOT_NEEDED else confirmation.value
    page = await read_page(use, use.store.registrations, wanted, request)
    await saw(use, viewer, AuditAction.READ_REGISTRATION, Part.DESCRIPTION, page.records)
    return page


def where(registration: Registration) -> Where:
    own = registration.confirmation is Confirmation.UNCONFIRMED and not registration.taken_over
    return Where(
        incident_id=registration.incident_id,
        site_id=registration.site_id,
        owner_id=registration.registered_by if own else None,
    )


def written_in_by(registration: Registration, account_id: str) -> Registration:
    """The registration, which is no longer its maker's own once somebody else has written in it."""
    return replace(registration, taken_over=registration.taken_over or account_id != registration.registered_by)


async def medical_notes(use: Collaborators, viewer: Viewer | None, registration: Registration) -> str | None:
    """The medical notes, for those who need them for care, and None for everybody else."""
    if registration.medical_notes is None or not may(viewer, Action.READ_MEDICAL, where(registration)):
        return None
    await saw(use, viewer, AuditAction.READ_REGISTRATION, Part.MEDICAL_NOTES, [registration])
    return registration.medical_notes


async def _for_change(
    use: Collaborators, viewer: Viewer | None, registration_id: str, action: Action
) -> tuple[Registration, Viewer]:
    registration = await use.store.registrations.get(registration_id)
    place = None if registration is None else where(registration)
    with looking_for(use, viewer, registration_id):
        known = require_of_record(viewer, action, Action.READ_REGISTRATION, place, "registration")
        if registration is None:
            raise not_found("registration")
    return registration, known


async def _replace(
    use: Collaborators, viewer: Viewer, following: Registration, seen: int, told: Event, said: Sequence[str]
) -> Registration:
    async def write(session: Session) -> None:
        await tell(use, viewer, session, told, fields=said)
        await keep_changed(use, following, seen, session)

    await use.store.transact(write)
    return following


async def keep_changed(use: Collaborators, following: Registration, seen: int, session: Session) -> None:
    """Put a registration in the place of its version `seen`, with what the matcher sees of it.

    Raises: DomainError NOT_FOUND, STALE.
    """
    site = await use.store.sites.get(following.site_id)
    if site is None:
        raise not_found("site")
    beside = fields_of_registration(following, site, use.clock())
    if not await use.store.registrations.replace(following, seen, session, beside=beside):
        raise stale()


async def _open_incident(use: Collaborators, incident_id: str) -> Incident:
    """Raises: DomainError CONFLICT once the incident is closed."""
    incident = await use.store.incidents.get(incident_id)
    if incident is None:
        raise not_found("incident")
    if incident.status is IncidentStatus.CLOSED:
        raise conflict("This incident is closed: nobody can be registered in it any more.", "siteId")
    return incident


def _where_site(site: Site | None) -> Where | None:
    return None if site is None else Where(incident_id=site.incident_id, site_id=site.id)


def event(use: Collaborators, kind: EventKind, registration: Registration, viewer: Viewer) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=registration.id,
        actor_id=viewer.id,
        at=use.clock(),
        incident_id=registration.incident_id,
        site_id=registration.site_id,
    )
