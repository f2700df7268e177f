"""Pages of one button behind a link in a message, for whoever has the link: it does one thing, without a sign-in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from backend.domain.errors import DomainError

POLICY = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says in a language, and in which direction that is written: `ltr` or `rtl`. `asked` stands above
    the button, if anything does.
    """

    language: str
    direction: str
    button: str
    done: str
    explained: str
    asked: str | None = None


def button_routes(
    path: str, words_of: Callable[[str], Awaitable[Words]], press: Callable[[str], Awaitable[None]]
) -> list[Route]:
    """`GET` shows the button and does nothing, since programs open links that nobody clicked; `POST` presses it. Both
    raise DomainError for a token that is none.
    """

    async def page(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            words = await words_of(token)
            if request.method == "POST":
                await press(token)
        except DomainError:
            return PlainTextResponse("This link is none of ours, or not whole.\n", 404)
        if request.method == "POST":
            content = f"<h1>{escape(words.done)}</h1><p>{escape(words.explained)}</p>"
        else:
            asked = "" if words.asked is None else f"<p>{escape(words.asked)}</p>"
            content = f'{asked}<form method="post"><button>{escape(words.button)}</button></form>'
        return HTMLResponse(_page(words, content), headers={"content-security-policy": POLICY})

    return [Route(path + "/{token}", page, methods=["GET", "POST"])]


def _page(words: Words, content: str) -> str:
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Reunify</title>'
    return f'<!doctype html><html lang="{words.language}" dir="{words.direction}">{head}{content}</html>'
