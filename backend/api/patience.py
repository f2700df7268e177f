"""How the HTTP server is set up: what it waits for, which uvicorn by itself does without end, and whom it believes."""

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


@dataclass(frozen=True, slots=True)
class Patience:
    """`head_seconds` from the connection, or the first byte of a further request, to the end of the headers, which have
    at most `head_bytes`; `stalled_seconds` for a client that takes nothing of its answer.
    """

    head_seconds: float = 10.0
    head_bytes: int = 32_000
    stalled_seconds: float = 30.0


def server_config(app: ASGIApp, patience: Patience, **others: Any) -> Config:
    """The server's configuration, with `others` as uvicorn names them.

    Bodies have bounds of their own, where they are read. Who is believed about a client's address is a setting, and
    built into the application, so uvicorn is told to believe nobody.
    """
    protocol = type("PatientProtocol", (_PatientProtocol,), {"patience": patience})
    websocket = type("PatientWebSocket", (_PatientWebSocket,), {"patience": patience})
    return Config(
        app,
        http=protocol,
        ws=websocket,
        # A browser would have each connection keep tables of its own to compress messages of a kilobyte with.
        ws_per_message_deflate=False,
        proxy_headers=False,
        server_header=False,
        **others,
    )


class _PatientProtocol(HttpToolsProtocol):
    patience = Patience()
    _head: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn leaves it None before the first request
        if self._head is None and (cycle is None or cycle.response_complete):
            self._expect_head()
        self._received += len(data)
        super().data_received(data)
        if self._head is not None and self._received > self.patience.head_bytes:
            self.transport.close()

    def on_headers_complete(self) -> None:
        self._head_is_there()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.patience.stalled_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._takes_again()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_there()
        self._takes_again()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._received = 0
        self._head = self.loop.call_later(self.patience.head_seconds, self.transport.close)

    def _head_is_there(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _takes_again(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


class _Messages:
    """What came in and was not read yet, for one reader; `asyncio.Queue` takes three kilobytes to wait in."""

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._bell: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        self._messages.append(message)
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)

    async def get(self) -> Any:
        while not self._messages:
            self._bell = asyncio.get_running_loop().create_future()
            await self._bell
        return self._messages.pop(0)

    def empty(self) -> bool:
        return not self._messages


class _PatientWebSocket(WebSocketsSansIOProtocol):
    """Lets go of whoever takes nothing: uvicorn by itself would keep what was not taken until the network gives up."""

    patience = Patience()
    _stalled: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.queue = _Messages()  # type: ignore[assignment]  # all of a queue that is used

    def start_keepalive(self) -> None:
        """Forget the handshake, which is done. Whoever is silent is asked for a sign of life by the application."""
        self.request.headers.clear()  # which its parser keeps as long as the connection
        del self.request, self.response

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.patience.stalled_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._takes_again()

    def connection_lost(self, exc: Exception | None) -> None:
        self._takes_again()
        super().connection_lost(exc)

    def _takes_again(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
