"""Headers that every answer has, whichever route, refusal or mistake it comes from: what a browser may do with it."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""A route that needs another value sets it itself, as the pages do with the policy for what they load."""

YEAR_OF_HTTPS = "max-age=31536000"
NOT_KEPT = "no-store"
ASKED_AGAIN = "no-cache"
_STARTS = {"http.response.start", "websocket.http.response.start"}


def with_headers(app: ASGIApp, *, https: bool) -> ASGIApp:
    """The application, with the headers on all it answers; `https` tells browsers to come by https for a year.

    What says nothing of keeping is not kept, since it may be about somebody; a file with an ETag is asked for again.
    """
    always = HEADERS | ({"strict-transport-security": YEAR_OF_HTTPS} if https else {})

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                for name, value in always.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", ASKED_AGAIN if "etag" in headers else NOT_KEPT)
            await send(message)

        await app(scope, receive, send_with_headers)

    return answer
