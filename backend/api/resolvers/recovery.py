"""A case whose family lost code and secret: what to ask, and the new ones."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_domain
from backend.api.resolvers.report import ReportPayload
from backend.api.settle import settle
from backend.api.types.error import UserError
from backend.api.types.recovery import RecoverCaseInput
from backend.api.types.report import show_report
from backend.domain.recovery import CaseRecovery, RecoveryQuestion
from backend.services import objections, recovery


@strawberry.type(description="What to ask the caller, or why nothing is asked.")
class BeginCaseRecoveryPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    questions: list[RecoveryQuestion] | None = strawberry.field(
        default=None, description="Three or four kinds of facts that the report holds; never the facts."
    )


@strawberry.type(description="The new case code and secret, or why there are none.")
class RecoverCasePayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    case_code: str | None = strawberry.field(default=None, description="To read out to the caller. Shown only now.")
    case_secret: str | None = strawberry.field(default=None, description="To read out to the caller. Shown only now.")
    email_kept: bool | None = strawberry.field(
        default=None,
        description="Whether the family is still told of news by e-mail; its phones are not.",
    )


@strawberry.type
class RecoveryMutations:
    @strawberry.mutation(description="Begin to give a family its case back: what to ask the caller.")
    async def begin_case_recovery(
        self, info: Info, report_id: Annotated[ID, strawberry.argument(description="A report of the family.")]
    ) -> BeginCaseRecoveryPayload:
        return await settle(
            BeginCaseRecoveryPayload,
            recovery.begin_case_recovery(info.context.use, info.context.viewer, report_id),
            lambda asked: BeginCaseRecoveryPayload(errors=[], questions=list(asked)),
        )

    @strawberry.mutation(
        description="Say that one has found out who the family is, after somebody objected to its case's new code. "
        "Never who gave it."
    )
    async def settle_objection(
        self, info: Info, report_id: Annotated[ID, strawberry.argument(description="A report of the family.")]
    ) -> ReportPayload:
        context = info.context
        return await settle(
            ReportPayload,
            objections.settle_objection(context.use, context.viewer, report_id),
            lambda report: ReportPayload(errors=[], report=show_report(report)),
        )

    @strawberry.mutation(
        description="Give a family a new case code and secret, if enough of its answers are right. The old ones end, "
        "it is signed out everywhere, and is told of news no more: by its devices, nor by e-mail but to an address "
        "that the caller names."
    )
    async def recover_case(
        self, info: Info, input: Annotated[RecoverCaseInput, strawberry.argument(description="The answers.")]
    ) -> RecoverCasePayload:
        context = info.context
        return await settle(
            RecoverCasePayload,
            context.heed(recovery.recover_case(context.use, context.viewer, to_domain(CaseRecovery, input))),
            lambda made: RecoverCasePayload(
                errors=[], case_code=made.code, case_secret=made.secret, email_kept=made.email_kept
            ),
        )
