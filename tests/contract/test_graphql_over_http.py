"""GraphQL over HTTP, by its reference audits and by what they do not ask."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import strawberry
from aiohttp import ClientSession
from strawberry.extensions import SchemaExtension

from backend.api.documents import document_store
from backend.api.endpoint import graphql_routes
from backend.api.execution import Engine
from backend.api.limits import Limits
from backend.api.parameters import hash_of
from tests.support.graphql_audit import audit
from tests.support.live_server import LiveServer, live_server
from tests.support.small_api import Events, Query, mask, small_app

STANDARD = "application/graphql-response+json"


@pytest.fixture(scope="module")
def all_events() -> Events:
    return Events()


@pytest.fixture
def events(all_events: Events) -> Events:
    all_events.log.clear()
    all_events.ended.clear()
    return all_events


@pytest.fixture(scope="module")
async def server(all_events: Events) -> AsyncIterator[LiveServer]:
    limits = Limits(introspection=True, body_bytes=10_000)
    async with live_server(small_app(all_events, limits)) as running:
        yield running


@pytest.fixture(scope="module")
async def client(server: LiveServer) -> AsyncIterator[ClientSession]:
    async with ClientSession(base_url=server.url) as session:
        yield session


@pytest.fixture(scope="module")
async def hurried(all_events: Events) -> AsyncIterator[ClientSession]:
    """A client of a server that waits for nobody."""
    app = small_app(all_events, Limits(seconds=0.05, body_seconds=0.05))
    async with live_server(app) as running, ClientSession(running.url) as session:
        yield session


async def ask(client: ClientSession, payload: object, **headers: str) -> tuple[int, Any]:
    async with client.post("/graphql", json=payload, headers={"accept": STANDARD, **headers}) as response:
        assert response.content_type == STANDARD
        return response.status, await response.json()


async def ask_raw(client: ClientSession, body: Any, **headers: str) -> tuple[int, Any]:
    given = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    async with client.post("/graphql", data=body, headers=given) as response:
        return response.status, await response.json()


def code_of(answer: Any) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def test_all_61_reference_audits_pass(server: LiveServer) -> None:
    results = await audit(f"{server.url}/graphql")
    assert [(result.name, result.reason) for result in results if result.status != "ok"] == []
    assert len(results) == 61


async def test_a_query_is_answered_by_post_and_by_get(client: ClientSession) -> None:
    query = "query ($name: String!) { child(name: $name) { name } }"
    expected = {"data": {"child": {"name": "عمر"}}}
    assert await ask(client, {"query": query, "variables": {"name": "عمر"}}) == (200, expected)
    address = {"query": query, "variables": json.dumps({"name": "عمر"})}
    async with client.get("/graphql", params=address) as response:
        assert (response.status, await response.json()) == (200, expected)
        assert response.headers["cache-control"] == "no-store"


async def test_a_mutation_by_get_changes_nothing(client: ClientSession, events: Events) -> None:
    mutation = 'mutation { rename(name: "Eve") { name } }'
    async with client.get("/graphql", params={"query": mutation}) as response:
        assert response.status == 405
        assert response.headers["allow"] == "POST"
        assert code_of(await response.json()) == "METHOD_NOT_ALLOWED"
    assert events.log == []
    assert (await ask(client, {"query": mutation}))[0] == 200
    assert events.log == ["Eve"]


async def test_a_subscription_over_http_is_sent_to_the_websocket(client: ClientSession) -> None:
    status, answer = await ask(client, {"query": "subscription { counts }"})
    assert (status, code_of(answer)) == (400, "OPERATION_NOT_SUPPORTED")
    assert "WebSocket" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'[{"query": "{ __typename }"}]', "Batches are not supported"),
        (b"", "no body"),
        (b'{"query": ', "not valid JSON"),
        (b'{"query": "\xff"}', "not valid UTF-8"),
        (b'{"query": "{ __typename }", "variables": {"a": NaN}}', "NaN is no JSON number"),
        (b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}', "surrogate"),
        (b'{"query": ' + b"[" * 9_000, "nested too deeply"),
        (b'"query"', "must be a JSON object"),
        (b'{"query": 1}', "`query` must be a string"),
        (b"{}", "`query` is missing"),
        (b'{"query": "{ __typename }", "variables": []}', "`variables` must be a JSON object"),
        (b'{"query": "{ __typename }", "operationName": 1}', "`operationName` must be a string"),
        (b'{"query": "{ __typename }", "extensions": "x"}', "`extensions` must be a JSON object"),
        (b'{"query": "{ __typename }", "extensions": {"persistedQuery": 1}}', "`version` and `sha256Hash`"),
    ],
)
async def test_a_malformed_request_is_told_what_is_wrong_with_it(
    client: ClientSession, body: bytes, words: str
) -> None:
    status, answer = await ask_raw(client, body)
    assert (status, code_of(answer)) == (400, "BAD_REQUEST")
    assert words in answer["errors"][0]["message"]
    assert "data" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": "application/json; charset=utf-16"},
        {"content_encoding": "br"},
    ],
)
async def test_only_plain_json_is_taken_so_that_no_foreign_form_can_ask(
    client: ClientSession, headers: dict[str, str]
) -> None:
    status, answer = await ask_raw(client, b'{"query": "{ __typename }"}', **headers)
    assert (status, code_of(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/json"),
        ("application/json, application/graphql-response+json", "application/json"),
        ("application/graphql-response+json, application/json;q=0.9", STANDARD),
        ("application/graphql-response+json;q=0.1, application/json", "application/json"),
        ("application/graphql-response+json, */*", STANDARD),
        ("application/json;q=0, */*", STANDARD),
        ("text/html, application/*;q=0.2", "application/json"),
    ],
)
async def test_the_answer_comes_in_the_media_type_that_the_client_prefers(
    client: ClientSession, accept: str, expected: str
) -> None:
    async with client.post("/graphql", json={"query": "{ __typename }"}, headers={"accept": accept}) as response:
        assert (response.status, response.content_type) == (200, expected)


async def test_a_client_that_accepts_neither_media_type_is_told_so(client: ClientSession) -> None:
    status, answer = await ask_raw(client, b'{"query": "{ __typename }"}', accept="image/png")
    assert (status, code_of(answer)) == (406, "NOT_ACCEPTABLE")


async def test_a_body_that_announces_too_much_is_refused_unread(client: ClientSession) -> None:
    status, answer = await ask_raw(client, b"x" * 10_001)
    assert (status, code_of(answer)) == (413, "BODY_TOO_LARGE")


async def test_a_body_without_an_end_is_refused_at_the_limit(client: ClientSession) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100_000_000:
            sent += 1_000
            yield b" " * 1_000

    status, answer = await ask_raw(client, endless())
    assert (status, code_of(answer)) == (413, "BODY_TOO_LARGE")
    assert sent < 100_000_000


async def test_a_body_that_trickles_in_is_not_waited_for(hurried: ClientSession) -> None:
    answered = asyncio.Event()

    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await answered.wait()

    headers = {"content-type": "application/json"}
    async with hurried.post("/graphql", data=trickle(), headers=headers) as response:
        assert (response.status, code_of(await response.json())) == (408, "BODY_TOO_SLOW")
        answered.set()


async def test_an_operation_that_takes_too_long_is_given_up_and_its_resolver_ended(
    hurried: ClientSession, events: Events
) -> None:
    status, answer = await ask(hurried, {"query": "{ endless }"})
    assert (status, code_of(answer)) == (503, "TIMEOUT")
    assert events.ended.is_set()


async def test_a_sign_in_that_takes_too_long_is_given_up(hurried: ClientSession) -> None:
    status, answer = await ask(hurried, {"query": "{ token }"}, authorization="Bearer slow")
    assert (status, code_of(answer)) == (503, "TIMEOUT")


async def test_the_bearer_token_reaches_the_resolver(client: ClientSession) -> None:
    assert (await ask(client, {"query": "{ token }"}))[1] == {"data": {"token": None}}
    assert (await ask(client, {"query": "{ token }"}, authorization="Bearer abc"))[1] == {"data": {"token": "abc"}}


@pytest.mark.parametrize("authorization", ["Bearer expired", "Basic YWJj", "Bearer ", "Bearer"])
async def test_who_cannot_be_signed_in_gets_401(client: ClientSession, authorization: str) -> None:
    headers = {"authorization": authorization}
    async with client.post("/graphql", json={"query": "{ token }"}, headers=headers) as response:
        assert response.status == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert code_of(await response.json()) == "UNAUTHENTICATED"


async def test_a_mistake_of_the_server_is_masked_wherever_it_happens(client: ClientSession) -> None:
    status, answer = await ask(client, {"query": "{ broken }"})
    assert (status, code_of(answer), answer["data"]) == (200, "INTERNAL", {"broken": None})
    assert "42" not in json.dumps(answer)
    status, answer = await ask(client, {"query": "{ token }"}, authorization="Bearer faulty")
    assert (status, code_of(answer)) == (500, "INTERNAL")
    assert "42" not in json.dumps(answer)


async def test_a_domain_refusal_keeps_its_code(client: ClientSession) -> None:
    status, answer = await ask(client, {"query": "{ hidden }"})
    assert (status, code_of(answer), answer["errors"][0]["path"]) == (200, "NOT_FOUND", ["hidden"])


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { token } query B { token }"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "query A { token }", "operationName": "B"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "fragment F on Query { token }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query ($n: Int!) { children(first: $n) { name } }"}, "BAD_USER_INPUT"),
    ],
)
async def test_a_request_at_fault_is_400_for_the_standard_and_200_for_older_clients(
    client: ClientSession, payload: dict[str, str], code: str
) -> None:
    status, answer = await ask(client, payload)
    assert (status, code_of(answer), "data" in answer) == (400, code, False)
    async with client.post("/graphql", json=payload, headers={"accept": "application/json"}) as response:
        assert (response.status, code_of(await response.json())) == (200, code)


async def test_trusted_documents_run_by_their_hash_and_no_others_do(events: Events, tmp_path: Path) -> None:
    source = "query Token { token }\n"
    (tmp_path / "Token.graphql").write_text(source)
    named = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(source)}}
    app = small_app(events, Limits(), folder=tmp_path, any_document=False)
    async with live_server(app) as running, ClientSession(running.url) as client:
        assert await ask(client, {"extensions": named}) == (200, {"data": {"token": None}})
        assert await ask(client, {"query": source}) == (200, {"data": {"token": None}})
        async with client.get("/graphql", params={"extensions": json.dumps(named)}) as response:
            assert await response.json() == {"data": {"token": None}}
        status, answer = await ask(client, {"query": "{ token }"})
        assert (status, code_of(answer)) == (400, "PERSISTED_QUERY_NOT_IN_LIST")
        unknown = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
        assert code_of((await ask(client, {"extensions": unknown}))[1]) == "PERSISTED_QUERY_NOT_FOUND"
        newer = {"persistedQuery": {"version": 2, "sha256Hash": hash_of(source)}}
        assert code_of((await ask(client, {"extensions": newer}))[1]) == "PERSISTED_QUERY_NOT_SUPPORTED"


async def test_a_page_size_in_the_variables_counts_towards_the_cost(client: ClientSession) -> None:
    query = "query ($n: Int!) { children(first: $n) { name } }"
    assert (await ask(client, {"query": query, "variables": {"n": 1}}))[0] == 200
    status, answer = await ask(client, {"query": query, "variables": {"n": 1_000_000}})
    assert (status, code_of(answer)) == (400, "QUERY_TOO_COSTLY")


def test_a_schema_with_extensions_is_not_served_without_them() -> None:
    async def nobody(_connection: object, _token: str | None) -> None:
        return None

    schema = strawberry.Schema(query=Query, extensions=[SchemaExtension])
    limits = Limits()
    documents = document_store(schema=schema, limits=limits, folder=None, any_document=True)
    with pytest.raises(ValueError, match="extensions"):
        graphql_routes(Engine(schema, nobody, limits, documents, mask), None)


async def test_other_methods_are_told_the_two_that_are_allowed(client: ClientSession) -> None:
    async with client.put("/graphql", json={"query": "{ __typename }"}) as response:
        assert response.status == 405
        assert {"GET", "POST"} <= {name.strip() for name in response.headers["allow"].split(",")}


async def test_the_console_is_served_where_wanted_and_says_how_to_build_it(events: Events, tmp_path: Path) -> None:
    html = {"accept": "text/html,*/*;q=0.8"}
    async with live_server(small_app(events, console=tmp_path)) as running, ClientSession(running.url) as client:
        async with client.get("/graphql", headers=html) as response:
            assert "npm run build" in await response.text()
        (tmp_path / "index.html").write_text("<title>console</title>")
        (tmp_path / "console.js").write_text("start()")
        async with client.get("/graphql", headers=html) as response:
            assert await response.text() == "<title>console</title>"
            assert "script-src 'self'" in response.headers["content-security-policy"]
        async with client.get("/graphql/console/console.js") as response:
            assert await response.text() == "start()"
        async with client.get("/graphql", params={"query": "{ token }"}, headers=html) as response:
            assert await response.json() == {"data": {"token": None}}


async def test_without_a_console_a_browser_gets_no_page(client: ClientSession) -> None:
    async with client.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"}) as response:
        assert (response.status, code_of(await response.json())) == (400, "BAD_REQUEST")
    async with client.get("/graphql/console/index.html") as response:
        assert response.status == 404
