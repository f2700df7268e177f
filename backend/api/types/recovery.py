"""What a call taker writes down of a family that lost its case code."""

import strawberry

from backend.api.context import ID
from backend.domain.recovery import RecoveryQuestion


@strawberry.input(description="What the caller answered.")
class RecoveryAnswerInput:
    question: RecoveryQuestion = strawberry.field(description="What was asked.")
    answer: str = strawberry.field(description="In the caller's words; spelling matters little.")


@strawberry.input(description="The answers of a caller who lost the case code.")
class RecoverCaseInput:
    report_id: ID = strawberry.field(description="The report that was asked about.")
    answers: list[RecoveryAnswerInput] = strawberry.field(description="One to each question.")
    retry_key: str = strawberry.field(
        description="At least 22 random characters: with them, sending the same again gives the same code and secret."
    )
    keep_email: str | None = strawberry.field(
        default=None,
        description="The address at which the caller is told of news by e-mail, if it names it: where it is that one, "
        "e-mails go on.",
    )
