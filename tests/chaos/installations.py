"""The product installed in processes of its own, and for each way to install it the part that is killed."""

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import aiohttp
from pymongo import AsyncMongoClient

from backend.store.embedded import database_folder, embedded_database, running_database
from backend.store.embedded_folder import living_server
from tests.chaos.waiting import until
from tests.support.client import WORK_BITS

ROOT = Path(__file__).parents[2]
LEASE_SECONDS = "2"
READY_SECONDS = 60
FIRST_LINK = re.compile(r"/join#(\S+)")


@dataclass(frozen=True, slots=True)
class Installation:
    """A running product. `kill` sends SIGKILL to the part in question, and returns once that was started again.

    `first_secret` is that of the first administrator's link.
    """

    url: str
    first_secret: str
    database_uri: Callable[[], str]
    kill: Callable[[], Awaitable[None]]


class NotReadyError(Exception):
    """A process did not come up; its log says why."""


@dataclass(slots=True)
class Program:
    """A `reunify` command that runs until it is ended."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    process: Process | None = None

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "backend", *self.command),
                cwd=ROOT,
                env=self.environment,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(how)
            await self.process.wait()

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@asynccontextmanager
async def running(program: Program) -> AsyncIterator[Program]:
    await program.start()
    try:
        yield program
    finally:
        await program.end(signal.SIGTERM)


@asynccontextmanager
async def whose_server_is_killed(folder: Path) -> AsyncIterator[Installation]:
    """`reunify serve` alone; its embedded database ends with it."""
    port = free_port()
    async with running(Program(("serve",), environment(folder, port), folder / "serve.log")) as server:
        secret = await first_secret(server, port)

        async def kill() -> None:
            await server.end(signal.SIGKILL)
            await server.start()
            await until_healthy(server, port)

        yield Installation(address(port), secret, lambda: embedded_uri(folder), kill)


@asynccontextmanager
async def whose_worker_is_killed(folder: Path) -> AsyncIterator[Installation]:
    """`reunify serve --no-worker` and `reunify worker`, on a database that outlives both."""
    port = free_port()
    async with embedded_database(folder) as database:
        shared = environment(folder, port) | {"REUNIFY_MONGODB_URI": database.uri}
        async with running(Program(("serve", "--no-worker"), shared, folder / "serve.log")) as server:
            secret = await first_secret(server, port)  # by then the keys are made that the worker reads
            async with running(Program(("worker",), shared, folder / "worker.log")) as worker:

                async def kill() -> None:
                    await worker.end(signal.SIGKILL)
                    await end_transactions(database.uri)
                    await worker.start()

                yield Installation(address(port), secret, lambda: database.uri, kill)


@asynccontextmanager
async def whose_database_is_killed(folder: Path) -> AsyncIterator[Installation]:
    """`reunify serve`, which watches over its embedded database and starts it again."""
    port = free_port()
    async with running(Program(("serve",), environment(folder, port), folder / "serve.log")) as server:
        secret = await first_secret(server, port)

        async def kill() -> None:
            killed = database_pid(folder)
            assert killed is not None
            os.kill(killed, signal.SIGKILL)

            async def another_runs() -> bool:
                return database_pid(folder) not in {killed, None}

            await ready(server, another_runs)
            await until_healthy(server, port)

        yield Installation(address(port), secret, lambda: embedded_uri(folder), kill)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A running product that nobody kills; `pid` is the server's."""

    url: str
    first_secret: str
    pid: int
    program: Program

    @property
    def faults(self) -> list[str]:
        """Whether it is there no more, and what it said last."""
        ended = None if self.program.process is None else self.program.process.returncode
        return [] if ended is None else [f"the server ended with {ended}: {self.program.said()[-2000:]}"]


@asynccontextmanager
async def left_alone(folder: Path, **settings: str) -> AsyncIterator[LeftAlone]:
    """`reunify serve`, with settings by the names of their variables."""
    port = free_port()
    async with running(Program(("serve",), environment(folder, port) | settings, folder / "serve.log")) as server:
        secret = await first_secret(server, port)
        assert server.process is not None
        installation = LeftAlone(address(port), secret, server.process.pid, server)
        try:
            yield installation
        except* aiohttp.ClientConnectionError as errors:
            raise NotReadyError("; ".join(installation.faults) or "the server is there, and is not reached") from errors


INSTALLATIONS: Mapping[str, Callable[[Path], AbstractAsyncContextManager[Installation]]] = MappingProxyType({
    "server": whose_server_is_killed,
    "worker": whose_worker_is_killed,
    "database": whose_database_is_killed,
})  # fmt: skip
"""By the name of the part that is killed; each takes an empty folder."""


def environment(folder: Path, port: int) -> dict[str, str]:
    """Ours without settings of the product, and those of the installation."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("REUNIFY_")}
    return ours | {
        "REUNIFY_DATA_FOLDER": str(folder),
        "REUNIFY_PORT": str(port),
        "REUNIFY_LOG_LEVEL": "warning",
        "REUNIFY_WORKER_LEASE_SECONDS": LEASE_SECONDS,
        "REUNIFY_PUSH_ALLOWED_HOSTS": "127.0.0.1",
        "REUNIFY_PUSH_ALLOW_PRIVATE": "true",
        "REUNIFY_RATE_LIMITS": "false",
        "REUNIFY_FILING_WORK_BITS": str(WORK_BITS),
    }


def address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


async def end_transactions(uri: str) -> None:
    """Abort what the killed worker had open, as `mongod` does by itself after `transactionLifetimeLimitSeconds`.

    Until then the documents that it had changed are locked, for 60 seconds by default, which is why a worker's lease
    lasts as long. Here leases are short, so that a round is.
    """
    async with AsyncMongoClient[dict[str, Any]](uri) as client:
        await client.admin.command("killAllSessions", [])


def embedded_uri(folder: Path) -> str:
    database = running_database(folder)
    assert database is not None
    return database.uri


def database_pid(folder: Path) -> int | None:
    server = living_server(database_folder(folder))
    return None if server is None else server.pid


async def ready(program: Program, holds: Callable[[], Awaitable[bool]]) -> None:
    """Raises: NotReadyError, with what the program said last."""
    try:
        await until(holds, READY_SECONDS)
    except TimeoutError:
        raise NotReadyError(program.said()[-2000:]) from None


async def until_healthy(program: Program, port: int) -> None:
    async with aiohttp.ClientSession() as session:

        async def is_healthy() -> bool:
            try:
                async with session.get(f"{address(port)}/health") as response:
                    return response.status == 200
            except aiohttp.ClientError:
                return False

        await ready(program, is_healthy)


async def first_secret(server: Program, port: int) -> str:
    """What the server prints behind the `#` of the first administrator's link, once it answers."""

    found: list[str] = []

    async def has_said_it() -> bool:
        found.extend(FIRST_LINK.findall(server.said()))
        return bool(found)

    await until_healthy(server, port)
    await ready(server, has_said_it)
    return found[0]
