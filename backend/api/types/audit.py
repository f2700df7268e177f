"""An entry of the audit log: who did what to a person's record."""

from datetime import datetime

import strawberry

from backend.api.context import ID
from backend.domain.account import Role
from backend.services.audit_reading import NamedEntry

_DEVICE_LETTERS = 12


@strawberry.type(description="One thing that somebody did to a record: ids and names of parts, never what stood there.")
class AuditEntry:
    id: ID = strawberry.field(description="Its id.")
    at: datetime = strawberry.field(description="When it was.")
    action: str = strawberry.field(
        description="What was done: `READ_` and what was shown, or what happened, such as `REGISTRATION_MOVED`."
    )
    actor_id: ID | None = strawberry.field(
        description="The account or the family; `operator` at the server's own console, null for a stranger."
    )
    actor_name: str | None = strawberry.field(description="The account's name, while it is there.")
    role: Role | None = strawberry.field(description="What the account might do then.")
    device: str | None = strawberry.field(description="Equal for what came from one phone or browser.")
    parts: list[str] = strawberry.field(description="Which parts were shown, or which fields were changed.")
    reason: str | None = strawberry.field(description="Why, where the client said so.")
    times: int | None = strawberry.field(description="How many looks were refused.")


def show_audit_entry(named: NamedEntry) -> AuditEntry:
    entry = named.entry
    return AuditEntry(
        id=ID(entry.id),
        at=entry.at,
        action=entry.action,
        actor_id=None if entry.actor_id is None else ID(entry.actor_id),
        actor_name=named.name,
        role=Role.__members__.get(entry.role or ""),
        device=None if entry.session_id is None else entry.session_id[:_DEVICE_LETTERS],
        parts=list(entry.fields),
        reason=entry.reason,
        times=entry.times,
    )
