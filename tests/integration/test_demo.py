"""`reunify demo` as somebody would run it, on a free port."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from backend.commands.demo import exercise_folder, exercise_settings
from backend.commands.running import CannotStartError
from tests.support.client import Client

ROOT = Path(__file__).parents[2]
ROLES = {"coordinator", "officer", "call taker", "volunteer", "admin", "family"}
PATIENCE = 60


@asynccontextmanager
async def running_demo(temporary: Path, *options: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend", "demo", "--port", "0", "--seed", "1", *options),
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("REUNIFY_")}
        | {"TMPDIR": str(temporary), "COLUMNS": "100"},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def links_of(process: Process) -> dict[str, str]:
    """The links by role, as soon as they are printed."""
    assert process.stdout is not None
    links: dict[str, str] = {}
    role = ""
    while len(links) < len(ROLES):
        line = (await process.stdout.readline()).decode()
        assert line, "it ended before it had printed its links"
        if "http" in line and "#" in line:
            links[role] = line.strip()
        role = line.strip().partition(",")[0]
    return links


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def nodes(client: Client, operation: str, **variables: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await client.ask(operation, first=100, after=after, **variables)).value
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def test_people_of_each_role_can_look_on_as_invented_people_are_matched_and_nothing_is_left_behind(
    tmp_path: Path,
) -> None:
    async with (
        asyncio.timeout(PATIENCE),
        running_demo(tmp_path, "--speed", "200") as process,
        aiohttp.ClientSession() as session,
    ):
        links = await links_of(process)
        assert set(links) == ROLES
        clients = {}
        for role, link in links.items():
            address, token = re.fullmatch(r"(http://[^/]+)/(?:graphql#token=|desk/exercise#)(\S+)", link).groups()  # type: ignore[union-attr] # fails just as well
            clients[role] = Client(session, address, token)
            viewer = (await clients[role].ask("viewer")).value
            assert viewer["role"] == role.upper().replace(" ", "_")

        coordinator = clients["coordinator"]
        incident = (await coordinator.ask("incidents")).value["edges"][0]["node"]
        assert incident["synthetic"] is True
        sites = (await coordinator.ask("incident", id=incident["id"])).value["sites"]["edges"]
        assert len(sites) == 40
        async with coordinator.follow("matchChanges", incidentId=incident["id"]) as changes:
            first = await changes.next_record(PATIENCE)
            assert first["probability"] > 0.3
            while (await changes.next_record(PATIENCE))["state"] != "CONFIRMED":
                pass  # until the exercise's coordinator has decided on one, with an authenticator app
        assert await nodes(coordinator, "matches", incidentId=incident["id"])
        for listing in ("registrations", "reports"):
            records = await nodes(coordinator, listing, incidentId=incident["id"])
            assert records
            assert all(record["synthetic"] for record in records)

        process.send_signal(signal.SIGINT)
        out, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
    assert b"The exercise is over." in out
    assert left_in(tmp_path) == []


async def test_it_ends_by_itself_when_it_is_told_to_and_keeps_a_folder_that_was_named(tmp_path: Path) -> None:
    kept, temporary = tmp_path / "kept", tmp_path / "temporary"
    temporary.mkdir()
    async with (
        asyncio.timeout(PATIENCE),
        running_demo(temporary, "--speed", "20", "--for", "0.5", "--data-folder", str(kept)) as process,
    ):
        out, _ = await process.communicate()
    assert process.returncode == 0
    assert f"Everything is kept: reunify serve --data-folder {kept}" in out.decode()
    assert (kept / "database").is_dir()
    assert left_in(temporary) == []
    with pytest.raises(CannotStartError, match="holds something already"), exercise_folder(kept):
        pass


def test_an_exercise_never_goes_to_the_database_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REUNIFY_MONGODB_URI", "mongodb://the-real-one/")
    monkeypatch.setenv("REUNIFY_ENVIRONMENT", "production")
    settings = exercise_settings(tmp_path, host=None, port=0)
    assert settings.mongodb_uri is None
    assert (settings.data_folder, settings.graphiql) == (tmp_path, True)
