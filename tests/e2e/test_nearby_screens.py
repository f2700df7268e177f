"""A child is missing nearby, on phones: the family agrees, a volunteer is shown it, and it is gone when taken back."""

import json
from pathlib import Path

from backend.domain.account import NewInvite, Role
from backend.domain.sighting import SightingSource
from tests.e2e.test_push_in_a_browser import CLICK, phone_with_push, shown_after, until, worker_of
from tests.e2e.test_screens import join
from tests.support.area_alerts import send
from tests.support.house import Scene
from tests.support.screens import PHONE, Device, device, needs_browser
from tests.support.snapshot import settled

pytestmark = needs_browser


async def file(phone: Device) -> None:
    """A report of a child, of whom the family lets those nearby be told."""
    await phone.open("/report")
    await phone.sees("Who are you looking for?")
    await phone.press("Next")
    await phone.sees("How can one recognise the child?")
    await phone.press("Back")
    await phone.fill("First names", "Marisol")
    await phone.fill("Family names", "Quintanilla")
    await phone.fill("Or age in years", "7")
    await phone.press("Next")
    await phone.page.get_by_label("T-shirt").check()
    await phone.press("Next")
    await phone.fill("Where?", "New Orleans")
    await phone.press("Find it on the map")
    await phone.page.get_by_role("button", name="New Orleans").first.click()
    asked = phone.page.get_by_role("group", name="May people near there be told?")
    assert await asked.get_by_label("No", exact=True).is_checked()
    await asked.get_by_label("Yes, without photos").check()
    await phone.looks_well("family-nearby")
    await phone.press("Next")
    await phone.fill("Your telephone", "+1 504 555 0142")
    await phone.press("Next")
    await phone.press("Send the report")
    await phone.sees("Keep these two")


async def test_a_family_lets_those_nearby_be_told_a_volunteer_sees_the_child_and_it_is_gone_when_taken_back(
    scene: Scene, tmp_path: Path
) -> None:
    async with (
        device(scene.stranger.url, tmp_path / "family", **PHONE) as family,
        phone_with_push(scene, tmp_path / "volunteer") as (volunteer, _),
    ):
        await file(family)
        (report,) = await scene.house.use.store.reports.find({})
        assert (report.nearby.alert, report.nearby.photos) == (True, False)
        assert (await scene.call_taker.ask("reviewReport", id=report.id)).codes == []
        alert = (await send(scene.coordinator, report.id)).made["areaAlert"]
        await settled(scene.house.use.store)

        await join(volunteer, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
        await volunteer.sees("A child is missing near you")
        await volunteer.looks_well("volunteer-nearby")
        message = json.dumps({"kind": "CHILD_MISSING_NEARBY", "id": alert["id"], "language": "en"})
        await volunteer.context.grant_permissions(["notifications"])
        await shown_after(volunteer, message)
        (opened,) = await (await worker_of(volunteer)).evaluate(CLICK)
        assert opened == f"/site/nearby#{alert['id']}"
        await volunteer.page.get_by_role("link", name="Marisol").click()
        assert volunteer.page.url.endswith(opened)
        await volunteer.sees("T-shirt")
        await volunteer.sees("east of New Orleans")
        assert "Quintanilla" not in await volunteer.page.inner_text("body")
        await volunteer.looks_well("volunteer-nearby-child")

        await volunteer.press("I saw this child")
        assert "Marisol" in await volunteer.page.get_by_label("What did you see or hear?").input_value()
        await volunteer.looks_well("volunteer-nearby-seen")
        await volunteer.press("Tell the centre")
        await volunteer.sees("Thank you")
        (sighting,) = await scene.house.use.store.sightings.find({})
        assert (sighting.source, sighting.incident_id) == (SightingSource.FIELD, scene.incident_id)
        await volunteer.press("Back")
        await volunteer.sees("T-shirt")

        asked = family.page.get_by_role(
            "group", name="May helpers near where Marisol Quintanilla was last seen be told?"
        )
        assert await asked.get_by_label("Yes, without photos").is_checked()
        await family.looks_well("family-nearby-case")
        await asked.get_by_label("No", exact=True).click()
        await until(lambda: _may_be_told(scene), answer=False)
        await settled(scene.house.use.store)
        await volunteer.page.reload()
        await volunteer.sees("This alert is over. Thank you for looking.")
        assert "Marisol" not in await volunteer.page.inner_text("body")
        await volunteer.looks_well("volunteer-nearby-over")
        await volunteer.press("Back")
        await volunteer.sees("Everything is on the server.")
        await volunteer.page.get_by_text("Nobody is registered here yet.").wait_for()
        assert await volunteer.page.get_by_text("A child is missing near you").count() == 0
        for one in (family, volunteer):
            assert (one.heard, one.elsewhere) == ([], [])


async def _may_be_told(scene: Scene) -> bool:
    (report,) = await scene.house.use.store.reports.find({})
    return report.nearby.alert


async def test_a_volunteer_chooses_in_words_a_further_place_to_be_told_of_and_takes_it_back(
    scene: Scene, tmp_path: Path
) -> None:
    async with device(scene.stranger.url, tmp_path / "volunteer", **PHONE) as phone:
        await join(phone, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
        await phone.page.get_by_role("link", name="This phone").click()
        await phone.fill("Another place", "Houston")
        await phone.press("Find it on the map")
        await phone.page.get_by_role("button", name="Houston").first.click()
        await phone.press("Tell me around there too")
        await phone.sees("Chosen, to a few kilometres:")
        await phone.looks_well("volunteer-nearby-place")
        await phone.press("Only around my site")
        await phone.page.get_by_label("Another place").wait_for()
        assert (phone.heard, phone.elsewhere) == ([], [])
