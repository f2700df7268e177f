"""A mutation's answer: what it made, or the reasons why not, as data that an offline queue can settle item by item."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from backend.api.types.error import UserError, user_errors
from backend.domain.errors import DomainError, ErrorCode


class Payload(Protocol):
    errors: list[UserError]


Made = TypeVar("Made")
P = TypeVar("P", bound=Payload)
P_co = TypeVar("P_co", bound=Payload, covariant=True)

_OVERTAKEN = {ErrorCode.STALE, ErrorCode.CONFLICT}


class MakePayload(Protocol[P_co]):
    def __call__(self, *, errors: list[UserError]) -> P_co: ...


async def settle(
    payload: MakePayload[P],
    work: Awaitable[Made],
    done: Callable[[Made], P],
    *,
    present: Callable[[], Awaitable[Made]] | None = None,
) -> P:
    """Do the work and show what it made; a refusal becomes `errors`.

    Where somebody else was faster, the record is shown beside them as it is at `present`.
    """
    try:
        return done(await work)
    except DomainError as error:
        errors = user_errors(error)
        if error.code not in _OVERTAKEN or present is None:
            return payload(errors=errors)
    try:
        overtaken = done(await present())
    except DomainError:
        return payload(errors=errors)
    overtaken.errors = errors
    return overtaken
