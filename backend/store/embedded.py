"""The database of a field laptop: a server program of its own, started, watched and stopped with this process."""

import asyncio
import secrets
import socket
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from pymongo.errors import OperationFailure

from backend.store.database import LOCKED_SECONDS
from backend.store.embedded_error import EmbeddedDatabaseCode, EmbeddedDatabaseError
from backend.store.embedded_folder import (
    held,
    living_server,
    prepare,
    read_password,
    stop_orphan,
    write_password,
    writing,
)
from backend.store.embedded_program import HOST, Launch, Program, cache_bytes, find_program, search_path
from backend.store.embedded_server import USER, connected, drain, end, start, uri
from backend.store.embedded_transactions import end_forgotten
from backend.store.stopping import stop

FREE_PORT_TRIES = 5
FIRST_BACK_OFF_SECONDS = 0.05
LONGEST_BACK_OFF_SECONDS = 10.0
LONG_SECONDS = 5.0
STEADY_SECONDS = 2.0  # having run so long, the next death is a new one
USER_EXISTS = 51003  # the server's code for it

OnEvent = Callable[..., object]
"""Called as `on_event(name, **fields)`, such as a structlog logger's `info`. No field is secret."""


@dataclass(frozen=True, slots=True)
class EmbeddedDatabase:
    """A running server. `uri` signs in and asks for majority and journaled writes. Log `port`, never `uri`."""

    port: int
    uri: str = field(repr=False)


@dataclass(slots=True)
class Running:
    """The server's present process: the supervision replaces it, and the end of the block stops it."""

    process: Process


@asynccontextmanager
async def embedded_database(
    data_folder: Path,
    *,
    cache_size: str = "512M",
    port: int = 0,
    path: str | None = None,
    transaction_seconds: float = LOCKED_SECONDS,
    on_event: OnEvent = lambda _name, **_fields: None,
) -> AsyncIterator[EmbeddedDatabase]:
    """Runs the database in `data_folder/database` for as long as the block, and starts it again on its port if it dies.

    `port` 0 takes a free one on the loopback interface; `path` is searched for a program instead of the PATH. Enter it
    from a thread that lives as long: the kernel ends the server with the thread that started it. A transaction is ended
    that is open for longer than `transaction_seconds`.
    Raises EmbeddedDatabaseError.
    """
    folder = database_folder(data_folder)
    prepare(folder)
    with held(folder):
        began = time.monotonic()
        with writing(folder):
            orphan = await stop_orphan(folder)
            if orphan is not None:
                on_event("database_orphan_stopped", pid=orphan)
            program = find_program(folder, search_path(path))
            program.storage(folder).mkdir(exist_ok=True)
            wanted = Launch(folder=folder, port=port, cache_bytes=cache_bytes(cache_size), signed_in=False)
            with told_if_long(on_event, "database_opening"):
                password = read_password(folder) or await make_user(program, wanted)
                launch, process = await start_on_a_port(program, replace(wanted, signed_in=True), password)
        on_event("database_started", program=program.name, port=launch.port, seconds=round(time.monotonic() - began, 3))
        running = Running(process)
        tending = [asyncio.create_task(supervise(program, launch, password, running, on_event))]
        if not program.is_replica_set_member:
            ending = _end_forgotten(program, launch, password, transaction_seconds, on_event)
            tending.append(asyncio.create_task(ending))
        try:
            yield EmbeddedDatabase(launch.port, uri(launch.port, password, program.uri_options))
        finally:
            await stop(tending)
            with told_if_long(on_event, "database_closing"):
                await end(running.process, folder)
            on_event("database_stopped")


async def _end_forgotten(program: Program, launch: Launch, password: str, seconds: float, on_event: OnEvent) -> None:
    async with connected(launch.port, password, program.uri_options) as client:
        await end_forgotten(client, seconds, on_event)


@contextmanager
def told_if_long(on_event: OnEvent, name: str) -> Iterator[None]:
    """Tell who waits what for, or they take it for dead and kill it, which costs more time."""
    telling = asyncio.get_running_loop().call_later(
        LONG_SECONDS, partial(on_event, name, note="This takes up to a few minutes for a million records.")
    )
    try:
        yield
    finally:
        telling.cancel()


def running_database(data_folder: Path) -> EmbeddedDatabase | None:
    """The server that another process runs on this folder, for a command beside it; None where none runs."""
    folder = database_folder(data_folder)
    record, password = living_server(folder), read_password(folder)
    if record is None or password is None:
        return None
    return EmbeddedDatabase(record.port, uri(record.port, password, record.uri_options))


def database_folder(data_folder: Path) -> Path:
    return data_folder.absolute() / "database"


async def make_user(program: Program, launch: Launch) -> str:
    """Makes the only user in a run in which nobody need sign in, and returns its password.

    The password is kept last: a crash at any point before leaves no password file, and so this is done again.
    """
    password = secrets.token_hex(32)
    account: dict[str, Any] = {"pwd": password, "roles": [{"role": "root", "db": "admin"}]}
    launch, process = await start_on_a_port(program, launch, password=None)
    try:
        async with connected(launch.port, None, program.uri_options) as client:
            try:
                await client.admin.command("createUser", USER, **account)
            except OperationFailure as error:
                if error.code != USER_EXISTS:
                    raise
                await client.admin.command("updateUser", USER, **account)
    finally:
        await end(process, launch.folder)
    write_password(launch.folder, password)
    return password


async def start_on_a_port(program: Program, launch: Launch, password: str | None) -> tuple[Launch, Process]:
    """Starts on the port asked for, or on a free one: another try where somebody took it in between."""
    for _ in range(FREE_PORT_TRIES):
        on_port = replace(launch, port=launch.port or free_port())
        try:
            return on_port, await start(program, on_port, password)
        except EmbeddedDatabaseError as error:
            if launch.port or error.code is not EmbeddedDatabaseCode.PORT_TAKEN:
                raise
    raise EmbeddedDatabaseError(EmbeddedDatabaseCode.PORT_TAKEN, f"No free port on {HOST} stayed free.")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


async def supervise(program: Program, launch: Launch, password: str, running: Running, on_event: OnEvent) -> None:
    """Starts the server again, on the same port, whenever it dies, until this is cancelled."""
    back_off = FIRST_BACK_OFF_SECONDS
    while True:
        began = time.monotonic()
        await drain(running.process, launch.folder)
        on_event("database_died", status=await running.process.wait())
        died = time.monotonic()
        if died - began > STEADY_SECONDS:
            back_off = FIRST_BACK_OFF_SECONDS
        while running.process.returncode is not None:
            await asyncio.sleep(back_off)
            back_off = min(2 * back_off, LONGEST_BACK_OFF_SECONDS)
            try:
                running.process = await start(program, launch, password)
            except (EmbeddedDatabaseError, OSError) as error:
                on_event("database_restart_failed", reason=str(error), next_try_seconds=back_off)
        on_event("database_restarted", port=launch.port, seconds=round(time.monotonic() - died, 3))
