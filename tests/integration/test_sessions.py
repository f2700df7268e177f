"""How long a session lasts."""

from datetime import timedelta
from typing import Any

from backend.services.sessions import session_id, viewer_of_session
from tests.support.house import Scene
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
