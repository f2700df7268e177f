"""A mutation's answer: what it made, or the reasons why not, as data that an offline queue can settle item by item."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from backend.api.types.error import UserError, user_errors
from backend.domain.errors import DomainError, ErrorCode

Made = TypeVar("Made")
Payload_co = TypeVar("Payload_co", covariant=True)

_OVERTAKEN = {ErrorCode.STALE, ErrorCode.CONFLICT}


class MakePayload(Protocol[Payload_co]):
    def __call__(self, *, errors: list[UserError]) -> Payload_co: ...


async def settle(
    payload: MakePayload[Payload_co],
    work: Awaitable[Made],
    done: Callable[[Made], Payload_co],
    *,
    present: Callable[[], Awaitable[Made]] | None = None,
    overtaken: Callable[[Made, list[UserError]], Payload_co] | None = None,
) -> Payload_co:
    """Do the work and show what it made; a refusal becomes `errors`.

    Where somebody else was faster, `overtaken` shows the record as it is at `present`.
    """
    try:
        return done(await work)
    except DomainError as error:
        errors = user_errors(error)
        if error.code not in _OVERTAKEN or present is None or overtaken is None:
            return payload(errors=errors)
    try:
        return overtaken(await present(), errors)
    except DomainError:
        return payload(errors=errors)
