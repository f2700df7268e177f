"""Encryption at rest: what opens, what does not, and how a running process learns of another key."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bson import Binary

from backend.settings.keys import add_data_key, keep_newest_data_key, load_keys
from backend.settings.settings import read_settings
from backend.store.cipher import Cipher, UnreadableError
from backend.store.hidden import HIDDEN, Hiding, bytes_in

ONE, OTHER, PEPPER = b"1" * 43, b"2" * 43, b"p" * 43


def test_a_value_opens_for_its_place_under_its_key_and_nowhere_else() -> None:
    cipher = Cipher([ONE], PEPPER)
    sealed = cipher.seal(b"asthma", "registrations/1/medicalNotes")
    assert sealed != cipher.seal(b"asthma", "registrations/1/medicalNotes")
    assert b"asthma" not in sealed
    assert cipher.open(sealed, "registrations/1/medicalNotes") == b"asthma"
    wrong = [
        (sealed, "registrations/2/medicalNotes"),
        (sealed, "registrations/1/person"),
        (sealed[:-1], "registrations/1/medicalNotes"),
        (sealed[:12], "registrations/1/medicalNotes"),
        (b"", "registrations/1/medicalNotes"),
    ]
    for value, place in wrong:
        with pytest.raises(UnreadableError):
            cipher.open(value, place)
    with pytest.raises(UnreadableError, match="is not here"):
        Cipher([OTHER], PEPPER).open(sealed, "registrations/1/medicalNotes")


def test_an_older_key_opens_what_it_closed_and_closes_nothing_more() -> None:
    before, after = Cipher([ONE], PEPPER), Cipher([OTHER, ONE], PEPPER)
    sealed = before.seal(b"asthma", "place")
    assert after.open(sealed, "place") == b"asthma"
    assert before.is_present(sealed)
    assert not after.is_present(sealed)
    assert after.is_present(after.seal(b"asthma", "place"))


def test_a_running_process_reads_and_writes_under_a_key_that_came_meanwhile() -> None:
    come: list[list[bytes]] = []
    running, other = Cipher([ONE], PEPPER, lambda: come.pop() if come else None), Cipher([OTHER, ONE], PEPPER)
    old = running.seal(b"old", "place")
    come.append([OTHER, ONE])
    assert running.open(other.seal(b"new", "place"), "place") == b"new"
    assert other.is_present(running.seal(b"next", "place"))
    come.append([OTHER])
    assert running.seal(b"next", "place")
    assert running.open(old, "place") == b"old"  # what is being read while a key is dropped is not lost


def test_keys_that_are_exchanged_in_their_file_are_seen_at_the_next_look(tmp_path: Path) -> None:
    settings = read_settings(data_folder=tmp_path)
    keys = load_keys(settings, lambda _: None)
    assert keys.changed_data_keys() in (None, keys.data_keys)
    assert keys.changed_data_keys() is None
    add_data_key(settings)
    newer = keys.changed_data_keys()
    assert newer is not None
    assert newer[1:] == keys.data_keys
    assert load_keys(settings, lambda _: None).data_keys == newer
    whole = (tmp_path / "keys.json").read_text()
    for damaged in ("{", "{}"):
        (tmp_path / "keys.json").write_text(damaged)
        assert keys.changed_data_keys() is None
    (tmp_path / "keys.json").write_text(whole)
    keep_newest_data_key(settings)
    assert keys.changed_data_keys() == newer[:1]


def test_keyed_hashes_differ_by_key_purpose_and_text() -> None:
    cipher = Cipher([ONE], PEPPER)
    hashes = {
        cipher.keyed_hash("phone", "5045550142"),
        cipher.keyed_hash("phone", "5045550143"),
        cipher.keyed_hash("digest", "5045550142"),
        Cipher([ONE], b"q" * 43).keyed_hash("phone", "5045550142"),
    }
    assert len(hashes) == 4
    assert Cipher([OTHER], PEPPER).keyed_hash("phone", "5045550142") in hashes


@pytest.mark.parametrize("collection", HIDDEN)
def test_what_is_hidden_is_shown_as_it_was_and_what_is_not_there_stays_away(collection: str) -> None:
    hiding = Hiding(Cipher([ONE], PEPPER), collection)
    at = datetime(2026, 9, 2, 12, tzinfo=UTC)
    fields = {path.partition(".")[0] for path in HIDDEN[collection]}
    kept: dict[str, Any] = {"_id": "1", "other": {"stays": at}}
    if "profile" in fields:
        kept |= {"profile": {"version": 3, "packed": b"packed", "keys": b"keys"}, "seeker": None}
    kept |= {name: b"said" if collection == "credentials" else f"said {name}" for name in fields - kept.keys()}
    hidden = hiding.hide("1", kept)
    assert all(hidden[name] != kept[name] for name in fields - {"seeker"})
    assert {name: value for name, value in hiding.show(dict(hidden)).items() if name in kept} == kept
    assert hiding.show({"_id": "1"}) == {"_id": "1"}
    assert not hiding.is_stale(hidden)


@pytest.mark.parametrize("length", [0, 1, 300])
def test_how_much_is_hidden_is_seen_without_opening_it(length: int) -> None:
    value = Binary(b"k" * length)
    hidden = Hiding(Cipher([ONE], PEPPER), "reports").hide("1", {"profile": {"keys": value}})
    assert hidden["profile"]["keys"] != value
    assert bytes_in(hidden["profile"]["keys"]) == bytes_in(value) == length
    assert Hiding(Cipher([OTHER], PEPPER), "reports").show({"_id": "1", **hidden}, but=("profile.keys",)) == {
        "_id": "1",
        **hidden,
    }
