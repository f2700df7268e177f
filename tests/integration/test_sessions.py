"""How long a session lasts, and how its token is renewed."""

import asyncio
from datetime import timedelta
from typing import Any

from backend.services.renewal import GOOD_AFTER_RENEWAL, MOST_SUCCESSORS
from backend.services.sessions import session_id, viewer_of_session
from tests.support.client import Client, retry_key
from tests.support.house import Scene
from tests.support.matched_pair import a_matched_pair
from tests.support.movable_clock import MovableClock


async def test_the_use_of_a_session_is_written_down_every_few_minutes_and_a_desk_left_alone_is_signed_out(
    scene: Scene, clock: MovableClock
) -> None:
    store = scene.house.use.store
    own = session_id(scene.house.use, scene.coordinator.token or "")

    async def last_used() -> Any:
        session = await store.sessions.get(own)
        return None if session is None else session.last_used_at

    assert (await scene.coordinator.ask("viewer")).codes == []
    assert await last_used() is None
    clock.forward(timedelta(minutes=4))
    assert (await scene.coordinator.ask("viewer")).codes == []
    written = await last_used()
    assert written is not None
    clock.forward(timedelta(minutes=1))
    assert (await scene.coordinator.ask("ownSessions")).value[0]["lastUsedAt"].startswith(f"{written:%Y-%m-%dT%H:%M}")
    assert await last_used() == written
    for _ in range(3):
        clock.forward(timedelta(hours=1, minutes=50))
        assert (await scene.coordinator.ask("viewer")).codes == []
    clock.forward(timedelta(hours=2, minutes=1))
    for person in (scene.coordinator, scene.officer, scene.admin, scene.call_taker):
        assert (await person.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await scene.volunteer.ask("viewer")).codes == []
    clock.forward(timedelta(days=6))
    assert (await scene.volunteer.ask("viewer")).codes == []
    clock.forward(timedelta(days=7, minutes=1))
    assert (await scene.volunteer.ask("viewer")).codes == ["UNAUTHENTICATED"]


async def test_asking_whether_a_connection_still_stands_is_no_use_of_its_session(
    scene: Scene, clock: MovableClock
) -> None:
    use = scene.house.use
    own = session_id(use, scene.coordinator.token or "")
    clock.forward(timedelta(hours=1))
    assert await viewer_of_session(use, own) is not None
    clock.forward(timedelta(hours=1, minutes=1))
    assert await viewer_of_session(use, own) is None


async def renewed(client: Client, key: str | None = None) -> Client:
    return client.signed_in((await client.ask("renewSession", retryKey=key or retry_key())).made["token"])


async def test_a_renewed_session_keeps_its_end_and_proof_and_the_old_token_is_good_until_the_new_was_used(
    scene: Scene, clock: MovableClock
) -> None:
    assert (await scene.stranger.ask("renewSession", retryKey=retry_key())).codes == ["UNAUTHENTICATED"]
    assert (await scene.volunteer.ask("renewSession", retryKey="short")).codes == ["INVALID"]
    old, before = scene.coordinator, await scene.coordinator.ask("viewer")
    (shown,) = (await old.ask("ownSessions")).value
    await renewed(old)  # whose answer never came
    clock.forward(timedelta(minutes=2))
    new = await renewed(old)
    assert (await old.ask("viewer")).value == before.value
    assert len((await old.ask("ownSessions")).value) == 1, "one phone is one place"
    assert (await new.ask("viewer")).value == before.value
    (now_shown,) = (await new.ask("ownSessions")).value
    assert (now_shown["createdAt"], now_shown["expiresAt"]) == (shown["createdAt"], shown["expiresAt"])
    assert (await old.ask("viewer")).codes == [], "what the phone had sent before arrives"
    assert (await old.ask("renewSession", retryKey=retry_key())).codes == ["CONFLICT"]
    clock.forward(GOOD_AFTER_RENEWAL + timedelta(seconds=1))
    assert (await old.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await (await renewed(new)).ask("viewer")).value == before.value


async def test_the_same_retry_key_gives_the_same_token_and_of_many_lost_answers_few_are_kept(scene: Scene) -> None:
    key = retry_key()
    tokens = await asyncio.gather(*(renewed(scene.volunteer, key) for _ in range(4)))
    assert len({client.token for client in tokens}) == 1
    first, *others = [await renewed(scene.other_volunteer) for _ in range(MOST_SUCCESSORS + 1)]
    assert (await first.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await others[0].ask("viewer")).codes == []
    assert {(await other.ask("viewer")).codes[0] for other in others[1:]} == {"UNAUTHENTICATED"}


async def test_of_an_owner_and_a_thief_who_copied_the_token_one_goes_on(scene: Scene, clock: MovableClock) -> None:
    thief, owner = await renewed(scene.volunteer), await renewed(scene.volunteer)
    assert (await owner.ask("viewer")).codes == []
    assert (await thief.ask("viewer")).codes == ["UNAUTHENTICATED"]
    clock.forward(GOOD_AFTER_RENEWAL + timedelta(seconds=1))
    assert (await scene.volunteer.ask("viewer")).codes == ["UNAUTHENTICATED"]


async def test_of_tokens_renewed_twice_within_a_minute_the_first_ends_when_the_last_is_used(scene: Scene) -> None:
    first = scene.volunteer
    second = await renewed(first)
    third = await renewed(second)
    assert (await first.ask("viewer")).codes == [], "the last is not used yet, and its answer may be lost"
    assert (await third.ask("viewer")).codes == []
    assert (await first.ask("viewer")).codes == ["UNAUTHENTICATED"]
    assert (await second.ask("viewer")).codes == []


async def test_a_session_ends_with_what_it_was_renewed_from_and_to(scene: Scene) -> None:
    new = await renewed(scene.volunteer)
    assert (await scene.volunteer.ask("signOut")).codes == []
    assert (await new.ask("viewer")).codes == ["UNAUTHENTICATED"]
    new = await renewed(scene.other_volunteer)
    assert (await new.ask("signOut")).codes == []
    assert (await scene.other_volunteer.ask("viewer")).codes == ["UNAUTHENTICATED"]


async def test_a_connection_that_begins_with_a_new_token_stands_and_a_pin_goes_over_to_it(
    scene: Scene, clock: MovableClock
) -> None:
    carlos = await renewed(scene.coordinator)
    async with carlos.follow("matchChanges", incidentId=scene.incident_id) as changes:
        await a_matched_pair(scene)
        assert (await changes.next_record())["id"]
    assert (await scene.volunteer.ask("setPin", input={"pin": "7294"})).made
    phone = await renewed(scene.volunteer)
    clock.forward(timedelta(minutes=10))
    assert (await phone.ask("viewer")).codes == ["PIN_NEEDED"]
    assert (await phone.ask("renewSession", retryKey=retry_key())).codes == ["PIN_NEEDED"]
    unlocked = await scene.stranger.ask("unlock", input={"token": phone.token, "pin": "7294"})
    assert unlocked.made
    assert (await phone.ask("viewer")).value["role"] == "VOLUNTEER"
