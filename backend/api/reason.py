"""Why somebody asks, if the client says so: a header that is kept in the audit log with what was shown or changed."""

from urllib.parse import unquote

from starlette.requests import HTTPConnection

from backend.domain.errors import ErrorCode, refusal

HEADER = "Reunify-Reason"
LONGEST_REASON = 200


def reason_of(connection: HTTPConnection) -> str | None:
    """The reason, in its own letters: a header holds ASCII, so the others come percent-encoded, as UTF-8.

    Raises: DomainError INVALID, where it is too long or no plain text in one line.
    """
    reason = unquote(connection.headers.get(HEADER, "").strip(), errors="replace")
    if not reason:
        return None
    if len(reason) > LONGEST_REASON or not reason.isprintable() or "\ufffd" in reason:
        raise refusal(
            ErrorCode.INVALID,
            f"{HEADER} is one line of at most {LONGEST_REASON} letters, percent-encoded where they are not ASCII.",
            HEADER,
        )
    return reason
