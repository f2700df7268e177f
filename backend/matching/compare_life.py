"""Relatives, phones, home, place and time: whom the child belongs to, where, and when."""

from collections.abc import Mapping, Sequence
from math import log2

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_sort_ratio

from backend.domain.evidence import Evidence, Feature, Level, unknown
from backend.matching.compare_names import paired
from backend.matching.profile import Kin, Profile, Sight, Spot
from backend.matching.sightings import later_sights, with_sightings
from backend.matching.weights import HomeWeights, PlaceWeights, RelativesWeights, TimeWeights, Weights
from geo.displacement import Displacement
from geo.distance import distance_km

DAY = 86_400.0
HOUR = 3_600.0
SOON_HOURS = 24.0
WHOLE_NUMBER, LOCAL_NUMBER = 9, 7
SIGHTING_SLACK_HOURS = 12.0
"""By so much may the times that people remember be wrong."""
SAME_ADDRESS, SIMILAR_ADDRESS = 95.0, 85.0
NEXT_DOOR_KM, SAME_TOWN_KM = 0.3, 8.0
FURTHER_PLACE = 1 / 3
"""What a second place of a record counts beside the first: home beside last seen, the site beside where found."""

_MANY = frozenset({"", "sibling", "cousin", "grandparent", "aunt or uncle"})
"""Relations of which a child has several, so that another name is no contradiction."""

_ANYBODY = frozenset({"", "guardian", "parent"})
"""What may be said of a mother as well as of an aunt."""


def days_between(report: Profile, registration: Profile) -> float | None:
    """Days from last seen to found (or registered); None if either is not known."""
    lost = _lost_at(report)
    found = registration.at or registration.recorded
    return None if lost is None or found is None else (found - lost) / DAY


def _lost_at(report: Profile) -> float | None:
    """When the child was last seen; a time after the report was filed is a slip, and cannot be later than that."""
    if report.at is None or report.recorded is None:
        return report.at
    return min(report.at, report.recorded)


def compare_relatives(
    report: Profile, registration: Profile, shares: Mapping[str, float], weights: Weights
) -> Evidence:
    """Relatives whom both sides name, by relation: who agrees speaks for the pair, who differs mildly against it."""
    if not report.relatives or not registration.relatives:
        return unknown(Feature.RELATIVES)
    told = _told_by_both(report.relatives, registration.relatives, shares, weights)
    differ = _told_otherwise(report.relatives, registration.relatives, told)
    if not told and not differ:
        return unknown(Feature.RELATIVES)
    against = max(weights.relatives.same_relation_differs * len(differ), weights.relatives.most_against)
    bits = min(sum(bits for bits, _, _ in told) + against, weights.relatives.most)
    shown = [(here, there) for _, here, there in told] or differ
    return Evidence(
        Feature.RELATIVES,
        Level.DISAGREE if not told else Level.AGREE if told[0][0] >= weights.relatives.surely else Level.CLOSE,
        bits,
        "; ".join(here.shown for here, _ in shown),
        "; ".join(there.shown for _, there in shown),
    )


def _told_by_both(
    report: tuple[Kin, ...], registration: tuple[Kin, ...], shares: Mapping[str, float], weights: Weights
) -> list[tuple[float, Kin, Kin]]:
    """Relatives of both sides who may be one person, each at most once, with the bits that this is worth."""
    possible = [
        (bits, here, there)
        for here in report
        for there in registration
        if (bits := _kin_bits(here, there, shares, weights)) > 0
    ]
    # Best first; the names themselves break ties the same way from both sides.
    possible.sort(key=lambda found: (-found[0], *sorted((found[1].shown, found[2].shown))))
    told: list[tuple[float, Kin, Kin]] = []
    for bits, here, there in possible:
        if not any(here is one or there is other for _, one, other in told):
            # Of many brothers one is soon called like one of many others.
            chances = _alike(here.relation, report) * _alike(there.relation, registration)
            told.append((max(0.0, bits - log2(chances)), here, there))
    return told


def _alike(relation: str, relatives: tuple[Kin, ...]) -> int:
    return sum(kin.relation == relation for kin in relatives)


def _told_otherwise(
    report: tuple[Kin, ...], registration: tuple[Kin, ...], told: list[tuple[float, Kin, Kin]]
) -> list[tuple[Kin, Kin]]:
    """Relatives of whom a child has one, and whom the two sides call otherwise."""
    agreed = {kin.relation for _, here, there in told for kin in (here, there)}
    return [
        (here, there)
        for here in report
        for there in registration
        if here.relation == there.relation and here.relation not in _MANY and here.relation not in agreed
    ]


def _kin_bits(here: Kin, there: Kin, shares: Mapping[str, float], weights: Weights) -> float:
    pairs = paired(here.tokens, there.tokens, shares, weights.name)
    if not pairs:
        return 0.0
    # The family name is evidence of its own already.
    bits = weights.relatives.exact + max(
        pair.bits * (weights.relatives.family_name if pair.one.family_likely or pair.other.family_likely else 1.0)
        for pair in pairs
    )
    one, other = {id(pair.one) for pair in pairs}, {id(pair.other) for pair in pairs}
    if any(id(token) not in one for token in here.tokens) and any(id(token) not in other for token in there.tokens):
        bits += weights.relatives.further_name_differs
    if here.relation != there.relation:
        bits += weights.relatives.other_relation
        if here.relation not in _ANYBODY and there.relation not in _ANYBODY:
            # The father and the brother who bear one name are two people.
            bits = min(bits, weights.relatives.other_relation_most)
    return max(0.0, bits)


def compare_phones(report: Profile, registration: Profile, weights: RelativesWeights) -> Evidence:
    """Numbers that both sides know. Another number is no evidence: people have several."""
    best = 0.0
    values = "", ""
    for here in report.phones:
        for there in registration.phones:
            bits = _phone_bits(here, there, weights)
            if bits > best:
                best, values = bits, (f"...{here[-4:]}", f"...{there[-4:]}")
    if not best:
        return unknown(Feature.PHONE)
    return Evidence(Feature.PHONE, Level.AGREE if best >= weights.phone_short else Level.CLOSE, best, *values)


def _phone_bits(here: str, there: str, weights: RelativesWeights) -> float:
    known = min(len(here), len(there))
    if known >= WHOLE_NUMBER and here[-WHOLE_NUMBER:] == there[-WHOLE_NUMBER:]:
        return weights.phone
    if here[-LOCAL_NUMBER:] == there[-LOCAL_NUMBER:]:
        return weights.phone_short
    if known >= WHOLE_NUMBER and OSA.distance(here[-WHOLE_NUMBER:], there[-WHOLE_NUMBER:]) == 1:
        return weights.phone_near
    return 0.0


def compare_home(report: Profile, registration: Profile, weights: HomeWeights) -> Evidence:
    """Where the child says home is against where the report says it is: address, town, or points."""
    here, there = report.home, registration.home
    if here is None or there is None:
        return unknown(Feature.HOME)
    bits = max(_address_bits(here, there, weights), _home_points_bits(here, there, weights), key=abs)
    if not bits:
        return unknown(Feature.HOME)
    level = Level.AGREE if bits >= weights.similar else Level.CLOSE if bits > 0 else Level.DISAGREE
    return Evidence(Feature.HOME, level, bits, here.shown, there.shown)


def _address_bits(here: Spot, there: Spot, weights: HomeWeights) -> float:
    if not here.words or not there.words:
        return 0.0
    if _is_address(here) and _is_address(there):
        alike = token_sort_ratio(here.words_text, there.words_text)
        if alike >= SAME_ADDRESS:
            return weights.address
        if alike >= SIMILAR_ADDRESS:
            return weights.similar
    if _same_town(here, there):
        return weights.town
    return weights.differs if here.town and there.town else 0.0


def _is_address(spot: Spot) -> bool:
    return len(spot.words) > 1 and any(word.isdigit() for word in spot.words)


def _same_town(here: Spot, there: Spot) -> bool:
    if not here.town or not there.town:
        return False
    # A town may be named without the state or country that the other side adds.
    return f" {here.town} " in f" {there.words_text} " or f" {there.town} " in f" {here.words_text} "


def _home_points_bits(here: Spot, there: Spot, weights: HomeWeights) -> float:
    apart = _apart(here, there)
    if apart is None:
        return 0.0
    if apart <= NEXT_DOOR_KM:
        return weights.similar
    return weights.town if apart <= SAME_TOWN_KM else weights.differs


def compare_place(
    report: Profile, registration: Profile, displacement: Displacement, weights: PlaceWeights
) -> Evidence:
    """Where the child was last seen (or lives) against where it was found (or taken in)."""
    lost = [*report.places, *([] if report.home is None else [report.home])]
    own = _place(lost, registration, days_between(report, registration), displacement, weights)
    if not report.sights:
        return own

    def of_sight(sight: Sight) -> Evidence:
        found = registration.at or registration.recorded
        days = None if sight.at is None or found is None else (found - sight.at) / DAY
        # Who was seen after this child was found says nothing of where it came from.
        if sight.spot is None or (days is not None and days < -SIGHTING_SLACK_HOURS * HOUR / DAY):
            return unknown(Feature.PLACE)
        return _place([sight.spot], registration, days, displacement, weights)

    return with_sightings(own, later_sights(report, _lost_at(report), SIGHTING_SLACK_HOURS * HOUR), of_sight)


def _place(
    lost: Sequence[Spot],
    registration: Profile,
    days: float | None,
    displacement: Displacement,
    weights: PlaceWeights,
) -> Evidence:
    if not lost or not registration.places:
        return unknown(Feature.PLACE)
    pairs = [
        (FURTHER_PLACE ** (first + second), here, there)
        for first, here in enumerate(lost)
        for second, there in enumerate(registration.places)
    ]
    told = [
        (displacement.ratio(start, end, days), share, here, there)
        for share, here, there in pairs
        if (start := _point(here)) is not None and (end := _point(there)) is not None
    ]
    if not told:
        # Words say less than points, and nothing beside them.
        told = [(2**weights.town, share, here, there) for share, here, there in pairs if _same_town(here, there)]
    if not told:
        return unknown(Feature.PLACE)
    # The mean and not the best of them: with two places on each side, one is near by chance four times as often.
    bits = log2(sum(ratio * share for ratio, share, _, _ in told) / sum(share for _, share, _, _ in told))
    _, _, here, there = max(told, key=lambda one: one[0] * one[1])
    level = Level.AGREE if bits > 1 else Level.CLOSE if bits > -1 else Level.DISAGREE
    return Evidence(Feature.PLACE, level, bits, here.shown, there.shown)


def _point(spot: Spot) -> tuple[float, float] | None:
    return None if spot.latitude is None or spot.longitude is None else (spot.latitude, spot.longitude)


def _apart(here: Spot, there: Spot) -> float | None:
    first, second = _point(here), _point(there)
    return None if first is None or second is None else distance_km(first, second)


def compare_time(report: Profile, registration: Profile, weights: TimeWeights) -> Evidence:
    """A child cannot be taken in before it was lost; clocks may be wrong by some hours. Long after is no evidence
    against; within a day and in the same town it is a little for the pair.
    """
    own = _time(_lost_at(report), report.at_shown, report.places, registration, weights)
    if not report.sights:
        return own

    def of_sight(sight: Sight) -> Evidence:
        return _time(sight.at, sight.at_shown, () if sight.spot is None else (sight.spot,), registration, weights)

    return with_sightings(own, later_sights(report, _lost_at(report), 0.0), of_sight)


def _time(
    lost: float | None, lost_shown: str | None, places: Sequence[Spot], registration: Profile, weights: TimeWeights
) -> Evidence:
    found, recorded = _found_by(registration), registration.recorded
    first, shown = found, registration.at_shown
    if found is None or (recorded is not None and recorded < found):
        first, shown = recorded, registration.recorded_shown
    if lost is None or first is None:
        return unknown(Feature.TIME)
    later_hours = (first - lost) / HOUR
    if later_hours < -weights.slack_hours:
        return Evidence(Feature.TIME, Level.CONFLICT, weights.before_lost, lost_shown, shown)
    level = Level.AGREE if later_hours >= 0 else Level.CLOSE
    soon_and_near = later_hours <= SOON_HOURS and _in_one_town(places, registration)
    bits = weights.same_day if soon_and_near else weights.in_order
    return Evidence(Feature.TIME, level, bits, lost_shown, shown)


def _found_by(registration: Profile) -> float | None:
    """When the child had been found at the latest: exact midnight is a date of which nobody said the hour."""
    if registration.at is None or registration.at % DAY:
        return registration.at
    return registration.at + DAY


def _in_one_town(places: Sequence[Spot], registration: Profile) -> bool:
    pairs = ((here, there) for here in places for there in registration.places)
    return any(
        _same_town(here, there) if (apart := _apart(here, there)) is None else apart <= SAME_TOWN_KM
        for here, there in pairs
    )
