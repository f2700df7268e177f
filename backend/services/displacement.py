"""How far an incident carried people, learnt from what people have confirmed, and put into its model."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from backend.domain.errors import not_found
from backend.domain.incident import DISPLACEMENT_KM
from backend.domain.match import MatchState
from backend.domain.model import MatchingModel
from backend.matching.compare_life import days_between
from backend.matching.profile import Profile, Spot
from backend.services.collaborators import Collaborators
from backend.services.models import change_model, rules_of
from backend.store.candidates import candidates_by_id
from backend.store.key_indexes import Candidates
from backend.store.places import places_of_registered
from backend.store.records import Session
from geo.displacement import Displacement
from geo.estimate import Estimate, Journey, held_out, learn
from geo.gathered import Gathered, Place, gather

ENOUGH = 20
"""Confirmed pairs with two known places from which on what is learnt weighs more than what was assumed."""

FEWEST_TO_HOLD_OUT = 5


@dataclass(frozen=True, slots=True)
class LearntDisplacement:
    """What confirmed matches say: the law until now, the one learnt, and how well each foretells.

    `foretold` are the mean log-likelihoods in bits of a pair that was held out, before and after (`held_out` in
    `geo.estimate`); None where there are too few pairs to hold any out.
    """

    incident_name: str
    before: Displacement
    after: Displacement
    estimate: Estimate
    journeys: tuple[Journey, ...]
    foretold: tuple[float, float] | None


async def learn_displacement(use: Collaborators, incident_id: str) -> LearntDisplacement:
    """Learn from the incident's confirmed matches and count where its registered are. Changes nothing.

    What is learnt is held against the shipped assumptions for the incident's scale, not against what was learnt
    before, so that the same pairs never count twice.

    Raises: DomainError NOT_FOUND.
    """
    rules = await rules_of(use, incident_id)
    if rules is None:
        raise not_found("incident")
    journeys = await confirmed_journeys(use, incident_id)
    assumed = Displacement(DISPLACEMENT_KM[rules.incident.scale], gathered=await count_gathered(use, incident_id))
    before = rules.model.displacement
    estimate = learn(journeys, assumed)
    foretold = held_out(journeys, before, assumed) if len(journeys) >= FEWEST_TO_HOLD_OUT else None
    return LearntDisplacement(
        rules.incident.name, before, estimate.applied_to(assumed), estimate, tuple(journeys), foretold
    )


async def keep_displacement(use: Collaborators, incident_id: str, learnt: LearntDisplacement) -> MatchingModel:
    """Make it the incident's next model; every pair is rescored under it.

    Raises: DomainError NOT_FOUND; STALE where somebody else changes the model at this moment.
    """
    because = f"How far people are carried was learnt from {learnt.estimate.count} confirmed matches."
    return await change_model(
        use, incident_id, lambda rules: replace(rules.model, displacement=learnt.after, because=because)
    )


async def confirmed_journeys(use: Collaborators, incident_id: str) -> list[Journey]:
    """Where the children of confirmed matches were lost and found, of those of which both places are known."""
    matches = await use.store.matches.find({"incidentId": incident_id, "state": MatchState.CONFIRMED.value})
    reports = await _profiles(use.store.reports, (match.report_id for match in matches))
    registrations = await _profiles(use.store.registrations, (match.registration_id for match in matches))
    journeys = []
    for match in matches:
        report, registration = reports.get(match.report_id), registrations.get(match.registration_id)
        if report is None or registration is None:
            continue
        lost = _point_of((*report.places, *(() if report.home is None else (report.home,))))
        found = _point_of(registration.places)
        if lost is not None and found is not None:
            journeys.append(Journey(lost, found, days_between(report, registration)))
    return journeys


async def count_gathered(use: Collaborators, incident_id: str, session: Session | None = None) -> Gathered:
    """Where the registered of an incident are now, to be frozen with a model."""
    return gather(await places_of_registered(use.store, incident_id, session))


async def _profiles(records: Candidates, ids: Iterable[str]) -> dict[str, Profile]:
    return {found.id: found.profile for found in await candidates_by_id(records, sorted(set(ids)))}


def _point_of(spots: Iterable[Spot]) -> Place | None:
    for spot in spots:
        if spot.latitude is not None and spot.longitude is not None:
            return spot.latitude, spot.longitude
    return None
