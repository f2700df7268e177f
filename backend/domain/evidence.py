"""What a comparison finds: pieces of evidence, each with its weight in bits and the two values it came from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Feature(StrEnum):
    GIVEN_NAME = "GIVEN_NAME"
    FAMILY_NAME = "FAMILY_NAME"
    AGE = "AGE"
    SEX = "SEX"
    RELATIVES = "RELATIVES"
    PHONE = "PHONE"
    HOME = "HOME"
    LANGUAGES = "LANGUAGES"
    HAIR = "HAIR"
    EYES = "EYES"
    HEIGHT = "HEIGHT"
    MARKS = "MARKS"
    CLOTHING = "CLOTHING"
    BELONGINGS = "BELONGINGS"
    PLACE = "PLACE"
    TIME = "TIME"
    TOGETHER = "TOGETHER"


class Level(StrEnum):
    """How well two values agree; `CONFLICT` is a disagreement that should not be (opposite sex, an impossible age)."""

    AGREE = "AGREE"
    CLOSE = "CLOSE"
    DISAGREE = "DISAGREE"
    CONFLICT = "CONFLICT"
    UNKNOWN = "UNKNOWN"


class Evidence(NamedTuple):
    """One feature compared. `bits` above zero speak for the pair; UNKNOWN is always 0 bits and has no values.

    `sighting_id` names the sighting that the report's value is of, where it is not the report's own. A dozen are made
    for each pair, and a tuple is made in a quarter of the time of a dataclass.
    """

    feature: Feature
    level: Level
    bits: float
    report_value: str | None = None
    registration_value: str | None = None
    sighting_id: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A pair compared: the sum of its evidence and of the prior in bits, and the probability (0 to 1) that follows."""

    probability: float
    bits: float
    evidence: tuple[Evidence, ...]


_UNKNOWN = {feature: Evidence(feature, Level.UNKNOWN, 0.0) for feature in Feature}


def unknown(feature: Feature) -> Evidence:
    return _UNKNOWN[feature]
