"""Where somebody is signed in: what is written beside the start of a session, and ending several of them."""

from datetime import datetime

from backend.domain.account import Session
from backend.store import records
from backend.store.records import Records


async def used(sessions: Records[Session], session_id: str, at: datetime) -> None:
    await sessions.collection.update_one({"_id": session_id}, {"$set": {"lastUsedAt": at}})


async def proven(
    sessions: Records[Session], session_id: str, at: datetime, session: records.Session | None = None
) -> None:
    """Keep when a session's holder last proved with the second factor who they are."""
    await sessions.collection.update_one({"_id": session_id}, {"$set": {"provenAt": at}}, session=session)


async def end_all_of(
    sessions: Records[Session], account_id: str, session: records.Session, *, but: str | None = None
) -> None:
    """End an account's sessions, all or all but one."""
    # One indexed field alone, then by id: with a second condition the embedded database reads all sessions.
    for one in await sessions.find({"accountId": account_id}, session=session):
        if one.id != but:
            await sessions.delete(one.id, session)


async def keep_pin(sessions: Records[Session], session_id: str, pin_hash: str, session: records.Session) -> None:
    await sessions.collection.update_one(
        {"_id": session_id}, {"$set": {"pinHash": pin_hash}, "$unset": {"wrongPins": ""}}, session=session
    )


async def count_pin(sessions: Records[Session], session_id: str, session: records.Session) -> None:
    await sessions.collection.update_one({"_id": session_id}, {"$inc": {"wrongPins": 1}}, session=session)


async def unlocked(sessions: Records[Session], session_id: str, at: datetime) -> None:
    """A right PIN was entered: wrong ones before it are forgotten, and it was a use of the session."""
    await sessions.collection.update_one({"_id": session_id}, {"$set": {"lastUsedAt": at}, "$unset": {"wrongPins": ""}})


async def end_all_of_family(sessions: Records[Session], family_id: str, session: records.Session) -> None:
    for one in await sessions.find({"familyId": family_id}, session=session):
        await sessions.delete(one.id, session)


async def end(sessions: Records[Session], ended: Session, session: records.Session) -> bool:
    """End a session with those that it was renewed from and to; False where it had ended before."""
    earlier = None if ended.replaces is None else await sessions.get(ended.replaces, session)
    beside = () if earlier is None else (earlier.id, *earlier.successors)
    for other_id in {*beside, *ended.successors} - {ended.id}:
        await sessions.delete(other_id, session)
    return await sessions.delete(ended.id, session)


async def keep_successors(
    sessions: Records[Session], session_id: str, successors: tuple[str, ...], session: records.Session
) -> None:
    await sessions.collection.update_one(
        {"_id": session_id}, {"$set": {"successors": list(successors)}}, session=session
    )


async def taken_over(
    sessions: Records[Session], session_id: str, replaced_id: str, until: datetime, session: records.Session
) -> None:
    """A session stands for itself from now on, and the one that it replaces until then."""
    await sessions.collection.update_one({"_id": session_id}, {"$unset": {"unused": ""}}, session=session)
    await sessions.collection.update_one(
        {"_id": replaced_id}, {"$set": {"replaced": True, "expiresAt": until}}, session=session
    )
