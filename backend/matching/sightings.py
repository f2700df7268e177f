"""Sightings linked with a report: where and when somebody saw the child later, beside what the report says itself.

Somebody who saw a child on a bus may have seen another one. So a sighting is believed as far as one half: the bits are
those of a mixture, half of what the report says and half of what the sightings say. Whatever is linked, a pair loses
no more than one bit of place and one of time.
"""

from collections.abc import Callable, Sequence
from math import log2

from backend.domain.evidence import Evidence, Feature, Level
from backend.matching.profile import Profile, Sight

BELIEVED = 0.5
"""How likely it is that whom somebody saw is the child whom staff took it for; an assumption."""

EARLIER = 1 / 3
"""What a sighting counts beside the next later one: where a child was seen last says most of where it was found."""

TELLING_BITS = 0.05
"""What moves a piece by less is not quoted for it."""


def with_sightings(own: Evidence, sights: Sequence[Sight], of_sight: Callable[[Sight], Evidence]) -> Evidence:
    """A piece of evidence of place or time in the light of sightings, of which `of_sight` says what each would be.

    The values are those of a sighting, and it is named, where it says the same as the whole: nearer, or further.
    """
    latest_first = sorted(sights, key=lambda sight: (sight.at is None, -(sight.at or 0.0), sight.id))
    said = [(sight, piece) for sight in latest_first if (piece := of_sight(sight)).level is not Level.UNKNOWN]
    if not said:
        return own
    shares = [EARLIER**place for place in range(len(said))]
    seen = sum(share * 2**piece.bits for share, (_, piece) in zip(shares, said, strict=True)) / sum(shares)
    bits = log2((1 - BELIEVED) * 2**own.bits + BELIEVED * seen)
    shown, sighting_id = own, None
    if own.level is Level.UNKNOWN or (abs(bits - own.bits) >= TELLING_BITS and (bits > own.bits) == (bits > 0)):
        sight, shown = (max if bits > own.bits else min)(said, key=lambda one: one[1].bits)
        sighting_id = sight.id
    return Evidence(own.feature, _level(own, bits), bits, shown.report_value, shown.registration_value, sighting_id)


def _level(own: Evidence, bits: float) -> Level:
    """By the bits; sightings alone are no contradiction, and take none away."""
    if own.feature is Feature.PLACE:
        return Level.AGREE if bits > 1 else Level.CLOSE if bits > -1 else Level.DISAGREE
    if own.level is not Level.UNKNOWN and abs(bits - own.bits) < TELLING_BITS:
        return own.level
    return Level.AGREE if bits >= 0 else Level.DISAGREE


def later_sights(report: Profile, lost: float | None, slack_seconds: float) -> tuple[Sight, ...]:
    """Those that say more than the report: not from before the family itself last saw the child."""
    if lost is None:
        return report.sights
    return tuple(sight for sight in report.sights if sight.at is None or sight.at >= lost - slack_seconds)
