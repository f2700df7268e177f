"""The composition root of the server: everything is wired here, from the settings to the routes."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uuid_utils
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from backend.api.address import address_of, behind_proxies
from backend.api.context import Context
from backend.api.documents import document_store, schema_of
from backend.api.endpoint import graphql_routes
from backend.api.errors import error_masker
from backend.api.headers import with_headers
from backend.api.health import health_routes
from backend.api.limits import Limits
from backend.api.origins import for_origins
from backend.api.photos import PhotoLimits, photo_routes
from backend.api.rules import check_rules
from backend.api.schema import build_schema
from backend.api.web_app import web_app_routes
from backend.domain.device import NewDevice
from backend.domain.errors import ErrorCode, refusal, unauthenticated
from backend.services import collaborators
from backend.services.collaborators import Collaborators
from backend.services.rates import Bounds, new_rates, rate
from backend.services.sessions import viewer_of
from backend.settings.keys import Keys
from backend.settings.settings import Settings
from backend.store.database import Store, connect, is_away
from backend.store.feed import live_feed
from backend.store.indexes import create_indexes
from backend.worker import Worker
from notifications.guard import EndpointError, PushPolicy, check_endpoint
from notifications.messages import Kind, Message, MessageError
from notifications.vapid import VapidHeaders, public_key_of, read_private_key
from notifications.web_push import Limits as PushLimits
from notifications.web_push import Subscription, SubscriptionError, WebPush, open_session

OPERATIONS = Path(__file__).parent.parent / "graphql" / "operations"
WEB = Path(__file__).parent.parent / "web" / "dist"
CONSOLE, WEB_APP = WEB / "graphiql", WEB / "app"


def now() -> datetime:
    """The time in UTC, in the milliseconds that MongoDB keeps."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_id() -> str:
    return str(uuid_utils.uuid7())


@asynccontextmanager
async def open_store(settings: Settings, uri: str) -> AsyncIterator[Store]:
    """The store, with its indexes."""
    store = connect(uri, settings.database_name)
    try:
        await create_indexes(store)
        yield store
    finally:
        store.close()


@asynccontextmanager
async def wire(
    settings: Settings, keys: Keys, store: Store, seconds: Callable[[], float] = time.monotonic
) -> AsyncIterator[Collaborators]:
    """The collaborators of all use cases, with the live feed running. Rate limits go by `seconds`, which only grow."""
    async with live_feed(store) as feed:
        yield Collaborators(
            store=store,
            feed=feed,
            keys=collaborators.Keys(
                keys.token_pepper, keys.cursor_key, keys.photo_key, keys.audit_key, keys.credentials_key
            ),
            clock=now,
            new_id=new_id,
            check_device=device_check(push_policy(settings)),
            rates=new_rates(rate_bounds(settings), seconds) if settings.rate_limits else None,
        )


def rate_bounds(settings: Settings) -> Bounds:
    return Bounds(
        requests=rate(settings.rate_requests),
        filings=rate(settings.rate_filings),
        uploads=rate(settings.rate_uploads),
        sign_ins=rate(settings.rate_sign_ins),
        guesses=rate(settings.rate_guesses),
        guesses_at_case=rate(settings.rate_guesses_at_case),
        guesses_of_case=rate(settings.rate_guesses_of_case),
    )


def push_policy(settings: Settings) -> PushPolicy:
    if settings.push_allowed_hosts:
        return PushPolicy(settings.push_allowed_hosts, allow_private=settings.push_allow_private)
    return PushPolicy(allow_private=settings.push_allow_private)


def device_check(policy: PushPolicy) -> Callable[[NewDevice], None]:
    """A check of a push subscription before it is kept, in words for the person at the screen."""

    def check(device: NewDevice) -> None:
        fields = {"p256dh": "publicKey", "auth": "authSecret"}
        try:
            check_endpoint(device.endpoint, policy)
            Subscription(device.endpoint, device.public_key, device.auth_secret).validate()
            Message(kind=Kind.REPORT_NEWS, id=new_id(), language=device.language)
        except EndpointError as error:
            raise refusal(ErrorCode.INVALID, str(error), "endpoint") from None
        except SubscriptionError as error:
            raise refusal(ErrorCode.INVALID, str(error), fields[error.field]) from None
        except MessageError as error:
            raise refusal(ErrorCode.INVALID, str(error), "language") from None

    return check


@asynccontextmanager
async def wire_worker(settings: Settings, keys: Keys, use: Collaborators) -> AsyncIterator[Worker]:
    policy, limits = push_policy(settings), PushLimits()
    private_key = read_private_key(keys.vapid_private_key)
    async with open_session(policy, limits) as session:
        push = WebPush(
            session=session,
            vapid=VapidHeaders(private_key, settings.vapid_contact, use.clock),
            policy=policy,
            limits=limits,
            clock=use.clock,
        )
        yield Worker(
            use=use,
            push=push,
            concurrency=settings.worker_concurrency,
            lease=timedelta(seconds=settings.worker_lease_seconds),
        )


@dataclass(frozen=True, slots=True)
class _SignIn:
    """Makes the context of each request from its bearer token."""

    use: Collaborators
    address: str
    push_key: str

    async def __call__(self, connection: Request | WebSocket, token: str | None) -> Context:
        viewer = None if token is None else await viewer_of(self.use, token)
        context = Context(self.use, viewer, address_of(connection), self.invite_link, self.push_key)
        if token is not None and viewer is None:
            context.admit()
            raise unauthenticated()
        return context

    def invite_link(self, secret: str) -> str:
        return invite_link(self.address, secret)


def invite_link(address: str, secret: str) -> str:
    """The secret stands behind the `#`, which no browser sends and so no log keeps."""
    return f"{address}/join#{secret}"


def build_app(settings: Settings, keys: Keys, use: Collaborators) -> ASGIApp:
    """The server: its routes, and around them what holds for every request.

    Raises: OperationsInvalidError where a trusted document does not fit the schema, RulesIncompleteError where nobody
    has said who may see a field.
    """
    schema = build_schema()
    check_rules(schema_of(schema))
    limits = Limits(
        body_bytes=settings.graphql_body_bytes,
        tokens=settings.graphql_tokens,
        depth=settings.graphql_depth,
        aliases=settings.graphql_aliases,
        cost=settings.graphql_cost,
        seconds=settings.graphql_seconds,
        introspection=settings.introspection,
        address_connections=settings.connections_of_address,
        person_connections=settings.connections_of_account,
    )
    mask_error = error_masker(use.new_id, is_away)
    sign_in = _SignIn(use, settings.address, public_key_of(read_private_key(keys.vapid_private_key)))
    graphql = graphql_routes(
        schema=schema,
        make_context=sign_in,
        limits=limits,
        documents=document_store(
            schema=schema, limits=limits, folder=OPERATIONS, any_document=not settings.trusted_documents_only
        ),
        mask_error=mask_error,
        console=CONSOLE if settings.graphiql else None,
    )
    photos = photo_routes(
        make_context=sign_in,
        limits=PhotoLimits(settings.photo_bytes, settings.photo_megapixels),
        mask_error=mask_error,
    )
    routes = Starlette(routes=[*web_app_routes(WEB_APP), *graphql, *photos, *health_routes(use.store.answers)])
    shared = for_origins(routes, settings.cors_origins, settings.address)
    headed = with_headers(shared, https=settings.address.startswith("https://"))
    return behind_proxies(headed, settings.trusted_proxies)
