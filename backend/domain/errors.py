"""The errors that a person can cause or must be told of, each with a stable code."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """Stable codes: clients branch on them, so a code is never renamed."""

    INVALID = "INVALID"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    STALE = "STALE"
    EXPIRED = "EXPIRED"
    TOO_LARGE = "TOO_LARGE"
    NOT_AN_IMAGE = "NOT_AN_IMAGE"
    BROKEN_IMAGE = "BROKEN_IMAGE"
    STEP_UP_NEEDED = "STEP_UP_NEEDED"
    PIN_NEEDED = "PIN_NEEDED"
    WORK_NEEDED = "WORK_NEEDED"
    UNAVAILABLE = "UNAVAILABLE"
    RATE_LIMITED = "RATE_LIMITED"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a code, words for the person at the screen, and the input field it concerns.

    `field` is the path in the input as the client wrote it, such as `person.age.minimum`, or None for the whole.
    """

    code: ErrorCode
    message: str
    field: str | None = None


class DomainError(Exception):
    """A refusal with one or more problems; the API shows all of them, and nothing was changed.

    `retry_after` is in how many seconds the same may be done, where waiting helps.
    """

    def __init__(self, problems: Sequence[Problem], retry_after: int | None = None) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)
        self.retry_after = retry_after

    @property
    def code(self) -> ErrorCode:
        return self.problems[0].code


def refusal(code: ErrorCode, message: str, field: str | None = None) -> DomainError:
    """A refusal for a single reason."""
    return DomainError([Problem(code, message, field)])


def unauthenticated() -> DomainError:
    return refusal(ErrorCode.UNAUTHENTICATED, "Please sign in first.")


def pin_needed() -> DomainError:
    return refusal(ErrorCode.PIN_NEEDED, "This phone was left alone and is locked. Please enter your PIN.")


def not_found(what: str) -> DomainError:
    """The same answer for what is absent and what is not yours, so that asking teaches nothing."""
    return refusal(ErrorCode.NOT_FOUND, f"There is no such {what}, or it is not yours to see.")


def forbidden() -> DomainError:
    return refusal(ErrorCode.FORBIDDEN, "Your account may not do this.")


def conflict(message: str, field: str | None = None) -> DomainError:
    return refusal(ErrorCode.CONFLICT, message, field)


def rate_limited(seconds: int) -> DomainError:
    """Too much at once: nothing was done, and the same may be sent again in so many seconds."""
    wait = "1 second" if seconds == 1 else f"{seconds:,} seconds"
    message = f"That was too much at once, and nothing was done. Please try the same again in {wait}."
    return DomainError([Problem(ErrorCode.RATE_LIMITED, message)], seconds)
