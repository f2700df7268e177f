"""How soon a change made at one process is told to those who follow it at another, many of them at once."""

import asyncio
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
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
from tests.bench.registering import Place, a_volunteer, serving, serving_process
from tests.support.client import Client
from tests.support.records import child

AIM_MILLISECONDS = 500
HEARD_WITHIN_SECONDS = 60
A_SECOND = 50
CONNECTED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who follows: so many at each of so many sites, and so many at the map."""

    sites: int
    at_a_site: int
    at_the_map: int

    @property
    def people(self) -> int:
        return self.sites * self.at_a_site + self.at_the_map


SPREAD = Crowd(sites=27, at_a_site=10, at_the_map=30)
AT_ONE_SITE = Crowd(sites=1, at_a_site=270, at_the_map=30)
CROWDS = (SPREAD, AT_ONE_SITE)
THOUSAND = Crowd(sites=95, at_a_site=10, at_the_map=50)


@dataclass(slots=True)
class Heard:
    """When each registration was told to whom, and when each follower of the map was told of any change."""

    of: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    map_news: list[float] = field(default_factory=list)
    ready: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """Two servers: `desk` registers at the one, `stranger` is at the other, which is the process `following`."""

    use: Collaborators
    place: Place
    desk: Client
    stranger: Client
    following: int


async def measure_live(*, quick: bool) -> str:
    """Milliseconds from the acknowledged change to each follower, and what one who waits costs, in words."""
    changes, seconds, idle = (6, 3, 200) if quick else (100, 60, 5000)
    async with _stage() as stage:
        parts = [
            *[await _one_after_the_other(stage, crowd, changes) for crowd in ((SPREAD,) if quick else CROWDS)],
            await _many_a_second(stage, SPREAD if quick else THOUSAND, seconds),
            await _who_waits(stage, idle),
        ]
    return (
        "A registration made at one process, told to followers at another, all of them on one process; servers, "
        "worker, database and followers on the same cores. Each telling shows the record as it is then, and enters "
        "that look in the audit log.\n\n"
    ) + "\n\n".join(parts)


@asynccontextmanager
async def _stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        database = await stack.enter_async_context(embedded_database(Path(folder)))
        settings = read_settings(data_folder=Path(folder), mongodb_uri=SecretStr(database.uri), port=0)
        store = await stack.enter_async_context(open_store(settings, load_keys(settings, lambda _: None), database.uri))
        one = await stack.enter_async_context(serving(settings, database.uri, worker=True))
        other, process = await stack.enter_async_context(serving_process(settings, database.uri, worker=False))
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        place = await a_volunteer(settings, store, one)
        use = await stack.enter_async_context(_wired(settings, store))
        desk = Client(session, one, await _account(use, Role.COORDINATOR, place.incident_id))
        yield Stage(use, place, desk, Client(session, other), process)


async def _one_after_the_other(stage: Stage, crowd: Crowd, changes: int) -> str:
    heard = Heard()
    async with _following(stage, crowd, heard) as sites:
        site, counted = await _told(stage.desk, crowd, sites, heard, changes)
    return (
        f"{_of(crowd)}; {changes} registrations one after the other (aim: 95 of 100 within {AIM_MILLISECONDS} ms):\n\n"
        "| from the acknowledged change | followers | median, ms | 95 of 100, ms | worst, ms |\n|---|---|---|---|---|\n"
        f"{_row('the list of the site', crowd.at_a_site, site)}\n{_row('the map, counted', crowd.at_the_map, counted)}"
    )


async def _many_a_second(stage: Stage, crowd: Crowd, seconds: int) -> str:
    heard, acknowledged = Heard(), dict[str, float]()

    async def register(site_id: str) -> None:
        made = (await stage.desk.ask("registerPerson", input=child(site_id))).made["registration"]["id"]
        acknowledged[made] = time.perf_counter()

    async with _following(stage, crowd, heard) as sites:
        began, cpu = time.perf_counter(), _cpu_seconds(stage.following)
        async with asyncio.TaskGroup() as tasks:
            for number in range(A_SECOND * seconds):
                await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
                tasks.create_task(register(sites[number % crowd.sites]))
        took = time.perf_counter() - began
        async with asyncio.timeout(HEARD_WITHIN_SECONDS):
            while any(len(heard.of[one]) < crowd.at_a_site for one in acknowledged):  # noqa: ASYNC110 (as above)
                await asyncio.sleep(0.1)
        cpu = _cpu_seconds(stage.following) - cpu
    _check_once(crowd, heard)
    # The feed may be faster than the answer.
    waits = [max(0.0, at - acknowledged[one]) * 1000 for one in acknowledged for at in heard.of[one]]
    hundredths = statistics.quantiles(waits, n=100)
    return (
        f"{_of(crowd)}, {len(acknowledged) / took:.0f} registrations a second for {took:.0f} s: told after "
        f"**{hundredths[49]:.0f} ms** (p50), **{hundredths[98]:.0f} ms** (p99), {max(waits):.0f} ms at worst "
        f"(aim: 100 and {AIM_MILLISECONDS} ms at {A_SECOND} a second). Their process took {cpu / took:.2f} cores, "
        f"{cpu * 1000 / len(waits):.2f} ms a telling. Nothing was missed and nothing told twice."
    )


async def _who_waits(stage: Stage, count: int) -> str:
    before = _memory(stage.following)
    async with _following(stage, Crowd(1, count, 0), Heard()):
        await asyncio.sleep(1)
        grown = _memory(stage.following) - before
    return (
        f"{count:,} followers of a site where nothing happens cost their process {grown:.0f} MB, "
        f"{grown * 1000 / count:.0f} kB each (aim: 5,000 under 150 MB)."
    )


def _of(crowd: Crowd) -> str:
    where = f"{crowd.at_a_site} at each of {crowd.sites} sites and {crowd.at_the_map} at the map"
    return f"{crowd.people:,} followers, {where}"


def _memory(process: int) -> float:
    """What is resident, in MB."""
    pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wired(settings: Settings, store: Any) -> Any:
    return wire(settings, load_keys(settings, lambda _: None), store)


@asynccontextmanager
async def _following(stage: Stage, crowd: Crowd, heard: Heard) -> AsyncIterator[list[str]]:
    """New sites with their followers, each with an account of its own, as each has a phone of its own."""
    use, place = stage.use, stage.place
    first = await use.store.sites.get(place.site_id)
    if first is None:
        raise RuntimeError("there is no site")
    sites = [replace(first, id=use.new_id()) for _ in range(crowd.sites)]
    for site in sites:
        await use.store.sites.insert(site)
    connecting, tasks = asyncio.Semaphore(CONNECTED_AT_ONCE), list[asyncio.Task[None]]()
    for site in sites:
        for _ in range(crowd.at_a_site):
            person = stage.stranger.signed_in(await _account(use, Role.VOLUNTEER, place.incident_id, site.id))
            tasks.append(asyncio.create_task(_follow_site(person, site.id, heard, connecting)))
    for _ in range(crowd.at_the_map):
        person = stage.stranger.signed_in(await _account(use, Role.COORDINATOR, place.incident_id))
        tasks.append(asyncio.create_task(_follow_map(person, place.incident_id, heard, connecting)))
    try:
        async with asyncio.timeout(HEARD_WITHIN_SECONDS + crowd.people / 20):
            while heard.ready < len(tasks):
                if failed := next((one for one in tasks if one.done()), None):
                    failed.result()
                await asyncio.sleep(0.05)
        yield [site.id for site in sites]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


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


async def _follow_site(person: Client, site_id: str, heard: Heard, connecting: asyncio.Semaphore) -> None:
    async with AsyncExitStack() as stack:
        async with connecting:
            news = await stack.enter_async_context(person.follow("siteChanges", siteId=site_id))
            await news.next(HEARD_WITHIN_SECONDS)
            heard.ready += 1
        while True:
            value = await news.next(HEARD_WITHIN_SECONDS)
            now = time.perf_counter()
            for one in value["registrations"]:
                heard.of[one["id"]].append(now)


async def _follow_map(person: Client, incident_id: str, heard: Heard, connecting: asyncio.Semaphore) -> None:
    async with AsyncExitStack() as stack:
        async with connecting:
            news = await stack.enter_async_context(person.follow("mapChanges", incidentId=incident_id))
            await news.next(HEARD_WITHIN_SECONDS)
            heard.ready += 1
        while True:
            value = await news.next(HEARD_WITHIN_SECONDS)
            if value["cells"] or value["everywhere"]:
                heard.map_news.append(time.perf_counter())


async def _told(
    desk: Client, crowd: Crowd, sites: Sequence[str], heard: Heard, changes: int
) -> tuple[list[float], list[float]]:
    site: list[float] = []
    counted: list[float] = []
    for number in range(changes):
        heard.map_news.clear()
        made = (await desk.ask("registerPerson", input=child(sites[number % crowd.sites]))).made["registration"]["id"]
        began = time.perf_counter()
        async with asyncio.timeout(HEARD_WITHIN_SECONDS):
            while len(heard.of[made]) < crowd.at_a_site or len(heard.map_news) < crowd.at_the_map:  # noqa: ASYNC110 (no bell)
                await asyncio.sleep(0.01)
        site += [(at - began) * 1000 for at in heard.of[made]]
        counted += [(at - began) * 1000 for at in heard.map_news]
        await asyncio.sleep(0.5)
    _check_once(crowd, heard)
    return site, counted


def _check_once(crowd: Crowd, heard: Heard) -> None:
    if any(len(told) != crowd.at_a_site for told in heard.of.values()):
        raise RuntimeError("something was told twice")


def _row(name: str, followers: int, values: list[float]) -> str:
    ninety_fifth = statistics.quantiles(values, n=20)[-1]
    return f"| {name} | {followers} | {statistics.median(values):.0f} | {ninety_fifth:.0f} | {max(values):.0f} |"
