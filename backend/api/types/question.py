"""Questions to families."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.types.asking import BODY_SITE, MATCH_ID, TEXT, Answer, show_answer
from backend.domain import question as domain
from backend.domain.asking import AskedKind, AskedState

if TYPE_CHECKING:
    from backend.api.types.report import Report


@strawberry.type(description="A question to a family about the child that it misses.")
class Question:
    record: strawberry.Private[domain.Question]
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    report_id: ID = strawberry.field(description="The report.")
    kind: AskedKind = strawberry.field(description="What is asked.")
    body_site: str | None = strawberry.field(description=BODY_SITE)
    text: str | None = strawberry.field(description="The question in words, where the kind alone does not say it.")
    state: AskedState = strawberry.field(description="What has become of it.")
    match_id: ID | None = strawberry.field(description=MATCH_ID)
    asked_by: ID | None = strawberry.field(
        description="The account that asked; null but for coordinators and officers."
    )
    answered_by: ID | None = strawberry.field(description="The account or the family that answered.")
    answered_at: datetime | None = strawberry.field(description="When it was answered.")
    version: int = strawberry.field(description="Counts the changes.")
    created_at: datetime = strawberry.field(description="When it was asked.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry.field(description="What was answered; null while it is open.")
    def answer(self) -> Answer | None:
        return show_answer(self.record.answer)

    @strawberry.field(description="The report, where you may see it.")
    async def report(self, info: Info) -> Annotated["Report", strawberry.lazy("backend.api.types.report")] | None:
        from backend.api.types.report import show_report  # noqa: PLC0415  # the two refer to each other

        found = await info.context.loaders.reports.load(self.record.report_id)
        return None if found is None else show_report(found)


def show_question(question: domain.Question) -> Question:
    return Question(
        record=question,
        id=ID(question.id),
        incident_id=ID(question.incident_id),
        report_id=ID(question.report_id),
        kind=question.asking.kind,
        body_site=question.asking.body_site,
        text=question.asking.text,
        state=question.state,
        match_id=None if question.match_id is None else ID(question.match_id),
        asked_by=ID(question.asked_by) if question.asked_by else None,
        answered_by=None if question.answered_by is None else ID(question.answered_by),
        answered_at=question.answered_at,
        version=question.version,
        created_at=question.created_at,
        updated_at=question.updated_at,
    )


@strawberry.input(description="A question to a family.")
class AskFamilyInput:
    report_id: ID = strawberry.field(description="The report.")
    kind: AskedKind = strawberry.field(description="What is asked.")
    id: ID | None = strawberry.field(default=None, description="A UUID of version 7, or left out.")
    match_id: ID | None = strawberry.field(
        default=None, description="The match that the question came up with; the family does not see it."
    )
    body_site: str | None = strawberry.field(default=None, description=BODY_SITE)
    text: str | None = strawberry.field(default=None, description=TEXT)
