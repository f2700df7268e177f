"""The page that ends e-mails in one click, without a sign-in, and what mail programs call for it (RFC 8058)."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from backend.domain.errors import DomainError
from backend.services.collaborators import Collaborators
from backend.services.mailboxes import language_of_stopping, stop_emails

POLICY = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says in a language, and in which direction that is written: `ltr` or `rtl`."""

    language: str
    direction: str
    stop: str
    stopped: str
    explained: str


def stop_emails_routes(use: Collaborators, path: str, words_in: Callable[[str], Words]) -> list[Route]:
    """`GET` shows a button and ends nothing, since programs open links that nobody clicked; `POST` ends the e-mails."""

    async def stop(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            if request.method == "POST":
                await stop_emails(use, token)
            words = words_in(await language_of_stopping(use, token))
        except DomainError:
            return PlainTextResponse("This link is none of ours, or not whole.\n", 404)
        if request.method == "POST":
            content = f"<h1>{escape(words.stopped)}</h1><p>{escape(words.explained)}</p>"
        else:
            content = f'<form method="post"><button>{escape(words.stop)}</button></form>'
        return HTMLResponse(_page(words, content), headers={"content-security-policy": POLICY})

    return [Route(path + "/{token}", stop, methods=["GET", "POST"])]


def _page(words: Words, content: str) -> str:
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Reunify</title>'
    return f'<!doctype html><html lang="{words.language}" dir="{words.direction}">{head}{content}</html>'
