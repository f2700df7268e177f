"""Pages of other sites: which of them may ask, over HTTP (CORS) and over a WebSocket, which CORS does not cover."""

from collections.abc import Collection
from http import HTTPMethod
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "POST")
REQUEST_HEADERS = ("authorization", "content-type", "reunify-reason")
ANSWER_HEADERS = ("retry-after",)


def for_origins(app: ASGIApp, allowed: Collection[str], own: str) -> ASGIApp:
    """The application, with CORS headers for the `allowed` origins, and none at all for any other.

    `own` is the address of the server: its pages may open a WebSocket, as may those that came under the same name.
    Nobody is signed in by a cookie, so no credentials are allowed along.
    """
    shared = CORSMiddleware(
        app, allow_origins=allowed, allow_methods=METHODS, allow_headers=REQUEST_HEADERS, expose_headers=ANSWER_HEADERS
    )

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if scope["type"] == "websocket":
            foreign = origin is not None and origin not in {*allowed, own} and _host(origin) != headers.get("host")
            del headers  # a connection may stay for hours
            if foreign:
                await PlainTextResponse("Pages of other sites may not connect here.\n", 403)(scope, receive, send)
            else:
                await app(scope, receive, send)
        elif origin in allowed:
            await shared(scope, receive, send)
        elif (
            origin is not None and scope["method"] == HTTPMethod.OPTIONS and "access-control-request-method" in headers
        ):
            await PlainTextResponse("Pages of other sites may not ask here.\n", 403)(scope, receive, send)
        else:
            await app(scope, receive, _varying(send) if allowed else send)

    return answer


def _host(origin: str) -> str:
    return urlsplit(origin).netloc


def _varying(send: Send) -> Send:
    """A cache on the way must not give one origin the answer for another."""

    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Origin")
        await send(message)

    return send_varying
