"""Deriving and scoring a whole incident anew, at an operator's word: begun once, taken up again where it was left."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

from backend.domain.event import OPERATOR
from backend.domain.model import Rescoring, RescoringStep
from backend.matching.context import shipped_data
from backend.matching.profile import PROFILE_VERSION
from backend.services.collaborators import Collaborators
from backend.services.models import put_model, rules_of, start_rescoring
from backend.services.rescoring import LOOK_AGAIN, rescore_page, rescoring_of
from backend.store.records import Session


async def begin_rebuilding(use: Collaborators, incident_id: str) -> Rescoring | None:
    """The rescoring of an incident that makes old profiles anew: the one under way, or else a new one.

    The model is made anew with it where it was for other data or profiles than those that are shipped now. None: no
    such incident.
    """

    async def write(session: Session) -> Rescoring | None:
        rules = await rules_of(use, incident_id, session)
        if rules is None:
            return None
        model = rules.model
        is_present = (model.data, model.profile_version) == (shipped_data(), PROFILE_VERSION)
        under_way = await use.store.rescorings.get(incident_id, session)
        if under_way is not None and under_way.step is not RescoringStep.DONE and under_way.reprofile and is_present:
            return under_way
        if not is_present:
            await put_model(use, rules, replace(model, because="Other data are shipped now."), session)
        return await start_rescoring(use, incident_id, session, reprofile=True, actor_id=OPERATOR)

    return await use.store.transact(write)


async def work_off(use: Collaborators, incident_id: str) -> AsyncIterator[Rescoring]:
    """Each step of the rescoring that is under way, until none is left.

    Where a worker moves it on, that is only looked at; where nobody does, the pages are worked on here.
    """
    seen: int | None = None
    while (now := await rescoring_of(use, incident_id)) is not None:
        yield now
        if now.step is RescoringStep.DONE:
            return
        moved_by_others = seen is not None and now.version != seen
        pause = LOOK_AGAIN if moved_by_others else await _work_on(use, now)
        if pause:
            await asyncio.sleep(pause.total_seconds())
        after = await rescoring_of(use, incident_id)
        seen = now.version if moved_by_others or after is None else after.version


async def _work_on(use: Collaborators, rescoring: Rescoring) -> timedelta | None:
    return await use.store.transact(lambda session: rescore_page(use, rescoring.id, rescoring.run, session))
