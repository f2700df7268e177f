"""Photos over HTTP: who may add one, what is kept of it, what is refused, and who may look at it for how long."""

import asyncio
import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from PIL import Image

from backend.domain.errors import DomainError, ErrorCode
from backend.domain.photo import PhotoSize
from backend.services.photos import read_photo
from backend.store import photo_files
from tests.support.client import Answer, Client, new_id
from tests.support.house import Scene
from tests.support.pictures import WHERE_IT_WAS_TAKEN, encoded, noise, notes_of_the_camera, picture
from tests.support.records import child, report
from tests.support.snapshot import everything, settled


async def registered(scene: Scene, **changes: Any) -> str:
    """A child at the first site, with all that follows from it done."""
    made = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id, **changes))).made
    await settled(scene.house.use.store)
    return str(made["registration"]["id"])


async def filed(scene: Scene) -> tuple[Client, str]:
    """A family, and its report."""
    made = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    await settled(scene.house.use.store)
    return scene.stranger.signed_in(made["token"]), made["reports"][0]["id"]


async def look(client: Client, link: str) -> tuple[int, Any]:
    """Status and body behind a link, without a token."""
    async with client.session.get(f"{client.url}{link}") as response:
        is_photo = response.content_type == "image/jpeg"
        return response.status, await (response.read() if is_photo else response.json())


def refusals(answer: Answer) -> list[tuple[str, str]]:
    return [(error["code"], error["field"]) for error in answer.body["errors"]]


async def test_a_photo_is_kept_upright_in_two_sizes_and_without_where_it_was_taken(scene: Scene) -> None:
    registration_id, turned_right = await registered(scene), 6
    forms = ("JPEG", "PNG", "WEBP", "HEIF")
    for form_of_file in forms:
        original = picture(form_of_file, (2000, 1000), exif=notes_of_the_camera(turned_right).tobytes())
        assert WHERE_IT_WAS_TAKEN in original
        answer = await scene.volunteer.upload(original, registration=registration_id)
        assert answer.status == 201
        photo = answer.body["photo"]
        assert (photo["width"], photo["height"]) == (800, 1600)
        for size, expected in (("large", (800, 1600)), ("small", (160, 320))):
            status, kept = await look(scene.stranger, photo[size])
            assert status == 200
            assert WHERE_IT_WAS_TAKEN not in kept
            with Image.open(io.BytesIO(kept)) as image:
                assert (image.format, image.size) == ("JPEG", expected)
                assert len(image.getexif()) == 0
    held = [document["data"] async for document in scene.house.use.store.database["photoFiles.chunks"].find()]
    assert len(held) == 2 * len(forms)
    assert all(WHERE_IT_WAS_TAKEN not in data for data in held)


async def test_a_family_adds_a_photo_to_its_own_report_and_staff_sees_it(scene: Scene) -> None:
    family, report_id = await filed(scene)
    added = (await family.upload(picture(), report=report_id)).body["photo"]
    for viewer in (family, scene.coordinator, scene.officer, scene.call_taker):
        photos = (await viewer.ask("report", id=report_id)).value["photos"]
        assert [photo["id"] for photo in photos] == [added["id"]]
        assert (await look(scene.stranger, photos[0]["small"]))[0] == 200


async def test_a_photo_gives_the_record_a_new_version_and_everybody_who_may_see_it_the_links(scene: Scene) -> None:
    registration_id = await registered(scene)
    added = (await scene.volunteer.upload(picture(), registration=registration_id)).body["photo"]
    for viewer in (scene.volunteer, scene.coordinator, scene.officer):
        record = (await viewer.ask("registration", id=registration_id)).value
        assert record["version"] == 2
        assert [photo["id"] for photo in record["photos"]] == [added["id"]]
    assert await scene.house.use.store.events.collection.count_documents({"kind": "PHOTO_ADDED"}) == 1


async def test_a_child_of_whom_nothing_is_known_is_registered_when_a_photo_follows(scene: Scene) -> None:
    nothing = await scene.volunteer.ask("registerPerson", input=child(scene.site_id, person={}))
    assert nothing.codes == ["INVALID"]
    photo_id = new_id()
    registration_id = await registered(scene, person={}, photoId=photo_id)
    assert (await scene.volunteer.upload(picture(), registration=registration_id, id=photo_id)).status == 201


async def test_nobody_without_a_right_to_the_record_adds_a_photo_or_leaves_a_trace(scene: Scene) -> None:
    registration_id = await registered(scene)
    family, report_id = await filed(scene)
    other_family, _ = await filed(scene)
    refused: list[tuple[Client, dict[str, str], int, str]] = [
        (scene.stranger, {"registration": registration_id}, 401, "UNAUTHENTICATED"),
        (scene.stranger.signed_in("guessed"), {"registration": registration_id}, 401, "UNAUTHENTICATED"),
        (scene.other_volunteer, {"registration": registration_id}, 404, "NOT_FOUND"),
        (family, {"registration": registration_id}, 404, "NOT_FOUND"),
        (scene.call_taker, {"registration": registration_id}, 404, "NOT_FOUND"),
        (scene.admin, {"registration": registration_id}, 404, "NOT_FOUND"),
        (scene.officer, {"registration": registration_id}, 403, "FORBIDDEN"),
        (scene.stranger, {"report": report_id}, 401, "UNAUTHENTICATED"),
        (other_family, {"report": report_id}, 404, "NOT_FOUND"),
        (scene.volunteer, {"report": report_id}, 404, "NOT_FOUND"),
        (scene.officer, {"report": report_id}, 403, "FORBIDDEN"),
        (scene.volunteer, {"registration": new_id()}, 404, "NOT_FOUND"),
    ]
    before = await everything(scene.house.use.store)
    for client, record, status, code in refused:
        answer = await client.upload(picture(), **record)
        assert (answer.status, [error["code"] for error in answer.body["errors"]]) == (status, [code])
    assert await everything(scene.house.use.store) == before


async def head_only(client: Client, path: str, *, announced: int = 12_000_000) -> bytes:
    """What the server answers to an upload of which it has only seen the head."""
    url = urlsplit(client.url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    token = f"authorization: Bearer {client.token}\r\n" if client.token else ""
    head = f"POST {path} HTTP/1.1\r\nhost: reunify\r\ncontent-length: {announced}\r\n{token}"
    writer.write(f"{head}content-type: multipart/form-data; boundary=x\r\n\r\n".encode())
    try:
        async with asyncio.timeout(5):
            return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


async def test_whoever_may_not_add_a_photo_is_told_so_before_sending_its_bytes(scene: Scene) -> None:
    registration_id = await registered(scene)
    path = f"/photos?registration={registration_id}"
    assert (await head_only(scene.stranger, path)).startswith(b"HTTP/1.1 401 ")
    assert (await head_only(scene.other_volunteer, path)).startswith(b"HTTP/1.1 404 ")
    assert (await head_only(scene.officer, path)).startswith(b"HTTP/1.1 403 ")


async def test_a_file_announced_as_too_large_is_refused_before_its_bytes_are_sent(scene: Scene) -> None:
    path = f"/photos?registration={await registered(scene)}"
    answer = await head_only(scene.volunteer, path, announced=100_000_000)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"TOO_LARGE" in answer


def bomb() -> bytes:
    """Five kilobytes that unpack to 41 million pixels."""
    return encoded(Image.new("1", (6410, 6410)), "PNG")


UNUSABLE = [
    (b"", 415, "NOT_AN_IMAGE"),
    (b"Marisol, Superdome", 415, "NOT_AN_IMAGE"),
    (b"%PDF-1.7 \n" * 100, 415, "NOT_AN_IMAGE"),
    (picture("GIF"), 415, "NOT_AN_IMAGE"),
    (noise("JPEG")[:9000], 422, "BROKEN_IMAGE"),
    (noise("PNG")[:9000], 422, "BROKEN_IMAGE"),
    (noise("WEBP")[:9000], 422, "BROKEN_IMAGE"),
    (bomb(), 413, "TOO_LARGE"),
]


async def test_a_file_that_cannot_be_kept_is_refused_in_clear_words_and_leaves_no_trace(scene: Scene) -> None:
    registration_id = await registered(scene)
    before = await everything(scene.house.use.store)
    for content, status, code in UNUSABLE:
        answer = await scene.volunteer.upload(content, registration=registration_id)
        assert (answer.status, refusals(answer)) == (status, [(code, "file")]), content[:20]
        assert answer.body["errors"][0]["message"].endswith(".")
    assert await everything(scene.house.use.store) == before


async def test_a_file_of_12_megabytes_is_kept_and_one_with_a_byte_more_leaves_no_trace(scene: Scene) -> None:
    registration_id, photo = await registered(scene), picture()
    before = await everything(scene.house.use.store)
    answer = await scene.volunteer.upload(photo.ljust(12_000_001, b"\0"), registration=registration_id)
    assert (answer.status, refusals(answer)) == (413, [("TOO_LARGE", "file")])
    assert await everything(scene.house.use.store) == before
    assert (await scene.volunteer.upload(photo.ljust(12_000_000, b"\0"), registration=registration_id)).status == 201


def form(boundary: str, *parts: str) -> bytes:
    return "".join(f"--{boundary}\r\n{part}\r\n" for part in parts).encode() + f"--{boundary}--\r\n".encode()


FILE_PART = 'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nx'


MULTIPART = "multipart/form-data; boundary=b"
NOT_A_FORM = {
    "json": ("application/json", b"{}"),
    "a bare photo": ("image/jpeg", picture()),
    "no boundary": ("multipart/form-data", form("b", FILE_PART)),
    "nothing": (MULTIPART, b""),
    "text": (MULTIPART, b"no form at all"),
    "cut off": (MULTIPART, form("b", FILE_PART)[:-8]),
    "two files": (MULTIPART, form("b", FILE_PART, FILE_PART)),
    "no file": (MULTIPART, form("b", 'Content-Disposition: form-data; name="file"\r\n\r\nx')),
    "another field": (MULTIPART, form("b", FILE_PART.replace('"file"', '"photo"'))),
    "no name": (MULTIPART, form("b", "Content-Type: image/jpeg\r\n\r\nx")),
}


async def test_a_form_without_one_photo_in_its_field_is_refused_and_leaves_no_trace(scene: Scene) -> None:
    client, url = scene.volunteer, f"/photos?registration={await registered(scene)}"
    before = await everything(scene.house.use.store)
    for what, (content_type, body) in NOT_A_FORM.items():
        headers = {**client.headers, "content-type": content_type}
        async with client.session.post(client.url + url, data=body, headers=headers) as response:
            problems = [(error["code"], error["field"]) for error in (await response.json())["errors"]]
            assert (response.status, problems) == (400, [("INVALID", "file")]), what
    assert await everything(scene.house.use.store) == before


async def test_a_photo_must_say_whose_it_is_and_may_not_belong_to_two(scene: Scene) -> None:
    registration_id = await registered(scene)
    for query in ({}, {"registration": ""}, {"registration": registration_id, "report": registration_id}):
        answer = await scene.volunteer.upload(picture(), **query)
        assert (answer.status, refusals(answer)) == (400, [("INVALID", "registration")])


async def test_an_id_that_is_none_is_refused(scene: Scene) -> None:
    answer = await scene.volunteer.upload(picture(), registration=await registered(scene), id="1")
    assert (answer.status, refusals(answer)) == (400, [("INVALID", "id")])


async def test_the_same_photo_sent_again_is_one_photo(scene: Scene) -> None:
    registration_id, photo_id = await registered(scene), new_id()
    answers = [await scene.volunteer.upload(picture(), registration=registration_id, id=photo_id) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert {answer.body["photo"]["id"] for answer in answers} == {photo_id}
    assert await counts(scene) == {"photos": 1, "files": 2}
    assert (await scene.volunteer.ask("registration", id=registration_id)).value["version"] == 2


async def test_the_same_photo_sent_many_times_at_once_is_one_photo(scene: Scene) -> None:
    registration_id, photo_id = await registered(scene), new_id()
    answers = await asyncio.gather(*(
        scene.volunteer.upload(picture(), registration=registration_id, id=photo_id) for _ in range(8)
    ))  # fmt: skip
    assert [answer.status for answer in answers] == [201] * 8
    assert await counts(scene) == {"photos": 1, "files": 2}
    assert (await look(scene.stranger, answers[0].body["photo"]["large"]))[0] == 200


async def test_another_file_under_the_same_id_is_a_conflict_and_the_first_one_stays(scene: Scene) -> None:
    registration_id, photo_id = await registered(scene), new_id()
    first = await scene.volunteer.upload(picture(shade=10), registration=registration_id, id=photo_id)
    link = first.body["photo"]["large"]
    kept = await look(scene.stranger, link)
    before = await everything(scene.house.use.store)
    for client, record_id in (
        (scene.volunteer, registration_id),
        (scene.volunteer, await registered(scene)),
        (scene.coordinator, registration_id),
    ):
        answer = await client.upload(picture(shade=240), registration=record_id, id=photo_id)
        assert (answer.status, refusals(answer)) == (409, [("CONFLICT", "id")])
    assert await look(scene.stranger, link) == kept
    assert (await everything(scene.house.use.store))["photoFiles.files"] == before["photoFiles.files"]


async def test_of_two_files_sent_at_once_under_one_id_the_one_that_was_accepted_is_shown(scene: Scene) -> None:
    registration_id, photo_id = await registered(scene), new_id()
    shades = {10: picture(shade=10), 240: picture(shade=240)}
    answers = await asyncio.gather(*(
        scene.volunteer.upload(content, registration=registration_id, id=photo_id) for content in shades.values()
    ))  # fmt: skip
    assert sorted(answer.status for answer in answers) == [201, 409]
    (shade,) = [shade for shade, answer in zip(shades, answers, strict=True) if answer.status == 201]
    record = (await scene.volunteer.ask("registration", id=registration_id)).value
    _, kept = await look(scene.stranger, record["photos"][0]["large"])
    pixel = Image.open(io.BytesIO(kept)).getpixel((20, 20))
    assert isinstance(pixel, tuple)
    assert abs(pixel[0] - shade) < 10
    assert await counts(scene) == {"photos": 1, "files": 2}


async def test_what_an_interrupted_upload_left_goes_when_the_photo_is_sent_again(scene: Scene) -> None:
    store, registration_id, photo_id = scene.house.use.store, await registered(scene), new_id()
    await photo_files.write(store, photo_id, new_id(), {PhotoSize.SMALL: b"cut off"})
    answer = await scene.volunteer.upload(picture(), registration=registration_id, id=photo_id)
    assert answer.status == 201
    assert await counts(scene) == {"photos": 1, "files": 2}
    assert (await look(scene.stranger, answer.body["photo"]["small"]))[0] == 200


async def test_a_photo_added_while_the_record_is_changed_loses_neither(scene: Scene) -> None:
    registration_id = await registered(scene)

    async def change(notes: str) -> None:
        while True:
            version = (await scene.coordinator.ask("registration", id=registration_id)).value["version"]
            changes = {"id": registration_id, "version": version, "medicalNotes": notes}
            answer = await scene.coordinator.ask("changeRegistration", input=changes)
            if answer.codes != ["STALE"]:
                assert answer.codes == []
                return

    async def add(shade: int) -> Answer:
        return await scene.volunteer.upload(picture(shade=shade), registration=registration_id)

    adding = [asyncio.create_task(add(shade)) for shade in (10, 60, 110, 160)]
    await asyncio.gather(change("asthma"), change("asthma"))
    answers = await asyncio.gather(*adding)
    record = (await scene.coordinator.ask("registration", id=registration_id)).value
    assert [answer.status for answer in answers] == [201] * 4
    assert {photo["id"] for photo in record["photos"]} == {answer.body["photo"]["id"] for answer in answers}
    assert record["medicalNotes"] == "asthma"
    assert record["version"] == 7
    assert await counts(scene) == {"photos": 4, "files": 8}


async def test_the_eleventh_photo_of_a_record_is_refused_and_leaves_no_trace(scene: Scene) -> None:
    registration_id = await registered(scene)
    for shade in range(10):
        answer = await scene.volunteer.upload(picture(shade=shade * 20), registration=registration_id)
        assert answer.status == 201
    before = await everything(scene.house.use.store)
    answer = await scene.volunteer.upload(picture(shade=255), registration=registration_id)
    assert (answer.status, refusals(answer)) == (409, [("CONFLICT", "file")])
    assert await everything(scene.house.use.store) == before


async def a_photo(scene: Scene) -> dict[str, Any]:
    photo: dict[str, Any] = (await scene.volunteer.upload(picture(), registration=await registered(scene))).body[
        "photo"
    ]
    return photo


async def test_a_link_shows_the_photo_without_a_token_and_keeps_it_out_of_every_cache(scene: Scene) -> None:
    link = (await a_photo(scene))["small"]
    async with aiohttp.ClientSession() as anybody, anybody.get(f"{scene.stranger.url}{link}") as response:
        assert (response.status, response.content_type) == (200, "image/jpeg")
        headers = response.headers
    assert "no-store" in headers["cache-control"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["referrer-policy"] == "no-referrer"


async def test_a_link_works_for_five_minutes_and_then_no_more(scene: Scene) -> None:
    photo, use = await a_photo(scene), scene.house.use
    query = parse_qs(urlsplit(photo["small"]).query)
    until, signature = int(query["until"][0]), query["signature"][0]
    given = use.clock()
    assert 290 < until - given.timestamp() <= 300

    async def at(seconds: float) -> bytes:
        later = replace(use, clock=lambda: given + timedelta(seconds=seconds))
        return await read_photo(later, photo["id"], PhotoSize.SMALL, until, signature)

    assert (await at(290)).startswith(b"\xff\xd8")
    with pytest.raises(DomainError) as refused:
        await at(302)
    assert refused.value.code is ErrorCode.EXPIRED


async def test_a_link_changed_in_any_part_shows_nothing(scene: Scene) -> None:
    photo, other = await a_photo(scene), await a_photo(scene)
    link = photo["small"]
    until = parse_qs(urlsplit(link).query)["until"][0]
    changed = [
        link.replace("/small", "/large"),
        link.replace("/small", "/original"),
        link.replace(photo["id"], other["id"]),
        link.replace(photo["id"], new_id()),
        link.replace(f"until={until}", f"until={int(until) + 1}"),
        link.replace(f"until={until}", "until="),
        link.replace(f"until={until}", "until=soon"),
        link.replace(f"until={until}", f"until={'9' * 5000}"),
        link[:-1] + ("0" if link[-1] != "0" else "1"),
        re.sub(r"signature=.*", "signature=", link),
        re.sub(r"signature=.*", "signature=%ED%A0%BD", link),
        link.split("?")[0],
    ]
    for forged in changed:
        status, body = await look(scene.stranger, forged)
        assert (status, body["errors"][0]["code"]) == (404, "NOT_FOUND")
    assert (await look(scene.stranger, link))[0] == 200


async def test_the_link_is_given_to_nobody_who_may_not_see_the_person(scene: Scene) -> None:
    family, report_id = await filed(scene)
    registration_id = await registered(scene)
    await scene.volunteer.upload(picture(), registration=registration_id)
    await family.upload(picture(), report=report_id)
    for client in (scene.stranger, scene.other_volunteer, scene.call_taker, scene.admin, family):
        assert "/photos/" not in str((await client.ask("registration", id=registration_id)).body)
    for client in (scene.stranger, scene.volunteer, scene.other_volunteer, scene.admin):
        assert "/photos/" not in str((await client.ask("report", id=report_id)).body)
    assert "/photos/" in str((await scene.volunteer.ask("registration", id=registration_id)).body)


async def counts(scene: Scene) -> dict[str, int]:
    database = scene.house.use.store.database
    return {
        "photos": await database["photos"].count_documents({}),
        "files": await database["photoFiles.files"].count_documents({}),
    }
