"""What was refused for good: counted for administrators by server and answer, and sent again at their word."""

from datetime import datetime, timedelta

from backend.domain.alert import ChannelKind
from backend.domain.event import EventKind
from backend.store.held_deliveries import free_parked
from backend.store.records import Session
from tests.support.house import Scene
from tests.support.movable_clock import MovableClock
from tests.support.parked import PUSH_SERVICE, REFUSED, park_a_delivery
from tests.support.snapshot import everything, settled

HOOK = "WEBHOOK https://hooks.example.org"


async def test_administrators_alone_see_what_was_refused_by_server_and_answer_the_oldest_first(
    scene: Scene, clock: MovableClock
) -> None:
    use = scene.house.use
    await park_a_delivery(use, HOOK, "307 to elsewhere", ChannelKind.WEBHOOK)
    clock.forward(timedelta(minutes=5))
    first = await park_a_delivery(use)
    clock.forward(timedelta(minutes=5))
    await park_a_delivery(use)
    await park_a_delivery(use, "EMAIL", "550 no such mailbox", ChannelKind.EMAIL)
    found = (await scene.admin.ask("parkedDeliveries")).value
    assert [(one["channel"], one["server"], one["reason"], one["count"]) for one in found] == [
        ("WEBHOOK", HOOK, "307 to elsewhere", 1),
        ("WEB_PUSH", PUSH_SERVICE, REFUSED, 2),
        ("EMAIL", "EMAIL", "550 no such mailbox", 1),
    ]
    assert datetime.fromisoformat(found[1]["since"]) == first.since
    wanted = {"server": PUSH_SERVICE, "reason": REFUSED}
    before = await everything(use.store)
    for person in (scene.stranger, scene.volunteer, scene.call_taker, scene.officer, scene.coordinator):
        for answer in (await person.ask("parkedDeliveries"), await person.ask("resendDeliveries", input=wanted)):
            assert answer.codes[0] in {"UNAUTHENTICATED", "FORBIDDEN"}
    assert await everything(use.store) == before


async def test_what_one_server_refused_with_one_answer_is_sent_again_and_that_is_entered(scene: Scene) -> None:
    use = scene.house.use
    for _ in range(3):
        await park_a_delivery(use)
    await park_a_delivery(use, reason="413 too large")
    wanted = {"server": PUSH_SERVICE, "reason": REFUSED}
    assert (await scene.admin.ask("resendDeliveries", input=wanted)).made["count"] == 3
    assert (await scene.admin.ask("resendDeliveries", input=wanted)).made["count"] == 0
    assert [one["reason"] for one in (await scene.admin.ask("parkedDeliveries")).value] == ["413 too large"]
    await park_a_delivery(use, HOOK, "307 to elsewhere", ChannelKind.WEBHOOK)
    assert (await scene.admin.ask("resendDeliveries", input={"server": PUSH_SERVICE})).made["count"] == 1
    assert [one["server"] for one in (await scene.admin.ask("parkedDeliveries")).value] == [HOOK]
    await settled(use.store)
    told = await use.store.events.find({"kind": EventKind.DELIVERIES_RESENT.value})
    assert [one.actor_id for one in told] == [(await scene.admin.ask("viewer")).value["id"]] * 2


async def test_what_is_refused_once_more_while_the_rest_is_sent_again_is_left_for_the_next_time(
    scene: Scene, clock: MovableClock
) -> None:
    use = scene.house.use
    await park_a_delivery(use)
    began = use.clock()
    clock.forward(timedelta(minutes=1))
    await park_a_delivery(use)

    async def free(session: Session) -> int:
        return await free_parked(use.store, PUSH_SERVICE, REFUSED, began, session, 10)

    assert [await use.store.transact(free) for _ in range(2)] == [1, 0]
