"""Photos over HTTP: `POST /photos` takes one in, `GET /photos/{id}/{size}` shows it to whoever holds a signed link."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from graphql import GraphQLError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.api.context import Context
from backend.api.execution import MaskError, bearer_token
from backend.domain.errors import DomainError, ErrorCode, not_found, refusal
from backend.domain.photo import PhotoSize
from backend.domain.subject import Side
from backend.services import photos
from backend.services.photos import photo_link
from backend.services.rates import count_upload

MakeContext = Callable[[Request, str | None], Awaitable[Context]]

STATUS = {
    ErrorCode.INVALID: 400,
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.PIN_NEEDED: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.CONFLICT: 409,
    ErrorCode.EXPIRED: 410,
    ErrorCode.TOO_LARGE: 413,
    ErrorCode.NOT_AN_IMAGE: 415,
    ErrorCode.BROKEN_IMAGE: 422,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.UNAVAILABLE: 503,
}
FORM_BYTES = 10_000
"""What the boundaries and headers of the form may add to the file."""
PHOTO_HEADERS = {
    "cache-control": "private, no-store",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """The largest file in bytes, the largest picture in millions of pixels, the longest that sending may take, and how
    many pictures are decoded at the same time, since each takes memory and a core.
    """

    file_bytes: int
    megapixels: float
    seconds: float = 120.0
    decoded_at_once: int = 2


def photo_routes(*, make_context: MakeContext, limits: PhotoLimits, mask_error: MaskError) -> list[Route]:
    """The routes for a Starlette application. `mask_error` gives the public form of what is no user's mistake."""
    decoding = asyncio.Semaphore(limits.decoded_at_once)

    async def guarded(answer: Awaitable[Response]) -> Response:
        try:
            return await answer
        except DomainError as error:
            # What is left of a refused body is not read, so the connection cannot carry another request.
            headers = {"connection": "close"}
            if error.retry_after is not None:
                headers["retry-after"] = str(error.retry_after)
            return JSONResponse({"errors": _shown(error)}, STATUS[error.code], headers)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:  # noqa: BLE001 (the last place where it can be masked; `mask_error` logs it)
            masked = mask_error(GraphQLError("", original_error=error))
            status = 503 if masked["extensions"]["code"] == ErrorCode.UNAVAILABLE.value else 500
            return JSONResponse({"errors": [{"message": masked["message"], **masked["extensions"]}]}, status)

    async def upload(request: Request) -> Response:
        return await guarded(_upload(request, make_context, limits, decoding))

    async def download(request: Request) -> Response:
        return await guarded(_download(request, make_context))

    return [
        Route("/photos", upload, methods=["POST"]),
        Route("/photos/{id}/{size}", download, methods=["GET"]),
    ]


async def _upload(
    request: Request, make_context: MakeContext, limits: PhotoLimits, decoding: asyncio.Semaphore
) -> Response:
    context = await make_context(request, bearer_token(request.headers.get("authorization")))
    context.admit()
    side, record_id = _belongs_to(request)
    photo_id = request.query_params.get("id")
    await photos.may_add_photo(context.use, context.viewer, side, record_id, photo_id)
    count_upload(context.use.rates, context.who)
    try:
        async with asyncio.timeout(limits.seconds):
            content = await _file(request, limits.file_bytes)
    except TimeoutError:
        raise refusal(ErrorCode.INVALID, "The photo came too slowly. Please send it again.", "file") from None
    async with decoding:
        photo = await photos.add_photo(
            context.use,
            context.viewer,
            side,
            record_id,
            content,
            most_megapixels=limits.megapixels,
            photo_id=photo_id,
        )
    links = {size.value.lower(): photo_link(context.use, photo, size) for size in PhotoSize}
    await context.before_answer()
    return JSONResponse({"photo": {"id": photo.id, "width": photo.width, "height": photo.height, **links}}, 201)


async def _download(request: Request, make_context: MakeContext) -> Response:
    context = await make_context(request, None)
    try:
        size = PhotoSize(request.path_params["size"].upper())
        until = int(request.query_params.get("until", ""))
    except ValueError:
        raise not_found("photo") from None
    signature = request.query_params.get("signature", "")
    try:
        content = await photos.read_photo(context.use, request.path_params["id"], size, until, signature)
    except DomainError:
        # A good link is not counted: it comes without a token, and its address may be that of a whole shelter.
        context.admit()
        raise
    await context.before_answer()
    return Response(content, media_type="image/jpeg", headers=PHOTO_HEADERS)


def _belongs_to(request: Request) -> tuple[Side, str]:
    named = [(side, request.query_params.get(side.value.lower())) for side in Side]
    given = [(side, record_id) for side, record_id in named if record_id]
    if len(given) != 1:
        raise refusal(ErrorCode.INVALID, "Say whose photo it is: `?registration=ID` or `?report=ID`.", "registration")
    return given[0]


async def _file(request: Request, most_bytes: int) -> bytes:
    """The one file of the form, in its field `file`; a body that is too long is given up as soon as that shows."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise refusal(ErrorCode.INVALID, "Send the photo as a form (multipart/form-data), in the field `file`.", "file")
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > most_bytes + FORM_BYTES:
        raise _too_large(most_bytes)
    parser = MultiPartParser(request.headers, _bounded(request, most_bytes), max_files=1, max_fields=1)
    parser.spool_max_size = most_bytes + FORM_BYTES  # a child's photo is never spooled to a disk
    try:
        form = await parser.parse()
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise refusal(ErrorCode.INVALID, "There is no photo in the field `file`.", "file")
        content = await file.read()
    except (MultiPartException, KeyError, ValueError):
        raise refusal(ErrorCode.INVALID, "This form cannot be read. Please send the photo again.", "file") from None
    finally:
        for part in parser._files_to_close_on_error:  # noqa: SLF001 (a form that was cut off names them nowhere else)
            part.close()
    if len(content) > most_bytes:
        raise _too_large(most_bytes)
    return content


async def _bounded(request: Request, most_bytes: int) -> AsyncGenerator[bytes, None]:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > most_bytes + FORM_BYTES:
            raise _too_large(most_bytes)
        yield chunk


def _too_large(most_bytes: int) -> DomainError:
    return refusal(ErrorCode.TOO_LARGE, f"A photo file may have at most {most_bytes // 1_000_000} MB.", "file")


def _shown(error: DomainError) -> list[dict[str, str | None]]:
    return [
        {"code": problem.code.value, "message": problem.message, "field": problem.field} for problem in error.problems
    ]
