"""No text that comes in holds letters that nobody sees, or that turn others round: by each way in."""

from typing import Any

import pytest

from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from tests.support.client import retry_key
from tests.support.doors import opened
from tests.support.house import NEW_ORLEANS, Scene
from tests.support.pairs import file, register
from tests.support.records import child, missing, sighting
from tests.support.take_downs import taking_down

HIDDEN = "\u202e\u2066\u200b\ufeff\u00ad\U000e0041\u0007"
PERSIAN = "علی‌رضا"


def with_hidden(text: str) -> str:
    return f"{HIDDEN}{text[:3]}{HIDDEN}{text[3:]}{HIDDEN}"


NAMES = {"given": with_hidden("Marisol"), "family": PERSIAN, "asSaid": HIDDEN}
SEEN = {"given": "Marisol", "family": PERSIAN, "asSaid": None}


def names_of(person: dict[str, Any]) -> dict[str, Any]:
    return {name: person["names"][name] for name in SEEN}


async def test_the_names_of_a_child_at_a_site_in_a_report_and_in_a_sighting_are_as_they_are_seen(scene: Scene) -> None:
    described = {"person": {"names": NAMES}}
    made = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id, **described))).made
    registered = (await scene.volunteer.ask("registration", id=made["registration"]["id"])).value
    assert names_of(registered["person"]) == SEEN

    reporter = {"name": with_hidden("Rosaura"), "relation": with_hidden("mother"), "phone": "+1 504 555 0142"}
    family, report_id = await file(scene, missing(**described), reporter=reporter)
    filed = (await family.ask("report", id=report_id)).value
    assert (names_of(filed["person"]), filed["reporter"]["name"], filed["reporter"]["relation"]) == (
        SEEN,
        "Rosaura",
        "mother",
    )

    told = sighting(scene.incident_id, what=with_hidden("on a bench"), **described)
    sighting_id = (await scene.call_taker.ask("recordSighting", input=told)).made["id"]
    recorded = (await scene.call_taker.ask("sighting", id=sighting_id)).value
    assert (names_of(recorded["person"]), recorded["what"]) == (SEEN, "on a bench")


async def test_a_child_of_whom_only_hidden_letters_are_said_is_not_described(scene: Scene) -> None:
    refused = await scene.volunteer.ask(
        "registerPerson", input=child(scene.site_id, person={"names": {"given": HIDDEN}})
    )
    assert [error["field"] for error in refused.value["errors"]] == ["person"]


async def test_names_of_sites_and_incidents_are_as_they_are_seen(scene: Scene) -> None:
    site = {"incidentId": scene.incident_id, "name": with_hidden("Superdome"), "kind": "SHELTER", "point": NEW_ORLEANS}
    assert (await scene.coordinator.ask("addSite", input=site)).made["site"]["name"] == "Superdome"
    incident = {"name": with_hidden("Hurricane Ida"), "kind": "HURRICANE"}
    assert (await scene.admin.ask("openIncident", input=incident)).made["incident"]["name"] == "Hurricane Ida"
    refused = await scene.coordinator.ask("addSite", input=site | {"name": HIDDEN})
    assert [error["field"] for error in refused.value["errors"]] == ["name"]


async def test_those_who_come_in_by_an_invite_or_a_door_are_called_as_it_is_seen(scene: Scene) -> None:
    secret = await invite_by_operator(scene.house.use, NewInvite(Role.VOLUNTEER, site_id=scene.site_id))
    for operation, way in (
        ("acceptInvite", {"secret": secret}),
        ("enterIntake", {"code": (await opened(scene))["code"]}),
    ):
        said = way | {"retryKey": retry_key()}
        refused = await scene.stranger.ask(operation, input=said | {"name": HIDDEN})
        assert [error["field"] for error in refused.value["errors"]] == ["name"], operation
        token = (await scene.stranger.ask(operation, input=said | {"name": with_hidden("Wendell")})).made["token"]
        assert (await scene.stranger.signed_in(token).ask("viewer")).value["name"] == "Wendell", operation


async def test_why_a_report_is_taken_down_appealed_and_restored_is_kept_as_it_is_seen(scene: Scene) -> None:
    family, report_id = await file(scene)
    said = taking_down(report_id, requesterName=with_hidden("Seraphine"), reason=with_hidden("No custody"))
    taken = (await scene.coordinator.ask("takeDownReport", input=said)).made["takeDown"]
    assert (await family.ask("appealTakeDown", reportId=report_id, text=with_hidden("I have custody"))).made
    restored = {"id": taken["id"], "version": 2, "restore": True, "reason": with_hidden("It was lifted")}
    assert (await scene.officer.ask("answerTakeDown", input=restored)).made
    kept = await scene.house.use.store.take_downs.get(taken["id"])
    assert kept is not None
    assert (kept.requester_name, kept.reason, kept.appeal, kept.answer) == (
        "Seraphine",
        "No custody",
        "I have custody",
        "It was lifted",
    )


@pytest.mark.parametrize(("hidden", "shown"), [(with_hidden("Another girl"), "Another girl"), (HIDDEN, "")])
async def test_why_a_sighting_is_dismissed_is_as_it_is_seen(scene: Scene, hidden: str, shown: str) -> None:
    told = (await scene.call_taker.ask("recordSighting", input=sighting(scene.incident_id))).made["id"]
    answer = await scene.call_taker.ask("dismissSighting", input={"id": told, "version": 1, "reason": hidden})
    if shown:
        assert answer.made["sighting"]["reason"] == shown
    else:
        assert [error["field"] for error in answer.value["errors"]] == ["reason"]


async def test_why_a_match_is_rejected_is_as_it_is_seen(scene: Scene) -> None:
    await register(scene, child(scene.site_id))
    _, report_id = await file(scene)
    (match,) = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"]
    why = {"id": match["id"], "version": match["version"], "reason": with_hidden("Another girl")}
    assert (await scene.coordinator.ask("rejectMatch", input=why)).made["match"]["reason"] == "Another girl"
