"""Running one GraphQL operation, for every transport: who asks, within which time, and what an error shows."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import ExecutionResult, GraphQLError, OperationType
from graphql.execution import (
    Executor,
    create_source_event_stream,
    execute_root_selection_set,
    execute_subscription_event,
)
from starlette.requests import Request
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable

from backend.api.documents import Document, DocumentStore, Operation, schema_of
from backend.api.limits import Limits, check_cost
from backend.api.parameters import Parameters
from backend.api.refusal import FormattedError, RefusedError, refused, refused_with
from backend.api.sharing import Answer, Shared, without_cursor
from backend.domain.errors import DomainError, ErrorCode, unauthenticated

MakeContext = Callable[[Request | WebSocket, str | None], Awaitable[Any]]
MaskError = Callable[[GraphQLError], FormattedError]
Payload = dict[str, Any]

STATUS_OF_REFUSED_CONTEXT = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.EXPIRED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.PIN_NEEDED: 403,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.UNAVAILABLE: 503,
}


@dataclass(frozen=True, slots=True)
class Engine:
    """What every transport needs to run an operation.

    `make_context` signs the bearer of a token in (None: nobody is signed in) and may raise DomainError. Its context may
    offer `async still_valid() -> bool`, asked before each message on a WebSocket, and `renewed()`, a context of the
    same person with empty loaders, taken for each operation and each event there; `async before_answer()`, awaited
    before each answer is given: one for which it fails is not; `admit()`, which counts an operation and may raise
    DomainError; `who`, by whom connections are counted; and `answer_headers` for an answer over HTTP.
    `mask_error` gives the public form of every error that a resolver or `make_context` raised. `shared` are answers to
    events that are the same for many; a context of such an event offers `async before_answer_of(context)`, by which
    what that other context showed is entered for this one's person.
    """

    schema: Schema
    make_context: MakeContext
    limits: Limits
    documents: DocumentStore
    mask_error: MaskError
    connections: Counter[str] = field(default_factory=Counter)
    shared: Shared = field(default_factory=Shared)

    def masked(self, error: Exception) -> FormattedError:
        """The public form of an error; what graphql-core itself found wrong is public already."""
        if not isinstance(error, GraphQLError):
            return self.mask_error(GraphQLError(str(error), original_error=error))
        return error.formatted if error.original_error is None else self.mask_error(error)


@dataclass(frozen=True, slots=True)
class Chosen:
    """An operation that may run: its document is known, and what it may cost was checked."""

    parameters: Parameters
    document: Document
    operation: Operation

    @property
    def kind(self) -> OperationType:
        return self.operation.kind


def choose(engine: Engine, parameters: Parameters) -> Chosen:
    """The operation that a request names. Raises RefusedError."""
    document = engine.documents.find(parameters)
    operation = document.operation(parameters.operation_name)
    if operation.cost:
        check_cost(operation.cost, parameters.variables, engine.limits)
    return Chosen(parameters, document, operation)


def bearer_token(authorization: str | None) -> str | None:
    """The token of an Authorization header; None without one. Raises DomainError for any other scheme."""
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthenticated()
    return token.strip()


async def sign_in(engine: Engine, connection: Request | WebSocket, authorization: str | None) -> Any:
    """The context of the request. Raises RefusedError: with the status of the domain's refusal, and with TIMEOUT."""
    try:
        async with asyncio.timeout(engine.limits.seconds):
            return await engine.make_context(connection, bearer_token(authorization))
    except TimeoutError:
        raise _too_slow(engine.limits) from None
    except DomainError as error:
        raise _refused_by_domain(engine, error) from error


def admit(engine: Engine, context: Any) -> None:
    """Count one more operation of this person. Raises RefusedError with RATE_LIMITED."""
    count = getattr(context, "admit", None)
    if count is None:
        return
    try:
        count()
    except DomainError as error:
        raise _refused_by_domain(engine, error) from error


def _refused_by_domain(engine: Engine, error: DomainError) -> RefusedError:
    status = STATUS_OF_REFUSED_CONTEXT.get(error.code, 400)
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}  # noqa: PLR2004  # RFC 9110, 15.5.2
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    return RefusedError([engine.masked(error)], status, headers)


async def run(engine: Engine, chosen: Chosen, context: Any) -> Payload:
    """Run a query or mutation to its end. Raises RefusedError: for variables that do not fit, and with TIMEOUT; and
    whatever the context raises before the answer.
    """
    executor = _executor(engine, chosen, context)
    try:
        async with asyncio.timeout(engine.limits.seconds):
            result = execute_root_selection_set(executor)
            done = result if isinstance(result, ExecutionResult) else await result
            await _before_answer(context)
            return _payload(engine, done)
    except TimeoutError:
        raise _too_slow(engine.limits) from None


async def subscribe(
    engine: Engine, chosen: Chosen, context: Any, heard: Callable[[], object] = lambda: None
) -> AsyncGenerator[str, None]:
    """Run a subscription, event by event: the payloads as JSON; closing the generator closes the resolver's. `heard` is
    called when there is an event, whose payload follows.

    An event may say by `alike` what its answer depends on besides the selection: it is made once for all to whom that
    is told at the same time. While it is made, it may be `entered` who is shown the event, which the payload waits for.
    Raises RefusedError where it cannot begin, or its source fails. An event that takes too long to complete is answered
    with TIMEOUT, and the next one is waited for.
    """
    # What runs an event is made when it is needed: thousands wait, and would each keep one.
    async with aclosing(await _source_of(engine, chosen, context)) as events:
        try:
            async for event in events:
                heard()
                payload = await _answer_event(engine, chosen, context, event)
                del event
                yield payload
                del payload
        except Exception as error:
            raise RefusedError([engine.masked(error)]) from error


async def _source_of(engine: Engine, chosen: Chosen, context: Any) -> AsyncGenerator[Any, None]:
    executor = _executor(engine, chosen, context)
    try:
        async with asyncio.timeout(engine.limits.seconds):
            source = create_source_event_stream(executor)
            if optimized_is_awaitable(source):
                source = await cast("Awaitable[Any]", source)
    except TimeoutError:
        raise _too_slow(engine.limits) from None
    if isinstance(source, ExecutionResult):
        raise RefusedError([engine.masked(error) for error in source.errors or ()])
    return cast("AsyncGenerator[Any, None]", source)


async def _answer_event(engine: Engine, chosen: Chosen, context: Any, event: Any) -> str:
    entered = getattr(event, "entered", None)
    alike = getattr(event, "alike", None) if chosen.operation.alike else None
    try:
        async with asyncio.timeout(engine.limits.seconds):
            if alike is None:
                answer = await _answer(engine, chosen, renewed(context), event)
                await _before_answer(answer.context)
            else:
                parameters = chosen.parameters
                selected = chosen.document.source, parameters.operation_name, without_cursor(parameters.variables)
                answer = await engine.shared.ask(
                    (*selected, alike), lambda: _answer(engine, chosen, renewed(context), event)
                )
                await context.before_answer_of(answer.context)
            if entered is not None:
                await entered
            return answer.text
    except TimeoutError:
        return as_json({"errors": list(_too_slow(engine.limits).errors), "data": None})


async def _answer(engine: Engine, chosen: Chosen, context: Any, event: Any) -> Answer:
    executor = _executor(engine, chosen, context)
    executor.root_value = event
    result = execute_subscription_event(executor)
    done = result if isinstance(result, ExecutionResult) else await result
    return Answer(as_json(_payload(engine, done)), context)


def as_json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


async def _before_answer(context: Any) -> None:
    before_answer = getattr(context, "before_answer", None)
    if before_answer:
        await before_answer()


def renewed(context: Any) -> Any:
    """The context for one more operation or event of a long connection."""
    renew = getattr(context, "renewed", None)
    return renew() if renew else context


def _executor(engine: Engine, chosen: Chosen, context: Any) -> Executor[Any]:
    parameters = chosen.parameters
    # strawberry's own class gives its resolvers their Info; its `execute` would parse and validate again.
    executor = engine.schema.execution_context_class.build(
        schema_of(engine.schema),
        chosen.document.node,
        context_value=context,
        raw_variable_values=cast("dict[str, Any]", parameters.variables),
        operation_name=parameters.operation_name,
        is_awaitable=cast("Any", optimized_is_awaitable),  # strawberry declares it as a plain bool
        hide_suggestions=not engine.limits.introspection,
        operation_extensions=parameters.extensions,
    )
    if isinstance(executor, list):
        raise refused_with(executor, "BAD_USER_INPUT")
    return executor


def _payload(engine: Engine, result: ExecutionResult) -> Payload:
    if not result.errors:
        return {"data": result.data}
    return {"errors": [engine.masked(error) for error in result.errors], "data": result.data}


def _too_slow(limits: Limits) -> RefusedError:
    return refused("TIMEOUT", f"The answer took longer than {limits.seconds:g} seconds and was given up.", 503)


def answer_of(refusal: RefusedError) -> Mapping[str, Any]:
    """A refusal as a GraphQL response: errors, and no data at all."""
    return {"errors": list(refusal.errors)}
