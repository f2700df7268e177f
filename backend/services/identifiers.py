"""Ids from clients: UUIDs, or none at all, in which case the server makes one."""

import uuid

from backend.domain.errors import ErrorCode, refusal
from backend.services.collaborators import Collaborators

_VERSION = 7


def given_or_new(use: Collaborators, record_id: str | None, field: str = "id") -> str:
    """The client's id in its usual form, or a new one.

    Raises: DomainError INVALID for anything but a UUID of version 7.
    """
    if record_id is None:
        return use.new_id()
    try:
        parsed = uuid.UUID(record_id)
    except ValueError:
        parsed = None
    if parsed is None or parsed.version != _VERSION:
        raise refusal(ErrorCode.INVALID, "An id must be a UUID of version 7, or be left out.", field)
    return str(parsed)
