"""Webhooks: other systems that are told of an incident's alerts; set up, listed and removed by administrators."""

import base64
import secrets
from dataclasses import replace
from datetime import datetime

from backend.domain.account import Viewer
from backend.domain.alert import AlertKind, ChannelKind
from backend.domain.errors import ErrorCode, conflict, not_found, refusal
from backend.domain.event import Event, EventKind
from backend.domain.webhook import NewWebhook, Webhook
from backend.services.access import Action, Where, require, require_of_record
from backend.services.alerts import lane_of
from backend.services.audit import tell
from backend.services.collaborators import Collaborators
from backend.services.identifiers import given_or_new
from backend.store.held_deliveries import free_paused
from backend.store.records import Duplicate, Session

MOST = 20
"""Webhooks of an incident: each is told of every alert of its kinds."""
SECRET_PREFIX = "whsec_"  # noqa: S105 (what stands before every secret)
_SECRET_BYTES = 32


async def list_webhooks(use: Collaborators, viewer: Viewer | None, incident_id: str) -> list[Webhook]:
    """The webhooks of an incident, the oldest first.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN.
    """
    require(viewer, Action.CHANGE_WEBHOOK, Where(incident_id=incident_id))
    return await use.store.webhooks.find({"incidentId": incident_id})


async def add_webhook(use: Collaborators, viewer: Viewer | None, new: NewWebhook) -> Webhook:
    """Set up a webhook; the secret that signs what it is sent is told this once.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID, CONFLICT.
    """
    known = require(viewer, Action.CHANGE_WEBHOOK, Where(incident_id=new.incident_id))
    if await use.store.incidents.get(new.incident_id) is None:
        raise refusal(ErrorCode.NOT_FOUND, "There is no such incident.", "incidentId")
    use.check_webhook(new.url)
    if not new.kinds:
        raise refusal(ErrorCode.INVALID, "Please choose at least one kind of alert.", "kinds")
    if AlertKind.CASE_RECOVERED in new.kinds:
        raise refusal(ErrorCode.INVALID, "That a case was given a new code is told to who had it alone.", "kinds")
    if len(await list_webhooks(use, known, new.incident_id)) >= MOST:
        raise conflict(f"An incident has {MOST} webhooks at most. Remove one first.", "incidentId")
    now = use.clock()
    webhook = Webhook(
        id=given_or_new(use, new.id),
        incident_id=new.incident_id,
        url=new.url,
        kinds=tuple(dict.fromkeys(new.kinds)),
        secret=secrets.token_bytes(_SECRET_BYTES),
        version=1,
        created_at=now,
        updated_at=now,
    )

    async def write(session: Session) -> None:
        await use.store.webhooks.insert(webhook, session)
        await tell(use, known, session, _event(use, EventKind.WEBHOOK_ADDED, webhook, known))

    try:
        await use.store.transact(write)
    except Duplicate:
        # Its secret was told to whoever added it, and is told nobody again.
        raise conflict("There is a webhook with this id already. Remove it, or add another.", "id") from None
    return webhook


async def pause_webhook(use: Collaborators, viewer: Viewer | None, webhook_id: str) -> Webhook:
    """Have what is for it wait, until it is resumed. Paused again, it is as it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND.
    """
    known, webhook = await _of_record(use, viewer, webhook_id)
    return await _change(use, known, webhook, EventKind.WEBHOOK_PAUSED, use.clock())


async def resume_webhook(use: Collaborators, viewer: Viewer | None, webhook_id: str) -> Webhook:
    """Send what waited, if its three days are not over, and what comes. Resumed again, it is as it was.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND.
    """
    known, webhook = await _of_record(use, viewer, webhook_id)
    return await _change(use, known, webhook, EventKind.WEBHOOK_RESUMED, None)


async def _change(
    use: Collaborators, viewer: Viewer, webhook: Webhook, kind: EventKind, paused_at: datetime | None
) -> Webhook:
    async def write(session: Session) -> Webhook:
        there = await use.store.webhooks.get(webhook.id, session)
        if there is None:
            raise not_found("webhook")
        if (there.paused_at is None) is (paused_at is None):
            return there
        now = use.clock()
        following = replace(there, paused_at=paused_at, version=there.version + 1, updated_at=now)
        await use.store.webhooks.replace(following, there.version, session)
        if paused_at is None:
            await free_paused(use.store, lane_of(ChannelKind.WEBHOOK, there.url), there.id, now, session)
        await tell(use, viewer, session, _event(use, kind, following, viewer))
        return following

    return await use.store.transact(write)


async def remove_webhook(use: Collaborators, viewer: Viewer | None, webhook_id: str) -> None:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    known, webhook = await _of_record(use, viewer, webhook_id)

    async def write(session: Session) -> None:
        await use.store.webhooks.delete(webhook.id, session)
        await tell(use, known, session, _event(use, EventKind.WEBHOOK_REMOVED, webhook, known))

    await use.store.transact(write)


async def _of_record(use: Collaborators, viewer: Viewer | None, webhook_id: str) -> tuple[Viewer, Webhook]:
    """Raises: DomainError UNAUTHENTICATED, NOT_FOUND."""
    webhook = await use.store.webhooks.get(webhook_id)
    where = None if webhook is None else Where(incident_id=webhook.incident_id)
    known = require_of_record(viewer, Action.CHANGE_WEBHOOK, Action.CHANGE_WEBHOOK, where, "webhook")
    if webhook is None:
        raise not_found("webhook")
    return known, webhook


def shown_secret(secret: bytes) -> str:
    """As the libraries of Standard Webhooks take it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode("ascii")


def _event(use: Collaborators, kind: EventKind, webhook: Webhook, viewer: Viewer) -> Event:
    return Event(
        id=use.new_id(),
        kind=kind,
        subject_id=webhook.id,
        actor_id=viewer.id,
        at=use.clock(),
        incident_id=webhook.incident_id,
    )
