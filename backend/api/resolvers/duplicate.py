"""Duplicates: the queue of pairs, and the steps of linking."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.settle import settle
from backend.api.types.connection import After, Connection, First, connection, page_request
from backend.api.types.duplicate import Duplicate, DuplicateStepInput, SuggestDuplicateInput, show_duplicate
from backend.api.types.error import UserError
from backend.api.types.incident import IncidentId
from backend.domain import duplicate as domain
from backend.domain.duplicate import DuplicateAction, DuplicateState
from backend.domain.subject import Side
from backend.services import duplicates

StepInput = Annotated[DuplicateStepInput, strawberry.argument(description="The pair, and why.")]


@strawberry.type(description="The pair, or why the step could not be taken; then with the pair as it is now.")
class DuplicatePayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    duplicate: Duplicate | None = strawberry.field(default=None, description="The pair as it is now.")


async def _step(info: Info, step: DuplicateStepInput, action: DuplicateAction) -> DuplicatePayload:
    context = info.context
    return await settle(
        DuplicatePayload,
        duplicates.decide_duplicate(context.use, context.viewer, step.id, step.version, action, step.reason),
        _done,
        present=lambda: duplicates.get_duplicate(context.use, context.viewer, step.id),
    )


def _done(pair: domain.Duplicate) -> DuplicatePayload:
    return DuplicatePayload(errors=[], duplicate=show_duplicate(pair))


@strawberry.type
class DuplicateQueries:
    @strawberry.field(description="One pair of records, where you may see both.")
    async def duplicate(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The pair.")]
    ) -> Duplicate | None:
        return show_duplicate(await duplicates.get_duplicate(info.context.use, info.context.viewer, id))

    @strawberry.field(
        description="Pairs of registrations, or of reports, that may be of the same child, most probable first."
    )
    async def duplicates(
        self,
        info: Info,
        incident_id: IncidentId,
        side: Annotated[Side, strawberry.argument(description="Registrations or reports.")],
        states: Annotated[
            list[DuplicateState] | None,
            strawberry.argument(description="Only those in one of these states; SUGGESTED where left out."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Duplicate]:
        context = info.context
        wanted = (DuplicateState.SUGGESTED,) if states is None else tuple(states)
        page = await duplicates.list_duplicates(
            context.use, context.viewer, incident_id, side, wanted, page_request(first, after)
        )
        return connection(page, show_duplicate)


@strawberry.type
class DuplicateMutations:
    @strawberry.mutation(description="Say that two records may be of one child; a pair that is there already is it.")
    async def suggest_duplicate(
        self, info: Info, input: Annotated[SuggestDuplicateInput, strawberry.argument(description="The two records.")]
    ) -> DuplicatePayload:
        context = info.context
        return await settle(
            DuplicatePayload,
            duplicates.suggest_by_hand(context.use, context.viewer, input.side, input.record_id, input.other_id),
            _done,
        )

    @strawberry.mutation(
        description="Say that both records are of one child: what is decided of one counts for the other. Nothing is "
        "merged."
    )
    async def link_duplicate(self, info: Info, input: StepInput) -> DuplicatePayload:
        return await _step(info, input, DuplicateAction.LINK)

    @strawberry.mutation(description="Take a link back: each record is again as it was without the other.")
    async def unlink_duplicate(self, info: Info, input: StepInput) -> DuplicatePayload:
        return await _step(info, input, DuplicateAction.UNLINK)

    @strawberry.mutation(description="Say that they are two children.")
    async def dismiss_duplicate(self, info: Info, input: StepInput) -> DuplicatePayload:
        return await _step(info, input, DuplicateAction.DISMISS)
