"""The more two descriptions have in common, the more speaks for the pair."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.person import Age, AgeSource, Item, Mark, MarkKind, Names, Person, Place, Point, Relative, Sex
from backend.domain.subject import Side, Subject
from backend.matching.compare import compare
from backend.matching.context import default_context
from backend.matching.profile import profile
from tests.unit.matching.people import FOUND_AT, LOST_AT

given_names = st.sampled_from(
    ["Ana", "Lucía", "Lupita", "Guadalupe", "محمد", "Mohamed", "小明", "Hoa", "Hương", "Katya"]
)
family_names = st.sampled_from(["Ruiz", "García López", "García", "al-Hassan", "Nguyen", "Larson", "Шевченко"])
places = st.builds(
    Place,
    st.none() | st.sampled_from(["12 Elm St, Tampa", "Tampa", "Naples", "Pensacola, Florida"]),
    st.none() | st.builds(Point, st.floats(27, 31), st.floats(-90, -81)),
)
items = st.builds(Item, st.sampled_from(["t-shirt", "shoes", "jeans"]), st.sampled_from(["red", "blue", "white", None]))
marks = st.builds(Mark, st.sampled_from(MarkKind), st.sampled_from(["left knee", "right knee", "chin", None]))
relatives = st.builds(
    Relative,
    st.sampled_from(["mother", "father", "sister", None]),
    st.sampled_from(["Karen Larson", "Hugo", "Mama", "Rosa Ruiz"]),
    st.none() | st.sampled_from(["+1 813 555 3717", "555 6174 813"]),
)
people = st.builds(
    Person,
    names=st.builds(Names, st.none(), st.none() | given_names, st.none() | family_names),
    sex=st.none() | st.sampled_from(Sex),
    age=st.one_of(
        st.just(Age()),
        st.builds(Age, st.sampled_from(["2019-04-30", "2019-05-02", "2014", "2021-01"])),
        st.integers(0, 16).map(lambda years: Age(None, years, years + 2, AgeSource.ESTIMATED)),
    ),
    languages=st.lists(st.sampled_from(["es", "en", "vi"]), max_size=2, unique=True).map(tuple),
    hair=st.none() | st.sampled_from(["black", "blond", "brown"]),
    eyes=st.none() | st.sampled_from(["brown", "blue"]),
    height_cm=st.none() | st.floats(60, 180),
    marks=st.lists(marks, max_size=2, unique=True).map(tuple),
    clothing=st.lists(items, max_size=3, unique=True).map(tuple),
    belongings=st.lists(items, max_size=2, unique=True).map(tuple),
    relatives=st.lists(relatives, max_size=3, unique=True).map(tuple),
    home=places,
)
FIELDS = (
    *("names", "sex", "age", "languages", "hair", "eyes", "height_cm", "marks", "clothing", "belongings"),
    *("relatives", "home"),
)
ROUNDING = 1e-9


def bits(missing: Person, found: Person) -> float:
    report = Subject(Side.REPORT, "R-1", missing, at=LOST_AT, recorded_at=LOST_AT)
    registration = Subject(Side.REGISTRATION, "G-1", found, at=FOUND_AT, recorded_at=FOUND_AT)
    return compare(profile(report), profile(registration), default_context()).bits


@settings(max_examples=150, deadline=None)
@given(people, people, st.sampled_from(FIELDS))
def test_what_both_sides_describe_alike_is_never_worse_than_if_one_had_kept_silent(
    missing: Person, found: Person, field: str
) -> None:
    silent = replace(found, **{field: getattr(Person(), field)})
    agreeing = replace(found, **{field: getattr(missing, field)})
    assert bits(missing, agreeing) >= bits(missing, silent) - ROUNDING


@settings(max_examples=150, deadline=None)
@given(people, people, marks, items, relatives)
def test_one_more_thing_that_both_sides_list_never_lowers_the_bits(
    missing: Person, found: Person, mark: Mark, item: Item, relative: Relative
) -> None:
    for field, thing in (("marks", mark), ("clothing", item), ("belongings", item), ("relatives", relative)):
        here, there = getattr(missing, field), getattr(found, field)
        if thing in here or thing in there:
            continue
        more: tuple[dict[str, Any], dict[str, Any]] = {field: (*here, thing)}, {field: (*there, thing)}
        both = replace(missing, **more[0]), replace(found, **more[1])
        assert bits(*both) >= bits(missing, found) - ROUNDING
