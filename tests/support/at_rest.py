"""What lies on the disk: every byte of the database, as somebody reads it who has a copy and no keys."""

from collections.abc import Iterable
from pathlib import Path

import bson

from backend.store.database import Store


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
