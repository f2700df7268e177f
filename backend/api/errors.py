"""Errors as clients see them: a mutation's as data, a query's with its code, everything else masked under an id."""

import traceback
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from graphql import GraphQLError

from backend.api.refusal import FormattedError
from backend.domain.errors import DomainError, ErrorCode, Problem

UNREADABLE = "What is kept of this does not open. Nothing was changed. Whoever runs this server finds it in the log."
MASKED = "Something went wrong on our side. Nothing of yours was changed. Please try again."


def error_masker(
    new_id: Callable[[], str],
    unavailable: Callable[[BaseException], bool],
    unreadable: Callable[[BaseException], bool],
) -> Callable[[GraphQLError], FormattedError]:
    """A function that gives the public form of a resolver's error.

    What the user did is told as it is; that the database is away (`unavailable`) is told as a reason to try again;
    anything else is logged under an id, and only that id is shown; with its reason where a record's hidden text does
    not open, or the audit log is damaged (`unreadable`).
    """
    log = structlog.get_logger("api")

    def mask(error: GraphQLError) -> FormattedError:
        cause = error.original_error
        shown: dict[str, Any] = {"message": error.message}
        if error.locations:
            shown["locations"] = [location.formatted for location in error.locations]
        if error.path:
            shown["path"] = list(error.path)
        if isinstance(cause, DomainError):
            shown["message"] = str(cause)
            shown["extensions"] = {"code": cause.code.value, "problems": _problems(cause.problems)}
            if cause.retry_after is not None:
                shown["extensions"]["retryAfter"] = cause.retry_after
            return shown
        if cause is not None and unavailable(cause):
            log.warning("database_away", error=type(cause).__name__)
            shown["message"] = "The database does not answer right now. Please try again in a moment."
            shown["extensions"] = {"code": ErrorCode.UNAVAILABLE.value}
            return shown
        error_id = new_id()
        if cause is not None and unreadable(cause):
            log.error("unreadable_asked_for", error_id=error_id, path=shown.get("path"))
            shown["message"] = UNREADABLE
            shown["extensions"] = {"code": "UNREADABLE", "errorId": error_id}
            return shown
        log.error("masked", error_id=error_id, error=type(cause).__name__, path=shown.get("path"), trace=_frames(cause))
        shown["message"] = MASKED
        shown["extensions"] = {"code": "INTERNAL", "errorId": error_id}
        return shown

    return mask


def _problems(problems: Sequence[Problem]) -> list[dict[str, str | None]]:
    return [{"code": problem.code.value, "message": problem.message, "field": problem.field} for problem in problems]


def _frames(error: BaseException | None) -> list[str]:
    """Where an error came from, as places in the code: its message may hold personal data and is left out."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
