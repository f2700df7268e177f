"""One run of the embedded database's server: started, waited for, listened to, ended."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from backend.store.embedded_error import EmbeddedDatabaseCode, EmbeddedDatabaseError
from backend.store.embedded_folder import ServerRecord, append_to_log, forget_record, write_record
from backend.store.embedded_program import HOST, REPLICA_SET, Launch, Program

USER = "reunify"
URI_OPTIONS = "authSource=admin&authMechanism=SCRAM-SHA-256&w=majority&journal=true&retryWrites=true&retryReads=true"
START_SECONDS = 900.0
"""After it was killed, the server reads its journal first: 150 s with a million records, measured on two busy cores."""
STOP_SECONDS = 240.0
"""What is only in memory and in the journal is written out: 70 s after the above."""
OUTPUT_BYTES = 65536
NOT_YET_INITIALIZED = 94  # the server's code for a member that knows no replica set yet


def uri(port: int, password: str, options: str) -> str:
    return f"mongodb://{USER}:{password}@{HOST}:{port}/?{options}&{URI_OPTIONS}"


async def start(program: Program, launch: Launch, password: str | None) -> Process:
    """Starts the server and returns once it answers, as a replica set's primary where it is a member of one."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(Path(__file__).with_name("embedded_child.py")), str(os.getpid())),
        *program.command(launch),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,  # Ctrl-C is for us: the server outlives our last write
        env=environment(),
    )
    try:
        storage = str(program.storage(launch.folder))
        write_record(launch.folder, ServerRecord(process.pid, launch.port, storage, program.uri_options))
        async with asyncio.timeout(START_SECONDS):
            await until_listening(program, launch, process)
            if program.is_replica_set_member:
                await initiate(launch.port, password)
            async with connected(launch.port, password, program.uri_options) as client:
                await client.admin.command("ping")
    except (TimeoutError, PyMongoError) as error:
        await end(process, launch.folder)
        raise did_not_start(program, launch, str(error) or f"no answer in {START_SECONDS:.0f} s") from error
    except BaseException:
        await end(process, launch.folder)
        raise
    return process


def environment() -> dict[str, str]:
    """Ours without the settings: the server's own could weaken how it writes, and ours hold secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("SECANTUS", "REUNIFY_"))}


async def until_listening(program: Program, launch: Launch, process: Process) -> None:
    """Reads what the server says until it says that it listens. Raises EmbeddedDatabaseError if it ends instead."""
    said = b""
    while chunk := await output(process, launch.folder):
        said = said[-OUTPUT_BYTES:] + chunk
        if program.listening.search(said):
            return
    await process.wait()
    if b"ddress already in use" in said:
        raise EmbeddedDatabaseError(
            EmbeddedDatabaseCode.PORT_TAKEN, f"Port {launch.port} of {HOST} is taken by another program."
        )
    last_words = said.decode(errors="replace").strip().splitlines()[-1:]
    raise did_not_start(program, launch, last_words[0] if last_words else f"it ended with status {process.returncode}")


def did_not_start(program: Program, launch: Launch, reason: str) -> EmbeddedDatabaseError:
    return EmbeddedDatabaseError(
        EmbeddedDatabaseCode.DID_NOT_START,
        f"{program.name} did not start ({reason.splitlines()[0]}); see {launch.folder / 'server.log'}.",
    )


@asynccontextmanager
async def connected(port: int, password: str | None, options: str) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    address = uri(port, password, options) if password else f"mongodb://{HOST}:{port}/?{options}"
    async with AsyncMongoClient[dict[str, Any]](address) as client:
        yield client


async def initiate(port: int, password: str | None) -> None:
    """Makes the server the one member of its set, under the address that it has this time.

    As the manual has it for `replSetInitiate`, and, where the address changed, for a forced `replSetReconfig`. It asks
    for names rather than numbers as addresses of members.
    """
    address = f"localhost:{port}"
    async with connected(port, password, "directConnection=true") as client:
        try:
            answer = await client.admin.command("replSetGetConfig")
        except OperationFailure as error:
            if error.code != NOT_YET_INITIALIZED:
                raise
            members = [{"_id": 0, "host": address}]
            await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
            return
        config = answer["config"]
        if config["members"][0]["host"] != address:
            config["members"][0]["host"] = address
            config["version"] += 1
            await client.admin.command("replSetReconfig", config, force=True)


async def output(process: Process, folder: Path) -> bytes:
    """What the server says next, kept in its log; empty once it has ended."""
    assert process.stdout is not None  # noqa: S101 -- for mypy: it was asked for with PIPE
    chunk = await process.stdout.read(OUTPUT_BYTES)
    append_to_log(folder, chunk)
    return chunk


async def drain(process: Process, folder: Path) -> None:
    """Reads what the server says until it ends: with nobody reading it would come to wait."""
    while await output(process, folder):
        pass


async def end(process: Process, folder: Path) -> None:
    """Asks the server to stop, and makes it where it does not."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await drain(process, folder)
    except TimeoutError:
        process.kill()
        await drain(process, folder)
    await process.wait()
    forget_record(folder)
