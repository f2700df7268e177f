"""graphql-transport-ws, message by message, as its protocol document words it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from backend.api.limits import Limits
from backend.api.parameters import hash_of
from tests.support.live_server import live_server
from tests.support.small_api import Events, small_app

PROTOCOL = "graphql-transport-ws"
Connect = Callable[..., AbstractAsyncContextManager[ClientWebSocketResponse]]
PATIENT = Limits(introspection=True, message_bytes=5_000, connection_operations=2)
HURRIED = Limits(seconds=0.1)


@pytest.fixture
def events() -> Events:
    return Events()


@asynccontextmanager
async def connection(
    events: Events, limits: Limits = PATIENT, **choices: Any
) -> AsyncIterator[ClientWebSocketResponse]:
    """A connection to a server of its own, before any message."""
    async with (
        live_server(small_app(events, limits, **choices)) as server,
        ClientSession() as session,
        session.ws_connect(f"{server.websocket_url}/graphql", protocols=[PROTOCOL]) as socket,
    ):
        assert socket.protocol == PROTOCOL
        yield socket


@asynccontextmanager
async def acknowledged(
    events: Events, limits: Limits = PATIENT, **choices: Any
) -> AsyncIterator[ClientWebSocketResponse]:
    async with connection(events, limits, **choices) as socket:
        await socket.send_json({"type": "connection_init", "payload": {"authorization": "Bearer abc"}})
        assert await heard(socket) == {"type": "connection_ack"}
        yield socket


async def heard(socket: ClientWebSocketResponse) -> Any:
    return await socket.receive_json(timeout=5)


async def closed(socket: ClientWebSocketResponse) -> tuple[int | None, str]:
    message = await socket.receive(timeout=5)
    assert message.type is WSMsgType.CLOSE, message
    return message.data, str(message.extra)


async def ask(socket: ClientWebSocketResponse, operation_id: str, query: str, **others: Any) -> None:
    await socket.send_json({"id": operation_id, "type": "subscribe", "payload": {"query": query, **others}})


async def test_a_subscription_sends_each_event_and_completes(events: Events) -> None:
    async with acknowledged(events) as socket:
        await ask(socket, "1", "subscription ($to: Int!) { count(to: $to) }", variables={"to": 2})
        assert [await heard(socket) for _ in range(3)] == [
            {"id": "1", "type": "next", "payload": {"data": {"count": 1}}},
            {"id": "1", "type": "next", "payload": {"data": {"count": 2}}},
            {"id": "1", "type": "complete"},
        ]
        # Each event, and the operation itself, had a context of its own, with empty loaders.
        assert events.contexts == 3
        await ask(socket, "1", "{ token }")
        assert (await heard(socket))["payload"] == {"data": {"token": "abc"}}


async def test_queries_and_mutations_run_over_the_connection_too(events: Events) -> None:
    async with acknowledged(events) as socket:
        await ask(socket, "q", "{ child { name } }")
        assert await heard(socket) == {"id": "q", "type": "next", "payload": {"data": {"child": {"name": "Ada"}}}}
        assert await heard(socket) == {"id": "q", "type": "complete"}
        await ask(socket, "m", 'mutation { rename(name: "Eve") { name } }')
        assert (await heard(socket))["payload"] == {"data": {"rename": {"name": "Eve"}}}
        assert events.log == ["Eve"]


async def test_the_resolver_ends_when_the_client_completes(events: Events) -> None:
    async with acknowledged(events) as socket:
        await ask(socket, "1", "subscription { counts }")
        events.next_count.put_nowait(7)
        assert (await heard(socket))["payload"] == {"data": {"counts": 7}}
        await socket.send_json({"id": "1", "type": "complete"})
        async with asyncio.timeout(5):
            await events.ended.wait()
        # Its id is free again, and nothing more of it is heard.
        await ask(socket, "1", "{ token }")
        assert (await heard(socket))["payload"] == {"data": {"token": "abc"}}


async def test_the_resolver_ends_when_the_client_disconnects(events: Events) -> None:
    async with acknowledged(events) as socket:
        await ask(socket, "1", "subscription { counts }")
        events.next_count.put_nowait(7)
        await heard(socket)
        await socket.close()
        async with asyncio.timeout(5):
            await events.ended.wait()


async def test_completing_an_unknown_operation_is_ignored(events: Events) -> None:
    async with acknowledged(events) as socket:
        await socket.send_json({"id": "never", "type": "complete"})
        await socket.send_json({"type": "ping"})
        assert await heard(socket) == {"type": "pong"}


async def test_a_ping_is_answered_with_its_payload_even_before_the_init(events: Events) -> None:
    async with connection(events) as socket:
        await socket.send_json({"type": "ping", "payload": {"sent": 1}})
        assert await heard(socket) == {"type": "pong", "payload": {"sent": 1}}


async def test_a_client_that_answers_pings_stays_and_a_silent_one_is_left(events: Events) -> None:
    async with acknowledged(events, Limits(ping_seconds=0.2)) as socket:
        for _ in range(2):
            assert await heard(socket) == {"type": "ping"}
            await socket.send_json({"type": "pong"})
        assert await heard(socket) == {"type": "ping"}
        assert await closed(socket) == (4408, "No answer to a ping")


async def test_a_client_that_does_not_initialise_in_time_is_closed(events: Events) -> None:
    async with connection(events, Limits(connection_init_seconds=0.05)) as socket:
        assert await closed(socket) == (4408, "Connection initialisation timeout")


async def test_a_second_init_closes_the_connection(events: Events) -> None:
    async with acknowledged(events) as socket:
        await socket.send_json({"type": "connection_init"})
        assert await closed(socket) == (4429, "Too many initialisation requests")


async def test_nothing_runs_before_the_acknowledgement(events: Events) -> None:
    async with connection(events) as socket:
        await ask(socket, "1", 'mutation { rename(name: "Eve") { name } }')
        assert await closed(socket) == (4401, "Unauthorized")
    assert events.log == []


async def test_an_id_in_use_closes_the_connection(events: Events) -> None:
    async with acknowledged(events) as socket:
        await ask(socket, "same", "subscription { counts }")
        await ask(socket, "same", "{ token }")
        assert await closed(socket) == (4409, "Subscriber for same already exists")


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("Bearer expired", (4403, "Please sign in first.")),
        ("Basic YWJj", (4403, "Please sign in first.")),
        ("Bearer faulty", (4500, "Something went wrong here.")),
        (1, (4400, "`authorization` must be a string")),
    ],
)
async def test_who_cannot_be_signed_in_is_closed(events: Events, token: object, expected: tuple[int, str]) -> None:
    async with connection(events) as socket:
        await socket.send_json({"type": "connection_init", "payload": {"authorization": token}})
        assert await closed(socket) == expected


@pytest.mark.parametrize(
    "message",
    [
        "no json",
        "[]",
        '{"type": "start"}',
        '{"type": "ping", "payload": 1}',
        '{"type": "complete"}',
        '{"type": "subscribe", "payload": {"query": "{ token }"}}',
        '{"id": "", "type": "subscribe", "payload": {"query": "{ token }"}}',
        '{"id": "1", "type": "subscribe"}',
        '{"id": "1", "type": "subscribe", "payload": {"query": 1}}',
        '{"id": "1", "type": "subscribe", "payload": {"query": "{ token }", "variables": []}}',
    ],
)
async def test_a_message_outside_the_protocol_closes_the_connection(events: Events, message: str) -> None:
    async with acknowledged(events) as socket:
        await socket.send_str(message)
        code, reason = await closed(socket)
        assert code == 4400
        assert reason


async def test_binary_messages_are_not_understood(events: Events) -> None:
    async with acknowledged(events) as socket:
        await socket.send_bytes(b'{"type": "ping"}')
        assert (await closed(socket))[0] == 4400


async def test_a_message_over_the_limit_closes_the_connection(events: Events) -> None:
    async with acknowledged(events) as socket:
        await ask(socket, "1", "#" * 5_001)
        assert (await closed(socket))[0] == 1009


async def test_another_subprotocol_is_not_spoken(events: Events) -> None:
    async with (
        live_server(small_app(events)) as server,
        ClientSession() as session,
        session.ws_connect(f"{server.websocket_url}/graphql", protocols=["graphql-ws"]) as socket,
    ):
        assert (await closed(socket))[0] == 4406


async def test_operations_over_the_bound_are_refused_and_the_others_go_on(events: Events) -> None:
    async with acknowledged(events) as socket:
        await ask(socket, "1", "subscription { counts }")
        await ask(socket, "2", "subscription { counts }")
        await ask(socket, "3", "{ token }")
        refusal = await heard(socket)
        assert (refusal["id"], refusal["type"]) == ("3", "error")
        assert refusal["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        events.next_count.put_nowait(7)
        assert (await heard(socket))["payload"] == {"data": {"counts": 7}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ children(first: 1000000) { name } }", "QUERY_TOO_COSTLY"),
        ("subscription { count(to: $to) }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_an_operation_at_fault_gets_an_error_and_no_complete(events: Events, query: str, code: str) -> None:
    async with acknowledged(events) as socket:
        await ask(socket, "1", query)
        answer = await heard(socket)
        assert (answer["type"], answer["payload"][0]["extensions"]["code"]) == ("error", code)
        await socket.send_json({"type": "ping"})
        assert await heard(socket) == {"type": "pong"}


async def test_a_subscription_whose_source_fails_ends_with_the_domain_code(events: Events) -> None:
    async with acknowledged(events) as socket:
        await ask(socket, "1", "subscription { failing }")
        assert (await heard(socket))["payload"] == {"data": {"failing": 1}}
        answer = await heard(socket)
        assert (answer["type"], answer["payload"][0]["extensions"]["code"]) == ("error", "NOT_FOUND")


async def test_a_query_that_takes_too_long_is_given_up_and_its_resolver_ended(events: Events) -> None:
    async with acknowledged(events, HURRIED) as socket:
        await ask(socket, "1", "{ endless }")
        answer = await heard(socket)
        assert (answer["type"], answer["payload"][0]["extensions"]["code"]) == ("error", "TIMEOUT")
        assert events.ended.is_set()


async def test_an_event_that_takes_too_long_is_given_up_and_the_next_one_is_sent(events: Events) -> None:
    async with acknowledged(events, HURRIED) as socket:
        await ask(socket, "1", "subscription { sluggish { value } }")
        late = (await heard(socket))["payload"]
        assert (late["data"], late["errors"][0]["extensions"]["code"]) == (None, "TIMEOUT")
        assert (await heard(socket))["payload"] == {"data": {"sluggish": {"value": 1}}}


async def test_who_is_signed_out_hears_nothing_more(events: Events) -> None:
    async with acknowledged(events, Limits(recheck_seconds=0)) as socket:
        await ask(socket, "1", "subscription { counts }")
        events.next_count.put_nowait(7)
        assert (await heard(socket))["payload"] == {"data": {"counts": 7}}
        events.valid = False
        events.next_count.put_nowait(8)
        assert await closed(socket) == (4403, "You are no longer signed in")
        async with asyncio.timeout(5):
            await events.ended.wait()


async def test_the_session_is_not_asked_about_again_for_each_message(events: Events) -> None:
    async with acknowledged(events, Limits(recheck_seconds=60)) as socket:
        await ask(socket, "1", "subscription { count(to: 20) }")
        while (await heard(socket))["type"] != "complete":
            pass
        assert events.checks == 0


async def test_only_trusted_documents_run_where_no_others_may(events: Events, tmp_path: Path) -> None:
    source = "query Token { token }\n"
    (tmp_path / "Token.graphql").write_text(source)
    async with acknowledged(events, PATIENT, folder=tmp_path, any_document=False) as socket:
        await ask(socket, "1", "{ token }")
        assert (await heard(socket))["payload"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_IN_LIST"
        known = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(source)}}
        await socket.send_str(json.dumps({"id": "2", "type": "subscribe", "payload": {"extensions": known}}))
        assert (await heard(socket))["payload"] == {"data": {"token": "abc"}}
