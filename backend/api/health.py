"""Health, for whatever watches over the process: it says nothing but whether it works."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


def health_routes(database_answers: Callable[[], Awaitable[bool]]) -> list[Route]:
    """`/health`: 200 where requests can be answered, 503 while the database is away."""

    async def health(_request: Request) -> Response:
        if await database_answers():
            return PlainTextResponse("ok\n")
        return PlainTextResponse("the database does not answer\n", 503)

    return [Route("/health", health)]
