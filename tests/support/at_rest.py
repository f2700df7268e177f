"""What lies on the disk: every byte of the database, as somebody reads it who has a copy and no keys."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import bson
from bson import Binary

from backend.store.database import Store
from backend.store.hidden import HIDDEN


async def raw_documents(store: Store) -> bytes:
    """Every document of every collection, as the bytes that the database holds."""
    names = await store.database.list_collection_names()
    documents = [document for name in names async for document in store.database[name].find()]
    return b"\n".join(map(bson.encode, documents))


def raw_files(folder: Path) -> bytes:
    """Every file under a folder."""
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def those_in(content: bytes, words: Iterable[bytes]) -> list[bytes]:
    return [word for word in words if word in content]


def values_of(document: object) -> Iterator[bytes]:
    if isinstance(document, Binary) and document.subtype == 128:
        yield document
    elif isinstance(document, dict):
        for value in document.values():
            yield from values_of(value)


async def ids_borne(store: Store) -> set[str]:
    """The ids of the keys that any value bears, photos' files included."""
    found: set[str] = set()
    for name in HIDDEN:
        async for document in store.database[name].find():
            found |= {value[:8].hex() for value in values_of(document)}
    async for file in store.database["photoFiles.files"].find():
        found.add(file["metadata"]["key"])
    async for chunk in store.database["photoFiles.chunks"].find({"n": 0}):
        found.add(chunk["data"].removeprefix(b"sealed\0")[:8].hex())
    return found
