"""Take-downs: a false report taken down, appealed against, answered, and read as a trace."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_domain
from backend.api.resolvers.report import ReportPayload
from backend.api.settle import settle
from backend.api.types.connection import After, Connection, First, connection, page_request
from backend.api.types.error import UserError
from backend.api.types.incident import IncidentId
from backend.api.types.report import show_report
from backend.api.types.take_down import AnswerTakeDownInput, TakeDown, TakeDownReportInput, show_take_down
from backend.domain.take_down import NewTakeDown, TakeDownAction, TakeDownState
from backend.services import take_downs


@strawberry.type(description="The take-down, or why nothing was done.")
class TakeDownPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    take_down: TakeDown | None = strawberry.field(default=None, description="The take-down as it is now.")


@strawberry.type
class TakeDownQueries:
    @strawberry.field(description="One take-down, with its trace.")
    async def take_down(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The take-down.")]
    ) -> TakeDown | None:
        return show_take_down(await take_downs.get_take_down(info.context.use, info.context.viewer, id))

    @strawberry.field(description="The take-downs of an incident, newest first.")
    async def take_downs(
        self,
        info: Info,
        incident_id: IncidentId,
        states: Annotated[
            list[TakeDownState] | None,
            strawberry.argument(description="Only those in one of these states; all where left out."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[TakeDown]:
        context = info.context
        wanted = tuple(TakeDownState) if states is None else tuple(states)
        page = await take_downs.list_take_downs(
            context.use, context.viewer, incident_id, wanted, page_request(first, after)
        )
        return connection(page, show_take_down)


@strawberry.type
class TakeDownMutations:
    @strawberry.mutation(
        description="Take a false report down, once whoever asks for it was identified: it is matched no more."
    )
    async def take_down_report(
        self, info: Info, input: Annotated[TakeDownReportInput, strawberry.argument(description="Which, who, and why.")]
    ) -> TakeDownPayload:
        context = info.context
        return await settle(
            TakeDownPayload,
            take_downs.take_down_report(context.use, context.viewer, to_domain(NewTakeDown, input)),
            lambda made: TakeDownPayload(errors=[], take_down=show_take_down(made)),
        )

    @strawberry.mutation(description="Say why a report that was taken down is true: another person looks at it then.")
    async def appeal_take_down(
        self,
        info: Info,
        report_id: Annotated[ID, strawberry.argument(description="The report.")],
        text: Annotated[str, strawberry.argument(description="Why it is true.")],
    ) -> ReportPayload:
        context = info.context
        return await settle(
            ReportPayload,
            take_downs.appeal_take_down(context.use, context.viewer, report_id, text),
            lambda report: ReportPayload(errors=[], report=show_report(report)),
        )

    @strawberry.mutation(description="Restore a report that was taken down, or turn the appeal down.")
    async def answer_take_down(
        self, info: Info, input: Annotated[AnswerTakeDownInput, strawberry.argument(description="The answer.")]
    ) -> TakeDownPayload:
        context = info.context
        action = TakeDownAction.RESTORE if input.restore else TakeDownAction.UPHOLD
        return await settle(
            TakeDownPayload,
            take_downs.answer_take_down(context.use, context.viewer, input.id, input.version, action, input.reason),
            lambda made: TakeDownPayload(errors=[], take_down=show_take_down(made)),
            present=lambda: take_downs.get_take_down(context.use, context.viewer, input.id),
        )
