"""How often somebody may do something: counted by account, by address and by case, refused in words, nothing lost."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.domain.account import NewInvite, Role
from backend.domain.errors import DomainError
from backend.services.invites import invite_by_operator
from backend.services.reports import sign_in_with_case
from tests.support.client import Answer, Client, new_id, retry_key
from tests.support.house import House, Scene, running_house, set_scene
from tests.support.pictures import picture
from tests.support.records import child, report
from tests.support.second_factor import PASSWORD
from tests.support.seconds import Seconds
from tests.support.snapshot import everything

WRONG = "0000-0000-0000-0000-0000"
NO_SUCH_CASE = "ABCD-EFGH-JKMN"
REFUSED = "RATE_LIMITED"


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


class Limited:
    """Opens a house with limits of its own, on a clock that stands still."""

    def __init__(self, uri: str, name: str, folder: Path, seconds: Seconds) -> None:
        self.uri, self.name, self.folder, self.seconds = uri, name, folder, seconds

    @asynccontextmanager
    async def house(self, **settings: Any) -> AsyncIterator[House]:
        async with running_house(
            self.uri, self.name, self.folder, worker=False, seconds=self.seconds, **settings
        ) as house:
            yield house

    @asynccontextmanager
    async def scene(self, **settings: Any) -> AsyncIterator[Scene]:
        async with self.house(**settings) as house:
            yield await set_scene(house)


@pytest.fixture
def limited(database_uri: str, database_name: str, tmp_path: Path, seconds: Seconds) -> Limited:
    return Limited(database_uri, database_name, tmp_path, seconds)


async def sign_in(client: Client, code: str, secret: str) -> Answer:
    return await client.ask("signInWithCase", input={"code": code, "secret": secret})


async def filed(scene: Scene) -> dict[str, Any]:
    made: dict[str, Any] = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    return made


def words(answer: Answer) -> str:
    return str(answer.value["errors"][0]["message"])


async def test_strangers_at_one_address_file_so_many_reports_and_the_next_is_refused_without_a_trace(
    limited: Limited, seconds: Seconds
) -> None:
    async with limited.scene(rate_filings="2 per minute") as scene:
        first = await filed(scene)
        await filed(scene)
        seconds.pass_by(20)
        before = await everything(scene.house.use.store)
        third = report(scene.incident_id)
        refused = await scene.stranger.ask("fileReport", input=third)
        assert (refused.status, refused.codes, refused.headers["retry-after"]) == (200, [REFUSED], "40")
        assert words(refused).endswith("Please try the same again in 40 seconds.")
        assert refused.value["token"] is None
        assert await everything(scene.house.use.store) == before
        # Whoever is signed in counts for themselves, and so does another address.
        family = scene.stranger.signed_in(first["token"])
        for client in (family, scene.call_taker):
            assert (await client.ask("fileReport", input=report(scene.incident_id))).made
        async with scene.stranger.at("127.0.0.2") as elsewhere:
            assert (await elsewhere.ask("fileReport", input=report(scene.incident_id))).made
        # Nothing is lost: the very same is taken as soon as it was said.
        seconds.pass_by(39)
        assert (await scene.stranger.ask("fileReport", input=third)).headers["retry-after"] == "1"
        seconds.pass_by(1)
        assert (await scene.stranger.ask("fileReport", input=third)).made["reports"][0]["id"]


async def test_fifty_phones_behind_one_address_are_not_shut_out_by_a_stranger_there(
    limited: Limited, seconds: Seconds
) -> None:
    async with limited.scene(rate_requests="60 per minute") as scene:
        seconds.pass_by(60)
        secret = await invite_by_operator(scene.house.use, NewInvite(Role.VOLUNTEER, None, scene.site_id, uses=50))
        said = [{"secret": secret, "name": f"Volunteer {number}", "retryKey": retry_key()} for number in range(50)]
        phones = [
            scene.stranger.signed_in((await scene.stranger.ask("acceptInvite", input=one)).made["token"])
            for one in said
        ]
        for _ in range(10):
            assert (await scene.stranger.ask("openIncidents")).status == 200
        flooded = await scene.stranger.ask("openIncidents")
        assert (flooded.status, flooded.codes, flooded.headers["retry-after"]) == (429, [REFUSED], "60")
        assert flooded.body["errors"][0]["extensions"]["retryAfter"] == 60
        for phone in phones:
            for _ in range(2):
                assert (await phone.ask("viewer")).value["role"] == "VOLUNTEER"


async def test_an_account_has_its_own_bound_over_http_and_over_a_websocket_and_others_go_on(
    limited: Limited, seconds: Seconds
) -> None:
    async with limited.scene(rate_requests="20 per minute") as scene:
        seconds.pass_by(60)
        for _ in range(20):
            assert (await scene.volunteer.ask("viewer")).value
        before = await everything(scene.house.use.store)
        refused = await scene.volunteer.ask("registerPerson", input=child(scene.site_id))
        assert (refused.status, refused.codes, refused.headers["retry-after"]) == (429, [REFUSED], "60")
        async with scene.volunteer.follow("viewer") as socket:
            message = await socket.next_message()
            assert message["type"] == "error"
            assert message["payload"][0]["extensions"]["code"] == REFUSED
        assert (await scene.volunteer.upload(picture(), registration=new_id())).status == 429
        assert await everything(scene.house.use.store) == before
        assert (await scene.other_volunteer.ask("viewer")).value
        seconds.pass_by(60)
        assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made


async def test_made_up_tokens_are_counted_for_their_address_and_a_good_one_from_there_gets_in(
    limited: Limited, seconds: Seconds
) -> None:
    async with limited.scene(rate_requests="30 per minute") as scene:
        seconds.pass_by(60)
        forger = scene.stranger.signed_in("no such token")
        answers = [await forger.ask("viewer") for _ in range(31)]
        assert [answer.status for answer in answers] == [401] * 30 + [429]
        assert (await scene.volunteer.ask("viewer")).status == 200


async def test_photos_have_a_bound_of_their_own_for_each_account(limited: Limited, seconds: Seconds) -> None:
    async with limited.scene(rate_uploads="2 per minute") as scene:
        registered = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
        place = {"registration": registered["registration"]["id"]}
        assert (await scene.stranger.upload(picture(), **place)).status == 401
        assert (await scene.other_volunteer.upload(picture(), **place)).status == 404
        for _ in range(2):
            assert (await scene.volunteer.upload(picture(), **place)).status == 201
        before = await everything(scene.house.use.store)
        third = new_id()
        refused = await scene.volunteer.upload(picture(), id=third, **place)
        assert (refused.status, refused.headers["retry-after"]) == (429, "60")
        assert refused.body["errors"][0]["code"] == REFUSED
        assert await everything(scene.house.use.store) == before
        assert (await scene.coordinator.upload(picture(), **place)).status == 201
        seconds.pass_by(60)
        assert (await scene.volunteer.upload(picture(), id=third, **place)).body["photo"]["id"] == third


async def test_photos_behind_good_links_are_not_counted_and_made_up_links_are(
    limited: Limited, seconds: Seconds
) -> None:
    async with limited.scene(rate_requests="20 per minute") as scene:
        registered = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
        added = await scene.volunteer.upload(picture(), registration=registered["registration"]["id"])
        link = scene.stranger.url + added.body["photo"]["small"]
        seconds.pass_by(60)

        async def look(address: str) -> int:
            async with scene.stranger.session.get(address) as answer:
                await answer.read()
                return answer.status

        assert {await look(link) for _ in range(30)} == {200}
        assert [await look(f"{link}0") for _ in range(21)] == [404] * 20 + [429]
        assert await look(link) == 200


async def test_wrong_secrets_are_slowed_then_locked_and_the_family_gets_in_from_elsewhere(
    limited: Limited, seconds: Seconds
) -> None:
    async with limited.scene() as scene:
        case = await filed(scene)
        code, secret = case["caseCode"], case["caseSecret"]
        stranger = scene.stranger
        before = await everything(scene.house.use.store)
        for _ in range(2):
            for _ in range(5):
                assert (await sign_in(stranger, code, WRONG)).codes == ["UNAUTHENTICATED"]
            refused = await sign_in(stranger, code, WRONG)
            assert refused.codes == [REFUSED]
            # Even the right secret learns nothing there, for now.
            assert (await sign_in(stranger, code, secret)).codes == [REFUSED]
            seconds.pass_by(60)
        assert int(refused.headers["retry-after"]) > 60
        locked = await sign_in(stranger, code, secret)
        assert (locked.codes, locked.headers["retry-after"]) == ([REFUSED], "3480")
        assert await everything(scene.house.use.store) == before
        async with stranger.at("127.0.0.2") as elsewhere:
            token = (await sign_in(elsewhere, code, secret)).made["token"]
            assert (await elsewhere.signed_in(token).ask("viewer")).value["role"] == "FAMILY"
        # Another family at the guesser's own address gets in, too.
        other = await filed(scene)
        assert (await sign_in(stranger, other["caseCode"], other["caseSecret"])).made["token"]
        seconds.pass_by(3480)
        assert (await sign_in(stranger, code, secret)).made["token"]


async def test_a_case_that_is_not_there_is_answered_word_for_word_as_one_that_is(limited: Limited) -> None:
    async with limited.scene(rate_guesses_of_case="7 per hour") as scene:
        case = await filed(scene)

        async def guessed(code: str, secret: str, network: int) -> list[tuple[Any, ...]]:
            answers = []
            for number in (1, 2, 3):
                async with scene.stranger.at(f"127.0.{network}.{number}") as client:
                    answers += [await sign_in(client, code, secret) for _ in range(7)]
            return [(answer.status, answer.body, answer.headers.get("retry-after")) for answer in answers]

        there = await guessed(case["caseCode"], WRONG, 1)
        assert await guessed(NO_SUCH_CASE, WRONG, 2) == there
        assert await guessed("QQQQ-QQQQ-QQQQ", case["caseSecret"], 3) == there
        assert {str(body).count(REFUSED) for _, body, _ in there} == {0, 1}


async def test_who_guesses_one_case_from_many_addresses_is_shut_out_and_its_family_is_not(
    limited: Limited, seconds: Seconds
) -> None:
    async with limited.scene(rate_guesses_at_case="3 per hour", rate_guesses_of_case="5 per hour") as scene:
        case = await filed(scene)
        code, secret = case["caseCode"], case["caseSecret"]
        told = []
        for number in range(2, 12):
            async with scene.stranger.at(f"127.0.0.{number}") as guesser:
                told.append([(await sign_in(guesser, code, WRONG)).codes[0] for _ in range(3)])
        wrong = "UNAUTHENTICATED"
        # Five in all; then one for each new address, which could be the family's, and never a second.
        assert told == [[wrong] * 3, [wrong, wrong, REFUSED], *([[wrong, REFUSED, REFUSED]] * 8)]
        assert (await sign_in(scene.stranger, code, secret)).made["token"]
        assert (await sign_in(scene.stranger, code, secret)).made["token"]
        seconds.pass_by(3600)
        async with scene.stranger.at("127.0.0.2") as guesser:
            assert (await sign_in(guesser, code, secret)).made["token"]


async def test_guesses_of_many_cases_lock_their_address_and_right_sign_ins_there_are_not_counted(
    limited: Limited, seconds: Seconds
) -> None:
    async with limited.scene(rate_guesses="4 per hour") as scene:
        case = await filed(scene)
        for _ in range(20):
            assert (await sign_in(scene.stranger, case["caseCode"], case["caseSecret"])).made["token"]
        codes = [(await sign_in(scene.stranger, f"{number:04}-0000-0000", WRONG)).codes for number in range(6)]
        assert codes == [["UNAUTHENTICATED"]] * 4 + [[REFUSED]] * 2
        assert (await sign_in(scene.stranger, case["caseCode"], case["caseSecret"])).codes == [REFUSED]
        async with scene.stranger.at("127.0.0.2") as elsewhere:
            assert (await sign_in(elsewhere, case["caseCode"], case["caseSecret"])).made["token"]
        seconds.pass_by(3600)
        assert (await sign_in(scene.stranger, case["caseCode"], case["caseSecret"])).made["token"]


async def test_guesses_of_invites_lock_their_address_and_use_up_no_invite(limited: Limited) -> None:
    async with limited.scene(rate_guesses="4 per hour") as scene:
        secret = await invite_by_operator(scene.house.use, NewInvite(Role.ADMIN))
        before = await everything(scene.house.use.store)

        def said(guess: str) -> dict[str, str]:
            return {"secret": guess, "name": "Eve", "retryKey": retry_key()}

        answers = [await scene.stranger.ask("acceptInvite", input=said(f"guess {number}")) for number in range(5)]
        assert [answer.codes for answer in answers] == [["EXPIRED"]] * 4 + [[REFUSED]]
        assert answers[-1].headers["retry-after"] == "3600"
        assert (await scene.stranger.ask("acceptInvite", input=said(secret))).codes == [REFUSED]
        assert await everything(scene.house.use.store) == before
        async with scene.stranger.at("127.0.0.2") as elsewhere:
            assert (await elsewhere.ask("acceptInvite", input=said(secret))).made["token"]


async def test_guesses_of_passwords_lock_their_address_and_the_right_one_gets_in_from_elsewhere(
    limited: Limited, seconds: Seconds
) -> None:
    async with limited.scene(rate_guesses="4 per hour") as scene:
        right = {"signInName": "carlos", "password": PASSWORD}
        assert (await scene.coordinator.ask("setPassword", input=right)).made
        # As many names as guesses, so that no account is locked for itself.
        guesses = [{"signInName": f"nobody.{number}", "password": PASSWORD} for number in range(5)]
        answers = [await scene.stranger.ask("signInWithPassword", input=guess) for guess in guesses]
        assert [answer.codes for answer in answers] == [["UNAUTHENTICATED"]] * 4 + [[REFUSED]]
        assert answers[-1].headers["retry-after"] == "3600"
        before = await everything(scene.house.use.store)
        assert (await scene.stranger.ask("signInWithPassword", input=right)).codes == [REFUSED]
        assert await everything(scene.house.use.store) == before
        async with scene.stranger.at("127.0.0.2") as elsewhere:
            assert (await elsewhere.ask("signInWithPassword", input=right)).made["token"]
        seconds.pass_by(3600)
        assert (await scene.stranger.ask("signInWithPassword", input=right)).made["token"]


async def test_guesses_at_the_same_time_or_in_one_document_are_counted_one_by_one(limited: Limited) -> None:
    async with limited.scene() as scene:
        code = (await filed(scene))["caseCode"]
        at_once = await asyncio.gather(*(sign_in(scene.stranger, code, WRONG) for _ in range(40)))
        assert sum(answer.codes == ["UNAUTHENTICATED"] for answer in at_once) <= 5
        assert sum(answer.codes == [REFUSED] for answer in at_once) >= 35
        batch = " ".join(
            f'g{number}: signInWithCase(input: {{code: "{NO_SUCH_CASE}", secret: "{number}"}}) {{ errors {{ code }} }}'
            for number in range(20)
        )
        answer = await scene.stranger.ask_text(f"mutation {{ {batch} }}")
        codes = [value["errors"][0]["code"] for value in answer.data.values()]
        assert codes == ["UNAUTHENTICATED"] * 5 + [REFUSED] * 15
        assert answer.headers["retry-after"] == "60"


async def test_six_hours_of_guessing_test_ten_secrets_of_a_case_in_an_hour_and_its_family_comes_and_goes(
    limited: Limited, seconds: Seconds
) -> None:
    async with limited.scene() as scene:
        case = await filed(scene)
        code, secret = case["caseCode"], case["caseSecret"]
        tested: list[float] = []
        refused = 0
        async with scene.stranger.at("127.0.0.2") as guesser:
            for quarter in range(6 * 4):
                for number in range(6):
                    answer = await sign_in(guesser, code, f"{quarter * 6 + number:020}")
                    tested += [seconds.now] if answer.codes == ["UNAUTHENTICATED"] else []
                    refused += answer.codes == [REFUSED]
                assert (await sign_in(scene.stranger, code, secret)).made["token"]
                seconds.pass_by(900)
        assert len(tested) + refused == 6 * 4 * 6
        assert len(tested) == 6 * 10
        assert max(sum(moment - 3600 < other <= moment for other in tested) for moment in tested) == 10


async def test_a_wrong_code_and_a_wrong_secret_take_the_same_time(scene: Scene) -> None:
    case = await filed(scene)
    use = replace(scene.house.use, rates=None)
    taken: dict[str, list[float]] = {"code": [], "secret": []}
    for number in range(160):
        kind = ("code", "secret")[number % 2]
        began = time.perf_counter()
        with pytest.raises(DomainError):
            await sign_in_with_case(
                use, case["caseCode"] if kind == "secret" else NO_SUCH_CASE, WRONG, address="192.0.2.1"
            )
        taken[kind].append(time.perf_counter() - began)
    ratio = statistics.median(taken["code"]) / statistics.median(taken["secret"])
    assert 0.6 < ratio < 1.6


async def test_many_who_sign_in_at_the_same_moment_are_at_most_asked_to_wait_a_second(limited: Limited) -> None:
    async with limited.scene(rate_guesses="4 per hour") as scene:
        case = await filed(scene)
        for _ in range(3):
            answers = await asyncio.gather(
                *(sign_in(scene.stranger, case["caseCode"], case["caseSecret"]) for _ in range(12))
            )
            waits = {answer.headers.get("retry-after") for answer in answers}
            assert waits <= {None, "1"}
            assert None in waits


async def test_nothing_is_limited_where_the_setting_says_so(limited: Limited) -> None:
    async with limited.scene(rate_limits=False, rate_guesses="1 per hour") as scene:
        for _ in range(3):
            assert (await sign_in(scene.stranger, NO_SUCH_CASE, WRONG)).codes == ["UNAUTHENTICATED"]
