"""Records that hold something in each field that has a rule of its own, so that showing it to the wrong one shows."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from backend.domain.match import Match
from backend.services.audit import enter_refusals
from tests.support.client import Client, new_id
from tests.support.house import NEW_ORLEANS, Scene
from tests.support.matched_pair import Secrets
from tests.support.pairs import step
from tests.support.pictures import picture
from tests.support.records import child, missing, report, sighting
from tests.support.snapshot import settled
from tests.support.take_downs import take_down

EVERYTHING = {
    "names": {"given": "Marisol", "family": "Quintanilla", "asSaid": "Mari"},
    "sex": "FEMALE",
    "age": {"minimum": 6, "maximum": 9, "source": "ESTIMATED", "asOf": "2026-09-02T00:00:00Z"},
    "hair": "black",
    "eyes": "brown",
    "heightCm": 121,
    "marks": [{"kind": "SCAR", "bodySite": "left knee", "text": "from a bicycle"}],
    "clothing": [{"kind": "shirt", "colour": "red", "text": "with a kite on it"}],
    "belongings": [{"kind": "bag", "colour": "blue", "text": "a school bag"}],
    "communication": "SIGNS",
    "notes": "is afraid of dogs",
    "relatives": [{"relation": "mother", "name": "Rosaura Quintanilla", "phone": "+1 504 555 0142", "place": "Houma"}],
}

OUTLINE = [{"latitude": one, "longitude": other} for one, other in ((28, -92), (31, -92), (31, -88), (28, -88))]


async def fill(scene: Scene, secrets: Secrets) -> str:
    """What a matched pair leaves empty: said, decided, linked, appealed, closed and looked at. The id of an area alert
    that goes on.
    """
    of, coordinator = secrets.variables, scene.coordinator
    site = (await coordinator.ask("site", **of["site"])).value
    await _do(coordinator, "changeSite", step(site, address="1500 Sugar Bowl Drive", capacity=500))
    registration = (await coordinator.ask("registration", **of["registration"])).value
    await _do(scene.volunteer, "changeRegistration", step(registration, person=EVERYTHING))
    await _do(scene.stranger, "fileReport", report(scene.incident_id))
    # Without push, since nobody answers at the phone's address and what is tried again would change the database.
    await _do(secrets.family, "chooseAlerts", {"byPush": False})
    found = child(scene.site_id)
    await _do(secrets.helper, "registerPerson", found)
    assert (await scene.volunteer.ask("confirmRegistration", id=found["id"], version=1)).made
    await settled(scene.house.use.store)
    match = await _decide(scene, secrets)
    await _answer_an_appeal(scene)
    await _ask(scene, secrets, match)
    await _keep_watch(scene)
    assert (await scene.admin.ask("pauseWebhook", **secrets.variables["pauseWebhook"])).made
    alert_id = await _tell_those_nearby(scene)
    await _look(scene, registration["id"])
    await settled(scene.house.use.store)
    return alert_id


async def _look(scene: Scene, registration_id: str) -> None:
    """Somebody who says why, and somebody who may not."""
    saying = replace(scene.coordinator, reason="the mother called")
    assert (await saying.ask("registration", id=registration_id)).value
    assert (await scene.other_volunteer.ask("registration", id=registration_id)).codes == ["NOT_FOUND"]
    await enter_refusals(scene.house.use)


async def _decide(scene: Scene, secrets: Secrets) -> Match:
    of, coordinator = secrets.variables, scene.coordinator
    for name in ("registrationDuplicates", "reportDuplicates"):
        pair = (await coordinator.ask(name, **of[name])).value["duplicates"][0]
        if pair["state"] == "SUGGESTED":
            await _do(coordinator, "linkDuplicate", step(pair, reason="the same scar"))
    await settled(scene.house.use.store)
    match = await scene.house.use.store.matches.get(of["match"]["id"])
    assert match is not None
    assert (await coordinator.ask("takeMatch", id=match.id)).made
    await _do(coordinator, "confirmMatch", {"id": match.id, "version": match.version + 1, "reason": "the scar"})
    seen = sighting(scene.incident_id)
    await _do(scene.call_taker, "recordSighting", seen)
    await _do(coordinator, "dismissSighting", {"id": seen["id"], "version": 1, "reason": "another girl"})
    door = (await coordinator.ask("openIntake", input={"siteId": scene.site_id, "hours": 1})).made["intake"]
    assert (await coordinator.ask("closeIntake", id=door["id"])).made
    return match


async def _answer_an_appeal(scene: Scene) -> None:
    posing = missing(person={"names": {"full": "Lazarus Thimble"}})
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, posing))).made
    report_id = filed["reports"][0]["id"]
    taken_down = await take_down(scene, report_id)
    family = scene.stranger.signed_in(filed["token"])
    assert (await family.ask("appealTakeDown", reportId=report_id, text="He is mine")).made
    await _do(scene.officer, "answerTakeDown", {"id": taken_down["id"], "version": 2, "restore": False, "reason": "No"})


async def _ask(scene: Scene, secrets: Secrets, match: Match) -> None:
    """A site and a family are asked about a match, and answer."""
    said = {"hasMark": True, "text": "A small one"}
    about = {"kind": "MARK", "bodySite": "right elbow", "text": "Is there one?", "matchId": match.id}
    recheck, question = new_id(), new_id()
    await _do(scene.coordinator, "askRecheck", {"id": recheck, "registrationId": match.registration_id, **about})
    assert (await scene.volunteer.ask("answerRecheck", id=recheck, answer=said)).made
    await _do(scene.coordinator, "askFamily", {"id": question, "reportId": match.report_id, **about})
    assert (await secrets.family.ask("answerQuestion", id=question, answer=said)).made


async def _keep_watch(scene: Scene) -> None:
    """An incident with an outline and a rota, and two children who were brought in together."""
    coordinator, now = scene.coordinator, scene.house.use.clock()
    incident = (await coordinator.ask("incident", id=scene.incident_id)).value
    await _do(coordinator, "changeIncident", step(incident, area=OUTLINE))
    shift = {
        "accountId": (await coordinator.ask("viewer")).value["id"],
        "startsAt": (now - timedelta(hours=1)).isoformat(),
        "endsAt": (now + timedelta(hours=8)).isoformat(),
    }
    await _do(coordinator, "setRota", {"incidentId": scene.incident_id, "version": 0, "shifts": [shift]})
    siblings = [child(scene.site_id, person={"names": {"given": name}}) for name in ("Ottoline", "Peregrine")]
    await _do(scene.volunteer, "registerSiblings", {"siblings": siblings})


async def _tell_those_nearby(scene: Scene) -> str:
    """Of a child who is not found, so that it is told still: around a point, then within an outline."""
    described = missing(person={"names": {"full": "Isolde Farthing"}}, nearby={"alert": True, "photos": True})
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, described))).made
    report_id = filed["reports"][0]["id"]
    photo = await scene.stranger.signed_in(filed["token"]).upload(picture(), id=new_id(), report=report_id)
    assert photo.status == HTTPStatus.CREATED, photo.body
    assert (await scene.call_taker.ask("reviewReport", id=report_id)).made
    area = {"centre": NEW_ORLEANS, "radiusKm": 10}
    sent = (await scene.coordinator.ask("sendAreaAlert", input={"reportId": report_id, "area": area})).made["areaAlert"]
    await _do(scene.coordinator, "widenAreaAlert", step(sent, area={"outline": OUTLINE}))
    return str(sent["id"])


async def _do(person: Client, name: str, given: dict[str, Any]) -> None:
    assert (await person.ask(name, input=given)).made
