"""A mail server on the loopback, which keeps what it is given."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "reunify", "a password for tests"


@dataclass
class MailServer:
    """`refusals` are answers to a recipient, by address. `received` are the mails, oldest first."""

    port: int = 0
    refusals: dict[str, str] = field(default_factory=dict)
    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0

    async def handle_EHLO(  # noqa: N802 (the library's name)
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802 (the library's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (as above)
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.received.append(mail)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


def _sign_in(_server: object, _session: object, _envelope: object, _mechanism: object, data: object) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None = None, *, from_the_start: bool = False) -> AsyncIterator[MailServer]:
    """A mail server for as long as the block lasts. With TLS, by STARTTLS or from the start, it wants a sign-in."""
    kept = MailServer()

    def protocol() -> SMTP:
        return SMTP(
            kept,
            tls_context=None if from_the_start else tls,
            require_starttls=tls is not None and not from_the_start,
            authenticator=_sign_in,
            auth_required=tls is not None and not from_the_start,  # else the library warns of a lack of TLS
            auth_require_tls=not from_the_start,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls if from_the_start else None)
    kept.port = server.sockets[0].getsockname()[1]
    async with server:
        yield kept
