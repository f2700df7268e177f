"""Devices that changed their subscription, or lost it."""

from collections.abc import Sequence

from backend.domain.device import Device
from backend.store.database import Store
from backend.store.records import Session


async def renew(store: Store, device: Device, seen: int, session: Session) -> bool:
    """Put a device with another endpoint in the place of its version seen; False where that is no longer the present.

    Taken away and written anew, since the embedded database keeps an old value taken where one under a unique index
    changes, and a browser may come back to an endpoint.
    """
    if not await forget(store, device.id, seen, session):
        return False
    await store.devices.insert(device, session)
    return True


async def forget(store: Store, device_id: str, seen: int, session: Session) -> bool:
    """Delete a device, unless it has been renewed since this version was seen."""
    result = await store.devices.collection.delete_one({"_id": device_id, "version": seen}, session=session)
    return result.deleted_count == 1


async def put_at(store: Store, owner_id: str, places: Sequence[str], session: Session) -> None:
    """Keep where the owner of devices is, by its keys: no change of the devices themselves."""
    await store.devices.collection.update_many(
        {"ownerId": owner_id}, {"$set": {"places": list(places)}}, session=session
    )
