"""Which mailbox an alert goes to, and the link that ends such e-mails without a sign-in."""

import re
from dataclasses import dataclass, replace

from backend.domain.alert import Alert
from backend.domain.choices import AlertChoices
from backend.domain.errors import not_found
from backend.domain.event import Event, EventKind
from backend.services.audit import tell
from backend.services.collaborators import Collaborators
from backend.services.secrets import keyed_hash, same
from backend.store.records import Duplicate, Session

LONGEST_ADDRESS = 254
"""RFC 5321, section 4.5.3.1.3, without the angle brackets."""

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_SIGNATURE_LETTERS = 32


@dataclass(frozen=True, slots=True)
class Reached:
    """A mailbox, and the language to write to it in. `owner_id` is whose it is."""

    owner_id: str
    address: str
    language: str


def is_address(text: str) -> bool:
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


async def mailbox_of(use: Collaborators, alert: Alert, session: Session | None = None) -> Reached | None:
    """Where the alert's owner is written to: the address it chose, else the one that the reporter left in the report.

    None where it wants no e-mails, or left no address.
    """
    choices = await use.store.alert_choices.get(alert.owner_id, session)
    if choices is not None and not choices.by_email:
        return None
    address = None if choices is None else choices.email
    if address is None:
        report = await use.store.reports.get(alert.subject_id, session)
        if report is not None and report.family_id == alert.owner_id and report.reporter.email is not None:
            address = report.reporter.email.strip()
    if address is None or not is_address(address):
        return None
    return Reached(alert.owner_id, address, "en" if choices is None else choices.language)


def stop_token(use: Collaborators, owner_id: str) -> str:
    """What a link holds that ends the e-mails to one family or account: its id, signed. It is good for nothing else."""
    return f"{owner_id}.{_signature(use, owner_id)}"


async def language_of_stopping(use: Collaborators, token: str) -> str:
    """The language to speak to whoever has the link.

    Raises: DomainError NOT_FOUND for a token that is none.
    """
    choices = await use.store.alert_choices.get(_owner(use, token))
    return "en" if choices is None else choices.language


async def stop_emails(use: Collaborators, token: str) -> None:
    """End the e-mails, without a sign-in. Ended again, it is as it was.

    Raises: DomainError NOT_FOUND for a token that is none.
    """
    owner_id = _owner(use, token)
    now = use.clock()

    async def write(session: Session) -> None:
        if await forget_mailbox(use, owner_id, session):
            event = Event(
                id=use.new_id(), kind=EventKind.EMAILS_STOPPED, subject_id=owner_id, actor_id=owner_id, at=now
            )
            await tell(use, None, session, event)

    try:
        await use.store.transact(write)
    except Duplicate:  # clicked twice at once, the first time that anything was chosen
        await use.store.transact(write)


async def forget_mailbox(use: Collaborators, owner_id: str, session: Session, address: str | None = None) -> bool:
    """No more e-mails to this owner, until it chooses them again; False where it got none already.

    Of an `address` that turned out not to be there: unless the owner has chosen another meanwhile.
    """
    now = use.clock()
    choices = await use.store.alert_choices.get(owner_id, session)
    if address is not None and choices is not None and choices.email not in {None, address}:
        return False
    if choices is None:
        await use.store.alert_choices.insert(AlertChoices(owner_id, 1, now, now, by_email=False), session)
        return True
    if not choices.by_email:
        return False
    following = replace(choices, by_email=False, email=None, version=choices.version + 1, updated_at=now)
    await use.store.alert_choices.replace(following, choices.version, session)
    return True


def _owner(use: Collaborators, token: str) -> str:
    owner_id, _, signed = token.rpartition(".")
    if not same(signed, _signature(use, owner_id)):
        raise not_found("link")
    return owner_id


def _signature(use: Collaborators, owner_id: str) -> str:
    return keyed_hash(use.keys.token_pepper, "stop e-mails", owner_id)[:_SIGNATURE_LETTERS]
