"""Two records of one side, compared as a report and a registration are, under their own prior.

What differs: nobody is lost before being found, a child may be moved but is not in two places at once, and children who
were registered or reported together are brothers and sisters, never one child written down twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cattrs

from backend.domain.evidence import Comparison, Evidence, Feature, Level, unknown
from backend.domain.subject import Side
from backend.matching.compare import (
    but_relatives,
    is_out_of_reach,
    most_of_the_child,
    probability_of,
    weighed,
    with_relatives,
)
from backend.matching.context import Context
from backend.matching.profile import Profile, Spot
from geo.distance import distance_km

HOUR, DAY = 3_600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class PlaceWeights:
    """Bits for two records made within `near_km`, within `town_km`, and further apart: a child may have been moved."""

    near_km: float
    near: float
    town_km: float
    town: float
    far: float


@dataclass(frozen=True, slots=True)
class TimeWeights:
    """`two_places` is for a child said to be in two places with less time between than the way takes, at
    `km_an_hour` and with `slack_km` for free; `apart` is for last sights more than `apart_days` from each other.
    """

    slack_km: float
    km_an_hour: float
    two_places: float
    apart_days: float
    apart: float


@dataclass(frozen=True, slots=True)
class DuplicateWeights:
    """`share` is how many of the records of a side have a second one of the same child: an assumption, no count.

    `another_given_name` is the most that a given name says that differs altogether: brothers, sisters and twins are
    alike in nearly everything else. `together` is for two of one family or group.
    """

    share: Mapping[Side, float]
    another_given_name: float
    together: float
    place: PlaceWeights
    time: TimeWeights


@cache
def duplicate_weights() -> DuplicateWeights:
    """The shipped weights; `data/README.md` says where each comes from."""
    text = files("backend.matching").joinpath("data", "duplicates.json").read_text(encoding="utf-8")
    return cattrs.structure(json.loads(text), DuplicateWeights)


def compare_duplicates(one: Profile, other: Profile, context: Context, *, together: bool) -> Comparison:
    """All evidence that two records of one side are of one child. Symmetric but for which value stands where.

    `together` says that both belong to one family or group. In the evidence the report's value is that of `one`, and
    the registration's that of `other`.
    """
    child = but_relatives(*_in_time(one, other), context)
    return _whole(one, other, child, _besides(one, other, together=together), context)


def duplicates_if_likely(
    one: Profile, other: Profile, context: Context, at_least: float, *, together: bool
) -> Comparison | None:
    """The same; None where the two cannot be as probable as `at_least`, whatever their relatives say."""
    earlier, later = _in_time(one, other)
    child, besides = but_relatives(earlier, later, context), _besides(one, other, together=together)
    most = _prior_bits(one, context) + most_of_the_child(earlier, later, child, context)
    if is_out_of_reach(most + sum([piece.bits for piece in besides]), at_least, context):
        return None
    return _whole(one, other, child, besides, context)


def _in_time(one: Profile, other: Profile) -> tuple[Profile, Profile]:
    """The comparison reads a pair as first lost, then found: so the earlier of the two stands for the report."""
    return (other, one) if _moment(one) > _moment(other) else (one, other)


def _besides(one: Profile, other: Profile, *, together: bool) -> list[Evidence]:
    weights = duplicate_weights()
    besides = [_place(one, other, weights.place), _time(one, other, weights.time)]
    return [*besides, Evidence(Feature.TOGETHER, Level.CONFLICT, weights.together)] if together else besides


def _whole(
    one: Profile, other: Profile, child: tuple[Evidence, ...], besides: list[Evidence], context: Context
) -> Comparison:
    weights = duplicate_weights()
    earlier, later = _in_time(one, other)
    found = weighed(with_relatives(earlier, later, child, context), context)
    evidence = [_of_duplicates(piece if earlier is one else _turned(piece), weights) for piece in found] + besides
    bits = _prior_bits(one, context) + sum(piece.bits for piece in evidence)
    return Comparison(probability_of(bits, context), bits, tuple(evidence))


def _prior_bits(one: Profile, context: Context) -> float:
    return context.prior_bits_at(duplicate_weights().share[one.side])


def _moment(side: Profile) -> float:
    return side.at if side.at is not None else side.recorded or 0.0


def _turned(piece: Evidence) -> Evidence:
    return piece._replace(report_value=piece.registration_value, registration_value=piece.report_value)


def _of_duplicates(piece: Evidence, weights: DuplicateWeights) -> Evidence:
    if piece.feature is Feature.GIVEN_NAME and piece.level in (Level.DISAGREE, Level.CONFLICT):
        return piece._replace(bits=min(piece.bits, weights.another_given_name))
    return piece


def _place(one: Profile, other: Profile, weights: PlaceWeights) -> Evidence:
    """Where each record places the child, at the nearest."""
    known = [
        (apart, here, there)
        for here in one.places
        for there in other.places
        if (apart := _apart(here, there)) is not None
    ]
    if not known:
        return unknown(Feature.PLACE)
    apart, here, there = min(known, key=lambda found: found[0])
    if apart <= weights.near_km:
        return Evidence(Feature.PLACE, Level.AGREE, weights.near, here.shown, there.shown)
    if apart <= weights.town_km:
        return Evidence(Feature.PLACE, Level.CLOSE, weights.town, here.shown, there.shown)
    return Evidence(Feature.PLACE, Level.DISAGREE, weights.far, here.shown, there.shown)


def _time(one: Profile, other: Profile, weights: TimeWeights) -> Evidence:
    """Whether one child can have been seen there at the one time and here at the other."""
    if one.at is None or other.at is None:
        return unknown(Feature.TIME)
    seconds = abs(one.at - other.at)
    values = one.at_shown, other.at_shown
    if one.side is Side.REPORT:
        # Relatives saw it last at different times: only weeks say that they speak of different children.
        if seconds > weights.apart_days * DAY:
            return Evidence(Feature.TIME, Level.DISAGREE, weights.apart, *values)
        return unknown(Feature.TIME)
    here, there = _first_known(one), _first_known(other)
    apart = None if here is None or there is None else _apart(here, there)
    if apart is not None and apart > weights.slack_km + weights.km_an_hour * seconds / HOUR:
        return Evidence(Feature.TIME, Level.CONFLICT, weights.two_places, *values)
    return unknown(Feature.TIME)


def _first_known(side: Profile) -> Spot | None:
    """Where the child was at the time that is said: where it was found, or else the site."""
    return next((spot for spot in side.places if spot.latitude is not None), None)


def _apart(here: Spot, there: Spot) -> float | None:
    if here.latitude is None or here.longitude is None or there.latitude is None or there.longitude is None:
        return None
    return distance_km((here.latitude, here.longitude), (there.latitude, there.longitude))
