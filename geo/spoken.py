"""A point in words to read out on the telephone: `2 km north-west of Houma`, in the languages of the alerts."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from geo.towns import IN_TOWN_KM, Nearby

DEFAULT_LANGUAGE = "en"
WHOLE_CIRCLE = 360.0


@dataclass(frozen=True, slots=True)
class _Words:
    """`within` and `off` are frames; `directions` go clockwise from north, as many as the circle is parted into."""

    within: str
    off: str
    directions: tuple[str, ...]


def spoken(nearby: Nearby, language: str | None = None) -> str:
    """Where a point is, as seen from a town.

    `language` is a BCP 47 tag, of which only the first part counts; English where it is None or has no words here.
    """
    words = _words((language or DEFAULT_LANGUAGE).partition("-")[0].lower())
    if nearby.distance_km < IN_TOWN_KM:
        return words.within.format(town=nearby.town.name)
    part = WHOLE_CIRCLE / len(words.directions)
    direction = words.directions[round(nearby.bearing / part) % len(words.directions)]
    return words.off.format(kilometres=round(nearby.distance_km), direction=direction, town=nearby.town.name)


def languages() -> frozenset[str]:
    """The languages that there are words for."""
    return frozenset(_raw())


def _words(language: str) -> _Words:
    raw = _raw()
    return raw.get(language, raw[DEFAULT_LANGUAGE])


@cache
def _raw() -> dict[str, _Words]:
    content = json.loads((files("geo") / "data" / "spoken.json").read_text(encoding="utf-8"))
    return {
        language: _Words(words["in"], words["off"], tuple(words["directions"])) for language, words in content.items()
    }
