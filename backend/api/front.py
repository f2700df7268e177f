"""The front door, `/`: the developers' console where there is one, until the web app stands here."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route


def front_routes(*, console: bool) -> list[Route]:
    async def front(_request: Request) -> Response:
        if console:
            return RedirectResponse("/graphql")
        return PlainTextResponse("This is Reunify. Its API is at /graphql.\n")

    return [Route("/", front)]
