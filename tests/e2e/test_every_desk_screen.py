"""Every screen of the desk, of every role, by day and by night: looked at, and by axe."""

from pathlib import Path
from typing import NamedTuple

import pytest

from backend.api.web_app import SCREENS
from backend.domain.account import Role
from tests.e2e.test_phone_screens import WIDER_THAN_THE_SCREEN
from tests.support.desk import looks_well_by_day_and_night
from tests.support.doors import opened
from tests.support.house import Scene
from tests.support.map import counted
from tests.support.matched_pair import a_matched_pair
from tests.support.pairs import file
from tests.support.records import missing, sighting
from tests.support.rotas import id_of, set_rota, shift
from tests.support.screens import DESK, Device, device, needs_browser
from tests.support.take_downs import take_down

pytestmark = needs_browser


class Shown(NamedTuple):
    """What is opened on a screen, if anything, and what stands there then; both are selectors."""

    opened: str | None
    then: str


DRAWN = "path.land:not([d='M0 0'])"
READY = ".decide .button:not([aria-disabled=true])"
WORK = {
    "/desk": Shown(None, READY),
    "/desk/calls": Shown(None, "form"),
    "/desk/sightings": Shown(".pair", ".pair-view form"),
    "/desk/map": Shown(None, f".map:has(.spot):has({DRAWN})"),
    "/desk/alerts": Shown(".pair", f".telling:has-text('alerts turned on'):has({DRAWN})"),
    "/desk/duplicates": Shown(None, READY),
    "/desk/waiting": Shown(".card:has-text('Reports of strangers') .pair", ".inside .record"),
    "/desk/take-downs": Shown(None, "text=He is mine"),
    "/desk/record": Shown(None, "form"),
    "/desk/figures": Shown(None, "text=What may be passed on"),
    "/desk/doors": Shown(None, "text=Close now"),
    "/desk/incident": Shown(None, "text=Astrodome"),
    "/desk/new": Shown(None, "form"),
    "/desk/people": Shown(None, "text=Revoke"),
    "/desk/duty": Shown(None, "text=Step 2"),
    "/desk/settings": Shown(None, "form"),
    "/desk/webhooks": Shown(None, "text=hooks.example.org"),
    "/desk/deliveries": Shown(None, "text=push.example.org"),
    "/desk/account": Shown(None, "text=Alerts on this device"),
}
NO_WORK = "/desk/new"
"""Not in the side bar: the screen before leads to it."""
DOOR = "/desk/exercise"
ROLES = {
    Role.COORDINATOR: [path for path in WORK if path not in {"/desk/webhooks", "/desk/deliveries"}],
    Role.OFFICER: [
        *("/desk", "/desk/sightings", "/desk/map", "/desk/alerts", "/desk/duplicates", "/desk/waiting"),
        *("/desk/take-downs", "/desk/record", "/desk/figures", "/desk/duty", "/desk/account"),
    ],
    Role.ADMIN: [
        *("/desk/record", "/desk/figures", "/desk/doors", "/desk/incident", "/desk/new", "/desk/people", "/desk/duty"),
        *("/desk/settings", "/desk/webhooks", "/desk/deliveries", "/desk/account"),
    ],
    Role.CALL_TAKER: ["/desk/calls", "/desk/sightings", "/desk/waiting", "/desk/account"],
}


async def fill(scene: Scene) -> None:
    """Have something on every screen."""
    await a_matched_pair(scene)
    ambrose = missing(person={"names": {"full": "Ambrose Tull"}})
    await file(scene, ambrose)
    family, false_id = await file(scene, missing(person={"names": {"full": "Odalys Ferrand"}}))
    await take_down(scene, false_id)
    assert (await family.ask("appealTakeDown", reportId=false_id, text="He is mine")).made
    assert (await scene.volunteer.ask("recordSighting", input=sighting(scene.incident_id))).made
    await opened(scene, scene.other_site_id)
    on_duty = shift(await id_of(scene.coordinator), scene.house.use.clock(), step=2)
    assert (await set_rota(scene.coordinator, scene, on_duty)).made
    await counted(scene.house.use.store)


@pytest.mark.parametrize(
    ("role", "language"), [*((role, "en") for role in ROLES), (Role.COORDINATOR, "ar"), (Role.ADMIN, "ar")]
)
async def test_every_screen_of_the_desk_looks_well(scene: Scene, tmp_path: Path, role: Role, language: str) -> None:
    """A desk speaks English, also to somebody who chose a language that is written from the right."""
    await fill(scene)
    people = {
        Role.COORDINATOR: scene.coordinator,
        Role.OFFICER: scene.officer,
        Role.ADMIN: scene.admin,
        Role.CALL_TAKER: scene.call_taker,
    }
    async with device(scene.stranger.url, tmp_path / "desk", **DESK) as desk:
        page = desk.page
        await desk.open(f"{DOOR}#{people[role].token}")
        await page.get_by_role("combobox").select_option(language)
        go_in = page.get_by_role("button", name="Go in as")
        await go_in.wait_for()
        await look(desk, f"desk-exercise-{role.value.lower()}-{language}", language)
        await go_in.click()
        await desk.press("No tour, thank you")
        links = page.locator("#desk-work a")
        assert {await one.get_attribute("href") for one in await links.all()} == {*ROLES[role]} - {NO_WORK}
        for path in ROLES[role]:
            await page.locator(f"a[href='{path}']").first.click()
            shown = WORK[path]
            if shown.opened:
                await page.locator(shown.opened).first.click()
            await page.locator(shown.then).first.wait_for()
            name = path.removeprefix("/").replace("/", "-")
            await look(desk, f"{name}-{role.value.lower()}-{language}", language)
        assert (desk.heard, desk.elsewhere) == ([], [])


async def look(desk: Device, name: str, language: str) -> None:
    """By night the choice of a language changes nothing more; zoomed in, a screen looks as on a narrow one."""
    if language == "en":
        await looks_well_by_day_and_night(desk, name, whole=True)
        return
    await desk.looks_well(name, whole=True)
    for per_cent in (200, 400):
        width = DESK["viewport"]["width"] * 100 // per_cent
        await desk.page.set_viewport_size({"width": width, "height": DESK["viewport"]["height"]})
        assert await desk.page.evaluate(WIDER_THAN_THE_SCREEN, width) == [], f"{name} at {per_cent} %"
    await desk.page.set_viewport_size(DESK["viewport"])


def test_no_screen_of_the_desk_was_forgotten() -> None:
    assert {*WORK, DOOR} == {path for path in SCREENS if path.startswith("/desk")}
    assert set().union(*ROLES.values()) == {*WORK}
