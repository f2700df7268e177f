"""Questions to families."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.types.asking import Asked, AskInput, fields_of
from backend.domain import question as domain

if TYPE_CHECKING:
    from backend.api.types.report import Report


@strawberry.type(description="A question to a family about the child that it misses.")
class Question(Asked):
    report_id: ID = strawberry.field(description="The report.")

    @strawberry.field(description="The report, where you may see it.")
    async def report(self, info: Info) -> Annotated["Report", strawberry.lazy("backend.api.types.report")] | None:
        from backend.api.types.report import show_report  # noqa: PLC0415  # the two refer to each other

        found = await info.context.loaders.reports.load(self.report_id)
        return None if found is None else show_report(found)


def show_question(question: domain.Question) -> Question:
    return Question(**fields_of(question), report_id=ID(question.report_id))


@strawberry.input(description="A question to a family.")
class AskFamilyInput(AskInput):
    report_id: ID = strawberry.field(description="The report.")
