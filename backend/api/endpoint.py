"""The routes of the GraphQL API: HTTP and WebSocket on one path, and the developers' console where it is wanted."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry import Schema

from backend.api import graphiql
from backend.api.documents import DocumentStore
from backend.api.execution import Engine, MakeContext, MaskError
from backend.api.http import answer_http
from backend.api.limits import Limits
from backend.api.websocket import answer_websocket


def graphql_routes(
    *,
    schema: Schema,
    make_context: MakeContext,
    limits: Limits,
    documents: DocumentStore,
    mask_error: MaskError,
    console: Path | None,
    path: str = "/graphql",
) -> list[BaseRoute]:
    """The routes for a Starlette application.

    `console` is the folder of GraphiQL's built files (`web/dist/graphiql`), or None for no console at all. See
    `Engine` for what `make_context` and `mask_error` are to do. Raises ValueError for a schema with extensions or
    directives of its own: operations run without strawberry's wrapping, so these would be passed over in silence.
    """
    if schema.extensions or schema.directives:
        msg = "The schema has extensions or directives, which this endpoint does not run."
        raise ValueError(msg)
    engine = Engine(schema, make_context, limits, documents, mask_error)

    async def http(request: Request) -> Response:
        if console and graphiql.wants_page(request):
            return graphiql.console_page(console)
        return await answer_http(engine, request)

    async def websocket(connection: WebSocket) -> None:
        await answer_websocket(engine, connection)

    routes: list[BaseRoute] = [
        Route(path, http, methods=["GET", "POST"], name="graphql"),
        WebSocketRoute(path, websocket, name="graphql_websocket"),
    ]
    return routes + (graphiql.asset_routes(path, console, documents.trusted) if console else [])
