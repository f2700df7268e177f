"""The matching model of an incident: read with every scoring, made anew when it no longer fits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from backend.domain.errors import not_found
from backend.domain.event import SYSTEM, Event, EventKind
from backend.domain.incident import DISPLACEMENT_KM, Incident
from backend.domain.model import EXPECTED_REGISTRATIONS, OUTGROWN, MatchingModel, Rescoring, RescoringStep
from backend.matching.context import Context, context_of, shipped_data
from backend.matching.profile import PROFILE_VERSION
from backend.services.changes import stale
from backend.services.collaborators import Collaborators
from backend.store import events
from backend.store.models import incident_and_model, keep_model, stamp_of
from backend.store.places import places_of_registered
from backend.store.records import Session
from geo.displacement import Displacement
from geo.gathered import gather

MOST_REMEMBERED = 64
LOOKS_BEFORE_OUTGROWN = 16
"""An incident is counted about so many times before its registrations can have grown by what its prior is for."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the pairs of an incident are scored and judged under."""

    incident: Incident
    model: MatchingModel
    context: Context


async def rules_of(use: Collaborators, incident_id: str, session: Session | None = None) -> Rules | None:
    """The rules of an incident as they are now; None where there is no such incident.

    What was read once is remembered for as long as neither incident nor model changes: in a transaction, the stamp
    that is read says which of them is the present one.
    """
    stamp = await stamp_of(use.store, incident_id, session)
    if stamp is None or stamp in use.remembered:
        return None if stamp is None else use.remembered[stamp]
    found = await incident_and_model(use.store, incident_id, session)
    if found is None:
        return None
    incident, model = found[0], found[1] or first_model(found[0])
    rules = Rules(incident, model, context_of(model))
    if len(use.remembered) >= MOST_REMEMBERED:
        use.remembered.clear()
    use.remembered[stamp] = rules
    return rules


def first_model(incident: Incident) -> MatchingModel:
    """What an incident begins with: assumptions, and what is shipped."""
    return MatchingModel(
        version=1,
        candidates=EXPECTED_REGISTRATIONS,
        displacement=Displacement(DISPLACEMENT_KM[incident.scale]),
        data=shipped_data(),
        profile_version=PROFILE_VERSION,
        because="The incident was opened.",
        made_at=incident.created_at,
    )


def rescaled(model: MatchingModel, incident: Incident) -> MatchingModel:
    """The model for an incident whose scale a coordinator has set: its word stands against what was learnt."""
    law = model.displacement
    scale_km = DISPLACEMENT_KM[incident.scale]
    return replace(
        model,
        displacement=Displacement(scale_km, gathered=law.gathered, corridors=law.corridors),
        because=f"The incident's scale was set to {incident.scale.value}.",
    )


async def change_model(
    use: Collaborators, incident_id: str, change: Callable[[Rules], MatchingModel], *, reprofile: bool = False
) -> MatchingModel:
    """Put what `change` makes of the present model in its place, and have the whole incident rescored.

    Raises: DomainError NOT_FOUND; STALE where two change it at once.
    """

    async def write(session: Session) -> MatchingModel:
        rules = await rules_of(use, incident_id, session)
        if rules is None:
            raise not_found("incident")
        model = await put_model(use, rules, change(rules), session)
        await start_rescoring(use, incident_id, session, reprofile=reprofile)
        return model

    return await use.store.transact(write)


async def put_model(use: Collaborators, rules: Rules, following: MatchingModel, session: Session) -> MatchingModel:
    """Keep `following` as the next version of an incident's model; who calls has everything rescored.

    It is for the data that is shipped now, whichever the model before was for.

    Raises: DomainError STALE.
    """
    model = replace(
        following,
        version=rules.model.version + 1,
        data=shipped_data(),
        profile_version=PROFILE_VERSION,
        made_at=use.clock(),
    )
    if not await keep_model(use.store, rules.incident.id, model, session):
        raise stale()
    return model


async def renew_if_outgrown(use: Collaborators, rules: Rules, event_ids: Iterable[str], session: Session) -> None:
    """Make the model anew once there are several times the registrations that its prior is for.

    Counting takes longer the more there are, so only one event in so many counts, and never further than needed.
    """
    model, incident = rules.model, rules.incident
    seldom = max(1, model.candidates // LOOKS_BEFORE_OUTGROWN)
    if all(int(event_id[-12:], 16) % seldom for event_id in event_ids):
        return
    registrations = use.store.registrations.collection
    here = {"incidentId": incident.id}
    enough = OUTGROWN * model.candidates
    if await registrations.count_documents(here, limit=enough, session=session) < enough:
        return
    count = await registrations.count_documents(here, session=session)
    because = f"The incident has {count} registrations; the prior was for {model.candidates}."
    law = replace(model.displacement, gathered=gather(await places_of_registered(use.store, incident.id, session)))
    following = replace(model, candidates=count, displacement=law, because=because)
    await put_model(use, rules, following, session)
    await start_rescoring(use, incident.id, session)


async def start_rescoring(
    use: Collaborators, incident_id: str, session: Session, *, reprofile: bool = False, actor_id: str = SYSTEM
) -> Rescoring:
    """Have every report of an incident scored anew, page by page, from the beginning, whatever was under way.

    Profiles that were to be made anew still are, from where that had come to.
    """
    before = await use.store.rescorings.get(incident_id, session)
    now = use.clock()
    run = use.new_id()
    unfinished = before is not None and before.step is not RescoringStep.DONE
    reprofile = reprofile or (before is not None and unfinished and before.reprofile)
    goes_on = before is not None and before.step is RescoringStep.REGISTRATIONS
    started = Rescoring(
        id=incident_id,
        run=run,
        step=RescoringStep.REGISTRATIONS if reprofile else RescoringStep.REPORTS,
        after=before.after if before is not None and goes_on else None,
        done=before.done if before is not None and goes_on else 0,
        reprofile=reprofile,
        since=now,
        version=1 if before is None else before.version + 1,
        updated_at=now,
    )
    if before is None:
        await use.store.rescorings.insert(started, session)
    elif not await use.store.rescorings.replace(started, before.version, session):
        raise stale()
    told = Event(
        id=run,
        kind=EventKind.RESCORING_STARTED,
        subject_id=incident_id,
        actor_id=actor_id,
        at=now,
        incident_id=incident_id,
    )
    await events.append(use.store, session, told)
    return started
