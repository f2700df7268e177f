"""Runs an ASGI application on uvicorn at a free loopback port, inside the test's own event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from backend.api.patience import Patience, server_config


@dataclass(frozen=True, slots=True)
class LiveServer:
    """Where the application answers: `url` is like `http://127.0.0.1:40123`."""

    url: str

    @property
    def websocket_url(self) -> str:
        return self.url.replace("http", "ws", 1)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.stopping = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Waits for the end itself, rather than looking for it ten times a second."""
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Without the tenth of a second that connections are given to end, where none is open."""
        await asyncio.sleep(0)  # a client that has just left is noticed
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        await self.lifespan.shutdown()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals stay the test runner's."""
        yield


@asynccontextmanager
async def live_server(app: ASGIApp, patience: Patience | None = None, port: int = 0) -> AsyncIterator[LiveServer]:
    """Start the application, wait until it answers, and stop it at the end of the block. Port 0 is any free one.

    An application that fails to start raises RuntimeError here.
    """
    listener = socket.create_server(("127.0.0.1", port))
    taken = listener.getsockname()[1]
    # As uvloop has it in production: else the body of each answer waits 40 ms until its headers are acknowledged.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = server_config(app, patience or Patience(), log_config=None, timeout_graceful_shutdown=2, lifespan="auto")
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    ready = asyncio.create_task(server.ready.wait())
    try:
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done() or not server.started:
            raise RuntimeError("The application did not start.")
        yield LiveServer(f"http://127.0.0.1:{taken}")
    finally:
        ready.cancel()
        server.should_exit = True
        server.stopping.set()
        await serving
        listener.close()
