"""E-mail against a real mail server: what is in a mail, how it is handed in, and what each answer means."""

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifications.catalogue import LANGUAGES, text
from notifications.channel import State
from notifications.mail import Mail, Mailbox, MailServer, Security
from notifications.messages import Kind, Message
from tests.support import mail_server as kit
from tests.support.certificates import certificate_of_its_own
from tests.support.mail_server import mail_server

REPORT = "0197c0de-0000-7000-8000-000000000001"
NEWS = Message(Kind.REPORT_NEWS, REPORT, "es")
MAILBOX = Mailbox(
    "rosa@example.org", "https://reunify.example.org", "https://reunify.example.org/stop-emails/abc", "delivery-1"
)


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def channel(
    port: int,
    security: Security = Security.NONE,
    context: ssl.SSLContext | None = None,
    password: str | None = None,
) -> AsyncIterator[Mail]:
    user = None if password is None else kit.USER
    mail = Mail(
        MailServer("localhost", port, security, "alerts@reunify.example.org", user, password, context), clock=now
    )
    try:
        yield mail
    finally:
        await mail.close()


def contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's, and that of a client who trusts it."""
    path = certificate_of_its_own(folder)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=path)


async def test_a_mail_is_plain_text_with_a_link_and_a_way_to_end_them_and_nothing_of_a_person() -> None:
    async with mail_server() as server, channel(server.port) as mail:
        assert (await mail.send(MAILBOX, NEWS)).state is State.SENT
    (received,) = server.received
    assert server.recipients == ["rosa@example.org"]
    assert received["Subject"] == text("es", Kind.REPORT_NEWS).title
    assert received["From"] == "alerts@reunify.example.org"
    assert received["Message-ID"] == "<delivery-1@reunify.example.org>"
    assert received["List-Unsubscribe"] == f"<{MAILBOX.stop_link}>"
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received.get_content_type() == "text/plain"
    assert received.get_content().splitlines() == [
        text("es", Kind.REPORT_NEWS).body,
        "",
        MAILBOX.link,
        "",
        "-- ",
        "Dejar de recibir estos correos:",
        MAILBOX.stop_link,
    ]
    assert REPORT not in received.as_string()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_mail_is_readable_in_every_language(language: str) -> None:
    async with mail_server() as server, channel(server.port) as mail:
        for kind in Kind:
            assert (await mail.send(MAILBOX, Message(kind, REPORT, language))).state is State.SENT
    assert [one["Subject"] for one in server.received] == [text(language, kind).title for kind in Kind]
    assert {one["Content-Language"] for one in server.received} == {language}
    assert server.connections == 1, "a connection was not used again"


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_mail_is_handed_in_over_tls_with_a_sign_in(security: Security, tmp_path: Path) -> None:
    server_side, client_side = contexts(tmp_path)
    async with mail_server(server_side, from_the_start=security is Security.TLS) as server:
        async with channel(server.port, security, client_side, kit.PASSWORD) as mail:
            assert (await mail.send(MAILBOX, NEWS)).state is State.SENT
        async with channel(server.port, security, client_side, "guessed") as mail:
            outcome = await mail.send(MAILBOX, NEWS)
            assert (outcome.state, outcome.detail) == (State.FAILED, "The mail server answered 535 5.7.8.")
        async with channel(server.port, security, password=kit.PASSWORD) as mail:  # nobody vouches for its certificate
            assert (await mail.send(MAILBOX, NEWS)).state is State.RETRY
    assert len(server.received) == 1


async def test_a_server_that_offers_no_tls_where_it_is_asked_for_gets_no_mail() -> None:
    async with mail_server() as server, channel(server.port, Security.STARTTLS) as mail:
        assert (await mail.send(MAILBOX, NEWS)).state is State.RETRY
    assert server.received == []


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("550 5.1.1 <rosa@example.org>: no such user", State.GONE),
        ("550 No such user rosa@example.org", State.GONE),
        ("550 5.7.1 rosa@example.org: blocked", State.FAILED),
        ("552 5.2.2 rosa@example.org: mailbox full", State.FAILED),
        ("450 4.2.0 rosa@example.org: try later", State.RETRY),
    ],
)
async def test_each_refusal_of_a_mailbox_has_its_outcome_and_never_repeats_the_address(
    answer: str, state: State
) -> None:
    async with mail_server() as server, channel(server.port) as mail:
        server.refusals["rosa@example.org"] = answer
        outcome = await mail.send(MAILBOX, NEWS)
        assert outcome.state is state
        assert "rosa" not in outcome.detail
        assert answer[:3] in outcome.detail
        server.refusals.clear()
        assert (await mail.send(MAILBOX, NEWS)).state is State.SENT
        assert server.connections == 1


async def test_a_mail_server_that_is_down_or_hangs_up_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with channel(port) as mail:
        assert (await mail.send(MAILBOX, NEWS)).state is State.RETRY
    async with channel(port) as mail, mail_server() as first, channel(first.port) as kept:
        assert (await kept.send(MAILBOX, NEWS)).state is State.SENT


async def test_a_mail_whose_time_is_over_is_not_sent() -> None:
    async with mail_server() as server, channel(server.port) as mail:
        assert (await mail.send(MAILBOX, Message(Kind.REPORT_NEWS, REPORT, "es", ttl=0))).state is State.EXPIRED
    assert server.connections == 0
