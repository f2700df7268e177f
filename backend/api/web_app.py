"""The installable web app from its built files: one page for every screen, and what it loads, from this host alone."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from backend.api.page import page

SCREENS = (
    "/", "/report", "/case",
    "/join", "/site", "/site/register", "/site/child", "/site/change", "/site/roll-call", "/site/nearby",
    "/site/settings",
    "/desk", "/desk/incident", "/desk/people", "/desk/new", "/desk/account",
    "/desk/duplicates", "/desk/waiting", "/desk/take-downs", "/desk/doors",
    "/desk/exercise", "/desk/figures", "/desk/settings", "/desk/deliveries",
    "/desk/webhooks", "/desk/duty",
    "/desk/map", "/desk/calls", "/desk/sightings", "/desk/alerts", "/desk/record", "/seen",
)  # fmt: skip
"""The paths of the screens, which the page itself tells apart (`web/src/app.tsx`)."""
PAGES = {
    "/report": "family.html",
    "/case": "family.html",
    "/join": "volunteer.html",
    "/site": "volunteer.html",
}
"""Where somebody comes in for the first time: the same page, naming also what that face will want."""
ASK_ANEW, A_DAY, FOR_EVER = "no-cache", "public, max-age=86400", "public, max-age=31536000, immutable"
FILES = {
    "/service-worker.js": ("text/javascript", ASK_ANEW),
    "/manifest.webmanifest": ("application/manifest+json", ASK_ANEW),
    "/icon.svg": ("image/svg+xml", A_DAY),
}
"""By path, of what kind they are and how long they are kept. Each screen draws the icon anew."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
WORKER_POLICY = "default-src 'none'; connect-src 'self'"
"""A service worker goes by the policy of its own file: it fetches what it keeps for when there is no network."""
PERMISSIONS = "camera=(self), display-capture=(), geolocation=(self), microphone=(), payment=(), usb=()"
NOT_BUILT = "This is Reunify. Its API is at /graphql; the web app needs Node.js 20 or later and `make install`.\n"


def web_app_routes(folder: Path, tiles_url: str | None = None) -> list[BaseRoute]:
    """The routes of the app, whose built files are in the folder (`web/dist/app`); else a line of text.

    `tiles_url` is where the map has its pictures from, where that is another host: pages may show pictures of it.
    """
    files = _Packed(directory=folder, check_dir=False)
    policy = POLICY if tiles_url is None else POLICY.replace("blob:", f"blob: {origin_of(tiles_url)}")

    async def screen(request: Request) -> Response:
        answer = page(folder / PAGES.get(request.url.path, "index.html"), policy, NOT_BUILT)
        answer.headers["permissions-policy"] = PERMISSIONS
        return answer

    async def file(request: Request) -> Response:
        path = request.url.path
        kind, kept = FILES[path]
        try:
            answer = await files.get_response(path.removeprefix("/"), request.scope)
        except HTTPException:
            return PlainTextResponse(NOT_BUILT, 404)
        answer.headers.update({"content-type": kind, "cache-control": kept, "content-security-policy": WORKER_POLICY})
        return answer

    return [
        *(Route(path, screen) for path in SCREENS),
        *(Route(path, file) for path in FILES),
        Mount("/assets", _Assets(directory=folder / "assets", check_dir=False)),
    ]


def origin_of(address: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


class _Packed(StaticFiles):
    """Files that the build packed, for those who take them so (see `web/build/pack.mjs`)."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        packed = Path(f"{os.fspath(full_path)}.gz")
        is_packed = "gzip" in Headers(scope=scope).get("accept-encoding", "") and packed.exists()
        file = (packed, packed.stat()) if is_packed else (full_path, stat_result)
        answer = super().file_response(*file, scope, status_code)
        answer.headers["vary"] = "accept-encoding"
        if is_packed and isinstance(answer, FileResponse):
            answer.headers["content-encoding"] = "gzip"
        return answer


class _Assets(_Packed):
    """Files whose names have the hash of their content: they never change."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers["cache-control"] = FOR_EVER
        return answer
