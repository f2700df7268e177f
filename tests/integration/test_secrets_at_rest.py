"""What somebody finds who has a copy of the database and no keys, and what becomes of values that do not open."""

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from backend.app import now
from backend.domain.evidence import Feature
from backend.settings.keys import load_keys
from backend.settings.settings import read_settings
from backend.store.cipher import Cipher, WrongKeysError
from backend.store.data_keys import check_keys, keys_in_use
from backend.store.database import connect
from backend.store.embedded import database_folder, embedded_database
from backend.worker import running_worker
from tests.integration.test_devices import device
from tests.integration.test_operator_commands import here, one_line, reunify
from tests.integration.test_photos import look, registered
from tests.integration.test_worker import all_done, until, worker_of
from tests.support.at_rest import raw_documents, raw_files, those_in
from tests.support.house import Scene, running_house, set_scene
from tests.support.map import counted
from tests.support.pictures import picture
from tests.support.records import child, missing, report
from tests.support.snapshot import everything, settled

PHONE, OTHER_PHONE = "+1 504 555 0142", "(985) 555-0177"
DIGITS = (b"5045550142", b"9855550177", b"504 555 0142", b"985) 555-0177", b"5550142", b"5550177")
MARISOL = {
    "names": {"given": "Marisol", "family": "Quintanilla"},
    "sex": "FEMALE",
    "age": {"birthDate": "2018-03-09", "source": "STATED"},
    "relatives": [{"relation": "mother", "name": "Rosaura Quintanilla", "phone": PHONE}],
    "home": {"text": "4217 Tchoupitoulas Street"},
    "notes": f"wears an insulinpump, her uncle has {OTHER_PHONE}",
}
SECRET = (
    *DIGITS, b"rosaura@quintanilla.example", b"haemophilia", b"insulinpump", b"Tchoupitoulas", b"tchoupitoulas",
    b"Marisol", b"marisol", b"Rosaura", b"Quintanilla", b"quintanilla", b"crossing", b"2018-03-09",
)  # fmt: skip
SEEN = (b"Superdome", b"Hurricane Ada")
"""Not hidden: so these are found wherever the others would be."""


async def a_life(scene: Scene) -> list[bytes]:
    """A report, a registration, photos, a match with a decision, and a phone; what of these must not be found."""
    store = scene.house.use.store
    said = {"name": "Rosaura Quintanilla", "relation": "mother", "phone": PHONE, "email": "rosaura@quintanilla.example"}
    girl = missing(person={**MARISOL, "relatives": []}, lastSeenPlace={"text": "the crossing"})
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, girl, reporter=said))).made
    family = scene.stranger.signed_in(filed["token"])
    phone = device()
    assert (await family.ask("registerDevice", input=phone)).made
    found = child(scene.site_id, person=MARISOL, medicalNotes="haemophilia", foundPlace={"text": "the crossing"})
    registration_id = (await scene.volunteer.ask("registerPerson", input=found)).made["registration"]["id"]
    await settled(store)
    photo = (await scene.volunteer.upload(picture(), registration=registration_id)).body["photo"]
    pixels = [(await look(scene.stranger, photo[size]))[1] for size in ("large", "small")]
    await settled(store)
    match = await store.matches.find_one({"registrationId": registration_id})
    assert match is not None
    told = {piece.feature: piece.report_value for piece in match.evidence}
    assert told[Feature.PHONE] == "...0142"
    rejecting = {"id": match.id, "version": match.version, "reason": "Her haemophilia is not his."}
    assert (await scene.coordinator.ask("rejectMatch", input=rejecting)).made
    await settled(store)
    read = (await scene.volunteer.ask("registration", id=registration_id)).value
    assert (read["person"]["names"]["given"], read["medicalNotes"]) == ("Marisol", "haemophilia")
    pieces = [one[start : start + 48] for one in pixels for start in (0, len(one) // 2)]
    return [*SECRET, *pieces, phone["endpoint"].encode(), phone["authSecret"].encode(), b"...0142"]


async def test_a_copy_of_the_database_without_the_keys_shows_no_contact_no_medical_note_no_name_and_no_photo(
    tmp_path: Path,
) -> None:
    async with (
        embedded_database(tmp_path, cache_size="64M") as database,
        running_house(database.uri, "reunify", tmp_path / "house") as house,
    ):
        secret = await a_life(await set_scene(house))
        kept = await raw_documents(house.use.store)
    files = raw_files(database_folder(tmp_path))
    for content in (kept, files):
        assert those_in(content, SEEN) == list(SEEN)
        assert those_in(content, secret) == []


async def two_children(scene: Scene) -> tuple[str, str]:
    one = await registered(scene, medicalNotes="haemophilia")
    other = await registered(scene, medicalNotes="asthma")
    await counted(scene.house.use.store)  # or the map's counting reads them while a test has one that does not open
    return one, other


async def test_a_value_moved_to_another_record_or_field_does_not_open_and_takes_nobody_the_list(scene: Scene) -> None:
    one, other = await two_children(scene)
    records = scene.house.use.store.registrations.collection
    kept = {found["_id"]: found async for found in records.find()}
    moved = (
        {"medicalNotes": kept[other]["medicalNotes"]},
        {"medicalNotes": kept[one]["foundPlace"]},
        {"person": kept[other]["person"]},
        {"medicalNotes": type(kept[one]["medicalNotes"])(kept[one]["medicalNotes"][:-1] + b"\0", 128)},
    )
    for change in moved:
        await records.update_one({"_id": one}, {"$set": change})
        with capture_logs() as told_alone:
            alone = await scene.volunteer.ask("registration", id=one)
        with capture_logs() as told_listed:
            listed = await scene.volunteer.ask("registrations", incidentId=scene.incident_id, siteId=scene.site_id)
        assert alone.codes == ["UNREADABLE"]
        assert alone.body["errors"][0]["extensions"]["errorId"]
        assert [node["node"]["id"] for node in listed.value["edges"]] == [other]
        for logs in (told_alone, told_listed):
            told = [entry["value"] for entry in logs if entry["event"] == "unreadable"]
            assert told
            assert all(f"registrations/{one}/" in value for value in told)
            assert "asthma" not in json.dumps(logs, default=str)
        await records.replace_one({"_id": one}, kept[one])
    assert (await scene.volunteer.ask("registration", id=one)).value["medicalNotes"] == "haemophilia"


async def test_a_record_that_does_not_open_hides_no_other_from_the_families(scene: Scene) -> None:
    one, other = await two_children(scene)
    records = scene.house.use.store.registrations.collection
    kept = {found["_id"]: found async for found in records.find()}
    await records.update_one({"_id": one}, {"$set": {"profile.packed": kept[other]["profile"]["packed"]}})
    assert (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    await settled(scene.house.use.store)
    assert [match.registration_id for match in await scene.house.use.store.matches.find({})] == [other]


async def test_a_record_that_does_not_open_keeps_no_other_from_being_scored_and_waits_itself(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        scene, use = await set_scene(house), house.use
        assert (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
        one, other = [
            (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made["registration"]["id"]
            for _ in range(2)
        ]
        records = use.store.registrations.collection
        kept = {found["_id"]: found async for found in records.find()}
        await records.update_one({"_id": one}, {"$set": {"profile.packed": kept[other]["profile"]["packed"]}})
        await use.store.events.collection.delete_many({"kind": "REPORT_FILED"})
        async with running_worker(worker_of(use)):
            await until(all_but_one_done, use)
        assert [match.registration_id for match in await use.store.matches.find({})] == [other]
        waiting = await use.store.events.collection.find_one({"work.error": "UnreadableError"})
        assert waiting is not None
        assert (waiting["subjectId"], waiting["work"]["state"]) == (one, "WAITING")


def all_but_one_done(found: list[dict[str, Any]]) -> bool:
    failed = [work for work in found if work.get("error") == "UnreadableError"]
    return len(failed) == 1 and all_done([work for work in found if work not in failed])


async def test_a_photo_is_shown_under_its_own_record_only(scene: Scene) -> None:
    one, other = await two_children(scene)
    photos = scene.house.use.store.photos
    added = [
        (await scene.volunteer.upload(picture(size=size), registration=registration_id)).body["photo"]
        for registration_id, size in ((one, (40, 30)), (other, (30, 40)))
    ]
    uploads = [await photos.beside(photo["id"], "upload") for photo in added]
    await photos.collection.update_one({"_id": added[0]["id"]}, {"$set": {"upload": uploads[1]}})
    assert (await look(scene.stranger, added[0]["large"]))[0] == 500
    assert (await look(scene.stranger, added[1]["large"]))[0] == 200


async def test_what_was_said_is_kept_as_a_hash_that_nobody_without_the_key_can_try_guesses_at(scene: Scene) -> None:
    store = scene.house.use.store
    girl = child(scene.site_id)
    assert (await scene.volunteer.ask("registerPerson", input=girl)).made
    kept = await store.registrations.beside(girl["id"], "digest")
    for records in (store.registrations, store.sites, store.incidents):
        async for document in records.collection.find():
            assert document["digest"].startswith("keyed:")
    assert (await scene.volunteer.ask("registerPerson", input=girl)).made
    other = {**girl, "medicalNotes": "none"}
    assert (await scene.volunteer.ask("registerPerson", input=other)).codes == ["CONFLICT"]
    assert await store.registrations.beside(girl["id"], "digest") == kept


async def test_a_phone_that_subscribes_again_is_known_by_a_keyed_hash(scene: Scene) -> None:
    phone = device()
    first = (await scene.coordinator.ask("registerDevice", input=phone)).made["device"]["id"]
    assert (await scene.coordinator.ask("registerDevice", input=phone)).made["device"]["id"] == first
    assert len(await scene.house.use.store.devices.find({})) == 1


def served(scene: Scene, folder: Path) -> dict[str, str]:
    uri = scene.house.settings.mongodb_uri
    assert uri is not None
    return {
        "REUNIFY_DATA_FOLDER": str(folder),
        "REUNIFY_MONGODB_URI": uri.get_secret_value(),
        "REUNIFY_DATABASE_NAME": scene.house.settings.database_name,
    }


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("keys", "rotate"), ("indexes",)])
async def test_without_the_key_everything_ends_with_a_line_that_says_so_and_changes_nothing(
    scene: Scene, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """The folder is another one, with keys of its own: what is kept is under a key that is not there."""
    store = scene.house.use.store
    before = await everything(store)
    load_keys(read_settings(data_folder=tmp_path / "elsewhere"), lambda _: None)
    settings = served(scene, tmp_path / "elsewhere") | {"REUNIFY_LOG_LEVEL": "error"}
    in_a_process = partial(reunify, *command, **settings)  # a server takes signals and logs for itself
    done = await (asyncio.to_thread(in_a_process) if command[0] == "serve" else here(*command, **settings))
    line = one_line(done)
    assert f"encrypted under the data key {store.cipher.present_id}" in line
    assert "put back its keys.json" in line
    assert await everything(store) == before
    assert [key.id for key in await keys_in_use(store)] == [store.cipher.present_id]


async def test_of_two_that_start_at_once_with_keys_of_their_own_at_most_one_goes_on(
    scene: Scene, database_uri: str
) -> None:
    name = scene.house.settings.database_name
    ours, theirs = (connect(database_uri, name, Cipher([key], b"p" * 43)) for key in (b"1" * 43, b"2" * 43))
    await ours.database["dataKeys"].delete_many({})
    try:
        answers = await asyncio.gather(check_keys(ours, now()), check_keys(theirs, now()), return_exceptions=True)
        left = {key.id for key in await keys_in_use(ours)}
        assert any(isinstance(answer, WrongKeysError) for answer in answers)
        going_on = {
            store.cipher.present_id
            for store, answer in zip((ours, theirs), answers, strict=True)
            if not isinstance(answer, WrongKeysError)
        }
        assert left == going_on
    finally:
        await ours.close()
        await theirs.close()
