"""Finding the pairs that a record is part of, and making decisions on one record's pairs meet.

Each question names one indexed field and nothing else: with `$or`, or with a second condition beside `$in`, the
embedded database reads the whole collection (400 ms at 100,000 pairs, and 0.6 ms so).
"""

from collections.abc import Iterable
from typing import Any

from backend.domain.duplicate import Duplicate
from backend.domain.subject import Side
from backend.store.records import Records, Session

_ENDS = ("firstId", "secondId")


async def pairs_with(
    pairs: Records[Duplicate], side: Side, record_ids: Iterable[str], session: Session | None = None
) -> list[Duplicate]:
    """Every pair of a side that any of the records is part of, the most probable first."""
    ids = sorted(record_ids)
    found: dict[str, Duplicate] = {}
    for end in _ENDS if ids else ():
        for pair in await pairs.find({end: {"$in": ids}}, session=session):
            if pair.side is side:
                found[pair.id] = pair
    return sorted(found.values(), key=lambda pair: (-pair.bits, pair.id))


async def page_of_pairs(
    pairs: Records[Duplicate], incident_id: str, after: str | None, first: int, session: Session
) -> tuple[list[Duplicate], str | None]:
    """The next `first` pairs of an incident, newest id first, after an id; and the id after which there may be more.

    A pair that does not open is passed over; the log names it.
    """
    wanted: dict[str, Any] = {"incidentId": incident_id}
    if after is not None:
        # Downwards: of an index that ends descending, the embedded server finds nothing above a bound.
        wanted["_id"] = {"$lt": after}
    page = await pairs.collection.find(wanted, session=session).sort("_id", -1).limit(first).to_list(None)
    return pairs.readable(page), page[-1]["_id"] if len(page) == first else None


async def hold_together(pairs: Records[Duplicate], record_ids: Iterable[str], session: Session) -> None:
    """Make any two decisions on records that are linked, or being linked, meet: one of the two is done again.

    Each decision writes another match, so that nothing else would show the database that they exclude each other.
    """
    ids = sorted(record_ids)
    for end in _ENDS if ids else ():
        await pairs.collection.update_many({end: {"$in": ids}}, {"$inc": {"decisions": 1}}, session=session)
