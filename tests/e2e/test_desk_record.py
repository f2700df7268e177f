"""One record: who has looked at it, and moving a child to another site, through screens alone."""

from pathlib import Path

from tests.support.desk import desk_of, looks_well_by_day_and_night
from tests.support.house import Scene
from tests.support.records import child
from tests.support.screens import PHONE, device, needs_browser
from tests.support.snapshot import settled

pytestmark = needs_browser


async def test_a_desk_sees_who_looked_at_a_child_and_says_why_it_asks(scene: Scene, tmp_path: Path) -> None:
    made = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made["registration"]
    await settled(scene.house.use.store)
    assert (await scene.officer.ask("registration", id=made["id"])).value
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="One record").click()
        await looks_well_by_day_and_night(desk, "desk-record-find")
        await desk.fill("Its id", made["id"])
        await desk.press("Open")
        await desk.page.get_by_role("heading", name="Marisol Quintanilla").wait_for()
        await desk.fill("Why do you ask?", "Дзвінок 4711")
        await desk.press("Show who looked")
        await desk.sees("Officer · Officer")
        await desk.sees("Person registered")
        await looks_well_by_day_and_night(desk, "desk-record")
    told = (await scene.admin.ask("auditEntries", recordId=made["id"])).value["edges"]
    asked = next(edge["node"] for edge in told if edge["node"]["action"] == "READ_AUDIT")
    assert (asked["actorName"], asked["reason"]) == ("Coordinator", "Дзвінок 4711")
    async with desk_of(scene, scene.admin, "ada", tmp_path) as (desk, _):
        # An administrator answers for who looks, and is shown nothing of the child itself.
        await desk.open(f"/desk/record?registration={made['id']}")
        await desk.press("Show who looked")
        await desk.sees("Why: Дзвінок 4711")
        assert await desk.page.get_by_text("Marisol").count() == 0


async def test_a_child_leaves_for_another_site_by_the_volunteer_and_back_by_the_desk(
    scene: Scene, tmp_path: Path
) -> None:
    store = scene.house.use.store
    made = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made["registration"]
    async with device(scene.stranger.url, tmp_path / "phone", **PHONE) as phone:
        await phone.open(f"/desk/exercise#{scene.volunteer.token}")
        await phone.press("Go in as Volunteer, Volunteer")
        await phone.page.get_by_role("link", name="Marisol Quintanilla").click()
        await phone.press("Choose the site")
        await phone.page.get_by_label("Where to?").select_option("Astrodome")
        await phone.sees("the volunteers there see this record")
        await looks_well_by_day_and_night(phone, "volunteer-move")
        await phone.press("It leaves for there now")
        await phone.sees("Moved to Astrodome")
        assert (phone.heard, phone.elsewhere) == ([], [])
    assert (await scene.other_volunteer.ask("registration", id=made["id"])).value
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.open(f"/desk/record?registration={made['id']}")
        await desk.press("Choose the site")
        await desk.page.get_by_label("Where to?").select_option("Superdome")
        await looks_well_by_day_and_night(desk, "desk-record-move")
        await desk.press("It leaves for there now")
        await desk.sees("Moved to Superdome")
    there = await store.registrations.get(made["id"])
    assert there is not None
    assert (there.site_id, there.version) == (scene.site_id, 3)
