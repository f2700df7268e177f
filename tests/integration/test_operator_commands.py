"""The command line: what an operator does beside a running server, and how a start that cannot be is told."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from typer.testing import CliRunner, Result

from backend.app import now
from backend.command_line import build
from backend.domain.event import SYSTEM, Event, EventKind
from backend.store import events
from backend.store.database import connect
from backend.store.embedded import running_database
from backend.store.records import Session
from tests.support.ciphers import a_cipher
from tests.support.client import Client, new_id, retry_key
from tests.support.second_factor import holder

LINK = re.compile(r"(http://127\.0\.0\.1:\d+)/join#([A-Za-z0-9_-]{43})")


def environment(**settings: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("REUNIFY_")}
    return {**clean, "REUNIFY_DATABASE_CACHE": "64M", **settings}


def reunify(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "backend", *arguments],
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


class Server:
    """A running `reunify serve`: its address, and the first administrator's secret."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "backend", "serve", "--port", "0"],
            env=environment(REUNIFY_DATA_FOLDER=str(folder), REUNIFY_LOG_LEVEL="error"),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if found := LINK.search(line):
                self.address, self.secret = found[1], found[2]
                return
        raise RuntimeError("reunify serve ended before it said where it is")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        assert self.process.stderr is not None
        self.last_words = self.process.stderr.read()
        self.process.stderr.close()
        return self.process.wait(timeout=20)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("operator")) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def here(*arguments: str, **settings: str) -> Result:
    """The command run within the test's own process, which spares it a second of imports."""
    command = partial(CliRunner().invoke, build(), list(arguments), env=environment(**settings))
    return await asyncio.to_thread(command)


async def beside(server: Server, *arguments: str) -> Result:
    return await here(*arguments, REUNIFY_DATA_FOLDER=str(server.folder))


async def accepted_role(http: aiohttp.ClientSession, server: Server, secret: str) -> str:
    invite = {"secret": secret, "name": "Ada", "retryKey": retry_key()}
    made = (await Client(http, server.address).ask("acceptInvite", input=invite)).made
    return str(made["account"]["role"])


async def test_an_invite_is_printed_as_a_link_and_as_a_code_to_scan_and_lets_in(
    server: Server, http: aiohttp.ClientSession
) -> None:
    done = reunify("invite", "coordinator", REUNIFY_DATA_FOLDER=str(server.folder))
    assert (done.returncode, done.stderr) == (0, "")
    first, *code = done.stdout.splitlines()
    found = LINK.fullmatch(first)
    assert found is not None
    assert found[1] == server.address
    assert len(code) > 10
    assert all(len(row) == len(code[0]) for row in code)
    assert set("".join(code)) <= set(" ▀▄█\x1b[0123456789;m")
    assert await accepted_role(http, server, found[2]) == "COORDINATOR"


async def test_an_account_is_reset_and_its_holder_comes_back_to_it_by_the_link(
    server: Server, http: aiohttp.ClientSession
) -> None:
    invited = LINK.search((await beside(server, "invite", "coordinator")).stdout)
    assert invited is not None
    stranger = Client(http, server.address)
    accepted = {"secret": invited[2], "name": "Ada", "retryKey": retry_key()}
    made = (await stranger.ask("acceptInvite", input=accepted)).made
    lost = await holder(stranger.signed_in(made["token"]), "ada.lost", now)
    done = await beside(server, "account", "reset", made["account"]["id"])
    assert done.stderr == "Ada, coordinator, is signed out everywhere.\n"
    found = LINK.search(done.stdout)
    assert found is not None
    assert (await lost.client.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await lost.sign_in(code=lost.recovery_codes[0])).codes == ["UNAUTHENTICATED"]
    again = {"secret": found[2], "name": "Ada", "retryKey": retry_key()}
    back = (await stranger.ask("acceptInvite", input=again)).made
    assert back["account"]["id"] == made["account"]["id"]
    refused = await beside(server, "account", "reset", new_id())
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "There is no such account" in refused.stderr


async def test_an_invite_that_could_not_work_is_told_in_one_line(server: Server) -> None:
    for arguments, words in (
        (["volunteer"], "A volunteer is invited to a site"),
        (["volunteer", "--site", new_id()], "There is no such site"),
        (["officer"], "Say which incident"),
        (["family"], "Families need no invite"),
    ):
        done = await beside(server, "invite", *arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert re.fullmatch(rf"reunify: {words}.*\n", done.stderr)


async def test_indexes_are_made_beside_a_running_server(server: Server) -> None:
    done = await beside(server, "indexes")
    assert (done.exit_code, done.stderr) == (0, "")
    assert re.fullmatch(r"\d+ indexes are there\.\n", done.stdout)


async def park(server: Server, *event_ids: str) -> None:
    database = running_database(server.folder)
    assert database is not None
    store = connect(database.uri, "reunify", a_cipher())
    at = datetime(2026, 9, 2, 12, tzinfo=UTC)

    async def write(session: Session) -> None:
        told = [Event(one, EventKind.PERSON_REGISTERED, new_id(), SYSTEM, at) for one in event_ids]
        await events.append(store, session, *told)
        work = {"work.state": "PARKED", "work.error": "KeyError", "work.attempts": 8}
        await store.events.collection.update_many({"_id": {"$in": list(event_ids)}}, {"$set": work}, session=session)

    try:
        await store.transact(write)
    finally:
        await store.close()


async def test_what_the_worker_gave_up_on_is_listed_and_freed_beside_the_running_server(server: Server) -> None:
    assert (await beside(server, "events", "parked")).stdout == "Nothing is parked.\n"
    one, other = new_id(), new_id()
    await park(server, one, other)
    table = (await beside(server, "events", "parked")).stdout
    assert all(word in table for word in (one[:8], other[:8], "KeyError"))
    rows = [json.loads(line) for line in (await beside(server, "events", "parked", "--json")).stdout.splitlines()]
    assert {row["id"] for row in rows} == {one, other}
    assert rows[0] | {"id": ""} == {
        "id": "",
        "kind": "PERSON_REGISTERED",
        "attempts": 8,
        "error": "KeyError",
        "since": "2026-09-02T12:00:00+00:00",
    }
    assert (await beside(server, "events", "retry", one)).stdout == "1 freed.\n"
    assert (await beside(server, "events", "retry")).stdout == "1 freed.\n"
    assert (await beside(server, "events", "parked")).stdout == "Nothing is parked.\n"


def one_line(done: "subprocess.CompletedProcess[str] | Result") -> str:
    """The one line with which a command that cannot start gives up."""
    status = done.exit_code if isinstance(done, Result) else done.returncode
    assert (status, done.stdout) == (2, ""), done
    assert re.fullmatch(r"reunify: [^\n]+\n", done.stderr), done.stderr
    return str(done.stderr).removeprefix("reunify: ").strip()


def test_a_second_server_on_the_same_folder_is_told_so_in_one_line(server: Server) -> None:
    line = one_line(reunify("serve", "--port", "0", REUNIFY_DATA_FOLDER=str(server.folder)))
    assert str(server.folder) in line
    assert f"in use by process {server.process.pid}" in line


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        line = one_line(reunify("serve", "--port", port, REUNIFY_DATA_FOLDER=str(tmp_path)))
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use." in line
    assert not (tmp_path / "database").exists()


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    line = one_line(reunify("serve", "--port", "0", REUNIFY_DATA_FOLDER=str(folder)))
    assert str(folder) in line


async def test_a_setting_that_cannot_be_used_is_told_in_one_line() -> None:
    for settings, words in (
        ({"REUNIFY_PROT": "80"}, "REUNIFY_PROT is no setting of Reunify. Did you mean REUNIFY_PORT?"),
        ({"REUNIFY_PORT": "eighty"}, "REUNIFY_PORT: "),
    ):
        assert words in one_line(await here("serve", **settings))


async def test_a_worker_of_its_own_asks_for_a_database_to_share() -> None:
    assert "REUNIFY_MONGODB_URI" in one_line(await here("worker"))


async def test_a_server_that_is_asked_to_stop_does_so_cleanly_and_goes_on_where_it_was(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    with serving(tmp_path) as server:
        assert await accepted_role(http, server, server.secret) == "ADMIN"
        invite = LINK.search((await beside(server, "invite", "coordinator")).stdout)
        assert invite is not None
        assert server.stop(signal.SIGTERM) == 0
        assert "Traceback" not in server.last_words
    assert running_database(tmp_path) is None
    assert (
        await beside(server, "invite", "coordinator")
    ).exit_code == 0  # on the database's own, with no server beside it
    assert running_database(tmp_path) is None
