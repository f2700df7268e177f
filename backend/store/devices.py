"""Devices that changed their subscription, or lost it."""

from collections.abc import Iterable, Sequence

from pymongo import DeleteOne

from backend.domain.device import Device
from backend.store.database import Store
from backend.store.records import Session


async def renew(store: Store, device: Device, seen: int, session: Session) -> bool:
    """Put a device with another endpoint in the place of its version seen; False where that is no longer the present.

    Taken away and written anew, since the embedded database keeps an old value taken where one under a unique index
    changes, and a browser may come back to an endpoint.
    """
    result = await store.devices.collection.delete_one({"_id": device.id, "version": seen}, session=session)
    if result.deleted_count == 0:
        return False
    await store.devices.insert(device, session)
    return True


async def forget(store: Store, seen: Iterable[tuple[str, int]], session: Session) -> None:
    """Delete devices, by id, but those that have been renewed since this version of theirs was seen."""
    deletions = [DeleteOne({"_id": device_id, "version": version}) for device_id, version in seen]
    if deletions:
        await store.devices.collection.bulk_write(deletions, ordered=False, session=session)


async def put_at(store: Store, owner_id: str, places: Sequence[str], session: Session) -> None:
    """Keep where the owner of devices is, by its keys: no change of the devices themselves."""
    await store.devices.collection.update_many(
        {"ownerId": owner_id}, {"$set": {"places": list(places)}}, session=session
    )
