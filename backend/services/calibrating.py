"""Refitting an incident's calibration on its own decided pairs. What is shipped stays as it is."""

from dataclasses import dataclass, replace

from backend.domain.errors import conflict, not_found
from backend.domain.match import MatchState
from backend.domain.model import MatchingModel, RescoringStep
from backend.matching.calibration import Decided, fitted
from backend.matching.context import Context, context_of, default_context
from backend.services.collaborators import Collaborators
from backend.services.models import Rules, change_model, rules_of
from backend.services.rescoring import rescoring_of

FEWEST = 20


@dataclass(frozen=True, slots=True)
class Refit:
    """The decided pairs, and the rules before and after they were learnt from."""

    rules: Rules
    decided: tuple[Decided, ...]
    before: Context
    after: Context

    @property
    def confirmed(self) -> int:
        return sum(one.same for one in self.decided)


async def refit(use: Collaborators, incident_id: str, *, force: bool) -> Refit:
    """What the decided pairs of an incident say of its calibration; nothing is changed yet.

    Raises: DomainError NOT_FOUND; CONFLICT where too few were decided, or scores are just being made anew.
    """
    rules = await rules_of(use, incident_id)
    if rules is None:
        raise not_found("incident")
    rescoring = await rescoring_of(use, incident_id)
    if rescoring is not None and rescoring.step is not RescoringStep.DONE:
        raise conflict("This incident is being rescored. Please calibrate when that is done.")
    decided = await _decided(use, incident_id)
    both = {one.same for one in decided}
    if not force and (len(decided) < FEWEST or len(both) < 2):  # noqa: PLR2004 (confirmed and rejected)
        raise conflict(
            f"Only {len(decided)} pairs were decided ({sum(one.same for one in decided)} confirmed): "
            f"{FEWEST} are needed, of both kinds; --force does it all the same."
        )
    if not decided:
        raise conflict("No pair was confirmed or rejected yet, so there is nothing to learn from.")
    learnt = fitted(decided, default_context().weights.calibration)
    after = context_of(replace(rules.model, slope=learnt.slope, offset=learnt.offset))
    return Refit(rules, tuple(decided), rules.context, after)


async def keep_refit(use: Collaborators, learnt: Refit) -> MatchingModel:
    """Put the learnt calibration into the incident's model, and have everything rescored.

    Raises: DomainError CONFLICT where the model was made anew meanwhile.
    """
    calibration = learnt.after.weights.calibration
    count = len(learnt.decided)

    def change(rules: Rules) -> MatchingModel:
        if rules.model.version != learnt.rules.model.version:
            raise conflict("The incident's model was made anew in the meantime. Please calibrate again.")
        because = f"Calibrated on {count} decided pairs."
        return replace(rules.model, slope=calibration.slope, offset=calibration.offset, because=because)

    return await change_model(use, learnt.rules.incident.id, change)


async def _decided(use: Collaborators, incident_id: str) -> list[Decided]:
    states = [MatchState.CONFIRMED.value, MatchState.REJECTED.value]
    wanted = {"incidentId": incident_id, "state": {"$in": states}}
    found = use.store.matches.collection.find(wanted, {"bits": 1, "state": 1})
    return [Decided(one["bits"], one["state"] == MatchState.CONFIRMED.value) async for one in found]
