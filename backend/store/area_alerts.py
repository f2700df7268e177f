"""Devices by where their owners are, and how far the telling of an area has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backend.domain.alert import DeliveryState
from backend.domain.area_alert import AreaProgress, AreaRound
from backend.domain.device import Device
from backend.store.database import Store
from backend.store.records import Session

KEYS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Reached:
    """How many devices are near, how many of them not near to what was told before, and the keys of where any are."""

    devices: int
    new: int
    keys: tuple[str, ...]


async def devices_near(store: Store, keys: set[str], told: set[str]) -> Reached:
    """The devices that carry any of these keys, each counted once; and of them those without a key of `told`."""
    devices, new, found = 0, 0, set[str]()
    wanted = sorted(keys)
    for first in range(0, len(wanted), KEYS_AT_ONCE):
        some = wanted[first : first + KEYS_AT_ONCE]
        async for document in store.devices.collection.find({"places": {"$in": some}}, {"places": 1}):
            here = keys.intersection(document["places"])
            # One that is in several places is counted with the first of them.
            if min(here) >= some[0]:
                devices += 1
                new += told.isdisjoint(document["places"])
                found.update(here)
    return Reached(devices, new, tuple(sorted(found)))


async def next_devices(
    store: Store, walked: AreaRound, most: int, session: Session
) -> tuple[dict[str, Device], AreaRound]:
    """The next devices of a round, by id, and the round after them: it is done once `at` is past its keys."""
    found: dict[str, Device] = {}
    while walked.at < len(walked.keys) and len(found) < most:
        wanted: dict[str, object] = {"places": walked.keys[walked.at]}
        if walked.after is not None:
            wanted["_id"] = {"$gt": walked.after}
        room = most - len(found)
        # In the order of the index, as in `lanes.look`: no sort is asked for.
        page = await store.devices.collection.find(wanted, session=session).limit(room).to_list(None)
        found |= {device.id: device for device in store.devices.readable(page)}
        if len(page) < room:
            walked = replace(walked, at=walked.at + 1, after=None)
        else:
            walked = replace(walked, after=page[-1]["_id"])
    return found, walked


async def walk_on(store: Store, before: AreaRound, walked: AreaRound, session: Session) -> None:
    """Keep how far a round has come; its keys, which may be thousands, are not written again."""
    place = {"at": walked.at, "after": walked.after}
    await store.area_rounds.collection.update_one({"_id": before.id}, {"$set": place}, session=session)


async def told_already(store: Store, alert_id: str, device_ids: Iterable[str], session: Session) -> set[str]:
    """Those of these devices that an alert has a delivery for."""
    wanted = {"alertId": alert_id, "deviceId": {"$in": list(device_ids)}}
    cursor = store.deliveries.collection.find(wanted, {"deviceId": 1}, session=session)
    return {document["deviceId"] async for document in cursor}


_COUNTED = {
    DeliveryState.QUEUED: "queued",
    DeliveryState.RETRYING: "queued",
    DeliveryState.SENT: "sent",
    DeliveryState.FAILED: "failed",
    DeliveryState.EXPIRED: "failed",
    DeliveryState.GONE: "gone",
}


async def progress_of(store: Store, alert_ids: Sequence[str]) -> dict[str, AreaProgress]:
    """How many deliveries of each alert are in which state."""
    counts = {one: AreaProgress() for one in alert_ids}
    grouped = await store.deliveries.collection.aggregate([
        {"$match": {"alertId": {"$in": list(alert_ids)}}},
        {"$group": {"_id": {"alert": "$alertId", "state": "$state"}, "count": {"$sum": 1}}},
    ])  # fmt: skip
    async for group in grouped:
        alert_id, name = group["_id"]["alert"], _COUNTED[DeliveryState(group["_id"]["state"])]
        before = counts[alert_id]
        counts[alert_id] = replace(before, **{name: getattr(before, name) + group["count"]})
    return counts
