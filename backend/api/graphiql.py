"""GraphiQL, the developers' console on the path of the API: served from built files, never from another host."""

import json
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from backend.api.documents import Document
from backend.api.http import accepted_weights
from backend.api.page import page

# Scripts and styles come from this host's files alone; GraphiQL's style sheet embeds its fonts.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
NOT_BUILT = "GraphiQL is not built yet: run `npm ci && npm run build` in the folder web/.\n"


def wants_page(request: Request) -> bool:
    """A browser that opens the address, rather than a client that asks a question."""
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and accepted_weights(request.headers.get("accept", "")).get("text/html", 0.0) > 0
    )


def console_page(assets: Path) -> Response:
    return page(assets / "index.html", CONTENT_SECURITY_POLICY, NOT_BUILT)


def asset_routes(path: str, assets: Path, trusted: Mapping[str, Document]) -> list[BaseRoute]:
    """The console's files under `<path>/console/`, and the trusted documents as a JSON list of texts."""
    texts = json.dumps([document.source for document in trusted.values()])

    async def operations(_request: Request) -> Response:
        return Response(texts, media_type=JSONResponse.media_type)

    return [
        Route(f"{path}/console/operations.json", operations),
        Mount(f"{path}/console", StaticFiles(directory=assets, check_dir=False)),
    ]
