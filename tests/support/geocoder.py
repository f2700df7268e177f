"""A geocoder to test against, on the loopback: it answers in Nominatim's JSON, or as badly as it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import unused_port

CANAL_STREET = {
    "place_id": 1,
    "lat": "29.9535",
    "lon": "-90.0701",
    "display_name": "900, Canal Street, New Orleans, Louisiana, 70112, United States",
    "class": "building",
    "type": "yes",
    "importance": 0.4,
}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def canal_street(_: web.Request) -> web.StreamResponse:
    return web.json_response([CANAL_STREET])


@dataclass(slots=True)
class Nominatim:
    """`asked` are the queries that reached it; what it answers may be changed at any time."""

    url: str
    answer: Answer = canal_street
    asked: list[dict[str, str]] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append({**request.query, "path": request.path, "user-agent": request.headers["user-agent"]})
        return await self.answer(request)


@asynccontextmanager
async def nominatim() -> AsyncIterator[Nominatim]:
    port = unused_port()
    stand_in = Nominatim(f"http://127.0.0.1:{port}/nominatim")
    app = web.Application()
    app.router.add_get("/{anything:.*}", stand_in.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield stand_in
    finally:
        await runner.cleanup()


async def never(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError("nobody waits so long")
