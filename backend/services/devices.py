"""Devices that want to be told: a phone subscribes, renews what its browser changed, and takes itself off again."""

from collections.abc import Sequence
from dataclasses import replace

from backend.domain.account import Viewer
from backend.domain.device import Device, NewDevice
from backend.domain.errors import conflict, not_found
from backend.domain.event import Event, EventKind
from backend.services.access import signed_in
from backend.services.audit import tell
from backend.services.collaborators import Collaborators
from backend.services.identifiers import given_or_new
from backend.services.nearby_places import keys_of
from backend.services.sessions import require_still_signed_in
from backend.store.devices import renew
from backend.store.records import Duplicate, Session


async def register_device(use: Collaborators, viewer: Viewer | None, new: NewDevice) -> Device:
    """Subscribe a device of the viewer's. The same endpoint again gives the device that is there, in the language
    that is asked for now, and where the viewer is by now. A subscription that replaces another of the viewer's takes
    its place, and what is queued for that one; where it is gone already, it is a new one.

    Raises: DomainError UNAUTHENTICATED, INVALID, CONFLICT.
    """
    known = signed_in(viewer)
    use.check_device(new)
    now = use.clock()
    device = Device(
        id=given_or_new(use, new.id),
        owner_id=known.id,
        endpoint=new.endpoint,
        public_key=new.public_key,
        auth_secret=new.auth_secret,
        language=new.language,
        version=1,
        created_at=now,
        updated_at=now,
        server_key=new.push_key or use.push_key,
        places=keys_of(use, known, await use.store.alert_choices.get(known.id)),
    )
    before = None if new.replaces is None else await use.store.devices.get(new.replaces)
    if before is not None and before.owner_id == known.id and before.endpoint != new.endpoint:
        device = replace(device, id=before.id, version=before.version + 1, created_at=before.created_at)
    else:
        before = None

    async def write(session: Session) -> None:
        await require_still_signed_in(use, known, session)
        if before is None:
            await use.store.devices.insert(device, session)
        elif not await renew(use.store, device, before.version, session):
            raise conflict("This device is being changed right now. Please try again.", "replaces")
        kind = EventKind.DEVICE_REGISTERED if before is None else EventKind.DEVICE_RENEWED
        await tell(use, known, session, _event(use, kind, device, known))

    there = await _own_device(use, known, new.endpoint)
    if there is None:
        try:
            await use.store.transact(write)
        except Duplicate:
            there = await _own_device(use, known, new.endpoint)
        else:
            return device
    if there is None or (there.public_key, there.auth_secret) != (new.public_key, new.auth_secret):
        raise conflict("This device is subscribed already, with other keys. Remove it first.", "endpoint")
    if before is not None:
        await remove_device(use, known, before.id)
    await use.store.make_durable()
    return await _as_of_now(use, there, new.language, device.places)


async def remove_device(use: Collaborators, viewer: Viewer | None, device_id: str) -> None:
    """Take one of the viewer's own devices off.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND.
    """
    known = signed_in(viewer)
    device = await use.store.devices.get(device_id)
    if device is None or device.owner_id != known.id:
        raise not_found("device")

    async def write(session: Session) -> None:
        await use.store.devices.delete(device.id, session)
        await tell(use, known, session, _event(use, EventKind.DEVICE_REMOVED, device, known))

    await use.store.transact(write)


async def languages_of(use: Collaborators, viewers: Sequence[Viewer | None]) -> list[str | None]:
    """The language of the newest device of each viewer; None for one without a device, and for a stranger."""
    return [await _language_of(use, viewer) for viewer in viewers]


async def _language_of(use: Collaborators, viewer: Viewer | None) -> str | None:
    if viewer is None:
        return None
    newest = await use.store.devices.find({"ownerId": viewer.id}, order=[("updatedAt", -1), ("_id", -1)], limit=1)
    return newest[0].language if newest else None


async def _own_device(use: Collaborators, viewer: Viewer, endpoint: str) -> Device | None:
    own = await use.store.devices.find({"ownerId": viewer.id})
    return next((device for device in own if device.endpoint == endpoint), None)


async def _as_of_now(use: Collaborators, device: Device, language: str, places: tuple[str, ...]) -> Device:
    """The device, told in this language from now on, and of what is near to these places."""
    if (device.language, device.places) == (language, places):
        return device
    following = replace(device, language=language, places=places, version=device.version + 1, updated_at=use.clock())
    if not await use.store.devices.replace(following, device.version):
        raise conflict("This device is being changed right now. Please try again.", "endpoint")
    return following


def _event(use: Collaborators, kind: EventKind, device: Device, viewer: Viewer) -> Event:
    return Event(id=use.new_id(), kind=kind, subject_id=device.id, actor_id=viewer.id, at=use.clock())
