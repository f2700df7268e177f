"""The pixels of photos, in GridFS: one file an upload and size. The photo's record names the upload that counts.

GridFS knows no transactions. An upload under names of its own can neither overwrite nor take away what another one of
the same photo has written.
"""

import io
from collections.abc import Mapping
from contextlib import suppress

from gridfs.errors import NoFile
from motor.motor_asyncio import AsyncIOMotorGridFSBucket

from backend.domain.photo import PhotoSize
from backend.store.database import Store


async def write(store: Store, photo_id: str, upload_id: str, files: Mapping[PhotoSize, bytes]) -> None:
    bucket = _bucket(store)
    for size, content in files.items():
        await bucket.upload_from_stream_with_id(_name(upload_id, size), photo_id, content)


async def read(store: Store, upload_id: str, size: PhotoSize) -> bytes | None:
    content = io.BytesIO()
    try:
        await _bucket(store).download_to_stream(_name(upload_id, size), content)
    except NoFile:
        return None
    return content.getvalue()


async def delete(store: Store, upload_id: str) -> None:
    """Take away what an upload wrote."""
    for size in PhotoSize:
        with suppress(NoFile):
            await _bucket(store).delete(_name(upload_id, size))


async def keep_only(store: Store, photo_id: str, upload_id: str) -> None:
    """Take away what interrupted uploads of a photo left, once one of them counts."""
    bucket = _bucket(store)
    kept = {_name(upload_id, size) for size in PhotoSize}
    async for file in bucket.find({"filename": photo_id}):
        if file._id not in kept:  # noqa: SLF001 (GridFS's name for a file's id)
            with suppress(NoFile):
                await bucket.delete(file._id)  # noqa: SLF001 (as above)


def _bucket(store: Store) -> AsyncIOMotorGridFSBucket:
    return AsyncIOMotorGridFSBucket(store.database, bucket_name="photoFiles")


def _name(upload_id: str, size: PhotoSize) -> str:
    return f"{upload_id}:{size.value}"
