"""The weights of the comparisons, in bits; `data/README.md` says where each comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cattrs

from backend.domain.evidence import Feature


class Likeness(StrEnum):
    """How alike two words of names are; in scripts that mark tones or have characters, `MARKS_DIFFER` in those only."""

    EXACT = "EXACT"
    MARKS_DIFFER = "MARKS_DIFFER"
    SPELLING = "SPELLING"
    NICKNAME = "NICKNAME"
    SOUND = "SOUND"
    CLOSE = "CLOSE"
    PART = "PART"
    FAINT = "FAINT"


@dataclass(frozen=True, slots=True)
class LikenessWeight:
    """`added` to the rarity of the name (`-log2` of its share), up to `most`.

    The bound is there since how many names are spelled alike depends little on how rare each of them is.
    """

    added: float
    most: float


@dataclass(frozen=True, slots=True)
class NameWeights:
    """What names say, by how alike they are.

    `floor` is the least that any agreement says; `rarest` and `commonest` bound the rarity; the `unseen` shares are
    those of a name that no table has. `crossed` is for a given name met as a family name; `further` is the share that
    counts of a part's second and later words; `most` bounds the whole name. The `differs` stand alone.
    """

    likeness: Mapping[Likeness, LikenessWeight]
    floor: float
    rarest: float
    commonest: float
    unseen_share: float
    unseen_short_share: float
    tonal_share: float
    crossed: float
    further: float
    most: float
    given_differs: float
    family_differs: float
    further_given_differs: float
    further_family_differs: float


@dataclass(frozen=True, slots=True)
class AgeWeights:
    """`overlap_share` of true pairs have ages that overlap; `span` is the years over which children's ages spread.

    `touching` is for intervals that hardly meet, or miss by half a year: 6 said by one side, 7 by the other. `gap_one`
    is for a gap of up to one year between what the two sides say, and so on to `gap_more`; `other_date` comes to it
    where both sides know the day.
    `estimate_slack` is by how many years a guess is widened on either side.
    """

    overlap_share: float
    span: float
    most: float
    exact: float
    swapped: float
    near_miss: float
    other_date: float
    touching: float
    gap_one: float
    gap_two: float
    gap_three: float
    gap_five: float
    gap_eight: float
    gap_more: float
    estimate_slack: float


@dataclass(frozen=True, slots=True)
class SexWeights:
    agree: float
    opposite: float
    other: float


@dataclass(frozen=True, slots=True)
class RelativesWeights:
    """`exact` is added to the bits of a relative's name; from `surely` bits on it is an agreement.

    `family_name` is the share that counts if it is their family name.

    `phone_short` is a number without its area.
    """

    exact: float
    surely: float
    most: float
    same_relation_differs: float
    most_against: float
    other_relation: float
    other_relation_most: float
    further_name_differs: float
    family_name: float
    phone: float
    phone_near: float
    phone_short: float


@dataclass(frozen=True, slots=True)
class HomeWeights:
    address: float
    similar: float
    town: float
    differs: float


@dataclass(frozen=True, slots=True)
class ColourWeights:
    """`agree` is how often two who see one child say the same colour, `shares` how common each is among children.

    `rare_share` is for every other colour; `near` are pairs that differ by who looks, and weigh `nearly`.
    """

    agree: float
    shares: Mapping[str, float]
    rare_share: float
    near: frozenset[frozenset[str]]
    nearly: float
    differs: float


@dataclass(frozen=True, slots=True)
class LooksWeights:
    language: float
    common_language: float
    language_differs: float
    hair: ColourWeights
    eyes: ColourWeights
    height_spread_cm: float
    height_most: float
    height_least: float


@dataclass(frozen=True, slots=True)
class MarksWeights:
    same: float
    near: float
    kind: float
    differ: float
    most: float


@dataclass(frozen=True, slots=True)
class ThingsWeights:
    """Clothing and belongings: what they say halves every `half_life_days` between last seen and found."""

    same: float
    colour_differs: float
    most: float
    least: float
    half_life_days: float


@dataclass(frozen=True, slots=True)
class PlaceWeights:
    town: float
    town_differs: float


@dataclass(frozen=True, slots=True)
class TimeWeights:
    slack_hours: float
    before_lost: float
    in_order: float
    same_day: float


@dataclass(frozen=True, slots=True)
class TogetherWeights:
    """What the pairs of brothers and sisters say of one another.

    `share` is how often, of a family that misses two and a group that is theirs, both children are in it; `support` the
    most that siblings add; `against` what a pair loses to a sibling with a sure claim on the same registration.
    """

    share: float
    support: float
    against: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probability = logistic of (bits * slope + offset), never above `most`.

    The slope is below 1 since evidence is not as independent as it adds up.
    """

    slope: float
    offset: float
    most: float


@dataclass(frozen=True, slots=True)
class Weights:
    """`strength` is the share of its bits that each kind of evidence counts, since kinds overlap: fitted, near 1."""

    strength: Mapping[Feature, float]
    name: NameWeights
    age: AgeWeights
    sex: SexWeights
    relatives: RelativesWeights
    home: HomeWeights
    looks: LooksWeights
    marks: MarksWeights
    things: ThingsWeights
    place: PlaceWeights
    time: TimeWeights
    together: TogetherWeights
    calibration: Calibration


def read_weights(raw: Mapping[str, Any]) -> Weights:
    """Weights from what `weights.json` holds. Raises `cattrs.BaseValidationError` if one is missing or no number."""
    return cattrs.structure(raw, Weights)
