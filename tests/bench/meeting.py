"""How soon the two lists meet: from the acknowledged second half of a pair to its match, worker and all."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp
from faker import Faker
from pydantic import SecretStr

from backend.app import open_store
from backend.settings.keys import load_keys
from backend.settings.settings import read_settings
from backend.store.database import Store
from backend.store.embedded import embedded_database
from tests.bench.registering import Place, a_volunteer, serving
from tests.support.client import Client
from tests.support.records import child, missing, report

LOOK_EVERY_SECONDS = 0.002
SEED = 7


async def measure_meeting(*, quick: bool) -> str:
    """Milliseconds from the answer of `registerPerson` to the match that it makes, one pair after the other."""
    pairs = 25 if quick else 300
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_database(Path(folder)) as database:
            settings = read_settings(data_folder=Path(folder), mongodb_uri=SecretStr(database.uri), port=0)
            async with (
                open_store(settings, load_keys(settings, lambda _: None), database.uri) as store,
                serving(settings, database.uri, worker=True) as url,
                aiohttp.ClientSession() as session,
            ):
                place = await a_volunteer(settings, store, url)
                volunteer = Client(session, url, place.token)
                invent = Faker("en_US")
                invent.seed_instance(SEED)
                waits = [await one_pair(store, volunteer, place, invent) for _ in range(pairs)]
                looks = [await one_look(store) for _ in range(pairs)]
    return (
        f"From the answer of `registerPerson` to the standing match with a report filed before, {pairs} pairs one "
        "after the other, beside one indexed look-up in the same database (each wait ends with such a look):\n\n"
        "| | median | 95 of 100 | worst |\n|---|---|---|---|\n"
        f"{_row('the match stands after, ms', waits)}\n{_row('one look-up, ms', looks)}"
    )


async def one_pair(store: Store, volunteer: Client, place: Place, invent: Faker) -> float:
    """A child that is missed and then registered, unlike the others as people are."""
    born = invent.date_of_birth(minimum_age=1, maximum_age=15).isoformat()
    names = {"given": invent.first_name_female(), "family": invent.last_name()}
    person = {"names": names, "sex": "FEMALE", "age": {"birthDate": born}}
    stranger = volunteer.signed_in(None)
    filed = (await stranger.ask("fileReport", input=report(place.incident_id, missing(person=person)))).made
    registered = (await volunteer.ask("registerPerson", input=child(place.site_id, person=person))).made
    began = time.perf_counter()
    wanted = {"reportId": filed["reports"][0]["id"], "registrationId": registered["registration"]["id"]}
    async with asyncio.timeout(30):
        while await store.matches.find_one(wanted) is None:  # noqa: ASYNC110 (what is measured is when it stands)
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    return (time.perf_counter() - began) * 1000


async def one_look(store: Store) -> float:
    began = time.perf_counter()
    await store.matches.find_one({"reportId": "none", "registrationId": "none"})
    return (time.perf_counter() - began) * 1000


def _row(name: str, values: list[float]) -> str:
    ninety_fifth = statistics.quantiles(values, n=20)[-1]
    return f"| {name} | {statistics.median(values):.1f} | {ninety_fifth:.1f} | {max(values):.1f} |"
