"""Whether a pair is news for the family: judged without anything that would tell a stranger where the child is."""

from backend.domain.evidence import Comparison, Evidence, Feature
from backend.matching.compare import probability_of
from backend.matching.context import Context

WHERE_AND_WHEN = frozenset({Feature.PLACE, Feature.TIME})


def probability_for_the_family(comparison: Comparison, context: Context) -> float:
    """The probability (0 to 1) as if nobody knew where and when the child was found.

    A report can be filed by anybody, again and again with another last seen place. If what its family is told depended
    on the distance, a hundred reports with a true name would find the site to within a street. A rival sibling's claim
    is left out too, since it carries the rival's place.
    """
    told = sum([piece.bits for piece in comparison.evidence if piece.bits and not _gives_the_place_away(piece)])
    return probability_of(context.prior_bits + told, context)


def _gives_the_place_away(piece: Evidence) -> bool:
    return piece.feature in WHERE_AND_WHEN or (piece.feature is Feature.TOGETHER and piece.bits < 0)
