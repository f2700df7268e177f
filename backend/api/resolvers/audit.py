"""The audit log, asked about one person's record."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.types.audit import AuditEntry, show_audit_entry
from backend.api.types.connection import After, Connection, First, connection, page_request
from backend.services import audit_reading


@strawberry.type
class AuditQueries:
    @strawberry.field(description="Who looked at a person's record and who changed it, newest first. Entered as well.")
    async def audit_entries(
        self,
        info: Info,
        record_id: Annotated[ID, strawberry.argument(description="A registration or a report.")],
        first: First = 20,
        after: After = None,
    ) -> Connection[AuditEntry]:
        context = info.context
        page = await audit_reading.list_entries(context.use, context.viewer, record_id, page_request(first, after))
        return connection(page, show_audit_entry)
