"""The story of the exercise: who arrives where and who is missed, one happening after the other, without end."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from random import Random

from backend.domain.person import Point
from backend.domain.registration import NewRegistration
from backend.domain.report import MissingChild, NewReport
from backend.domain.subject import Reporter
from backend.simulation.accounts import KNOWS_ITS_AGE_FROM, as_registered, as_reported
from backend.simulation.families import Child, Household, invent_household, names_from
from backend.simulation.gulf import Town, distance_km

SECONDS_BETWEEN_FAMILIES = (6.0, 11.0)
MEAN_SECONDS_APART = 25.0
"""Between the report of a family and the arrival of its children, either first."""
NEAR_SITES = 6


class Fate(Enum):
    """Who knows of a family's children: most are both missed and taken in."""

    BOTH = 64
    NOBODY_MISSES_THEM = 19
    NOBODY_HAS_THEM = 17


@dataclass(frozen=True, slots=True)
class OpenSite:
    id: str
    point: Point


@dataclass(frozen=True, slots=True)
class Arrival:
    """Children who come to a site together: one, or siblings."""

    at: float
    site_id: str
    registrations: tuple[NewRegistration, ...]


@dataclass(frozen=True, slots=True)
class Filing:
    """A family reports its children, by itself or through the hotline."""

    at: float
    report: NewReport
    by_telephone: bool


Happening = Arrival | Filing


@dataclass(frozen=True, slots=True)
class Stage:
    """`began` is when the exercise begins, and the hurricane is a day old; `truth` is filled as the story goes on, and
    says which registration is of the child of which report.
    """

    random: Random
    incident_id: str
    sites: Sequence[OpenSite]
    towns: list[Town]
    began: datetime
    new_id: Callable[[], str]
    new_retry_key: Callable[[], str]
    truth: dict[str, str] = field(default_factory=dict)


def tell_story(stage: Stage) -> Iterator[Happening]:
    """What happens, in order of `at`, in seconds since the exercise began.

    The first family files at once, and its children arrive at the first site seconds later: somebody is watching.
    """
    names = names_from(stage.random)
    ahead: list[tuple[float, int, Happening]] = []
    number = 0
    begins = 0.0
    while True:
        first = begins == 0
        household = invent_household(stage.random, names, stage.towns)
        while first and not _tells_a_lot(household):
            household = invent_household(stage.random, names, stage.towns)
        for happening in _family(stage, household, begins, first=first):
            number += 1
            heapq.heappush(ahead, (happening.at, number, happening))
        begins += stage.random.uniform(*SECONDS_BETWEEN_FAMILIES)
        while ahead and ahead[0][0] < begins:
            yield heapq.heappop(ahead)[2]


def _tells_a_lot(home: Household) -> bool:
    return len(home.children) > 1 and all(child.years > KNOWS_ITS_AGE_FROM for child in home.children)


def _family(stage: Stage, home: Household, begins: float, *, first: bool) -> Iterator[Happening]:
    random = stage.random
    fate = Fate.BOTH if first else random.choices(list(Fate), [fate.value for fate in Fate])[0]
    report_ids = [stage.new_id() for _ in home.children]
    registration_ids = [stage.new_id() for _ in home.children]
    lost_at = stage.began - timedelta(hours=random.uniform(8, 24))
    later = begins + min(random.expovariate(1 / MEAN_SECONDS_APART), 4 * MEAN_SECONDS_APART)
    filed_at, arrives_at = (begins, later) if random.random() < 0.5 else (later, begins)  # noqa: PLR2004 (half of them)
    if first:
        filed_at, arrives_at = begins, begins + 6.0
    if fate is not Fate.NOBODY_MISSES_THEM:
        missing = tuple(
            as_reported(random, home, child, report_id=report_id, today=stage.began, last_seen_at=lost_at)
            for child, report_id in zip(home.children, report_ids, strict=True)
        )
        yield Filing(filed_at, _report(stage, home, missing), by_telephone=not first and random.random() < 0.25)  # noqa: PLR2004 (a quarter)
    if fate is not Fate.NOBODY_HAS_THEM:
        if fate is Fate.BOTH:
            stage.truth.update(zip(report_ids, registration_ids, strict=True))
        children = list(zip(home.children, registration_ids, strict=True))
        for group in [children] if first or random.random() < 0.8 else [[each] for each in children]:  # noqa: PLR2004 (most siblings stay together)
            site = stage.sites[0] if first else _site(stage, home)
            yield _arrival(stage, home, group, site, arrives_at, lost_at)


def _report(stage: Stage, home: Household, missing: tuple[MissingChild, ...]) -> NewReport:
    parent, relation = stage.random.choice(((home.mother, "mother"), (home.father, "father")))
    return NewReport(
        incident_id=stage.incident_id,
        retry_key=stage.new_retry_key(),
        reporter=Reporter(name=parent, relation=relation, phone=home.phone),
        children=missing,
        id=stage.new_id(),
    )


def _arrival(
    stage: Stage, home: Household, group: list[tuple[Child, str]], site: OpenSite, at: float, lost_at: datetime
) -> Arrival:
    found_at = lost_at + timedelta(hours=stage.random.uniform(1, 7))
    registrations = tuple(
        as_registered(stage.random, home, child, registration_id=its_id, site_id=site.id, found_at=found_at)
        for child, its_id in group
    )
    return Arrival(at, site.id, registrations)


def _site(stage: Stage, home: Household) -> OpenSite:
    """One of the nearest sites; now and then any, since buses and helicopters go far."""
    if stage.random.random() < 0.15:  # noqa: PLR2004 (about one in seven)
        return stage.random.choice(stage.sites)
    near = sorted(stage.sites, key=lambda site: distance_km(site.point, home.home_point))[:NEAR_SITES]
    return stage.random.choice(near)
