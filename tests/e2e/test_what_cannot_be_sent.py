"""What a phone cannot send: it says what is the matter, and what is on it gets to the server once, or is put away."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Route

from tests.e2e.test_helper_without_an_account import come_in, phone_of
from tests.e2e.test_phone_screens import looks_well_in_light_and_dark
from tests.e2e.test_screens import kept_registrations, register
from tests.e2e.test_volunteer_offline import NO_BACKGROUND_SYNC, let_in
from tests.support.doors import opened
from tests.support.house import Scene
from tests.support.pictures import picture
from tests.support.records import child
from tests.support.screens import PHONE, SECONDS, Device, device, needs_browser

pytestmark = needs_browser

ALL_THERE = "Everything is on the server."
NOT_YOURS = "You are signed in as Grace, who may not write in this child's record"
FIRST_ID = """async () => {
  const opened = await new Promise((resolve) => {
    const asked = indexedDB.open("reunify");
    asked.onsuccess = () => resolve(asked.result);
  });
  const asked = opened.transaction("queue").objectStore("queue").getAll();
  const waiting = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
  return waiting.find(({ kind }) => kind === "registration").content.people[0].id;
}"""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "face.jpg"
    path.write_bytes(picture())
    return path


@pytest.mark.parametrize("answer", ["came", "was lost"])
async def test_a_child_whose_photo_waits_is_there_once_with_it_when_the_helper_comes_in_by_a_new_code(
    scene: Scene, tmp_path: Path, photo: Path, answer: str
) -> None:
    door = await opened(scene)
    async with phone_of(scene, tmp_path / "helper") as helper:
        await helper.page.add_init_script(NO_BACKGROUND_SYNC)
        await come_in(helper, door["code"], "Wendell")
        await helper.keeps_the_app()
        await helper.page.route("**/photos?*", lambda route: route.abort("internetdisconnected"))
        if answer == "was lost":
            await helper.page.route("**/graphql", lose_the_answer)
        await register(helper, "Wendeline", photo)
        await helper.press("Save")
        async with asyncio.timeout(SECONDS):
            while not await kept_registrations(scene):  # noqa: ASYNC110 (it is the database that is waited for)
                await asyncio.sleep(0.05)
        await helper.sees(f"On this phone only: people {0 if answer == 'came' else 1}, photos 1.")
        assert (await scene.coordinator.ask("closeIntake", id=door["intake"]["id"])).made
        await helper.page.unroute_all(behavior="wait")
        await come_in(helper, (await opened(scene))["code"], "Wendell")
        await helper.sees(ALL_THERE)
        assert await helper.page.get_by_text("Could not be sent").count() == 0
    (kept,) = await kept_registrations(scene)
    assert (kept.person.names.given, len(kept.photo_ids)) == ("Wendeline", 1)


async def test_what_stands_in_the_way_is_said_and_each_thing_has_a_way_on(
    scene: Scene, tmp_path: Path, photo: Path
) -> None:
    async with device(scene.stranger.url, tmp_path / "volunteer", **PHONE) as phone:
        await phone.page.add_init_script(NO_BACKGROUND_SYNC)
        await let_in(phone, scene)
        await register(phone, "Marisol", photo)
        await phone.press("Save")
        await phone.sees(ALL_THERE)
        await phone.page.get_by_role("link", name="Marisol").click()
        await phone.press("Change or add to it")
        await phone.context.set_offline(True)
        await phone.fill("Height in cm", "112")
        await phone.page.get_by_label("Photo", exact=True).set_input_files(photo)
        await phone.press("Save")
        await register(phone, "Tomás", photo)
        await phone.press("Save")
        await phone.sees("On this phone only: people 2, photos 2.")

        # Meanwhile Marisol is moved, and something else is kept under the id that the phone gave Tomás.
        (marisol,) = await kept_registrations(scene)
        moved = {"id": marisol.id, "version": marisol.version, "siteId": scene.other_site_id}
        assert (await scene.coordinator.ask("moveRegistration", input=moved)).made
        other = child(scene.site_id, id=await phone.page.evaluate(FIRST_ID))
        assert (await scene.volunteer.ask("registerPerson", input=other)).made
        await phone.context.set_offline(False)
        await phone.page.get_by_text("Could not be sent").nth(2).wait_for()
        assert await phone.page.get_by_text(NOT_YOURS).count() == 2
        await phone.sees("The server has another record under this one's number.")
        await looks_well_in_light_and_dark(phone, "volunteer-cannot-be-sent")
        await phone.page.get_by_label("Language").select_option("ar")
        await phone.sees("تعذّر إرساله")
        await looks_well_in_light_and_dark(phone, "volunteer-cannot-be-sent-ar")
        await phone.page.get_by_label("اللغة").select_option("en")

        await phone.page.get_by_role("link", name="Look at what is there").click()
        await phone.page.get_by_role("heading", name="Marisol").wait_for()
        await phone.press("Back")
        await phone.press("Keep it as a new record")
        await phone.sees("On this phone only: people 1, photos 1.")

        await put_away(phone, "Marisol")
        await phone.sees("On this phone only: people 0, photos 1.")

        await phone.press("Send it as Grace")
        await phone.sees(NOT_YOURS)
        await phone.press("Register the child with this photo")
        await phone.page.locator("main img.portrait").first.wait_for()
        await phone.fill("First names", "Marisol again")
        await phone.press("Save")
        await phone.sees(ALL_THERE)
        await phone.page.get_by_text("Could not be sent").wait_for(state="detached")
        heard = [one for one in phone.heard if "status of 404" not in one]
        assert (heard, phone.elsewhere) == ([], [])
    kept = {one.person.names.given: len(one.photo_ids) for one in await kept_registrations(scene)}
    assert kept == {"Marisol": 0, "Tomás": 1, "Marisol again": 1}


async def test_what_was_saved_at_one_site_is_mended_at_the_next(scene: Scene, tmp_path: Path, photo: Path) -> None:
    async with phone_of(scene, tmp_path / "helper") as helper:
        door = await opened(scene)
        await come_in(helper, door["code"], "Wendell")
        assert (await scene.coordinator.ask("closeIntake", id=door["intake"]["id"])).made
        await register(helper, "Wendeline", photo)
        await helper.press("Save")
        await helper.sees("people 1 and photos 1 are kept on this phone.")
        await come_in(helper, (await opened(scene, scene.other_site_id))["code"], "Wendell")
        await helper.sees("This was saved for another site than the one where you are now.")
        await helper.press("Correct it")
        await helper.press("Save")
        await helper.sees(ALL_THERE)
    (kept,) = await kept_registrations(scene)
    assert (kept.site_id, len(kept.photo_ids)) == (scene.other_site_id, 1)


async def put_away(phone: Device, name: str) -> None:
    card = phone.page.locator(".card", has_text=name).filter(has_text="Could not be sent")
    await card.get_by_role("button", name="Put it away").click()
    await card.get_by_role("button", name="Cancel").click()
    await card.get_by_role("button", name="Put it away").click()
    await phone.sees("nobody can bring it back.")
    await card.get_by_role("button", name="Yes, put it away").click()


async def lose_the_answer(route: Route) -> None:
    await route.fetch()
    await route.abort("internetdisconnected")
