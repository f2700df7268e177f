"""Requests to the servers of strangers: kept-alive connections behind the guard, answers bounded in time and size.

aiohttp opens the connections, keeps them and reads the answers. Its session is left out, for it makes a request, a
response, headers and a timer anew for each message: 103 microseconds of CPU with it, 45 without.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from notifications.guard import AddressError, PushPolicy, guarded_connector

LONGEST_ANSWER = 2048
"""Bytes read of an answer; the rest is dropped with its connection."""

MOST_ORIGINS = 1000
"""Origins remembered; the push services there are number a handful."""

_UNBOUNDED = aiohttp.ClientTimeout(total=None)
"""For the parts of an attempt; the whole of it has its own end."""


class BrokenConnectionError(Exception):
    """The server was not reached, or its answer was none; the message says why, in words that may be a stranger's."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once, and for how long. A server that is down holds its own share alone."""

    in_flight: int = 200
    in_flight_per_origin: int = 50
    timeout: float = 15.0
    """Seconds for one attempt, from opening the connection to the end of the answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`beginning` is the first part of the body, as it is: not decompressed, so that a small one cannot grow."""

    status: int
    retry_after: str | None
    beginning: str


class Connections:
    """A pool of `in_flight` connections, open while the context is."""

    def __init__(self, policy: PushPolicy, limits: Limits, *, resolver: AbstractResolver | None = None) -> None:
        self._connector = guarded_connector(policy, limit=limits.in_flight, resolver=resolver)
        self._timeout = limits.timeout
        self._openings: dict[URL, aiohttp.ClientRequest] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connector.close()

    async def post(self, url: URL, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send once, to where the URL leads and nowhere else: no redirect is followed, and no proxy asked.

        Raises: AddressError, TimeoutError, BrokenConnectionError.
        """
        request = _head(url, headers, len(body)) + body
        try:
            async with asyncio.timeout(self._timeout):
                connection = await self._connector.connect(self._opening(url.origin()), [], _UNBOUNDED)
                try:
                    answer = await _exchange(connection, request)
                except BaseException:
                    # What is still to be answered must not be another's answer.
                    connection.close()
                    raise
                # Where the answer goes on, this closes the connection.
                connection.release()
                return answer
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.__cause__, AddressError):
                raise AddressError from error
            raise BrokenConnectionError(str(error.__cause__ or error)) from error
        except TimeoutError:
            raise
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            raise BrokenConnectionError(str(error)) from error

    def _opening(self, origin: URL) -> aiohttp.ClientRequest:
        """What the pool wants to know of an origin, as a request that is never sent."""
        opening = self._openings.get(origin)
        if opening is None:
            if len(self._openings) >= MOST_ORIGINS:
                self._openings.clear()
            opening = self._openings[origin] = aiohttp.ClientRequest("POST", origin, loop=asyncio.get_running_loop())
        return opening


async def _exchange(connection: Connection, request: bytes) -> Answer:
    protocol = connection.protocol
    if protocol is None or protocol.transport is None:
        raise aiohttp.ServerDisconnectedError
    protocol.set_response_params(read_until_eof=True, auto_decompress=False)
    protocol.transport.write(request)
    message, content = await protocol.read()
    while message.code < 200 and message.code != 101:  # noqa: PLR2004 - interim answers, but for a change of protocol
        message, content = await protocol.read()
    return Answer(message.code, message.headers.get("Retry-After"), await _beginning(content))


def _head(url: URL, headers: Mapping[str, str], length: int) -> bytes:
    lines = [
        f"POST {url.raw_path_qs} HTTP/1.1",
        f"Host: {url.host_port_subcomponent}",
        "User-Agent: Reunify",
        f"Content-Length: {length}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    head = "\n".join(lines)
    if "\r" in head or head.count("\n") >= len(lines):
        raise ValueError("A header must be one line.")
    return (head.replace("\n", "\r\n") + "\r\n\r\n").encode("ascii")


async def _beginning(content: aiohttp.StreamReader) -> str:
    body = b""
    while len(body) < LONGEST_ANSWER and (part := await content.read(LONGEST_ANSWER - len(body))):
        body += part
    return body.decode("utf-8", "replace")
