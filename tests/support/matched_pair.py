"""A matched pair with everything that hangs on it, and the input of every operation that names any of it."""

from dataclasses import dataclass
from typing import Any

from backend.domain.account import Role
from tests.support.client import Client, new_id, retry_key
from tests.support.doors import at_the_door
from tests.support.house import NEW_ORLEANS, Scene
from tests.support.map import FROM_AFAR, FROM_NEAR, GULF, HERE, counted
from tests.support.parked import park_a_delivery
from tests.support.records import child, missing, mother, report, sighting
from tests.support.take_downs import take_down, taking_down

NOBODY = {
    "names": {"full": "Theodosius Brindle"},
    "sex": "MALE",
    "age": {"birthDate": "2009-01-01", "source": "DOCUMENT"},
    "marks": [{"kind": "TATTOO", "bodySite": "right arm"}],
}
PUBLIC_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"


@dataclass(frozen=True, slots=True)
class Secrets:
    """A matched pair, a duplicate, the family's client, and input for every operation that names any of it; and a
    helper without an account, with a registration of its own.
    """

    family: Client
    helper: Client
    variables: dict[str, dict[str, Any]]
    words: tuple[str, ...]
    unconfirmed_id: str


async def a_matched_pair(scene: Scene) -> Secrets:
    agreeing = missing(nearby={"alert": True, "photos": True})
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, agreeing))).made
    family = scene.stranger.signed_in(filed["token"])
    marisol = child(scene.site_id)
    again = child(scene.site_id)
    for one in (marisol, again, mother(scene.site_id)):
        (await scene.volunteer.ask("registerPerson", input=one)).made  # noqa: B018 (it says whether it was done)
    other = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(person=NOBODY)))).made
    posing_report_id = other["reports"][0]["id"]
    another = await scene.house.person(Role.COORDINATOR, incident_id=scene.incident_id)
    taken_down = await take_down(scene, posing_report_id, by=another)
    answer = {"id": taken_down["id"], "version": 1, "restore": True, "reason": "Mistaken"}
    door = (await scene.coordinator.ask("openIntake", input={"siteId": scene.site_id, "hours": 2})).made
    helper = await at_the_door(scene, door["code"])
    found_by_helper = child(scene.site_id, person={"names": {"given": "Wendeline"}})
    (await helper.ask("registerPerson", input=found_by_helper)).made  # noqa: B018 (it says whether it was done)
    unconfirmed = {"id": found_by_helper["id"], "version": 1}
    asking = {"id": new_id(), "registrationId": marisol["id"], "kind": "MARK", "bodySite": "right shoulder"}
    (await scene.coordinator.ask("askRecheck", input=asking)).made  # noqa: B018 (it says whether it was done)
    seen = {"hasMark": False, "text": "Nothing but freckleheads"}
    asked = {"id": new_id(), "reportId": filed["reports"][0]["id"], "kind": "OTHER", "text": "Has she a sparrowhawk?"}
    (await scene.coordinator.ask("askFamily", input=asked)).made  # noqa: B018 (as above)
    await counted(scene.house.use.store)
    pair = (await scene.coordinator.ask("registrationDuplicates", id=marisol["id"])).value["duplicates"][0]
    link = {"input": {"id": pair["id"], "version": pair["version"]}}
    device = {"endpoint": "https://127.0.0.1/x", "publicKey": PUBLIC_KEY, "authSecret": "AAAAAAAAAAAAAAAAAAAAAA"}
    device_id = (await family.ask("registerDevice", input=device)).made["device"]["id"]
    report_id, registration_id = filed["reports"][0]["id"], marisol["id"]
    await scene.call_taker.ask("reviewReport", id=report_id)
    telling = {"reportId": report_id, "area": {"centre": NEW_ORLEANS, "radiusKm": 10}}
    area_alert_id = (await scene.coordinator.ask("sendAreaAlert", input=telling)).made["areaAlert"]["id"]
    sighted = sighting(scene.incident_id)
    (await scene.volunteer.ask("recordSighting", input=sighted)).made  # noqa: B018 (it says whether it was done)
    linking = {"id": sighted["id"], "version": 1, "reportId": report_id}
    await scene.call_taker.ask("linkSighting", input=linking)
    await counted(scene.house.use.store)
    match = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    step = {"input": {"id": match["id"], "version": match["version"]}}
    at = {"name": "x", "kind": "SHELTER", "point": NEW_ORLEANS}
    leaver = await scene.house.person(Role.VOLUNTEER, incident_id=scene.incident_id, site_id=scene.site_id)
    volunteer_id = (await leaver.ask("viewer")).value["id"]
    hook = {"incidentId": scene.incident_id, "url": "https://hooks.example.org/x", "kinds": ["DIGEST"]}
    inviting = {"role": "VOLUNTEER", "siteId": scene.site_id, "uses": 7}
    (await scene.coordinator.ask("createInvite", input=inviting)).made  # noqa: B018 (it says whether it was done)
    open_invites = (await scene.coordinator.ask("invites", incidentId=scene.incident_id)).value["edges"]
    invite_id = next(edge["node"]["id"] for edge in open_invites if edge["node"]["usesLeft"] == inviting["uses"])
    hook_id = (await scene.admin.ask("addWebhook", input=hook)).made["webhook"]["id"]
    refused = await park_a_delivery(scene.house.use)
    session_id = (await leaver.ask("ownSessions")).value[0]["id"]
    person = {"names": {"given": "Changed"}}
    return Secrets(
        family=family,
        helper=helper,
        unconfirmed_id=found_by_helper["id"],
        variables={
            "incident": {"id": scene.incident_id},
            "openIncident": {"input": {"name": "Another", "kind": "FIRE"}},
            "changeIncident": {"input": {"id": scene.incident_id, "version": 1, "name": "Changed"}},
            "site": {"id": scene.site_id},
            "addSite": {"input": {"incidentId": scene.incident_id, **at}},
            "changeSite": {"input": {"id": scene.site_id, "version": 1, "name": "Changed"}},
            "createInvite": {"input": {"role": "VOLUNTEER", "siteId": scene.site_id}},
            "invites": {"incidentId": scene.incident_id},
            "revokeInvite": {"id": invite_id},
            "registerPerson": {"input": child(scene.site_id)},
            "registerSiblings": {"input": {"siblings": [child(scene.site_id), child(scene.site_id)]}},
            "changeRegistration": {"input": {"id": registration_id, "version": 1, "person": person}},
            "moveRegistration": {"input": {"id": registration_id, "version": 1, "siteId": scene.other_site_id}},
            "confirmRegistration": unconfirmed,
            "dismissRegistration": unconfirmed,
            "restoreRegistration": unconfirmed,
            "intakes": {"incidentId": scene.incident_id, "siteId": scene.site_id},
            "openIntake": {"input": {"siteId": scene.site_id, "hours": 1}},
            "closeIntake": {"id": door["intake"]["id"]},
            "registration": {"id": registration_id},
            "registrations": {"incidentId": scene.incident_id},
            "changeReport": {"input": {"id": report_id, "version": 1, "person": person}},
            "withdrawReport": {"id": report_id, "version": 1},
            "beginCaseRecovery": {"reportId": report_id},
            "settleObjection": {"reportId": report_id},
            "recoverCase": {"input": {"reportId": report_id, "answers": [], "retryKey": retry_key()}},
            "report": {"id": report_id},
            "reviewReport": {"id": report_id},
            "areaReach": telling,
            "sendAreaAlert": {"input": telling},
            "widenAreaAlert": {"input": {"id": area_alert_id, "version": 2, "area": telling["area"]}},
            "areaAlert": {"id": area_alert_id},
            "areaAlertProgress": {"id": area_alert_id},
            "areaAlerts": {"incidentId": scene.incident_id},
            "nearbyAlert": {"id": area_alert_id},
            "stopAreaAlert": {"id": area_alert_id},
            "takeDownReport": {"input": taking_down(report_id)},
            "takeDown": {"id": taken_down["id"]},
            "takeDowns": {"incidentId": scene.incident_id},
            "appealTakeDown": {"reportId": posing_report_id, "text": "He is mine"},
            "answerTakeDown": {"input": answer},
            "reports": {"incidentId": scene.incident_id},
            "reportMatches": {"id": report_id},
            "removeDevice": {"id": device_id},
            "matches": {"incidentId": scene.incident_id},
            "match": {"id": match["id"]},
            "matchChanges": {"incidentId": scene.incident_id},
            "siteChanges": {"siteId": scene.site_id},
            "mapView": {"incidentId": scene.incident_id, "bounds": HERE, "zoom": FROM_NEAR},
            "mapTable": {"incidentId": scene.incident_id, "bounds": GULF, "zoom": FROM_AFAR},
            "findReports": {"incidentId": scene.incident_id, "person": {"names": {"full": "Marisol Quintanilla"}}},
            "mapChanges": {"incidentId": scene.incident_id},
            "publicFigures": {"incidentId": scene.incident_id},
            "destinations": {"registrationId": registration_id},
            "auditEntries": {"recordId": registration_id, "first": 100},
            "rota": {"incidentId": scene.incident_id},
            "setRota": {"input": {"incidentId": scene.incident_id, "version": 0, "shifts": []}},
            "takeMatch": {"id": match["id"]},
            "leaveMatch": {"id": match["id"]},
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
            "sighting": {"id": sighted["id"]},
            "sightings": {"incidentId": scene.incident_id, "states": ["LINKED"]},
            "reportSightings": {"id": report_id},
            "linkSighting": {"input": {**linking, "version": 2}},
            "dismissSighting": {"input": {"id": sighted["id"], "version": 2, "reason": "another child"}},
            "reopenSighting": {"id": sighted["id"], "version": 2},
            "recheck": {"id": asking["id"]},
            "rechecks": {"incidentId": scene.incident_id, "siteId": scene.site_id},
            "registrationRechecks": {"id": registration_id},
            "askRecheck": {"input": {"registrationId": registration_id, "kind": "LANGUAGE"}},
            "answerRecheck": {"id": asking["id"], "answer": seen},
            "dropRecheck": {"id": asking["id"]},
            "question": {"id": asked["id"]},
            "questions": {"incidentId": scene.incident_id},
            "reportQuestions": {"id": report_id},
            "askFamily": {"input": {"reportId": report_id, "kind": "CLOTHING"}},
            "answerQuestion": {"id": asked["id"], "answer": {"cannotSay": True}},
            "dropQuestion": {"id": asked["id"]},
            "accounts": {"incidentId": scene.incident_id},
            "closeAccount": {"id": volunteer_id},
            "endSessionsOf": {"id": volunteer_id},
            "endSession": {"id": session_id},
            "webhooks": {"incidentId": scene.incident_id},
            "addWebhook": {"input": hook},
            "pauseWebhook": {"id": hook_id},
            "resumeWebhook": {"id": hook_id},
            "removeWebhook": {"id": hook_id},
            "parkedDeliveries": {},
            "resendDeliveries": {"input": {"server": refused.server, "reason": refused.reason}},
            "possibleRelatives": {"registrationId": registration_id},
        },
        words=(
            *("Marisol", "Quintanilla", "Rosaura", "0142", "Canal", "asthma", "left knee", "hooks.example.org"),
            *("Wendeline", "Theodosius", "Seraphine", "Tulane", "kite", "Ashdown"),
            *("right shoulder", "freckleheads", "sparrowhawk", marisol["id"]),
        ),
    )
