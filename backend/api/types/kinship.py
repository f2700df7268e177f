"""Possible relatives, for those who see both."""

import strawberry

from backend.api.types.registration import Registration, show_registration
from backend.domain.evidence import Feature, Level
from backend.services import kinship


@strawberry.type(description="One compared feature of an adult and a child.")
class KinshipEvidence:
    feature: Feature = strawberry.field(description="What was compared: names are those of the child.")
    level: Level = strawberry.field(description="How well it agrees.")
    bits: float = strawberry.field(description="What it weighs: above 0 for their belonging together, below 0 against.")
    adult_value: str | None = strawberry.field(description="What the adult says, of itself or of the child it names.")
    child_value: str | None = strawberry.field(description="What is known of the child, or the child says.")


@strawberry.type(description="An adult who may be a relative of a child that was taken in, or the child. Advice only.")
class PossibleRelative:
    registration: Registration = strawberry.field(description="The adult of a child, or the child of an adult.")
    bits: float = strawberry.field(description="All evidence added up: an order, from which no probability follows.")
    evidence: list[KinshipEvidence] = strawberry.field(description="What speaks for it and against it.")


def show_possible_relative(found: kinship.PossibleRelative) -> PossibleRelative:
    return PossibleRelative(
        registration=show_registration(found.registration),
        bits=found.comparison.bits,
        evidence=[
            KinshipEvidence(
                feature=piece.feature,
                level=piece.level,
                bits=piece.bits,
                adult_value=piece.report_value,
                child_value=piece.registration_value,
            )
            for piece in found.comparison.evidence
        ],
    )
