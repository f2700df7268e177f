"""One embedded database for a whole test run, whichever worker needs it first, and an empty database for each test.

The server is run by a process of its own (`python -m tests.support.database FOLDER`), since the worker that starts it
may be the first to be done. Every worker that uses it holds a shared lock; the process waits for the exclusive one, and
so ends with the last worker, were that one killed.
"""

import asyncio
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import DeleteMany, InsertOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ClientBulkWriteException

from backend.store.embedded import embedded_database, running_database

READY = b"ready\n"


@contextmanager
def locked(path: Path, kind: int) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, kind)
        yield


IN_MEMORY = Path("/dev/shm")  # noqa: S108 (a folder there is used if it is this user's alone)
ROOM_BYTES = 4 * 2**30


def folder_of_run(own: Path) -> Path:
    """Where the database of the run with this folder is kept: in memory where there is room, since nobody reads it
    after the run, and a journal on a disk costs every test. Those that kill a database have one of their own on disk.
    """
    if not IN_MEMORY.is_dir() or shutil.disk_usage(IN_MEMORY).free < ROOM_BYTES:
        return own
    folder = IN_MEMORY / "-".join(own.parts[1:])
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder if folder.stat().st_uid == os.getuid() else own


@contextmanager
def shared_server(folder: Path) -> Iterator[str]:
    """The address, with credentials, of the server of the run whose folder this is; it is up as long as the block."""
    with locked(folder / "users.lock", fcntl.LOCK_SH):
        with locked(folder / "start.lock", fcntl.LOCK_EX):
            server = running_database(folder)
            if server is None:
                start_keeper(folder)
                server = running_database(folder)
        assert server is not None
        yield server.uri


def start_keeper(folder: Path) -> None:
    """Starts the process that keeps the server, and returns once that one answers."""
    reading, writing = os.pipe()
    errors = folder / "keeper.log"
    os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "tests.support.database", str(folder)],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, writing, 1),
            (os.POSIX_SPAWN_OPEN, 2, str(errors), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        ],
        setsid=True,  # an interrupt of the run is not for it: it ends after the last worker
    )
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        if answer.readline() != READY:
            raise RuntimeError(f"the test run's database did not start: {errors.read_text()}")


async def keep(folder: Path) -> None:
    """Runs the server until nobody holds the lock of those who use it, and keeps others out until it has ended."""
    with (folder / "users.lock").open("a") as users:
        async with embedded_database(folder, cache_size="256M"):
            sys.stdout.buffer.write(READY)
            sys.stdout.buffer.flush()
            await asyncio.to_thread(fcntl.flock, users, fcntl.LOCK_EX)
        shutil.rmtree(folder if folder.is_relative_to(IN_MEMORY) else folder / "database")


WRITE_CONFLICT = 112


async def exchange(database: AsyncDatabase[dict[str, Any]], documents: Mapping[str, Sequence[dict[str, Any]]]) -> None:
    """Deletes every document and puts these in, by collection. Collections and indexes stay: they cost far more to
    make again. It is one command in one transaction: two dozen cost four times as much, and this is before each test.
    """
    names = await database.list_collection_names(filter={"type": "collection"})
    filled = [name for name, held in (await held_by(database, names, {"$limit": 1})).items() if held]
    changes: list[DeleteMany | InsertOne[dict[str, Any]]] = [
        *(DeleteMany({}, namespace=f"{database.name}.{name}") for name in filled),
        *(InsertOne(one, namespace=f"{database.name}.{name}") for name, those in documents.items() for one in those),
    ]

    async def change(session: AsyncClientSession) -> None:
        await database.client.bulk_write(changes, session=session)

    while changes:
        try:
            async with database.client.start_session() as session:
                await session.with_transaction(change)
        except ClientBulkWriteException as error:
            # What a test has left may be writing still, which the driver does not take for a reason to try again.
            if {one["code"] for one in error.details["writeErrors"]} != {WRITE_CONFLICT}:
                raise
        else:
            return


async def held_by(
    database: AsyncDatabase[dict[str, Any]], names: Sequence[str], *stages: dict[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """The documents of these collections, after the stages: one question, where one to each would cost far more."""
    held: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    if not names:
        return held
    first, *others = names

    def of(name: str) -> list[dict[str, Any]]:
        return [*stages, {"$project": {"_id": False, "in": {"$literal": name}, "document": "$$ROOT"}}]

    beside = [{"$unionWith": {"coll": name, "pipeline": of(name)}} for name in others]
    async for one in await database[first].aggregate([*of(first), *beside]):
        held[one["in"]].append(one["document"])
    return held


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1])))
