"""Pages of records in a stable order: by a key that may repeat, then by id."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.store.codec import Document
from backend.store.records import R, Records

Position = Sequence[Any]
"""The sort values of the record after which a page begins, its id last."""


async def page(
    records: Records[R],
    wanted: Mapping[str, Any],
    *,
    first: int,
    after: Position | None,
    order_by: str | None = None,
) -> tuple[list[R], bool]:
    """At most `first` records, highest `order_by` first, then newest id first; and whether there are more.

    A record that cannot be read is passed over; the log names it.
    """
    fields = ["_id"] if order_by is None else [order_by, "_id"]
    filters: list[Document] = [dict(wanted)]
    if after is not None:
        filters.append(_beyond(fields, after))
    order = [(field, -1) for field in fields]
    found = await records.collection.find({"$and": filters}).sort(order).limit(first + 1).to_list(None)
    return records.readable(found[:first]), len(found) > first


def _beyond(fields: Sequence[str], after: Position) -> Document:
    """The filter for what sorts after a position, for descending fields: x < a, or x = a and y < b."""
    if len(fields) == 1:
        return {fields[0]: {"$lt": after[0]}}
    return {"$or": [{fields[0]: {"$lt": after[0]}}, {fields[0]: after[0], **_beyond(fields[1:], after[1:])}]}
