"""Why somebody looked, where they said so; and that somebody looked who was refused."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from pymongo.errors import AutoReconnect

from backend.api.reason import HEADER, LONGEST_REASON
from backend.domain.audit import AuditAction, AuditEntry
from backend.services.audit import enter_refusals, entering_refusals, entries_about
from backend.services.refusals import MOST_IDS
from tests.integration.test_matching_commands import settings_of
from tests.integration.test_operator_commands import here
from tests.support.client import Answer, Client, new_id
from tests.support.house import Scene
from tests.support.matched_pair import a_matched_pair
from tests.support.records import child
from tests.support.snapshot import audit_entries, everything, settled


async def asked_because(client: Client, reason: str, registration_id: str) -> Answer:
    return await replace(client, reason=reason).ask("registration", id=registration_id)


async def registered(scene: Scene) -> str:
    one = child(scene.site_id)
    made: str = (await scene.volunteer.ask("registerPerson", input=one)).made["registration"]["id"]
    await settled(scene.house.use.store)
    return made


async def refused_looks(scene: Scene) -> list[AuditEntry]:
    await enter_refusals(scene.house.use)
    found = [entry for entry in await audit_entries(scene.house.use.store) if entry["action"] == "LOOK_REFUSED"]
    about = [one for entry in found for one in await entries_about(scene.house.use, entry["actor_id"])]
    return [one for one in about if one.action == AuditAction.LOOK_REFUSED]


async def test_why_somebody_looked_is_entered_in_their_own_letters_and_with_no_other_request(scene: Scene) -> None:
    registration_id = await registered(scene)
    for said in ("call 4711", "%D0%B7%D0%B2%D0%BE%D0%BD%D0%BE%D0%BA 4711", "50% sure"):
        assert (await asked_because(scene.officer, said, registration_id)).value["id"] == registration_id
    assert (await scene.officer.ask("registration", id=registration_id)).value
    looks = [one for one in await entries_about(scene.house.use, registration_id) if one.action.startswith("READ_")]
    assert [look.reason for look in looks] == ["call 4711", "звонок 4711", "50% sure", None]
    shown = (await here("audit", "show", registration_id, **settings_of(scene.house))).stdout.splitlines()
    assert [row for row in shown if "READ_REGISTRATION" in row and "звонок 4711" in row]


async def test_a_reason_that_is_too_long_or_no_plain_line_is_refused_and_nothing_is_shown(scene: Scene) -> None:
    registration_id = await registered(scene)
    before = await everything(scene.house.use.store)
    for said in ("x" * (LONGEST_REASON + 1), quote("two\nlines"), "%ff", quote("\x1b[31m")):
        answer = await asked_because(scene.officer, said, registration_id)
        assert (answer.status, answer.codes, answer.body.get("data")) == (400, ["INVALID"], None), said
        assert answer.body["errors"][0]["extensions"]["problems"][0]["field"] == HEADER
    assert await everything(scene.house.use.store) == before
    assert (await asked_because(scene.officer, "x" * LONGEST_REASON, registration_id)).value


async def test_refused_looks_are_entered_alike_for_what_is_there_and_what_is_not(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    there, absent = secrets.variables["registration"]["id"], new_id()
    for record_id in (there, absent):
        assert (await scene.other_volunteer.ask("registration", id=record_id)).codes == ["NOT_FOUND"]
    (entry,) = await refused_looks(scene)
    assert (entry.role, entry.record_ids, entry.times, entry.fields) == ("VOLUNTEER", (there, absent), 2, ())
    assert entry.actor_id == (await scene.other_volunteer.ask("viewer")).value["id"]
    assert (entry.incident_id, entry.site_id) == (None, None)  # which would tell that it is there
    assert [one.id for one in await entries_about(scene.house.use, there) if one.action == "LOOK_REFUSED"] == [entry.id]


async def test_on_every_path_to_a_person_a_refused_look_is_counted_for_the_signed_in_alone(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    names = (
        *("registration", "report", "match", "duplicate", "possibleRelatives", "changeRegistration", "changeReport"),
        *("moveRegistration", "withdrawReport", "takeMatch", "linkDuplicate", "suggestDuplicate"),
        *("confirmRegistration", "dismissRegistration", "restoreRegistration", "reviewReport", "beginCaseRecovery"),
        *("recoverCase", "takeDownReport", "takeDown", "answerTakeDown", "appealTakeDown", "sighting", "linkSighting"),
    )
    for name in names:
        await scene.stranger.ask(name, **secrets.variables[name])
        assert scene.house.use.refusals.take() == [], name
        assert (await scene.other_volunteer.ask(name, **secrets.variables[name])).codes == ["NOT_FOUND"], name
        (refused,) = scene.house.use.refusals.take()
        assert refused.record_ids, name
    assert (await scene.other_volunteer.upload(b"x", report=secrets.variables["report"]["id"])).status == 404
    assert len(scene.house.use.refusals.take()) == 1


async def test_a_flood_of_refused_looks_is_one_entry_with_its_number_and_some_of_the_ids(scene: Scene) -> None:
    before = await everything(scene.house.use.store)
    for _ in range(MOST_IDS + 5):
        await scene.other_volunteer.ask("registration", id=new_id())
    await scene.other_volunteer.ask("registration", id="Marisol Quintanilla")
    assert await everything(scene.house.use.store) == before  # nothing is written while somebody waits
    (entry,) = await refused_looks(scene)
    assert (entry.times, len(entry.record_ids)) == (MOST_IDS + 6, MOST_IDS)
    assert "Marisol" not in str(await everything(scene.house.use.store))
    assert await refused_looks(scene) == [entry]
    shown = (await here("audit", "show", entry.record_ids[0], **settings_of(scene.house))).stdout
    assert f"LOOK_REFUSED, {entry.times} in all" in shown


async def test_what_cannot_be_entered_just_now_waits_and_what_is_left_is_entered_at_the_end(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise AutoReconnect

    use = scene.house.use
    async with entering_refusals(use):
        await scene.other_volunteer.ask("registration", id=new_id())
        with monkeypatch.context() as patch:
            patch.setattr("backend.services.audit.audit.add_waiting", away)
            with pytest.raises(AutoReconnect):
                await enter_refusals(use)
        await scene.other_volunteer.ask("registration", id=new_id())
    (entry,) = await refused_looks(scene)
    assert (entry.times, len(entry.record_ids)) == (2, 2)
