"""A web page from a built file, under a policy that lets nothing of another host in."""

from pathlib import Path

from starlette.responses import PlainTextResponse, Response


def page(file: Path, policy: str, not_built: str) -> Response:
    """The page, or the line `not_built` where the file is not there. `policy` is a Content-Security-Policy."""
    headers = {
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return PlainTextResponse(not_built, headers=headers)
    return Response(content, media_type="text/html", headers=headers)
