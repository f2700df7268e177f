"""Children who belong together: a family that misses two and a group in which both are found is one joint signal."""

from collections.abc import Mapping

from backend.matching.compare import supported
from backend.matching.context import Context
from backend.matching.evidence import Comparison, Evidence, Feature, Level


def joint(
    comparisons: Mapping[tuple[str, str], Comparison], groups: Mapping[str, str | None], context: Context
) -> dict[tuple[str, str], Comparison]:
    """The comparisons of one family's reports, each seen in the light of the others.

    `comparisons` are by (report id, registration id), all reports of one family; `groups` says which registrations
    were taken in together. A pair is supported by the best pair of a sibling in the same group, and speaks less if
    a sibling's pair has the better claim on the same registration, so that twins keep their places.
    """
    if len({report for report, _ in comparisons}) < 2:  # noqa: PLR2004 - nobody to be together with
        return dict(comparisons)
    claims = _claims(comparisons)
    return {
        pair: _in_the_light_of(pair, comparison, claims, comparisons, groups, context)
        for pair, comparison in comparisons.items()
    }


def _claims(comparisons: Mapping[tuple[str, str], Comparison]) -> dict[str, str]:
    """Report id -> the registration it has the best claim on, each registration claimed once, strongest first."""
    claims: dict[str, str] = {}
    taken: set[str] = set()
    for (report, registration), _ in sorted(comparisons.items(), key=lambda item: (-item[1].bits, item[0])):
        if report not in claims and registration not in taken:
            claims[report] = registration
            taken.add(registration)
    return claims


def _in_the_light_of(
    pair: tuple[str, str],
    comparison: Comparison,
    claims: Mapping[str, str],
    comparisons: Mapping[tuple[str, str], Comparison],
    groups: Mapping[str, str | None],
    context: Context,
) -> Comparison:
    weights = context.weights.together
    report, registration = pair
    others = [(sibling, claimed) for sibling, claimed in claims.items() if sibling != report]
    rival = max((comparisons[claim].probability for claim in others if claim[1] == registration), default=0.0)
    if rival > comparison.probability:
        sibling = next(sibling for sibling, claimed in others if claimed == registration)
        piece = Evidence(Feature.TOGETHER, Level.DISAGREE, weights.against * rival, sibling, registration)
        return supported(comparison, piece, context)
    if claims.get(report) != registration:
        return comparison
    group = groups.get(registration)
    mates = [
        (comparisons[claim].probability, *claim)
        for claim in others
        if group is not None and groups.get(claim[1]) == group and claim[1] != registration
    ]
    if not mates:
        return comparison
    probability, sibling, mate = max(mates)
    piece = Evidence(Feature.TOGETHER, Level.AGREE, weights.support * probability, sibling, mate)
    return supported(comparison, piece, context)
