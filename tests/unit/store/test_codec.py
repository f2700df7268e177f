from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.account import Session
from backend.domain.evidence import Evidence, Feature, Level, unknown
from backend.domain.person import Age, AgeSource, Mark, MarkKind, Names, Person, Place, Point, Relative
from backend.store.codec import digest, from_document, pack, to_document, unpack

NOON = datetime(2026, 9, 2, 12, tzinfo=UTC)


class Colour(StrEnum):
    RED = "RED"


@dataclass(frozen=True)
class Before:
    """A record as an older release wrote it."""

    id: str
    first_name: str
    colour: Colour | None = None
    seen: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class After:
    """The same record with what a newer release added."""

    id: str
    first_name: str
    colour: Colour | None = None
    seen: tuple[datetime, ...] = ()
    nick_names: tuple[str, ...] = ()
    site_ids: frozenset[str] = field(default_factory=frozenset)


def test_a_document_has_camel_case_names_an_underscored_id_and_plain_values() -> None:
    record = After(id="1", first_name="Ada", colour=Colour.RED, seen=(NOON,), site_ids=frozenset({"b", "a"}))
    document = to_document(record)
    assert document == {"_id": "1", "firstName": "Ada", "colour": "RED", "seen": [NOON], "siteIds": ["a", "b"]}


def test_a_value_left_at_its_default_takes_no_room() -> None:
    assert to_document(Person(names=Names(given="Ada"))) == {"names": {"given": "Ada"}}


def test_a_record_of_an_older_release_is_read_with_the_defaults_of_what_was_added() -> None:
    assert from_document(After, to_document(Before("1", "Ada"))) == After("1", "Ada")


def test_what_the_store_keeps_beside_a_record_is_passed_over() -> None:
    session = Session(id="1", account_id=None, family_id="f", created_at=NOON, expires_at=NOON)
    beside = {"work": {"state": "DONE"}, "digest": "0" * 64, "keys": ["k"]}
    assert from_document(Session, {**to_document(session), **beside}) == session


def test_equal_content_has_one_digest_whatever_default_fields_were_added_since() -> None:
    assert digest("viewer", Before("1", "Ada")) == digest("viewer", After("1", "Ada"))


def test_any_difference_in_what_was_said_or_by_whom_changes_the_digest() -> None:
    ada = Before("1", "Ada", Colour.RED, (NOON,))
    others = [
        ("viewer", Before("1", "Adah", Colour.RED, (NOON,))),
        ("viewer", Before("1", "Ada", None, (NOON,))),
        ("viewer", Before("1", "Ada", Colour.RED, (NOON.replace(second=1),))),
        ("somebody", ada),
        (None, ada),
    ]
    digests = {digest("viewer", ada), *(digest(*said) for said in others)}
    assert len(digests) == len(others) + 1


def test_half_a_character_can_be_digested() -> None:
    assert digest("\ud83d") != digest("\ude00")


texts = st.none() | st.text(min_size=1, max_size=20)
people = st.builds(
    Person,
    names=st.builds(Names, full=texts, given=texts, others=st.lists(st.text(), max_size=3).map(tuple)),
    age=st.builds(
        Age,
        birth_date=texts,
        minimum=st.none() | st.floats(0, 120),
        source=st.none() | st.sampled_from(AgeSource),
        as_of=st.none() | st.just(NOON),
    ),
    marks=st.lists(st.builds(Mark, kind=st.sampled_from(MarkKind), body_site=texts), max_size=3).map(tuple),
    relatives=st.lists(st.builds(Relative, relation=texts, name=texts), max_size=3).map(tuple),
    home=st.builds(Place, text=texts, point=st.none() | st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))),
    height_cm=st.none() | st.floats(20, 250),
)


@given(people)
def test_whatever_a_person_is_like_comes_back_as_it_was_written(person: Person) -> None:
    assert from_document(Person, to_document(person)) == person


def test_an_enumeration_that_this_release_does_not_know_is_no_silent_guess() -> None:
    document = {"_id": "1", "firstName": "Ada", "colour": "ULTRAVIOLET"}
    with pytest.raises(ValueError, match="ULTRAVIOLET"):
        from_document(Before, document)


@dataclass(frozen=True)
class Part:
    first_name: str


def test_what_is_packed_comes_back_and_a_part_of_it_can_be_read_alone() -> None:
    record = Before("one", "Nadia", Colour.RED, (NOON,))
    assert unpack(Before, pack(record)) == record
    assert unpack(Part, pack(record)) == Part("Nadia")


def test_evidence_is_a_document_of_its_fields_and_what_it_does_not_say_is_left_out() -> None:
    seen = Evidence(Feature.PLACE, Level.AGREE, 2.5, "Houma", "Gray", "sighting")
    document = {"feature": "PLACE", "level": "AGREE", "bits": 2.5}
    quoted = {**document, "reportValue": "Houma", "registrationValue": "Gray"}
    assert to_document(seen) == {**quoted, "sightingId": "sighting"}
    assert to_document(unknown(Feature.EYES)) == {"feature": "EYES", "level": "UNKNOWN", "bits": 0.0}
    for kept, evidence in (
        ({**quoted, "sightingId": "sighting"}, seen),
        (quoted, seen._replace(sighting_id=None)),
        (document, Evidence(Feature.PLACE, Level.AGREE, 2.5)),
    ):
        assert from_document(Evidence, kept) == evidence
