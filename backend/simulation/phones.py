"""People's phones, as the server sees them: the trusted documents by hash, over HTTP and WebSocket."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import aiohttp


class RefusedError(Exception):
    """The server did not do what a phone asked for; the server's own words, and its code where it gave one."""

    def __init__(self, words: str, code: str = "") -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True, slots=True)
class Phone:
    """One device; without a token it is a stranger's. `operations` is the folder of the trusted documents."""

    session: aiohttp.ClientSession
    address: str
    operations: Path
    token: str | None = None

    def signed_in(self, token: str) -> "Phone":
        return replace(self, token=token)

    async def ask(self, operation: str, **variables: object) -> Any:
        """The value of the operation's only root field. Raises: RefusedError, aiohttp.ClientError."""
        request = {
            "variables": as_input(variables),
            "extensions": {"persistedQuery": {"version": 1, "sha256Hash": self._hash(operation)}},
        }
        async with self.session.post(f"{self.address}/graphql", json=request, headers=self._headers) as response:
            body = await response.json(content_type=None)
        data = body.get("data")
        value = None if data is None else next(iter(data.values()))
        settled = value.get("errors", []) if isinstance(value, dict) else []
        problems = [*body.get("errors", []), *settled]
        if problems:
            problem = problems[0]
            code = problem.get("code") or problem.get("extensions", {}).get("code", "")
            raise RefusedError(f"{operation}: {problem['message']}", code)
        return value

    @asynccontextmanager
    async def follow(self, operation: str, **variables: object) -> AsyncIterator[AsyncIterator[Any]]:
        """The values of a subscription's only root field, as they come. Raises: RefusedError, aiohttp.ClientError."""
        document = self._text(operation)
        address = f"{self.address}/graphql"
        async with self.session.ws_connect(address, protocols=["graphql-transport-ws"], max_msg_size=0) as socket:
            await socket.send_json({"type": "connection_init", "payload": self._headers})
            await socket.receive_json()
            payload = {"query": document, "variables": as_input(variables)}
            await socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
            yield _values(socket)

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    def _text(self, operation: str) -> str:
        return (self.operations / f"{operation}.graphql").read_text(encoding="utf-8")

    def _hash(self, operation: str) -> str:
        return hashlib.sha256(self._text(operation).encode()).hexdigest()


async def _values(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[Any]:
    """Ends when the server goes away."""
    async for frame in socket:
        message = json.loads(frame.data)
        match message["type"]:
            case "next":
                yield next(iter(message["payload"]["data"].values()))
            case "ping":
                await socket.send_json({"type": "pong"})
            case "error":
                raise RefusedError(message["payload"][0]["message"])
            case "complete":
                return


def as_input(value: object) -> Any:
    """A value as GraphQL's JSON has it: names in camelCase, and what nobody said is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        said = {_camel(field.name): as_input(getattr(value, field.name)) for field in fields(value)}
        return {name: given for name, given in said.items() if given not in (None, [], {})}
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case Mapping():
            return {name: as_input(given) for name, given in value.items()}
        case tuple() | list():
            return [as_input(each) for each in value]
        case _:
            return value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)
