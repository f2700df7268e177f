"""The event log: written in the transaction of the change that it tells of."""

from backend.domain.event import WORKED, Event
from backend.store.codec import to_document
from backend.store.database import Store
from backend.store.records import Session
from backend.store.work import nothing_to_do, waiting


async def append(store: Store, session: Session, *events: Event) -> None:
    """Write events; those that the worker has something to do for are due at once."""
    documents = [
        {**to_document(event), **(waiting(event.at) if event.kind in WORKED else nothing_to_do())} for event in events
    ]
    if len(documents) == 1:
        await store.events.collection.insert_one(documents[0], session=session)
    elif documents:
        await store.events.collection.insert_many(documents, session=session)
