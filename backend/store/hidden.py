"""What is encrypted at rest, declared once: services and the rest of the store read and write it as if it were not.

To hide a further field, name it here, by its collection and its name in the document, and run `reunify keys rotate`.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import structlog
from bson import BSON, Binary, CodecOptions
from bson.binary import USER_DEFINED_SUBTYPE

from backend.store.cipher import SEAL_BYTES, Cipher, Seal, UnreadableError
from backend.store.codec import Document

_MATCHING = ("profile.packed", "profile.keys", "seeker.packed", "seeker.keys")

CREDENTIALS = "credentials"
HIDDEN: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "alertChoices": ("email", "nearby"),
    "areaAlerts": ("areas",),
    CREDENTIALS: ("factor", "unconfirmedFactor"),
    "devices": ("endpoint", "publicKey", "authSecret"),
    "duplicates": ("evidence", "reason"),
    "families": (),
    "incidents": (),
    "matches": ("evidence", "reason", "rejection"),
    "photos": (),
    "placeAnswers": ("places",),
    "questions": ("asking", "answer"),
    "rechecks": ("asking", "answer"),
    "recoveredCases": ("reporter",),
    "registrations": ("person", "foundPlace", "medicalNotes", *_MATCHING),
    "reports": ("person", "reporter", "lastSeenPlace", *_MATCHING),
    "reviews": ("reporterBefore",),
    "sightings": ("person", "what", "place", "witness", "reason"),
    "sites": (),
    "takeDowns": ("requesterName", "requesterRelation", "proofNote", "checkedBy", "reason", "appeal", "answer"),
    "webhooks": ("url", "secret"),
})  # fmt: skip
"""By collection, the fields that are hidden; of those without, the digest alone. Photo files: `photo_files.py`."""

LOOKED_UP: Mapping[str, Mapping[str, str]] = MappingProxyType({"devices": {"endpoint": "endpointHash"}})
"""Hidden fields that are looked up, and the field that holds their keyed hash."""

DIGEST = "digest"
"""Beside a record: what was said when it was made (`codec.digest`), kept as a keyed hash. Without the key, nobody can
find out by trying which telephone number, or which illness, was said.
"""
_KEYED = "keyed:"

_SEALED = USER_DEFINED_SUBTYPE
_CONTENT = "content"
_OPTIONS: CodecOptions[Document] = CodecOptions(tz_aware=True)
_AROUND_BYTES = SEAL_BYTES + len(BSON.encode({_CONTENT: b""}))
"""What sealing adds to bytes."""


@dataclass(frozen=True, slots=True)
class Hiding:
    """Hides and shows the fields of one collection's documents. A value opens for its own record and field only."""

    cipher: Cipher
    collection: str

    @property
    def fields(self) -> tuple[str, ...]:
        """Whatever of a document may have to be written anew when the key is another."""
        return (*HIDDEN.get(self.collection, ()), *LOOKED_UP.get(self.collection, {}).values(), DIGEST)

    def hide(self, record_id: str, fields: Mapping[str, Any]) -> Document:
        """Fields of a record as they are kept."""
        hidden: Document = dict(fields)
        for name, hash_name in LOOKED_UP.get(self.collection, {}).items():
            if name in hidden:
                hidden[hash_name] = self.hash_of(name, hidden[name])
        seal = self.cipher.sealing()
        for path in HIDDEN.get(self.collection, ()):
            _change(hidden, path, partial(self._sealed, seal, record_id, path))
        if DIGEST in hidden:
            hidden[DIGEST] = self.digest(hidden[DIGEST])
        return hidden

    def show(self, document: Document, *, but: Container[str] = ()) -> Document:
        """A document, or some of its fields, as it was before it was hidden. What never was hidden stays as it is.

        What is at the paths in `but` is left as it is kept.

        Raises: UnreadableError; the log then names the record.
        """
        shown = document
        try:
            for path in HIDDEN.get(self.collection, ()):
                if path not in but:
                    _change(shown, path, partial(self._opened, document["_id"], path))
        except UnreadableError as error:
            structlog.get_logger("store").error("unreadable", value=str(error))
            raise
        return shown

    def readable(self, documents: Iterable[Document], *, but: Container[str] = ()) -> list[Document]:
        """Documents as `show` gives them, without those that do not open, which the log names: for lists, so that one
        damaged record takes nobody the others away.
        """
        found = []
        for document in documents:
            with suppress(UnreadableError):
                found.append(self.show(document, but=but))
        return found

    def renewed(self, document: Document) -> Document:
        """The fields of a document as it is kept, by their dotted names, that are to be written anew: those under an
        older key, and those that are not hidden yet.

        Raises: UnreadableError.
        """
        record_id = document["_id"]
        stale = dict(self._stale(document))
        opened = {path: self._opened(record_id, path, value) for path, value in stale.items()}
        seal = self.cipher.sealing()
        renewed: Document = {path: self._sealed(seal, record_id, path, value) for path, value in opened.items()}
        for name, hash_name in LOOKED_UP.get(self.collection, {}).items():
            if name in opened and hash_name not in document:
                renewed[hash_name] = self.hash_of(name, opened[name])
        if not document.get(DIGEST, _KEYED).startswith(_KEYED):
            renewed[DIGEST] = self.digest(document[DIGEST])
        return renewed

    def is_stale(self, document: Document) -> bool:
        """Whether `renewed` would have anything to write."""
        return any(True for _ in self._stale(document)) or not document.get(DIGEST, _KEYED).startswith(_KEYED)

    def hash_of(self, name: str, value: str) -> str:
        """What a hidden field is looked up by."""
        return self.cipher.keyed_hash(f"{self.collection}.{name}", value)

    def digest(self, said: str) -> str:
        """A digest of what was said, as it is kept."""
        return _KEYED + self.cipher.keyed_hash(DIGEST, said)

    def _stale(self, document: Document) -> Iterator[tuple[str, Any]]:
        for path in HIDDEN.get(self.collection, ()):
            value = _value_at(document, path)
            is_sealed = isinstance(value, Binary) and value.subtype == _SEALED
            if value is not None and not (is_sealed and self.cipher.is_present(value)):
                yield path, value

    def _sealed(self, seal: Seal, record_id: str, path: str, value: object) -> Binary:
        content = BSON.encode({_CONTENT: value}, codec_options=_OPTIONS)
        return Binary(seal(content, self._place(record_id, path)), _SEALED)

    def _opened(self, record_id: str, path: str, value: object) -> Any:
        if isinstance(value, Binary) and value.subtype == _SEALED:
            content = self.cipher.open(value, self._place(record_id, path))
            return BSON(content).decode(_OPTIONS)[_CONTENT]
        if self.collection == CREDENTIALS:
            # Never as it stands: whoever can write to the database could else put in a factor of their own.
            return self.cipher.open_factor_of_before(str(value), record_id)
        return value

    def _place(self, record_id: str, path: str) -> str:
        return f"{self.collection}/{record_id}/{path}"


def bytes_in(value: bytes) -> int:
    """How many bytes are hidden in a value as it is kept, which is seen without opening it."""
    is_sealed = isinstance(value, Binary) and value.subtype == _SEALED
    return len(value) - _AROUND_BYTES if is_sealed else len(value)


def _value_at(document: Mapping[str, Any], path: str) -> Any:
    first, _, rest = path.partition(".")
    value = document.get(first)
    return _value_at(value, rest) if rest and value is not None else value


def _change(document: Document, path: str, change: Callable[[Any], Any]) -> None:
    """Put what `change` makes of a value in its place, if there is one; documents within are copied, not changed."""
    first, _, rest = path.partition(".")
    value = document.get(first)
    if value is None:
        return
    if rest:
        document[first] = value = dict(value)
        _change(value, rest, change)
    else:
        document[first] = change(value)
