"""The story of a parent whom the child must not be given to, and who knows much: a true name, birth date and home town.

He tries as a family, as a volunteer of another site, and as a helper without an account, whatever there is to ask. Two
worlds differ in one thing only, where the child is; whatever he is told must be the same in both. As a volunteer or a
helper he must not even learn whether the child is registered at all.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from graphql import is_required_argument

from backend.api.documents import schema_of
from backend.api.schema import build_schema
from backend.domain.account import Role
from backend.services.places import shipped_towns
from tests.support.client import Client, new_id
from tests.support.doors import at_the_door
from tests.support.house import HOUSTON, NEW_ORLEANS, Scene
from tests.support.map import FROM_AFAR, FROM_NEAR, GULF, HERE, counted
from tests.support.pairs import of_match
from tests.support.records import child, missing, report, sighting
from tests.support.selections import asking_for_everything

SCHEMA = schema_of(build_schema())
SITES = (("Superdome", NEW_ORLEANS), ("Astrodome", HOUSTON), ("Gym", {"latitude": 32.5, "longitude": -93.7}))
HIS_SITE = 2
HIMSELF = {
    "names": {"given": "Ernesto", "family": "Quintanilla"},
    "sex": "MALE",
    "relatives": [{"relation": "daughter", "name": "Marisol Quintanilla"}],
}
VARYING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # an id
    r"|\d{4}-\d\d-\d\dT[\d:.]+(Z|[+]00:00)"  # a moment
    r"|[0-9a-f]{64}"  # a session
    r"|'(token|caseCode|caseSecret|endCursor|cursor)': '[^']*'"
)


@pytest.fixture(autouse=True)
async def towns() -> None:
    """Read before the clock of a first request runs: a busy machine takes its time."""
    await asyncio.to_thread(shipped_towns)


@dataclass(frozen=True, slots=True)
class World:
    """An incident of its own with three sites. `known_ids` are all that he could ever name, as many in each world."""

    incident_id: str
    site_ids: tuple[str, ...]
    known_ids: tuple[str, ...]
    his_family: Client
    his_report: str
    as_volunteer: Client
    before: str


async def a_world(scene: Scene, child_is_at: int | None) -> World:
    """Where the child is at the site of that number, or nowhere; and somebody else at each site."""
    opened = (await scene.admin.ask("openIncident", input={"name": "Ada", "kind": "HURRICANE"})).made
    incident_id = opened["incident"]["id"]
    before = scene.house.use.clock().isoformat()
    sites, volunteers = [], []
    for name, point in SITES:
        site = {"incidentId": incident_id, "name": name, "kind": "SHELTER", "point": point}
        sites.append((await scene.admin.ask("addSite", input=site)).made["site"]["id"])
        volunteers.append(await scene.house.person(Role.VOLUNTEER, site_id=sites[-1]))
    for number, volunteer in enumerate(volunteers):
        other = child(sites[number], person={"names": {"given": f"Bartholomew {number}"}, "sex": "MALE"})
        (await volunteer.ask("registerPerson", input=other)).made  # noqa: B018 (it says whether it was done)
    registered = child(sites[child_is_at or 0])
    if child_is_at is not None:
        (await volunteers[child_is_at].ask("registerPerson", input=registered)).made  # noqa: B018 (as above)
    person = {
        "names": {"full": "Marisol Quintanilla"},
        "sex": "FEMALE",
        "age": {"birthDate": "2018-03-09", "source": "STATED"},
        "home": {"text": "New Orleans"},
    }
    described = report(
        incident_id, missing(person=person), reporter={"name": "Ernesto Quintanilla", "relation": "father"}
    )
    filed = (await scene.stranger.ask("fileReport", input=described)).made
    await counted(scene.house.use.store)
    matches = await scene.house.use.store.matches.find({"registrationId": registered["id"]})
    match_id = matches[0].id if matches else new_id()
    return World(
        incident_id=incident_id,
        site_ids=tuple(sites),
        known_ids=(incident_id, *sites, registered["id"], match_id, filed["reports"][0]["id"]),
        his_family=scene.stranger.signed_in(filed["token"]),
        his_report=filed["reports"][0]["id"],
        as_volunteer=volunteers[HIS_SITE],
        before=before,
    )


def everything_to_ask(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every query with every id that he could name, in an order that is the same in all worlds."""
    root = SCHEMA.query_type
    assert root is not None
    values = {
        "id": world.known_ids,
        "registrationId": world.known_ids,
        "incidentId": (world.incident_id,),
        "siteId": (None, *world.site_ids),
        "recordId": world.known_ids,
        "reportId": world.known_ids,
        "side": ("REGISTRATION", "REPORT"),
        "bounds": (GULF, HERE),
        "zoom": (FROM_AFAR, FROM_NEAR),
        "at": (None, world.before),
        "area": ({"centre": NEW_ORLEANS, "radiusKm": 10},),
        "person": ({"names": {"full": "Marisol Quintanilla"}, "sex": "FEMALE"},),
        "point": (NEW_ORLEANS,),
        "text": ("Superdome", "Houma"),
    }
    for name, field in root.fields.items():
        if name == "openIncidents":
            continue  # it lists the other world too
        arguments = [argument for argument in field.args if argument in values]
        needed = {argument for argument, one in field.args.items() if is_required_argument(one)}
        assert needed <= set(arguments), f"{name} would be refused for what it lacks, and not for who asks"
        for chosen in product(*(values[argument] for argument in arguments)):
            given = {argument: value for argument, value in zip(arguments, chosen, strict=True) if value is not None}
            yield asking_for_everything(SCHEMA, root, name, given), given


async def told(client: Client, world: World) -> AsyncIterator[str]:
    """All that he is told, without what differs each time."""
    for document, given in everything_to_ask(world):
        answer = await client.ask_text(document, **given)
        yield f"{document} {answer.status} {VARYING.sub('-', str(answer.body))}"


async def heard(client: Client, world: World) -> list[str]:
    """What the subscriptions begin with."""
    messages = []
    whole = {"incidentId": world.incident_id}
    of_sites = [("siteChanges", {"siteId": site_id}) for site_id in world.site_ids]
    async with AsyncExitStack() as stack:
        for name, given in (("ownReports", {}), ("matchChanges", whole), ("mapChanges", whole), *of_sites):
            subscription = await stack.enter_async_context(client.follow(name, **given))
            messages.append(VARYING.sub("-", str(await subscription.next_message())))
    return messages


async def test_as_a_family_he_is_told_the_same_wherever_the_child_is(scene: Scene) -> None:
    transcripts = []
    for child_is_at in (0, 1):
        world = await a_world(scene, child_is_at)
        transcript = [line async for line in told(world.his_family, world)]
        transcript += await heard(world.his_family, world)
        seen = await world.his_family.ask("recordSighting", input=sighting(world.incident_id))
        transcript.append(VARYING.sub("-", str(seen.body)))
        for step in ("takeMatch", "leaveMatch", "confirmMatch", "rejectMatch", "undoMatch"):
            for known in world.known_ids:
                answer = await world.his_family.ask(step, **of_match(step, known, 1))
                transcript.append(f"{step} {VARYING.sub('-', str(answer.body))}")
        for known in world.known_ids:
            moved = await world.his_family.ask(
                "moveRegistration", input={"id": known, "version": 1, "siteId": world.site_ids[HIS_SITE]}
            )
            transcript.append(VARYING.sub("-", str(moved.body)))
        transcripts.append(transcript)
    assert transcripts[0] == transcripts[1]
    whole = "\n".join(transcripts[0])
    assert "STAY_REACHABLE" in whole, "he is told that there is news, and nothing else"
    for word in (*(name for name, _ in SITES), "Canal", "asthma", "left knee"):
        assert word not in whole


async def test_what_is_told_to_his_devices_says_no_site(scene: Scene) -> None:
    store = scene.house.use.store
    world = await a_world(scene, 0)
    alerts = [one async for one in store.alerts.collection.find()]
    assert alerts, "he is told that there is news"
    said = str(alerts) + str([one async for one in store.deliveries.collection.find()])
    for secret in (*world.site_ids, *(name for name, _ in SITES), "Marisol", "Quintanilla"):
        assert secret not in said


async def test_as_a_volunteer_of_another_site_he_does_not_even_learn_whether_the_child_is_registered(
    scene: Scene,
) -> None:
    transcripts = []
    for child_is_at in (0, 1, None):
        world = await a_world(scene, child_is_at)
        volunteer, own_site = world.as_volunteer, world.site_ids[HIS_SITE]
        # He registers a girl like her, to be shown duplicates, and himself, to be shown a child of his.
        decoy = child(own_site)
        himself = child(own_site, careStatus="ADULT", person=HIMSELF)
        for one in (decoy, himself):
            (await volunteer.ask("registerPerson", input=one)).made  # noqa: B018 (it says whether it was done)
        await counted(scene.house.use.store)
        transcript = [line async for line in told(volunteer, world)]
        for own in (decoy["id"], himself["id"]):
            duplicates = await volunteer.ask("registrationDuplicates", id=own)
            related = await volunteer.ask("possibleRelatives", registrationId=own)
            transcript += [VARYING.sub("-", str(answer.body)) for answer in (duplicates, related)]
            for known in world.known_ids:
                pair = {"side": "REGISTRATION", "recordId": own, "otherId": known}
                answer = await volunteer.ask("suggestDuplicate", input=pair)
                transcript.append(VARYING.sub("-", str(answer.body)))
        for known in world.known_ids[1:]:
            changed = {"id": known, "version": 1, "person": {"names": {"given": "Mine"}}}
            answer = await volunteer.ask("changeRegistration", input=changed)
            transcript.append(VARYING.sub("-", str(answer.body)))
        transcripts.append(transcript)
    assert transcripts[0] == transcripts[1] == transcripts[2]


async def test_as_a_helper_at_the_child_s_own_site_he_does_not_learn_whether_it_is_registered_or_reported(
    scene: Scene,
) -> None:
    """By the code that hangs at the door: the child is here, elsewhere, or nowhere; its mother misses it, or nobody."""
    transcripts = []
    for child_is_at, mother_reports in ((HIS_SITE, True), (0, False), (None, True), (HIS_SITE, False)):
        world = await a_world(scene, child_is_at)
        if mother_reports:
            assert (await scene.stranger.ask("fileReport", input=report(world.incident_id))).made
        here = world.site_ids[HIS_SITE]
        code = (await scene.admin.ask("openIntake", input={"siteId": here, "hours": 1})).made["code"]
        helper = await at_the_door(scene, code, "Ernesto Quintanilla")
        decoy, himself = child(here), child(here, careStatus="ADULT", person=HIMSELF)
        registered = [await helper.ask("registerPerson", input=one) for one in (decoy, himself, decoy)]
        transcript = [VARYING.sub("-", str(answer.body)) for answer in registered]
        await counted(scene.house.use.store)
        transcript += [line async for line in told(helper, world)]
        for own in (decoy["id"], himself["id"]):
            for name, argument in (
                ("registration", "id"), ("registrationDuplicates", "id"), ("possibleRelatives", "registrationId"),
            ):  # fmt: skip
                transcript.append(VARYING.sub("-", str((await helper.ask(name, **{argument: own})).body)))
        for known in world.known_ids[1:]:
            changed = {"id": known, "version": 1, "person": {"names": {"given": "Mine"}}}
            transcript.append(VARYING.sub("-", str((await helper.ask("changeRegistration", input=changed)).body)))
            confirmed = await helper.ask("confirmRegistration", id=known, version=1)
            transcript.append(VARYING.sub("-", str(confirmed.body)))
        transcripts.append(transcript)
    for number, transcript in enumerate(transcripts):
        assert transcript == transcripts[0], number
    whole = "\n".join(transcripts[0])
    assert "UNCONFIRMED" in whole, "he sees what he wrote himself"
    assert "asthma" not in whole
