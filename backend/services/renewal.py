"""Tokens renewed while they are in use, so that one that was copied is worth little, and nothing is lost on the way."""

from dataclasses import replace
from datetime import timedelta

from backend.domain.account import Viewer
from backend.domain.errors import ErrorCode, conflict, refusal, unauthenticated
from backend.domain.event import Event, EventKind
from backend.domain.validation import LONGEST_NAME
from backend.services.access import signed_in
from backend.services.audit import tell
from backend.services.collaborators import Collaborators
from backend.services.secrets import SHORTEST_RETRY_KEY, keyed_hash
from backend.services.sessions import session_id, viewer_of
from backend.store.records import Session as Transaction
from backend.store.sessions import keep_successors, taken_over

GOOD_AFTER_RENEWAL = timedelta(minutes=1)
"""How long an old token is good once its new one was used: for what the phone had sent before."""
MOST_SUCCESSORS = 5


async def renew_session(use: Collaborators, viewer: Viewer | None, retry_key: str) -> str:
    """A new token for the viewer's session, which keeps its end, its proof and its PIN. The old one is good until the
    new one was used, so that an answer that is lost does no harm; the same `retry_key` gives the same token.

    Raises: DomainError UNAUTHENTICATED, INVALID; CONFLICT for a token whose new one was used already.
    """
    known = signed_in(viewer)
    if not SHORTEST_RETRY_KEY <= len(retry_key) <= LONGEST_NAME:
        raise refusal(ErrorCode.INVALID, "The retry key must be random, of 22 to 200 characters.", "retryKey")
    token = keyed_hash(use.keys.token_pepper, "renewed token", f"{known.session_id}\0{retry_key}")
    new_id, now = session_id(use, token), use.clock()

    async def write(transaction: Transaction) -> None:
        await use.store.sessions.hold(known.session_id, transaction)
        old = await use.store.sessions.get(known.session_id, transaction)
        if old is None:
            raise unauthenticated()
        if old.replaced:
            raise conflict("This session was renewed already: please use its new token.")
        if new_id in old.successors:
            return
        # Of many answers that were lost, the oldest is the least likely to come still.
        dropped, kept = old.successors[: 1 - MOST_SUCCESSORS], old.successors[1 - MOST_SUCCESSORS :]
        for successor_id in dropped:
            await use.store.sessions.delete(successor_id, transaction)
        await keep_successors(use.store.sessions, old.id, (*kept, new_id), transaction)
        await use.store.sessions.insert(
            replace(old, id=new_id, last_used_at=now, replaces=old.id, unused=True, successors=()), transaction
        )
        told = Event(
            id=use.new_id(),
            kind=EventKind.SESSION_RENEWED,
            subject_id=known.id,
            actor_id=known.id,
            at=now,
            family_id=known.family_id,
        )
        await tell(use, known, transaction, told, also=[new_id])

    await use.store.transact(write)
    return token


async def come_in(use: Collaborators, token: str) -> Viewer | None:
    """Who uses this token, as `viewer_of` has it; where it is a new one, it takes over from the old."""
    viewer = await viewer_of(use, token)
    if viewer is not None and not viewer.locked and viewer.renews:
        return replace(viewer, renews=False) if await take_over(use, viewer.session_id) else None
    return viewer


async def take_over(use: Collaborators, own_id: str) -> bool:
    """The first use of a new token: the old one ends in a moment, and at once whatever else it was renewed to, such as
    by somebody who had copied it. False where another of these was faster.
    """

    async def write(transaction: Transaction) -> bool:
        own = await use.store.sessions.get(own_id, transaction)
        if own is None:
            return False
        if own.replaces is None or not own.unused:
            return True
        await use.store.sessions.hold(own.replaces, transaction)
        old = await use.store.sessions.get(own.replaces, transaction)
        for other_id in () if old is None else old.successors:
            if other_id != own_id:
                await use.store.sessions.delete(other_id, transaction)
        if old is not None and old.replaces is not None:
            # Renewed twice within the minute: what is sent before the second new token is used, bears the first.
            await use.store.sessions.delete(old.replaces, transaction)
        until = min(own.expires_at, use.clock() + GOOD_AFTER_RENEWAL)
        await taken_over(use.store.sessions, own_id, own.replaces, until, transaction)
        return True

    return await use.store.transact(write)
