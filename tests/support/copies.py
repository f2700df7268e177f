"""Copies of records in the database: many in no time, without the wait for their own scoring."""

from typing import Any

from backend.store.codec import Document
from backend.store.records import Records
from tests.support.client import new_id


def copy_of(records: Records[Any], document: Document, **changes: object) -> Document:
    """A document as it was read, under another id; what is hidden in it opens for its own record only."""
    copy_id, shown = new_id(), records.hiding.show(dict(document))
    return records.hiding.hide(copy_id, {**shown, **changes, "_id": copy_id})
