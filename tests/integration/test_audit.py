"""The audit log: what is entered of whom, and what an operator is shown of it."""

import json
import re
from typing import Any

import pytest
from pymongo.errors import AutoReconnect
from typer.testing import Result

from backend.domain.audit import AuditEntry
from backend.domain.event import OPERATOR
from backend.services.audit import entries_about
from backend.services.resets import reset_by_operator
from backend.services.sealing import seal_waiting
from backend.store.audit import BLOCKS, HEAD, WAITING
from tests.integration.test_matching_commands import settings_of
from tests.integration.test_operator_commands import here, one_line
from tests.support.client import Client, new_id, operation
from tests.support.house import Scene
from tests.support.matched_pair import a_matched_pair
from tests.support.movable_clock import MovableClock
from tests.support.pictures import picture
from tests.support.records import child, mother, report
from tests.support.second_factor import holder
from tests.support.snapshot import audit_entries, everything, settled


async def about(scene: Scene, one_id: str) -> list[AuditEntry]:
    return await entries_about(scene.house.use, one_id)


async def looks(scene: Scene, one_id: str) -> list[tuple[str, str | None, tuple[str, ...]]]:
    """Who looked at a record: what it was, their role, and what they were shown."""
    found = await about(scene, one_id)
    return [(entry.action, entry.role, entry.fields) for entry in found if entry.action.startswith("READ_")]


async def registered(scene: Scene, **changes: Any) -> str:
    one = child(scene.site_id, **changes)
    made: str = (await scene.volunteer.ask("registerPerson", input=one)).made["registration"]["id"]
    await settled(scene.house.use.store)
    return made


async def account_of(person: Client) -> str:
    found: str = (await person.ask("viewer")).value["id"]
    return found


SHOWN = ("DESCRIPTION", "MEDICAL_NOTES")


async def test_who_looked_at_a_child_is_entered_with_the_device_and_what_was_shown(scene: Scene) -> None:
    registration_id = await registered(scene)
    assert (await scene.officer.ask("registration", id=registration_id)).value["medicalNotes"] == "asthma"
    written, look = await about(scene, registration_id)
    assert (written.action, written.role, written.actor_id) == (
        "PERSON_REGISTERED",
        "VOLUNTEER",
        await account_of(scene.volunteer),
    )
    assert (look.action, look.role, look.actor_id) == (
        "READ_REGISTRATION",
        "OFFICER",
        await account_of(scene.officer),
    )
    assert (look.record_ids, look.fields, look.incident_id) == ((registration_id,), SHOWN, scene.incident_id)
    (session,) = (await scene.officer.ask("ownSessions")).value
    assert look.session_id == session["id"]


async def test_only_what_was_asked_for_and_is_there_counts_as_shown(scene: Scene) -> None:
    healthy = await registered(scene, medicalNotes=None)
    asthmatic = await registered(scene)
    assert (await scene.officer.ask("registration", id=healthy)).value
    assert (await scene.officer.ask_text("query One($id: ID!) { registration(id: $id) { id } }", id=asthmatic)).value
    for registration_id in (healthy, asthmatic):
        assert await looks(scene, registration_id) == [("READ_REGISTRATION", "OFFICER", ("DESCRIPTION",))]


async def test_a_page_is_one_entry_and_so_is_a_record_that_one_operation_shows_twice(scene: Scene) -> None:
    ids = {await registered(scene), await registered(scene)}
    before = len(await audit_entries(scene.house.use.store))
    assert len((await scene.officer.ask("registrations", incidentId=scene.incident_id)).value["edges"]) == 2
    (entry,) = (await audit_entries(scene.house.use.store))[before:]
    assert set(entry["record_ids"]) == ids
    twice = "query Twice($id: ID!) { a: registration(id: $id) { id } b: registration(id: $id) { id medicalNotes } }"
    one = min(ids)
    assert (await scene.officer.ask_text(twice, id=one)).data
    (entry,) = (await audit_entries(scene.house.use.store))[before + 1 :]
    assert (entry["record_ids"], entry["fields"]) == ([one], list(SHOWN))


async def test_a_look_that_is_refused_shows_nothing_and_is_not_entered(scene: Scene) -> None:
    registration_id = await registered(scene)
    before = await everything(scene.house.use.store)
    for person in (scene.stranger, scene.other_volunteer, scene.call_taker, scene.admin):
        assert (await person.ask("registration", id=registration_id)).codes
    assert (await scene.other_volunteer.ask("moveRegistration", input=move(registration_id, scene))).codes
    assert await everything(scene.house.use.store) == before


def move(registration_id: str, scene: Scene) -> dict[str, Any]:
    return {"id": registration_id, "version": 1, "siteId": scene.other_site_id}


async def test_of_a_change_the_names_of_the_fields_are_entered_and_never_a_value(scene: Scene) -> None:
    registration_id = await registered(scene)
    change = {"id": registration_id, "version": 1, "medicalNotes": "peanuts", "careStatus": "SEPARATED"}
    assert (await scene.volunteer.ask("changeRegistration", input=change)).made
    assert (await scene.coordinator.ask("moveRegistration", input=move(registration_id, scene) | {"version": 2})).made
    _, changed, shown, moved = await about(scene, registration_id)
    assert (shown.action, shown.fields) == ("READ_REGISTRATION", ("MEDICAL_NOTES",))
    assert (changed.action, changed.fields) == ("REGISTRATION_UPDATED", ("care_status", "medical_notes"))
    assert (moved.action, moved.role, moved.site_id) == ("REGISTRATION_MOVED", "COORDINATOR", scene.other_site_id)


async def test_what_a_phone_sends_twice_is_written_once_and_then_looked_at(scene: Scene) -> None:
    one = child(scene.site_id)
    for _ in range(2):
        assert (await scene.volunteer.ask("registerPerson", input=one)).made
    first, second = await about(scene, one["id"])
    assert (first.action, second.action) == ("PERSON_REGISTERED", "READ_REGISTRATION")


async def test_who_is_shown_a_change_that_came_too_late_has_looked(scene: Scene) -> None:
    registration_id = await registered(scene)
    stale = {"id": registration_id, "version": 7, "careStatus": "SEPARATED"}
    assert (await scene.volunteer.ask("changeRegistration", input=stale)).codes == ["STALE"]
    assert await looks(scene, registration_id) == [("READ_REGISTRATION", "VOLUNTEER", SHOWN)]


async def test_a_family_files_looks_and_withdraws_and_all_of_it_is_entered(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    family, report_id = scene.stranger.signed_in(filed["token"]), filed["reports"][0]["id"]
    assert (await family.ask("report", id=report_id)).value["version"] == 1
    assert (await scene.call_taker.ask("report", id=report_id)).value
    assert (await family.ask("withdrawReport", id=report_id, version=1)).made
    assert (await family.ask("withdrawReport", id=report_id, version=1)).made
    entries = await about(scene, report_id)
    family_id = await account_of(family)
    (session,) = (await family.ask("ownSessions")).value
    assert [(entry.action, entry.role, entry.actor_id) for entry in entries] == [
        ("REPORT_FILED", None, None),
        ("READ_REPORT", "FAMILY", family_id),
        ("READ_REPORT", "CALL_TAKER", await account_of(scene.call_taker)),
        ("REPORT_WITHDRAWN", "FAMILY", family_id),
        ("READ_REPORT", "FAMILY", family_id),
    ]
    assert entries[0].session_id == entries[1].session_id == session["id"]
    assert family_id in entries[0].record_ids
    assert entries[3].fields == ("status",)
    case = {"code": filed["caseCode"], "secret": filed["caseSecret"]}
    again = scene.stranger.signed_in((await scene.stranger.ask("signInWithCase", input=case)).made["token"])
    assert (await again.ask("signOut")).codes == []
    assert [entry.action for entry in await about(scene, family_id)][-2:] == ["SIGNED_IN", "SIGNED_OUT"]


async def test_what_is_done_with_a_password_and_a_second_factor_is_entered_with_who_and_from_which_device(
    scene: Scene, clock: MovableClock
) -> None:
    account_id = await account_of(scene.coordinator)
    (session,) = (await scene.coordinator.ask("ownSessions")).value
    carlos = await holder(scene.coordinator, "carlos", clock)
    began = (await carlos.sign_in(code=carlos.recovery_codes[0])).made["token"]
    (elsewhere,) = [
        one["id"] for one in (await scene.stranger.signed_in(began).ask("ownSessions")).value if one["present"]
    ]
    await reset_by_operator(scene.house.use, account_id)
    entries = [entry for entry in await about(scene, account_id) if account_id in entry.record_ids]
    own, device = (account_id, "COORDINATOR"), session["id"]
    # Entries of one transaction have no order among themselves.
    assert {(entry.action, entry.actor_id, entry.role, entry.session_id) for entry in entries} == {
        ("INVITE_ACCEPTED", None, None, device),
        ("PASSWORD_SET", *own, device),
        ("SECOND_FACTOR_SET", *own, device),
        ("SIGNED_IN", None, None, elsewhere),
        ("RECOVERY_CODE_USED", None, None, None),
        ("ACCOUNT_RESET", OPERATOR, None, None),
    }


async def test_a_match_shows_a_part_of_both_children(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    match_id, report_id = secrets.variables["match"]["id"], secrets.variables["report"]["id"]
    match = await scene.house.use.store.matches.get(match_id)
    assert match is not None
    before = len(await audit_entries(scene.house.use.store))
    evidence = "query One($id: ID!) { match(id: $id) { evidence { reportValue registrationValue } } }"
    assert (await scene.officer.ask_text(evidence, id=match_id)).value["evidence"]
    assert (await scene.officer.ask("confirmMatch", **secrets.variables["confirmMatch"])).made
    read, confirmed = (await audit_entries(scene.house.use.store))[before:]
    assert (read["action"], read["fields"]) == ("READ_MATCH", ["EVIDENCE"])
    assert read["record_ids"] == [match_id, report_id, match.registration_id]
    assert (confirmed["action"], set(confirmed["record_ids"])) == (
        "MATCH_CONFIRMED",
        {match_id, report_id, match.registration_id},
    )


async def test_of_possible_relatives_those_who_were_shown_are_entered(scene: Scene) -> None:
    marisol, rosaura = child(scene.site_id), mother(scene.other_site_id)
    for one in (marisol, rosaura):
        assert (await scene.coordinator.ask("registerPerson", input=one)).made
    await settled(scene.house.use.store)
    assert (await scene.volunteer.ask("possibleRelatives", registrationId=marisol["id"])).value == []
    assert await looks(scene, rosaura["id"]) == []
    assert (await scene.officer.ask("possibleRelatives", registrationId=marisol["id"])).value
    ((action, role, fields),) = await looks(scene, rosaura["id"])
    assert (action, role) == ("READ_REGISTRATION", "OFFICER")
    assert {"DESCRIPTION", "EVIDENCE"} <= set(fields)


async def test_who_was_given_a_photo_s_links_and_each_time_it_was_opened_are_entered(scene: Scene) -> None:
    registration_id = await registered(scene)
    sent = (await scene.volunteer.upload(picture(), registration=registration_id)).body["photo"]
    shown = (await scene.officer.ask("registration", id=registration_id)).value["photos"]
    assert [photo["id"] for photo in shown] == [sent["id"]]
    async with scene.stranger.session.get(f"{scene.stranger.url}{shown[0]['small']}") as response:
        assert response.status == 200
    async with scene.stranger.session.get(f"{scene.stranger.url}{shown[0]['small']}0") as response:
        assert response.status == 404
    _, added, read, opened = await about(scene, registration_id)
    assert (added.action, added.role) == ("PHOTO_ADDED", "VOLUNTEER")
    assert read.fields == ("DESCRIPTION", "MEDICAL_NOTES", "PHOTO_LINKS")
    assert (opened.action, opened.actor_id, opened.fields) == ("READ_PHOTO", None, ("PIXELS",))
    assert opened.record_ids == (sent["id"], registration_id)


async def test_each_time_that_a_follower_is_told_is_a_look(scene: Scene) -> None:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    family, report_id = scene.stranger.signed_in(filed["token"]), filed["reports"][0]["id"]
    async with family.follow("ownReports") as news:
        assert (await news.next_record())["version"] == 1
        for version in (1, 2):
            change = {"id": report_id, "version": version, "lastSeenAt": f"2026-09-01T1{version}:00:00Z"}
            assert (await scene.call_taker.ask("changeReport", input=change)).made
            while (await news.next_record())["version"] <= version:
                pass
    own = [look for look in await looks(scene, report_id) if look[1] == "FAMILY"]
    assert len(own) >= 3


async def test_an_answer_that_cannot_be_entered_is_not_given(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    registration_id = await registered(scene)
    sent = (await scene.volunteer.upload(picture(), registration=registration_id)).body["photo"]

    async def away(*_arguments: object) -> None:
        raise AutoReconnect

    monkeypatch.setattr("backend.services.audit.audit.add_waiting", away)
    answer = await scene.officer.ask("registration", id=registration_id)
    assert (answer.body.get("data"), answer.codes) == (None, ["UNAVAILABLE"])
    async with scene.stranger.session.get(f"{scene.stranger.url}{sent['small']}") as response:
        assert response.status == 503
        assert not (await response.read()).startswith(b"\xff\xd8")
    refused = await scene.volunteer.ask("registerPerson", input=(one := child(scene.site_id)))
    assert refused.codes == ["UNAVAILABLE"]
    assert await scene.house.use.store.registrations.get(one["id"]) is None


async def test_the_log_holds_nothing_of_a_person(scene: Scene) -> None:
    secrets = await a_matched_pair(scene)
    registration_id = secrets.variables["registration"]["id"]
    assert (await scene.volunteer.upload(picture(), registration=registration_id)).status == 201
    for name in sorted(secrets.variables, key=lambda name: name.startswith(("withdraw", "move", "remove", "close"))):
        for person in (scene.coordinator, scene.volunteer, secrets.family, scene.officer):
            if not operation(name).startswith("subscription"):
                await person.ask(name, **secrets.variables[name])
    await settled(scene.house.use.store)
    await seal_waiting(scene.house.use)
    database = scene.house.use.store.database
    raw = [str([one async for one in database[name].find()]) for name in (WAITING, BLOCKS, HEAD)]
    assert any("READ_DUPLICATE" in text for text in raw)
    for word in (*secrets.words[:-1], "555", "2018-03-09", "mother", "scar", "Superdome", "Ada", "Changed"):
        assert not any(re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) for text in raw), word


async def audit(scene: Scene, *arguments: str) -> Result:
    return await here("audit", *arguments, **settings_of(scene.house))


async def test_an_operator_is_shown_who_looked(scene: Scene) -> None:
    registration_id = await registered(scene)
    assert (await scene.officer.ask("registration", id=registration_id)).value
    done = await audit(scene, "show", registration_id)
    assert (done.exit_code, done.stderr) == (0, "")
    officer = await account_of(scene.officer)
    (row,) = [line for line in done.stdout.splitlines() if "READ_REGISTRATION" in line]
    (session,) = (await scene.officer.ask("ownSessions")).value
    for words in (f"OFFICER Officer {officer}", "DESCRIPTION, MEDICAL_NOTES", session["id"][:12]):
        assert words in row
    assert "Marisol" not in done.stdout
    lines = (await audit(scene, "show", registration_id, "--json")).stdout.splitlines()
    assert [json.loads(line)["action"] for line in lines] == ["PERSON_REGISTERED", "READ_REGISTRATION"]
    assert [entry.record_ids for entry in await about(scene, officer) if entry.role] == [(registration_id,)]
    assert (await audit(scene, "show", new_id())).stdout == "Nothing in the log is about this id.\n"


async def test_where_the_log_is_damaged_an_operator_is_told_so_rather_than_shown_a_part(scene: Scene) -> None:
    registration_id = await registered(scene)
    await seal_waiting(scene.house.use)
    blocks = scene.house.use.store.database[BLOCKS]
    await blocks.update_many({}, {"$set": {"entries.0": b"{"}})
    assert "is damaged" in one_line(await audit(scene, "show", registration_id))
    assert (await audit(scene, "verify")).exit_code == 1


async def test_who_is_let_in_at_the_console_is_entered_too(scene: Scene) -> None:
    assert (await here("invite", "admin", **settings_of(scene.house))).exit_code == 0
    assert any(entry.action == "INVITE_CREATED" for entry in await about(scene, OPERATOR))


async def test_an_operator_verifies_the_log_and_is_told_the_first_broken_place(scene: Scene) -> None:
    await registered(scene)
    await seal_waiting(scene.house.use)
    done = await audit(scene, "verify")
    assert done.exit_code == 0
    found = re.search(r"(\d+) entries, whole and in order; 0 wait for their seal\.", done.stdout)
    noted = re.search(r"--noted: (\d+:[0-9a-f]{64})\n", done.stdout)
    assert found is not None
    assert noted is not None
    assert noted[1].startswith(f"{found[1]}:")
    assert (await audit(scene, "verify", "--noted", noted[1])).exit_code == 0
    assert (await audit(scene, "verify", "--noted", noted[1].replace(":", "0:", 1))).exit_code == 1
    assert "NUMBER:SEAL" in one_line(await audit(scene, "verify", "--noted", "12"))
    blocks = scene.house.use.store.database[BLOCKS]
    first = await blocks.find_one({"_id": 1})
    assert first is not None
    entry = first["entries"][0]
    await blocks.update_one({"_id": 1}, {"$set": {"entries.0": entry.replace(b"INVITE", b"INVITF", 1)}})
    done = await audit(scene, "verify")
    assert (done.exit_code, done.stdout) == (
        1,
        "BROKEN: Entry 1 is not as it was sealed: it was changed, or is not in its place.\n",
    )
