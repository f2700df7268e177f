"""The two accounts of one child: what a shelter writes down, and what a family remembers. Neither is quite true."""

from datetime import datetime, timedelta
from random import Random

from backend.domain.person import Age, AgeSource, Communication, Mark, Names, Person, Place, Point, Relative, Sex
from backend.domain.registration import CareStatus, NewRegistration
from backend.domain.report import MissingChild
from backend.simulation.cultures import BROTHER_OR_SISTER
from backend.simulation.families import Child, Household, full_name
from backend.simulation.spelling import latin, with_a_slip, without_accents

SAYS_NOTHING_UNDER = 2.5
KNOWS_ITS_AGE_FROM = 5
_FOUND_AT = ("on a roof", "at the bus stop", "in a boat", "near the bridge", "in a church", "at the gas station")
_LAST_SEEN = ("the bus station", "our street", "the school", "the evacuation bus", "the hospital", "a friend's house")


def as_registered(
    random: Random, home: Household, child: Child, *, registration_id: str, site_id: str, found_at: datetime
) -> NewRegistration:
    """What a volunteer writes down, mostly from what the child says; the smallest say nothing at all."""
    small = child.years < SAYS_NOTHING_UNDER
    return NewRegistration(
        id=registration_id,
        site_id=site_id,
        care_status=random.choices((CareStatus.UNACCOMPANIED, CareStatus.SEPARATED), (85, 15))[0],
        found_at=found_at,
        found_place=_found_place(random, home),
        person=Person(
            names=Names() if small and _chance(random, 0.7) else _name_as_said(random, home, child),
            sex=_sex_as_seen(random, child),
            age=_age_as_seen(random, child),
            languages=() if small else (home.culture.language,),
            hair=_colour_as_seen(random, child.hair),
            eyes=_colour_as_seen(random, child.eyes),
            height_cm=float(child.height_cm + random.randint(-3, 3)) if _chance(random, 0.6) else None,
            marks=tuple(_mark_as_seen(random, mark) for mark in child.marks if _chance(random, 0.7)),
            clothing=child.clothing if _chance(random, 0.7) else child.clothing[:1],
            communication=Communication.TOO_YOUNG if small else Communication.SPEAKS,
            relatives=() if small else _relatives_as_said(random, home, child),
        ),
    )


def as_reported(
    random: Random, home: Household, child: Child, *, report_id: str, today: datetime, last_seen_at: datetime
) -> MissingChild:
    """What the family says: the name in its own script, the age exactly, the rest as well as one remembers."""
    others = [sibling for sibling in home.children if sibling is not child]
    return MissingChild(
        id=report_id,
        last_seen_at=last_seen_at,
        last_seen_place=Place(
            f"{random.choice(_LAST_SEEN)}, {home.town.text}", home.home_point if _chance(random, 0.7) else None
        ),
        person=Person(
            names=_name_as_filed(random, home, child),
            sex=child.sex,
            age=_age_as_known(random, child, today),
            languages=(home.culture.language,),
            hair=child.hair,
            eyes=child.eyes if _chance(random, 0.8) else None,
            height_cm=float(round(child.height_cm, -1)) if _chance(random, 0.3) else None,
            marks=child.marks,
            clothing=child.clothing if _chance(random, 0.6) else (),
            relatives=(
                Relative("mother", home.mother, home.phone),
                Relative("father", home.father),
                *(Relative(BROTHER_OR_SISTER[sibling.sex], sibling.given) for sibling in others),
            ),
            home=home.home,
        ),
    )


def _chance(random: Random, share: float) -> bool:
    return random.random() < share


def _name_as_said(random: Random, home: Household, child: Child) -> Names:
    given, family = latin(child.given), latin(child.family.split()[0])
    match random.choices(("whole", "slip", "given", "called", "own script"), (30, 22, 22, 16, 10))[0]:
        case "whole":
            return Names(given=given, family=family)
        case "slip":
            return Names(given=with_a_slip(random, given), family=family)
        case "given":
            return Names(as_said=given)
        case "called":
            return Names(as_said=latin(child.called))
        case _:
            return Names(full=full_name(home.culture, child.given, child.family))


def _name_as_filed(random: Random, home: Household, child: Child) -> Names:
    others = () if child.called == child.given else (child.called,)
    if _chance(random, 0.3):
        return Names(full=full_name(home.culture, child.given, child.family), others=others)
    given = without_accents(child.given) if _chance(random, 0.15) else child.given
    return Names(given=given, family=child.family, others=others)


def _sex_as_seen(random: Random, child: Child) -> Sex | None:
    if _chance(random, 0.05):
        return None
    if _chance(random, 0.01):
        return Sex.MALE if child.sex is Sex.FEMALE else Sex.FEMALE
    return child.sex


def _age_as_seen(random: Random, child: Child) -> Age:
    if child.years >= KNOWS_ITS_AGE_FROM and _chance(random, 0.5):
        return Age(minimum=int(child.years), maximum=int(child.years), source=AgeSource.STATED)
    guess = max(0, round(child.years + random.gauss(0, 0.1 * child.years + 0.3)))
    return Age(minimum=max(0, guess - 1), maximum=guess + 1, source=AgeSource.ESTIMATED)


def _age_as_known(random: Random, child: Child, today: datetime) -> Age:
    if _chance(random, 0.7):
        born = today - timedelta(days=child.years * 365.25)
        return Age(birth_date=born.date().isoformat(), source=AgeSource.DOCUMENT)
    return Age(minimum=int(child.years), maximum=int(child.years), source=AgeSource.STATED)


def _colour_as_seen(random: Random, colour: str) -> str | None:
    if _chance(random, 0.25):
        return None
    return "brown" if colour in {"light brown", "dark brown", "hazel"} else colour


def _mark_as_seen(random: Random, mark: Mark) -> Mark:
    side, _, rest = (mark.body_site or "").rpartition(" ")
    return Mark(mark.kind, rest) if side and _chance(random, 0.3) else mark


def _relatives_as_said(random: Random, home: Household, child: Child) -> tuple[Relative, ...]:
    said = []
    if _chance(random, 0.6):
        knows_name = child.years > KNOWS_ITS_AGE_FROM and _chance(random, 0.5)
        said.append(Relative("mother", latin(home.mother) if knows_name else home.culture.mother))
    said += [
        Relative(BROTHER_OR_SISTER[sibling.sex], latin(sibling.called))
        for sibling in home.children
        if sibling is not child and _chance(random, 0.5)
    ]
    return tuple(said)


def _found_place(random: Random, home: Household) -> Place:
    where = Point(round(home.home_point.latitude, 2), round(home.home_point.longitude, 2))
    return Place(f"{random.choice(_FOUND_AT)}, {home.town.name}", where if _chance(random, 0.5) else None)
