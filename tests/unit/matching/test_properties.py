"""What must hold for any description, whatever is written in it."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.evidence import Comparison, Feature, Level
from backend.domain.person import Age, Item, Mark, MarkKind, Names, Person, Place, Point, Relative, Sex
from backend.domain.subject import Reporter, Side, Subject
from backend.matching.compare import compare, compare_if_likely
from backend.matching.context import default_context
from backend.matching.duplicates import compare_duplicates, duplicates_if_likely
from backend.matching.keys import MOST_KEPT, keys
from backend.matching.news import probability_for_the_family
from backend.matching.profile import Profile, profile
from backend.store.codec import pack, unpack

text = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.sampled_from(
        ["Ana Ruiz", "محمد الحسن", "王小明", "Nguyễn Thị Hoa", "Катя", "Mama", "12 Elm St, Tampa", "504 555 0142"]
    ),
)
moments = st.none() | st.integers(min_value=1_577_836_800, max_value=1_893_456_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
points = st.none() | st.builds(Point, st.floats(-90, 90, allow_nan=False), st.floats(-180, 180, allow_nan=False))
places = st.builds(Place, text, points)
years = st.none() | st.floats(min_value=-5, max_value=200, allow_nan=False)
birth_dates = (
    st.none() | st.sampled_from(["2019", "2019-04", "2019-04-30", "2019-02-31", "0000-00-00"]) | st.text(max_size=10)
)
items = st.lists(st.builds(Item, text, text, text), max_size=3).map(tuple)
people = st.builds(
    Person,
    names=st.builds(Names, text, text, text, st.lists(st.text(max_size=20), max_size=3).map(tuple), text),
    sex=st.none() | st.sampled_from(Sex),
    age=st.builds(Age, birth_dates, years, years, as_of=moments),
    languages=st.lists(st.sampled_from(["es", "en-US", "vi", ""]), max_size=3).map(tuple),
    hair=text,
    eyes=text,
    height_cm=years,
    marks=st.lists(st.builds(Mark, st.sampled_from(MarkKind), text, text), max_size=3).map(tuple),
    clothing=items,
    belongings=items,
    relatives=st.lists(st.builds(Relative, text, text, text, text), max_size=3).map(tuple),
    home=places,
    notes=text,
)


def subjects(side: Side) -> st.SearchStrategy[Subject]:
    return st.builds(
        Subject,
        side=st.just(side),
        id=st.just("x"),
        person=people,
        places=st.lists(places, max_size=2).map(tuple),
        at=moments,
        recorded_at=moments,
        reporter=st.builds(Reporter, text, text, text),
    )


reports = subjects(Side.REPORT)
registrations = subjects(Side.REGISTRATION)


def bits_by_feature(comparison: Comparison) -> dict[Feature, float]:
    return {piece.feature: round(piece.bits, 6) for piece in comparison.evidence}


@settings(max_examples=150, deadline=None)
@given(reports, registrations)
def test_any_text_is_survived_and_scored_between_zero_and_one(report: Subject, registration: Subject) -> None:
    one, other = profile(report), profile(registration)
    comparison = compare(one, other, default_context())
    assert 0 <= comparison.probability < 1
    assert abs(comparison.bits) < 200
    for side in (one, other):
        found = keys(side)
        assert len(found) == len(set(found)) <= MOST_KEPT


@settings(max_examples=200, deadline=None)
@given(reports, registrations, st.floats(0, 0.2))
def test_a_pair_that_is_not_compared_to_the_end_is_less_likely_than_asked_for(
    report: Subject, registration: Subject, at_least: float
) -> None:
    one, other, context = profile(report), profile(registration), default_context()
    whole, found = compare(one, other, context), compare_if_likely(one, other, context, at_least)
    with_or_without_place = max(whole.probability, probability_for_the_family(whole, context))
    assert found == whole or (found is None and with_or_without_place < at_least)


@settings(max_examples=200, deadline=None)
@given(first=registrations, second=registrations, at_least=st.floats(0, 0.2), together=st.booleans())
def test_nor_is_one_of_two_records_that_may_be_one_child(
    first: Subject, second: Subject, at_least: float, *, together: bool
) -> None:
    one, other, context = profile(first), profile(second), default_context()
    whole = compare_duplicates(one, other, context, together=together)
    found = duplicates_if_likely(one, other, context, at_least, together=together)
    assert found == whole or (found is None and whole.probability < at_least)


@settings(max_examples=60, deadline=None)
@given(reports)
def test_a_record_with_nothing_in_it_is_neutral_to_all(report: Subject) -> None:
    nothing = profile(Subject(Side.REGISTRATION, "x", Person()))
    comparison = compare(profile(report), nothing, default_context())
    assert {piece.level for piece in comparison.evidence} == {Level.UNKNOWN}
    assert comparison.bits == default_context().prior_bits


@settings(max_examples=60, deadline=None)
@given(reports, registrations)
def test_unknown_weighs_nothing(report: Subject, registration: Subject) -> None:
    comparison = compare(profile(report), profile(registration), default_context())
    assert all(piece.bits == 0 for piece in comparison.evidence if piece.level is Level.UNKNOWN)


@settings(max_examples=60, deadline=None)
@given(reports, registrations)
def test_the_order_in_which_things_were_listed_has_no_effect(report: Subject, registration: Subject) -> None:
    person = report.person
    turned = replace(
        report,
        person=replace(
            person,
            names=replace(person.names, others=person.names.others[::-1]),
            languages=person.languages[::-1],
            marks=person.marks[::-1],
            clothing=person.clothing[::-1],
            relatives=person.relatives[::-1],
        ),
    )
    other = profile(registration)
    straight = compare(profile(report), other, default_context())
    assert compare(profile(turned), other, default_context()).bits == straight.bits
    assert keys(profile(turned)) == keys(profile(report))


names = st.lists(
    st.sampled_from(["ana", "lucia", "ruiz", "gomez", "mohamed", "hoa", "larson"]), min_size=1, max_size=3, unique=True
)


@settings(max_examples=80, deadline=None)
@given(names, st.randoms(), names)
def test_the_order_of_the_words_of_an_unsplit_name_has_hardly_an_effect(
    one: list[str], chance: object, other: list[str]
) -> None:
    shuffled = sorted(one, key=lambda word: hash((word, str(chance))))
    registration = named(Side.REGISTRATION, Names(full=" ".join(other)))
    straight = compare(named(Side.REPORT, Names(full=" ".join(one))), registration, default_context())
    turned = compare(named(Side.REPORT, Names(full=" ".join(shuffled))), registration, default_context())
    assert abs(straight.bits - turned.bits) < 2


def named(side: Side, written: Names) -> Profile:
    return profile(Subject(side, "x", Person(names=written)))


@settings(max_examples=100, deadline=None)
@given(people, people)
def test_what_both_sides_describe_compares_the_same_from_either_side(one: Person, other: Person) -> None:
    def score(here: Person, there: Person) -> dict[Feature, float]:
        report = profile(Subject(Side.REPORT, "x", here))
        registration = profile(Subject(Side.REGISTRATION, "y", there))
        return bits_by_feature(compare(report, registration, default_context()))

    straight, turned = score(one, other), score(other, one)
    # A given name met as a family name is labelled by the report, so the two names count as one.
    for found in (straight, turned):
        found[Feature.GIVEN_NAME] = round(found[Feature.GIVEN_NAME] + found.pop(Feature.FAMILY_NAME), 3)
    assert straight == turned


@settings(max_examples=60, deadline=None)
@given(reports)
def test_a_profile_is_stored_and_read_back_unchanged(report: Subject) -> None:
    assert unpack(Profile, pack(profile(report))) == profile(report)
