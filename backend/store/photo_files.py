"""The pixels of photos, in GridFS: one file an upload and size. The photo's record names the upload that counts.

GridFS knows no transactions. An upload under names of its own can neither overwrite nor take away what another one of
the same photo has written. A file is encrypted for its photo and size; one of an older release is a plain JPEG.
"""

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from gridfs import AsyncGridFSBucket
from gridfs.errors import NoFile

from backend.domain.photo import PhotoSize
from backend.store.cipher import KEY_ID_BYTES
from backend.store.database import Store

BUCKET = "photoFiles"
KEY = "key"
"""In a file's metadata: the id of the key that it is under."""
_MARK = b"sealed\0"
"""What an encrypted file begins with, and no JPEG does."""


async def write(store: Store, photo_id: str, upload_id: str, files: Mapping[PhotoSize, bytes]) -> None:
    bucket = _bucket(store)
    for size, content in files.items():
        sealed = store.cipher.seal(content, _place(photo_id, size))
        metadata = {KEY: sealed[:KEY_ID_BYTES].hex()}
        await bucket.upload_from_stream_with_id(_name(upload_id, size), photo_id, _MARK + sealed, metadata=metadata)


async def read(store: Store, photo_id: str, upload_id: str, size: PhotoSize) -> bytes | None:
    """None where there is no such file.

    Raises: UnreadableError.
    """
    file = io.BytesIO()
    try:
        await _bucket(store).download_to_stream(_name(upload_id, size), file)
    except NoFile:
        return None
    content = file.getvalue()
    sealed = content.removeprefix(_MARK)
    return content if sealed == content else store.cipher.open(sealed, _place(photo_id, size))


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


async def delete_all(store: Store, photo_id: str) -> None:
    """Take away whatever was uploaded of a photo."""
    await keep_only(store, photo_id, "")


@dataclass(frozen=True, slots=True)
class Stale:
    """A file that is not under the present key: of which photo and upload."""

    photo_id: str
    upload_id: str
    written_at: datetime


async def stale(store: Store) -> AsyncIterator[Stale]:
    wanted = {f"metadata.{KEY}": {"$ne": store.cipher.present_id}}
    async for file in store.database[f"{BUCKET}.files"].find(wanted):
        yield Stale(file["filename"], file["_id"].rpartition(":")[0], file["uploadDate"])


async def count(store: Store) -> int:
    """About how many files there are."""
    return await store.database[f"{BUCKET}.files"].estimated_document_count()


def _bucket(store: Store) -> AsyncGridFSBucket:
    return AsyncGridFSBucket(store.database, bucket_name=BUCKET)


def _name(upload_id: str, size: PhotoSize) -> str:
    return f"{upload_id}:{size.value}"


def _place(photo_id: str, size: PhotoSize) -> str:
    return f"{BUCKET}/{photo_id}/{size.value}"
