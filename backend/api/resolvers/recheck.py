"""Re-checks: asked, taken back, answered, and listed for a site."""

from collections.abc import Awaitable
from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_domain
from backend.api.settle import settle
from backend.api.types.asking import AnswerInput
from backend.api.types.connection import After, Connection, First, connection, page_request
from backend.api.types.error import UserError
from backend.api.types.incident import IncidentId
from backend.api.types.recheck import AskRecheckInput, Recheck, show_recheck
from backend.domain import recheck as domain
from backend.domain.asking import Answer, AskedState
from backend.domain.recheck import NewRecheck
from backend.services import rechecks

RecheckId = Annotated[ID, strawberry.argument(description="The re-check.")]


@strawberry.type(description="The re-check, or why nothing was done; then with the re-check as it is now.")
class RecheckPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    recheck: Recheck | None = strawberry.field(default=None, description="The re-check as it is now.")


def _done(recheck: domain.Recheck) -> RecheckPayload:
    return RecheckPayload(errors=[], recheck=show_recheck(recheck))


async def _step(info: Info, recheck_id: str, work: Awaitable[domain.Recheck]) -> RecheckPayload:
    context = info.context
    return await settle(
        RecheckPayload, work, _done, present=lambda: rechecks.get_recheck(context.use, context.viewer, recheck_id)
    )


@strawberry.type
class RecheckQueries:
    @strawberry.field(description="One re-check.")
    async def recheck(self, info: Info, id: RecheckId) -> Recheck | None:
        return show_recheck(await rechecks.get_recheck(info.context.use, info.context.viewer, id))

    @strawberry.field(description="The re-checks of an incident, or of one of its sites, newest first.")
    async def rechecks(
        self,
        info: Info,
        incident_id: IncidentId,
        site_id: Annotated[ID | None, strawberry.argument(description="Only those of this site.")] = None,
        states: Annotated[
            list[AskedState] | None,
            strawberry.argument(description="Only those in one of these states; OPEN where left out."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Recheck]:
        context = info.context
        wanted = (AskedState.OPEN,) if states is None else tuple(states)
        page = await rechecks.list_rechecks(
            context.use, context.viewer, incident_id, site_id, wanted, page_request(first, after)
        )
        return connection(page, show_recheck)


@strawberry.type
class RecheckMutations:
    @strawberry.mutation(description="Ask those at a child's site to look at it once more.")
    async def ask_recheck(
        self, info: Info, input: Annotated[AskRecheckInput, strawberry.argument(description="The question.")]
    ) -> RecheckPayload:
        context = info.context
        new = to_domain(NewRecheck, input)
        return await settle(RecheckPayload, rechecks.ask_recheck(context.use, context.viewer, new), _done)

    @strawberry.mutation(description="Take a question back that nobody has answered.")
    async def drop_recheck(self, info: Info, id: RecheckId) -> RecheckPayload:
        return await _step(info, id, rechecks.drop_recheck(info.context.use, info.context.viewer, id))

    @strawberry.mutation(description="Answer a re-check; what it says of the child joins the registration.")
    async def answer_recheck(
        self,
        info: Info,
        id: RecheckId,
        answer: Annotated[AnswerInput, strawberry.argument(description="The answer.")],
    ) -> RecheckPayload:
        context = info.context
        work = rechecks.answer_recheck(context.use, context.viewer, id, to_domain(Answer, answer))
        return await _step(info, id, work)
