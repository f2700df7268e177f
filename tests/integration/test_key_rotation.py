"""`reunify keys`: exchanging the key under which everything is kept, beside a server that goes on."""

import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from typer.testing import Result

from backend.app import now
from backend.domain.errors import DomainError
from backend.services.rotation import SETTLED, drop_old_keys
from backend.store.cipher import key_id_of
from backend.store.data_keys import keys_in_use
from backend.store.database import Store
from backend.store.hidden import Hiding
from backend.store.records import Records  # noqa: TC001 (beside the others, where a reader looks for it)
from tests.integration.test_devices import device
from tests.integration.test_operator_commands import here, one_line
from tests.integration.test_photos import look, registered
from tests.integration.test_secrets_at_rest import DIGITS, a_life, served
from tests.support.at_rest import ids_borne, raw_documents, those_in
from tests.support.client import Client
from tests.support.house import House, Scene, running_house
from tests.support.movable_clock import MovableClock
from tests.support.pictures import picture
from tests.support.records import child, report
from tests.support.second_factor import holder
from tests.support.snapshot import settled


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def house(database_uri: str, database_name: str, tmp_path: Path, clock: MovableClock) -> AsyncIterator[House]:
    async with running_house(database_uri, database_name, tmp_path, clock=clock) as running:
        yield running


async def keys(scene: Scene, *arguments: str) -> Result:
    return await here("keys", *arguments, **served(scene, scene.house.settings.data_folder), COLUMNS="200")


async def everything_as_read(store: Store) -> dict[str, list[Any]]:
    kinds: tuple[Records[Any], ...] = (
        store.registrations, store.reports, store.matches, store.devices, store.credentials, store.photos,
    )  # fmt: skip
    found: dict[str, list[Any]] = {}
    for records in kinds:
        found[records.collection.name] = [*await records.find({})]
    return found


async def test_everything_is_under_the_new_key_and_reads_as_before(scene: Scene) -> None:
    store = scene.house.use.store
    await a_life(scene)
    photo = (await store.photos.find({}))[0]
    before, old = await everything_as_read(store), store.cipher.present_id
    links = [one[size] for one in await photos_of(scene, photo.record_id) for size in ("large", "small")]
    pixels = [await look(scene.stranger, link) for link in links]
    assert await ids_borne(store) == {old}
    done = await keys(scene, "rotate")
    assert done.exit_code == 0, done
    new = store.cipher.present_id  # which the running server learns of by itself
    assert new != old
    assert f"under the key {new}" in done.stdout
    assert await ids_borne(store) == {new}
    assert await everything_as_read(store) == before
    assert [await look(scene.stranger, link) for link in links] == pixels
    assert await store.database["photoFiles.files"].count_documents({}) == 2
    kept = json.loads((scene.house.settings.data_folder / "keys.json").read_text())
    assert len(kept["data_keys"].split()) == 2


async def photos_of(scene: Scene, registration_id: str) -> list[dict[str, str]]:
    photos: list[dict[str, str]] = (await scene.volunteer.ask("registration", id=registration_id)).value["photos"]
    return photos


async def test_a_server_that_was_asleep_while_the_key_was_exchanged_writes_under_the_new_one(scene: Scene) -> None:
    await registered(scene)
    old = scene.house.use.store.cipher.present_id
    assert (await keys(scene, "rotate")).exit_code == 0
    await registered(scene)
    borne = await ids_borne(scene.house.use.store)
    assert len(borne) == 1
    assert old not in borne


async def test_old_keys_are_dropped_once_nothing_can_bear_them_and_not_before(scene: Scene) -> None:
    use = scene.house.use
    registration_id = await registered(scene)
    path = scene.house.settings.data_folder / "keys.json"
    assert (await keys(scene, "rotate")).exit_code == 0
    before = path.read_text()
    assert "try again in" in one_line(await keys(scene, "drop-old"))
    assert path.read_text() == before
    long_ago = {"$set": {"since": use.clock() - SETTLED - timedelta(seconds=1)}}
    in_use = use.store.database["dataKeys"]
    await in_use.update_one({"_id": use.store.cipher.present_id}, long_ago)
    done = await keys(scene, "drop-old")
    assert done.exit_code == 0, done
    assert len(json.loads(path.read_text())["data_keys"].split()) == 1
    assert [key.id for key in await keys_in_use(use.store)] == [use.store.cipher.present_id]
    assert (await scene.volunteer.ask("registration", id=registration_id)).value["medicalNotes"] == "asthma"


async def test_a_process_that_still_writes_under_an_old_key_keeps_it_from_being_dropped(scene: Scene) -> None:
    use, dropped = scene.house.use, list[str]()
    registration_id = await registered(scene)
    kept = await use.store.registrations.collection.find_one({"_id": registration_id})
    assert kept is not None
    assert (await keys(scene, "rotate")).exit_code == 0
    await use.store.registrations.collection.replace_one({"_id": registration_id}, kept)
    later = replace(use, clock=lambda: now() + SETTLED)
    for _ in range(2):
        try:
            async for _found in drop_old_keys(later, lambda: dropped.append("dropped")):
                pass
        except DomainError as error:
            assert "written under an old key since" in str(error)  # noqa: PT017 (it is refused once, not twice)
            assert dropped == []
    assert dropped == ["dropped"]
    assert await ids_borne(use.store) == {use.store.cipher.present_id}


async def test_keys_of_the_settings_are_exchanged_there_and_everything_is_then_encrypted_under_the_first(
    scene: Scene, tmp_path: Path
) -> None:
    await registered(scene)
    folder, store = scene.house.settings.data_folder, scene.house.use.store
    own = json.loads((folder / "keys.json").read_text())["data_keys"]
    settings, file = served(scene, folder), tmp_path / "data_keys"
    line = one_line(await here("keys", "rotate", **settings, REUNIFY_DATA_KEYS=own))
    assert "REUNIFY_DATA_KEYS" in line
    file.write_text(f"{'n' * 43}\n{own}\n")
    done = await here("keys", "rotate", **settings, REUNIFY_DATA_KEYS_FILE=str(file))
    assert done.exit_code == 0, done
    (new,) = await ids_borne(store)
    assert new == key_id_of(b"n" * 43).hex()
    at_the_site = {"incidentId": scene.incident_id, "siteId": scene.site_id}
    # A server without the new key says which one it lacks, and shows nothing wrong.
    assert (await scene.volunteer.ask("registrations", **at_the_site)).value["edges"] == []
    assert f"under the data key {new}" in one_line(await here("keys", "show", **settings))


async def family_with(scene: Scene, phone: dict[str, Any]) -> Client:
    made = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    family = scene.stranger.signed_in(made["token"])
    assert (await family.ask("registerDevice", input=phone)).made
    return family


async def factor_of_an_older_release(store: Store, credentials_key: bytes) -> None:
    """The only second factor, as it was kept when it had a key of its own."""
    (credential,) = await store.credentials.find({})
    assert credential.factor is not None
    nonce = secrets.token_bytes(12)
    aead = AESGCM(hashlib.sha256(b"second factor\0" + credentials_key).digest())
    sealed = nonce + aead.encrypt(nonce, credential.factor, credential.id.encode())
    kept = "01234567:" + base64.b64encode(sealed).decode()
    await store.credentials.collection.update_one({"_id": credential.id}, {"$set": {"factor": kept}})


async def plain_photo(store: Store, photo_id: str, large: bytes) -> None:
    """The large size of a photo, as it was kept unencrypted."""
    name = f"{await store.photos.beside(photo_id, 'upload')}:LARGE"
    await store.database["photoFiles.chunks"].update_one({"files_id": name}, {"$set": {"data": large}})
    plain = {"$set": {"length": len(large)}, "$unset": {"metadata": ""}}
    await store.database["photoFiles.files"].update_one({"_id": name}, plain)


async def test_what_an_older_release_kept_is_read_as_it_is_and_encrypted_by_the_same_command(
    scene: Scene, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, folder = scene.house.use.store, scene.house.settings.data_folder
    girl, phone = child(scene.site_id), device()
    with monkeypatch.context() as older:
        older.setattr(Hiding, "hide", lambda _hiding, _record_id, fields: dict(fields))
        assert (await scene.volunteer.ask("registerPerson", input=girl)).made
        family = await family_with(scene, phone)
        await settled(store)
    carlos = await holder(scene.coordinator, "carlos.medina", clock)
    await factor_of_an_older_release(store, json.loads((folder / "keys.json").read_text())["data_keys"].encode())
    photo = (await scene.volunteer.upload(picture(), registration=girl["id"])).body["photo"]
    pixels = await look(scene.stranger, photo["large"])
    await plain_photo(store, photo["id"], pixels[1])
    await store.database["dataKeys"].delete_many({})
    assert those_in(await raw_documents(store), [b"5045550142", b"asthma", pixels[1]]) != []

    async def is_as_it_was() -> None:
        assert (await scene.volunteer.ask("registration", id=girl["id"])).value["medicalNotes"] == "asthma"
        assert (await scene.volunteer.ask("registerPerson", input=girl)).made
        assert (await family.ask("registerDevice", input=phone)).made
        assert await look(scene.stranger, photo["large"]) == pixels
        assert len(await store.devices.find({})) == 1
        clock.forward(timedelta(minutes=1))
        assert (await carlos.client.ask("proveYourself", code=carlos.code())).made

    await is_as_it_was()
    old = store.cipher.present_id
    done = await keys(scene, "rotate")
    assert done.exit_code == 0, done
    assert await ids_borne(store) == {old} == {store.cipher.present_id}
    assert those_in(await raw_documents(store), [*DIGITS, b"asthma", pixels[1], phone["endpoint"].encode()]) == []
    await is_as_it_was()
