"""Matches and duplicates, decided at the desk with the keyboard alone."""

import json
from pathlib import Path
from typing import Any

from playwright.async_api import WebSocketRoute

from tests.support.desk import desk_of, looks_well_by_day_and_night
from tests.support.house import Scene
from tests.support.pairs import AUNT, arrived, file, register
from tests.support.records import child, missing
from tests.support.screens import Device, needs_browser
from tests.support.second_factor import unproven

pytestmark = needs_browser

INES: dict[str, Any] = {
    "names": {"given": "Inés", "family": "Barrientos"},
    "sex": "FEMALE",
    "age": {"birthDate": "2015-05-20", "source": "DOCUMENT"},
}


async def states(scene: Scene) -> dict[str, tuple[str, str | None]]:
    """Of each match, by the child's name: what has become of it, and why."""
    found = {}
    for one in await scene.house.use.store.matches.find({}):
        report = await scene.house.use.store.reports.get(one.report_id)
        assert report is not None
        found[(report.person.names.full or report.person.names.given or "").split()[0]] = (one.state.value, one.reason)
    return found


async def keys(desk: Device, *pressed: str) -> None:
    for key in pressed:
        await desk.page.keyboard.press(key)


async def looked(desk: Device) -> None:
    """Once a pair has been there long enough to be decided."""
    await desk.page.locator(".decide .button.main[aria-disabled=false]").wait_for()


async def on(desk: Device, child_name: str) -> None:
    """Once the keyboard is in the list, on this child's pair."""
    await desk.page.locator(".pair:focus", has_text=child_name).wait_for()


async def test_pairs_are_compared_decided_and_undone_by_keyboard_alone(scene: Scene, tmp_path: Path) -> None:
    await register(scene, child(scene.site_id), child(scene.site_id, person=INES))
    boy = {**missing()["person"], "sex": "MALE"}
    await file(scene, missing(person=boy), missing(person=INES))
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, person):
        await desk.page.locator(".pair").nth(1).wait_for()
        await desk.sees("Live")
        await unproven(scene)

        # The surest first; the next one, and back again.
        await keys(desk, "j")
        await on(desk, "Marisol")
        await desk.sees("These contradict each other: Sex. Look twice.")
        await looks_well_by_day_and_night(desk, "desk-review-conflict")
        await keys(desk, "k")
        await on(desk, "Inés")
        await desk.page.locator(".compare").get_by_text("Inés Barrientos").first.wait_for()

        # What keys there are.
        await keys(desk, "?")
        await desk.page.get_by_role("dialog").get_by_text("Take the last step back").wait_for()
        await desk.looks_well("desk-review-keys")
        await keys(desk, "Escape")
        await on(desk, "Inés")

        # A decision wants a proof first, and goes on after it.
        await looked(desk)
        await keys(desk, "c")
        await desk.page.get_by_label("Code").wait_for()
        await desk.looks_well("desk-proof")
        await desk.page.keyboard.type("000000")
        await keys(desk, "Enter")
        await desk.page.get_by_role("dialog").get_by_role("alert").wait_for()
        assert (await states(scene))["Inés"][0] == "POTENTIAL"
        await keys(desk, "Control+a")
        await desk.page.keyboard.type(person.recovery_codes[0])
        await keys(desk, "Enter")
        await desk.sees("Confirmed. The family is told to call the centre.")
        assert (await states(scene))["Inés"][0] == "CONFIRMED"

        # The next pair is there; it is rejected, with a reason.
        await on(desk, "Marisol")
        await looked(desk)
        await keys(desk, "r")
        await desk.page.keyboard.type("A boy is looked for")
        await desk.looks_well("desk-review-reason")
        await keys(desk, "Enter")
        await desk.sees("Rejected. It stays so until there is new evidence.")
        assert (await states(scene))["Marisol"] == ("REJECTED", "A boy is looked for")
        await desk.sees("Nothing waits here.")

        # The last step is taken back, though its pair was out of sight.
        await keys(desk, "u")
        await desk.sees("Taken back: it waits for review again.")
        assert (await states(scene))["Marisol"][0] == "POTENTIAL"
        await on(desk, "Marisol")


async def test_a_pair_that_comes_while_one_looks_on_is_shown_at_once_and_keys_may_be_turned_off(
    scene: Scene, tmp_path: Path
) -> None:
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.sees("Nothing waits here.")
        await desk.sees("Live")
        await register(scene, child(scene.site_id))
        await file(scene)
        await desk.page.locator(".pair").wait_for()
        await desk.page.locator(".compare").wait_for()
        await keys(desk, "?")
        await desk.page.get_by_label("Single letters are keys").uncheck()
        await desk.press("Close")
        await looked(desk)
        await keys(desk, "c")
        assert (await states(scene))["Marisol"][0] == "POTENTIAL"


async def test_rows_say_who_is_sought_by_whom_and_pairs_of_adults_are_not_called_children(
    scene: Scene, tmp_path: Path
) -> None:
    grown = {"names": {"full": "Eulalia Barrientos"}, "sex": "FEMALE", "age": {"birthDate": "1981-05-20"}}
    accompanied = {"person": grown, "careStatus": "ACCOMPANIED"}
    await register(scene, child(scene.site_id), child(scene.site_id, **accompanied))
    await file(scene)
    await file(scene, missing(person=grown), reporter=AUNT)
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        girl = desk.page.locator(".pair", has_text="Marisol")
        woman = desk.page.locator(".pair", has_text="Eulalia")
        for row, said in (
            (girl, ("girl, ", "sought by Rosaura Quintanilla, mother", "at Superdome")),
            (woman, ("woman, ", "sought by Carmen Quintanilla, aunt", "at Superdome", "Adult")),
        ):
            text = " ".join((await row.inner_text()).split())
            assert [one for one in said if one not in text] == [], text
        assert await girl.get_by_text("Adult").count() == 0
        await girl.click()
        await desk.page.get_by_role("button", name="Same child").wait_for()
        await desk.sees("Sought by Rosaura Quintanilla, mother")
        await woman.click()
        await desk.page.get_by_role("button", name="Same person").wait_for()
        await desk.sees("Sought by Carmen Quintanilla, aunt")
        await desk.sees("“Same person” tells the family to call the centre")
        await looks_well_by_day_and_night(desk, "desk-review-adults")

        await register(scene, arrived(scene.other_site_id, **accompanied), arrived(scene.other_site_id))
        await desk.page.get_by_role("link", name="Same person twice").click()
        woman = desk.page.locator(".pair", has_text="Eulalia")
        await woman.click()
        text = " ".join((await woman.inner_text()).split())
        assert ("at Superdome" in text, "at Astrodome" in text, text.count("Adult")) == (True, True, 2)
        await desk.page.get_by_role("button", name="Two people").wait_for()
        await looks_well_by_day_and_night(desk, "desk-duplicates-adults")
        await desk.page.locator(".pair", has_text="Marisol").click()
        await desk.page.get_by_role("button", name="Two children").wait_for()


async def test_who_has_a_pair_is_named_and_it_is_taken_and_left_with_one_key(scene: Scene, tmp_path: Path) -> None:
    await register(scene, child(scene.site_id))
    await file(scene)
    (match,) = await scene.house.use.store.matches.find({})
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.locator(".compare").wait_for()
        await desk.sees("Live")
        assert (await scene.officer.ask("takeMatch", id=match.id)).made
        await desk.page.locator(".pair", has_text="Officer").wait_for()
        await desk.sees("Officer has taken it,")
        await desk.page.get_by_role("button", name="Put it back in the queue").wait_for()
        await looks_well_by_day_and_night(desk, "desk-review-taken")
        # What another looks at is not decided here, and no key does it.
        assert await desk.page.locator(".decide .button.main").count() == 0
        await keys(desk, "c", "t")
        assert (await scene.officer.ask("leaveMatch", id=match.id)).made

        await looked(desk)
        await keys(desk, "t")
        await desk.sees("You have taken it, ")
        await desk.page.locator(".pair", has_text="Yours").wait_for()
        assert (await states(scene))["Marisol"][0] == "CLAIMED"
        await looked(desk)
        await keys(desk, "t")
        await desk.sees("It is in the queue again.")
        assert (await states(scene))["Marisol"][0] == "POTENTIAL"


async def test_the_queue_says_since_when_it_is_deaf_though_the_connection_lasts(scene: Scene, tmp_path: Path) -> None:
    followed: list[tuple[WebSocketRoute, str]] = []

    def between(page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def said(message: str | bytes) -> None:
            told = json.loads(message)
            if told["type"] == "subscribe":
                followed.append((page, told["id"]))
            server.send(message)

        page.on_message(said)

    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.route_web_socket("**/graphql", between)
        await desk.page.reload()
        await desk.page.get_by_text("Live", exact=True).wait_for()
        await desk.page.clock.install()
        ((page, its_id),) = followed
        page.send(json.dumps({"id": its_id, "type": "error", "payload": [{"message": "Too much happened at once."}]}))
        await desk.sees("Not live since ")
        await looks_well_by_day_and_night(desk, "desk-review-deaf")
        await desk.page.clock.fast_forward(5_000)
        await desk.page.get_by_text("Live", exact=True).wait_for()
        assert len(followed) == 2


async def test_records_of_one_child_are_linked_and_taken_apart_by_keyboard_alone(scene: Scene, tmp_path: Path) -> None:
    await register(scene, child(scene.site_id), arrived(scene.other_site_id))
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.get_by_role("link", name="Same person twice").press("Enter")
        await desk.page.locator(".compare").wait_for()
        await looks_well_by_day_and_night(desk, "desk-duplicates")
        await looked(desk)
        await keys(desk, "l")
        await desk.page.keyboard.type("One girl, moved on Friday")
        await keys(desk, "Enter")
        await desk.sees("Linked: what is decided of one counts for the other.")
        (pair,) = await scene.house.use.store.duplicates.find({})
        assert (pair.state.value, pair.reason) == ("LINKED", "One girl, moved on Friday")
        await keys(desk, "u")
        await desk.sees("Taken back")
        (pair,) = await scene.house.use.store.duplicates.find({})
        assert pair.state.value == "SUGGESTED"


async def test_what_would_settle_a_pair_is_asked_at_the_site_and_of_the_family(scene: Scene, tmp_path: Path) -> None:
    await register(scene, child(scene.site_id))
    await file(scene)
    async with desk_of(scene, scene.coordinator, "carla", tmp_path) as (desk, _):
        await desk.page.get_by_text("Ask for what would settle it").click()
        await desk.page.get_by_label("A mark on the body").check()
        await desk.fill("Where on the body?", "left knee")
        await looks_well_by_day_and_night(desk, "desk-ask")
        await desk.press("Ask")
        await desk.sees("Asked. The answer comes as evidence here.")
        await desk.page.get_by_label("The family").check()
        await desk.page.get_by_label("When and where last seen").check()
        await desk.press("Ask")
        await desk.sees("Asked. The family sees it with its report.")
        await desk.page.get_by_text("No answer yet").nth(1).wait_for()
        store = scene.house.use.store

        # What was answered stands beside the pair as it comes; what is needed no more is dropped.
        (recheck,) = await store.rechecks.find({})
        answer = {"hasMark": True, "mark": {"kind": "SCAR", "bodySite": "left knee", "text": "like a fish-hook"}}
        assert (await scene.volunteer.ask("answerRecheck", id=recheck.id, answer=answer)).made
        await desk.sees("like a fish-hook")
        await desk.page.get_by_text("Answered").wait_for()
        await desk.press("Drop it")
        await desk.page.get_by_text("Dropped").wait_for()
        await desk.page.get_by_text("What was asked").scroll_into_view_if_needed()
        await looks_well_by_day_and_night(desk, "desk-asked")
    assert [one.state.value for one in await store.questions.find({})] == ["DROPPED"]
    assert [one.asking.body_site for one in await store.rechecks.find({})] == ["left knee"]
    assert [one.asking.kind.value for one in await store.questions.find({})] == ["LAST_SEEN"]
