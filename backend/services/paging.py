"""Relay-style connections: signed cursors that stay valid while records come and go."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from backend.domain.errors import ErrorCode, refusal
from backend.services.collaborators import Collaborators
from backend.store.pages import Position, page
from backend.store.records import R, Records

LARGEST_PAGE = 100
_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class PageRequest:
    first: int = 20
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Records with the cursor of each, and whether more follow."""

    records: tuple[R, ...]
    cursors: tuple[str, ...]
    more: bool


async def read_page(
    use: Collaborators,
    records: Records[R],
    wanted: Mapping[str, Any],
    request: PageRequest,
    *,
    order_by: str | None = None,
    position: Callable[[R], Position] = lambda record: [record.id],
) -> Page[R]:
    """A page of what is wanted. `position` gives the sort values of a record, in step with `order_by`.

    Raises: DomainError INVALID for a page size or a cursor that cannot be.
    """
    require_page(request)
    list_name = f"{records.collection.name} {order_by}"
    after = None if request.after is None else _read_cursor(use.keys.cursor, list_name, request.after)
    found, more = await page(records, wanted, first=request.first, after=after, order_by=order_by)
    cursors = tuple(_cursor(use.keys.cursor, list_name, position(record)) for record in found)
    return Page(tuple(found), cursors, more)


def page_of(
    use: Collaborators, list_name: str, found: Sequence[R], request: PageRequest, position: Callable[[R], Position]
) -> Page[R]:
    """A page of records that are no collection of their own; `found` is all of them, the highest position first.

    Raises: as read_page.
    """
    require_page(request)
    after = None if request.after is None else _read_cursor(use.keys.cursor, list_name, request.after)
    rest = [record for record in found if after is None or list(position(record)) < list(after)]
    shown = rest[: request.first]
    cursors = tuple(_cursor(use.keys.cursor, list_name, position(record)) for record in shown)
    return Page(tuple(shown), cursors, len(rest) > len(shown))


def require_page(request: PageRequest) -> None:
    """Raises: DomainError INVALID for a page size that cannot be."""
    if not 1 <= request.first <= LARGEST_PAGE:
        raise refusal(ErrorCode.INVALID, f"A page holds 1 to {LARGEST_PAGE} entries.", "first")


def _cursor(key: bytes, list_name: str, position: Position) -> str:
    content = json.dumps(list(position)).encode()
    return base64.urlsafe_b64encode(_signature(key, list_name, content) + content).decode().rstrip("=")


def _read_cursor(key: bytes, list_name: str, cursor: str) -> Position:
    try:
        signed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        signed = b""
    signature, content = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
    if not content or not hmac.compare_digest(signature, _signature(key, list_name, content)):
        raise refusal(ErrorCode.INVALID, "This is not a cursor that was given out here.", "after")
    position: Position = json.loads(content)
    return position


def _signature(key: bytes, list_name: str, content: bytes) -> bytes:
    return hmac.new(key, list_name.encode() + b"\0" + content, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
