"""Relatives, phones, home, place and time: whom the child belongs to, where, and when."""

from collections.abc import Mapping

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_sort_ratio

from backend.domain.evidence import Evidence, Feature, Level, unknown
from backend.matching.compare_names import paired
from backend.matching.profile import Kin, Profile, Spot
from backend.matching.weights import HomeWeights, PlaceWeights, RelativesWeights, TimeWeights, Weights
from geo.displacement import Displacement
from geo.distance import distance_km

DAY = 86_400.0
HOUR = 3_600.0
WHOLE_NUMBER, LOCAL_NUMBER = 9, 7
SAME_ADDRESS, SIMILAR_ADDRESS = 95.0, 85.0
NEXT_DOOR_KM, SAME_TOWN_KM = 0.3, 8.0
PLACE_BLUR_KM = 1.5
_MANY = frozenset({"", "sibling", "cousin", "grandparent", "aunt or uncle"})
"""Relations of which a child has several, so that another name is no contradiction."""


def days_between(report: Profile, registration: Profile) -> float | None:
    """Days from last seen to found (or registered); None if either is not known."""
    found = registration.at or registration.recorded
    return None if report.at is None or found is None else (found - report.at) / DAY


def compare_relatives(
    report: Profile, registration: Profile, shares: Mapping[str, float], weights: Weights
) -> Evidence:
    """Relatives whom both sides name. One with the same relation and another name is mild evidence against."""
    if not report.relatives or not registration.relatives:
        return unknown(Feature.RELATIVES)
    possible = [
        (bits, here, there)
        for here in report.relatives
        for there in registration.relatives
        if (bits := _kin_bits(here, there, shares, weights)) > 0
    ]
    if not possible:
        return _other_relatives(report, registration, weights.relatives)
    # Best first; the names themselves break ties the same way from both sides. Each relative speaks once.
    possible.sort(key=lambda found: (-found[0], *sorted((found[1].shown, found[2].shown))))
    told: list[tuple[float, Kin, Kin]] = []
    for bits, here, there in possible:
        if not any(here.shown == one.shown or there.shown == other.shown for _, one, other in told):
            told.append((bits, here, there))
    return Evidence(
        Feature.RELATIVES,
        Level.AGREE if told[0][0] >= weights.relatives.surely else Level.CLOSE,
        min(sum(bits for bits, _, _ in told), weights.relatives.most),
        "; ".join(here.shown for _, here, _ in told),
        "; ".join(there.shown for _, _, there in told),
    )


def _other_relatives(report: Profile, registration: Profile, weights: RelativesWeights) -> Evidence:
    differ = [
        (here, there)
        for here in report.relatives
        for there in registration.relatives
        if here.relation == there.relation and here.relation not in _MANY
    ]
    if not differ:
        return unknown(Feature.RELATIVES)
    bits = max(weights.same_relation_differs * len(differ), weights.most_against)
    here, there = differ[0]
    return Evidence(Feature.RELATIVES, Level.DISAGREE, bits, here.shown, there.shown)


def _kin_bits(here: Kin, there: Kin, shares: Mapping[str, float], weights: Weights) -> float:
    pairs = paired(here.tokens, there.tokens, shares, weights.name)
    if not pairs:
        return 0.0
    # The family name is evidence of its own already.
    bits = weights.relatives.exact + max(
        pair.bits * (weights.relatives.family_name if pair.one.family_likely or pair.other.family_likely else 1.0)
        for pair in pairs
    )
    if here.relation != there.relation:
        bits += weights.relatives.other_relation
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
    if not lost or not registration.places:
        return unknown(Feature.PLACE)
    days = days_between(report, registration)
    best: tuple[float, Spot, Spot] | None = None
    for here in lost:
        for there in registration.places:
            bits = _place_bits(here, there, displacement, days, weights)
            if bits is not None and (best is None or bits > best[0]):
                best = bits, here, there
    if best is None:
        return unknown(Feature.PLACE)
    bits, here, there = best
    level = Level.AGREE if bits > 1 else Level.CLOSE if bits > -1 else Level.DISAGREE
    return Evidence(Feature.PLACE, level, bits, here.shown, there.shown)


def _place_bits(
    here: Spot, there: Spot, displacement: Displacement, days: float | None, weights: PlaceWeights
) -> float | None:
    apart = _apart(here, there)
    if apart is not None:
        return displacement.bits(apart, days, PLACE_BLUR_KM)
    if _same_town(here, there):
        return weights.town
    return None


def _apart(here: Spot, there: Spot) -> float | None:
    if here.latitude is None or here.longitude is None or there.latitude is None or there.longitude is None:
        return None
    return distance_km((here.latitude, here.longitude), (there.latitude, there.longitude))


def compare_time(report: Profile, registration: Profile, weights: TimeWeights) -> Evidence:
    """A child cannot be taken in before it was lost; clocks may be wrong by some hours."""
    known = [moment for moment in (registration.at, registration.recorded) if moment is not None]
    if report.at is None or not known:
        return unknown(Feature.TIME)
    early_hours = (report.at - min(known)) / HOUR
    first = registration.at_shown if registration.at == min(known) else registration.recorded_shown
    values = report.at_shown, first
    if early_hours > weights.slack_hours:
        return Evidence(Feature.TIME, Level.CONFLICT, weights.before_lost, *values)
    level = Level.AGREE if early_hours <= 0 else Level.CLOSE
    return Evidence(Feature.TIME, level, weights.in_order, *values)
