"""Who works here, closing an account, and ending a session on a phone that was lost."""

from datetime import timedelta

from backend.domain.account import Role
from backend.domain.event import EventKind
from tests.integration.test_invites import accept, invited
from tests.support.client import Client, new_id
from tests.support.house import Scene
from tests.support.movable_clock import MovableClock
from tests.support.records import child, report
from tests.support.second_factor import holder
from tests.support.snapshot import everything, settled


async def a_volunteer(scene: Scene) -> tuple[str, Client]:
    """Account id and client of somebody who came in by an invite."""
    secret = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id)
    made = (await accept(scene.stranger, secret)).made
    return made["account"]["id"], scene.stranger.signed_in(made["token"])


async def test_who_lets_people_in_sees_who_works_there(scene: Scene) -> None:
    account_id, _ = await a_volunteer(scene)
    for person in (scene.coordinator, scene.admin):
        listed = (await person.ask("accounts", incidentId=scene.incident_id)).value["edges"]
        ada = next(edge["node"] for edge in listed if edge["node"]["id"] == account_id)
        assert (ada["name"], ada["role"], ada["closed"]) == ("Ada", "VOLUNTEER", False)
        assert ada["siteIds"] == [scene.site_id]


async def test_nobody_else_sees_or_closes_an_account(scene: Scene) -> None:
    account_id, volunteer = await a_volunteer(scene)
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    outsider = await scene.house.person(Role.COORDINATOR, incident_id=opened["incident"]["id"])
    others = (scene.stranger, scene.stranger.signed_in(filed["token"]), scene.other_volunteer, scene.call_taker)
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    for person in (*others, scene.officer, outsider, volunteer):
        listed = await person.ask("accounts", incidentId=scene.incident_id)
        assert listed.codes
        assert set(listed.codes) <= {"UNAUTHENTICATED", "FORBIDDEN"}
        refused = await person.ask("closeAccount", id=account_id)
        assert refused.codes
        assert set(refused.codes) <= {"UNAUTHENTICATED", "NOT_FOUND"}
    absent = await outsider.ask("closeAccount", id=(gone := new_id()))
    forbidden = await outsider.ask("closeAccount", id=account_id)
    assert str(absent.body).replace(gone, "ID") == str(forbidden.body).replace(account_id, "ID")
    assert await everything(scene.house.use.store) == before


async def test_a_coordinator_closes_a_volunteer_and_no_one_of_the_staff(scene: Scene) -> None:
    store = scene.house.use.store
    officer = (await scene.officer.ask("viewer")).value["id"]
    coordinator = (await scene.coordinator.ask("viewer")).value["id"]
    before = await everything(store)
    for staff in (officer, coordinator):
        assert (await scene.coordinator.ask("closeAccount", id=staff)).codes == ["FORBIDDEN"]
    admin = (await scene.admin.ask("viewer")).value["id"]
    assert (await scene.coordinator.ask("closeAccount", id=admin)).codes == ["FORBIDDEN"]
    assert (await scene.admin.ask("closeAccount", id=admin)).codes == ["CONFLICT"]
    assert await everything(store) == before
    assert (await scene.admin.ask("closeAccount", id=officer)).made["account"]["closed"]
    assert (await scene.officer.ask("viewer")).codes == ["UNAUTHENTICATED"]


async def test_whose_account_is_closed_is_out_at_once_and_what_they_registered_stays(scene: Scene) -> None:
    store = scene.house.use.store
    account_id, volunteer = await a_volunteer(scene)
    registered = (await volunteer.ask("registerPerson", input=child(scene.site_id))).made["registration"]
    closed = (await scene.coordinator.ask("closeAccount", id=account_id)).made["account"]
    assert (closed["id"], closed["closed"]) == (account_id, True)
    assert (await volunteer.ask("viewer")).codes == ["UNAUTHENTICATED"]
    refused = await volunteer.ask("registerPerson", input=child(scene.site_id))
    assert refused.codes == ["UNAUTHENTICATED"]
    assert await store.sessions.find_one({"accountId": account_id}) is None
    assert (await scene.volunteer.ask("registration", id=registered["id"])).value["id"] == registered["id"]
    await settled(store)
    again = await everything(store)
    assert (await scene.coordinator.ask("closeAccount", id=account_id)).made["account"]["closed"]
    assert await everything(store) == again
    (told,) = await store.events.find({"kind": EventKind.ACCOUNT_CLOSED.value})
    assert (told.subject_id, told.incident_id) == (account_id, scene.incident_id)


async def test_whose_account_is_closed_does_not_come_back_by_the_same_link(scene: Scene) -> None:
    secret = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id, uses=3)
    account_id = (await accept(scene.stranger, secret)).made["account"]["id"]
    other = (await accept(scene.stranger, secret)).made["token"]
    assert (await scene.coordinator.ask("closeAccount", id=account_id)).made
    assert (await accept(scene.stranger, secret)).codes == ["EXPIRED"]
    assert (await scene.stranger.signed_in(other).ask("viewer")).value["role"] == "VOLUNTEER"


async def test_an_account_that_works_in_two_incidents_is_closed_by_who_may_in_both(scene: Scene) -> None:
    account_id, _ = await a_volunteer(scene)
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    both = [scene.incident_id, opened["incident"]["id"]]
    store = scene.house.use.store
    await store.accounts.collection.update_one({"_id": account_id}, {"$set": {"incidentIds": both}})
    before = await everything(store)
    assert (await scene.coordinator.ask("closeAccount", id=account_id)).codes == ["FORBIDDEN"]
    assert await everything(store) == before
    assert (await scene.admin.ask("closeAccount", id=account_id)).made["account"]["closed"]


async def test_a_family_ends_the_session_of_a_lost_phone_and_stays_signed_in_itself(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    lost = scene.stranger.signed_in(filed["token"])
    case = {"code": filed["caseCode"], "secret": filed["caseSecret"]}
    at_home = scene.stranger.signed_in((await scene.stranger.ask("signInWithCase", input=case)).made["token"])
    sessions = (await at_home.ask("ownSessions")).value
    assert [session["present"] for session in sessions].count(True) == 1
    other = next(session["id"] for session in sessions if not session["present"])
    assert (await at_home.ask("endSession", id=other)).codes == []
    assert (await lost.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await at_home.ask("viewer")).value["role"] == "FAMILY"
    assert [session["present"] for session in (await at_home.ask("ownSessions")).value] == [True]


async def test_nobody_ends_or_sees_another_s_session_nor_comes_in_with_its_id(scene: Scene) -> None:
    own = (await scene.volunteer.ask("ownSessions")).value[0]["id"]
    before = await everything(scene.house.use.store)
    for person in (scene.stranger, scene.other_volunteer, scene.coordinator, scene.admin):
        refused = await person.ask("endSession", id=own)
        assert refused.codes
        assert set(refused.codes) <= {"UNAUTHENTICATED", "NOT_FOUND"}
        seen = (await person.ask("ownSessions")).body
        assert own not in str(seen)
    assert (await scene.stranger.ask("ownSessions")).codes == ["UNAUTHENTICATED"]
    assert (await scene.stranger.signed_in(own).ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert await everything(scene.house.use.store) == before


async def test_a_session_that_ended_by_itself_is_listed_no_more(scene: Scene) -> None:
    store = scene.house.use.store
    account_id, volunteer = await a_volunteer(scene)
    (session,) = await store.sessions.find({"accountId": account_id})
    past = scene.house.use.clock() - timedelta(seconds=1)
    await store.sessions.collection.update_one({"_id": session.id}, {"$set": {"expiresAt": past}})
    assert (await volunteer.ask("ownSessions")).codes == ["UNAUTHENTICATED"]


async def test_who_lost_a_phone_is_signed_out_everywhere_at_one_click_and_keeps_the_account(scene: Scene) -> None:
    store = scene.house.use.store
    secret = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id, uses=3)
    made = (await accept(scene.stranger, secret)).made
    account_id, lost = made["account"]["id"], scene.stranger.signed_in(made["token"])
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    outsider = await scene.house.person(Role.COORDINATOR, incident_id=opened["incident"]["id"])
    officer_id = (await scene.officer.ask("viewer")).value["id"]
    await settled(store)
    before = await everything(store)
    for person in (scene.stranger, scene.other_volunteer, scene.call_taker, scene.officer, outsider, lost):
        refused = await person.ask("endSessionsOf", id=account_id)
        assert refused.codes
        assert set(refused.codes) <= {"UNAUTHENTICATED", "NOT_FOUND"}
    assert (await scene.coordinator.ask("endSessionsOf", id=officer_id)).codes == ["FORBIDDEN"]
    assert await everything(store) == before
    assert (await lost.ask("viewer")).codes == []
    ended = (await scene.coordinator.ask("endSessionsOf", id=account_id)).made["account"]
    assert (ended["id"], ended["closed"]) == (account_id, False)
    assert (await lost.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await accept(scene.stranger, secret)).codes == ["EXPIRED"], "whoever found the phone has the link, too"
    (told,) = await store.events.find({"kind": EventKind.SESSIONS_ENDED.value})
    assert (told.subject_id, told.incident_id) == (account_id, scene.incident_id)


async def test_who_ends_the_sessions_of_the_own_account_stays_signed_in(scene: Scene, clock: MovableClock) -> None:
    own = await holder(scene.admin, "ada.admin", clock)
    clock.forward(timedelta(minutes=1))
    elsewhere = scene.stranger.signed_in((await own.sign_in()).made["token"])
    account_id = (await scene.admin.ask("viewer")).value["id"]
    assert (await scene.admin.ask("endSessionsOf", id=account_id)).made
    assert (await elsewhere.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await scene.admin.ask("viewer")).codes == []
    clock.forward(timedelta(minutes=1))
    assert (await own.sign_in()).made["token"], "the password stands"
