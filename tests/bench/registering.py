"""What one registration costs: `registerPerson` over HTTP against a bare insert of the same document."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from backend.app import open_store, wire
from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from backend.settings.keys import load_keys
from backend.settings.settings import Settings, read_settings
from backend.store.codec import Document
from backend.store.database import Store
from backend.store.embedded import embedded_database
from tests.support.client import WORK_BITS, Client, new_id, retry_key
from tests.support.house import NEW_ORLEANS
from tests.support.records import child

CLIENTS = 32


async def measure_registering(*, quick: bool) -> str:
    """Throughputs of both and their ratio, as a table. Worker off: it would take the cores from what is measured."""
    calls, rounds = (500, 2) if quick else (4000, 5)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_database(Path(folder)) as database:
            settings = read_settings(
                data_folder=Path(folder), mongodb_uri=SecretStr(database.uri), port=0, worker=False
            )
            async with (
                open_store(settings, load_keys(settings, lambda _: None), database.uri) as store,
                serving(settings, database.uri, worker=False) as url,
            ):
                place = await a_volunteer(settings, store, url)
                async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CLIENTS)) as session:
                    client = Client(session, url, place.token)
                    document = await a_document(store, client, place.site_id)
                    for _ in range(rounds):
                        bare = await throughput(calls, lambda: insert(store, document))
                        whole = await throughput(calls, lambda: register(client, place.site_id))
                        rows.append((bare, whole, whole / bare))
    lines = ["| round | bare insert, a second | `registerPerson`, a second | ratio |", "|---|---|---|---|"]
    lines += [
        f"| {number} | {bare:.0f} | {whole:.0f} | {ratio:.2f} |" for number, (bare, whole, ratio) in enumerate(rows, 1)
    ]
    median = sorted(ratio for _, _, ratio in rows)[len(rows) // 2]
    return (
        f"`registerPerson` over HTTP (sign-in, checks, profile, keys, document and event in one transaction) against a "
        f"bare driver insert of the same document, both majority and journaled, {CLIENTS} at a time, {calls} calls a "
        f"round, server, database and load on the same cores. Median ratio: **{median:.2f}** (aim: 0.5).\n\n"
    ) + "\n".join(lines)


@asynccontextmanager
async def serving(settings: Settings, uri: str, *, worker: bool) -> AsyncIterator[str]:
    """Where `reunify serve` is to be reached, with or without its worker, as a process of its own."""
    async with serving_process(settings, uri, worker=worker) as (url, _):
        yield url


@asynccontextmanager
async def serving_process(settings: Settings, uri: str, *, worker: bool) -> AsyncIterator[tuple[str, int]]:
    """The same, and the number of the process."""
    environment = {
        **os.environ,
        "REUNIFY_MONGODB_URI": uri,
        "REUNIFY_DATA_FOLDER": str(settings.data_folder),
        "REUNIFY_LOG_LEVEL": "warning",
        "REUNIFY_RATE_LIMITS": "false",
        "REUNIFY_FILING_WORK_BITS": str(WORK_BITS),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "backend", "serve", "--worker" if worker else "--no-worker", "--port", "0",
        env=environment, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    line = (await process.stderr.readline()).decode()
    while " is at " not in line:
        line = (await process.stderr.readline()).decode()
    try:
        yield line.split(" is at ")[1].strip(), process.pid
    finally:
        process.terminate()
        await process.communicate()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a volunteer registers, and the volunteer's token."""

    incident_id: str
    site_id: str
    token: str


async def a_volunteer(settings: Settings, store: Store, url: str) -> Place:
    """A volunteer at a new site of a new incident."""
    async with wire(settings, load_keys(settings, lambda _: None), store) as use, aiohttp.ClientSession() as session:
        client = Client(session, url)
        admin = client.signed_in(await _accept(client, await invite_by_operator(use, NewInvite(Role.ADMIN))))
        opened = await admin.ask("openIncident", input={"name": "Bench", "kind": "OTHER", "synthetic": True})
        incident_id = opened.made["incident"]["id"]
        site = {"incidentId": incident_id, "name": "Bench", "kind": "OTHER", "point": NEW_ORLEANS}
        site_id = (await admin.ask("addSite", input=site)).made["site"]["id"]
        token = await _accept(client, await invite_by_operator(use, NewInvite(Role.VOLUNTEER, site_id=site_id)))
        return Place(incident_id, site_id, token)


async def _accept(client: Client, secret: str) -> str:
    accepted = await client.ask("acceptInvite", input={"secret": secret, "name": "Bench", "retryKey": retry_key()})
    token: str = accepted.made["token"]
    return token


async def a_document(store: Store, client: Client, site_id: str) -> Document:
    """A registration as the server writes it."""
    registered = await client.ask("registerPerson", input=child(site_id))
    document = await store.registrations.collection.find_one({"_id": registered.made["registration"]["id"]})
    assert document is not None
    return dict(document)


async def insert(store: Store, document: Document) -> None:
    await store.database["bare"].insert_one({**document, "_id": new_id()})


async def register(client: Client, site_id: str) -> None:
    answer = await client.ask("registerPerson", input=child(site_id))
    assert answer.made


async def throughput(calls: int, call: Callable[[], Awaitable[None]]) -> float:
    """Calls a second, CLIENTS at a time."""
    left = iter(range(calls))

    async def work() -> None:
        for _ in left:
            await call()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(CLIENTS)))
    return calls / (time.perf_counter() - began)
