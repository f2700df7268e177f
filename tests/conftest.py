"""What tests share: the run's database server, and an empty database of their own."""

import gc
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from playwright.async_api import Browser
from pymongo import AsyncMongoClient
from xdist.scheduler import Scheduling, WorkStealingScheduling

from backend.services.places import shipped_towns
from backend.store.codec import Document
from backend.store.database import client_at, store_of
from backend.store.indexes import create_indexes
from tests.support.ciphers import a_cipher
from tests.support.database import exchange, folder_of_run, shared_server
from tests.support.figures import FIGURE
from tests.support.house import House, Scene, running_house, set_scene
from tests.support.mail_server import MailServer, mail_server
from tests.support.movable_clock import MovableClock
from tests.support.screens import shared_browser
from tests.support.stage import Stage, built, scene_on, set_up


def pytest_configure() -> None:
    """Look for garbage seldom: that takes a tenth of a run.

    And interrupt as Python does, by a function that asyncio does not take the place of: it would for each fixture and
    each test, and that takes ten milliseconds.
    """
    gc.set_threshold(20_000, 20, 20)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """Who is done takes from those who are not, so that none is left with the long ones at the end."""
    return WorkStealingScheduling(config, log) if config.getvalue("dist") == "load" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures that tests found, under their results; and what was left out, and why."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == FIGURE:
                terminalreporter.write_line(str(value))
    reasons = [report.longrepr for report in terminalreporter.getreports("skipped")]
    for reason, count in Counter(str(one[2]) for one in reasons if isinstance(one, tuple)).items():
        terminalreporter.write_line(f"Left out: {count} tests. {reason.removeprefix('Skipped: ')}")


def own_name(worker_id: str) -> str:
    return f"reunify_test_{worker_id}"


@pytest.fixture(scope="session")
def database_uri(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The address, with credentials, of the one database server of this run."""
    own = tmp_path_factory.getbasetemp()
    with shared_server(folder_of_run(own if worker_id == "master" else own.parent)) as uri:
        yield uri


@pytest.fixture(scope="session")
async def database_client(database_uri: str) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    async with AsyncMongoClient[dict[str, Any]](database_uri) as client:
        yield client


@pytest.fixture(scope="session")
async def house_client(database_uri: str, worker_id: str) -> AsyncIterator[AsyncMongoClient[Document]]:
    """What the houses of a test process are connected by, to a database with every collection and index."""
    client = client_at(database_uri)
    await create_indexes(store_of(client, own_name(worker_id), a_cipher()))
    yield client
    await client.close()


@pytest.fixture(scope="session")
async def stage(database_uri: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Stage:
    """What `scene` holds, set once."""
    return await built(database_uri, f"reunify_stage_{worker_id}", tmp_path_factory.mktemp("stage"))


@pytest.fixture
async def database_name(
    request: pytest.FixtureRequest,
    database_client: AsyncMongoClient[dict[str, Any]],
    worker_id: str,
    tmp_path: Path,
) -> str:
    """The database of this test worker, with no document in it but those of the scene, where the test asks for it;
    collections and indexes may stand.
    """
    name = own_name(worker_id)
    staged = set_up(request.getfixturevalue("stage"), tmp_path) if "stage" in request.fixturenames else {}
    await exchange(database_client[name], staged)
    return name


@pytest.fixture
def clock() -> MovableClock:
    """What the server's clock is: a test may put it forward."""
    return MovableClock()


@pytest.fixture
async def house(
    database_uri: str,
    database_name: str,
    tmp_path: Path,
    clock: MovableClock,
    house_client: AsyncMongoClient[Document],
) -> AsyncIterator[House]:
    """The whole server, worker included, on an empty database."""
    async with running_house(database_uri, database_name, tmp_path, clock=clock, client=house_client) as running:
        yield running


@pytest.fixture
def scene(stage: Stage, house: House) -> Scene:
    """An incident with two sites and one person of each role."""
    return scene_on(stage, house)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """What the phones and desks of a test process are opened in."""
    async with shared_browser() as started:
        yield started


@pytest.fixture(scope="session")
def towns_are_read() -> None:
    """As in a server that has been running for a while: a screen is not to wait while the world's towns are read."""
    shipped_towns()


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def mailing(database_uri: str, database_name: str, tmp_path: Path, mail: MailServer) -> AsyncIterator[Scene]:
    """A scene whose server hands mail in at `mail`."""
    settings: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": mail.port,
        "smtp_security": "none",
        "mail_from": "alerts@reunify.example.org",
    }
    async with running_house(database_uri, database_name, tmp_path, **settings) as house:
        yield await set_scene(house)
