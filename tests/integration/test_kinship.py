"""Relatives taken in apart: an adult is found for a child and a child for an adult; nobody else learns of it."""

from typing import Any

from tests.support.client import Client
from tests.support.house import Scene
from tests.support.pairs import file, pairs, register
from tests.support.records import child, mother
from tests.support.snapshot import records, settled


async def relatives_of(client: Client, registration_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.ask("possibleRelatives", registrationId=registration_id)).value
    return found


async def test_a_mother_and_her_child_taken_in_at_two_sites_are_found_for_each_other(scene: Scene) -> None:
    marisol, rosaura = child(scene.site_id), mother(scene.other_site_id)
    stranger = mother(scene.other_site_id, person={"names": {"given": "Ellen", "family": "Marsh"}, "sex": "FEMALE"})
    await register(scene, marisol, stranger, rosaura)
    (found,) = await relatives_of(scene.coordinator, marisol["id"])
    assert found["registration"]["id"] == rosaura["id"]
    told = {piece["feature"]: piece for piece in found["evidence"]}
    assert told["RELATIVES"]["level"] == "AGREE"
    assert (told["RELATIVES"]["adultValue"], told["RELATIVES"]["childValue"]) == ("Rosaura Quintanilla",) * 2
    assert (told["GIVEN_NAME"]["adultValue"], told["GIVEN_NAME"]["childValue"]) == ("Marisol", "Marisol")
    (back,) = await relatives_of(scene.coordinator, rosaura["id"])
    assert back["registration"]["id"] == marisol["id"]
    assert back["bits"] == found["bits"]
    assert await relatives_of(scene.coordinator, stranger["id"]) == []


async def test_an_adult_who_names_nobody_is_found_by_what_the_child_says(scene: Scene) -> None:
    silent = mother(scene.site_id, person={"names": {"full": "Rosaura Quintanilla"}, "sex": "FEMALE"})
    marisol = child(scene.site_id)
    await register(scene, silent, marisol)
    (found,) = await relatives_of(scene.coordinator, marisol["id"])
    assert found["registration"]["id"] == silent["id"]


async def test_the_mother_whom_a_child_names_comes_before_a_stranger_whose_own_mother_is_called_so(
    scene: Scene,
) -> None:
    her_own = [{"relation": "mother", "name": "Rosaura Quintanilla"}]
    stranger = {"names": {"given": "Ellen", "family": "Marsh"}, "sex": "FEMALE", "relatives": her_own}
    silent = {"names": {"given": "Rosaura", "family": "Quintanilla"}, "sex": "FEMALE"}
    ellen, rosaura = (mother(scene.site_id, person=person) for person in (stranger, silent))
    marisol = child(scene.site_id)
    await register(scene, ellen, rosaura, marisol)
    found = await relatives_of(scene.coordinator, marisol["id"])
    assert [one["registration"]["id"] for one in found] == [rosaura["id"]]


async def test_a_grandmother_is_found_by_the_grandchild_she_names(scene: Scene) -> None:
    named = [{"relation": "nieta", "name": "Marisol"}]
    grandmother = mother(scene.other_site_id, person={"names": {"full": "Inés Robles"}, "relatives": named})
    marisol = child(scene.site_id)
    await register(scene, grandmother, marisol)
    (found,) = await relatives_of(scene.coordinator, grandmother["id"])
    assert found["registration"]["id"] == marisol["id"]


async def test_only_who_may_see_both_learns_of_it(scene: Scene) -> None:
    marisol, rosaura = child(scene.site_id), mother(scene.other_site_id)
    await register(scene, marisol, rosaura)
    family, _ = await file(scene)
    before = await records(scene.house.use.store)
    for nobody in (scene.stranger, family, scene.call_taker, scene.admin, scene.other_volunteer):
        refused = await nobody.ask("possibleRelatives", registrationId=marisol["id"])
        assert set(refused.codes) <= {"UNAUTHENTICATED", "NOT_FOUND"}
        assert refused.codes
        assert rosaura["id"] not in str(refused.body)
    assert await relatives_of(scene.volunteer, marisol["id"]) == []
    assert await relatives_of(scene.officer, marisol["id"])
    assert await records(scene.house.use.store) == before


async def test_a_volunteer_sees_the_relatives_at_the_own_site(scene: Scene) -> None:
    marisol, rosaura = child(scene.site_id), mother(scene.site_id)
    await register(scene, marisol, rosaura)
    assert [one["registration"]["id"] for one in await relatives_of(scene.volunteer, marisol["id"])] == [rosaura["id"]]


async def test_an_adult_is_no_match_of_a_report_and_no_duplicate_of_a_child(scene: Scene) -> None:
    rosaura, again = mother(scene.site_id), mother(scene.other_site_id)
    await register(scene, rosaura, again)
    _, report_id = await file(scene)
    assert (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"] == []
    assert await pairs(scene, "REGISTRATION") == []


async def test_who_is_no_longer_an_adult_in_care_is_found_no_more(scene: Scene) -> None:
    marisol, rosaura = child(scene.site_id), mother(scene.site_id)
    await register(scene, marisol, rosaura)
    changed = {"id": rosaura["id"], "version": 1, "careStatus": "ACCOMPANIED"}
    assert (await scene.coordinator.ask("changeRegistration", input=changed)).made
    await settled(scene.house.use.store)
    assert await relatives_of(scene.coordinator, marisol["id"]) == []
