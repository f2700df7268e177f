"""Who gets nothing: strangers, other families, volunteers of other sites, on every path there is."""

from collections.abc import Iterable
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import pytest

from backend.domain.account import Role, Viewer
from backend.services.access import TABLE, Action, Reach, Where, may
from tests.support.client import OPERATIONS, Client, new_id, operation, retry_key
from tests.support.house import Scene
from tests.support.matched_pair import Secrets, a_matched_pair
from tests.support.records import report
from tests.support.snapshot import everything, settled

REFUSED = {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}
PUBLIC = {
    *("viewer", "pushKey", "openIncidents", "openAreas", "fileReport", "acceptInvite", "enterIntake"),
    *("signInWithCase", "signInWithPassword", "passkeyChallengeToSignIn", "unlock"),
    *("findPlaces", "nameOfPlace", "mapTowns", "mapTiles", "recordSighting"),
}
"""What somebody without an account may call; the test of each is elsewhere."""
OF_ONE_S_OWN = {
    *("incidents", "signOut", "registerDevice", "ownReports", "ownSessions", "alertChoices", "chooseAlerts"),
    *("setPassword", "beginSecondFactor", "confirmSecondFactor", "proveYourself"),
    *("beginPasskey", "confirmPasskey", "removePasskey", "passkeyChallenge", "proveWithPasskey"),
    *(
        "setPin",
        "renewSession",
        "nearbyAlerts",
        "chooseNearbyPlace",
    ),
}
"""What touches nothing but what is one's own, whoever calls."""
TESTED_BY_ITSELF = {"endSession", "takeDownReport", "recoverCase"}
"""What only the one whose it is, only a version that nobody has changed before, or only right answers let be done."""


async def got_nothing(scene: Scene, intruder: Client, secrets: Secrets, names: Iterable[str]) -> None:
    """Each operation was refused, taught nothing, and changed nothing."""
    store = scene.house.use.store
    await settled(store)
    before = await everything(store)
    for name in names:
        await learnt_nothing(intruder, secrets, name)
        assert await everything(store) == before, name


async def learnt_nothing(intruder: Client, secrets: Secrets, name: str) -> None:
    variables = secrets.variables[name]
    if operation(name).startswith("subscription"):
        async with intruder.follow(name, **variables) as subscription:
            message = await subscription.next_message()
        assert message["type"] == "error", name
        codes, shown = [error["extensions"]["code"] for error in message["payload"]], str(message)
    else:
        answer = await intruder.ask(name, **variables)
        codes, shown = answer.codes, str(answer.body)
        empty = answer.body["data"] is None or all(_is_nothing(value) for value in answer.body["data"].values())
        assert empty, (name, answer.body)
    assert not codes or set(codes) <= REFUSED, (name, codes)
    given = str(variables)
    for word in secrets.words:
        assert word not in shown or word in given, (name, word)


def _is_nothing(value: Any) -> bool:
    if not isinstance(value, dict):
        return value is None
    if "edges" in value:
        return not value["edges"]
    return not any(part for key, part in value.items() if key != "errors")


async def test_every_operation_is_public_or_one_s_own_or_tried_here(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    names = {path.stem for path in OPERATIONS.glob("*.graphql")}
    assert names == PUBLIC | OF_ONE_S_OWN | secrets.variables.keys()


async def test_a_stranger_gets_nothing_on_any_path(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    await got_nothing(scene, scene.stranger, secrets, secrets.variables)


async def test_only_a_family_follows_own_reports(scene: Scene) -> None:
    for person, code in ((scene.stranger, "UNAUTHENTICATED"), (scene.volunteer, "FORBIDDEN")):
        async with person.follow("ownReports") as news:
            message = await news.next_message()
        assert [error["extensions"]["code"] for error in message["payload"]] == [code]


async def test_another_family_gets_nothing_on_any_path(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    other_report = report(scene.incident_id)
    other_report["children"][0]["person"] = {"names": {"given": "Somebody Else"}, "sex": "MALE"}
    filed = (await scene.stranger.ask("fileReport", input=other_report)).made
    other_family = scene.stranger.signed_in(filed["token"])
    own = {"reports", "questions"}
    await got_nothing(scene, other_family, secrets, secrets.variables.keys() - own)
    assert (await other_family.ask("questions", incidentId=scene.incident_id)).value["edges"] == []
    reports = (await other_family.ask("reports", incidentId=scene.incident_id)).value["edges"]
    assert [edge["node"]["id"] for edge in reports] == [filed["reports"][0]["id"]]


async def test_the_family_itself_gets_nothing_of_the_registration_the_match_or_the_site(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    own = {"report", "reports", "changeReport", "withdrawReport", "removeDevice"}
    own |= {"question", "questions", "reportQuestions", "answerQuestion"}
    in_part = {"reportMatches", "reportDuplicates", "reportSightings"}
    await got_nothing(scene, secrets.family, secrets, sorted(secrets.variables.keys() - own - in_part))
    answer = await secrets.family.ask("reportDuplicates", **secrets.variables["reportDuplicates"])
    assert answer.codes == ["FORBIDDEN", "FORBIDDEN"]
    assert answer.body["data"]["report"] == {
        "id": secrets.variables["report"]["id"],
        "linkedWith": None,
        "duplicates": None,
    }
    answer = await secrets.family.ask("reportSightings", **secrets.variables["reportSightings"])
    assert answer.codes == ["FORBIDDEN"]
    assert answer.body["data"]["report"]["sightings"] is None
    answer = await secrets.family.ask("reportMatches", **secrets.variables["reportMatches"])
    assert answer.codes == ["FORBIDDEN"]
    assert answer.body["data"]["report"]["matches"] is None


async def test_a_volunteer_of_another_site_gets_nothing_on_any_path(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    await got_nothing(scene, scene.other_volunteer, secrets, secrets.variables.keys() - {"incident", "publicFigures"})
    sites = (await scene.other_volunteer.ask("incident", id=scene.incident_id)).value["sites"]["edges"]
    assert [edge["node"]["id"] for edge in sites] == [scene.other_site_id]
    here = await scene.other_volunteer.ask("registrations", incidentId=scene.incident_id, siteId=scene.other_site_id)
    assert here.value["edges"] == []


async def test_a_volunteer_never_gets_a_family_s_report(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    names = (
        *("report", "reports", "reportMatches", "matches", "match", "matchChanges", "confirmMatch"),
        "reportSightings",
    )
    await got_nothing(scene, scene.volunteer, secrets, names)
    registration = secrets.variables["registration"]["id"]
    query = "query Own($id: ID!) { registration(id: $id) { id matches { id report { id } } } }"
    answer = await scene.volunteer.ask_text(query, id=registration)
    assert answer.codes == ["FORBIDDEN"]
    assert answer.body["data"]["registration"]["matches"] is None


async def test_the_right_person_is_refused_nowhere(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    of_the_family = {"reports", "report", "changeReport", "removeDevice", "withdrawReport"}
    of_the_volunteer = {"registration", "registerPerson", "registerSiblings", "changeRegistration", "moveRegistration"}
    for name in sorted(secrets.variables, key=lambda name: name.startswith(("withdraw", "move", "remove"))):
        if operation(name).startswith("subscription") or name in TESTED_BY_ITSELF:
            continue
        right = secrets.family if name in of_the_family else scene.volunteer if name in of_the_volunteer else None
        if name == "appealTakeDown":
            right = scene.call_taker
        if "ebhook" in name or "Deliveries" in name:
            right = scene.admin
        answer = await (right or scene.coordinator).ask(name, **secrets.variables[name])
        assert not REFUSED & set(answer.codes), (name, answer.body)
        assert name.startswith("remove") or not _is_nothing(answer.value), name


async def test_an_administrator_and_a_call_taker_read_no_child_s_registration(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    names = (
        *("registration", "registrations", "changeRegistration", "moveRegistration", "match", "matches"),
        *("registrationDuplicates", "duplicate", "duplicates", "suggestDuplicate", "linkDuplicate"),
        "possibleRelatives",
    )
    for person in (scene.admin, scene.call_taker):
        await got_nothing(scene, person, secrets, names)


async def test_staff_of_another_incident_gets_nothing(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    elsewhere = opened["incident"]["id"]
    for role in (Role.COORDINATOR, Role.OFFICER, Role.CALL_TAKER):
        outsider = await scene.house.person(role, incident_id=elsewhere)
        may_open = {"openIncident"} if role is Role.COORDINATOR else set()
        await got_nothing(scene, outsider, secrets, secrets.variables.keys() - may_open)


async def test_absent_and_forbidden_are_answered_alike(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    for name in ("registration", "report", "match", "site", "duplicate", "recheck", "question"):
        forbidden_id, absent_id = secrets.variables[name]["id"], new_id()
        forbidden = await scene.other_volunteer.ask(name, id=forbidden_id)
        absent = await scene.other_volunteer.ask(name, id=absent_id)
        assert str(forbidden.body).replace(forbidden_id, "ID") == str(absent.body).replace(absent_id, "ID")
        assert forbidden.status == absent.status


async def test_a_token_that_is_none_is_refused_with_401(scene: Scene) -> None:
    answer = await scene.stranger.signed_in("guessed").ask("viewer")
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])


async def test_an_invite_secret_that_is_guessed_lets_nobody_in(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    guess = {"secret": "guessed", "name": "Mallory", "retryKey": retry_key()}
    answer = await scene.stranger.ask("acceptInvite", input=guess)
    assert (answer.codes, answer.value["token"]) == (["EXPIRED"], None)
    assert await everything(scene.house.use.store) == before


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_what_is_not_in_the_table_is_denied(action: Action, role: Role) -> None:
    viewer = Viewer("v", role, "", frozenset({"i"}), frozenset({"s"}), "f" if role is Role.FAMILY else None, "x")
    elsewhere = Where(incident_id="other", site_id="other", family_id="other")
    assert may(viewer, action, elsewhere) is (TABLE[action].get(role) is Reach.EVERYWHERE)
    assert may(viewer, action, Where()) is (TABLE[action].get(role) is Reach.EVERYWHERE)
    assert not may(None, action, Where(incident_id="i", site_id="s", family_id="f"))


async def test_absent_and_forbidden_take_equally_long(scene: Scene) -> None:
    """In turns, so that whatever else the machine does falls on both; each half of one differs from the other half too.

    The bound is what repeats of one and the same failure differ by, with room for the few samples of a test.
    """
    secrets = await a_matched_pair(scene)
    names = ("registration", "report", "match", "duplicate")
    times: dict[str, list[float]] = {"forbidden": [], "absent": [], "absent too": []}
    for _ in range(25):
        for name in names:
            for kind, record_id in (
                ("forbidden", secrets.variables[name]["id"]),
                ("absent", new_id()),
                ("absent too", new_id()),
            ):
                began = perf_counter()
                await scene.other_volunteer.ask(name, id=record_id)
                times[kind].append(perf_counter() - began)
    forbidden, absent, absent_too = (median(times[kind]) for kind in ("forbidden", "absent", "absent too"))
    spread = quantiles(times["absent"] + times["absent too"], n=4)
    assert abs(forbidden - absent) <= max(abs(absent - absent_too), spread[2] - spread[0])
