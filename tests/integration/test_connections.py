"""Connections to strangers' servers: kept while all is in order, and no answer taken for another's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from yarl import URL

from notifications.connections import LONGEST_ANSWER, Answer, BrokenConnectionError, Connections, Limits
from tests.support.push_channel import LOOPBACK

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
Server = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


async def test_a_request_is_one_that_a_server_reads_as_it_was_meant() -> None:
    asked: list[bytes] = []

    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        asked.append(request)
        writer.write(b"HTTP/1.1 429 Slower\r\nretry-after: 7\r\nContent-Length: 4\r\n\r\nwait")

    async with server(answer) as (url, _), connections() as to_servers:
        got = await to_servers.post(url / "a%2Fb?c=d", {"TTL": "60", "Topic": "news"}, b"\x00\x01")
    assert got == Answer(429, "7", "wait")
    (request,) = asked
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert first == "POST /a%252Fb%3Fc=d HTTP/1.1"
    assert {"Content-Length: 2", f"Host: 127.0.0.1:{url.port}", "TTL: 60", "Topic: news"} <= set(lines)
    assert body == b"\x00\x01"


async def test_one_connection_serves_messages_that_follow_each_other() -> None:
    async with server(_created) as (url, opened), connections() as to_servers:
        answers = [await to_servers.post(url, {}, b"") for _ in range(5)]
    assert [one.status for one in answers] == [201] * 5
    assert opened == [5]


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nContent-Length: 90000\r\n\r\n" + b"x" * 9000,
        b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\nHTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["a server that wants no more", "an answer that is too long", "an answer that nobody asked for"],
)
async def test_after_an_answer_that_is_not_at_its_end_the_next_goes_over_a_new_connection(first: bytes) -> None:
    answers = [first, CREATED]

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answers.pop(0))

    async with server(answer) as (url, opened), connections() as to_servers:
        one = await to_servers.post(url, {}, b"")
        assert (one.status, len(one.beginning) <= LONGEST_ANSWER) == (201, True)
        assert (await to_servers.post(url, {}, b"")).status == 201
    assert opened == [1, 1]


async def test_the_answer_to_a_message_that_was_given_up_is_nobody_elses() -> None:
    asked = asyncio.Queue[asyncio.StreamWriter]()

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        await asked.put(writer)

    async with server(answer) as (url, opened), connections() as to_servers:
        given_up = asyncio.create_task(to_servers.post(url, {}, b""))
        late = await asked.get()
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        following = asyncio.create_task(to_servers.post(url, {}, b""))
        writer = await asked.get()
        late.write(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")
        writer.write(CREATED)
        assert (await following).status == 201
    assert opened == [1, 1]


async def test_an_interim_answer_is_not_the_answer() -> None:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + CREATED)

    async with server(answer) as (url, _), connections() as to_servers:
        assert (await to_servers.post(url, {}, b"")).status == 201


async def test_an_answer_that_ends_with_its_connection_is_read_to_there() -> None:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\n\r\nno such device")
        writer.close()

    async with server(answer) as (url, _), connections() as to_servers:
        assert await to_servers.post(url, {}, b"") == Answer(404, None, "no such device")


@pytest.mark.parametrize(
    "said", [b"", b"SSH-2.0-OpenSSH_9.9\r\n", b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nx"]
)
async def test_what_is_no_whole_answer_is_a_broken_connection(said: bytes) -> None:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    async with server(answer) as (url, _), connections() as to_servers:
        with pytest.raises(BrokenConnectionError):
            await to_servers.post(url, {}, b"")


@pytest.mark.parametrize("value", ["1\r\nX-Forged: yes", "1\nX-Forged: yes", "1\rX-Forged: yes"])
async def test_a_header_cannot_bring_another_with_it(value: str) -> None:
    async with server(_created) as (url, opened), connections() as to_servers:
        with pytest.raises(ValueError, match="one line"):
            await to_servers.post(url, {"TTL": value}, b"")
    assert opened == []


def connections() -> Connections:
    return Connections(LOOPBACK, Limits())


async def _created(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(CREATED)


@asynccontextmanager
async def server(answer: Server) -> AsyncIterator[tuple[URL, list[int]]]:
    """Its address, and how many requests each connection brought, in the order in which they were opened."""
    opened: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(opened)
        opened.append(0)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length:"))
                body = await reader.readexactly(int(length.partition(b":")[2]))
                opened[number] += 1
                await answer(head + body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield URL(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"), opened
