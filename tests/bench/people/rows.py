"""The two rows of a child: what its family reports, and what a volunteer registers."""

from dataclasses import dataclass
from random import Random

from tests.bench.people.cultures import ENGLISH_KIN
from tests.bench.people.families import Child, Family
from tests.bench.people.land import Point, Site, Town
from tests.bench.people.looks import (
    birth_date_cell,
    clothing_cell,
    guessed_age,
    languages_cell,
    looks,
    moment_cell,
    phone_cell,
    place_cells,
    sex_cell,
)
from tests.bench.people.mistakes import slip
from tests.bench.people.names import Hand, a_hand, cells, one_of_two, pet_name, said
from tests.bench.people.noise import Noise

_MOTHER, _FATHER, _BROTHER, _SISTER, _GRANDMOTHER, _AUNT = range(6)
_LOST_WORDS = ("near {town}", "school in {town}", "{town} bridge", "home, {town}", "church in {town}")
_FOUND_WORDS = ("near {town}", "roadside, {town}", "{town} bus station", "boat ramp {town}", "walking in {town}")
_YEARS_TO_KNOW = {"town": 4.5, "street": 7.5, "phone": 7.5, "age": 3.5, "birthday": 8.0, "kin": 3.0}


@dataclass(frozen=True, slots=True)
class Journey:
    """How a child, or siblings together, came from where they were lost to a site; hours since the first hour."""

    lost: Point
    lost_hours: float
    found: Point
    found_town: Town
    found_hours: float
    site: Site

    @property
    def days(self) -> float:
        return (self.found_hours - self.lost_hours) / 24


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports; `hand` is how they write."""

    hand: Hand
    kin: int
    name: str
    phone: str
    family_id: str | None


def a_reporter(random: Random, noise: Noise, family: Family, family_id: str | None) -> Reporter:
    hand = a_hand(random, family.culture, noise, noise.report_native, by_ear=False)
    kin = random.choices((_MOTHER, _FATHER, _GRANDMOTHER, _AUNT), (55, 30, 10, 5))[0]
    if kin == _FATHER:
        given, surname = family.father
    else:
        surname = family.mother[1]
        given = family.mother[0] if kin == _MOTHER else family.culture.given["F"].draw(random)
    surname = one_of_two(random, family.culture, surname, noise.one_surname)
    return Reporter(hand, kin, hand.whole(random, given, surname), family.phone, family_id)


def report_row(
    random: Random, noise: Noise, family: Family, child: Child, reporter: Reporter, journey: Journey
) -> tuple[dict[str, str], bool]:
    """The row, without its id, and whether a family name is in it."""
    culture, hand = family.culture, reporter.hand
    given, surname = _written_name(random, noise, family, child, hand)
    row = cells(random, hand, given, surname)
    if random.random() < 0.25:
        called = pet_name(random, culture, child.given, noise.rare_spelling)
        if called:
            row["other_names"] = hand.given(random, called)
    row["sex"] = sex_cell(random, noise, child.sex, int(random.random() * 3))
    if random.random() < noise.no_birth_date:
        off = random.choice((-1, 1)) if random.random() < noise.report_age_off else 0
        row["age"] = str(max(0, int(child.years) + off))
    else:
        row["birth_date"] = birth_date_cell(random, noise, child.born)
    row["languages"] = languages_cell(random, noise, culture, child.years)
    row |= looks(random, noise, culture, child, measured=False)
    row["clothing"] = clothing_cell(random, noise, child, 0.0)
    row["relatives"] = "; ".join(_relatives_of_report(random, noise, family, child, reporter))
    row |= _home(random, noise, family, street=0.65, town=0.9, point=0.45)
    row["reporter_name"] = reporter.name
    row["reporter_relation"] = _kin_word(family, reporter.kin, native=hand.native and random.random() < 0.6)
    if random.random() > noise.missing / 2:
        row["reporter_phone"] = phone_cell(random, noise, reporter.phone)
    row |= place_cells(random, noise, "last_seen", journey.lost, family.town, _LOST_WORDS)
    reported_hours = journey.lost_hours + 2 + random.lognormvariate(3.2, 0.8)
    if random.random() > noise.missing:
        row["last_seen_at"] = moment_cell(random, noise.hours_blur, journey.lost_hours, reported_hours)
    row["reported_at"] = moment_cell(random, 0.0, reported_hours)
    if reporter.family_id:
        row["family"] = reporter.family_id
    return {column: cell for column, cell in row.items() if cell}, bool(surname)


def _written_name(random: Random, noise: Noise, family: Family, child: Child, hand: Hand) -> tuple[str, str]:
    given = child.given
    if random.random() < noise.report_pet_name:
        given = pet_name(random, family.culture, given, noise.rare_spelling) or given
    surname = one_of_two(random, family.culture, child.family, noise.one_surname / 3)
    if random.random() < noise.no_surname / 4:
        surname = ""
    return hand.given(random, given), hand.family(random, surname)


def registration_row(
    random: Random, noise: Noise, family: Family, child: Child, journey: Journey, beside: tuple[Child, ...], group: str
) -> tuple[dict[str, str], bool]:
    """The row, without its id, and whether a family name is in it. `beside` are the siblings registered with it."""
    culture = family.culture
    hand = a_hand(random, culture, noise, noise.registered_native, by_ear=True)
    knows = max([child.years, *(other.years - 1 for other in beside)])
    given, surname = said(random, hand, child.given, child.family, child.years, knows)
    row = cells(random, hand, given, surname)
    row["sex"] = sex_cell(random, noise, child.sex, int(random.random() * 3))
    row |= _registered_age(random, noise, child, knows)
    row["languages"] = languages_cell(random, noise, culture, child.years)
    row |= looks(random, noise, culture, child, measured=True)
    row["clothing"] = clothing_cell(random, noise, child, journey.days)
    row["relatives"] = "; ".join(_relatives_of_child(random, noise, family, child, hand, knows))
    by_age = 1.0 - noise.missing
    row |= _home(
        random, noise, family,
        street=0.35 * by_age if knows > _YEARS_TO_KNOW["street"] else 0.0,
        town=by_age * (0.8 if knows > _YEARS_TO_KNOW["street"] else 0.4) if knows > _YEARS_TO_KNOW["town"] else 0.0,
        point=0.0,
    )  # fmt: skip
    row["site_name"] = journey.site.name
    row["site_lat"], row["site_lon"] = f"{journey.site.point[0]:.4f}", f"{journey.site.point[1]:.4f}"
    row |= place_cells(random, noise, "found", journey.found, journey.found_town, _FOUND_WORDS)
    registered_hours = journey.found_hours + 0.5 + random.random() * 10
    if random.random() > noise.missing:
        row["found_at"] = moment_cell(random, noise.hours_blur / 2, journey.found_hours, registered_hours)
    row["registered_at"] = moment_cell(random, 0.0, registered_hours)
    row["care_status"] = "separated" if random.random() < 0.6 else "unaccompanied"
    row["group"] = group
    return {column: cell for column, cell in row.items() if cell}, bool(surname)


def _registered_age(random: Random, noise: Noise, child: Child, knows: float) -> dict[str, str]:
    if knows > _YEARS_TO_KNOW["birthday"] and random.random() < 0.45 * (1 - noise.missing):
        return {"birth_date": birth_date_cell(random, noise, child.born)}
    if knows > _YEARS_TO_KNOW["age"] and random.random() < 0.8 - noise.missing / 2:
        off = random.choice((-1, 1)) if random.random() < noise.report_age_off else 0
        return {"age": str(max(0, int(child.years) + off))}
    if random.random() < noise.missing / 6:
        return {}
    return guessed_age(random, noise, child.years)


def _relatives_of_report(random: Random, noise: Noise, family: Family, child: Child, reporter: Reporter) -> list[str]:
    hand = reporter.hand
    found = []
    for kin, (given, surname) in ((_MOTHER, family.mother), (_FATHER, family.father)):
        if random.random() < 0.1 + noise.missing:
            continue
        name = reporter.name if kin == reporter.kin else ""
        if not name:
            name = hand.whole(random, given, surname) if random.random() < 0.7 else hand.given(random, given)
        found.append(f"{_kin_word(family, kin, native=hand.native)}: {name}")
    for other in family.children:
        if other is not child and random.random() > 0.2 + noise.missing:
            kin = _SISTER if other.sex == "F" else _BROTHER
            found.append(f"{_kin_word(family, kin, native=hand.native)}: {hand.given(random, other.given)}")
    return found


def _relatives_of_child(
    random: Random, noise: Noise, family: Family, child: Child, hand: Hand, knows: float
) -> list[str]:
    if knows < _YEARS_TO_KNOW["kin"]:
        return []
    found = []
    for kin, (given, surname) in ((_MOTHER, family.mother), (_FATHER, family.father)):
        if random.random() < 0.2 + noise.missing:
            continue
        found.append(f"{ENGLISH_KIN[kin]}: {_parent_said(random, family, hand, kin, given, surname, knows)}")
    found += (
        f"{ENGLISH_KIN[_SISTER if other.sex == 'F' else _BROTHER]}: {hand.given(random, other.given)}"
        for other in family.children
        if other is not child and random.random() < 0.5 - noise.missing / 2
    )
    if knows > _YEARS_TO_KNOW["phone"] and random.random() < 0.25 * (1 - noise.missing):
        found.append(f"{ENGLISH_KIN[_MOTHER]}: {phone_cell(random, noise, family.phone)}")
    return found


def _parent_said(random: Random, family: Family, hand: Hand, kin: int, given: str, surname: str, knows: float) -> str:
    drawn = random.random()
    if drawn > min(0.92, (knows - 2) / 8):
        call = random.choice(family.culture.calls[0 if kin == _MOTHER else 1])
        return call if hand.native else random.choice(("Mama", "Mom") if kin == _MOTHER else ("Papa", "Daddy"))
    if drawn < (knows - 6) / 14:
        return hand.whole(random, given, surname)
    return hand.given(random, given.split(" ", maxsplit=1)[0] if family.culture.language == "es" else given)


def _home(random: Random, noise: Noise, family: Family, *, street: float, town: float, point: float) -> dict[str, str]:
    found = {}
    drawn = random.random()
    if drawn < street:
        number, _, way = family.street.partition(" ")
        found["home"] = f"{family.street if random.random() < 0.75 else way}, {family.town.name}"
        if random.random() < noise.slip:
            found["home"] = f"{number} {slip(way, random)}, {family.town.name}"
    elif drawn < town:
        found["home"] = family.town.name if random.random() < 0.5 else family.town.name.split(",")[0]
    if random.random() < point:
        found["home_lat"], found["home_lon"] = f"{family.home[0]:.4f}", f"{family.home[1]:.4f}"
    return found


def _kin_word(family: Family, kin: int, *, native: bool) -> str:
    return family.culture.kin[kin] if native else ENGLISH_KIN[kin]
