"""The pixels of photos, in GridFS: one file a photo and size."""

import io
from contextlib import suppress

from gridfs.errors import NoFile
from motor.motor_asyncio import AsyncIOMotorGridFSBucket

from backend.domain.photo import PhotoSize
from backend.store.database import Store


async def write(store: Store, photo_id: str, size: PhotoSize, content: bytes) -> None:
    """Write a file, in the place of what an interrupted upload may have left."""
    bucket = _bucket(store)
    name = _name(photo_id, size)
    await _delete(bucket, name)
    await bucket.upload_from_stream_with_id(name, name, content, metadata={"photoId": photo_id})


async def read(store: Store, photo_id: str, size: PhotoSize) -> bytes | None:
    content = io.BytesIO()
    try:
        await _bucket(store).download_to_stream(_name(photo_id, size), content)
    except NoFile:
        return None
    return content.getvalue()


async def _delete(bucket: AsyncIOMotorGridFSBucket, name: str) -> None:
    with suppress(NoFile):
        await bucket.delete(name)


def _bucket(store: Store) -> AsyncIOMotorGridFSBucket:
    return AsyncIOMotorGridFSBucket(store.database, bucket_name="photoFiles")


def _name(photo_id: str, size: PhotoSize) -> str:
    return f"{photo_id}:{size.value}"
