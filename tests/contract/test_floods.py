"""What one client can cost: floods of everything that can be sent, and connections that say nothing or never end."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from backend.api.limits import Limits
from backend.api.patience import Patience
from backend.commands.serve import running_server
from backend.domain.account import Role
from backend.settings.settings import read_settings
from tests.support.house import House, Scene, running_house
from tests.support.live_server import LiveServer, live_server
from tests.support.records import report
from tests.support.small_api import Events, small_app
from tests.support.snapshot import everything

PROTOCOL = "graphql-transport-ws"
HURRIED = Patience(head_seconds=0.3, head_bytes=4_000, stalled_seconds=0.3)


@pytest.fixture
def events() -> Events:
    return Events()


@asynccontextmanager
async def small(
    events: Events, limits: Limits | None = None, patience: Patience = HURRIED
) -> AsyncIterator[LiveServer]:
    async with live_server(small_app(events, limits), patience) as server:
        yield server


def aliases() -> str:
    return "mutation { " + " ".join(f'a{n}: rename(name: "x") {{ name }}' for n in range(40)) + " }"


def deep(levels: int) -> str:
    return "{ child { " + "siblings { " * levels + "name" + " }" * levels + " } }"


def deep_fragments(levels: int) -> str:
    fragments = " ".join(f"fragment F{n} on Child {{ siblings {{ ...F{n + 1} }} }}" for n in range(levels))
    return f"{{ child {{ ...F0 }} }} {fragments} fragment F{levels} on Child {{ name }}"


def widening_fragments(levels: int) -> str:
    """Each fragment asks for twenty friends with the next one each, so that the answer has 20 to the `levels` names."""
    fragments = " ".join(
        f"fragment F{n} on Child {{ friends(first: 20) {{ edges {{ node {{ ...F{n + 1} }} }} }} }}"
        for n in range(levels)
    )
    return f"{{ child {{ ...F0 }} }} {fragments} fragment F{levels} on Child {{ name }}"


FLOODS: dict[str, tuple[Callable[[], str], str]] = {
    "aliases": (aliases, "TOO_MANY_ALIASES"),
    "the same field": (lambda: "{ " + "child { name } " * 40 + "}", "TOO_MANY_ALIASES"),
    "directives": (lambda: "{ child { name " + "@skip(if: false) " * 40 + "} }", "TOO_MANY_DIRECTIVES"),
    "depth": (lambda: deep(20), "QUERY_TOO_DEEP"),
    "deep fragments": (lambda: deep_fragments(20), "QUERY_TOO_DEEP"),
    "widening fragments": (lambda: widening_fragments(4), "QUERY_TOO_COSTLY"),
    "cyclic fragments": (
        lambda: (
            "{ child { ...A } } "
            "fragment A on Child { siblings { ...B } } fragment B on Child { siblings { ...A } }"
        ),
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a fragment of itself": (lambda: "{ child { ...A } } fragment A on Child { ...A }", "GRAPHQL_VALIDATION_FAILED"),
    "a huge page": (lambda: "{ children(first: 2000000000) { name } }", "QUERY_TOO_COSTLY"),
    "pages of pages": (
        lambda: "{ children(first: 500) { friends(first: 500) { edges { node { name } } } } }",
        "QUERY_TOO_COSTLY",
    ),
    "tokens": (lambda: "{ " + "child { name } " * 400 + "}", "QUERY_TOO_LONG"),
    "characters": (lambda: "{ child { name } } #" + "x" * 30_000, "QUERY_TOO_LONG"),
    "open brackets": (lambda: "{ child" * 900, "GRAPHQL_PARSE_FAILED"),
    "nested list values": (lambda: "{ child(name: " + "[" * 900 + ") { name } }", "GRAPHQL_PARSE_FAILED"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "code"), FLOODS.values(), ids=FLOODS.keys())
async def test_a_document_that_would_cost_too_much_is_refused_before_anything_of_it_runs(
    events: Events, document: Callable[[], str], code: str
) -> None:
    async with small(events) as server, aiohttp.ClientSession(server.url) as session:
        async with asyncio.timeout(5), session.post("/graphql", json={"query": document()}) as answer:
            body = await answer.json(content_type=None)
        assert body["errors"][0]["extensions"]["code"] == code
        assert "data" not in body
        assert events.log == []
        async with session.post("/graphql", json={"query": "{ child { name } }"}) as answer:
            assert (await answer.json(content_type=None))["data"] == {"child": {"name": "Ada"}}


async def test_a_batch_of_requests_is_not_taken(events: Events) -> None:
    rename = {"query": 'mutation { rename(name: "x") { name } }'}
    async with small(events) as server, aiohttp.ClientSession(server.url) as session:
        async with session.post("/graphql", json=[rename] * 100) as answer:
            assert (await answer.json(content_type=None))["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        assert events.log == []
        async with session.post("/graphql", json=rename) as answer:
            assert answer.status == 200
        assert events.log == ["x"]


OVERSIZE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "a name as long as a book": lambda one: {**one, "reporter": {"name": "x" * 100_000}},
    "a thousand children": lambda one: {**one, "children": [one["children"][0]] * 1_000},
    "a deep input": lambda one: {**one, "reporter": {"name": json.loads("[" * 500 + "]" * 500)}},
    "a huge number": lambda one: {**one, "children": [{**one["children"][0], "person": {"heightCm": 10**400}}]},
}


@pytest.mark.parametrize("spoil", OVERSIZE.values(), ids=OVERSIZE.keys())
async def test_oversize_variables_are_refused_and_nothing_is_written(
    scene: Scene, spoil: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    before = await everything(scene.house.use.store)
    async with asyncio.timeout(10):
        answer = await scene.stranger.ask("fileReport", input=spoil(report(scene.incident_id)))
    assert set(answer.codes) <= {"INVALID", "BAD_USER_INPUT", "BODY_TOO_LARGE", "BAD_REQUEST"}
    assert answer.codes
    assert await everything(scene.house.use.store) == before
    assert (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made


@asynccontextmanager
async def raw(server: LiveServer) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
    try:
        yield reader, writer
    finally:
        writer.close()


async def trickled(server: LiveServer, start: bytes, more: bytes, every: float = 0.02) -> bytes:
    """What the server answers until it closes the connection, to somebody who sends `more` byte by byte for ever."""
    async with raw(server) as (reader, writer):
        writer.write(start)

        async def send() -> None:
            while True:
                writer.write(more)
                await asyncio.sleep(every)

        sending = asyncio.create_task(send())
        said = b""
        try:
            async with asyncio.timeout(5):
                # Piece by piece: a byte after the end resets the connection, and takes away what was not read.
                while piece := await reader.read(65_536):
                    said += piece
        except ConnectionError:
            pass
        finally:
            sending.cancel()
        return said


HEAD = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
SLOW = {
    "who says nothing": (b"", b""),
    "who sends only empty lines": (b"", b"\r\n"),
    "whose request line never ends": (b"GET /", b"a"),
    "whose headers never end": (HEAD + b"x-slow: ", b"a"),
    "who sends one more header and one more": (HEAD, b"x-slow: a\r\n"),
    "whose second request never ends": (b"GET /nothing HTTP/1.1\r\nhost: x\r\n\r\nGET /", b"a"),
    "who goes on with a body that nobody reads": (
        b"POST /no HTTP/1.1\r\nhost: x\r\ncontent-length: 9999\r\n\r\n",
        b"a",
    ),
}


@pytest.mark.parametrize(("start", "more"), SLOW.values(), ids=SLOW.keys())
async def test_a_connection_that_comes_byte_by_byte_is_closed(events: Events, start: bytes, more: bytes) -> None:
    async with small(events) as server:
        began = asyncio.get_running_loop().time()
        await trickled(server, start, more)
        assert asyncio.get_running_loop().time() - began < 3
        async with aiohttp.ClientSession(server.url) as session, session.get("/graphql?query={token}") as answer:
            assert answer.status == 200


async def test_a_body_that_comes_byte_by_byte_is_answered_408_and_the_connection_closed(events: Events) -> None:
    async with small(events, Limits(body_seconds=0.3)) as server:
        said = await trickled(server, HEAD + b"content-length: 9999\r\n\r\n", b" ")
        assert said.startswith(b"HTTP/1.1 408 ")
        assert b"BODY_TOO_SLOW" in said


async def test_headers_without_an_end_are_cut_off_and_a_patient_client_is_waited_for(events: Events) -> None:
    async with small(events, patience=Patience(head_seconds=60, head_bytes=4_000)) as server:
        await trickled(server, HEAD, b"x-much: " + b"a" * 500 + b"\r\n")
        async with raw(server) as (reader, writer):
            for part in (b"GET /graphql?query=", b"{token} HTTP/1.1\r\n", b"host: x\r\n", b"connection: close\r\n\r\n"):
                writer.write(part)
                await asyncio.sleep(0.05)
            async with asyncio.timeout(5):
                assert (await reader.read()).startswith(b"HTTP/1.1 200 ")


async def test_a_client_that_takes_nothing_of_its_answer_is_let_go() -> None:
    ended = asyncio.Event()

    async def large(_request: Request) -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            try:
                while True:
                    await asyncio.sleep(0)
                    yield b"x" * 100_000
            finally:
                ended.set()

        return StreamingResponse(chunks())

    async with live_server(Starlette(routes=[Route("/", large)]), HURRIED) as server, raw(server) as (_, writer):
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        async with asyncio.timeout(10):
            await ended.wait()


async def status_of_socket(session: aiohttp.ClientSession, url: str) -> int:
    try:
        async with session.ws_connect(url, protocols=[PROTOCOL]):
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status


async def test_so_many_websockets_open_from_one_address_and_another_address_is_not_shut_out(events: Events) -> None:
    async with small(events, Limits(address_connections=3)) as server, AsyncExitStack() as held:
        session = await held.enter_async_context(aiohttp.ClientSession())
        url = f"{server.websocket_url}/graphql"
        sockets = [await held.enter_async_context(session.ws_connect(url, protocols=[PROTOCOL])) for _ in range(3)]
        assert await status_of_socket(session, url) == 429
        connector = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
        async with aiohttp.ClientSession(connector=connector) as elsewhere:
            assert await status_of_socket(elsewhere, url) == 101
        # One that is closed makes room for one.
        await sockets[0].close()
        async with asyncio.timeout(5):
            while await status_of_socket(session, url) != 101:  # noqa: ASYNC110 (nobody tells when it was counted out)
                await asyncio.sleep(0.02)


@pytest.fixture
async def crowded(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[House]:
    async with running_house(
        database_uri, database_name, tmp_path, connections_of_address=3, connections_of_account=2
    ) as house:
        yield house


async def test_who_is_signed_in_takes_no_room_from_the_others_at_the_address(crowded: House) -> None:
    people = [await crowded.person(Role.ADMIN) for _ in range(5)]
    async with AsyncExitStack() as held:
        for person in people:
            for _ in range(2):
                await held.enter_async_context(person.follow("viewer"))
        async with people[0].session.ws_connect(f"{people[0].url}/graphql", protocols=[PROTOCOL]) as third:
            await third.send_json({"type": "connection_init", "payload": people[0].headers})
            message = await third.receive(timeout=5)
            assert (message.data, message.extra) == (4429, "Too many connections of this account")
        stranger = await held.enter_async_context(crowded.stranger.follow("openIncidents"))
        assert await stranger.next() == []


async def test_a_flood_of_messages_closes_the_connection_and_no_other(events: Events) -> None:
    limits = Limits(messages=20, messages_seconds=60)
    async with small(events, limits) as server, aiohttp.ClientSession() as session:
        url = f"{server.websocket_url}/graphql"
        async with (
            session.ws_connect(url, protocols=[PROTOCOL]) as flooding,
            session.ws_connect(url, protocols=[PROTOCOL]) as quiet,
        ):
            for _ in range(21):
                await flooding.send_json({"type": "ping"})
            answers = [await flooding.receive(timeout=5) for _ in range(21)]
            assert [json.loads(answer.data)["type"] for answer in answers[:20]] == ["pong"] * 20
            assert (answers[-1].data, answers[-1].extra) == (4429, "Too many messages")
            await quiet.send_json({"type": "ping"})
            assert (await quiet.receive_json(timeout=5))["type"] == "pong"


async def test_messages_within_the_bound_go_on_for_ever(events: Events) -> None:
    limits = Limits(messages=20, messages_seconds=0.2)
    async with (
        small(events, limits) as server,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{server.websocket_url}/graphql", protocols=[PROTOCOL]) as socket,
    ):
        for _ in range(60):
            await socket.send_json({"type": "ping"})
            assert (await socket.receive_json(timeout=5))["type"] == "pong"
            await asyncio.sleep(0.02)


async def test_the_server_as_it_is_started_has_these_bounds_and_believes_no_forwarded_address(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    settings = read_settings(
        data_folder=tmp_path,
        mongodb_uri=SecretStr(database_uri),
        database_name=database_name,
        port=0,
        worker=False,
        rate_requests="3 per hour",
    )
    async with running_server(settings) as running:
        server = LiveServer(running.settings.address)
        await trickled(server, HEAD, b"x-much: " + b"a" * 5_000 + b"\r\n")
        async with aiohttp.ClientSession(server.url) as session:
            statuses = []
            for number in range(4):
                forwarded = {"x-forwarded-for": f"203.0.113.{number}"}
                async with session.post("/graphql", json={"query": "{ __typename }"}, headers=forwarded) as answer:
                    statuses.append(answer.status)
            assert statuses == [200, 200, 200, 429]
            assert "server" not in answer.headers


async def test_who_takes_nothing_from_a_websocket_is_let_go_and_holds_nobody_up(events: Events) -> None:
    async with small(events, Limits(send_seconds=0.3, messages=100_000)) as server, aiohttp.ClientSession() as session:
        url = f"{server.websocket_url}/graphql"
        async with (
            session.ws_connect(url, protocols=[PROTOCOL], max_msg_size=0) as stuck,
            session.ws_connect(url, protocols=[PROTOCOL]) as quick,
        ):
            for one in (stuck, quick):
                await one.send_json({"type": "connection_init"})
                assert (await one.receive_json())["type"] == "connection_ack"
            followed = {"query": "subscription { counts }"}
            await stuck.send_json({"id": "news", "type": "subscribe", "payload": followed})
            heavy = {
                "query": "query ($name: String!) { child(name: $name) { name } }",
                "variables": {"name": "x" * 200_000},
            }
            for number in range(60):
                await stuck.send_json({"id": f"{number}", "type": "subscribe", "payload": heavy})
            async with asyncio.timeout(10):
                while not events.ended.is_set():
                    await quick.send_json({"id": "1", "type": "subscribe", "payload": {"query": "{ token }"}})
                    assert (await quick.receive_json())["payload"] == {"data": {"token": None}}
                    assert (await quick.receive_json())["type"] == "complete"
            received = 0
            async with asyncio.timeout(10):
                while (await stuck.receive()).type is aiohttp.WSMsgType.TEXT:
                    received += 1
            assert received < 120, "what it did not take was not kept for it"
