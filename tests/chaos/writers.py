"""Eight devices that write at the same time; each sends an item again, under its id, until it is told it was saved."""

import asyncio
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from tests.chaos.children import Child, invent, registration_of, report_of
from tests.chaos.phones import Phones
from tests.support.client import Client, new_id, retry_key

AT_SITES = 4
IN_FAMILIES = 4
ANSWER_SECONDS = 20
PAUSE_SECONDS = 0.05
TRY_AGAIN = {"UNAVAILABLE", "TIMEOUT"}
SCHOOL = {"latitude": 30.0, "longitude": -92.0}


@dataclass(frozen=True, slots=True)
class Scene:
    """An incident of its own for each round, with one site."""

    incident_id: str
    site_id: str
    stranger: Client
    volunteer: Client


@dataclass(slots=True)
class Ledger:
    """What the devices were told was saved.

    `phones` are the ids of the families' devices, by the report. `phone_first` are the reports whose family had its
    phone subscribed before anybody began to register the child: the alert must reach it. `sent_again` counts what had
    to be sent once more, and `surprises` the answers that say neither "saved" nor "try again".
    """

    reports: dict[str, Child] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    registrations: dict[str, Child] = field(default_factory=dict)
    phone_first: set[str] = field(default_factory=set)
    sent_again: int = 0
    surprises: Counter[str] = field(default_factory=Counter)

    @property
    def pairs(self) -> list[Child]:
        """The children of whom both sides were saved."""
        return [child for child in self.reports.values() if child.registration_id in self.registrations]


@dataclass(slots=True)
class Load:
    """The eight writers. Families hand most children on to the sites; the others were lost by nobody who is known.

    Each rests for `pause` seconds after an item.
    """

    scene: Scene
    phones: Phones
    random: Random
    ledger: Ledger = field(default_factory=Ledger)
    found: deque[Child] = field(default_factory=deque)
    families_at_work: int = IN_FAMILIES
    at_sites: int = AT_SITES
    pause: float = 0.0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self) -> None:
        """Write until `enough`, then finish what was begun."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self.families_at_work):
                group.create_task(self._file_reports())
            for _ in range(self.at_sites):
                group.create_task(self._register_children())

    async def _file_reports(self) -> None:
        while not self.enough.is_set():
            await self._file_report(invent(self.random))
            await asyncio.sleep(self.pause)
        self.families_at_work -= 1

    async def _file_report(self, child: Child) -> None:
        """Half of the children are registered while their report is filed, the others once the phone is subscribed."""
        at_once = self.random.random() < 0.5
        if at_once:
            self.found.append(child)
        filed = await self._until_saved(
            self.scene.stranger,
            "fileReport",
            {
                "id": new_id(),
                "incidentId": self.scene.incident_id,
                "retryKey": retry_key(),
                "reporter": {"name": f"{child.mother} {child.family}", "relation": "mother"},
                "children": [report_of(child)],
            },
        )
        self.ledger.reports[child.report_id] = child
        device_id = new_id()
        family = self.scene.stranger.signed_in(filed["token"])
        await self._until_saved(family, "registerDevice", self.phones.subscription(device_id))
        self.ledger.phones[child.report_id] = device_id
        if not at_once:
            self.ledger.phone_first.add(child.report_id)
            self.found.append(child)

    async def _register_children(self) -> None:
        while self.found or self.families_at_work:
            child = self.found.popleft() if self.found else invent(self.random)
            await self._until_saved(self.scene.volunteer, "registerPerson", registration_of(child, self.scene.site_id))
            self.ledger.registrations[child.registration_id] = child
            await asyncio.sleep(self.pause)

    async def _until_saved(self, client: Client, name: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        while (saved := await self._try(client, name, content)) is None:
            self.ledger.sent_again += 1
            await asyncio.sleep(self.random.uniform(0, 2 * PAUSE_SECONDS))
        return saved

    async def _try(self, client: Client, name: str, content: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What was saved; None where nothing says that it was."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await client.ask(name, input=content)
        except (aiohttp.ClientError, TimeoutError):
            return None
        if not answer.codes and answer.status == 200:
            made: Mapping[str, Any] = answer.made
            return made
        if not TRY_AGAIN.issuperset(answer.codes):
            self.ledger.surprises[f"{name}: {answer.status} {' '.join(answer.codes)}"] += 1
        return None


async def open_scene(stranger: Client, admin: Client) -> Scene:
    opened = await admin.ask("openIncident", input={"name": "Chaos", "kind": "HURRICANE", "synthetic": True})
    incident_id = opened.made["incident"]["id"]
    site = {"incidentId": incident_id, "name": "School", "kind": "SCHOOL", "point": SCHOOL}
    site_id = (await admin.ask("addSite", input=site)).made["site"]["id"]
    invited = await admin.ask("createInvite", input={"role": "VOLUNTEER", "siteId": site_id})
    volunteer = await come_in(stranger, invited.made["link"].rpartition("#")[2])
    return Scene(incident_id, site_id, stranger, volunteer)


async def come_in(stranger: Client, secret: str) -> Client:
    """The client of whoever accepts an invite."""
    accepted = await stranger.ask("acceptInvite", input={"secret": secret, "name": "Ada", "retryKey": retry_key()})
    return stranger.signed_in(accepted.made["token"])
