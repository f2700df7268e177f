"""What else is done at the desk, through screens alone."""

import re
import socket
from pathlib import Path

from backend.domain.account import NewInvite, Role
from backend.domain.alert import ChannelKind
from backend.domain.registration import Confirmation
from backend.services.invites import invite_by_operator
from tests.support.desk import desk_of, looks_well_by_day_and_night
from tests.support.doors import a_helper
from tests.support.house import Scene, running_house
from tests.support.map import counted
from tests.support.pairs import file
from tests.support.parked import REFUSED, park_a_delivery
from tests.support.records import child
from tests.support.screens import DESK, PHONE, device, needs_browser
from tests.support.second_factor import PASSWORD

pytestmark = needs_browser

PASSKEYS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def test_what_strangers_and_helpers_sent_is_looked_at_before_it_counts(scene: Scene, tmp_path: Path) -> None:
    store = scene.house.use.store
    await file(scene)
    helper = await a_helper(scene)
    for name in ("Wendeline", "Nobody"):
        (await helper.ask("registerPerson", input=child(scene.site_id, person={"names": {"given": name}}))).made  # noqa: B018 (it says whether it was done)
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="Waiting for you").click()
        await desk.page.get_by_role("button", name="Marisol Quintanilla").click()
        await desk.sees("Rosaura Quintanilla · mother")
        await looks_well_by_day_and_night(desk, "desk-waiting")
        await desk.press("I have looked at it")
        await desk.sees("Looked at.")
        (report,) = await store.reports.find({})
        assert (await scene.coordinator.ask("report", id=report.id)).value["review"]["reviewedAt"] is not None

        await desk.page.get_by_role("button", name="Wendeline").click()
        await desk.press("The child is there")
        await desk.sees("Confirmed.")
        await desk.page.get_by_role("button", name="Nobody").click()
        await desk.press("It is false")
        await desk.sees("Dismissed. It is under “Dismissed”, should it be wrong.")
        kept = {one.person.names.given: one.confirmation for one in await store.registrations.find({})}
        assert kept == {"Wendeline": Confirmation.CONFIRMED, "Nobody": Confirmation.DISMISSED}
        await desk.page.get_by_label("Dismissed", exact=True).check()
        await desk.page.get_by_role("button", name="Nobody").click()
        await desk.press("Take the dismissal back")
        await desk.sees("It waits again.")


async def test_a_family_that_does_not_answer_is_called_and_answered_for(scene: Scene, tmp_path: Path) -> None:
    _, report_id = await file(scene)
    for kind, more in (("LANGUAGE", {}), ("MARK", {"bodySite": "left knee"})):
        asking = {"reportId": report_id, "kind": kind, **more}
        assert (await scene.coordinator.ask("askFamily", input=asking)).made
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.open("/desk/waiting")
        await desk.sees("Families that have not answered")
        await desk.page.get_by_role("button", name="A mark on the body · left knee").click()
        await desk.sees("Marisol Quintanilla: is there a mark here: left knee?")
        call = desk.page.get_by_role("link", name="Call the family")
        assert await call.get_attribute("href") == "tel:+15045550142"
        await looks_well_by_day_and_night(desk, "desk-unanswered")
        await desk.page.get_by_label("Yes", exact=True).check()
        await desk.press("Send the answer")
        await desk.sees("Answered. It stands in the report now.")
        await desk.page.get_by_role("button", name="Languages").click()
        await desk.press("Drop it")
        await desk.sees("Dropped. The family is no longer asked.")
    asked = await scene.house.use.store.questions.find({})
    assert {one.asking.kind.value: one.state.value for one in asked} == {"LANGUAGE": "DROPPED", "MARK": "ANSWERED"}


async def test_a_false_report_is_taken_down_and_its_family_is_answered_by_another(scene: Scene, tmp_path: Path) -> None:
    family, report_id = await file(scene)
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="Waiting for you").click()
        await desk.page.get_by_role("button", name="Marisol Quintanilla").click()
        await desk.page.get_by_role("link", name="Take it down as false…").click()
        await desk.fill("Who asks for it?", "Seraphine Quintanilla")
        await desk.fill("What are they to the child?", "mother")
        await desk.page.get_by_label("Passport").check()
        await desk.fill("Who looked at it?", "Sergeant Hale, Fifth District")
        await desk.fill("Why is it false?", "He has no custody: court order of May")
        await looks_well_by_day_and_night(desk, "desk-take-down")
        await desk.press("Take it down")
        await desk.sees("Taken down.")
    appealed = await family.ask("appealTakeDown", reportId=report_id, text="She is my daughter, and I have custody")
    assert appealed.made
    async with desk_of(scene, scene.officer, "oscar", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="False reports").click()
        await desk.sees("She is my daughter, and I have custody")
        await desk.page.get_by_label("The report is true: restore it").check()
        await desk.fill("Why?", "The order was lifted in June")
        await desk.looks_well("desk-appeal")
        await desk.press("Answer")
        await desk.sees("Restored: the report is open again.")
    report = await scene.house.use.store.reports.get(report_id)
    assert report is not None
    assert report.status.value == "OPEN"


async def test_a_site_s_doors_are_opened_by_a_printed_code_and_closed_again(scene: Scene, tmp_path: Path) -> None:
    async with (
        desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _),
        device(scene.stranger.url, tmp_path / "helper", **PHONE) as phone,
    ):
        await desk.page.get_by_role("link", name="Open doors").click()
        await desk.page.get_by_label("At which site?").select_option("Superdome")
        await desk.looks_well("desk-doors")
        await desk.fill("For how many hours?", "4")
        await desk.press("Open, and show the code")
        code = await desk.page.locator(".sheet .code").inner_text()
        await looks_well_by_day_and_night(desk, "desk-doors-sheet")
        await desk.press("I have it")
        await desk.sees("open until")

        # Scanned, the code is there already, and nowhere in the address.
        await phone.open(f"/join#door={code}")
        await phone.fill("Your name", "Wendell")
        assert code not in phone.page.url
        await phone.press("Come in")
        await phone.page.get_by_role("button", name="Register a child").wait_for()

        await desk.press("Close now")
        await desk.sees("ended")
        (intake,) = await scene.house.use.store.intakes.find({})
        assert (intake.entered, intake.closed_at is not None) == (1, True)


async def test_a_lost_phone_is_signed_out_by_one_click(scene: Scene, tmp_path: Path) -> None:
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="People").click()
        await desk.page.get_by_role("button", name="Lost phone: Volunteer").first.click()
        await looks_well_by_day_and_night(desk, "desk-people")
        await desk.press("Sign them out")
        await desk.sees("Volunteer is signed out everywhere.")
    codes = [(await one.ask("ownSessions")).codes for one in (scene.volunteer, scene.other_volunteer)]
    assert sorted(codes) == [[], ["UNAUTHENTICATED"]]


async def test_an_invite_that_went_to_the_wrong_person_is_revoked(scene: Scene, tmp_path: Path) -> None:
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="People").click()
        await desk.press("Make the invite")
        await desk.page.get_by_role("button", name="Revoke", exact=True).wait_for()
        await desk.press("Revoke")
        await looks_well_by_day_and_night(desk, "desk-invites")
        await desk.press("Revoke it")
        await desk.sees("There is none.")
    assert [one.uses_left for one in await scene.house.use.store.invites.find({"usesLeft": {"$gt": 0}})] == []


async def test_figures_are_drawn_and_what_holds_in_an_incident_is_set(scene: Scene, tmp_path: Path) -> None:
    await scene.coordinator.ask("registerPerson", input=child(scene.site_id))
    await file(scene)
    await counted(scene.house.use.store)
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="Figures").click()
        await desk.page.get_by_role("row", name="Superdome 1").wait_for()
        await desk.page.get_by_text("As a table").click()
        await looks_well_by_day_and_night(desk, "desk-figures")

        await desk.page.get_by_role("link", name="Settings").click()
        await desk.fill("How many days is personal data kept once it is closed?", "99999")
        await desk.press("Keep it")
        await desk.page.locator("[aria-invalid=true]").wait_for()
        await desk.fill("How many days is personal data kept once it is closed?", "90")
        await desk.fill("What do people call it?", "Hurricane Ada, the second")
        await desk.fill("After how many minutes are the next on duty told of what nobody took?", "5")
        await looks_well_by_day_and_night(desk, "desk-settings")
        await desk.press("Keep it")
        await desk.sees("Kept. Where it changes scores")
        await desk.page.get_by_label("Incident").get_by_text("Hurricane Ada, the second").wait_for(state="attached")
    incident = await scene.house.use.store.incidents.get(scene.incident_id)
    assert incident is not None
    assert (incident.retention_days, incident.escalate_minutes) == (90, 5)


async def test_who_is_on_duty_is_set_by_shifts_and_seen_by_officers(scene: Scene, tmp_path: Path) -> None:
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="On duty").click()
        await desk.sees("Nobody is on duty")
        await desk.page.get_by_label("When are they told?").select_option("Step 2")
        until = await desk.page.get_by_label("Until").input_value()
        await desk.press("Put on duty")
        await desk.page.get_by_role("button", name="Remove: Coordinator").wait_for()
        # The next shift begins where this one ends, and cannot end before.
        assert await desk.page.get_by_label("From").input_value() == until
        await desk.fill("Until", "2020-01-01T00:00")
        await desk.press("Put on duty")
        await desk.sees("A shift ends after it starts, and within 7 days.")
        await looks_well_by_day_and_night(desk, "desk-duty")
    rota = (await scene.coordinator.ask("rota", incidentId=scene.incident_id)).value
    assert [(one["name"], one["step"]) for one in rota["onDuty"]] == [("Coordinator", 2)]
    async with desk_of(scene, scene.officer, "oscar", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="On duty").click()
        await desk.sees("Step 2")
        assert await desk.page.get_by_role("button", name="Remove").count() == 0
        assert await desk.page.get_by_role("button", name="Put on duty").count() == 0
    async with desk_of(scene, scene.admin, "ada", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="On duty").click()
        await desk.page.get_by_role("button", name="Remove: Coordinator").click()
        await desk.press("Remove the shift")
        await desk.sees("Nobody is on duty")
    assert (await scene.coordinator.ask("rota", incidentId=scene.incident_id)).value["shifts"] == []


async def test_an_administrator_sets_a_webhook_up_and_is_shown_its_secret_once(scene: Scene, tmp_path: Path) -> None:
    async with desk_of(scene, scene.admin, "ada", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="Webhooks").click()
        await desk.fill("Address", "https://127.0.0.1/inside")
        await desk.press("Set it up")
        await desk.page.locator("[aria-invalid=true]").wait_for()
        await desk.fill("Address", "https://hooks.example.org/reunify")
        await desk.press("Set it up")
        await desk.page.locator(".code", has_text="whsec_").wait_for()
        await looks_well_by_day_and_night(desk, "desk-webhooks")
        await desk.press("I have it")
        assert await desk.page.locator(".code").count() == 0
        await desk.press("Pause")
        await desk.sees("Paused since")
        await looks_well_by_day_and_night(desk, "desk-webhooks-paused")
        (webhook,) = await scene.house.use.store.webhooks.find({})
        assert webhook.paused_at is not None
        await desk.press("Go on")
        await desk.page.get_by_text("Paused since").wait_for(state="detached")
        (webhook,) = await scene.house.use.store.webhooks.find({})
        assert webhook.paused_at is None
        await desk.press("Remove")
        await desk.press("Remove")
        await desk.sees("There is none.")
    assert await scene.house.use.store.webhooks.find({}) == []


async def test_an_administrator_sees_what_could_not_be_delivered_and_sends_it_again(
    scene: Scene, tmp_path: Path
) -> None:
    use = scene.house.use
    for _ in range(2):
        await park_a_delivery(use)
    await park_a_delivery(use, reason="413 too large")
    await park_a_delivery(use, "WEBHOOK https://hooks.example.org", "307 to elsewhere", ChannelKind.WEBHOOK)
    async with desk_of(scene, scene.admin, "ada", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="Not delivered").click()
        refused = desk.page.get_by_role("listitem").filter(has_text=REFUSED)
        await refused.get_by_text("Push service https://push.example.org").wait_for()
        await refused.get_by_text("How many: 2.").wait_for()
        await desk.sees("Webhook https://hooks.example.org")
        await looks_well_by_day_and_night(desk, "desk-deliveries")
        await refused.get_by_role("button", name="Send again").click()
        await desk.sees("Sent again: 2.")
        await refused.wait_for(state="detached")
        await desk.sees("307 to elsewhere")
        await desk.press("Send all again")
        await desk.sees("Nothing was refused.")
    waiting = await use.store.deliveries.collection.count_documents({"work.state": "WAITING"})
    assert waiting == 4


async def test_a_passkey_is_added_named_used_to_sign_in_and_removed(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    async with (
        running_house(database_uri, database_name, tmp_path, worker=False, port=port, public_url=address) as house,
        device(address, tmp_path / "browser", **DESK) as desk,
    ):
        authenticators = await desk.context.new_cdp_session(desk.page)
        await authenticators.send("WebAuthn.enable")
        await authenticators.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEYS})
        secret = await invite_by_operator(house.use, NewInvite(Role.ADMIN))
        await desk.open(f"/join#{secret}")
        await desk.fill("Your name", "Ada")
        await desk.press("Come in")
        await desk.page.locator(".desk").wait_for()
        await desk.open("/desk/account")
        await desk.fill("Sign-in name", "ada")
        await desk.fill("New password", PASSWORD)
        await desk.press("Keep it")
        await desk.press("Add a passkey on this device")
        await desk.fill("What do you call this device?", "Laptop at the desk")
        await (
            desk.page.locator("form", has_text="What do you call this device?").get_by_label("Password").fill(PASSWORD)
        )
        await desk.press("Make it")
        await desk.sees("Write these down")
        await desk.sees("Laptop at the desk")
        await looks_well_by_day_and_night(desk, "desk-passkeys")
        await desk.press("Sign out, Ada")
        await desk.sees("Sign in to your desk")
        await desk.fill("Sign-in name", "ada")
        await desk.fill("Password", PASSWORD)
        await desk.looks_well("desk-sign-in")
        await desk.press("Sign in with your passkey")
        await desk.page.locator(".desk").wait_for()
        await desk.open("/desk/account")
        await desk.sees("Last used")
        assert (desk.heard, desk.elsewhere) == ([], [])


async def test_a_desk_is_english_to_its_dates_whatever_the_browser_speaks(scene: Scene, tmp_path: Path) -> None:
    async with desk_of(scene, scene.coordinator, "maria", tmp_path, locale="es-ES") as (desk, _):
        await desk.open("/desk/account")
        last_used = desk.page.get_by_text(re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d{2}\s[AP]M"))
        await last_used.first.wait_for()
        assert await desk.page.evaluate("document.documentElement.lang") == "es"
