"""The web app as it is served: its screens and files, what they may load, and what stands there without Node.js."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from starlette.applications import Starlette

from backend.api.web_app import FILES, PAGES, SCREENS, web_app_routes
from tests.support.house import House, running_house
from tests.support.live_server import live_server

WEB = Path(__file__).parents[2] / "web"
CONSOLE = WEB / "console" / "index.html"


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[ClientSession]:
    """The app's routes over a small build."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-abc123.js").write_text("export {};")
    for name in ("index.html", *PAGES.values()):
        (tmp_path / name).write_text("<!doctype html><title>Reunify</title>")
    for name in FILES:
        (tmp_path / name.removeprefix("/")).write_text("{}")
    (tmp_path.parent / "secret.txt").write_text("not for anybody")
    async with live_server(Starlette(routes=web_app_routes(tmp_path))) as server, ClientSession(server.url) as session:
        yield session


@pytest.mark.parametrize("path", SCREENS)
async def test_a_screen_may_load_from_its_own_host_alone_and_is_never_kept(app: ClientSession, path: str) -> None:
    async with app.get(path) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
        assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["img-src"] == "'self' blob:"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "camera=(self)" in answer.headers["permissions-policy"]


async def test_pictures_of_the_ground_may_come_from_the_host_that_the_operator_named_and_no_other(
    tmp_path: Path,
) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><title>Reunify</title>")
    routes = web_app_routes(tmp_path, "https://tiles.example.org:8443/{z}/{x}/{y}.png")
    async with (
        live_server(Starlette(routes=routes)) as server,
        ClientSession(server.url) as session,
        session.get("/desk/map") as answer,
    ):
        policy = answer.headers["content-security-policy"]
    assert policy.count("https://") == 1
    assert "img-src 'self' blob: https://tiles.example.org:8443;" in policy


async def test_files_with_a_hash_in_their_name_are_kept_for_ever_and_the_others_asked_for_again(
    app: ClientSession,
) -> None:
    async with app.get("/assets/index-abc123.js") as answer:
        assert (answer.status, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    for path, (kind, kept) in FILES.items():
        async with app.get(path) as answer:
            assert (answer.status, answer.content_type, answer.headers["cache-control"]) == (200, kind, kept)
            known = {"if-none-match": answer.headers["etag"]}
        async with app.get(path, headers=known) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
    assert FILES["/service-worker.js"][1] == "no-cache"


async def test_who_takes_packed_files_gets_them_packed_and_nobody_else(app: ClientSession, tmp_path: Path) -> None:
    for path, kept in (
        ("assets/index-abc123.js", "public, max-age=31536000, immutable"),
        ("service-worker.js", "no-cache"),
    ):
        script = (tmp_path / path).read_bytes()
        (tmp_path / f"{path}.gz").write_bytes(gzip.compress(script))
        for takes, encoding in (("gzip, br", "gzip"), ("identity", None)):
            async with app.get(f"/{path}", headers={"accept-encoding": takes}) as answer:
                assert answer.headers.get("content-encoding") == encoding
                assert (answer.content_type, answer.headers["vary"]) == ("text/javascript", "accept-encoding")
                assert answer.headers["cache-control"] == kept
                assert await answer.read() == script


@pytest.mark.parametrize("path", ["/assets/../index.html", "/assets/%2e%2e/%2e%2e/secret.txt", "/secret", "/siteX"])
async def test_nothing_else_is_served(app: ClientSession, path: str) -> None:
    async with app.get(path, allow_redirects=False) as answer:
        assert answer.status == 404


async def test_the_service_worker_may_fetch_from_its_own_host_and_from_no_other(app: ClientSession) -> None:
    async with app.get("/service-worker.js") as answer:
        assert answer.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"


async def test_where_it_was_not_built_one_line_says_what_is_missing(tmp_path: Path) -> None:
    routes = web_app_routes(tmp_path / "nothing")
    async with (
        live_server(Starlette(routes=routes)) as server,
        ClientSession() as session,
        session.get(f"{server.url}/") as answer,
    ):
        line = await answer.text()
    assert (answer.status, answer.content_type, line.count("\n")) == (200, "text/plain", 1)
    assert "Node.js" in line
    assert "/graphql" in line


def test_every_screen_that_the_app_leads_to_is_served() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (WEB / "src").rglob("*.tsx"))
    led_to = re.findall(r'(?:go\(|href=|to=|path: )"(/[a-z/]*)"', sources)
    assert led_to
    assert set(led_to) <= set(SCREENS)


async def test_in_production_there_is_the_app_and_no_console_no_introspection_and_no_unknown_document(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with running_house(database_uri, database_name, tmp_path, worker=False, environment="production") as house:
        client = house.stranger
        for path, status in (("/", 200), ("/join", 200), ("/graphql/console/operations.json", 404)):
            async with client.session.get(f"{client.url}{path}") as answer:
                assert answer.status == status
        assert (await client.ask("openIncidents")).value == []
        assert (await client.ask_text("{ openIncidents { id } }")).codes == ["PERSISTED_QUERY_NOT_IN_LIST"]
        assert (await client.ask_text("{ __schema { types { name } } }")).codes == ["PERSISTED_QUERY_NOT_IN_LIST"]


async def test_the_server_says_that_it_is_well(house: House) -> None:
    async with house.stranger.session.get(f"{house.stranger.url}/health") as answer:
        assert (answer.status, await answer.text()) == (200, "ok\n")


def test_the_console_has_no_script_or_style_of_its_own_and_no_foreign_file_and_all_it_loads_is_built() -> None:
    text = CONSOLE.read_text(encoding="utf-8")
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
    assert scripts
    assert all('src="graphql/console/' in attributes and content == "" for attributes, content in scripts)
    assert re.findall(r"<style|\sstyle=|\son\w+=", text) == []
    addresses = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert [one for one in addresses if not one.startswith(("graphql/console/", "data:"))] == []
    built = set(re.findall(r'": "([^"]+)"', (WEB / "build" / "console.mjs").read_text(encoding="utf-8")))
    imported = re.findall(r'from "\./([^"]+)"', (WEB / "console" / "console.js").read_text(encoding="utf-8"))
    assert {*re.findall(r'"graphql/console/([^"]+)"', text), "index.html", *imported} <= built
