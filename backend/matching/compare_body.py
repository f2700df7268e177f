"""Age, sex, looks, marks and things worn: what can be seen of a child, or was said about it."""

from datetime import date
from itertools import product
from math import log2

from backend.domain.evidence import Evidence, Feature, Level, unknown
from backend.domain.person import AgeSource, Sex
from backend.matching.ages import DAYS_A_YEAR, Born
from backend.matching.profile import BodyMark, Garment, Profile
from backend.matching.weights import AgeWeights, ColourWeights, LooksWeights, MarksWeights, SexWeights, ThingsWeights

DAY = 86_400.0
NEAR_MISS_DAYS = 31
DAYS_OF_A_WRONG_YEAR = 366


def compare_age(report: Profile, registration: Profile, weights: AgeWeights) -> Evidence:
    """Intervals of birth: overlap says more the narrower both are; a gap costs by its width in years."""
    one, other = report.born, registration.born
    if one is None or other is None:
        return unknown(Feature.AGE)
    shift = 0.0
    if one.dated != other.dated:
        # An age without a date is taken to hold when the dated side was recorded.
        dated = report if one.dated else registration
        recorded = dated.recorded or dated.at
        if recorded is None:
            return unknown(Feature.AGE)
        shift = 1970 + recorded / DAY / DAYS_A_YEAR
    bits, level = _age_bits(one, other, shift, weights)
    return Evidence(Feature.AGE, level, bits, one.shown, other.shown)


def _age_bits(one: Born, other: Born, shift: float, weights: AgeWeights) -> tuple[float, Level]:
    if one.exact and other.exact:
        return _date_bits(one, other, weights)
    (one_from, one_to), (other_from, other_to) = _interval(one, shift, weights), _interval(other, shift, weights)
    gap = max(one_from, other_from) - min(one_to, other_to)
    if -gap >= min(one_to - one_from, other_to - other_from) / 2:
        spread = min(1.0, (one_to - one_from + other_to - other_from) / weights.span)
        return min(weights.most, log2(weights.overlap_share / spread)), Level.AGREE
    return _gap_bits(gap, weights)


def _date_bits(one: Born, other: Born, weights: AgeWeights) -> tuple[float, Level]:
    here, there = str(one.exact), str(other.exact)
    if here == there:
        return weights.exact, Level.AGREE
    if _swapped(here, there):
        return weights.swapped, Level.CLOSE
    days = abs(date.fromisoformat(here) - date.fromisoformat(there)).days
    if days <= NEAR_MISS_DAYS or (here[5:] == there[5:] and days <= DAYS_OF_A_WRONG_YEAR):
        return weights.near_miss, Level.CLOSE
    bits, level = _gap_bits(days / DAYS_A_YEAR, weights)
    return min(bits, 0.0) + weights.other_date, Level.DISAGREE if level is Level.CLOSE else level


def _gap_bits(gap: float, weights: AgeWeights) -> tuple[float, Level]:
    """`gap` is in years."""
    for most, cost, level in (
        (0.5, weights.touching, Level.CLOSE),
        (1, weights.gap_one, Level.CLOSE),
        (2, weights.gap_two, Level.DISAGREE),
        (3, weights.gap_three, Level.DISAGREE),
        (5, weights.gap_five, Level.CONFLICT),
        (8, weights.gap_eight, Level.CONFLICT),
    ):
        if gap <= most:
            return cost, level
    return weights.gap_more, Level.CONFLICT


def _interval(born: Born, shift: float, weights: AgeWeights) -> tuple[float, float]:
    slack = weights.estimate_slack if born.source is AgeSource.ESTIMATED else 0.0
    moved = 0.0 if born.dated else shift
    return born.earliest + moved - slack, born.latest + moved + slack


def _swapped(one: str, other: str) -> bool:
    return one[:4] == other[:4] and one[5:7] == other[8:] and one[8:] == other[5:7]


def compare_sex(report: Profile, registration: Profile, weights: SexWeights) -> Evidence:
    one, other = report.sex, registration.sex
    if one is None or other is None:
        return unknown(Feature.SEX)
    if one is other:
        return Evidence(Feature.SEX, Level.AGREE, weights.agree, one, other)
    if Sex.OTHER in (one, other):
        return Evidence(Feature.SEX, Level.DISAGREE, weights.other, one, other)
    return Evidence(Feature.SEX, Level.CONFLICT, weights.opposite, one, other)


def compare_looks(report: Profile, registration: Profile, weights: LooksWeights) -> tuple[Evidence, ...]:
    """Languages, hair, eyes and height."""
    return (
        _languages(report, registration, weights),
        _colour(Feature.HAIR, report.hair, registration.hair, weights.hair),
        _colour(Feature.EYES, report.eyes, registration.eyes, weights.eyes),
        _height(report.height_cm, registration.height_cm, weights),
    )


def _languages(report: Profile, registration: Profile, weights: LooksWeights) -> Evidence:
    if not report.languages or not registration.languages:
        return unknown(Feature.LANGUAGES)
    shared = [language for language in report.languages if language in registration.languages]
    values = ", ".join(report.languages), ", ".join(registration.languages)
    if not shared:
        return Evidence(Feature.LANGUAGES, Level.DISAGREE, weights.language_differs, *values)
    bits = weights.common_language if shared == ["en"] else weights.language
    return Evidence(Feature.LANGUAGES, Level.AGREE, bits, *values)


def _colour(feature: Feature, report: str | None, registration: str | None, weights: ColourWeights) -> Evidence:
    """Black hair is the hair of half the children, red hair of few; dark brown to one is black to another."""
    if not report or not registration:
        return unknown(feature)
    if report == registration:
        bits = log2(weights.agree / weights.shares.get(report, weights.rare_share))
        return Evidence(feature, Level.AGREE, bits, report, registration)
    if {report, registration} in weights.near:
        return Evidence(feature, Level.CLOSE, weights.nearly, report, registration)
    return Evidence(feature, Level.DISAGREE, weights.differs, report, registration)


def _height(report: float | None, registration: float | None, weights: LooksWeights) -> Evidence:
    if report is None or registration is None:
        return unknown(Feature.HEIGHT)
    apart = abs(report - registration) / weights.height_spread_cm
    # Two guesses of one height scatter like a bell; what is lost at one spread is half a nat.
    bits = max(weights.height_least, weights.height_most - apart * apart / 2 * log2(2.718281828))
    level = Level.AGREE if apart <= 1 else Level.CLOSE if bits > 0 else Level.DISAGREE
    return Evidence(Feature.HEIGHT, level, bits, f"{report:g} cm", f"{registration:g} cm")


def compare_marks(report: Profile, registration: Profile, weights: MarksWeights) -> Evidence:
    """Kind and body site: the strongest a child can show; a mark that one side missed weighs little."""
    if not report.marks or not registration.marks:
        return unknown(Feature.MARKS)
    scored = [
        (bits, one, other)
        for one, other in product(report.marks, registration.marks)
        if (bits := _mark_bits(one, other, weights)) > 0
    ]
    scored.sort(key=lambda found: (-found[0], *sorted((found[1].shown, found[2].shown))))
    total, used_one, used_other = 0.0, list[BodyMark](), list[BodyMark]()
    for bits, one, other in scored:
        if one not in used_one and other not in used_other:
            total += bits
            used_one.append(one)
            used_other.append(other)
    values = "; ".join(mark.shown for mark in report.marks), "; ".join(mark.shown for mark in registration.marks)
    if not used_one:
        return Evidence(Feature.MARKS, Level.DISAGREE, weights.differ, *values)
    level = Level.AGREE if scored[0][0] >= weights.same else Level.CLOSE
    return Evidence(Feature.MARKS, level, min(total, weights.most), *values)


def _mark_bits(one: BodyMark, other: BodyMark, weights: MarksWeights) -> float:
    if one.kind != other.kind:
        return 0.0
    if not one.site or not other.site:
        return weights.kind
    if one.site == other.site:
        return weights.same
    return 0.0 if set(one.site).isdisjoint(other.site) else weights.near


def compare_things(
    feature: Feature,
    report: tuple[Garment, ...],
    registration: tuple[Garment, ...],
    days: float | None,
    weights: ThingsWeights,
) -> Evidence:
    """Clothing or belongings: kind and colour, saying less the longer it was between last seen and found."""
    if not report or not registration:
        return unknown(feature)
    total, agreed, compared = 0.0, 0, 0
    colours: dict[str, set[str]] = {}
    for garment in report:
        colours.setdefault(garment.kind, set()).add(garment.colour)
    theirs: dict[str, set[str]] = {}
    for garment in registration:
        theirs.setdefault(garment.kind, set()).add(garment.colour)
    for kind in sorted(colours.keys() & theirs.keys()):
        here, there = colours[kind] - {""}, theirs[kind] - {""}
        if here and there:
            compared += 1
            same = not here.isdisjoint(there)
            agreed += same
            total += weights.same if same else weights.colour_differs
    if not compared:
        return unknown(feature)
    fading = 1.0 if days is None else 0.5 ** (max(0.0, days) / weights.half_life_days)
    bits = max(weights.least, min(weights.most, total)) * fading
    level = Level.AGREE if agreed == compared else Level.CLOSE if agreed else Level.DISAGREE
    values = "; ".join(garment.shown for garment in report), "; ".join(garment.shown for garment in registration)
    return Evidence(feature, level, bits, *values)
