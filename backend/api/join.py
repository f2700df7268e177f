"""The page behind an invite's link, in development: one says who one is, accepts, and is in the console, signed in."""

import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from backend.api.page import page

PATH = "/join"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_MUTATION = (
    'mutation { acceptInvite(input: {secret: "THE CODE AFTER #", name: "YOUR NAME", '
    'retryKey: "AT LEAST 22 RANDOM CHARACTERS"}) { token errors { message } } }'
)


def join_routes(assets: Path) -> list[BaseRoute]:
    """The page at `/join`; `assets` is the folder of the console's built files."""

    async def join(request: Request) -> Response:
        return page(assets / "join.html", CONTENT_SECURITY_POLICY, not_built(str(request.base_url)))

    return [Route(PATH, join)]


def not_built(address: str) -> str:
    """One line that says how to accept an invite without the page; `address` ends in a slash."""
    asked = json.dumps({"query": _MUTATION})
    return (
        "This page is not built: run `npm ci && npm run build` in the folder web/, or accept the invite with "
        f"curl {address}graphql -H 'content-type: application/json' -d '{asked}'\n"
    )
