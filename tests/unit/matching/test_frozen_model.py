"""A pair's bits depend on the two and on the model, which is frozen: not on who else was recorded."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.model import EXPECTED_REGISTRATIONS, MatchingModel
from backend.domain.person import Age, Mark, MarkKind, Names, Person, Sex
from backend.domain.subject import Side, Subject
from backend.exchange import pairs
from backend.exchange.pairs import match_lists
from backend.matching.context import context_for, context_of, default_context, shipped_data
from backend.matching.keys import keys
from backend.matching.profile import PROFILE_VERSION, Profile, profile
from backend.store.codec import from_document, to_document
from geo.corridors import Corridor
from geo.displacement import Displacement
from geo.gathered import Gathered

AT = datetime(2026, 5, 4, tzinfo=UTC)
UNRELATED, ALIKE = 100_000, 1_000


def model(**changes: object) -> MatchingModel:
    first = MatchingModel(
        version=1,
        candidates=EXPECTED_REGISTRATIONS,
        displacement=Displacement(60.0),
        data=shipped_data(),
        profile_version=PROFILE_VERSION,
        because="A test.",
        made_at=AT,
    )
    return replace(first, **changes)  # type: ignore[arg-type]  # the fields of a model, by name


def girl(side: Side, number: int, name: str, born: str, together: str | None = None) -> Subject:
    marks = (Mark(MarkKind.SCAR, "left knee"),)
    person = Person(names=Names(full=name), sex=Sex.FEMALE, age=Age(birth_date=born), marks=marks)
    return Subject(side, f"{side.value} {number}", person, (), AT, AT, together=together)


def stranger(number: int) -> Subject:
    """One of as many people as `ALIKE` says, under an id of its own."""
    names = Names(given=f"Given{number % ALIKE % 97}", family=f"Family{number % ALIKE % 89}")
    years = float(number % ALIKE % 15)
    person = Person(names=names, sex=Sex.MALE, age=Age(minimum=years, maximum=years))
    return Subject(Side.REGISTRATION, f"stranger {number}", person, (), AT, AT)


@pytest.fixture
def derived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Profile and keys of strangers who differ in nothing but their id are derived once: it is what takes the time."""
    of_one, derived = cache(profile), dict[int, list[str]]()

    def keys_of(described: Profile) -> list[str]:
        found = derived.get(id(described))  # which lives as long as the cache above
        return derived.setdefault(id(described), list(keys(described))) if found is None else found

    monkeypatch.setattr(pairs, "profile", lambda subject: of_one(replace(subject, id="")))
    monkeypatch.setattr(pairs, "keys", keys_of)


@pytest.mark.usefixtures("derived_once")
def test_a_hundred_thousand_unrelated_registrations_change_no_pair_s_bits() -> None:
    children = (("Marisol Quintanilla", "2018-03-09"), ("Marisela Quintana", "2017-11-30"), ("Ada Brandt", "2018"))
    missed = [girl(Side.REPORT, number, *one, "family") for number, one in enumerate(children)]
    found = [girl(Side.REGISTRATION, number, *one, "group") for number, one in enumerate(children)]
    context = context_of(model())
    few = {(one.report_id, one.registration_id): one.comparison for one in match_lists(missed, found, context)}
    crowd = [*found, *(stranger(number) for number in range(UNRELATED))]
    many = {(one.report_id, one.registration_id): one.comparison for one in match_lists(missed, crowd, context)}
    assert len(few) == len(children) ** 2
    assert {pair: many[pair] for pair in few} == few


@settings(max_examples=25)
@given(st.integers(0, 2_000_000))
def test_a_list_s_prior_is_for_its_length_and_never_for_fewer_than_are_assumed(rows: int) -> None:
    assert context_for(rows).candidates == max(EXPECTED_REGISTRATIONS, rows)
    assert context_for(rows).prior_bits <= default_context().prior_bits


def test_a_context_is_what_its_model_says() -> None:
    law = Displacement(42.0, gathered=Gathered("85444623fffffff 9"))
    context = context_of(model(candidates=8000, displacement=law, slope=0.5, offset=1.0, expected_share=0.4))
    assert (context.candidates, context.expected_share, context.scale_km) == (8000, 0.4, 42.0)
    assert context.displacement is law
    assert (context.weights.calibration.slope, context.weights.calibration.offset) == (0.5, 1.0)
    shipped = context_of(model()).weights
    assert shipped == default_context().weights


def test_a_model_is_kept_to_the_last_bit() -> None:
    law = Displacement(
        1 / 3,
        gathered=Gathered("85444623fffffff 3"),
        corridors=(Corridor("84444a9ffffffff", "8444623ffffffff", 0.1),),
    )
    kept = model(displacement=law, slope=0.1 + 0.2, offset=-1 / 3)
    assert from_document(MatchingModel, to_document(kept)) == kept
