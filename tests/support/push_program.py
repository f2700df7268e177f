"""A push service as a process of its own, for load: `python -m tests.support.push_program` prints its address.

`POST /BEHAVIOUR/DEVICE` is answered as the behaviour has it, after the VAPID token was found in order. With the
argument `any-port`, tokens are taken that leave the port out of their audience.
"""

import asyncio
import socket
import sys
import time
from asyncio.subprocess import PIPE
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

from tests.support.vapid import vapid_fault

LATE_SECONDS = 1.0
STATUSES: Mapping[str, int] = MappingProxyType(
    {"good": 201, "late": 201, "missing": 404, "gone": 410, "large": 413, "busy": 429, "broken": 500}
)
ANY_PORT = "any-port"
RESET, HANG = "reset", "hang"
BEHAVIOURS = (*STATUSES, RESET, HANG)


@dataclass
class _Service:
    """`shown` counts the messages that were accepted, by device and topic; `moments` has when, by the behaviour."""

    origins: tuple[str, ...]
    shown: Counter[tuple[str, str]] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    moments: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    trusted: set[str] = field(default_factory=set)

    async def push(self, request: web.Request) -> web.Response:
        behaviour, device = request.match_info["behaviour"], request.match_info["device"]
        await request.read()
        self.asked[behaviour] += 1
        authorization = request.headers.get("Authorization", "")
        # A sender's token is the same for hours: checking it each time would slow down what is measured.
        if authorization not in self.trusted:
            faults = [vapid_fault(authorization, origin) for origin in self.origins]
            if None not in faults:
                return web.Response(status=403, text=faults[0])
            self.trusted.add(authorization)
        if behaviour == RESET:
            assert request.transport is not None
            request.transport.abort()
        if behaviour == HANG:
            await asyncio.sleep(3600)
        if behaviour == "late":
            await asyncio.sleep(LATE_SECONDS)
        status = STATUSES.get(behaviour, 404)
        if status == 201:
            self.shown[device, request.headers.get("Topic", "")] += 1
            self.moments[behaviour].append(time.time())
        return web.Response(status=status, headers={"Retry-After": "6"} if status == 429 else None)

    async def told(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "accepted": self.shown.total(),
                "devices": len(self.shown),
                "asked": dict(self.asked),
                "first": {name: moments[0] for name, moments in self.moments.items()},
                "last": {name: moments[-1] for name, moments in self.moments.items()},
            }
        )

    async def forget(self, _request: web.Request) -> web.Response:
        for counted in (self.shown, self.asked, self.moments):
            counted.clear()
        return web.Response()


@dataclass(frozen=True, slots=True)
class PushProgram:
    """The running service. `told` has the counts: accepted, devices, asked, first and last moment by behaviour."""

    address: str
    _session: aiohttp.ClientSession

    def endpoint(self, device_id: str, behaviour: str = "good") -> str:
        return f"{self.address}/{behaviour}/{device_id}"

    async def told(self) -> dict[str, Any]:
        async with self._session.get(f"{self.address}/told") as answer:
            counts: dict[str, Any] = await answer.json()
            return counts

    async def forget(self) -> None:
        async with self._session.post(f"{self.address}/forget"):
            pass


@asynccontextmanager
async def push_program(*arguments: str) -> AsyncIterator[PushProgram]:
    """The service in a process of its own, for as long as the block lasts."""
    program = (sys.executable, "-m", "tests.support.push_program", *arguments)
    process = await asyncio.create_subprocess_exec(*program, stdout=PIPE)
    assert process.stdout is not None
    try:
        address = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession() as session:
            yield PushProgram(address, session)
    finally:
        process.kill()
        await process.wait()


async def serve() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=1000)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    service = _Service((address, "http://127.0.0.1") if ANY_PORT in sys.argv else (address,))
    application = web.Application()
    application.router.add_get("/told", service.told)
    application.router.add_post("/forget", service.forget)
    application.router.add_post("/{behaviour}/{device}", service.push)
    runner = web.AppRunner(application, access_log=None, handle_signals=False)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    sys.stdout.write(address + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve())
