"""A geocoder: a service elsewhere that knows addresses. Asked slowly, briefly, and not at all after it said to wait."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import aiohttp
from geopy.adapters import AdapterHTTPError, BaseAsyncAdapter
from geopy.exc import GeocoderRateLimited, GeopyError
from geopy.geocoders import Nominatim, Pelias, Photon
from yarl import URL

from geo.distance import is_point
from geo.gathered import Place

# What a broken service sends may trip any line of the library that reads it.
_UNREADABLE = (
    *(GeopyError, aiohttp.ClientError, OSError),
    *(LookupError, TypeError, ValueError, AttributeError, RecursionError),
)
LARGEST_ANSWER = 1_000_000
"""Bytes; ten addresses are a few thousand."""
MOST_ANSWERS = 8
REST_SECONDS = 60.0
"""How long a geocoder is left alone that said it was asked too much, and not for how long."""
LONGEST_REST_SECONDS = 3600.0
_REDIRECTS = 300


class Service(StrEnum):
    """Those that an operator can run on a machine of their own."""

    NOMINATIM = "nominatim"
    PHOTON = "photon"
    PELIAS = "pelias"


class GeocoderError(Exception):
    """The geocoder gave no answer. Never holds what was asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Box:
    """What lies between two corners: south-west and north-east."""

    south_west: Place
    north_east: Place

    @property
    def middle(self) -> Place:
        (south, west), (north, east) = self.south_west, self.north_east
        return (south + north) / 2, (west + east) / 2


@dataclass(slots=True)
class Pace:
    """One question at a time, `pause` seconds apart; `clock` gives seconds that only grow.

    Whoever waits does so within their own limit of time: a crowd does not pile up.
    """

    pause: float
    clock: Callable[[], float]
    next_at: float = 0.0
    resting_until: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def wait(self) -> None:
        async with self.turn:
            await asyncio.sleep(max(0.0, self.next_at - self.clock()))
            self.next_at = self.clock() + self.pause

    def is_resting(self) -> bool:
        return self.clock() < self.resting_until

    def rest(self, seconds: float | None) -> None:
        for_seconds = REST_SECONDS if seconds is None else min(max(seconds, self.pause), LONGEST_REST_SECONDS)
        self.resting_until = self.clock() + for_seconds


@dataclass(frozen=True, slots=True)
class Geocoder:
    """`name` says which one it is, for a cache. `seconds` bound each look-up, waiting for its turn included."""

    name: str
    ask: Callable[[str, str | None, Box | None], Awaitable[Any]]
    pace: Pace
    seconds: float

    async def find(self, text: str, *, language: str | None = None, within: Box | None = None) -> tuple[Found, ...]:
        """Places that may be meant, the likeliest first; those `within` a box are preferred, and others not left out.

        Raises: GeocoderError where there was no answer in time, or none that could be read.
        """
        if self.pace.is_resting():
            raise GeocoderError("it said to wait")
        try:
            async with asyncio.timeout(self.seconds):
                await self.pace.wait()
                answers = await self.ask(text, language, within)
            found = [Found(_name(one), (float(one.latitude), float(one.longitude))) for one in answers or ()]
        except GeocoderRateLimited as error:
            self.pace.rest(error.retry_after)
            raise GeocoderError("it was asked too much") from None
        except TimeoutError:
            raise GeocoderError("it took too long") from None
        # The cause may quote what was asked.
        except _UNREADABLE as error:
            raise GeocoderError(type(error).__name__) from None
        return tuple(one for one in found if one.name and is_point(*one.place))[:MOST_ANSWERS]


def geocoder_at(
    service: Service,
    url: str,
    session: aiohttp.ClientSession,
    *,
    user_agent: str,
    key: str | None,
    pace: Pace,
    seconds: float,
) -> Geocoder:
    """The geocoder at an address such as `https://nominatim.example.org`, reached through `session`."""
    address = URL(url)
    shared: dict[str, Any] = {
        "scheme": address.scheme,
        "domain": f"{address.authority}{address.path.rstrip('/')}",
        "user_agent": user_agent,
        "timeout": seconds,
        "proxies": {},
        "adapter_factory": lambda proxies, ssl_context: _Adapter(session, proxies=proxies, ssl_context=ssl_context),
    }
    return Geocoder(f"{service.value} {url}", _asking(service, shared, key), pace, seconds)


def _asking(
    service: Service, shared: Mapping[str, Any], key: str | None
) -> Callable[[str, str | None, Box | None], Awaitable[Any]]:
    match service:
        case Service.NOMINATIM:
            nominatim = Nominatim(**shared)
            return lambda text, language, within: nominatim.geocode(
                text,
                exactly_one=False,
                limit=MOST_ANSWERS,
                language=language or False,
                viewbox=None if within is None else (within.south_west, within.north_east),
            )
        case Service.PHOTON:
            photon = Photon(**shared)
            # Of a language that it does not have, Photon refuses to answer at all.
            return lambda text, _, within: photon.geocode(
                text,
                exactly_one=False,
                limit=MOST_ANSWERS,
                location_bias=None if within is None else within.middle,
            )
        case Service.PELIAS:
            pelias = Pelias(api_key=key, **shared)
            return lambda text, language, _: pelias.geocode(text, exactly_one=False, language=language)


def _name(one: Any) -> str:
    """The whole name: of Pelias the library takes the first part alone, which is the same in many towns."""
    properties = one.raw.get("properties", {})
    return str(properties.get("label") or one.address)


class _Adapter(BaseAsyncAdapter):  # type: ignore[misc]  # the library declares no types
    """The library's way out, through a session whose sockets are guarded: no redirects, no endless answers."""

    def __init__(self, session: aiohttp.ClientSession, *, proxies: object, ssl_context: object) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        self._session = session

    async def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:  # noqa: ASYNC109 (the library's)
        limit = aiohttp.ClientTimeout(total=timeout)
        async with self._session.get(
            URL(url, encoded=True), timeout=limit, headers=headers, allow_redirects=False
        ) as answer:
            if answer.status >= _REDIRECTS:
                raise AdapterHTTPError("refused", status_code=answer.status, headers=answer.headers, text="")
            content = await answer.content.read(LARGEST_ANSWER + 1)
            while len(content) <= LARGEST_ANSWER and (more := await answer.content.read(LARGEST_ANSWER)):
                content += more
            if len(content) > LARGEST_ANSWER:
                raise ValueError("too long an answer")
            return content.decode("utf-8")

    async def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:  # noqa: ASYNC109 (the library's)
        return json.loads(await self.get_text(url, timeout=timeout, headers=headers))


def open_session(connector: aiohttp.BaseConnector) -> aiohttp.ClientSession:
    """A session for a geocoder, through a connector that the caller has guarded; the caller closes it."""
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        # A compressed answer stays as it is, so that a small one cannot grow.
        auto_decompress=False,
        headers={"accept-encoding": "identity"},
    )
