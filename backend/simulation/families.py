"""Families that never were: parents, children, a home. All of it follows from the random numbers given."""

from dataclasses import dataclass
from random import Random

from faker import Faker

from backend.domain.person import Item, Mark, MarkKind, Place, Point, Sex
from backend.simulation.cultures import CULTURES, Culture
from backend.simulation.gulf import Town, any_town, near

OLDEST_CHILD = 17
_HOW_MANY_CHILDREN = ((1, 2, 3), (58, 30, 12))
_COLOURS = ("red", "blue", "green", "yellow", "black", "white", "pink", "grey", "purple", "orange")
_TOPS = ("t-shirt", "hoodie", "sweater", "dress")
_BOTTOMS = ("jeans", "shorts", "trousers", "pyjamas")
_BODY_SITES = ("left knee", "right knee", "chin", "forehead", "left arm", "right hand", "back", "neck")
_MARK_KINDS = (MarkKind.SCAR, MarkKind.SCAR, MarkKind.MOLE, MarkKind.BIRTHMARK)


@dataclass(frozen=True, slots=True)
class Child:
    """`years` at the time of the hurricane; `called` is what the child is called at home."""

    given: str
    family: str
    called: str
    sex: Sex
    years: float
    hair: str
    eyes: str
    height_cm: int
    marks: tuple[Mark, ...]
    clothing: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Household:
    culture: Culture
    mother: str
    father: str
    phone: str
    children: tuple[Child, ...]
    home: Place
    home_point: Point
    town: Town


@dataclass(frozen=True, slots=True)
class Names:
    """Faker's names in each culture, all drawn with one source of random numbers."""

    fakers: dict[str, Faker]

    def given(self, culture: Culture, sex: Sex) -> str:
        faker = self.fakers[culture.locale]
        return str(faker.first_name_male() if sex is Sex.MALE else faker.first_name_female())

    def family(self, culture: Culture, sex: Sex) -> str:
        faker = self.fakers[culture.locale]
        if not culture.gendered_family_names:
            return str(faker.last_name())
        return str(faker.last_name_male() if sex is Sex.MALE else faker.last_name_female())

    def street(self) -> str:
        return str(self.fakers["en_US"].street_name())


def names_from(random: Random) -> Names:
    fakers = {}
    for culture in CULTURES:
        faker = Faker(culture.locale)
        faker.seed_instance(random.getrandbits(64))
        fakers[culture.locale] = faker
    return Names(fakers)


def invent_household(random: Random, names: Names, towns: list[Town]) -> Household:
    culture = random.choices(CULTURES, [culture.share for culture in CULTURES])[0]
    family_names = {sex: names.family(culture, sex) for sex in (Sex.MALE, Sex.FEMALE)}
    if not culture.gendered_family_names:
        family_names[Sex.FEMALE] = family_names[Sex.MALE]
    if culture.two_family_names:
        mothers_own = names.family(culture, Sex.FEMALE)
        family_names = {sex: f"{name} {mothers_own}" for sex, name in family_names.items()}
    counts, weights = _HOW_MANY_CHILDREN
    oldest = random.uniform(0.5, OLDEST_CHILD)
    children: list[Child] = []
    for number in range(random.choices(counts, weights)[0]):
        years = oldest - number * random.uniform(1.2, 3.5)
        if years > 0:
            children.append(_child(random, names, culture, family_names, years, {child.given for child in children}))
    town = any_town(random, towns)
    point = near(random, town.point, 4)
    return Household(
        culture=culture,
        mother=full_name(culture, names.given(culture, Sex.FEMALE), family_names[Sex.FEMALE]),
        father=full_name(culture, names.given(culture, Sex.MALE), family_names[Sex.MALE]),
        phone=f"+1 {random.choice((504, 228, 251, 409, 985))} 555 01{random.randrange(100):02}",
        children=tuple(children),
        home=Place(f"{random.randrange(10, 4000)} {names.street()}, {town.text}", point),
        home_point=point,
        town=town,
    )


def full_name(culture: Culture, given: str, family: str) -> str:
    """The name in the order of its culture; Chinese is written without a space."""
    if not culture.family_name_first:
        return f"{given} {family}"
    return f"{family}{given}" if culture.language == "zh" else f"{family} {given}"


def _child(
    random: Random, names: Names, culture: Culture, family_names: dict[Sex, str], years: float, taken: set[str]
) -> Child:
    sex = random.choice((Sex.MALE, Sex.FEMALE))
    given = names.given(culture, sex)
    while given in taken:
        given = names.given(culture, sex)
    called = culture.pet_names.get(given.split()[0], given)
    if culture.pet_form is not None and random.random() < 0.5:  # noqa: PLR2004 (half of them)
        called = culture.pet_form.format(given=given[-1] if culture.language == "zh" else given)
    marks = tuple(
        Mark(random.choice(_MARK_KINDS), site) for site in random.sample(_BODY_SITES, random.choice((0, 0, 1, 2)))
    )
    return Child(
        given=given,
        family=family_names[sex],
        called=called,
        sex=sex,
        years=years,
        hair=random.choice(culture.hair),
        eyes=random.choice(culture.eyes),
        height_cm=round((76 + 6.2 * years if years < OLDEST_CHILD else 170) + random.gauss(0, 4)),
        marks=marks,
        clothing=(
            Item(random.choice(_TOPS), random.choice(_COLOURS)),
            Item(random.choice(_BOTTOMS), random.choice(_COLOURS)),
        ),
    )
