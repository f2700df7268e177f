"""Keys: whoever may be one child meets, from whichever side it is asked, and few others do."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.person import Age, AgeSource, Item, Mark, MarkKind, Names, Person, Place, Point, Relative, Sex
from backend.domain.subject import Reporter, Side, Subject
from backend.matching.keys import MOST_ASKED, MOST_KEPT, asked_keys, keys, shared_keys
from backend.matching.profile import Profile, profile

MADE_AT = datetime(2026, 9, 2, 12, tzinfo=UTC)
TAMPA, NEAR_TAMPA, MIAMI = Point(27.95, -82.46), Point(27.99, -82.20), Point(25.76, -80.19)

people = st.builds(
    Person,
    names=st.builds(
        Names,
        st.none(),
        st.none() | st.sampled_from(["Ana", "Lucía", "Lupita", "Guadalupe", "محمد", "Mohamed", "小明", "Hoa"]),
        st.none() | st.sampled_from(["Ruiz", "García López", "Nguyen", "Шевченко"]),
    ),
    sex=st.none() | st.sampled_from(Sex),
    age=st.one_of(
        st.just(Age()),
        st.integers(0, 15).map(lambda years: Age(None, years, years, AgeSource.STATED)),
        st.integers(0, 12).map(lambda years: Age(None, years, years + 4, AgeSource.ESTIMATED)),
    ),
    hair=st.none() | st.sampled_from(["black", "brown"]),
    eyes=st.none() | st.sampled_from(["brown", "green"]),
    marks=st.lists(st.builds(Mark, st.just(MarkKind.SCAR), st.sampled_from(["left knee", "chin"])), max_size=1).map(
        tuple
    ),
    clothing=st.lists(
        st.builds(Item, st.sampled_from(["t-shirt", "shoes"]), st.sampled_from(["red", "blue"])), max_size=2
    ).map(tuple),
    relatives=st.lists(
        st.builds(Relative, st.just("mother"), st.sampled_from(["Karen Larson", "Rosa"])), max_size=1
    ).map(tuple),
)
spots = st.none() | st.builds(Point, st.floats(27, 29), st.floats(-83, -81))


def side_of(person: Person, side: Side = Side.REPORT, point: Point | None = None, **more: Any) -> Profile:
    places = () if point is None else (Place(point=point),)
    return profile(Subject(side, "one", person, places, at=MADE_AT, recorded_at=MADE_AT, **more))


@given(people, people, spots, spots)
@settings(max_examples=300, deadline=None)
def test_who_finds_whom_is_the_same_from_both_sides(
    one: Person, other: Person, here: Point | None, there: Point | None
) -> None:
    report, registration = side_of(one, Side.REPORT, here), side_of(other, Side.REGISTRATION, there)
    assert bool(shared_keys(report, registration)) == bool(shared_keys(registration, report))


@given(people, spots)
@settings(max_examples=100, deadline=None)
def test_a_record_is_found_by_what_was_described_alike(person: Person, point: Point | None) -> None:
    twin = side_of(person, Side.REGISTRATION, point)
    told = any([keys(twin), keys(side_of(person))])
    assert not told or shared_keys(side_of(person, point=point), twin)


def test_a_description_and_a_place_are_enough_to_be_found() -> None:
    seen = Person(sex=Sex.FEMALE, age=Age(None, 3, 5, AgeSource.ESTIMATED), clothing=(Item("dress", "green"),))
    assert shared_keys(side_of(seen, point=TAMPA), side_of(seen, Side.REGISTRATION, NEAR_TAMPA))


def test_a_child_carried_far_is_found_by_name_and_by_what_it_wears() -> None:
    named = Person(names=Names(None, "Marisol", "Quintanilla"))
    assert shared_keys(side_of(named, point=TAMPA), side_of(named, Side.REGISTRATION, MIAMI))
    worn = Person(sex=Sex.MALE, age=Age(None, 2, 3), clothing=(Item("hoodie", "green"), Item("shoes", "pink")))
    assert shared_keys(side_of(worn, point=TAMPA), side_of(worn, Side.REGISTRATION, MIAMI))


def test_a_named_child_is_found_among_those_who_cannot_say_a_name_and_among_them_only() -> None:
    looks: dict[str, Any] = {"sex": Sex.MALE, "age": Age(None, 2, 3), "hair": "black"}
    named = side_of(Person(names=Names(None, "Yan"), **looks), point=TAMPA)
    nameless = side_of(Person(**looks), Side.REGISTRATION, TAMPA)
    another = side_of(Person(names=Names(None, "Otto"), **looks), Side.REGISTRATION, TAMPA)
    assert shared_keys(named, nameless)
    assert shared_keys(nameless, named)
    assert not shared_keys(named, another)


def test_a_pet_name_meets_its_full_name() -> None:
    short, full = (side_of(Person(names=Names(None, name, "Ruiz"))) for name in ("Lupita", "Guadalupe"))
    assert any(key.startswith("full family") for key in shared_keys(short, full))


def test_ages_that_were_guessed_two_years_apart_still_meet() -> None:
    four, six = (
        side_of(Person(names=Names(None, "Naina"), sex=Sex.FEMALE, age=Age(None, years, years))) for years in (4, 6)
    )
    assert any(key.startswith("given ") for key in shared_keys(four, six))


def test_nothing_known_of_age_and_sex_hides_nobody() -> None:
    bare = side_of(Person(names=Names(None, "Naina")))
    whole = side_of(Person(names=Names(None, "Naina"), sex=Sex.FEMALE, age=Age(None, 4, 4)), Side.REGISTRATION)
    assert shared_keys(bare, whole)
    assert shared_keys(whole, bare)


def test_however_much_is_told_the_keys_are_few() -> None:
    much = Person(
        names=Names("Ana Lucía Guadalupe", "Ana Lucía", "García López", others=("Lupita", "Anita", "محمد", "小明")),
        sex=Sex.FEMALE,
        age=Age(None, 4, 4),
        hair="black",
        eyes="brown",
        marks=tuple(Mark(kind, site) for kind in MarkKind for site in ("left knee", "chin", "back")),
        clothing=tuple(Item(kind, colour) for kind in ("dress", "shoes", "hoodie") for colour in ("red", "blue")),
        relatives=tuple(Relative("mother", f"Karen{number} Larson", f"813555{number:04}") for number in range(9)),
        home=Place("12 Elm St, Tampa", MIAMI),
    )
    described = side_of(much, point=TAMPA, reporter=Reporter("Rosa Ruiz", "aunt", "813 555 0142"))
    assert len(keys(described)) <= MOST_KEPT
    assert len(asked_keys(described)) <= MOST_ASKED


def test_only_keys_that_rest_on_a_place_change_with_the_place() -> None:
    person = Person(
        names=Names(None, "Ana", "Ruiz"), sex=Sex.FEMALE, age=Age(None, 4, 4), clothing=(Item("hat", "red"),)
    )
    here, there = (asked_keys(side_of(person, point=point)) for point in (TAMPA, MIAMI))
    assert {one.key for one in here if not one.kind.placed} == {one.key for one in there if not one.kind.placed}
    assert {one.key for one in here if one.kind.placed}.isdisjoint(one.key for one in there if one.kind.placed)
