"""The kinds of geocoder there are, each in its own JSON, and the pace that all of them are asked at."""

import time
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from geo.geocoder import (
    LONGEST_REST_SECONDS,
    REST_SECONDS,
    Box,
    GeocoderError,
    Pace,
    Service,
    geocoder_at,
    open_session,
)
from tests.support.geocoder import nominatim

STREET = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-90.0701, 29.9535]},
            "properties": {
                "name": "Canal Street",
                "city": "New Orleans",
                "country": "United States",
                "label": "Canal Street, New Orleans, USA",
            },
        }
    ],
}


@pytest.mark.parametrize(
    ("service", "name", "asked"),
    [
        (Service.PHOTON, "Canal Street, New Orleans", {"q": "canal", "limit": "8", "lat": "30.0", "lon": "-90.5"}),
        (Service.PELIAS, "Canal Street, New Orleans, USA", {"text": "canal", "api_key": "secret", "lang": "es"}),
    ],
)
async def test_photon_and_pelias_are_understood_too(service: Service, name: str, asked: dict[str, str]) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(STREET)

    async with nominatim() as stand_in, open_session(aiohttp.TCPConnector()) as session:
        stand_in.answer = answer
        geocoder = geocoder_at(
            service, stand_in.url, session, user_agent="x", key="secret", pace=Pace(0, time.monotonic), seconds=5
        )
        within = Box((29.0, -91.0), (31.0, -90.0))
        found = await geocoder.find("canal", language="es", within=within)
    assert [(one.name.startswith(name), one.place) for one in found] == [(True, (29.9535, -90.0701))]
    assert asked.items() <= stand_in.asked[0].items()


async def test_a_geocoder_that_is_not_there_is_an_answer_of_its_own_that_quotes_nothing() -> None:
    async with open_session(aiohttp.TCPConnector()) as session:
        geocoder = geocoder_at(
            Service.NOMINATIM,
            "http://127.0.0.1:1",
            session,
            user_agent="x",
            key=None,
            pace=Pace(0, time.monotonic),
            seconds=5,
        )
        with pytest.raises(GeocoderError) as raised:
            await geocoder.find("Odalys")
    assert "Odalys" not in repr(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("told", "seconds"), [(None, REST_SECONDS), (5.0, 5.0), (-1.0, 1.0), (1e9, LONGEST_REST_SECONDS)]
)
def test_a_rest_is_as_long_as_was_asked_within_bounds(told: Any, seconds: float) -> None:
    now = [100.0]
    pace = Pace(1.0, lambda: now[0])
    pace.rest(told)
    now[0] += seconds - 0.01
    assert pace.is_resting()
    now[0] += 0.02
    assert not pace.is_resting()
