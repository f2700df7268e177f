"""The whole server in the test's own process, on the run's database, with people of every role."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr
from pymongo import AsyncMongoClient

from backend.api.limits import Limits
from backend.app import (
    Contract,
    build_app,
    build_contract,
    cipher_of,
    limits_of,
    now,
    open_store,
    wire,
    wire_worker,
)
from backend.domain.account import NewInvite, Role
from backend.services.access import TABLE, Action
from backend.services.collaborators import Collaborators, PasswordCost
from backend.services.invites import invite_by_operator
from backend.services.sessions import session_id
from backend.settings.keys import load_keys
from backend.settings.settings import Settings, read_settings
from backend.store.codec import Document
from backend.store.data_keys import check_keys
from backend.store.database import store_of
from backend.store.feed import live_feed
from backend.store.sessions import proven
from backend.worker import running_worker
from tests.support.client import WORK_BITS, Client, retry_key
from tests.support.live_server import live_server

CHEAP = PasswordCost(passes=1, memory_kib=8, lanes=1)
"""Hashing a password in no time, which tells nobody anything but that it is hashed."""
NEW_ORLEANS = {"latitude": 29.9511, "longitude": -90.0715}
HOUSTON = {"latitude": 29.7604, "longitude": -95.3698}
PHONE = "+1 504 555 0199"
"""Of the centre."""


@cache
def contract_under(limits: Limits) -> Contract:
    """Made once for all houses of a test process: parsing and checking a hundred documents takes half a second."""
    return build_contract(limits)


@cache
def settings_with(**settings: Any) -> Settings:
    """Read once for all houses that are alike: checking a hundred settings takes as long as a small test."""
    return read_settings(
        **{
            "port": 0,
            "filing_work_bits": WORK_BITS,
            "push_allowed_hosts": "127.0.0.1",
            "push_allow_private": True,
            "worker_lease_seconds": 5.0,
            **settings,
        }
    )


@dataclass(frozen=True, slots=True)
class House:
    """A running server. `stranger` has no token."""

    use: Collaborators
    settings: Settings
    stranger: Client

    async def person(self, role: Role, *, incident_id: str | None = None, site_id: str | None = None) -> Client:
        """Somebody of a role, who came in by an invite; one who decides has entered a code just now."""
        secret = await invite_by_operator(self.use, NewInvite(role, incident_id, site_id))
        answer = await self.stranger.ask(
            "acceptInvite", input={"secret": secret, "name": role.value.title(), "retryKey": retry_key()}
        )
        client = self.stranger.signed_in(answer.made["token"])
        if role in TABLE[Action.HAVE_PASSWORD]:
            # As after `proveYourself`, without an authenticator app for each person of each test.
            await proven(self.use.store.sessions, session_id(self.use, client.token or ""), self.use.clock())
        return client


@dataclass(frozen=True, slots=True)
class Scene:
    """An incident with two sites, and one person of each role."""

    house: House
    incident_id: str
    site_id: str
    other_site_id: str
    stranger: Client
    admin: Client
    coordinator: Client
    officer: Client
    call_taker: Client
    volunteer: Client
    other_volunteer: Client


@asynccontextmanager
async def running_house(
    database_uri: str,
    database_name: str,
    folder: Path,
    *,
    worker: bool = True,
    seconds: Callable[[], float] = time.monotonic,
    clock: Callable[[], datetime] = now,
    client: AsyncMongoClient[Document] | None = None,
    **settings: Any,
) -> AsyncIterator[House]:
    """A server on an empty database; `settings` as in Settings, and rate limits go by `seconds`.

    A `client` is one that stays connected, to a database whose indexes stand.
    """
    of_its_own = {"data_folder": folder, "mongodb_uri": SecretStr(database_uri), "database_name": database_name}
    chosen = settings_with(**settings).model_copy(update=of_its_own)
    keys = load_keys(chosen, warn=lambda _: None)
    async with AsyncExitStack() as stack:
        if client is None:
            store = await stack.enter_async_context(open_store(chosen, keys, database_uri))
        else:
            store = store_of(client, database_name, cipher_of(keys))
            await check_keys(store, now())
        wired_use = await stack.enter_async_context(wire(chosen, keys, store, seconds))
        use = replace(wired_use, password_cost=CHEAP, clock=clock)
        await stack.enter_async_context(live_feed(store, use.feed))
        await use.feed.live.wait()
        if worker:
            wired = await stack.enter_async_context(wire_worker(chosen, keys, use))
            await stack.enter_async_context(running_worker(wired))
        server = await stack.enter_async_context(
            live_server(build_app(chosen, use, contract_under(limits_of(chosen))), port=chosen.port)
        )
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield House(use, chosen, Client(session, server.url))


async def set_scene(house: House, **incident: Any) -> Scene:
    """Open an incident with two sites, through the API, and let everybody in."""
    admin = await house.person(Role.ADMIN)
    opened = await admin.ask(
        "openIncident",
        input={"name": "Hurricane Ada", "kind": "HURRICANE", "synthetic": True, "phone": PHONE, **incident},
    )
    incident_id = opened.made["incident"]["id"]
    coordinator = await house.person(Role.COORDINATOR, incident_id=incident_id)
    sites = await asyncio.gather(*(
        _add_site(coordinator, incident_id, name, point)
        for name, point in (("Superdome", NEW_ORLEANS), ("Astrodome", HOUSTON))
    ))  # fmt: skip
    officer, call_taker, volunteer, other_volunteer = await asyncio.gather(
        house.person(Role.OFFICER, incident_id=incident_id),
        house.person(Role.CALL_TAKER, incident_id=incident_id),
        house.person(Role.VOLUNTEER, site_id=sites[0]),
        house.person(Role.VOLUNTEER, site_id=sites[1]),
    )
    return Scene(
        house=house,
        incident_id=incident_id,
        site_id=sites[0],
        other_site_id=sites[1],
        stranger=house.stranger,
        admin=admin,
        coordinator=coordinator,
        officer=officer,
        call_taker=call_taker,
        volunteer=volunteer,
        other_volunteer=other_volunteer,
    )


async def _add_site(coordinator: Client, incident_id: str, name: str, point: dict[str, float]) -> str:
    site = {"incidentId": incident_id, "name": name, "kind": "SHELTER", "point": point}
    added: str = (await coordinator.ask("addSite", input=site)).made["site"]["id"]
    return added
