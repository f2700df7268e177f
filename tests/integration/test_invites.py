"""Coming in and going out: who may invite whom, how often an invite is good, and what a token is worth."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import segno
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # it has no types

from backend.domain.account import Account, Invite, NewInvite, Role
from backend.domain.errors import DomainError, ErrorCode
from backend.domain.site import Site
from backend.services.invites import accept_invite, invite_by_operator, invite_first_administrator
from backend.services.resets import reset_by_operator
from backend.services.sessions import LIFETIMES, session_id, viewer_of
from backend.store.records import Records
from tests.support.client import Answer, Client, retry_key
from tests.support.house import House, Scene
from tests.support.movable_clock import MovableClock
from tests.support.records import report
from tests.support.snapshot import everything, settled


async def invited(inviter: Client, **invite: Any) -> str:
    """The secret of an invite's link."""
    link: str = (await inviter.ask("createInvite", input=invite)).made["link"]
    return link.partition("#")[2]


async def accept(client: Client, secret: str, key: str | None = None, name: str = "Ada") -> Answer:
    answer: Answer = await client.ask(
        "acceptInvite", input={"secret": secret, "name": name, "retryKey": key or retry_key()}
    )
    return answer


async def test_an_invited_volunteer_works_at_that_site_alone(scene: Scene) -> None:
    secret = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id)
    made = (await accept(scene.stranger, secret, name="  Ada  ")).made
    assert (made["account"]["role"], made["account"]["name"]) == ("VOLUNTEER", "Ada")
    viewer = (await scene.stranger.signed_in(made["token"]).ask("viewer")).value
    assert (viewer["role"], viewer["siteIds"]) == ("VOLUNTEER", [scene.site_id])


async def test_the_secret_stands_where_no_server_sees_it(scene: Scene) -> None:
    link = (await scene.coordinator.ask("createInvite", input={"role": "VOLUNTEER", "siteId": scene.site_id})).made[
        "link"
    ]
    address, _, secret = link.partition("#")
    assert address.endswith("/join")
    assert len(secret) == 43


async def test_an_invite_comes_with_a_qr_code_of_its_link_which_is_of_the_same_site_and_hours(
    scene: Scene, clock: MovableClock
) -> None:
    invite = {"role": "VOLUNTEER", "siteId": scene.site_id, "hours": 2}
    made = (await scene.coordinator.ask("createInvite", input=invite)).made
    drawing = fromstring(made["qrCode"])
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert drawing.get("viewBox")
    assert not {"href", "src", "script", "style"} & {part for one in drawing.iter() for part in (one.tag, *one.attrib)}
    assert modules_of(drawing) == [list(row) for row in segno.make_qr(made["link"], error="m").matrix_iter(border=4)]
    secret = made["link"].partition("#")[2]
    clock.forward(timedelta(hours=2, seconds=1))
    assert (await accept(scene.stranger, secret)).codes == ["EXPIRED"]
    refused = await scene.other_volunteer.ask("createInvite", input=invite)
    assert (refused.codes, refused.value["qrCode"]) == (["NOT_FOUND"], None)


def modules_of(drawing: Element) -> list[list[int]]:
    """The modules of a QR code as its one line draws them: each run of dark ones is `h` and how many."""
    size = int((drawing.get("viewBox") or "").split()[2])
    modules = [[0] * size for _ in range(size)]
    line = drawing[-1].get("d") or ""
    across, down = 0, 0.0
    for step, numbers in re.findall(r"([Mmh])([-\d. ]+)", line):
        moved = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if step == "h":
            for place in range(across, across + int(moved[0])):
                modules[int(down)][place] = 1
            across += int(moved[0])
        else:
            across, down = int(moved[0]) + (across if step == "m" else 0), moved[1] + (down if step == "m" else 0)
    return modules


async def test_an_invite_is_good_for_as_many_people_as_it_says_and_then_for_nobody(scene: Scene) -> None:
    for uses in (1, 3):
        secret = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id, uses=uses)
        accounts = {(await accept(scene.stranger, secret)).made["account"]["id"] for _ in range(uses)}
        assert len(accounts) == uses
        before = await everything(scene.house.use.store)
        assert (await accept(scene.stranger, secret)).codes == ["EXPIRED"]
        assert await everything(scene.house.use.store) == before


async def test_of_many_who_accept_at_once_no_more_come_in_than_were_invited(scene: Scene) -> None:
    secret = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id, uses=2)
    answers = await asyncio.gather(*(accept(scene.stranger, secret) for _ in range(6)))
    assert sorted(answer.codes for answer in answers) == [[], [], *[["EXPIRED"]] * 4]


async def test_the_same_retry_key_gives_the_same_token_however_often_and_even_at_once(scene: Scene) -> None:
    secret, key = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id), retry_key()
    answers = await asyncio.gather(*(accept(scene.stranger, secret, key) for _ in range(5)))
    answers.append(await accept(scene.stranger, secret, key))
    assert len({answer.made["token"] for answer in answers}) == 1
    assert len({answer.made["account"]["id"] for answer in answers}) == 1
    assert (await accept(scene.stranger, secret, retry_key())).codes == ["EXPIRED"]


async def test_an_invite_is_good_for_the_hours_it_says(scene: Scene) -> None:
    use = scene.house.use
    secret = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id, hours=2)
    now = use.clock()
    late = replace(use, clock=lambda: now + timedelta(hours=2, seconds=1))
    with pytest.raises(DomainError) as refused:
        await accept_invite(late, secret, "Ada", retry_key(), address="192.0.2.1")
    assert refused.value.code is ErrorCode.EXPIRED
    in_time = replace(use, clock=lambda: now + timedelta(hours=2, seconds=-10))
    account, _ = await accept_invite(in_time, secret, "Ada", retry_key(), address="192.0.2.1")
    assert account.role is Role.VOLUNTEER


async def test_a_guessed_invite_an_empty_name_or_a_short_key_lets_nobody_in(scene: Scene) -> None:
    secret = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id)
    before = await everything(scene.house.use.store)
    wrong = [
        ({"secret": "guessed", "name": "Ada", "retryKey": retry_key()}, "EXPIRED", "secret"),
        ({"secret": secret[:-1], "name": "Ada", "retryKey": retry_key()}, "EXPIRED", "secret"),
        ({"secret": secret, "name": "   ", "retryKey": retry_key()}, "INVALID", "name"),
        ({"secret": secret, "name": "x" * 201, "retryKey": retry_key()}, "INVALID", "name"),
        ({"secret": secret, "name": "Ada", "retryKey": "1234"}, "INVALID", "retryKey"),
    ]
    for given, code, field in wrong:
        answer = await scene.stranger.ask("acceptInvite", input=given)
        assert [(error["code"], error["field"]) for error in answer.value["errors"]] == [(code, field)]
        assert answer.value["token"] is None
    assert await everything(scene.house.use.store) == before


async def test_an_invite_that_could_not_work_is_refused_and_says_why(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"role": "FAMILY", "incidentId": scene.incident_id}, "role"),
        ({"role": "VOLUNTEER"}, "siteId"),
        ({"role": "VOLUNTEER", "incidentId": scene.incident_id}, "siteId"),
        ({"role": "CALL_TAKER", "siteId": scene.site_id}, "siteId"),
        ({"role": "CALL_TAKER"}, "incidentId"),
        ({"role": "OFFICER"}, "incidentId"),
        ({"role": "VOLUNTEER", "siteId": scene.site_id, "uses": 0}, "uses"),
        ({"role": "VOLUNTEER", "siteId": scene.site_id, "uses": 101}, "uses"),
        ({"role": "VOLUNTEER", "siteId": scene.site_id, "hours": 0}, "hours"),
        ({"role": "VOLUNTEER", "siteId": scene.site_id, "hours": 721}, "hours"),
    ]
    for invite, field in wrong:
        answer = await scene.admin.ask("createInvite", input=invite)
        assert [(error["code"], error["field"]) for error in answer.value["errors"]] == [("INVALID", field)], invite
    assert await everything(scene.house.use.store) == before


async def test_nobody_invites_further_than_the_own_work_reaches(scene: Scene) -> None:
    elsewhere = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made["incident"][
        "id"
    ]
    site = {"incidentId": elsewhere, "name": "School", "kind": "SCHOOL", "point": {"latitude": 30, "longitude": -90}}
    other_site = (await scene.admin.ask("addSite", input=site)).made["site"]["id"]
    family = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made["token"]
    volunteer = {"role": "VOLUNTEER", "siteId": scene.site_id}
    here, there = {"incidentId": scene.incident_id}, {"incidentId": elsewhere}
    refused: list[tuple[Client, dict[str, Any], str]] = [
        (scene.stranger, volunteer, "UNAUTHENTICATED"),
        (scene.stranger, {"role": "ADMIN"}, "UNAUTHENTICATED"),
        (scene.stranger.signed_in(family), volunteer, "NOT_FOUND"),
        (scene.volunteer, volunteer, "FORBIDDEN"),
        (scene.volunteer, {"role": "COORDINATOR", **here}, "FORBIDDEN"),
        (scene.other_volunteer, volunteer, "NOT_FOUND"),
        (scene.call_taker, {"role": "CALL_TAKER", **here}, "FORBIDDEN"),
        (scene.officer, volunteer, "FORBIDDEN"),
        (scene.officer, {"role": "OFFICER", **here}, "FORBIDDEN"),
        (scene.coordinator, {"role": "COORDINATOR", **here}, "FORBIDDEN"),
        (scene.coordinator, {"role": "OFFICER", **here}, "FORBIDDEN"),
        (scene.coordinator, {"role": "ADMIN", **here}, "FORBIDDEN"),
        (scene.coordinator, {"role": "ADMIN"}, "NOT_FOUND"),
        (scene.coordinator, {"role": "CALL_TAKER", **there}, "NOT_FOUND"),
        (scene.coordinator, {"role": "VOLUNTEER", "siteId": other_site}, "NOT_FOUND"),
        (scene.coordinator, {"role": "VOLUNTEER", "siteId": other_site, **here}, "NOT_FOUND"),
        (scene.admin, {"role": "VOLUNTEER", "siteId": other_site, **here}, "NOT_FOUND"),
    ]
    await settled(scene.house.use.store)
    before = await everything(scene.house.use.store)
    for inviter, invite, code in refused:
        answer = await inviter.ask("createInvite", input=invite)
        assert answer.codes == [code], (invite, answer.body)
        assert answer.value["link"] is None
    assert await everything(scene.house.use.store) == before
    assert await invited(scene.coordinator, role="CALL_TAKER", **here)
    assert await invited(scene.admin, role="OFFICER", **there)
    assert await invited(scene.admin, role="ADMIN")


async def test_the_operator_too_is_told_of_an_invite_that_could_not_work(house: House) -> None:
    for new, code in (
        (NewInvite(Role.VOLUNTEER), ErrorCode.INVALID),
        (NewInvite(Role.FAMILY), ErrorCode.INVALID),
        (NewInvite(Role.OFFICER), ErrorCode.INVALID),
        (NewInvite(Role.VOLUNTEER, site_id="none"), ErrorCode.NOT_FOUND),
        (NewInvite(Role.OFFICER, incident_id="none"), ErrorCode.NOT_FOUND),
    ):
        with pytest.raises(DomainError) as refused:
            await invite_by_operator(house.use, new)
        assert refused.value.code is code
    assert await house.use.store.invites.collection.count_documents({}) == 0


async def test_the_first_administrator_s_link_works_once_and_is_replaced_at_each_start_until_it_was_used(
    house: House,
) -> None:
    first = await invite_first_administrator(house.use)
    second = await invite_first_administrator(house.use)
    assert first is not None
    assert second is not None
    assert (await accept(house.stranger, first)).codes == ["EXPIRED"]
    made = (await accept(house.stranger, second)).made
    assert made["account"]["role"] == "ADMIN"
    assert (await accept(house.stranger, second)).codes == ["EXPIRED"]
    assert await invite_first_administrator(house.use) is None


async def test_no_token_secret_or_code_that_anybody_holds_is_in_the_database(scene: Scene) -> None:
    secret, key = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id), retry_key()
    filing = report(scene.incident_id)
    filed = (await scene.stranger.ask("fileReport", input=filing)).made
    again = await scene.stranger.ask("signInWithCase", input={"code": filed["caseCode"], "secret": filed["caseSecret"]})
    held = {
        secret,
        key,
        (await accept(scene.stranger, secret, key)).made["token"],
        str(scene.volunteer.token),
        str(scene.admin.token),
        filing["retryKey"],
        filed["token"],
        again.made["token"],
        *(text for code in ("caseCode", "caseSecret") for text in (filed[code], filed[code].replace("-", ""))),
    }
    store = scene.house.use.store
    kept = str(
        [[one async for one in store.database[name].find()] for name in await store.database.list_collection_names()]
    )
    assert "Superdome" in kept, "what is not hidden is found"
    assert [text for text in held if text in kept] == []


async def test_a_token_that_has_run_out_is_worth_nothing(scene: Scene) -> None:
    use, token = scene.house.use, str(scene.volunteer.token)
    now = use.clock()
    almost = replace(use, clock=lambda: now + LIFETIMES[Role.VOLUNTEER] - timedelta(minutes=1))
    over = replace(use, clock=lambda: now + LIFETIMES[Role.VOLUNTEER] + timedelta(seconds=1))
    for days in (5, 10):  # left unused for longer, it would end before its time
        moment = now + timedelta(days=days)
        assert await viewer_of(replace(use, clock=partial(lambda at: at, moment)), token) is not None
    assert await viewer_of(almost, token) is not None
    assert await viewer_of(over, token) is None
    await use.store.sessions.collection.update_many({}, {"$set": {"expiresAt": now - timedelta(seconds=1)}})
    answer = await scene.volunteer.ask("viewer")
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])


async def test_a_token_is_dead_once_its_holder_signed_out_and_others_live_on(scene: Scene) -> None:
    assert (await scene.stranger.ask("signOut")).codes == ["UNAUTHENTICATED"]
    assert (await scene.volunteer.ask("signOut")).codes == []
    answer = await scene.volunteer.ask("viewer")
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    upload = await scene.volunteer.upload(b"", registration="any")
    assert (upload.status, upload.body["errors"][0]["code"]) == (401, "UNAUTHENTICATED")
    assert (await scene.other_volunteer.ask("viewer")).value["role"] == "VOLUNTEER"


async def test_who_signed_out_does_not_come_back_by_the_used_invite(scene: Scene) -> None:
    secret, key = await invited(scene.coordinator, role="VOLUNTEER", siteId=scene.site_id), retry_key()
    client = scene.stranger.signed_in((await accept(scene.stranger, secret, key)).made["token"])
    assert (await client.ask("signOut")).codes == []
    assert (await accept(scene.stranger, secret, key)).codes == ["EXPIRED"]


async def test_a_disabled_account_is_out_at_once_with_every_token_it_has(scene: Scene) -> None:
    account_id = (await scene.volunteer.ask("viewer")).value["id"]
    await scene.house.use.store.accounts.collection.update_one({"_id": account_id}, {"$set": {"disabled": True}})
    answer = await scene.volunteer.ask("registrations", incidentId=scene.incident_id, siteId=scene.site_id)
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])


@pytest.mark.parametrize("whose", ["the one who came in by it before", "the one who made it", "its own"])
async def test_an_invite_that_ends_with_an_account_as_it_is_accepted_lets_nobody_in(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    use = scene.house.use
    maker = await scene.house.person(Role.COORDINATOR, incident_id=scene.incident_id)
    secret = await invited(maker, role="VOLUNTEER", siteId=scene.site_id, uses=3)
    closing = (await accept(scene.stranger, secret)).made["account"]["id"]
    if whose == "the one who made it":
        closing = (await maker.ask("viewer")).value["id"]
    elif whose == "its own":
        _, secret = await reset_by_operator(use, closing)
    sessions = await use.store.sessions.collection.count_documents({})
    read: Any = Records.find_one
    overtaken: list[str] = []

    async def read_and_overtaken(records: Any, *of: Any) -> Any:
        there = await read(records, *of)
        if isinstance(there, Invite) and not overtaken:
            overtaken.append(there.id)
            assert (await scene.admin.ask("closeAccount", id=closing)).made
        return there

    monkeypatch.setattr(Records, "find_one", read_and_overtaken)
    assert (await accept(scene.stranger, secret)).codes == ["EXPIRED"]
    assert len(overtaken) == 1
    ended = 0 if whose == "its own" else 1
    assert await use.store.sessions.collection.count_documents({}) == sessions - ended


async def test_who_is_signed_out_at_this_moment_invites_nobody_and_opens_no_door(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = scene.house.use.store
    made = {"role": "VOLUNTEER", "siteId": scene.site_id}
    read: Any = Records.find_one

    async def read_and_overtaken(records: Any, *of: Any) -> Any:
        there = await read(records, *of)
        if isinstance(there, Site) and of[-1] is None:
            await store.sessions.collection.delete_one({"_id": session_id(scene.house.use, maker.token or "")})
        return there

    monkeypatch.setattr(Records, "find_one", read_and_overtaken)
    for name, given in (("createInvite", made), ("openIntake", {"siteId": scene.site_id, "hours": 2})):
        maker = await scene.house.person(Role.COORDINATOR, incident_id=scene.incident_id)
        assert (await maker.ask(name, input=given)).codes == ["UNAUTHENTICATED"]
    assert await store.intakes.find({}) == []
    assert await store.invites.find_one({"createdBy": {"$nin": ["operator", "system"]}}) is None


async def test_an_operator_makes_no_way_back_to_an_account_that_is_closed_meanwhile(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = scene.house.use.store
    volunteer_id = (await scene.volunteer.ask("viewer")).value["id"]
    read: Any = Records.find_one

    async def read_and_overtaken(records: Any, *of: Any) -> Any:
        there = await read(records, *of)
        if isinstance(there, Account) and there.id == volunteer_id:
            monkeypatch.undo()
            assert (await scene.admin.ask("closeAccount", id=volunteer_id)).made
        return there

    monkeypatch.setattr(Records, "find_one", read_and_overtaken)
    with pytest.raises(DomainError) as refused:
        await reset_by_operator(scene.house.use, volunteer_id)
    assert refused.value.code is ErrorCode.NOT_FOUND
    assert await store.invites.find_one({"accountId": volunteer_id}) is None
