"""A volunteer's phone on a bad network: nothing that was saved or typed is lost, doubled, or seen by a finder."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from backend.domain.account import NewInvite, Role
from tests.e2e.test_screens import join, kept_registrations, register
from tests.support.house import Scene
from tests.support.movable_clock import MovableClock
from tests.support.pictures import picture
from tests.support.screens import PHONE, Device, device, needs_browser

pytestmark = needs_browser

PIN = "7294"
LEFT_ALONE = timedelta(minutes=10)
RAW = """async () => {
  const opened = await new Promise((resolve) => {
    const asked = indexedDB.open("reunify");
    asked.onsuccess = () => resolve(asked.result);
  });
  const all = (store) => new Promise((resolve) => {
    const asked = opened.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => resolve(asked.result);
  });
  const readable = (_, value) => ArrayBuffer.isView(value) ? new TextDecoder().decode(value) : value;
  return JSON.stringify([await all("values"), await all("queue")], readable);
}"""
"""All that the app keeps on the phone, as whoever finds it could read it."""
NO_BACKGROUND_SYNC = "delete globalThis.SyncManager"
"""As in browsers other than Chromium: only the app itself sends."""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "face.jpg"
    path.write_bytes(picture())
    return path


@pytest.fixture
async def volunteer(scene: Scene, tmp_path: Path) -> AsyncIterator[Device]:
    """A volunteer's phone, just let in by a link, with the app kept on it."""
    async with device(scene.stranger.url, tmp_path / "volunteer", **PHONE) as phone:
        await let_in(phone, scene)
        yield phone


async def let_in(phone: Device, scene: Scene) -> None:
    await join(phone, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
    await phone.sees("Superdome")
    await phone.keeps_the_app()


async def until_kept(phone: Device, text: str) -> None:
    """What was typed is on the phone a moment later: a hand is slower than that, a test is not."""
    await phone.page.wait_for_function(f"async (text) => (await ({RAW})()).includes(text)", arg=text)


async def save_three_without_a_network(phone: Device, photo: Path) -> None:
    await phone.context.set_offline(True)
    await phone.page.reload()
    await register(phone, "Marisol", photo)
    await phone.press("Save")
    await register(phone, "Tomás", photo)
    await phone.press("Add a brother or sister")
    await phone.fill("First names", "Inés")
    await phone.page.get_by_label("Photo", exact=True).set_input_files(photo)
    await phone.press("Save")
    await phone.sees("On this phone only: people 3, photos 3.")


async def all_three_are_there_once(scene: Scene) -> None:
    kept = await kept_registrations(scene)
    assert sorted(one.person.names.given or "" for one in kept) == ["Inés", "Marisol", "Tomás"]
    assert all(len(one.photo_ids) == 1 for one in kept)


async def all_photos_are_there(scene: Scene) -> None:
    while True:
        if [len(one.photo_ids) for one in await kept_registrations(scene)] == [1, 1, 1]:
            return
        await asyncio.sleep(0.05)


async def test_a_site_is_opened_by_asking_for_each_thing_once(volunteer: Device, photo: Path) -> None:
    await register(volunteer, "Marisol", photo)
    await volunteer.press("Save")
    await volunteer.sees("Everything is on the server.")
    await volunteer.page.get_by_role("link", name="Marisol").wait_for()
    asked: list[str] = []
    volunteer.page.on(
        "request", lambda request: asked.append(request.post_data or "") if "/graphql" in request.url else None
    )
    await volunteer.page.reload(wait_until="networkidle")
    await volunteer.page.get_by_role("link", name="Marisol").wait_for()
    documents = [json.loads(one)["extensions"]["persistedQuery"]["sha256Hash"] for one in asked]
    assert len(documents) >= 3
    assert len(set(documents)) == len(documents)


async def test_children_registered_without_a_network_are_there_once_when_it_is_back_with_their_photos(
    scene: Scene, tmp_path: Path, photo: Path
) -> None:
    folder = tmp_path / "phone"
    async with device(scene.stranger.url, folder, keep=True, **PHONE) as phone:
        await phone.context.add_init_script(NO_BACKGROUND_SYNC)
        await let_in(phone, scene)
        await save_three_without_a_network(phone, photo)
        await phone.looks_well("volunteer-offline")
    assert await kept_registrations(scene) == []
    # The browser was closed; it is opened again, still without a network, and then there is one.
    async with device(scene.stranger.url, folder, keep=True, offline=True, **PHONE) as phone:
        await phone.open("/site")
        await phone.sees("On this phone only: people 3, photos 3.")
        await phone.context.set_offline(False)
        await phone.sees("Everything is on the server.")
        await phone.sees("Last complete at")
        assert phone.elsewhere == []
    await all_three_are_there_once(scene)


async def test_what_could_not_be_sent_is_sent_again_without_a_press_where_the_browser_notices_nothing(
    scene: Scene, tmp_path: Path, photo: Path
) -> None:
    async with device(scene.stranger.url, tmp_path / "phone", **PHONE) as phone:
        await phone.context.add_init_script(NO_BACKGROUND_SYNC)
        await let_in(phone, scene)
        await phone.context.route("**/graphql", lambda route: route.abort())
        await register(phone, "Marisol", photo)
        await phone.press("Save")
        await phone.sees("On this phone only: people 1")
        assert await kept_registrations(scene) == []
        await phone.context.unroute_all()
        await phone.sees("Everything is on the server.")
    assert [one.person.names.given for one in await kept_registrations(scene)] == ["Marisol"]


async def test_what_waits_is_sent_by_the_service_worker_without_the_app_being_opened(
    scene: Scene, tmp_path: Path, photo: Path
) -> None:
    folder = tmp_path / "phone"
    async with device(scene.stranger.url, folder, keep=True, **PHONE) as phone:
        await phone.context.grant_permissions(["background-sync"])
        await let_in(phone, scene)
        await save_three_without_a_network(phone, photo)
    assert await kept_registrations(scene) == []
    async with device(scene.stranger.url, folder, keep=True, **PHONE) as phone, asyncio.timeout(20):
        assert phone.page.url == "about:blank"
        await all_photos_are_there(scene)
    await all_three_are_there_once(scene)


async def test_a_field_that_the_server_refuses_comes_back_to_the_form_and_is_mended(
    scene: Scene, volunteer: Device, photo: Path
) -> None:
    await register(volunteer, "Marisol", photo)
    await volunteer.fill("Height in cm", "900")
    await volunteer.press("Save")
    await volunteer.sees("Needs a correction")
    # Another form is begun in between, and the app is closed and opened: neither form nor message is lost.
    await volunteer.press("Register a child")
    await volunteer.fill("First names", "Tomás")
    await until_kept(volunteer, "Tomás")
    await volunteer.open("/site")
    await volunteer.press("Correct it")
    assert await volunteer.page.get_by_label("First names", exact=True).input_value() == "Marisol"
    await volunteer.page.get_by_label("Height in cm").and_(volunteer.page.locator("[aria-invalid=true]")).wait_for()
    await volunteer.looks_well("volunteer-refused")
    await volunteer.fill("Height in cm", "110")
    await volunteer.press("Save")
    await volunteer.sees("Everything is on the server.")
    (kept,) = await kept_registrations(scene)
    assert (kept.person.height_cm, len(kept.photo_ids)) == (110, 1)
    await volunteer.press("Register a child")
    assert await volunteer.page.get_by_label("First names", exact=True).input_value() == "Tomás"


async def test_a_record_that_changed_elsewhere_comes_back_with_both_changes_and_is_saved_again(
    scene: Scene, volunteer: Device, photo: Path
) -> None:
    await register(volunteer, "Marisol", photo)
    await volunteer.press("Save")
    await volunteer.sees("Everything is on the server.")
    await volunteer.page.get_by_role("link", name="Marisol").click()
    await volunteer.sees("Quintanilla")
    await volunteer.looks_well("volunteer-child")
    await volunteer.press("Change or add to it")
    await volunteer.fill("Height in cm", "112")
    await volunteer.context.set_offline(True)
    await volunteer.press("Save")
    await volunteer.sees("On this phone only")

    (kept,) = await kept_registrations(scene)
    elsewhere = {"names": {"given": "Marisol", "family": "Quintanilla Ortega"}, "notes": "Wears glasses"}
    changed = await scene.coordinator.ask(
        "changeRegistration", input={"id": kept.id, "version": kept.version, "person": elsewhere}
    )
    assert changed.made

    await volunteer.context.set_offline(False)
    await volunteer.sees("Needs a correction")
    await volunteer.press("Correct it")
    await volunteer.sees("Somebody else has changed this record meanwhile.")
    assert await volunteer.page.get_by_label("Family names", exact=True).input_value() == "Quintanilla Ortega"
    assert await volunteer.page.get_by_label("Height in cm").input_value() == "112"
    await volunteer.looks_well("volunteer-stale")
    await volunteer.press("Save")
    await volunteer.sees("Everything is on the server.")
    (kept,) = await kept_registrations(scene)
    assert (kept.person.height_cm, kept.person.names.family, kept.person.notes) == (
        112,
        "Quintanilla Ortega",
        "Wears glasses",
    )
    assert (volunteer.heard, volunteer.elsewhere) == ([], [])


async def test_a_phone_with_a_pin_shows_nothing_before_it_and_goes_on_with_it(
    scene: Scene, volunteer: Device, photo: Path, clock: MovableClock
) -> None:
    await register(volunteer, "Marisol", photo)
    await volunteer.context.set_offline(True)
    await volunteer.press("Save")
    await volunteer.sees("On this phone only: people 1, photos 1.")
    assert "Marisol" in await volunteer.page.evaluate(RAW)
    await volunteer.context.set_offline(False)
    await volunteer.sees("Everything is on the server.")
    await set_pin(volunteer)

    # Without a network, and opened anew: the PIN is asked for, and nothing of any child is there to be read.
    await volunteer.context.set_offline(True)
    await volunteer.open("/site")
    await volunteer.sees("This phone is locked")
    await volunteer.fill("PIN", PIN)
    await volunteer.press("Unlock")
    await register(volunteer, "Tomás", photo)
    await volunteer.press("Save")
    await volunteer.sees("On this phone only: people 1, photos 1.")
    await volunteer.open("/site/register")
    await volunteer.sees("This phone is locked")
    await volunteer.looks_well("volunteer-locked")
    raw = await volunteer.page.evaluate(RAW)
    assert not [word for word in ("Marisol", "Tomás", "Quintanilla", "Superdome", '"token"') if word in raw]
    await volunteer.fill("PIN", "1379")
    await volunteer.press("Unlock")
    await volunteer.sees("This PIN is not right.")
    assert "Tomás" not in await volunteer.page.inner_text("body")

    # The server has locked itself too by now; the PIN, entered once, opens both.
    clock.forward(LEFT_ALONE)
    await volunteer.context.set_offline(False)
    await volunteer.fill("PIN", PIN)
    await volunteer.press("Unlock")
    await volunteer.open("/site")
    await volunteer.fill("PIN", PIN)
    await volunteer.press("Unlock")
    await volunteer.sees("Everything is on the server.")
    assert len(await kept_registrations(scene)) == 2


async def set_pin(phone: Device) -> None:
    await phone.page.get_by_role("link", name="This phone").click()
    await phone.fill("New PIN", PIN)
    await phone.fill("The same again", PIN)
    await phone.press("Set the PIN")
    await phone.sees("The PIN is set.")
    await phone.looks_well("volunteer-settings")
