"""The event log: written in the transaction of the change that it tells of."""

from datetime import datetime, timedelta

from backend.domain.event import AWAITED, WORKED, Event
from backend.store.codec import to_document
from backend.store.database import Store
from backend.store.map import DUE, due_documents
from backend.store.records import Session
from backend.store.work import nothing_to_do, waiting

HEAD_START = timedelta(days=1)
"""Longer than any work waits that nobody does."""


async def append(store: Store, session: Session, *events: Event) -> None:
    """Write events; those that the worker has something to do for are due at once."""
    documents = [
        {**to_document(event), **(waiting(_due(event)) if event.kind in WORKED else nothing_to_do())}
        for event in events
    ]
    if len(documents) == 1:
        await store.events.collection.insert_one(documents[0], session=session)
    elif documents:
        await store.events.collection.insert_many(documents, session=session)
    due = due_documents(events)
    if due:
        await store.database[DUE].insert_many(due, session=session)


def _due(event: Event) -> datetime:
    """What has been due longest is done first: of ten thousand new records a family's news waits for none."""
    return event.at - HEAD_START if event.kind in AWAITED else event.at
