"""The GraphQL API: HTTP and WebSocket on one path, and the developers' console where it is wanted."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from backend.api import graphiql
from backend.api.execution import Engine
from backend.api.http import answer_http
from backend.api.websocket import answer_websocket

PATH = "/graphql"


def graphql_routes(engine: Engine, console: Path | None, path: str = PATH) -> list[BaseRoute]:
    """The routes over HTTP for a Starlette application.

    `console` is the folder of GraphiQL's built files (`web/dist/graphiql`), or None for no console at all. Raises
    ValueError for a schema with extensions or directives of its own: operations run without strawberry's wrapping, so
    these would be passed over in silence.
    """
    if engine.schema.extensions or engine.schema.directives:
        msg = "The schema has extensions or directives, which this endpoint does not run."
        raise ValueError(msg)

    async def http(request: Request) -> Response:
        if console and graphiql.wants_page(request):
            return graphiql.console_page(console)
        return await answer_http(engine, request)

    routes: list[BaseRoute] = [Route(path, http, methods=["GET", "POST"], name="graphql")]
    return routes + (graphiql.asset_routes(path, console, engine.documents.trusted) if console else [])


def with_websockets(app: ASGIApp, engine: Engine, path: str = PATH) -> ASGIApp:
    """The application, with GraphQL over WebSockets. No route of it: what Starlette has around its routes would stay
    with each of thousands of connections for hours, five kilobytes of it.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"] == path:
            await answer_websocket(engine, WebSocket(scope, receive, send))
        else:
            await app(scope, receive, send)

    return answer
