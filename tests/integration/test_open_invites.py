"""Invites that are still good: who sees them, and revoking one whose link went to the wrong person."""

from datetime import timedelta
from typing import Any

from backend.domain.account import Role
from tests.integration.test_invites import accept, invited
from tests.support.client import Client, new_id
from tests.support.house import Scene
from tests.support.movable_clock import MovableClock
from tests.support.snapshot import everything


async def still_good(person: Client, incident_id: str | None) -> list[dict[str, Any]]:
    found = (await person.ask("invites", incidentId=incident_id)).value["edges"]
    return [edge["node"] for edge in found]


async def the_one(scene: Scene, role: str) -> str:
    (found,) = [one["id"] for one in await still_good(scene.admin, scene.incident_id) if one["role"] == role]
    return str(found)


async def test_an_invite_is_listed_until_it_is_used_up_or_too_old_without_its_link(
    scene: Scene, clock: MovableClock
) -> None:
    secret = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id, uses=2, hours=1)
    one, *_ = await still_good(scene.coordinator, scene.incident_id)
    assert (one["role"], one["siteIds"], one["usesLeft"]) == ("VOLUNTEER", [scene.site_id], 2)
    assert secret not in str(one)
    assert (await accept(scene.stranger, one["id"])).codes == ["EXPIRED"]
    assert (await accept(scene.stranger, secret)).made
    assert (await still_good(scene.coordinator, scene.incident_id))[0]["usesLeft"] == 1
    clock.forward(timedelta(minutes=61))
    assert await still_good(scene.coordinator, scene.incident_id) == []


async def test_a_revoked_invite_lets_nobody_in_and_who_came_by_it_stays(scene: Scene) -> None:
    secret = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id, uses=2)
    first = (await accept(scene.stranger, secret)).made
    invite_id = await the_one(scene, "VOLUNTEER")
    elsewhere = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made["incident"]
    outsider = await scene.house.person(Role.COORDINATOR, incident_id=elsewhere["id"])
    before = await everything(scene.house.use.store)
    assert (await scene.stranger.ask("revokeInvite", id=invite_id)).codes == ["UNAUTHENTICATED"]
    for person in (outsider, scene.volunteer, scene.call_taker, scene.officer):
        assert (await person.ask("revokeInvite", id=invite_id)).codes == ["NOT_FOUND"]
        assert (await person.ask("invites", incidentId=scene.incident_id)).codes == ["FORBIDDEN"]
    assert (await scene.admin.ask("revokeInvite", id=new_id())).codes == ["NOT_FOUND"]
    assert await everything(scene.house.use.store) == before
    for person in (scene.coordinator, scene.admin):
        assert (await person.ask("revokeInvite", id=invite_id)).made["invite"]["usesLeft"] == 0
    assert (await accept(scene.stranger, secret)).codes == ["EXPIRED"]
    assert (await scene.stranger.signed_in(first["token"]).ask("viewer")).value["role"] == "VOLUNTEER"
    told = await scene.house.use.store.events.find({"kind": "INVITE_REVOKED"})
    assert [(event.subject_id, event.incident_id) for event in told] == [(invite_id, scene.incident_id)]


async def test_a_coordinator_revokes_no_officer_s_invite_and_sees_none_that_is_to_no_incident(scene: Scene) -> None:
    secret = await invited(scene.admin, role="OFFICER", incidentId=scene.incident_id)
    await invited(scene.admin, role="ADMIN")
    invite_id = await the_one(scene, "OFFICER")
    (to_none,) = await still_good(scene.admin, None)
    before = await everything(scene.house.use.store)
    assert (await scene.coordinator.ask("revokeInvite", id=invite_id)).codes == ["FORBIDDEN"]
    assert (await scene.coordinator.ask("revokeInvite", id=to_none["id"])).codes == ["NOT_FOUND"]
    assert (await scene.coordinator.ask("invites")).codes == ["FORBIDDEN"]
    assert await everything(scene.house.use.store) == before
    assert (await scene.admin.ask("revokeInvite", id=to_none["id"])).made
    assert (await accept(scene.stranger, secret)).made
