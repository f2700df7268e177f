"""Possible relatives, for those who see both."""

import strawberry

from backend.api.types.duplicate import DuplicateEvidence, show_evidence
from backend.api.types.registration import Registration, show_registration
from backend.services import kinship


@strawberry.type(description="An adult who may be a relative of a child that was taken in, or the child. Advice only.")
class PossibleRelative:
    registration: Registration = strawberry.field(description="The adult of a child, or the child of an adult.")
    probability: float = strawberry.field(description="How probable it is that they belong together, 0 to 1.")
    bits: float = strawberry.field(description="All evidence added up.")
    evidence: list[DuplicateEvidence] = strawberry.field(
        description="What speaks for it and against it: what the adult says as the first value, what the child says "
        "as the second."
    )


def show_possible_relative(found: kinship.PossibleRelative) -> PossibleRelative:
    return PossibleRelative(
        registration=show_registration(found.registration),
        probability=found.comparison.probability,
        bits=found.comparison.bits,
        evidence=show_evidence(found.comparison.evidence),
    )
