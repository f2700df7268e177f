"""A matched pair with everything that hangs on it, and the input of every operation that names any of it."""

from dataclasses import dataclass
from typing import Any

from backend.domain.account import Role
from tests.support.client import Client
from tests.support.house import NEW_ORLEANS, Scene
from tests.support.map import FROM_NEAR, HERE, counted
from tests.support.records import child, mother, report

PUBLIC_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"


@dataclass(frozen=True, slots=True)
class Secrets:
    """A matched pair, a duplicate, the family's client, and input for every operation that names any of it."""

    family: Client
    variables: dict[str, dict[str, Any]]
    words: tuple[str, ...]


async def a_matched_pair(scene: Scene) -> Secrets:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    family = scene.stranger.signed_in(filed["token"])
    marisol = child(scene.site_id)
    again = child(scene.site_id)
    for one in (marisol, again, mother(scene.site_id)):
        (await scene.volunteer.ask("registerPerson", input=one)).made  # noqa: B018 (it says whether it was done)
    await counted(scene.house.use.store)
    pair = (await scene.coordinator.ask("registrationDuplicates", id=marisol["id"])).value["duplicates"][0]
    link = {"input": {"id": pair["id"], "version": pair["version"]}}
    device = {"endpoint": "https://127.0.0.1/x", "publicKey": PUBLIC_KEY, "authSecret": "AAAAAAAAAAAAAAAAAAAAAA"}
    device_id = (await family.ask("registerDevice", input=device)).made["device"]["id"]
    report_id, registration_id = filed["reports"][0]["id"], marisol["id"]
    match = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    step = {"input": {"id": match["id"], "version": match["version"]}}
    at = {"name": "x", "kind": "SHELTER", "point": NEW_ORLEANS}
    leaver = await scene.house.person(Role.VOLUNTEER, incident_id=scene.incident_id, site_id=scene.site_id)
    volunteer_id = (await leaver.ask("viewer")).value["id"]
    session_id = (await leaver.ask("ownSessions")).value[0]["id"]
    person = {"names": {"given": "Changed"}}
    return Secrets(
        family=family,
        variables={
            "incident": {"id": scene.incident_id},
            "openIncident": {"input": {"name": "Another", "kind": "FIRE"}},
            "changeIncident": {"input": {"id": scene.incident_id, "version": 1, "name": "Changed"}},
            "site": {"id": scene.site_id},
            "addSite": {"input": {"incidentId": scene.incident_id, **at}},
            "changeSite": {"input": {"id": scene.site_id, "version": 1, "name": "Changed"}},
            "createInvite": {"input": {"role": "VOLUNTEER", "siteId": scene.site_id}},
            "registerPerson": {"input": child(scene.site_id)},
            "registerSiblings": {"input": {"siblings": [child(scene.site_id), child(scene.site_id)]}},
            "changeRegistration": {"input": {"id": registration_id, "version": 1, "person": person}},
            "moveRegistration": {"input": {"id": registration_id, "version": 1, "siteId": scene.other_site_id}},
            "registration": {"id": registration_id},
            "registrations": {"incidentId": scene.incident_id},
            "changeReport": {"input": {"id": report_id, "version": 1, "person": person}},
            "withdrawReport": {"id": report_id, "version": 1},
            "report": {"id": report_id},
            "reports": {"incidentId": scene.incident_id},
            "reportMatches": {"id": report_id},
            "removeDevice": {"id": device_id},
            "matches": {"incidentId": scene.incident_id},
            "match": {"id": match["id"]},
            "matchChanges": {"incidentId": scene.incident_id},
            "siteChanges": {"siteId": scene.site_id},
            "mapView": {"incidentId": scene.incident_id, "bounds": HERE, "zoom": FROM_NEAR},
            "mapChanges": {"incidentId": scene.incident_id},
            "publicFigures": {"incidentId": scene.incident_id},
            "claimMatch": step,
            "confirmMatch": step,
            "rejectMatch": step,
            "undoMatch": step,
            "duplicate": {"id": pair["id"]},
            "duplicates": {"incidentId": scene.incident_id, "side": "REGISTRATION"},
            "registrationDuplicates": {"id": registration_id},
            "reportDuplicates": {"id": report_id},
            "suggestDuplicate": {
                "input": {"side": "REGISTRATION", "recordId": registration_id, "otherId": again["id"]}
            },
            "linkDuplicate": link,
            "unlinkDuplicate": link,
            "dismissDuplicate": link,
            "accounts": {"incidentId": scene.incident_id},
            "closeAccount": {"id": volunteer_id},
            "endSession": {"id": session_id},
            "possibleRelatives": {"registrationId": registration_id},
        },
        words=("Marisol", "Quintanilla", "Rosaura", "0142", "Canal", "asthma", "left knee", marisol["id"]),
    )
