"""The live feed: told in batches, resumed where it was cut off, to who may see it at that moment, at their own pace."""

import asyncio
import base64
import gc
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import aiohttp
import pytest
from graphql.execution import Executor
from pymongo.errors import AutoReconnect
from websockets.http11 import Request

from backend.app import build_app, wire
from backend.domain.account import Role
from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.registration import Registration
from backend.services import live
from backend.services.map_pins import make_pins
from backend.settings.keys import load_keys
from backend.store.audit import add_waiting
from backend.store.database import Store
from backend.store.feed import BEHIND_AT_MOST, REMEMBERED, Feed, TooFarBehindError, live_feed
from backend.store.map import DUE
from backend.store.records import Records
from tests.chaos.followers import Follower, follow_with_cuts
from tests.support.client import Client, Subscription
from tests.support.house import Scene
from tests.support.live_server import live_server
from tests.support.newer_release import an_event_of_a_newer_release
from tests.support.pairs import arrived, decide, file, link, two_relatives
from tests.support.pairs import register as register_all
from tests.support.pictures import picture
from tests.support.records import child, missing, report
from tests.support.snapshot import audit_entries, settled

AT = datetime(2026, 9, 2, 12, tzinfo=UTC)


@pytest.fixture
async def other_process(scene: Scene) -> AsyncIterator[Client]:
    """A stranger at a second server on the same database, as another process would be: with a feed of its own."""
    house = scene.house
    keys = load_keys(house.settings, warn=lambda _: None)
    async with AsyncExitStack() as stack:
        use = await stack.enter_async_context(wire(house.settings, keys, house.use.store))
        await stack.enter_async_context(live_feed(use.store, use.feed))
        await use.feed.live.wait()
        server = await stack.enter_async_context(live_server(build_app(house.settings, use)))
        yield Client(await stack.enter_async_context(aiohttp.ClientSession()), server.url)


async def register(scene: Scene, **changes: Any) -> str:
    made = await scene.volunteer.ask("registerPerson", input=child(scene.site_id, **changes))
    registration_id: str = made.made["registration"]["id"]
    return registration_id


async def test_a_site_is_followed_by_who_may_read_it_alone(scene: Scene) -> None:
    for person, code in (
        (scene.stranger, "UNAUTHENTICATED"),
        (scene.other_volunteer, "NOT_FOUND"),
        (scene.call_taker, "NOT_FOUND"),
        (scene.admin, "NOT_FOUND"),
    ):
        async with person.follow("siteChanges", siteId=scene.site_id) as news:
            message = await news.next_message()
        assert [error["extensions"]["code"] for error in message["payload"]] == [code]
    for person in (scene.volunteer, scene.coordinator):
        async with person.follow("siteChanges", siteId=scene.site_id) as news:
            assert (await news.next())["registrations"] == []
            registered = await register(scene)
            assert (await news.next_record())["id"] == registered


async def test_who_moves_on_is_gone_here_and_comes_there_in_the_other_process(
    scene: Scene, other_process: Client
) -> None:
    registered = await register(scene)
    there = other_process.signed_in(scene.other_volunteer.token)
    async with (
        scene.volunteer.follow("siteChanges", siteId=scene.site_id) as here,
        there.follow("siteChanges", siteId=scene.other_site_id) as elsewhere,
    ):
        await here.next()
        await elsewhere.next()
        move = {"id": registered, "version": 1, "siteId": scene.other_site_id}
        assert (await scene.coordinator.ask("moveRegistration", input=move)).made
        left = await here.next()
        assert (left["registrations"], left["gone"]) == ([], [registered])
        assert (await elsewhere.next_record())["id"] == registered


async def test_of_many_changes_at_once_few_messages_are_made(scene: Scene) -> None:
    async with scene.volunteer.follow("siteChanges", siteId=scene.site_id) as news:
        await news.next()
        began = asyncio.get_running_loop().time()
        registered = set(await asyncio.gather(*(register(scene) for _ in range(40))))
        told: set[str] = set()
        messages = 0
        while told != registered:
            records = (await news.next())["registrations"]
            assert not told & {one["id"] for one in records}
            told |= {one["id"] for one in records}
            messages += 1
        seconds = asyncio.get_running_loop().time() - began
    assert messages <= 1 + seconds / live.SECONDS_BETWEEN


async def test_who_is_cut_off_again_and_again_misses_nothing_and_hears_nothing_twice(
    scene: Scene, other_process: Client
) -> None:
    follower = Follower((scene.volunteer, other_process.signed_in(scene.volunteer.token)), scene.site_id)
    enough = asyncio.Event()
    random = Random(5)  # noqa: S311 (chances, not secrets)
    following = asyncio.create_task(follow_with_cuts(follower, 20, 0.1, random, enough))
    await follower.began.wait()
    registered = []
    while not following.done() and follower.cuts < 20:
        registered.append(await register(scene))
    enough.set()
    async with asyncio.timeout(20):
        while len(follower.told) < len(registered):  # noqa: ASYNC110 (the follower rings no bell)
            await asyncio.sleep(0.05)
    following.cancel()
    assert sorted(follower.told) == sorted(registered)
    assert (follower.cuts, follower.reloads) == (20, 0)


async def something_is_heard(scene: Scene) -> None:
    async with scene.house.use.feed.listen() as listener:
        await register(scene)
        await listener.next()


async def test_a_process_that_just_started_goes_on_for_who_was_cut_off_elsewhere(scene: Scene) -> None:
    await something_is_heard(scene)
    async with scene.volunteer.follow("siteChanges", siteId=scene.site_id) as news:
        cursor = (await news.next())["cursor"]
        first = await register(scene)
        told = await news.next()
        assert [one["id"] for one in told["registrations"]] == [first]
    await scene.house.use.store.events.collection.insert_one(an_event_of_a_newer_release())
    missed = await register(scene)
    house = scene.house
    keys = load_keys(house.settings, warn=lambda _: None)
    async with (
        wire(house.settings, keys, house.use.store) as use,
        live_feed(use.store, use.feed),
        aiohttp.ClientSession() as session,
        live_server(build_app(house.settings, use)) as server,
    ):
        later = Client(session, server.url, scene.volunteer.token)
        for after, expected in ((told["cursor"], [missed]), (cursor, [first, missed])):
            async with later.follow("siteChanges", siteId=scene.site_id, after=after) as news:
                assert [one["id"] for one in (await news.next(30))["registrations"]] == expected


async def test_a_cursor_that_is_none_or_of_another_list_is_refused(scene: Scene) -> None:
    async with scene.coordinator.follow("siteChanges", siteId=scene.site_id) as news:
        cursor = (await news.next())["cursor"]
    for site_id, after in ((scene.site_id, "guessed"), (scene.site_id, "ü"), (scene.other_site_id, cursor)):
        async with scene.coordinator.follow("siteChanges", siteId=site_id, after=after) as news:
            message = await news.next_message()
        assert [error["extensions"]["code"] for error in message["payload"]] == ["INVALID"]


async def test_a_cursor_does_not_tell_that_something_happened(scene: Scene) -> None:
    """The id of the last event says when that was: of a match, to a family that filed just before."""
    use = scene.house.use
    await something_is_heard(scene)
    last = use.feed.heard[-1].id
    one, other = (live.cursor_of(use, "site", last) for _ in range(2))
    assert one != other
    assert len(one) == len(live.cursor_of(use, "site", use.feed.began))
    assert last.encode() not in base64.urlsafe_b64decode(one + "=" * (-len(one) % 4))
    assert live.place_of(use, "site", one) == live.place_of(use, "site", other) == last


async def test_a_family_is_told_nothing_by_decisions_that_change_nothing_it_may_see(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That a message comes is news too: somebody is looking at a child like this, at this minute."""
    monkeypatch.setattr(live, "SECONDS_BETWEEN", 0.0)
    (mother, mothers), (aunt, aunts) = await two_relatives(scene)
    one, other = await register_all(scene, child(scene.site_id), arrived(scene.other_site_id))
    async with mother.follow("ownReports") as news, aunt.follow("ownReports") as aunts_news:
        assert [told["nextStep"] for told in (await news.next())["reports"]] == ["STAY_REACHABLE"]
        assert [told["nextStep"] for told in (await aunts_news.next())["reports"]] == ["STAY_REACHABLE"]
        for step in ("takeMatch", "leaveMatch", "rejectMatch", "undoMatch", "rejectMatch"):
            await decide(scene, step, mothers, one)
        await link(scene, "REPORT", mothers, aunts)
        assert (await scene.coordinator.ask("reviewReport", id=mothers)).made
        for family, report_id, following in ((mother, mothers, news), (aunt, aunts, aunts_news)):
            changed = {"id": report_id, "version": 1, "lastSeenAt": "2026-09-01T08:00:00Z"}
            assert (await family.ask("changeReport", input=changed)).made
            # What is told next is what the family did itself.
            told = (await following.next())["reports"]
            assert [(one["id"], one["version"], one["nextStep"]) for one in told] == [(report_id, 2, "STAY_REACHABLE")]
        await settled(scene.house.use.store)
        await decide(scene, "rejectMatch", mothers, other)
        for following in (news, aunts_news):
            assert [one["nextStep"] for one in (await following.next())["reports"]] == ["WAIT"]


async def test_a_family_that_goes_on_from_a_cursor_is_told_of_all_its_reports(scene: Scene) -> None:
    """If it were told of those alone about which something happened, that would tell of it."""
    beto = missing(person={"names": {"given": "Beto"}, "sex": "MALE"})
    family, report_id = await file(scene, missing(), beto)
    async with family.follow("ownReports") as news:
        first = await news.next()
    own = {one["id"] for one in first["reports"]}
    assert report_id in own
    assert len(own) == 2
    await register_all(scene, child(scene.site_id))
    async with family.follow("ownReports", after=first["cursor"]) as news:
        again = await news.next()
    assert {one["id"] for one in again["reports"]} == own
    assert sorted(one["nextStep"] for one in again["reports"]) == ["STAY_REACHABLE", "WAIT"]


async def test_who_is_too_far_behind_is_told_to_load_anew(scene: Scene) -> None:
    async with scene.volunteer.follow("siteChanges", siteId=scene.site_id) as news:
        cursor = (await news.next())["cursor"]
        await register(scene)
        await news.next()
    feed = scene.house.use.feed
    feed.past_is_known = True
    for _ in range(REMEMBERED):
        feed.heard.append(feed.heard[-1])
    async with scene.volunteer.follow("siteChanges", siteId=scene.site_id, after=cursor) as news:
        message = await news.next_message()
    assert [error["extensions"]["code"] for error in message["payload"]] == ["STALE"]


async def test_many_are_told_the_same_at_once_and_each_of_them_has_looked(scene: Scene) -> None:
    others = [await scene.house.person(Role.VOLUNTEER, site_id=scene.site_id) for _ in range(4)]
    everybody = [scene.volunteer, scene.coordinator, *others]
    store = scene.house.use.store
    async with AsyncExitStack() as stack:
        following = [
            await stack.enter_async_context(person.follow("siteChanges", siteId=scene.site_id)) for person in everybody
        ]
        firsts = {(await one.next())["cursor"] for one in following}
        assert len(firsts) == len(everybody), "what tells that nothing happened is nobody else's"
        registered = await register(scene)
        told = [await one.next() for one in following]
        assert {record["id"] for news in told for record in news["registrations"]} == {registered}
        added = await scene.volunteer.upload(picture(), registration=registered)
        assert added.status == 201
        with_photo = [await one.next() for one in following]
        assert {news["registrations"][0]["photos"][0]["id"] for news in with_photo} == {added.body["photo"]["id"]}
        assert {news["registrations"][0]["version"] for news in with_photo} == {2}
    looks = [one for one in await audit_entries(store) if one["action"] == "READ_REGISTRATION"]
    ids = {(await person.ask("viewer")).value["id"] for person in everybody}
    for part, times in (("DESCRIPTION", 2), ("PHOTO_LINKS", 1)):
        entered = [one["actor_id"] for one in looks if part in one["fields"] and one["record_ids"] == [registered]]
        assert Counter(entered) == dict.fromkeys(ids, times)


async def follow_site(scene: Scene) -> AsyncIterator[tuple[Subscription, Callable[[], Awaitable[object]]]]:
    async with scene.volunteer.follow("siteChanges", siteId=scene.site_id) as news:
        await news.next()
        yield news, lambda: register(scene)


async def follow_matches(scene: Scene) -> AsyncIterator[tuple[Subscription, Callable[[], Awaitable[object]]]]:
    async with scene.coordinator.follow("matchChanges", incidentId=scene.incident_id) as news:
        await news.next()
        yield news, lambda: asyncio.gather(register(scene), file(scene))


async def follow_reports(scene: Scene) -> AsyncIterator[tuple[Subscription, Callable[[], Awaitable[object]]]]:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    change = {"id": filed["reports"][0]["id"], "version": 1, "lastSeenAt": "2026-09-01T10:00:00Z"}
    async with scene.stranger.signed_in(filed["token"]).follow("ownReports") as news:
        await news.next()
        yield news, lambda: scene.call_taker.ask("changeReport", input=change)


@pytest.mark.parametrize("follow", [follow_site, follow_matches, follow_reports])
async def test_who_is_told_has_looked_before_and_is_told_nothing_where_that_cannot_be_entered(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, follow: Any
) -> None:
    enter = add_waiting

    async def away(store: Store, entries: Any, session: Any = None) -> None:
        if session is None:
            raise AutoReconnect
        await enter(store, entries, session)

    async for news, change in follow(scene):
        monkeypatch.setattr("backend.services.audit.audit.add_waiting", away)
        await change()
        message = await news.next_message()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "UNAVAILABLE")


async def test_who_was_given_a_cursor_just_now_is_told_at_once_all_the_same(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SECONDS_BETWEEN", 1.0)
    monkeypatch.setattr(live, "SECONDS_OF_A_CURSOR", 1.2)
    use = replace(scene.house.use, feed=Feed())
    use.feed.live.set()
    told = live.batches(use, None, lambda _: True, None)
    async with aclosing(told):
        await anext(told)
        assert not (await anext(told)).events
        began = asyncio.get_running_loop().time()
        use.feed.tell(Event("1", EventKind.SITE_UPDATED, "1", SYSTEM, AT))
        assert (await anext(told)).events
        assert asyncio.get_running_loop().time() - began < live.SECONDS_BETWEEN


async def test_a_registration_waits_for_nothing_that_began_after_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded database tells of no change as long as a transaction is open that wrote before it."""
    store = scene.house.use.store
    insert = Records.insert
    async with (
        scene.volunteer.follow("siteChanges", siteId=scene.site_id) as news,
        store.client.start_session() as other,
    ):

        async def with_another(records: Any, record: Any, session: Any = None, **more: Any) -> None:
            if isinstance(record, Registration):
                await other.start_transaction()
                await store.database["other"].insert_one({}, session=other)
            await insert(records, record, session, **more)

        await news.next()
        monkeypatch.setattr(Records, "insert", with_another)
        registered = await register(scene)
        assert (await news.next_record())["id"] == registered
        await other.abort_transaction()


async def test_while_records_are_read_for_the_map_everybody_is_told_of_what_happens(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded database tells of no change as long as a transaction is open that wrote before it."""
    told = asyncio.Event()

    async def slowly(*arguments: Any) -> Any:
        pins = await make_pins(*arguments)
        async with asyncio.timeout(5):
            await told.wait()
        return pins

    async with scene.coordinator.follow("siteChanges", siteId=scene.site_id) as news:
        await news.next()
        monkeypatch.setattr("backend.services.map_counting.make_pins", slowly)
        first = await register(scene)
        assert (await news.next_record())["id"] == first
        assert await scene.house.use.store.database[DUE].count_documents({})
        second = await register(scene)
        assert (await news.next_record(4))["id"] == second
        told.set()


async def test_a_session_that_ended_hears_nothing_more_after_a_second(scene: Scene) -> None:
    async with scene.volunteer.follow("siteChanges", siteId=scene.site_id) as news:
        await news.next()
        assert (await scene.volunteer.ask("signOut")).made
        over = asyncio.get_running_loop().time() + 1
        while True:
            made = await scene.coordinator.ask("registerPerson", input=child(scene.site_id))
            assert made.made
            heard = await news.socket.receive(timeout=5)
            if heard.type is not aiohttp.WSMsgType.TEXT:
                break
            assert asyncio.get_running_loop().time() < over
    assert news.socket.close_code == 4403


def kept(kind: type[Any]) -> list[Any]:
    gc.collect()
    return [one for one in gc.get_objects() if issubclass(type(one), kind)]


async def test_of_what_began_a_subscription_and_was_told_nothing_is_kept_while_it_waits(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.api.sharing.SECONDS_KEPT", 0)
    async with scene.volunteer.follow("siteChanges", siteId=scene.site_id) as news:
        await news.next()
        await register(scene)
        await news.next_record()
        async with asyncio.timeout(10):
            while kept(Registration) or kept(Executor):  # noqa: ASYNC110 (nobody tells when something is forgotten)
                await asyncio.sleep(0.05)
        headers = [one.headers for one in kept(Request)]
        assert headers
        assert not any(headers)


async def test_what_waits_for_a_follower_is_what_it_follows_and_bounded() -> None:
    feed = Feed()
    async with feed.listen(lambda event: event.site_id == "here") as listener:
        for number in range(BEHIND_AT_MOST + 10):
            feed.tell(Event(str(number), EventKind.SITE_UPDATED, "1", SYSTEM, AT, site_id="elsewhere"))
        assert (len(listener.waiting), feed.last) == (0, str(BEHIND_AT_MOST + 9))
        for _ in range(2 * BEHIND_AT_MOST):
            feed.tell(Event("x", EventKind.SITE_UPDATED, "1", SYSTEM, AT, site_id="here"))
        assert len(listener.waiting) == BEHIND_AT_MOST
        with pytest.raises(TooFarBehindError):
            listener.waiting_now()
    assert len(feed.heard) <= REMEMBERED
