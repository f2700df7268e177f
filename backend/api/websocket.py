"""GraphQL over a WebSocket: the protocol graphql-transport-ws, as the PROTOCOL.md of npm's graphql-ws words it.

Close codes: 4400 bad message, 4401 not acknowledged yet, 4403 refused or no longer signed in, 4406 other subprotocol,
4408 no connection_init or no pong in time, 4409 operation id in use, 4410 messages were not taken in time, 4429 second
connection_init, or too many messages or connections; 1009 too big. Too many connections from one address are refused
before that, with 429.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any, TypeVar

from graphql import OperationType
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from backend.api.address import address_of
from backend.api.execution import Chosen, Engine, admit, as_json, choose, renewed, run, sign_in, subscribe
from backend.api.parameters import Parameters, read_json, read_parameters
from backend.api.refusal import RefusedError, refused

SUBPROTOCOL = "graphql-transport-ws"
Failure = TypeVar("Failure", bound=Exception)
# RFC 6455, 5.5: a control frame holds 125 bytes, two of them the code.
LONGEST_REASON = 123
CLOSE_SECONDS = 1.0


class _Closing(Exception):  # noqa: N818  # ends the connection, which is not always an error
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def answer_websocket(engine: Engine, websocket: WebSocket) -> None:
    """Serve one connection until either side closes it; all its operations end with it."""
    if SUBPROTOCOL not in websocket.scope.get("subprotocols", ()):
        await websocket.accept()
        await _close(websocket, 4406, f"Subprotocol not acceptable: use {SUBPROTOCOL}")
        return
    place = f"address {address_of(websocket)}"
    if engine.connections[place] >= engine.limits.address_connections:
        await websocket.send_denial_response(Response(status_code=429, headers={"retry-after": "60"}))
        return
    await websocket.accept(subprotocol=SUBPROTOCOL)
    counted = _Counted(engine.connections)
    counted.count(place)
    try:
        await _serve(engine, websocket, counted)
    finally:
        counted.count(None)


class _Counted:
    """As whose a connection is counted."""

    def __init__(self, connections: Counter[str]) -> None:
        self.connections = connections
        self.who: str | None = None

    def count(self, who: str | None) -> None:
        """Count it as this one's from now on, or as nobody's any more."""
        if self.who is not None:
            self.connections[self.who] -= 1
            if not self.connections[self.who]:
                del self.connections[self.who]
        if who is not None:
            self.connections[who] += 1
        self.who = who


async def _serve(engine: Engine, websocket: WebSocket, counted: _Counted) -> None:
    try:
        async with asyncio.TaskGroup() as tasks:
            connection = _Connection(engine, websocket, tasks, counted)
            try:
                await connection.listen()
            finally:
                connection.watch.cancel()
    except* _Closing as closings:
        closing = _first(closings)
        await _close(websocket, closing.code, closing.reason)
    except* WebSocketDisconnect:
        pass
    except* Exception as errors:  # noqa: BLE001  # what no operation can be blamed for; `mask_error` logs it
        await _close(websocket, 1011, str(engine.masked(_first(errors))["message"]))


def _first(group: ExceptionGroup[Failure]) -> Failure:
    """One exception of a group: a single one ends the connection, the others only follow from it."""
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, ExceptionGroup) else inner


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    shortened = reason.encode()[:LONGEST_REASON].decode(errors="ignore")
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await websocket.close(code, shortened)
    except (WebSocketDisconnect, RuntimeError, TimeoutError):
        # The client was faster, or takes nothing any more: then the server ends the connection without its word.
        return


class _Connection:
    """The state of one connection. Whatever ends it is raised as _Closing in one of its tasks."""

    def __init__(self, engine: Engine, websocket: WebSocket, tasks: asyncio.TaskGroup, counted: _Counted) -> None:
        self.engine = engine
        self.websocket = websocket
        self.tasks = tasks
        self.counted = counted
        self.context: Any = None
        self.initialised = False
        self.acknowledged = False
        self.received = 0
        self.span_began = 0.0
        self.received_in_span = 0
        self.valid_until = 0.0
        self.checking = asyncio.Lock()
        self.operations: dict[str, asyncio.Task[None]] = {}
        self.pinged = False
        self.received_before = 0
        loop = asyncio.get_running_loop()
        # A timer, and no task that sleeps: of these there are thousands, for hours.
        self.watch = loop.call_later(engine.limits.connection_init_seconds, self.expect_init)

    async def listen(self) -> None:
        while True:
            await self.heed(await self.receive())

    async def heed(self, message: Mapping[str, Any]) -> None:
        self.received += 1
        self.refuse_flood()
        match message.get("type"):
            case "connection_init":
                await self.initialise(self.optional_map(message))
            case "ping":
                payload = self.optional_map(message)
                await self.send({"type": "pong", **({"payload": payload} if payload is not None else {})})
            case "pong":
                self.optional_map(message)
            case "subscribe":
                await self.begin(message)
            case "complete":
                operation = self.operations.pop(self.operation_id(message), None)
                if operation:
                    operation.cancel()
            case _:
                raise _Closing(4400, "Unknown message type")

    async def receive(self) -> Mapping[str, Any]:
        event = await self.websocket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1005))
        text = event.get("text")
        if text is None:
            raise _Closing(4400, "Only text messages are understood")
        if len(text) > self.engine.limits.message_bytes or len(text.encode()) > self.engine.limits.message_bytes:
            raise _Closing(1009, f"A message is larger than {self.engine.limits.message_bytes} bytes")
        try:
            message = read_json(text, "The message")
        except RefusedError as refusal:
            raise _Closing(4400, str(refusal)) from None
        if not isinstance(message, dict):
            raise _Closing(4400, "A message must be a JSON object")
        return message

    def refuse_flood(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self.span_began + self.engine.limits.messages_seconds:
            self.span_began, self.received_in_span = now, 0
        self.received_in_span += 1
        if self.received_in_span > self.engine.limits.messages:
            raise _Closing(4429, "Too many messages")

    def count_person(self) -> None:
        """Whoever is signed in counts for themselves, and leaves the room at their address to others."""
        who = getattr(self.context, "who", None)
        if who is None or who.startswith("address "):
            return
        if self.engine.connections[who] >= self.engine.limits.person_connections:
            raise _Closing(4429, "Too many connections of this account")
        self.counted.count(who)

    async def initialise(self, payload: Mapping[str, Any] | None) -> None:
        if self.initialised:
            raise _Closing(4429, "Too many initialisation requests")
        self.initialised = True
        self.watch.cancel()
        self.look_later()
        authorization = (payload or {}).get("authorization")
        if authorization is not None and not isinstance(authorization, str):
            raise _Closing(4400, "`authorization` must be a string")
        try:
            self.context = await sign_in(self.engine, self.websocket, authorization)
        except RefusedError as refusal:
            raise _Closing(4403, str(refusal)) from None
        except Exception as error:
            raise _Closing(4500, str(self.engine.masked(error)["message"])) from error
        self.count_person()
        # Who waits for hours need not keep them; what they say of who asks is known now.
        self.websocket.scope["headers"].clear()
        self.valid_until = asyncio.get_running_loop().time() + self.engine.limits.recheck_seconds
        await self.send({"type": "connection_ack"})
        self.acknowledged = True

    async def begin(self, message: Mapping[str, Any]) -> None:
        if not self.acknowledged:
            raise _Closing(4401, "Unauthorized")
        operation_id = self.operation_id(message)
        if operation_id in self.operations:
            raise _Closing(4409, f"Subscriber for {operation_id} already exists")
        try:
            parameters = read_parameters(message.get("payload"))
        except RefusedError as refusal:
            raise _Closing(4400, str(refusal)) from None
        most = self.engine.limits.connection_operations
        if len(self.operations) >= most:
            crowded = refused("TOO_MANY_OPERATIONS", f"At most {most} operations may run on a connection at a time.")
            await self.send({"id": operation_id, "type": "error", "payload": list(crowded.errors)})
            return
        task = self.tasks.create_task(self.operate(operation_id, parameters))
        self.operations[operation_id] = task

    async def operate(self, operation_id: str, parameters: Parameters) -> None:
        """Run one operation. Its id is free again before its last message is sent, since the client may reuse it."""
        try:
            await self.stream(operation_id, parameters)
            last: dict[str, Any] = {"id": operation_id, "type": "complete"}
        except RefusedError as refusal:
            last = {"id": operation_id, "type": "error", "payload": list(refusal.errors)}
        except (_Closing, WebSocketDisconnect):
            raise
        except Exception as error:  # noqa: BLE001  # the last place where it can be masked; `mask_error` logs it
            last = {"id": operation_id, "type": "error", "payload": [self.engine.masked(error)]}
        if self.operations.get(operation_id) is asyncio.current_task():
            del self.operations[operation_id]
        await self.send(last)

    async def stream(self, operation_id: str, parameters: Parameters) -> None:
        chosen = choose(self.engine, parameters)
        await self.check_still_valid()
        admit(self.engine, self.context)
        context = renewed(self.context)
        if chosen.kind is OperationType.SUBSCRIPTION:
            await self.stream_events(operation_id, chosen, context)
            return
        payload = await run(self.engine, chosen, context)
        await self.send({"id": operation_id, "type": "next", "payload": payload})

    async def stream_events(self, operation_id: str, chosen: Chosen, context: Any) -> None:
        async with aclosing(subscribe(self.engine, chosen, context, self.check_meanwhile)) as payloads:
            async for payload in payloads:
                await self.send_text(f'{{"id":{json.dumps(operation_id)},"type":"next","payload":{payload}}}')
                del payload  # it may be hours until the next

    async def send(self, message: Mapping[str, Any]) -> None:
        await self.send_text(as_json(message))

    async def send_text(self, text: str) -> None:
        await self.check_still_valid()
        try:
            async with asyncio.timeout(self.engine.limits.send_seconds):
                await self.websocket.send_text(text)
        except TimeoutError:
            raise _Closing(4410, "Messages were not taken in time") from None

    def check_meanwhile(self) -> None:
        """Begin to ask, where it is due, whether somebody is still signed in, so that sending need not wait as long."""
        if asyncio.get_running_loop().time() >= self.valid_until:
            self.tasks.create_task(self.check_still_valid())

    async def check_still_valid(self) -> None:
        """Nothing is sent to somebody who was signed out in the meantime. Raises _Closing."""
        still_valid = getattr(self.context, "still_valid", None)
        if still_valid is None:
            return
        async with self.checking:
            now = asyncio.get_running_loop().time()
            if now < self.valid_until:
                return
            if not await still_valid():
                raise _Closing(4403, "You are no longer signed in")
            self.valid_until = now + self.engine.limits.recheck_seconds

    def expect_init(self) -> None:
        self.end(4408, "Connection initialisation timeout")

    def look_for_life(self) -> None:
        """Ping a silent client; close the connection when it does not answer that either."""
        if self.received != self.received_before:
            self.pinged = False
        elif self.pinged:
            self.end(4408, "No answer to a ping")
            return
        else:
            self.pinged = True
            self.tasks.create_task(self.send({"type": "ping"}))
        self.look_later()

    def look_later(self) -> None:
        self.received_before = self.received
        self.watch = asyncio.get_running_loop().call_later(self.engine.limits.ping_seconds, self.look_for_life)

    def end(self, code: int, reason: str) -> None:
        async def closing() -> None:
            raise _Closing(code, reason)

        self.tasks.create_task(closing())

    def optional_map(self, message: Mapping[str, Any]) -> Mapping[str, Any] | None:
        payload = message.get("payload")
        if payload is None or isinstance(payload, dict):
            return payload
        raise _Closing(4400, "`payload` must be an object")

    def operation_id(self, message: Mapping[str, Any]) -> str:
        operation_id = message.get("id")
        if isinstance(operation_id, str) and operation_id:
            return operation_id
        raise _Closing(4400, "`id` must be a string that is not empty")
