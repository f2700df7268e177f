"""One collection of one kind of record: insert, read, replace by version, page. Knows nothing of what they mean."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, DuplicateKeyError

from backend.store.codec import Document, document_name, from_document, to_document
from backend.store.hidden import DIGEST, Hiding

Session = AsyncClientSession


class Identified(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Identified)

_DUPLICATE_KEY = 11000


class Duplicate(Exception):  # noqa: N818 (what it says: the record is there already)
    """A record with this id, or with another value that must be unique, is there already."""


@dataclass(frozen=True, slots=True)
class Records(Generic[R]):
    """`collection` holds documents of `kind`, and beside their fields whatever the store keeps for itself.

    Some fields are hidden there (`backend/store/hidden.py`): whoever reads the collection itself sees them encrypted.
    """

    collection: AsyncCollection[Document]
    kind: type[R]
    hiding: Hiding

    async def insert(
        self, record: R, session: Session | None = None, *, beside: Mapping[str, Any] | None = None
    ) -> None:
        """Write a new record, with the store's own fields `beside` it.

        Raises: Duplicate.
        """
        try:
            await self.collection.insert_one(self._hidden(record, beside or {}), session=session)
        except DuplicateKeyError as error:
            raise Duplicate(record.id) from error

    async def insert_many(self, records: Sequence[R], session: Session) -> None:
        """Write new records at once.

        Raises: Duplicate.
        """
        if not records:
            return
        try:
            await self.collection.insert_many([self._hidden(record, {}) for record in records], session=session)
        except BulkWriteError as error:
            if any(one.get("code") == _DUPLICATE_KEY for one in (error.details or {}).get("writeErrors", ())):
                raise Duplicate(", ".join(record.id for record in records)) from error
            raise

    async def hold(self, record_id: str, session: Session) -> None:
        """Make any two transactions that hold the same record meet: the later of the two is done again."""
        await self.collection.update_one({"_id": record_id}, {"$inc": {"held": 1}}, session=session)

    async def get(self, record_id: str, session: Session | None = None) -> R | None:
        return await self.find_one({"_id": record_id}, session)

    async def find_one(self, wanted: Mapping[str, Any], session: Session | None = None) -> R | None:
        document = await self.collection.find_one(wanted, session=session)
        return None if document is None else self.record_of(document)

    def record_of(self, document: Document) -> R:
        """The record of a document as it was read from the collection.

        Raises: UnreadableError.
        """
        return from_document(self.kind, self.hiding.show(self._own(document)))

    async def get_many(self, ids: Iterable[str]) -> dict[str, R]:
        """Those that are there and can be read, by id."""
        wanted = list(ids)
        documents = await self.collection.find({"_id": {"$in": wanted}}).to_list(None) if wanted else []
        return {record.id: record for record in self.readable(documents)}

    async def get_field(self, ids: Iterable[str], name: str) -> dict[str, Any]:
        """One field, as it is in documents, of those records that are there and in which it can be read, by id; None
        where it is at its default. It costs a small part of a whole record.
        """
        documents = await self.collection.find({"_id": {"$in": list(ids)}}, {name: 1}).to_list(None)
        return {document["_id"]: document.get(name) for document in self.hiding.readable(documents)}

    def readable(self, documents: Iterable[Document]) -> list[R]:
        """The records of documents, without those that do not open, which the log names."""
        own = map(self._own, documents)
        return [from_document(self.kind, document) for document in self.hiding.readable(own)]

    def _own(self, document: Document) -> Document:
        """Without what is kept beside the record: it need not be opened."""
        return {name: document[name] for name in _names(self.kind) if name in document}

    async def find(
        self,
        wanted: Mapping[str, Any],
        *,
        order: Sequence[tuple[str, int]] = (("_id", 1),),
        limit: int = 0,
        session: Session | None = None,
    ) -> list[R]:
        """All that fit, in order; at most `limit` where it is not 0."""
        cursor = self.collection.find(wanted, session=session).sort(list(order)).limit(limit)
        return [self.record_of(document) async for document in cursor]

    async def find_readable(self, wanted: Mapping[str, Any], session: Session | None = None) -> list[R]:
        """All that fit, oldest first, without those that do not open, which the log names."""
        documents = await self.collection.find(wanted, session=session).sort("_id", 1).to_list(None)
        return self.readable(documents)

    async def was_said(self, record_id: str, digest: str) -> bool:
        """Whether a record was made of what has this digest."""
        kept = await self.beside(record_id, DIGEST)
        # As it was kept by older releases, until the keys are rotated.
        return kept in (self.hiding.digest(digest), digest)

    async def beside(self, record_id: str, field: str, session: Session | None = None) -> Any:
        """What is kept of, or beside, a record under `field`, as it is kept, or None."""
        document = await self.collection.find_one({"_id": record_id}, {field: 1}, session=session)
        return None if document is None else document.get(field)

    async def replace(
        self, record: R, seen: int, session: Session | None = None, *, beside: Mapping[str, Any] | None = None
    ) -> bool:
        """Put `record` in the place of its version `seen`; False when that is no longer the present one."""
        try:
            result = await self.collection.update_one(
                {"_id": record.id, "version": seen}, self._replacing(record, beside or {}), session=session
            )
        except DuplicateKeyError as error:
            raise Duplicate(record.id) from error
        return result.matched_count == 1

    async def replace_many(self, records: Sequence[tuple[R, int]], session: Session) -> bool:
        """Put each record in the place of its version seen; False when one of these is no longer the present one."""
        if not records:
            return True
        changes = [
            UpdateOne({"_id": record.id, "version": seen}, self._replacing(record, {})) for record, seen in records
        ]
        result = await self.collection.bulk_write(changes, ordered=False, session=session)
        return result.matched_count == len(records)

    def _replacing(self, record: R, beside: Mapping[str, Any]) -> Document:
        """The update after which a record's fields are those of now; what else is kept beside it stays."""
        fields = self._hidden(record, beside)
        del fields["_id"]
        # A value at its default is left out of a document; one that was there before must not outlive it.
        gone = _names(self.kind) - fields.keys() - {"_id"}
        return {"$set": fields, **({"$unset": dict.fromkeys(sorted(gone), "")} if gone else {})}

    def _hidden(self, record: R, beside: Mapping[str, Any]) -> Document:
        return self.hiding.hide(record.id, {**to_document(record), **beside})

    async def delete(self, record_id: str, session: Session | None = None) -> bool:
        result = await self.collection.delete_one({"_id": record_id}, session=session)
        return result.deleted_count == 1


@cache
def _names(kind: Any) -> frozenset[str]:
    """What the fields of a dataclass are called in its documents."""
    return frozenset(document_name(one.name) for one in dataclasses.fields(kind))
