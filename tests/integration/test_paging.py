"""Connections: pages that neither repeat nor skip while records come and go, and cursors that nobody can make up."""

import base64
import json
from typing import Any

from tests.support.client import Client
from tests.support.house import Scene
from tests.support.records import child, missing, report


async def register(scene: Scene, count: int) -> list[str]:
    return [
        (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made["registration"]["id"]
        for _ in range(count)
    ]


async def page(scene: Scene, client: Client | None = None, **arguments: Any) -> Any:
    answer = await (client or scene.coordinator).ask("registrations", incidentId=scene.incident_id, **arguments)
    return answer.value


def ids(connection: Any) -> list[str]:
    return [edge["node"]["id"] for edge in connection["edges"]]


async def test_pages_hold_everything_once_newest_first(scene: Scene) -> None:
    written = await register(scene, 7)
    seen: list[str] = []
    sizes, after = [], None
    while True:
        connection = await page(scene, first=3, after=after)
        seen += ids(connection)
        sizes.append(len(connection["edges"]))
        after = connection["pageInfo"]["endCursor"]
        assert after == connection["edges"][-1]["cursor"]
        if not connection["pageInfo"]["hasNextPage"]:
            break
    assert seen == written[::-1]
    assert sizes == [3, 3, 1]


async def test_what_comes_and_goes_between_two_pages_makes_nothing_appear_twice_or_be_skipped(scene: Scene) -> None:
    written = (await register(scene, 9))[::-1]
    first = await page(scene, first=3)
    assert ids(first) == written[:3]
    await register(scene, 2)
    gone = scene.house.use.store.registrations
    await gone.delete(written[2])  # the very one that the cursor stands on
    await gone.delete(written[4])
    second = await page(scene, first=3, after=first["pageInfo"]["endCursor"])
    assert ids(second) == [written[3], written[5], written[6]]
    third = await page(scene, first=3, after=second["pageInfo"]["endCursor"])
    assert ids(third) == written[7:]
    assert not third["pageInfo"]["hasNextPage"]


async def test_behind_the_last_record_there_is_an_empty_page(scene: Scene) -> None:
    await register(scene, 1)
    last = (await page(scene, first=1))["pageInfo"]["endCursor"]
    empty = await page(scene, first=1, after=last)
    assert (empty["edges"], empty["pageInfo"]) == ([], {"hasNextPage": False, "endCursor": None})


async def test_matches_that_are_equally_probable_are_each_listed_once(scene: Scene) -> None:
    await register(scene, 4)
    children = [missing(), missing()]
    await scene.call_taker.ask("fileReport", input=report(scene.incident_id, *children))
    matches = scene.house.use.store.matches.collection
    while await matches.count_documents({}) < 8:
        await scene.house.use.store.answers()
    seen: list[str] = []
    after, more = None, True
    while more:
        connection = (await scene.coordinator.ask("matches", incidentId=scene.incident_id, first=3, after=after)).value
        seen += ids(connection)
        after, more = connection["pageInfo"]["endCursor"], connection["pageInfo"]["hasNextPage"]
    assert sorted(seen) == sorted([str(document["_id"]) async for document in matches.find()])


async def test_a_page_size_beyond_the_bounds_is_refused(scene: Scene) -> None:
    for first in (0, -1, 101, 2**31 - 1):
        answer = await scene.coordinator.ask("registrations", incidentId=scene.incident_id, first=first)
        assert answer.codes
        assert not answer.body.get("data")
    assert (await scene.coordinator.ask("incidents", first=0)).codes == ["INVALID"]
    assert (await scene.coordinator.ask("incidents", first=101)).codes
    assert (await scene.coordinator.ask("incidents", first=100)).codes == []


def forged(cursor: str) -> str:
    """The cursor with another position behind the same signature."""
    signed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return base64.urlsafe_b64encode(signed[:16] + json.dumps([{"$gt": ""}]).encode()).decode()


async def test_a_cursor_that_was_not_given_out_is_refused(scene: Scene) -> None:
    await register(scene, 1)
    cursor = (await page(scene, first=1))["pageInfo"]["endCursor"]
    for wrong in (forged(cursor), cursor[:-2], "A" + cursor[1:], "", "!", "ä", "x" * 5000, "bnVsbA"):
        answer = await scene.coordinator.ask("registrations", incidentId=scene.incident_id, after=wrong)
        assert answer.codes == ["INVALID"], wrong
    assert (await scene.coordinator.ask("registrations", incidentId=scene.incident_id, after=cursor)).codes == []


async def test_a_cursor_of_another_list_is_refused(scene: Scene) -> None:
    await register(scene, 1)
    await scene.call_taker.ask("fileReport", input=report(scene.incident_id))
    cursor = (await page(scene, first=1))["pageInfo"]["endCursor"]
    reports = (await scene.coordinator.ask("reports", incidentId=scene.incident_id, first=1)).value
    assert reports["pageInfo"]["endCursor"]
    here = {"incidentId": scene.incident_id}
    assert (await scene.coordinator.ask("reports", **here, after=cursor)).codes == ["INVALID"]
    assert (await scene.coordinator.ask("matches", **here, after=cursor)).codes == ["INVALID"]
    wrong = reports["pageInfo"]["endCursor"]
    assert (await scene.coordinator.ask("registrations", **here, after=wrong)).codes == ["INVALID"]


async def test_somebody_else_s_cursor_opens_nothing_that_was_closed(scene: Scene) -> None:
    await register(scene, 3)
    cursor = (await page(scene, first=1))["pageInfo"]["endCursor"]
    answer = await scene.other_volunteer.ask(
        "registrations", incidentId=scene.incident_id, siteId=scene.site_id, after=cursor
    )
    assert answer.codes == ["FORBIDDEN"]
    own = await page(scene, scene.other_volunteer, siteId=scene.other_site_id, after=cursor)
    assert own["edges"] == []
