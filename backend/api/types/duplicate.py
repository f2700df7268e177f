"""Duplicates: two records of one side that may be of the same child."""

from datetime import datetime

import strawberry

from backend.api.context import ID, Info
from backend.api.types.match import WORDS, Language, language_for
from backend.api.types.registration import Registration, show_registration
from backend.api.types.report import Report, show_report
from backend.domain import duplicate as domain
from backend.domain import evidence as domain_evidence
from backend.domain.duplicate import DuplicateState
from backend.domain.evidence import Feature, Level
from backend.domain.subject import Side
from backend.matching.sentences import sentence


@strawberry.type(description="One compared feature of two records of one side.")
class DuplicateEvidence:
    feature: Feature = strawberry.field(description="What was compared.")
    level: Level = strawberry.field(description="How well it agrees.")
    bits: float = strawberry.field(description="What it weighs: above 0 for one child, below 0 for two.")
    first_value: str | None = strawberry.field(description="What the first record says.")
    second_value: str | None = strawberry.field(description="What the second record says.")

    @strawberry.field(description=WORDS)
    async def words(self, info: Info, language: Language = None) -> str | None:
        # Of the values that this answer shows, and no others.
        shown = domain_evidence.Evidence(self.feature, self.level, self.bits, self.first_value, self.second_value)
        return sentence(shown, await language_for(info, language), of_two_records=True)


@strawberry.type(description="Two records of one side that may be of the same child. Advice: records are never merged.")
class Duplicate:
    record: strawberry.Private[domain.Duplicate]
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    side: Side = strawberry.field(description="Whether they are two registrations or two reports.")
    first_id: ID = strawberry.field(description="The first record.")
    second_id: ID = strawberry.field(description="The second record.")
    state: DuplicateState = strawberry.field(description="What has become of it.")
    probability: float = strawberry.field(description="How probable it is that both are of the same child, 0 to 1.")
    bits: float = strawberry.field(description="All evidence added up.")
    reason: str | None = strawberry.field(description="Why it was decided as it was, in the decider's words.")
    decided_by: ID | None = strawberry.field(description="The account that linked, unlinked or dismissed it last.")
    decided_at: datetime | None = strawberry.field(description="When it was linked, unlinked or dismissed last.")
    version: int = strawberry.field(description="Counts the changes; a step names the version it saw.")
    created_at: datetime = strawberry.field(description="When it was first suggested.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry.field(description="What speaks for one child and for two.")
    def evidence(self) -> list[DuplicateEvidence]:
        return [
            DuplicateEvidence(
                feature=piece.feature,
                level=piece.level,
                bits=piece.bits,
                first_value=piece.report_value,
                second_value=piece.registration_value,
            )
            for piece in self.record.evidence
        ]

    @strawberry.field(description="The two registrations, the first one first; none where these are reports.")
    async def registrations(self, info: Info) -> list[Registration]:
        found = await info.context.loaders.registrations.load_many(self._ids(Side.REGISTRATION))
        return [show_registration(registration) for registration in found if registration is not None]

    @strawberry.field(description="The two reports, the first one first; none where these are registrations.")
    async def reports(self, info: Info) -> list[Report]:
        found = await info.context.loaders.reports.load_many(self._ids(Side.REPORT))
        return [show_report(report) for report in found if report is not None]

    def _ids(self, side: Side) -> list[str]:
        return [self.record.first_id, self.record.second_id] if self.record.side is side else []


def show_duplicate(pair: domain.Duplicate) -> Duplicate:
    return Duplicate(
        record=pair,
        id=ID(pair.id),
        incident_id=ID(pair.incident_id),
        side=pair.side,
        first_id=ID(pair.first_id),
        second_id=ID(pair.second_id),
        state=pair.state,
        probability=pair.probability,
        bits=pair.bits,
        reason=pair.reason,
        decided_by=None if pair.decided_by is None else ID(pair.decided_by),
        decided_at=pair.decided_at,
        version=pair.version,
        created_at=pair.created_at,
        updated_at=pair.updated_at,
    )


@strawberry.input(description="Two records of one side that somebody takes for the same child.")
class SuggestDuplicateInput:
    side: Side = strawberry.field(description="Whether they are registrations or reports.")
    record_id: ID = strawberry.field(description="One of them.")
    other_id: ID = strawberry.field(description="The other.")


@strawberry.input(description="A step with a pair of records.")
class DuplicateStepInput:
    id: ID = strawberry.field(description="The pair.")
    version: int = strawberry.field(description="The version that was seen.")
    reason: str | None = strawberry.field(default=None, description="Why, for whoever looks at it later.")
