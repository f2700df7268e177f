"""What every answer tells a browser, whose pages may ask, and that a form of another site does nothing."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend.api.headers import with_headers
from backend.api.web_app import SCREENS
from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from tests.support.client import operation, retry_key
from tests.support.house import House, Scene, running_house
from tests.support.live_server import live_server
from tests.support.pictures import picture
from tests.support.records import child
from tests.support.snapshot import everything, settled

FRIEND = "https://app.example.org"
FOE = "https://evil.example.net"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}


@pytest.fixture
async def friendly(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house reached by https, which lets the pages of one other site ask."""
    async with running_house(
        database_uri,
        database_name,
        tmp_path,
        worker=False,
        public_url="https://reunify.example.org",
        cors_origins=FRIEND,
    ) as house:
        yield house


async def headers_of(house: House, method: str, path: str, **request: Any) -> tuple[int, dict[str, str]]:
    url = house.stranger.url + path
    async with house.stranger.session.request(method, url, allow_redirects=False, **request) as answer:
        await answer.read()
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}


ANSWERS = [
    ("GET", "/", {}, 200),
    ("GET", "/health", {}, 200),
    ("GET", "/nothing", {}, 404),
    ("GET", "/join", {}, 200),
    ("GET", "/graphql", {"headers": {"accept": "text/html"}}, 200),
    ("GET", "/graphql/console/operations.json", {}, 200),
    ("GET", "/graphql/console/no-such-file.js", {}, 404),
    ("POST", "/graphql", {"json": {"query": "{ viewer { id } }"}}, 200),
    ("POST", "/graphql", {"data": b"no json"}, 415),
    ("POST", "/graphql", {"json": {"query": "{ viewer { id } }"}, "headers": {"authorization": "Bearer no"}}, 401),
    ("PUT", "/graphql", {}, 405),
    ("POST", "/photos", {}, 400),
    ("GET", "/photos/none/small", {}, 404),
]


@pytest.mark.parametrize(("method", "path", "request_", "status"), ANSWERS)
async def test_every_answer_says_what_a_browser_may_do_with_it(
    house: House, method: str, path: str, request_: dict[str, Any], status: int
) -> None:
    answered, headers = await headers_of(house, method, path, **request_)
    assert answered == status
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    # The screens ask for a photo and for the place one is at; nothing else asks for anything.
    allowed = "(self)" if path in SCREENS else "()"
    assert {f"camera={allowed}", f"geolocation={allowed}"} <= set(headers["permissions-policy"].split(", "))
    assert "microphone=()" in headers["permissions-policy"]
    assert "no-store" in headers["cache-control"]
    assert "server" not in headers
    policy = dict(part.partition(" ")[::2] for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]


async def test_even_a_crash_is_answered_with_the_headers_and_a_file_is_kept_only_to_be_asked_for_again() -> None:
    async def crash(_request: Request) -> Response:
        raise ZeroDivisionError

    async def file(_request: Request) -> Response:
        return Response("start()", headers={"etag": '"1"'})

    app = with_headers(Starlette(routes=[Route("/crash", crash), Route("/file", file)]), https=True)
    async with live_server(app) as server, aiohttp.ClientSession(server.url) as session:
        async with session.get("/crash") as answer:
            assert (answer.status, answer.headers["x-content-type-options"]) == (500, "nosniff")
            assert answer.headers["cache-control"] == "no-store"
        async with session.get("/file") as answer:
            assert answer.headers["cache-control"] == "no-cache"


async def test_browsers_are_told_to_come_by_https_where_the_address_is_https_and_else_not(
    friendly: House, database_uri: str, tmp_path: Path
) -> None:
    _, headers = await headers_of(friendly, "GET", "/health")
    assert headers["strict-transport-security"] == "max-age=31536000"
    async with running_house(database_uri, friendly.settings.database_name, tmp_path, worker=False) as plain:
        _, headers = await headers_of(plain, "GET", "/health")
        assert "strict-transport-security" not in headers


def shared(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", [FOE, "null", "https://app.example.org.evil.example.net", "http://app.example.org"])
async def test_a_page_of_another_site_gets_no_cors_headers_and_one_of_the_list_does(
    friendly: House, origin: str
) -> None:
    question = {"json": {"query": "{ viewer { id } }"}}
    _, headers = await headers_of(friendly, "POST", "/graphql", headers={"origin": origin}, **question)
    assert shared(headers) == {}
    assert "origin" in headers["vary"].lower()
    status, headers = await headers_of(friendly, "OPTIONS", "/graphql", headers={"origin": origin, **PREFLIGHT})
    assert (status, shared(headers)) == (403, {})
    status, headers = await headers_of(friendly, "OPTIONS", "/graphql", headers={"origin": FRIEND, **PREFLIGHT})
    assert (status, headers["access-control-allow-origin"]) == (200, FRIEND)
    assert "authorization" in headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in headers
    _, headers = await headers_of(friendly, "POST", "/graphql", headers={"origin": FRIEND}, **question)
    assert shared(headers) == {
        "access-control-allow-origin": FRIEND,
        "access-control-expose-headers": "retry-after",
    }


async def test_without_the_setting_no_other_site_may_ask(house: House) -> None:
    _, headers = await headers_of(
        house, "POST", "/graphql", headers={"origin": FRIEND}, json={"query": "{ __typename }"}
    )
    assert shared(headers) == {}
    status, headers = await headers_of(house, "OPTIONS", "/graphql", headers={"origin": FRIEND, **PREFLIGHT})
    assert (status, shared(headers)) == (403, {})


async def test_a_websocket_of_another_sites_page_is_not_opened_and_one_of_the_list_or_our_own_is(
    friendly: House,
) -> None:
    async def status(origin: str | None) -> int:
        try:
            async with friendly.stranger.session.ws_connect(
                f"{friendly.stranger.url}/graphql", protocols=["graphql-transport-ws"], origin=origin
            ):
                return 101
        except aiohttp.WSServerHandshakeError as error:
            return error.status

    assert [await status(origin) for origin in (FOE, "null")] == [403, 403]
    ours = [None, FRIEND, "https://reunify.example.org", friendly.stranger.url]
    assert [await status(origin) for origin in ours] == [101] * 4


FORMS = {
    "text/plain": "text/plain",
    "urlencoded": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data; boundary=x",
    "nothing": "",
    "json within text": "text/plain; application/json",
}


@pytest.mark.parametrize("content_type", FORMS.values(), ids=FORMS.keys())
async def test_a_form_of_another_site_executes_no_mutation_even_with_a_token(scene: Scene, content_type: str) -> None:
    secret = await invite_by_operator(scene.house.use, NewInvite(Role.ADMIN))
    variables = {"input": {"secret": secret, "name": "Eve", "retryKey": retry_key()}}
    document = operation("acceptInvite")
    bodies = {
        "multipart/form-data; boundary=x": (
            f'--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n'
            f"{json.dumps({'query': document, 'variables': variables})}\r\n--x--\r\n"
        ),
        "application/x-www-form-urlencoded": f"query={document}&variables={json.dumps(variables)}",
    }
    body = bodies.get(content_type, json.dumps({"query": document, "variables": variables}))
    before = await everything(scene.house.use.store)
    for client in (scene.stranger, scene.admin):
        headers = {"origin": FOE, "content-type": content_type, **client.headers}
        url = f"{client.url}/graphql"
        async with client.session.post(url, data=body, headers=headers, skip_auto_headers=["content-type"]) as answer:
            assert answer.status == 415
            assert (await answer.json(content_type=None))["errors"][0]["extensions"]["code"] == "UNSUPPORTED_MEDIA_TYPE"
        asked = {"query": document, "variables": json.dumps(variables)}
        async with client.session.get(url, params=asked, headers=client.headers) as answer:
            assert answer.status == 405
    assert await everything(scene.house.use.store) == before
    # The very same, as only a page that may ask can send it.
    assert (await scene.stranger.ask("acceptInvite", **variables)).made["token"]


async def test_a_photo_form_of_another_site_adds_nothing_since_a_browser_sends_no_token_with_it(scene: Scene) -> None:
    registered = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    place = {"registration": registered["registration"]["id"]}
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    assert (await scene.stranger.upload(picture(), **place)).status == 401
    assert (await scene.other_volunteer.upload(picture(), **place)).status == 404
    assert await everything(scene.house.use.store) == before
    assert (await scene.volunteer.upload(picture(), **place)).status == 201


async def test_strangers_cannot_ask_for_the_schema_in_production_and_get_no_hints(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with running_house(
        database_uri,
        database_name,
        tmp_path,
        worker=False,
        environment="production",
        trusted_documents_only=False,
    ) as house:
        ask = house.stranger.ask_text
        assert (await ask("{ __schema { types { name } } }")).codes == ["INTROSPECTION_DISABLED"]
        assert (await ask('{ __type(name: "Report") { name } }')).codes == ["INTROSPECTION_DISABLED"]
        hint = await ask("{ openIncident { id } }")
        assert hint.codes == ["GRAPHQL_VALIDATION_FAILED"]
        assert "Did you mean" not in str(hint.body)
