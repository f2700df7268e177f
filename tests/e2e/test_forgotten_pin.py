"""A volunteer forgets the PIN of a phone with children on it: none is lost, and none is seen without that PIN."""

from pathlib import Path

from backend.domain.account import NewInvite, Role
from tests.e2e.test_phone_screens import looks_well_in_light_and_dark
from tests.e2e.test_screens import join, kept_registrations, register
from tests.e2e.test_volunteer_offline import NO_BACKGROUND_SYNC, PIN, RAW, let_in, set_pin
from tests.support.house import Scene
from tests.support.pictures import picture
from tests.support.screens import PHONE, device, needs_browser

pytestmark = needs_browser

HIDDEN = ("Marisol", "Quintanilla")


async def test_what_was_saved_under_a_forgotten_pin_stays_sealed_and_is_sent_once_it_is_remembered(
    scene: Scene, tmp_path: Path
) -> None:
    photo = tmp_path / "face.jpg"
    photo.write_bytes(picture())
    async with device(scene.stranger.url, tmp_path / "volunteer", **PHONE) as phone:
        await phone.page.add_init_script(NO_BACKGROUND_SYNC)
        await let_in(phone, scene)
        await set_pin(phone)
        await phone.press("Back")
        await phone.context.set_offline(True)
        await register(phone, "Marisol", photo)
        await phone.press("Save")
        await phone.sees("On this phone only: people 1, photos 1.")
        await phone.open("/site")
        await phone.sees("This phone is locked")
        await phone.press("I have forgotten my PIN")
        await phone.sees("Ask your coordinator for a new invite link")
        await phone.looks_well("volunteer-forgotten-pin")
        await phone.press("Come in anew")
        await phone.page.get_by_label("Your name", exact=True).wait_for()
        raw = await phone.page.evaluate(RAW)
        assert not [word for word in (*HIDDEN, '"token"') if word in raw]

        await phone.context.set_offline(False)
        await join(phone, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
        await phone.sees("Saved under your former PIN")
        await phone.sees("Not sent yet: 1.")
        await phone.page.get_by_text("Nobody is registered here yet.").wait_for()
        assert await phone.page.get_by_text("Everything is on the server.").count() == 0
        await looks_well_in_light_and_dark(phone, "volunteer-left-sealed")
        await phone.fill("Former PIN", "1379")
        await phone.press("Open and send")
        await phone.sees("This PIN is not right.")
        assert await kept_registrations(scene) == []
        raw = await phone.page.evaluate(RAW)
        assert not [word for word in HIDDEN if word in raw]

        await phone.fill("Former PIN", PIN)
        await phone.press("Open and send")
        await phone.page.get_by_text("Saved under your former PIN").wait_for(state="detached")
        await phone.sees("Everything is on the server.")
        (kept,) = await kept_registrations(scene)
        assert kept.person.names.given == "Marisol"
        await phone.page.get_by_role("link", name="Marisol").wait_for()
        assert (phone.heard, phone.elsewhere) == ([], [])
