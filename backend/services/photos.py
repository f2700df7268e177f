"""Photos: added to a registration or a report, shown by a short-lived signed link to who may see the person."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from backend.domain.account import Viewer
from backend.domain.audit import AuditAction, Part
from backend.domain.errors import DomainError, ErrorCode, conflict, not_found, refusal
from backend.domain.event import Event, EventKind
from backend.domain.photo import Photo, PhotoSize
from backend.domain.registration import Confirmation, Registration
from backend.domain.report import Report
from backend.domain.subject import Side
from backend.services import registrations, reports
from backend.services.access import Action, Where, may, require_of_record
from backend.services.audit import Named, looking_for, saw, tell
from backend.services.collaborators import Collaborators
from backend.services.identifiers import given_or_new
from backend.services.images import prepare
from backend.services.secrets import keyed_hash, same
from backend.store import photo_files
from backend.store.codec import digest
from backend.store.records import Duplicate, Session

LINK_GOOD_FOR = timedelta(minutes=5)
MOST_PHOTOS = 10

_READ = {Side.REGISTRATION: Action.READ_REGISTRATION, Side.REPORT: Action.READ_REPORT}
_LOOK = {Side.REGISTRATION: AuditAction.READ_REGISTRATION, Side.REPORT: AuditAction.READ_REPORT}
_CHANGE = {Side.REGISTRATION: Action.CHANGE_REGISTRATION, Side.REPORT: Action.CHANGE_REPORT}


async def may_add_photo(
    use: Collaborators, viewer: Viewer | None, side: Side, record_id: str, photo_id: str | None
) -> Registration | Report:
    """The record that a photo is to be added to: asked before the photo's bytes are read.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN.
    """
    record = await _record(use, side, record_id)
    if isinstance(record, Registration) and _brings_awaited(viewer, record, photo_id):
        return record
    where = None if record is None else _where(record)
    with looking_for(use, viewer, record_id):
        require_of_record(viewer, _CHANGE[side], _READ[side], where, side.value.lower())
        if record is None:
            raise not_found(side.value.lower())
    return record


async def add_photo(
    use: Collaborators,
    viewer: Viewer | None,
    side: Side,
    record_id: str,
    content: bytes,
    *,
    most_megapixels: float,
    photo_id: str | None = None,
) -> Photo:
    """Keep a photo in two sizes. The same file again under the same id gives the same photo.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, FORBIDDEN, INVALID, CONFLICT, NOT_AN_IMAGE, BROKEN_IMAGE, TOO_LARGE.
    """
    record = await may_add_photo(use, viewer, side, record_id, photo_id)
    actor_id = "" if viewer is None else viewer.id
    new_id = given_or_new(use, photo_id)
    said = digest(side.value, record_id, hashlib.sha256(content).hexdigest())
    there = await use.store.photos.get(new_id)
    if there is not None:
        return await _as_before(use, there, said)
    images = await asyncio.to_thread(prepare, content, most_megapixels)
    now = use.clock()
    photo = Photo(
        id=new_id,
        side=side,
        record_id=record_id,
        incident_id=record.incident_id,
        width=images.width,
        height=images.height,
        added_by=actor_id,
        version=1,
        created_at=now,
        updated_at=now,
    )
    upload_id = use.new_id()

    async def write(session: Session) -> None:
        await use.store.photos.insert(photo, session, beside={"digest": said, "upload": upload_id})
        await _attach(use, photo, session)
        await tell(use, viewer, session, _event(use, photo, record), also=[record.id])

    try:
        await photo_files.write(use.store, photo.id, upload_id, images.files)
        await use.store.transact(write)
    except Duplicate:
        await photo_files.delete(use.store, upload_id)
        earlier = await use.store.photos.get(photo.id)
        if earlier is None:
            raise
        return await _as_before(use, earlier, said)
    except DomainError:
        await photo_files.delete(use.store, upload_id)
        raise
    await photo_files.keep_only(use.store, photo.id, upload_id)
    return photo


def _brings_awaited(viewer: Viewer | None, registration: Registration, photo_id: str | None) -> bool:
    """Whether this is the photo that was to follow, from somebody who registers in the incident: a phone is handed on,
    or its person came in anew, and the record may have been confirmed or moved meanwhile.
    """
    if viewer is None or photo_id is None or photo_id.casefold() != registration.awaited_photo_id:
        return False
    if registration.confirmation is Confirmation.DISMISSED or registration.incident_id not in viewer.incident_ids:
        return False
    places = (Where(registration.incident_id, site_id) for site_id in (*viewer.site_ids, registration.site_id))
    return any(may(viewer, Action.REGISTER, place) for place in places)


async def photos_of_records(
    use: Collaborators, viewer: Viewer | None, records: Sequence[Registration | Report]
) -> list[list[Photo]]:
    """The photos of each record, oldest first; none of a record that is not the viewer's to see."""
    seen = [record.id for record in records if may(viewer, _READ[_side(record)], _where(record))]
    found = await use.store.photos.find({"recordId": {"$in": seen}})
    with_photos = {photo.record_id for photo in found}
    for record in records:
        if record.id in with_photos:
            await saw(use, viewer, _LOOK[_side(record)], Part.PHOTO_LINKS, [record])
    return [[photo for photo in found if photo.record_id == record.id] for record in records]


def photo_link(use: Collaborators, photo: Photo, size: PhotoSize) -> str:
    """A path that shows the photo for five minutes to whoever has it: give it to nobody who may not see the person."""
    until = int((use.clock() + LINK_GOOD_FOR).timestamp())
    return f"/photos/{photo.id}/{size.value.lower()}?until={until}&signature={_signature(use, photo.id, size, until)}"


async def read_photo(use: Collaborators, photo_id: str, size: PhotoSize, until: int, signature: str) -> bytes:
    """The JPEG behind a link; whoever has the link sees it, and is nobody that the audit log could name.

    Raises: DomainError NOT_FOUND for a link that was not given out here, EXPIRED for one that is too old.
    """
    if not same(signature, _signature(use, photo_id, size, until)):
        raise not_found("photo")
    if until < use.clock().timestamp():
        raise refusal(ErrorCode.EXPIRED, "This link is too old. Please open the record again.")
    photo = await use.store.photos.get(photo_id)
    content = await _pixels(use, photo_id, size)
    if photo is None or content is None:
        raise not_found("photo")
    shown = [Named(photo.id, photo.incident_id), Named(photo.record_id, photo.incident_id)]
    await saw(use, None, AuditAction.READ_PHOTO, Part.PIXELS, shown)
    return content


async def _pixels(use: Collaborators, photo_id: str, size: PhotoSize) -> bytes | None:
    upload_id = await use.store.photos.beside(photo_id, "upload")
    while upload_id is not None:
        content = await photo_files.read(use.store, photo_id, upload_id, size)
        if content is not None:
            return content
        # Was it written anew under another key meanwhile? Then the photo names another upload now.
        before, upload_id = upload_id, await use.store.photos.beside(photo_id, "upload")
        if upload_id == before:
            return None
    return None


async def _attach(use: Collaborators, photo: Photo, session: Session) -> None:
    record = await _record(use, photo.side, photo.record_id, session)
    if record is None:
        raise not_found(photo.side.value.lower())
    if len(record.photo_ids) >= MOST_PHOTOS:
        raise conflict(f"A record has room for {MOST_PHOTOS} photos.", "file")
    with_photo = replace(
        record, photo_ids=(*record.photo_ids, photo.id), version=record.version + 1, updated_at=photo.created_at
    )
    if isinstance(with_photo, Registration):
        with_photo = registrations.written_in_by(with_photo, photo.added_by)
    replaced = (
        await use.store.registrations.replace(with_photo, record.version, session)
        if isinstance(with_photo, Registration)
        else await use.store.reports.replace(with_photo, record.version, session)
    )
    if not replaced:
        raise conflict("This record is being changed right now. Please send the photo again.", "file")


async def _as_before(use: Collaborators, photo: Photo, said: str) -> Photo:
    if not await use.store.photos.was_said(photo.id, said):
        raise _taken()
    await use.store.make_durable()
    return photo


def _taken() -> DomainError:
    return conflict("Another photo has this id.", "id")


async def _record(
    use: Collaborators, side: Side, record_id: str, session: Session | None = None
) -> Registration | Report | None:
    if side is Side.REGISTRATION:
        return await use.store.registrations.get(record_id, session)
    return await use.store.reports.get(record_id, session)


def _side(record: Registration | Report) -> Side:
    return Side.REGISTRATION if isinstance(record, Registration) else Side.REPORT


def _where(record: Registration | Report) -> Where:
    return registrations.where(record) if isinstance(record, Registration) else reports.where(record)


def _signature(use: Collaborators, photo_id: str, size: PhotoSize, until: int) -> str:
    return keyed_hash(use.keys.photo, "photo", f"{photo_id}:{size.value}:{until}")


def _event(use: Collaborators, photo: Photo, record: Registration | Report) -> Event:
    return Event(
        id=use.new_id(),
        kind=EventKind.PHOTO_ADDED,
        subject_id=photo.id,
        actor_id=photo.added_by,
        at=photo.created_at,
        incident_id=photo.incident_id,
        site_id=record.site_id if isinstance(record, Registration) else None,
        family_id=record.family_id if isinstance(record, Report) else None,
        report_id=record.id if isinstance(record, Report) else None,
        registration_id=record.id if isinstance(record, Registration) else None,
    )
