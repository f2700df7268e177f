"""A client of the API as an app would be one: trusted documents by name, over HTTP and WebSocket."""

import hashlib
import io
import json
import secrets
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import uuid_utils

from backend.api.reason import HEADER as REASON
from backend.domain.work import FilingWork, do_work

OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"


def new_id() -> str:
    return str(uuid_utils.uuid7())


def retry_key() -> str:
    return secrets.token_urlsafe(24)


WORK_BITS = 4
"""What the servers of tests ask for: as a phone in earnest, only not as long."""


def with_work(report: Mapping[str, Any], bits: int = WORK_BITS) -> dict[str, Any]:
    """The report with the work that is asked of strangers, where it says none itself."""
    filing = FilingWork(report["incidentId"], report.get("id") or "", report["retryKey"])
    return {"work": do_work(filing, bits), **report}


@cache
def operation(name: str) -> str:
    return (OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8")


@cache
def hash_of(name: str) -> str:
    return hashlib.sha256(operation(name).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `data` of the operation's single root field is `value`."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Any:
        assert self.body.get("data") is not None, self.body
        return self.body["data"]

    @property
    def value(self) -> Any:
        return next(iter(self.data.values()))

    @property
    def made(self) -> Any:
        """The value of a mutation that was done."""
        assert self.value["errors"] == [], self.value["errors"]
        return self.value

    @property
    def codes(self) -> list[str]:
        """The codes of whatever was refused: as data by a mutation, or as errors by a query."""
        errors = [error["extensions"]["code"] for error in self.body.get("errors", [])]
        value = next(iter((self.body.get("data") or {}).values()), None)
        settled = value.get("errors", []) if isinstance(value, dict) else []
        return errors + [error["code"] for error in settled]


@dataclass(frozen=True, slots=True)
class Client:
    """One device: its token, if it has one, and what it says about why it asks."""

    session: aiohttp.ClientSession
    url: str
    token: str | None = None
    reason: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        said = {} if self.reason is None else {REASON: self.reason}
        return {"authorization": f"Bearer {self.token}", **said} if self.token else said

    def signed_in(self, token: str | None) -> "Client":
        return replace(self, token=token)

    async def ask(self, name: str, **variables: Any) -> Answer:
        """Run the trusted document `name`, by its hash; without an account, a report comes with its work."""
        if name == "fileReport" and self.token is None:
            variables = {"input": with_work(variables["input"])}
        request = {
            "variables": variables,
            "extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(name)}},
        }
        return await self._post(request)

    async def ask_text(self, query: str, **variables: Any) -> Answer:
        """Run a document of one's own."""
        return await self._post({"query": query, "variables": variables})

    async def _post(self, request: Mapping[str, Any]) -> Answer:
        async with self.session.post(f"{self.url}/graphql", json=request, headers=self.headers) as response:
            return Answer(response.status, await response.json(content_type=None), response.headers)

    async def upload(self, content: bytes, filename: str = "photo.jpg", **query: str) -> Answer:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(content), filename=filename, content_type="application/octet-stream")
        async with self.session.post(f"{self.url}/photos", params=query, data=form, headers=self.headers) as response:
            return Answer(response.status, await response.json(content_type=None), response.headers)

    @asynccontextmanager
    async def at(self, address: str) -> AsyncIterator["Client"]:
        """The same client at another loopback address, such as `127.0.0.2`."""
        connector = aiohttp.TCPConnector(local_addr=(address, 0))
        async with aiohttp.ClientSession(connector=connector) as session:
            yield replace(self, session=session)

    @asynccontextmanager
    async def follow(self, name: str, **variables: Any) -> AsyncIterator["Subscription"]:
        """Subscribe to the trusted document `name` over graphql-transport-ws."""
        async with self.session.ws_connect(f"{self.url}/graphql", protocols=["graphql-transport-ws"]) as socket:
            await socket.send_json({"type": "connection_init", "payload": self.headers})
            assert (await socket.receive_json())["type"] == "connection_ack"
            payload = {"query": operation(name), "variables": variables}
            await socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
            yield Subscription(socket)


@dataclass(frozen=True, slots=True)
class Subscription:
    """`told` are the records of the last message that nobody has asked for yet."""

    socket: aiohttp.ClientWebSocketResponse
    told: deque[Any] = field(default_factory=deque)

    async def next_message(self, seconds: float = 10) -> Mapping[str, Any]:
        """The next message that is no ping."""
        while True:
            message = json.loads(await self.socket.receive_str(timeout=seconds))
            if message["type"] != "ping":
                return dict(message)
            await self.socket.send_json({"type": "pong"})

    async def next(self, seconds: float = 10) -> Any:
        """The value of the next event."""
        message = await self.next_message(seconds)
        assert message["type"] == "next", message
        return next(iter(message["payload"]["data"].values()))

    async def next_record(self, seconds: float = 10) -> Any:
        """The next of the records that are told, one or several in a message."""
        while not self.told:
            value = await self.next(seconds)
            self.told.extend(next(one for one in value.values() if isinstance(one, list)))
        return self.told.popleft()
