"""Ending links: a record that turned out to be false shares nothing with the true one that it was taken for."""

from dataclasses import replace

from backend.domain.account import Viewer
from backend.domain.duplicate import DuplicateAction, DuplicateState, overtaken, state_after
from backend.domain.event import Event, EventKind
from backend.domain.subject import Side
from backend.services.audit import tell
from backend.services.collaborators import Collaborators
from backend.services.links import Cluster, clusters, decided_matches, tell_the_others
from backend.services.suggestions import event
from backend.store.duplicates import hold_together, pairs_with
from backend.store.records import Session


async def part(use: Collaborators, side: Side, record_id: str, viewer: Viewer, session: Session) -> None:
    """Unlink a record from all that it is linked with. Each keeps what was decided of its own matches, and none what
    was decided of another's; those that were linked with each other through it alone are two again.
    """
    members = (await clusters(use, side, [record_id], session))[record_id]
    await hold_together(use.store.duplicates, members, session)
    told: list[Event] = []
    ends: list[str] = []
    for pair in await pairs_with(use.store.duplicates, side, [record_id], session):
        if pair.state is DuplicateState.LINKED:
            now = use.clock()
            parted = replace(
                pair,
                state=state_after(pair.state, DuplicateAction.UNLINK),
                decided_by=viewer.id,
                decided_at=now,
                reason=None,
                version=pair.version + 1,
                updated_at=now,
            )
            if not await use.store.duplicates.replace(parted, pair.version, session):
                raise overtaken()
            told.append(event(use, EventKind.DUPLICATE_UNLINKED, parted, viewer.id))
            ends += [pair.first_id, pair.second_id]
    if told:
        told += await tell_all(use, side, members, viewer.id, session)
        await tell(use, viewer, session, *told, also=ends, fields=["state"])


async def tell_all(use: Collaborators, side: Side, members: Cluster, actor_id: str, session: Session) -> list[Event]:
    """Whoever follows a match that a decision begins or ceases to count for, as records of a side are linked or are no
    longer.
    """
    told: list[Event] = []
    for match in await decided_matches(use, side, members, session):
        others = Side.REGISTRATION if side is Side.REPORT else Side.REPORT
        other_id = match.registration_id if side is Side.REPORT else match.report_id
        beyond = (await clusters(use, others, [other_id], session))[other_id]
        here, there = (members, beyond) if side is Side.REPORT else (beyond, members)
        told += await tell_the_others(use, match, (here, there), actor_id, session)
    return told
