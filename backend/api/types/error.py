"""Why something could not be done, as data."""

import strawberry

from backend.domain.errors import DomainError, ErrorCode, Problem


@strawberry.type(description="One reason why something could not be done; nothing was changed.")
class UserError:
    code: ErrorCode = strawberry.field(description="A stable code: clients branch on it.")
    message: str = strawberry.field(description="What is wrong, for the person at the screen.")
    field: str | None = strawberry.field(
        description="The input field it concerns, as a path such as `person.age.minimum`."
    )


def user_errors(error: DomainError) -> list[UserError]:
    return [show_problem(problem) for problem in error.problems]


def show_problem(problem: Problem) -> UserError:
    return UserError(code=problem.code, message=problem.message, field=problem.field)
