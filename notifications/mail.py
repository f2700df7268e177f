"""Messages by e-mail (SMTP): text only, with nothing about a person, and one click to end them (RFC 8058)."""

import re
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime
from enum import StrEnum

import aiosmtplib

from notifications.catalogue import base_language, stopping, text
from notifications.channel import Outcome, State
from notifications.messages import Message

TIMEOUT_SECONDS = 15.0
IDLE_KEPT = 4
"""Connections kept open for the next message."""

_NO_MAILBOX = frozenset({550, 551, 553})
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_FOR_NOW = range(400, 500)


class Security(StrEnum):
    """How a connection to the mail server is protected: changed to TLS, TLS from the start, or not at all."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and as whom. `context` trusts other authorities than the system's."""

    host: str
    port: int
    security: Security
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody's address. `link` is what to open, `stop_link` ends such e-mails; neither holds anything of a person.

    `key` is the same each time the same is sent.
    """

    address: str
    link: str
    stop_link: str
    key: str


class Mail:
    """The channel to mailboxes. The caller closes it."""

    def __init__(self, server: MailServer, clock: Callable[[], datetime]) -> None:
        self._server = server
        self._clock = clock
        self._idle: deque[aiosmtplib.SMTP] = deque()

    async def send(self, target: Mailbox, message: Message) -> Outcome:
        """Try once to hand the e-mail to the mail server."""
        if message.ttl <= 0:
            return Outcome(State.EXPIRED, "The message's life was over before it was sent.")
        connection: aiosmtplib.SMTP | None = None
        try:
            connection = await self._connection()
            await connection.send_message(self._written(target, message), recipients=[target.address])
        except aiosmtplib.SMTPRecipientsRefused as refused:
            self._keep(connection)
            return _refused(refused.recipients[0], gone=_NO_MAILBOX)
        except aiosmtplib.SMTPResponseException as refused:
            self._drop(connection)
            return _refused(refused)
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            # Not its text: it may name the mailbox.
            self._drop(connection)
            return Outcome(State.RETRY, f"The mail server could not be used: {type(error).__name__}.")
        except ValueError:
            self._drop(connection)
            return Outcome(State.GONE, "The address is none that mail can be sent to.")
        self._keep(connection)
        return Outcome(State.SENT)

    async def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _connection(self) -> aiosmtplib.SMTP:
        while self._idle:
            kept = self._idle.pop()
            if kept.is_connected:
                return kept
        server = self._server
        connection = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=server.context,
            timeout=TIMEOUT_SECONDS,
        )
        await connection.connect()
        return connection

    def _keep(self, connection: aiosmtplib.SMTP | None) -> None:
        if connection is not None and len(self._idle) < IDLE_KEPT:
            self._idle.append(connection)
        else:
            self._drop(connection)

    def _drop(self, connection: aiosmtplib.SMTP | None) -> None:
        if connection is not None:
            connection.close()

    def _written(self, target: Mailbox, message: Message) -> MIMEText:
        words, ending = text(message.language, message.kind), stopping(message.language)
        # Not an EmailMessage: it loses a space where it folds a subject in Cyrillic letters.
        body = f"{words.body}\n\n{target.link}\n\n-- \n{ending.stop}:\n{target.stop_link}\n"
        mail = MIMEText(body, "plain", "utf-8")
        mail["Subject"] = Header(words.title, header_name="Subject").encode()
        mail["From"] = self._server.sender
        mail["To"] = target.address
        mail["Date"] = format_datetime(self._clock())
        mail["Message-ID"] = f"<{target.key}@{self._server.sender.rpartition('@')[2].rstrip('>')}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = base_language(message.language)
        mail["List-Unsubscribe"] = f"<{target.stop_link}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return mail


def _refused(refused: aiosmtplib.SMTPResponseException, gone: frozenset[int] = frozenset()) -> Outcome:
    """What a refusal means; of its words only the code and the enhanced code (RFC 3463), which name nobody."""
    found = _ENHANCED.search(refused.message)
    said = f"{refused.code} {found[1]}" if found else str(refused.code)
    detail = f"The mail server answered {said}."
    if refused.code in _FOR_NOW:
        return Outcome(State.RETRY, detail)
    about_mailbox = found is None or found[1].startswith("5.1.")
    return Outcome(State.GONE if refused.code in gone and about_mailbox else State.FAILED, detail)
