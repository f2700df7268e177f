"""Which data keys this database holds values of: so that nobody starts on it without them, or with others."""

from dataclasses import dataclass
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from backend.store.cipher import WrongKeysError
from backend.store.database import Store

COLLECTION = "dataKeys"


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """A key that values may bear, by its id. `everywhere` once nothing was left that bears another, or none."""

    id: str
    since: datetime
    everywhere: bool


async def keys_in_use(store: Store) -> list[KeyInUse]:
    """The newest first."""
    found = store.database[COLLECTION].find({}).sort("since", -1)
    return [KeyInUse(one["_id"], one["since"], one["everywhere"]) async for one in found]


async def check_keys(store: Store, now: datetime) -> None:
    """Make sure that all that is here can be read, and that the present key is known to whoever comes next.

    Raises: WrongKeysError.
    """
    _refuse_if_missing(store, await keys_in_use(store))
    entered = await use_present_key(store, now)
    try:
        # Of two that start on an empty database at once, each with keys of its own, one must not go on.
        _refuse_if_missing(store, await keys_in_use(store))
    except WrongKeysError:
        await store.database[COLLECTION].delete_one({"_id": entered.id, "since": now})
        raise


async def use_present_key(store: Store, now: datetime) -> KeyInUse:
    """Enter the present key as one in use, before it is written with; how it is entered."""
    present = store.cipher.present_id
    there = {key.id: key for key in await keys_in_use(store)}
    if present not in there:
        # On a new database it is everywhere; on one of an older release, only that command finds out.
        is_new = not there and await store.registrations.collection.find_one({}, {"_id": 1}) is None
        try:
            await store.database[COLLECTION].update_many({}, {"$set": {"everywhere": False}})
            await store.database[COLLECTION].insert_one({"_id": present, "since": now, "everywhere": is_new})
        except DuplicateKeyError:
            return await use_present_key(store, now)
        return KeyInUse(present, now, is_new)
    return there[present]


async def is_everywhere(store: Store, key_id: str) -> None:
    """Note that nothing bears another key than this one."""
    await store.database[COLLECTION].update_one({"_id": key_id}, {"$set": {"everywhere": True}})


async def forget_all_but(store: Store, key_id: str) -> None:
    await store.database[COLLECTION].delete_many({"_id": {"$ne": key_id}})


def _refuse_if_missing(store: Store, in_use: list[KeyInUse]) -> None:
    known = store.cipher.known_ids
    missing = [key.id for key in in_use if key.id not in known]
    if missing:
        here = ", ".join(sorted(known))
        raise WrongKeysError(
            f"This database is encrypted under the data key {', '.join(missing)}, which is not here ({here} is): "
            "put back its keys.json, or REUNIFY_DATA_KEYS, as they were."
        )
