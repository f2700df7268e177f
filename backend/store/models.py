"""The matching model of an incident, kept beside the incident, so that one look finds both."""

from typing import Any

from backend.domain.incident import Incident
from backend.domain.model import MatchingModel
from backend.store.codec import from_document, to_document
from backend.store.database import Store
from backend.store.records import Session

Stamp = tuple[Any, ...]
"""Changes whenever an incident or its model does."""


async def stamp_of(store: Store, incident_id: str, session: Session | None) -> Stamp | None:
    """The present stamp of an incident and its model, which costs far less to read than both; None: no such one."""
    fields = {"version": 1, "updatedAt": 1, "model.version": 1, "model.madeAt": 1}
    document = await store.incidents.collection.find_one({"_id": incident_id}, fields, session=session)
    if document is None:
        return None
    model = document.get("model", {})
    return incident_id, document["version"], document["updatedAt"], model.get("version"), model.get("madeAt")


async def incident_and_model(
    store: Store, incident_id: str, session: Session | None
) -> tuple[Incident, MatchingModel | None] | None:
    """An incident with its model, if it has one yet."""
    document = await store.incidents.collection.find_one({"_id": incident_id}, session=session)
    if document is None:
        return None
    model = document.get("model")
    return from_document(Incident, document), None if model is None else from_document(MatchingModel, model)


async def keep_model(store: Store, incident_id: str, model: MatchingModel, session: Session) -> bool:
    """Put a model in the place of the version before it; False when that is no longer the present one."""
    before = {"model.version": model.version - 1} if model.version > 2 else {"model.version": {"$in": [None, 1]}}  # noqa: PLR2004 (an incident of an older release has no first model)
    result = await store.incidents.collection.update_one(
        {"_id": incident_id, **before}, {"$set": {"model": to_document(model)}}, session=session
    )
    return result.matched_count == 1
