"""The pages of a server in development: what they may load, and what stands there before anything was built."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientResponse, ClientSession
from starlette.applications import Starlette

from backend.api.join import join_routes
from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from tests.support.client import retry_key
from tests.support.house import House, running_house
from tests.support.live_server import live_server

WEB = Path(__file__).parents[2] / "web"
PAGES = ("join.html", "index.html")


@pytest.fixture
async def page() -> AsyncIterator[ClientResponse]:
    """The page as it is served, from its source."""
    app = Starlette(routes=join_routes(WEB / "console"))
    async with live_server(app) as server, ClientSession(server.url) as session, session.get("/join") as answer:
        yield answer


async def test_the_page_may_load_from_its_own_host_alone_and_tells_no_other_where_it_was(page: ClientResponse) -> None:
    assert page.status == 200
    assert page.content_type == "text/html"
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_script_or_a_style_of_its_own_or_a_foreign_file(name: str) -> None:
    text = (WEB / "console" / name).read_text(encoding="utf-8")
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
    assert scripts
    for attributes, content in scripts:
        assert 'src="graphql/console/' in attributes
        assert content == ""
    assert re.findall(r"<style|\sstyle=|\son\w+=", text) == []
    addresses = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert [one for one in addresses if not one.startswith(("graphql/console/", "data:"))] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_file_that_a_page_loads_is_built(name: str) -> None:
    text = (WEB / "console" / name).read_text(encoding="utf-8")
    built = set(re.findall(r'": "([^"]+)"', (WEB / "build-console.mjs").read_text(encoding="utf-8")))
    assert set(re.findall(r'"graphql/console/([^"]+)"', text)) | {name} <= built
    for script in ("join.js", "console.js"):
        imported = re.findall(r'from "\./([^"]+)"', (WEB / "console" / script).read_text(encoding="utf-8"))
        assert set(imported) <= built


async def test_before_anything_is_built_one_line_says_how_to_accept_an_invite_and_that_works(
    house: House, tmp_path: Path
) -> None:
    app = Starlette(routes=join_routes(tmp_path / "nothing"))
    async with live_server(app) as server, ClientSession() as session:
        async with session.get(f"{server.url}/join") as answer:
            line = await answer.text()
            assert (answer.status, answer.content_type) == (200, "text/plain")
        assert line.count("\n") == 1
        assert "npm run build" in line
        assert f"curl {server.url}/graphql " in line
        secret = await invite_by_operator(house.use, NewInvite(Role.ADMIN))
        said = re.search(r"-d '(.*)'", line)
        assert said is not None
        body = said[1].replace("THE CODE AFTER #", secret).replace("YOUR NAME", "Ada")
        body = body.replace("AT LEAST 22 RANDOM CHARACTERS", retry_key())
        async with session.post(f"{house.stranger.url}/graphql", json=json.loads(body)) as answer:
            accepted = (await answer.json(content_type=None))["data"]["acceptInvite"]
    viewer = (await house.stranger.signed_in(accepted["token"]).ask("viewer")).value
    assert (viewer["role"], viewer["name"]) == ("ADMIN", "Ada")


async def test_the_page_is_there_with_the_console_and_gone_without_it(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    for shown, status in ((True, 200), (False, 404)):
        async with (
            running_house(database_uri, database_name, tmp_path, worker=False, graphiql=shown) as house,
            house.stranger.session.get(f"{house.stranger.url}/join") as answer,
        ):
            assert answer.status == status
