"""The families before the disaster: parents, children, looks, a home."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.bench.people.cultures import Culture
from tests.bench.people.land import Land, Point, Town, near

DISASTER = date(2026, 8, 28)
_TWINS_SHARE = 0.08
"""Of the families with more than one child; about twice as many as there are, since they are the hard ones."""
_LIKE_NAMED_TWINS = 0.6
_MARKS = ("scar", "scar", "scar", "mole", "mole", "birthmark", "burn")
_SITELESS_MARKS = (("dental", "gap in front teeth"), ("dental", "braces"), ("piercing", "left ear"),
                   ("other", "freckles"), ("other", "glasses"))  # fmt: skip
BODY_SITES = ("left knee", "right knee", "chin", "forehead", "left arm", "right arm", "right hand", "back", "neck",
              "left cheek", "left eyebrow", "right shoulder", "chest", "belly")  # fmt: skip
COLOURS = ("red", "blue", "green", "yellow", "black", "white", "pink", "grey", "purple", "orange")
_TOPS = {
    "F": ("t-shirt", "t-shirt", "hoodie", "jacket", "dress", "pyjamas", "blouse"),
    "M": ("t-shirt", "t-shirt", "hoodie", "jacket", "shirt", "pyjamas"),
}
_BOTTOMS = {"F": ("jeans", "shorts", "trousers", "leggings", "skirt"), "M": ("jeans", "shorts", "trousers")}
_STREETS = (
    "Oak", "Main", "Canal", "Magnolia", "Pine", "Beach", "Church", "Cedar", "Jackson", "Lafayette", "Bayou", "Pecan",
    "Harbor", "Cypress", "St Charles", "Dauphine", "Government", "Railroad", "Second", "Mill",
)  # fmt: skip
_WAYS = ("Street", "Avenue", "Road", "Drive", "Lane")
_AREA_CODES = (504, 228, 251, 409, 985, 337, 850, 832)
_DAYS_OF_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Child:
    """`years` on the day of the disaster; `twin` if born on the same day as a brother or sister."""

    given: str
    family: str
    sex: str
    born: date
    years: float
    twin: bool
    hair: str
    eyes: str
    height_cm: float
    marks: tuple[tuple[str, str], ...]
    clothing: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Family:
    culture: Culture
    mother: tuple[str, str]
    father: tuple[str, str]
    phone: str
    children: tuple[Child, ...]
    street: str
    town: Town
    home: Point


def invent_family(random: Random, cultures: tuple[Culture, ...], land: Land, size: int) -> Family:
    """A family of `size` children."""
    culture = random.choices(cultures, [culture.share for culture in cultures])[0]
    father, mother = culture.given["M"].draw(random), culture.given["F"].draw(random)
    fathers_own, surnames, mothers_own = _surnames(random, culture, father)
    town = land.home_town(random)
    return Family(
        culture=culture,
        mother=(mother, mothers_own),
        father=(father, fathers_own),
        phone=f"{random.choice(_AREA_CODES)}555{int(random.random() * 10000):04}",
        children=_children(random, culture, surnames, size),
        street=f"{10 + int(random.random() * 4000)} {random.choice(_STREETS)} {random.choice(_WAYS)}",
        town=town,
        home=near(random, town.point, 5.0),
    )


def _surnames(random: Random, culture: Culture, father: str) -> tuple[str, dict[str, str], str]:
    """The father's, the children's by sex, and the mother's."""
    pools = culture.family
    male = pools["M"].draw(random)
    own = pools["F"].draw(random)
    if culture.locale == "es_MX":
        fathers_own = f"{male} {pools['F'].draw(random)}"
        return fathers_own, dict.fromkeys("FM", f"{male} {own}"), f"{own} {pools['F'].draw(random)}"
    if culture.language in {"ru", "uk"}:
        female = _of_a_woman(male, culture)
        return male, {"M": male, "F": female}, female
    if culture.language == "ar":
        with_father = f"{father} {male}" if random.random() < 0.4 else male
        return male, dict.fromkeys("FM", with_father), own
    keeps_own = culture.language in {"vi", "zh"} or random.random() < 0.25
    return male, dict.fromkeys("FM", male), own if keeps_own else male


def _of_a_woman(surname: str, culture: Culture) -> str:
    ending = "ська" if culture.language == "uk" else "ская"
    if surname.endswith(("ський", "ский")):
        return surname[: -len("ський") if surname.endswith("ський") else -len("ский")] + ending
    if surname.endswith(("ов", "ев", "ёв", "ин", "ын")):
        return surname + "\N{CYRILLIC SMALL LETTER A}"
    return surname


def _children(random: Random, culture: Culture, surnames: dict[str, str], size: int) -> tuple[Child, ...]:
    twins_at = 1 + int(random.random() * (size - 1)) if size > 1 and random.random() < _TWINS_SHARE else None
    ages: list[float] = []
    for place in range(size):
        if place == 0:
            ages.append(0.2 + random.random() * 17.6)
        elif place == twins_at:
            ages.append(ages[-1])
        else:
            gap = 1.0 + random.random() * 3.2
            younger = ages[-1] - gap
            ages.append(younger if younger > 0 else min(17.8, max(ages) + gap))
    children: list[Child] = []
    for place, years in enumerate(ages):
        sex = "F" if random.random() < 0.5 else "M"
        if place == twins_at and random.random() < 0.7:
            sex = children[-1].sex
        given = culture.given[sex].draw(random)
        if place == twins_at and random.random() < _LIKE_NAMED_TWINS:
            given = random.choice(culture.alike.get((sex, children[-1].given[:2]), (given,)))
        taken = {child.given for child in children}
        while given in taken:
            given = culture.given[sex].draw(random)
        twin = twins_at is not None and place in {twins_at, twins_at - 1}
        children.append(_child(random, culture, given, surnames[sex], sex, years, twin=twin))
    return tuple(children)


def _child(random: Random, culture: Culture, given: str, family: str, sex: str, years: float, *, twin: bool) -> Child:
    marks: tuple[tuple[str, str], ...] = ()
    if random.random() < 0.45:
        count = 1 if random.random() < 0.75 else 2
        marks = tuple((random.choice(_MARKS), site) for site in random.sample(BODY_SITES, count))
        if years > 3 and random.random() < 0.12:
            marks = (*marks, random.choice(_SITELESS_MARKS))
    return Child(
        given=given,
        family=family,
        sex=sex,
        born=DISASTER - timedelta(days=int(years * _DAYS_OF_A_YEAR)),
        years=years,
        twin=twin,
        hair=random.choice(culture.hair),
        eyes=random.choice(culture.eyes),
        height_cm=usual_height_cm(years) + random.gauss(0, 4.5),
        marks=marks,
        clothing=(
            (random.choice(COLOURS), random.choice(_TOPS[sex])),
            (random.choice(COLOURS), random.choice(_BOTTOMS[sex])),
            (random.choice(COLOURS), "shoes"),
        ),
    )


def usual_height_cm(years: float) -> float:
    """A round fit to the WHO's growth standards: quick in the first two years, then about 6.2 cm a year."""
    return 52 + 17.5 * years if years < 2 else min(172.0, 87 + 6.2 * (years - 2))
