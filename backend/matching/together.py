"""Children who belong together: a family that misses two and a group in which both are found is one joint signal."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import log2

from backend.domain.evidence import Comparison, Evidence, Feature, Level
from backend.matching.compare import OF_THE_FAMILY, supported
from backend.matching.context import Context
from backend.matching.weights import TogetherWeights

Pair = tuple[str, str]
"""Report id, registration id."""

SHARED = OF_THE_FAMILY | {Feature.PLACE, Feature.TIME, Feature.LANGUAGES, Feature.TOGETHER}
"""What is alike for all children of a family, and so must not count again for each."""


PROMISING = 0.005
"""A pair at least this probable may become a match in the light of the family's other children: two brothers of 0.04
each support each other to 0.8. And who was registered together with such a child is worth comparing."""


def joint(
    comparisons: Mapping[Pair, Comparison], groups: Mapping[str, str | None], context: Context
) -> dict[Pair, Comparison]:
    """The comparisons of one family's reports, each seen in the light of the others.

    `comparisons` are by (report id, registration id), all reports of one family; `groups` says which registrations
    were taken in together. A pair is supported by its siblings' pairs in the same group, and speaks less if a sibling
    has the better claim on its registration, so that twins keep their places.
    """
    if len({report for report, _ in comparisons}) < 2:  # noqa: PLR2004 - nobody to be together with
        return dict(comparisons)
    seen = {**comparisons, **_supported(comparisons, groups, context)}
    claims = _claims(seen, seen)
    return {pair: _against_rivals(pair, comparison, claims, seen, context) for pair, comparison in seen.items()}


def _claims(pairs: Iterable[Pair], comparisons: Mapping[Pair, Comparison]) -> dict[str, str]:
    """Registration id -> the report with the best claim on it, each report claiming one, strongest first."""
    claims: dict[str, str] = {}
    placed: set[str] = set()
    for report, registration in sorted(pairs, key=lambda pair: (-comparisons[pair].bits, pair)):
        if registration not in claims and report not in placed:
            claims[registration] = report
            placed.add(report)
    return claims


def _supported(
    comparisons: Mapping[Pair, Comparison], groups: Mapping[str, str | None], context: Context
) -> dict[Pair, Comparison]:
    members: dict[str, list[Pair]] = defaultdict(list)
    for pair in comparisons:
        group = groups.get(pair[1])
        if group is not None:
            members[group].append(pair)
    found: dict[Pair, Comparison] = {}
    for pairs in members.values():
        claims = _claims(pairs, comparisons)
        weights = {
            (report, registration): _support(comparisons[report, registration], context.weights.together)
            for registration, report in claims.items()
        }
        for pair in weights:
            mates = [mate for mate in weights if mate != pair and weights[mate] > 0]
            if mates:
                bits = min(context.weights.together.support, sum(weights[mate] for mate in mates))
                told = "; ".join(mate[0] for mate in mates), "; ".join(mate[1] for mate in mates)
                piece = Evidence(Feature.TOGETHER, Level.AGREE, bits, *told)
                found[pair] = supported(comparisons[pair], piece, context)
    return found


def _support(comparison: Comparison, weights: TogetherWeights) -> float:
    """Bits for a family from one child of it: the child's own evidence, if both of the two were taken in together.

    If the group is the family's, then this registration is this child with the odds of `share`, or else another child
    of it: `log2(share * 2^own + 1 - share)`.
    """
    own = sum(piece.bits for piece in comparison.evidence if piece.feature not in SHARED)
    return log2(weights.share * 2**own + 1 - weights.share)


def _against_rivals(
    pair: Pair,
    comparison: Comparison,
    claims: Mapping[str, str],
    comparisons: Mapping[Pair, Comparison],
    context: Context,
) -> Comparison:
    report, registration = pair
    rival = claims.get(registration, report)
    if rival == report or comparisons[rival, registration].bits <= comparison.bits:
        return comparison
    bits = context.weights.together.against * comparisons[rival, registration].probability
    return supported(comparison, Evidence(Feature.TOGETHER, Level.DISAGREE, bits, rival, registration), context)
