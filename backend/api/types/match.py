"""Matches, for those who review them."""

from datetime import datetime

import strawberry

from backend.api.context import ID, Info
from backend.api.types.registration import Registration, show_registration
from backend.api.types.report import Report, show_report
from backend.domain import match as domain
from backend.domain.evidence import Feature, Level
from backend.domain.match import MatchState


@strawberry.type(description="One compared feature of a match.")
class Evidence:
    feature: Feature = strawberry.field(description="What was compared.")
    level: Level = strawberry.field(description="How well it agrees.")
    bits: float = strawberry.field(description="What it weighs: above 0 for the pair, below 0 against it.")
    report_value: str | None = strawberry.field(description="What the report says.")
    registration_value: str | None = strawberry.field(description="What the registration says.")


@strawberry.type(description="One registration and one report that may be the same child. A match is advice.")
class Match:
    record: strawberry.Private[domain.Match]
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    state: MatchState = strawberry.field(description="What has become of it.")
    probability: float = strawberry.field(description="How probable it is that both are the same child, 0 to 1.")
    bits: float = strawberry.field(description="All evidence added up.")
    reason: str | None = strawberry.field(description="Why it was decided as it was, in the decider's words.")
    claimed_by: ID | None = strawberry.field(description="The account that took it to look at it.")
    decided_by: ID | None = strawberry.field(description="The account that confirmed or rejected it.")
    decided_at: datetime | None = strawberry.field(description="When it was confirmed or rejected.")
    version: int = strawberry.field(description="Counts the changes; a step names the version it saw.")
    created_at: datetime = strawberry.field(description="When it was first proposed.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry.field(description="What speaks for the pair and against it.")
    def evidence(self) -> list[Evidence]:
        return [
            Evidence(
                feature=item.feature,
                level=item.level,
                bits=item.bits,
                report_value=item.report_value,
                registration_value=item.registration_value,
            )
            for item in self.record.evidence
        ]

    @strawberry.field(description="The report, where you may see it.")
    async def report(self, info: Info) -> Report | None:
        report = await info.context.loaders.reports.load(self.record.report_id)
        return None if report is None else show_report(report)

    @strawberry.field(description="The registration, where you may see it.")
    async def registration(self, info: Info) -> Registration | None:
        registration = await info.context.loaders.registrations.load(self.record.registration_id)
        return None if registration is None else show_registration(registration)


def show_match(match: domain.Match) -> Match:
    return Match(
        record=match,
        id=ID(match.id),
        incident_id=ID(match.incident_id),
        state=match.state,
        probability=match.probability,
        bits=match.bits,
        reason=match.reason,
        claimed_by=None if match.claimed_by is None else ID(match.claimed_by),
        decided_by=None if match.decided_by is None else ID(match.decided_by),
        decided_at=match.decided_at,
        version=match.version,
        created_at=match.created_at,
        updated_at=match.updated_at,
    )


@strawberry.input(description="A step with a match.")
class MatchStepInput:
    id: ID = strawberry.field(description="The match.")
    version: int = strawberry.field(description="The version that was seen.")
    reason: str | None = strawberry.field(default=None, description="Why, for whoever looks at it later.")
