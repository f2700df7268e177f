"""The composition root of the server: everything is wired here, from the settings to the routes."""

import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import uuid_utils
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp
from starlette.websockets import WebSocket
from strawberry import Schema

from backend.api.address import address_of, behind_proxies
from backend.api.button_page import Words, button_routes
from backend.api.context import Context
from backend.api.documents import Document, DocumentStore, load_trusted, schema_of
from backend.api.endpoint import graphql_routes, with_websockets
from backend.api.errors import error_masker
from backend.api.execution import Engine
from backend.api.headers import with_headers
from backend.api.health import health_routes
from backend.api.limits import Limits
from backend.api.origins import for_origins
from backend.api.photos import PhotoLimits, photo_routes
from backend.api.reason import reason_of
from backend.api.rules import check_rules
from backend.api.schema import build_schema
from backend.api.web_app import web_app_routes
from backend.domain.device import NewDevice
from backend.domain.errors import ErrorCode, pin_needed, refusal, unauthenticated
from backend.domain.place import Tiles
from backend.sender import IN_FLIGHT, OBJECTION_PATH, STOP_PATH, Channels, Sender
from backend.services import collaborators
from backend.services.collaborators import Collaborators
from backend.services.mailboxes import language_of_stopping, stop_emails
from backend.services.objections import language_of_objecting, object_to_recovery
from backend.services.rates import Bounds, new_rates, rate
from backend.services.renewal import come_in
from backend.settings.keys import Keys
from backend.settings.settings import Settings, SettingsError
from backend.store.audit import MalformedError
from backend.store.cipher import Cipher, UnreadableError
from backend.store.data_keys import check_keys
from backend.store.database import ANSWER_WITHIN_MILLISECONDS, Store, connect, is_away
from backend.store.feed import Feed
from backend.store.indexes import create_indexes
from backend.worker import Worker
from geo.geocoder import Geocoder, Pace, Service, geocoder_at
from geo.geocoder import open_session as open_geocoder_session
from notifications.catalogue import RIGHT_TO_LEFT, base_language, objecting, stopping
from notifications.connections import Connections
from notifications.connections import Limits as PushLimits
from notifications.guard import EndpointError, PushPolicy, check_endpoint, guarded_connector
from notifications.mail import Mail, MailServer, Security
from notifications.messages import Kind, Message, MessageError
from notifications.vapid import VapidHeaders, public_key_of, read_private_key
from notifications.web_push import Subscription, SubscriptionError, WebPush
from notifications.webhook import Webhook

OPERATIONS = Path(__file__).parent.parent / "graphql" / "operations"
CONNECTIONS_TO_GEOCODER = 2
WEB = Path(__file__).parent.parent / "web" / "dist"
CONSOLE, WEB_APP = WEB / "graphiql", WEB / "app"


def now() -> datetime:
    """The time in UTC, in the milliseconds that MongoDB keeps."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_id() -> str:
    return str(uuid_utils.uuid7())


def cipher_of(keys: Keys) -> Cipher:
    return Cipher(keys.data_keys, keys.token_pepper, keys.changed_data_keys)


@asynccontextmanager
async def open_store(
    settings: Settings, keys: Keys, uri: str, patience_seconds: float = ANSWER_WITHIN_MILLISECONDS / 1000
) -> AsyncIterator[Store]:
    """The store, with its indexes, which waits so long for what somebody else is writing.

    Raises: WrongKeysError where the keys are not those that it is encrypted under.
    """
    store = replace(connect(uri, settings.database_name, cipher_of(keys)), patience_seconds=patience_seconds)
    try:
        await check_keys(store, now())
        await create_indexes(store)
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def wire(
    settings: Settings, keys: Keys, store: Store, seconds: Callable[[], float] = time.monotonic
) -> AsyncIterator[Collaborators]:
    """The collaborators of all use cases. Rate limits go by `seconds`, which only grow.

    Their feed tells of nothing: who serves or works has it followed (`live_feed`), a short command has no use for it.
    """
    async with wire_geocoder(settings, seconds) as geocoder:
        yield Collaborators(
            store=store,
            feed=Feed(),
            keys=collaborators.Keys(keys.token_pepper, keys.cursor_key, keys.photo_key, keys.audit_key),
            clock=now,
            new_id=new_id,
            check_device=device_check(push_policy(settings), push_keys(keys)),
            check_webhook=webhook_check(webhook_policy(settings)),
            push_key=push_keys(keys)[0],
            sends_mail=settings.smtp_host is not None,
            address=settings.address,
            lock_after=timedelta(minutes=settings.pin_lock_minutes),
            rates=new_rates(rate_bounds(settings), seconds) if settings.rate_limits else None,
            work_bits=settings.filing_work_bits,
            geocoder=geocoder,
            tiles=None if settings.tiles_url is None else Tiles(settings.tiles_url, settings.tiles_attribution),
        )


@asynccontextmanager
async def wire_geocoder(settings: Settings, seconds: Callable[[], float]) -> AsyncIterator[Geocoder | None]:
    """The geocoder that the operator has named, if any, with the same guard at its sockets as push services have.

    Raises: SettingsError for one that would be asked in the clear.
    """
    url = settings.geocoder_url
    if url is None:
        yield None
        return
    private = settings.geocoder_allow_private
    if not url.startswith("https://") and not private:
        raise SettingsError("REUNIFY_GEOCODER_URL must begin with https://, or set REUNIFY_GEOCODER_ALLOW_PRIVATE.")
    connector = guarded_connector(PushPolicy(allow_private=private), limit=CONNECTIONS_TO_GEOCODER)
    async with open_geocoder_session(connector) as session:
        yield geocoder_at(
            Service(settings.geocoder_service.value),
            url,
            session,
            user_agent=f"Reunify ({settings.vapid_contact})",
            key=None if settings.geocoder_key is None else settings.geocoder_key.get_secret_value(),
            pace=Pace(settings.geocoder_pause_seconds, seconds),
            seconds=settings.geocoder_seconds,
        )


def rate_bounds(settings: Settings) -> Bounds:
    return Bounds(
        requests=rate(settings.rate_requests),
        filings=rate(settings.rate_filings),
        look_ups=rate(settings.rate_look_ups),
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


def webhook_policy(settings: Settings) -> PushPolicy:
    """Any public host: who sets up a webhook is trusted with its name, not with the addresses that it leads to."""
    return PushPolicy(("*",), allow_private=settings.webhook_allow_private)


def push_keys(keys: Keys) -> tuple[str, ...]:
    """The public keys that devices may have subscribed with, the present one first."""
    private = (keys.vapid_private_key, *keys.vapid_former_keys)
    return tuple(public_key_of(read_private_key(one)) for one in private)


def webhook_check(policy: PushPolicy) -> Callable[[str], None]:
    """A check of a webhook's address before it is kept."""

    def check(url: str) -> None:
        try:
            check_endpoint(url, policy)
        except EndpointError:
            words = "A webhook's address is a public one that begins with https://, without a port or a password."
            raise refusal(ErrorCode.INVALID, words, "url") from None

    return check


def device_check(policy: PushPolicy, own_keys: Collection[str]) -> Callable[[NewDevice], None]:
    """A check of a push subscription before it is kept, in words for the person at the screen."""

    def check(device: NewDevice) -> None:
        fields = {"p256dh": "publicKey", "auth": "authSecret"}
        try:
            check_endpoint(device.endpoint, policy)
            Subscription(device.endpoint, device.public_key, device.auth_secret).keys()
            Message(kind=Kind.REPORT_NEWS, id=new_id(), language=device.language)
        except EndpointError as error:
            raise refusal(ErrorCode.INVALID, str(error), "endpoint") from None
        except SubscriptionError as error:
            raise refusal(ErrorCode.INVALID, str(error), fields[error.field]) from None
        except MessageError as error:
            raise refusal(ErrorCode.INVALID, str(error), "language") from None
        if device.push_key is not None and device.push_key not in own_keys:
            raise refusal(ErrorCode.INVALID, "This server has no such key: subscribe with its `pushKey`.", "pushKey")

    return check


@asynccontextmanager
async def wire_worker(settings: Settings, keys: Keys, use: Collaborators) -> AsyncIterator[Worker]:
    lease = timedelta(seconds=settings.worker_lease_seconds)
    async with wire_channels(settings, keys, use) as channels:
        sender = Sender(use=use, channels=channels, address=settings.address, lease=lease)
        yield Worker(use=use, sender=sender, concurrency=settings.worker_concurrency, lease=lease)


@asynccontextmanager
async def wire_channels(settings: Settings, keys: Keys, use: Collaborators) -> AsyncIterator[Channels]:
    policy, hooks, limits = (
        push_policy(settings),
        webhook_policy(settings),
        PushLimits(in_flight=400, in_flight_per_origin=IN_FLIGHT),
    )
    former = [read_private_key(key) for key in keys.vapid_former_keys]
    vapid = VapidHeaders(read_private_key(keys.vapid_private_key), settings.vapid_contact, use.clock, former)
    async with Connections(policy, limits) as to_push_services, Connections(hooks, limits) as to_webhooks:
        mail = None if settings.smtp_host is None else Mail(mail_server(settings, settings.smtp_host), use.clock)
        try:
            yield Channels(
                push=WebPush(connections=to_push_services, vapid=vapid, policy=policy, limits=limits, clock=use.clock),
                webhook=Webhook(connections=to_webhooks, policy=hooks, clock=use.clock),
                mail=mail,
            )
        finally:
            if mail is not None:
                await mail.close()


def mail_server(settings: Settings, host: str) -> MailServer:
    password = settings.smtp_password
    return MailServer(
        host=host,
        port=settings.smtp_port,
        security=Security(settings.smtp_security.value),
        sender=settings.mail_from,
        user=settings.smtp_user,
        password=None if password is None else password.get_secret_value(),
    )


@dataclass(frozen=True, slots=True)
class _SignIn:
    """Makes the context of each request from its bearer token."""

    use: Collaborators
    address: str

    async def __call__(self, connection: Request | WebSocket, token: str | None) -> Context:
        viewer = None if token is None else await come_in(self.use, token)
        context = Context(self.use, viewer, address_of(connection), self.invite_link, reason_of(connection))
        if token is not None and viewer is None:
            context.admit()
            raise unauthenticated()
        if viewer is not None and viewer.locked:
            context.admit()
            raise pin_needed()
        return context

    def invite_link(self, secret: str) -> str:
        return invite_link(self.address, secret)


def invite_link(address: str, secret: str) -> str:
    """The secret stands behind the `#`, which no browser sends and so no log keeps."""
    return f"{address}/join#{secret}"


def pages_behind_links(use: Collaborators) -> list[Route]:
    """What a link in a message opens for who has no sign-in: ending e-mails, and `that was not me`."""

    async def of_stopping(token: str) -> Words:
        language = await language_of_stopping(use, token)
        words = stopping(language)
        return Words(*_written(language), words.stop, words.stopped, words.explained)

    async def of_objecting(token: str) -> Words:
        language = await language_of_objecting(use, token)
        words = objecting(language)
        return Words(*_written(language), words.object, words.objected, words.explained, words.asked)

    return [
        *button_routes(STOP_PATH, of_stopping, partial(stop_emails, use)),
        *button_routes(OBJECTION_PATH, of_objecting, partial(object_to_recovery, use)),
    ]


def _written(language: str) -> tuple[str, str]:
    """Our language for this one, and its direction."""
    base = base_language(language)
    return base, "rtl" if base in RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True, slots=True)
class Contract:
    """The schema and its trusted documents, each checked against it and measured under these limits."""

    schema: Schema
    trusted: Mapping[str, Document]
    limits: Limits


def build_contract(limits: Limits) -> Contract:
    """What every server under these limits has in common; making it takes longer than all else at the start.

    Raises: OperationsInvalidError where a trusted document does not fit the schema, RulesIncompleteError where nobody
    has said who may see a field.
    """
    schema = build_schema()
    check_rules(schema_of(schema))
    return Contract(schema, load_trusted(OPERATIONS, schema_of(schema), limits), limits)


def limits_of(settings: Settings) -> Limits:
    return Limits(
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


def build_app(settings: Settings, use: Collaborators, contract: Contract | None = None) -> ASGIApp:
    """The server: its routes, and around them what holds for every request. `contract` is made where it is not given.

    Raises: what `build_contract` raises.
    """
    own = contract or build_contract(limits_of(settings))
    schema, limits = own.schema, own.limits
    mask_error = error_masker(use.new_id, is_away, lambda error: isinstance(error, (UnreadableError, MalformedError)))
    sign_in = _SignIn(use, settings.address)
    documents = DocumentStore(
        schema=schema_of(schema), limits=limits, trusted=own.trusted, any_document=not settings.trusted_documents_only
    )
    engine = Engine(schema, sign_in, limits, documents, mask_error)
    graphql = graphql_routes(engine, CONSOLE if settings.graphiql else None)
    photos = photo_routes(
        make_context=sign_in,
        limits=PhotoLimits(settings.photo_bytes, settings.photo_megapixels),
        mask_error=mask_error,
    )
    behind_links = pages_behind_links(use)
    health = health_routes(use.store.answers)
    routes = Starlette(routes=[*web_app_routes(WEB_APP, settings.tiles_url), *graphql, *photos, *behind_links, *health])
    # It would lead to whatever host a request names.
    routes.router.redirect_slashes = False
    shared = for_origins(with_websockets(routes, engine), settings.cors_origins, settings.address)
    headed = with_headers(shared, https=settings.address.startswith("https://"))
    return behind_proxies(headed, settings.trusted_proxies)
