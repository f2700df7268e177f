"""GraphQL over HTTP, as its specification words it: GET for queries, POST for queries and mutations.

Codes in `extensions.code` besides those of `limits` and `documents`: BAD_REQUEST (400), METHOD_NOT_ALLOWED (405),
NOT_ACCEPTABLE (406), BODY_TOO_SLOW (408), BODY_TOO_LARGE (413), UNSUPPORTED_MEDIA_TYPE (415), RATE_LIMITED (429),
TIMEOUT (503), and OPERATION_NOT_SUPPORTED.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from backend.api.execution import Engine, admit, answer_of, choose, run, sign_in
from backend.api.limits import Limits
from backend.api.parameters import Parameters, malformed, read_json, read_parameters
from backend.api.refusal import RefusedError, refused

RESPONSE_TYPE = "application/graphql-response+json"
JSON_TYPE = "application/json"


async def answer_http(engine: Engine, request: Request) -> Response:
    """Answer one GraphQL request, whatever is wrong with it, in the media type that its sender accepts."""
    media_type = JSON_TYPE
    try:
        media_type = preferred_media_type(request.headers.get("accept"))
        payload, headers = await _answer(engine, request)
        return _respond(payload, 200, media_type, headers)
    except RefusedError as refusal:
        status = refusal.status or (400 if media_type == RESPONSE_TYPE else 200)
        return _respond(answer_of(refusal), status, media_type, refusal.headers)
    except ClientDisconnect:
        # Nobody is left to read it, yet the server wants an answer.
        return Response(status_code=400)
    except Exception as error:  # noqa: BLE001  # the last place where it can be masked; `mask_error` logs it
        return _respond({"errors": [engine.masked(error)]}, 500, media_type)


async def _answer(engine: Engine, request: Request) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    by_get = request.method in {"GET", "HEAD"}
    parameters = _from_address(request) if by_get else await _from_body(request, engine.limits)
    chosen = choose(engine, parameters)
    if chosen.kind is OperationType.SUBSCRIPTION:
        raise refused("OPERATION_NOT_SUPPORTED", "Subscriptions run over a WebSocket (graphql-transport-ws) here.")
    if by_get and chosen.kind is OperationType.MUTATION:
        raise refused("METHOD_NOT_ALLOWED", "A mutation must be sent by POST.", 405, {"allow": "POST"})
    context = await sign_in(engine, request, request.headers.get("authorization"))
    admit(engine, context)
    payload = await run(engine, chosen, context)
    return payload, getattr(context, "answer_headers", {})


def _from_address(request: Request) -> Parameters:
    query = request.query_params
    payload: dict[str, object] = {name: query[name] for name in ("query", "operationName") if name in query}
    for name in ("variables", "extensions"):
        if query.get(name):
            payload[name] = read_json(query[name], f"The parameter `{name}`")
    return read_parameters(payload)


async def _from_body(request: Request, limits: Limits) -> Parameters:
    _check_content(request)
    try:
        async with asyncio.timeout(limits.body_seconds):
            body = await read_body(request, limits.body_bytes)
    except TimeoutError:
        raise _unread("BODY_TOO_SLOW", f"The body took longer than {limits.body_seconds:g} seconds.", 408) from None
    if not body:
        raise malformed("The request has no body.")
    return read_parameters(read_json(body, "The body"))


def _check_content(request: Request) -> None:
    """Only JSON: a form of another site can then never be taken for a request (CSRF)."""
    media_type, _, rest = request.headers.get("content-type", "").partition(";")
    charset = rest.strip().lower().removeprefix("charset=").strip('"')
    if media_type.strip().lower() != JSON_TYPE or charset not in {"", "utf-8"}:
        raise refused("UNSUPPORTED_MEDIA_TYPE", "Send `content-type: application/json`, encoded in UTF-8.", 415)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise refused("UNSUPPORTED_MEDIA_TYPE", "A compressed body is not supported.", 415)


async def read_body(request: Request, most_bytes: int) -> bytes:
    """Read a body up to a bound. Raises RefusedError with BODY_TOO_LARGE as soon as it is known to be longer."""
    too_large = _unread("BODY_TOO_LARGE", f"The body is larger than {most_bytes} bytes.", 413)
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > most_bytes:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise too_large
    return bytes(body)


def _unread(code: str, message: str, status: int) -> RefusedError:
    # The rest of the body is not read, so the connection cannot carry another request.
    return refused(code, message, status, {"connection": "close"})


def preferred_media_type(accept: str | None) -> str:
    """The response's media type for an Accept header (RFC 9110, 12.5.1); `application/json` where both will do.

    Raises RefusedError with NOT_ACCEPTABLE where neither is accepted.
    """
    if not accept or not accept.strip():
        return JSON_TYPE
    weights = accepted_weights(accept)
    named = list(weights)
    # The heavier wins; of two as heavy the one named first, and the older one where neither is named.
    weight, _, media_type = max(
        (_weight_of(JSON_TYPE, weights), -_place_of(JSON_TYPE, named), JSON_TYPE),
        (_weight_of(RESPONSE_TYPE, weights), -_place_of(RESPONSE_TYPE, named), RESPONSE_TYPE),
        key=lambda offer: offer[:2],
    )
    if weight <= 0:
        raise refused("NOT_ACCEPTABLE", f"This path answers in {RESPONSE_TYPE} or {JSON_TYPE} only.", 406)
    return media_type


def _weight_of(media_type: str, weights: Mapping[str, float]) -> float:
    return next((weights[name] for name in (media_type, "application/*", "*/*") if name in weights), 0.0)


def _place_of(media_type: str, named: list[str]) -> int:
    return named.index(media_type) if media_type in named else len(named)


def accepted_weights(accept: str) -> dict[str, float]:
    """The media ranges of an Accept header with their weights, in the order named; a broken weight counts as 0."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media_range, *options = (option.strip().lower() for option in part.split(";"))
        weight = next((option.removeprefix("q=") for option in options if option.startswith("q=")), "1")
        try:
            weights[media_range] = float(weight)
        except ValueError:
            weights[media_range] = 0.0
    return weights


def _respond(
    payload: Mapping[str, Any], status: int, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    # What a person may see changes, and differs from person to person: nothing of it is kept on the way.
    all_headers = {
        "cache-control": "no-store",
        "vary": "accept, authorization",
        "x-content-type-options": "nosniff",
        **(headers or {}),
    }
    content = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return Response(content, status, all_headers, f"{media_type}; charset=utf-8")
