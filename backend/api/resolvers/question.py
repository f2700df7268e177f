"""Questions to families: asked, taken back, answered, listed."""

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
from backend.api.types.question import AskFamilyInput, Question, show_question
from backend.domain import question as domain
from backend.domain.asking import Answer, AskedState
from backend.domain.question import NewQuestion
from backend.services import questions

QuestionId = Annotated[ID, strawberry.argument(description="The question.")]


@strawberry.type(description="The question, or why nothing was done; then with the question as it is now.")
class QuestionPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    question: Question | None = strawberry.field(default=None, description="The question as it is now.")


def _done(question: domain.Question) -> QuestionPayload:
    return QuestionPayload(errors=[], question=show_question(question))


async def _step(info: Info, question_id: str, work: Awaitable[domain.Question]) -> QuestionPayload:
    context = info.context
    return await settle(
        QuestionPayload, work, _done, present=lambda: questions.get_question(context.use, context.viewer, question_id)
    )


@strawberry.type
class QuestionQueries:
    @strawberry.field(description="One question.")
    async def question(self, info: Info, id: QuestionId) -> Question | None:
        return show_question(await questions.get_question(info.context.use, info.context.viewer, id))

    @strawberry.field(description="The questions of an incident, newest first; for a family, those that it was asked.")
    async def questions(
        self,
        info: Info,
        incident_id: IncidentId,
        states: Annotated[
            list[AskedState] | None,
            strawberry.argument(description="Only those in one of these states; OPEN where left out."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Question]:
        context = info.context
        wanted = (AskedState.OPEN,) if states is None else tuple(states)
        page = await questions.list_questions(
            context.use, context.viewer, incident_id, wanted, page_request(first, after)
        )
        return connection(page, show_question)


@strawberry.type
class QuestionMutations:
    @strawberry.mutation(description="Ask a family about its report; it is told that there is news.")
    async def ask_family(
        self, info: Info, input: Annotated[AskFamilyInput, strawberry.argument(description="The question.")]
    ) -> QuestionPayload:
        context = info.context
        new = to_domain(NewQuestion, input)
        return await settle(QuestionPayload, questions.ask_family(context.use, context.viewer, new), _done)

    @strawberry.mutation(description="Take a question back that nobody has answered.")
    async def drop_question(self, info: Info, id: QuestionId) -> QuestionPayload:
        return await _step(info, id, questions.drop_question(info.context.use, info.context.viewer, id))

    @strawberry.mutation(description="Answer a question; what it says of the child changes the report.")
    async def answer_question(
        self,
        info: Info,
        id: QuestionId,
        answer: Annotated[AnswerInput, strawberry.argument(description="The answer.")],
    ) -> QuestionPayload:
        context = info.context
        work = questions.answer_question(context.use, context.viewer, id, to_domain(Answer, answer))
        return await _step(info, id, work)
