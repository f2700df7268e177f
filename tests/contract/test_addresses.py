"""Whose address counts: the client's own, behind proxies only where these are trusted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from backend.api.address import address_of, behind_proxies, counted_address
from tests.support.house import running_house
from tests.support.live_server import live_server

PROXY, STRANGER = "127.0.0.1", "127.0.0.2"


async def told(request: Request) -> Response:
    return PlainTextResponse(f"{request.url.scheme} {address_of(request)}")


@asynccontextmanager
async def asking(trusted: tuple[str, ...], from_address: str) -> AsyncIterator[ClientSession]:
    app = behind_proxies(Starlette(routes=[Route("/", told)]), trusted)
    connector = TCPConnector(local_addr=(from_address, 0))
    async with live_server(app) as server, ClientSession(server.url, connector=connector) as session:
        yield session


async def said(session: ClientSession, forwarded: str, proto: str = "https") -> str:
    headers = {"x-forwarded-for": forwarded, "x-forwarded-proto": proto}
    async with session.get("/", headers=headers) as answer:
        return await answer.text()


async def test_nobody_is_believed_about_an_address_unless_the_setting_names_them() -> None:
    async with asking((), PROXY) as session:
        assert await said(session, "203.0.113.7") == f"http {PROXY}"
    async with asking((PROXY,), STRANGER) as session:
        assert await said(session, "203.0.113.7") == f"http {STRANGER}"
    async with asking((PROXY,), PROXY) as session:
        assert await said(session, "203.0.113.7") == "https 203.0.113.7"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1, 198.51.100.1, 203.0.113.7, 10.1.2.3, 127.0.0.1", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("10.9.9.9", "10.9.9.9"),
        ("203.0.113.7, nonsense", "unknown"),
        ("203.0.113.7, ", PROXY),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
async def test_the_rightmost_address_that_is_not_trusted_is_the_clients(forwarded: str, address: str) -> None:
    async with asking((PROXY, "10.0.0.0/8"), PROXY) as session:
        assert (await said(session, forwarded)).removeprefix("https ") == address


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("somebody", "unknown"),
    ],
)
def test_one_household_counts_as_one_address(host: str, address: str) -> None:
    assert counted_address(host) == address


async def test_limits_count_what_a_trusted_proxy_says_and_not_what_a_client_says_of_itself(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with running_house(
        database_uri, database_name, tmp_path, worker=False, rate_requests="3 per hour", trusted_proxies=PROXY
    ) as house:
        url = f"{house.stranger.url}/graphql"

        async def statuses(session: ClientSession, made_up: str) -> list[int]:
            found = []
            for number in range(5):
                headers = {"x-forwarded-for": made_up.format(number)}
                async with session.post(url, json={"query": "{ __typename }"}, headers=headers) as answer:
                    found.append(answer.status)
            return found

        locked = [200, 200, 200, 429, 429]
        assert await statuses(house.stranger.session, "198.51.100.{}, 203.0.113.7") == locked
        assert await statuses(house.stranger.session, "203.0.113.1{}") == [200] * 5
        async with house.stranger.at(STRANGER) as elsewhere:
            assert await statuses(elsewhere.session, "203.0.113.2{}") == locked
