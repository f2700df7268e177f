"""Reports: read, filed, changed, withdrawn, and followed by the family."""

from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_domain
from backend.api.settle import settle
from backend.api.types.connection import CURSOR, After, AfterCursor, Connection, First, connection, page_request
from backend.api.types.error import UserError
from backend.api.types.incident import IncidentId
from backend.api.types.person import PersonInput
from backend.api.types.report import ChangeReportInput, FileReportInput, Report, show_report
from backend.domain import report as domain
from backend.domain.person import Person
from backend.domain.report import NewReport, ReportChanges
from backend.services import finding, following, reports, reviews


@strawberry.type(description="The report, or why nothing was changed.")
class ReportPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    report: Report | None = strawberry.field(default=None, description="The report as it is now.")


@strawberry.type(
    description="The reports that were filed and how the family comes back to them, or why none was filed."
)
class FileReportPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    reports: list[Report] = strawberry.field(default_factory=list, description="One for each child.")
    case_code: str | None = strawberry.field(
        default=None, description="To sign in again, with the secret; can be read out on the telephone."
    )
    case_secret: str | None = strawberry.field(default=None, description="Shown only now: the server keeps a hash.")
    token: str | None = strawberry.field(
        default=None, description="A bearer token for the family's own reports; null where staff files for a caller."
    )


def _done(report: domain.Report) -> ReportPayload:
    return ReportPayload(errors=[], report=show_report(report))


@strawberry.type
class ReportQueries:
    @strawberry.field(description="One report.")
    async def report(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The report.")]
    ) -> Report | None:
        return show_report(await reports.get_report(info.context.use, info.context.viewer, id))

    @strawberry.field(description="The reports of an incident, newest first; for a family, its own.")
    async def reports(
        self,
        info: Info,
        incident_id: IncidentId,
        *,
        waiting_for_review: Annotated[
            bool,
            strawberry.argument(description="For staff: only those that strangers filed and nobody looked at yet."),
        ] = False,
        first: First = 20,
        after: After = None,
    ) -> Connection[Report]:
        context, request = info.context, page_request(first, after)
        if waiting_for_review:
            page = await reviews.reports_to_review(context.use, context.viewer, incident_id, request)
        else:
            page = await reports.list_reports(context.use, context.viewer, incident_id, request)
        return connection(page, show_report)

    @strawberry.field(
        description="Open reports that a caller may mean, the likeliest first, 10 at most: by what is known of the "
        "child, however it is spelt, and of who reported it, as its relative."
    )
    async def find_reports(
        self,
        info: Info,
        incident_id: IncidentId,
        person: Annotated[PersonInput, strawberry.argument(description="What is known of the child.")],
    ) -> list[Report]:
        context = info.context
        found = await finding.find_reports(context.use, context.viewer, incident_id, to_domain(Person, person))
        return [show_report(report) for report in found]


@strawberry.type
class ReportMutations:
    @strawberry.mutation(description="Report missing children. No sign-in is needed.")
    async def file_report(
        self, info: Info, input: Annotated[FileReportInput, strawberry.argument(description="The report.")]
    ) -> FileReportPayload:
        context = info.context
        return await settle(
            FileReportPayload,
            context.heed(
                reports.file_report(context.use, context.viewer, to_domain(NewReport, input), address=context.address)
            ),
            lambda filed: FileReportPayload(
                errors=[],
                reports=[show_report(report) for report in filed.reports],
                case_code=filed.case_code,
                case_secret=filed.case_secret,
                token=filed.token,
            ),
        )

    @strawberry.mutation(description="Change a report.")
    async def change_report(
        self, info: Info, input: Annotated[ChangeReportInput, strawberry.argument(description="The changes.")]
    ) -> ReportPayload:
        context = info.context
        changes = to_domain(ReportChanges, input)
        return await settle(
            ReportPayload,
            reports.change_report(context.use, context.viewer, input.id, input.version, changes),
            _done,
            present=lambda: reports.get_report(context.use, context.viewer, input.id),
        )

    @strawberry.mutation(description="Say that you have looked at a report that somebody without an account filed.")
    async def review_report(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The report.")]
    ) -> ReportPayload:
        context = info.context
        return await settle(ReportPayload, reviews.review_report(context.use, context.viewer, id), _done)

    @strawberry.mutation(description="Take a report back: it is matched no more.")
    async def withdraw_report(
        self,
        info: Info,
        id: Annotated[ID, strawberry.argument(description="The report.")],
        version: Annotated[int, strawberry.argument(description="The version that was seen.")],
    ) -> ReportPayload:
        context = info.context
        return await settle(
            ReportPayload,
            reports.withdraw_report(context.use, context.viewer, id, version),
            _done,
            present=lambda: reports.get_report(context.use, context.viewer, id),
        )


@strawberry.type(description="Reports of which there is news.")
class ReportNews:
    cursor: str = strawberry.field(description=CURSOR)
    reports: list[Report] = strawberry.field(
        description="As they are now; all of the family's in the first message, none where it is quiet."
    )
    entered: strawberry.Private[Awaitable[None] | None] = None


@strawberry.type
class ReportSubscriptions:
    @strawberry.subscription(
        description="The family's reports as they are now, and again whenever there is news about one."
    )
    async def own_reports(self, info: Info, after: AfterCursor = None) -> AsyncGenerator[ReportNews, None]:
        context = info.context
        del info  # with all that began this, which may go on for hours
        async with aclosing(await following.follow_own_reports(context.use, context.viewer, after)) as told:
            async for news in told:
                shown = [show_report(report) for report in news.records]
                yield ReportNews(cursor=news.cursor, reports=shown, entered=news.entered)
                del news, shown
