"""WebSockets that say what no client should, in whatever order, or stop half-way: the server stays as it was."""

import asyncio
import base64
import json
import struct
import time
from contextlib import suppress
from random import Random
from urllib.parse import urlsplit

import aiohttp

from tests.chaos.bytes_fuzz import MEGABYTES_FOR_FRAMES, Tried
from tests.chaos.memory import watched
from tests.support.client import Client, operation

PROTOCOL = "graphql-transport-ws"
AT_ONCE = 20
CLOSING_SECONDS = 20.0
PATIENCE_SECONDS = 0.2
"""How long a connection waits for another message before it goes on with what it has to say."""
OURS = {1011, 4500}
"""Codes with which a connection is closed after a failure of the server's."""
LARGEST = 256_000
TEXTS = (
    "",
    "{",
    "null",
    "[]",
    '"connection_init"',
    "{}",
    '{"type": 7}',
    '{"type": "connection_init", "payload": []}',
    '{"type": "connection_init", "payload": {"authorization": {"a": 1}}}',
    '{"type": "connection_init", "payload": {"authorization": "Bearer nobody"}}',
    '{"type": "ping", "payload": {"a": NaN}}',
    '{"type": "ping", "payload": "\\ud800"}',
    '{"type": "pong"}',
    '{"type": "complete", "id": "nothing"}',
    '{"type": "complete"}',
    '{"type": "subscribe", "id": ""}',
    '{"type": "subscribe", "id": "1"}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { id } }"}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{", "variables": 3}}',
    '{"type": "subscribe", "id": "\\u0000", "payload": {"query": "{ __schema { types { name } } }"}}',
    '{"type": "next", "id": "1", "payload": {}}',
    '{"type": "error", "id": "1", "payload": []}',
    '{"a": ' * 5_000,
    "[" * 100_000,
    '{"type": "ping", "payload": {"a": "' + "x" * (LARGEST - 100) + '"}}',
    '{"type": "ping", "payload": {"a": "' + "x" * LARGEST + '"}}',
)


async def send_frames(client: Client, incident_id: str, count: int, random: Random, pid: int) -> Tried:
    """So many connections, several at a time, as a stranger and signed in; a sound one works before and after."""
    tried = Tried("connections")
    kinds = (_says_anything, _subscribes_to_much, _is_no_client)

    async def connect() -> None:
        while tried.count < count:
            seeded = Random(random.getrandbits(32))  # noqa: S311 (chances, not secrets)
            kind, who = seeded.choice(kinds), seeded.choice((client, client.signed_in(None)))
            began = time.perf_counter()
            try:
                async with asyncio.timeout(CLOSING_SECONDS):
                    outcome = await kind(who, incident_id, seeded)
            except TimeoutError:
                outcome = "hangs"
            tried.add(outcome, time.perf_counter() - began)
            if outcome == "hangs" or any(outcome == f"closed with {code}" for code in OURS):
                tried.faults.append(f"{kind.__name__}: {outcome}")

    await _follow_a_moment(client, incident_id)
    async with watched(pid) as tried.memory, asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(connect())
    await _follow_a_moment(client, incident_id)
    tried.bound(MEGABYTES_FOR_FRAMES)
    return tried


async def _follow_a_moment(client: Client, incident_id: str) -> None:
    async with client.follow("matchChanges", incidentId=incident_id) as subscription:
        await subscription.socket.send_json({"type": "ping"})
        while (message := await subscription.next_message())["type"] == "next":
            pass  # what there is already may come first
        assert message["type"] == "pong"


async def _says_anything(client: Client, incident_id: str, random: Random) -> str:
    """Messages in any order, some of them sound, some of bytes, some cut."""
    sound = [
        json.dumps({"type": "connection_init", "payload": client.headers}),
        json.dumps(_subscription("1", incident_id)),
        json.dumps(_subscription("2", incident_id)),
    ]
    async with client.session.ws_connect(f"{client.url}/graphql", protocols=[PROTOCOL], max_msg_size=0) as socket:
        if random.random() < 0.7:
            await socket.send_str(sound[0])
        for _ in range(random.randint(1, 12)):
            text = random.choice([*TEXTS, *sound, *sound])
            with suppress(ConnectionError, aiohttp.ClientError):
                match random.randrange(6):
                    case 0:
                        await socket.send_bytes(text.encode("utf-8", "surrogatepass"))
                    case 1:
                        await socket.send_str(text[: random.randrange(len(text) + 1)])
                    case 2:
                        await socket.ping(random.randbytes(random.randrange(126)))
                    case _:
                        await socket.send_str(text)
        return await _end_of(socket, random)


async def _subscribes_to_much(client: Client, incident_id: str, random: Random) -> str:
    """More subscriptions than a connection has room for, some of them ended at once."""
    async with client.session.ws_connect(f"{client.url}/graphql", protocols=[PROTOCOL], max_msg_size=0) as socket:
        await socket.send_json({"type": "connection_init", "payload": client.headers})
        for number in range(random.choice((10, 60, 150))):
            with suppress(ConnectionError, aiohttp.ClientError):
                await socket.send_json(_subscription(str(number), incident_id))
                if random.random() < 0.3:
                    await socket.send_json({"type": "complete", "id": str(number)})
        return await _end_of(socket, random)


async def _is_no_client(client: Client, _incident_id: str, random: Random) -> str:
    """Bytes that are no frames, or half of one; and the end of the line without a word."""
    place = urlsplit(client.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    key = base64.b64encode(random.randbytes(16)).decode()
    hello = (
        f"GET /graphql HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n"
    ).encode()
    frames = (
        b"",
        random.randbytes(random.randrange(1, 200)),
        b"\x81\x05hello",  # without a mask
        b"\x8f\x80\0\0\0\0",  # an opcode that is none
        b"\xf1\x80\0\0\0\0",  # reserved bits
        b"\x89\xfe\x01\x00\0\0\0\0" + bytes(256),  # too long a ping
        b"\x01\x80\0\0\0\0" * 3_000,  # text begun again and again
        b"\x01\x81\0\0\0\0a" + b"\x00\x81\0\0\0\0a" * 20_000,  # text that never ends
        b"\x81" + b"\xff" + struct.pack(">Q", 2**62) + b"\0\0\0\0" + b"a" * 1_000,  # longer than anything
        b"\x81\x83\0\0\0\0\xff\xfe\xfd",  # no UTF-8
        b"\x81\xfe\xff\xff\0\0\0\0half",
        b"\x88\x81\0\0\0\0x",  # a close with half a code
    )
    try:
        writer.write(hello[: random.choice((len(hello), len(hello), random.randrange(len(hello))))])
        writer.write(random.choice(frames))
        await writer.drain()
        if random.random() < 0.5:
            writer.transport.abort()
            return "line cut"
        writer.write_eof()
        while await reader.read(65_536):
            pass
    except OSError:
        return "line cut by the server"
    else:
        return "line closed"
    finally:
        writer.close()


async def _end_of(socket: aiohttp.ClientWebSocketResponse, random: Random) -> str:
    """Read what comes for a moment, then go: in order, or by cutting the line."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for _ in socket:
                pass
    if socket.closed:
        return f"closed with {socket.close_code}"
    transport = socket.get_extra_info("transport")
    if transport is not None and random.random() < 0.3:
        transport.abort()
        return "line cut"
    await socket.close()
    return "left"


def _subscription(number: str, incident_id: str) -> dict[str, object]:
    payload = {"query": operation("matchChanges"), "variables": {"incidentId": incident_id}}
    return {"id": number, "type": "subscribe", "payload": payload}
