"""How soon a change made at one process is told to those who follow it at another, many of them at once."""

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from backend.app import open_store, wire
from backend.domain.account import Account, Role
from backend.services.collaborators import Collaborators
from backend.services.secrets import new_token
from backend.services.sessions import account_session
from backend.settings.keys import load_keys
from backend.settings.settings import Settings, read_settings
from backend.store.embedded import embedded_database
from tests.bench.registering import Place, a_volunteer, serving
from tests.support.client import Client, Subscription
from tests.support.records import child

SITES, AT_A_SITE, AT_THE_MAP = 27, 10, 30
AIM_MILLISECONDS = 500
HEARD_WITHIN_SECONDS = 30


@dataclass(slots=True)
class Heard:
    """When each registration was told to whom, and when each follower of the map was told of any change."""

    of: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    map_news: list[float] = field(default_factory=list)
    ready: int = 0


async def measure_live(*, quick: bool) -> str:
    """Milliseconds from the acknowledged change to each of 300 followers, in words."""
    changes = 15 if quick else 100
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_database(Path(folder)) as database:
            settings = read_settings(data_folder=Path(folder), mongodb_uri=SecretStr(database.uri), port=0)
            async with AsyncExitStack() as stack:
                store = await stack.enter_async_context(
                    open_store(settings, load_keys(settings, lambda _: None), database.uri)
                )
                one = await stack.enter_async_context(serving(settings, database.uri, worker=True))
                other = await stack.enter_async_context(serving(settings, database.uri, worker=False))
                connector = aiohttp.TCPConnector(limit=0)
                session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
                place = await a_volunteer(settings, store, one)
                use = await stack.enter_async_context(_wired(settings, store))
                heard = Heard()
                sites = await _sites(use, place)
                following = await _followers(use, Client(session, other), place, sites, heard)
                desk = Client(session, one, await _account(use, Role.COORDINATOR, place.incident_id))
                try:
                    site, counted = await _told(desk, sites, heard, changes)
                finally:
                    for task in following:
                        task.cancel()
    return (
        f"A registration made at one process, told to followers at another: {SITES * AT_A_SITE + AT_THE_MAP} of them "
        f"on one process, {AT_A_SITE} at each of {SITES} sites and {AT_THE_MAP} at the map, {changes} registrations "
        "one after the other; servers, worker, database and followers on the same cores. Each telling shows the record "
        "as it is then, and enters that look in the audit log.\n\n"
        "| from the acknowledged change | followers | median, ms | 95 of 100, ms | worst, ms |\n|---|---|---|---|---|\n"
        f"{_row('the list of the site', AT_A_SITE, site)}\n{_row('the map, counted', AT_THE_MAP, counted)}\n\n"
        f"Aim: 95 of 100 within {AIM_MILLISECONDS} ms. Nothing was missed and nothing told twice."
    )


def _wired(settings: Settings, store: Any) -> Any:
    return wire(settings, load_keys(settings, lambda _: None), store)


async def _sites(use: Collaborators, place: Place) -> list[str]:
    first = await use.store.sites.get(place.site_id)
    if first is None:
        raise RuntimeError("there is no site")
    others = [replace(first, id=use.new_id()) for _ in range(SITES - 1)]
    for site in others:
        await use.store.sites.insert(site)
    return [first.id, *(site.id for site in others)]


async def _followers(
    use: Collaborators, stranger: Client, place: Place, sites: Sequence[str], heard: Heard
) -> list[asyncio.Task[None]]:
    """Each with an account of its own, as each has a phone of its own."""
    tasks = []
    for site_id in sites:
        for _ in range(AT_A_SITE):
            person = stranger.signed_in(await _account(use, Role.VOLUNTEER, place.incident_id, site_id))
            tasks.append(asyncio.create_task(_follow_site(person, site_id, heard)))
    for _ in range(AT_THE_MAP):
        person = stranger.signed_in(await _account(use, Role.COORDINATOR, place.incident_id))
        tasks.append(asyncio.create_task(_follow_map(person, place.incident_id, heard)))
    async with asyncio.timeout(HEARD_WITHIN_SECONDS):
        while heard.ready < len(tasks):  # noqa: ASYNC110 (they ring no bell)
            await asyncio.sleep(0.05)
    return tasks


async def _account(use: Collaborators, role: Role, incident_id: str, *site_ids: str) -> str:
    """The token of somebody who came in by an invite, as it would be."""
    now, token = use.clock(), new_token()
    account = Account(
        id=use.new_id(),
        role=role,
        name="Bench",
        incident_ids=(incident_id,),
        site_ids=site_ids,
        invite_id="",
        disabled=False,
        version=1,
        created_at=now,
        updated_at=now,
    )
    await use.store.accounts.insert(account)
    await use.store.sessions.insert(account_session(use, account, token))
    return token


async def _follow_site(person: Client, site_id: str, heard: Heard) -> None:
    async with person.follow("siteChanges", siteId=site_id) as news:
        while True:
            value = await _next(news, heard)
            now = time.perf_counter()
            for one in value["registrations"]:
                heard.of[one["id"]].append(now)


async def _follow_map(person: Client, incident_id: str, heard: Heard) -> None:
    async with person.follow("mapChanges", incidentId=incident_id) as news:
        while True:
            value = await _next(news, heard)
            if value["cells"] or value["everywhere"]:
                heard.map_news.append(time.perf_counter())


async def _next(news: Subscription, heard: Heard) -> Any:
    value = await news.next(600)
    heard.ready += 1
    return value


async def _told(desk: Client, sites: Sequence[str], heard: Heard, changes: int) -> tuple[list[float], list[float]]:
    site: list[float] = []
    counted: list[float] = []
    for number in range(changes):
        heard.map_news.clear()
        made = (await desk.ask("registerPerson", input=child(sites[number % SITES]))).made["registration"]["id"]
        began = time.perf_counter()
        async with asyncio.timeout(HEARD_WITHIN_SECONDS):
            while len(heard.of[made]) < AT_A_SITE or len(heard.map_news) < AT_THE_MAP:  # noqa: ASYNC110 (as above)
                await asyncio.sleep(0.01)
        site += [(at - began) * 1000 for at in heard.of[made]]
        counted += [(at - began) * 1000 for at in heard.map_news]
        await asyncio.sleep(0.5)
    if any(len(told) != AT_A_SITE for told in heard.of.values()):
        raise RuntimeError("something was told twice")
    return site, counted


def _row(name: str, followers: int, values: list[float]) -> str:
    ninety_fifth = statistics.quantiles(values, n=20)[-1]
    return f"| {name} | {followers} | {statistics.median(values):.0f} | {ninety_fifth:.0f} | {max(values):.0f} |"
