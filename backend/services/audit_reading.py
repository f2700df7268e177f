"""Who looked at a person's record and who changed it, for those who answer for it. Asking is a look of its own."""

import asyncio
from dataclasses import dataclass

from backend.domain.account import Viewer
from backend.domain.audit import AuditAction, AuditEntry, Part
from backend.domain.errors import not_found
from backend.services.access import Action, Where, require_of_record
from backend.services.audit import entries_about, looking_for, saw
from backend.services.collaborators import Collaborators
from backend.services.paging import Page, PageRequest, page_of, require_page
from backend.store.pages import Position


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry with the name of who did it, where that is an account that is still there."""

    entry: AuditEntry
    name: str | None

    @property
    def id(self) -> str:
        return self.entry.id


async def list_entries(
    use: Collaborators, viewer: Viewer | None, record_id: str, request: PageRequest
) -> Page[NamedEntry]:
    """What the log holds about a registration or a report, the newest first. That it is asked for now is entered after.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND, INVALID; MalformedError where the log is damaged.
    """
    # Both are looked for in any case, so that time does not tell what is there.
    registration, report = await asyncio.gather(
        use.store.registrations.get(record_id), use.store.reports.get(record_id)
    )
    record = registration or report
    place = None if record is None else Where(incident_id=record.incident_id)
    with looking_for(use, viewer, record_id):
        require_of_record(viewer, Action.READ_AUDIT, Action.READ_AUDIT, place, "record")
        if record is None:
            raise not_found("record")
    require_page(request)
    entries = await entries_about(use, record_id)
    page = page_of(use, f"audit {record_id}", entries[::-1], request, _position)
    await saw(use, viewer, AuditAction.READ_AUDIT, Part.WHO_LOOKED, [record])
    accounts = await use.store.accounts.get_many({entry.actor_id for entry in page.records if entry.actor_id})
    names = {account.id: account.name for account in accounts.values()}
    named = tuple(NamedEntry(entry, names.get(entry.actor_id or "")) for entry in page.records)
    return Page(named, page.cursors, page.more)


def _position(entry: AuditEntry) -> Position:
    return [entry.at.isoformat(), entry.id]
