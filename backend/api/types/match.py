"""Matches, for those who review them."""

from datetime import datetime
from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.types.registration import Registration, show_registration
from backend.api.types.report import Report, show_report
from backend.domain import evidence as domain_evidence
from backend.domain import match as domain
from backend.domain.evidence import Feature, Level
from backend.domain.match import MatchState
from backend.matching.sentences import sentence

WORDS = (
    "What this says, as a short sentence for people; null where the level is UNKNOWN. It may quote the two values "
    "where both are here, between U+2068 and U+2069, which keep their direction of writing apart."
)
Language = Annotated[
    str | None,
    strawberry.argument(
        description="As a BCP 47 tag: `en`, `es`, `fr`, `ar`, `uk`, `vi` or `ht`. Where left out, the language of the "
        "alerts of your newest device; English where there is none, and for every other language."
    ),
]


async def language_for(info: Info, asked: str | None) -> str | None:
    """The language asked for, or else that of the viewer's newest device."""
    return await info.context.loaders.languages.load(info.context.viewer) if asked is None else asked


@strawberry.type(description="One compared feature of a match.")
class Evidence:
    feature: Feature = strawberry.field(description="What was compared.")
    level: Level = strawberry.field(description="How well it agrees.")
    bits: float = strawberry.field(description="What it weighs: above 0 for the pair, below 0 against it.")
    report_value: str | None = strawberry.field(description="What the report says, or a sighting linked with it.")
    registration_value: str | None = strawberry.field(description="What the registration says.")
    sighting_id: ID | None = strawberry.field(
        description="The sighting that the report's value is of, where it is not the report's own."
    )

    @strawberry.field(description=WORDS)
    async def words(self, info: Info, language: Language = None) -> str | None:
        # Of the values that this answer shows, and no others.
        shown = domain_evidence.Evidence(
            self.feature, self.level, self.bits, self.report_value, self.registration_value, self.sighting_id
        )
        return sentence(shown, await language_for(info, language))


@strawberry.type(description="One registration and one report that may be the same child. A match is advice.")
class Match:
    record: strawberry.Private[domain.Match]
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    state: MatchState = strawberry.field(description="What has become of it.")
    probability: float = strawberry.field(description="How probable it is that both are the same child, 0 to 1.")
    bits: float = strawberry.field(description="All evidence added up.")
    reason: str | None = strawberry.field(description="Why it was decided as it was, in the decider's words.")
    reopened_because: str | None = strawberry.field(
        description="What is new since it was rejected, where that brought it back; null once it is rejected again."
    )
    claimed_by: ID | None = strawberry.field(description="The account that took it to look at it.")
    claimed_at: datetime | None = strawberry.field(description="When it was taken.")
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
                sighting_id=None if item.sighting_id is None else ID(item.sighting_id),
            )
            for item in self.record.evidence
        ]

    @strawberry.field(description="The name of whoever took it to look at it.")
    async def claimed_by_name(self, info: Info) -> str | None:
        account_id = self.record.claimed_by
        return None if account_id is None else await info.context.loaders.reviewers.load(account_id)

    @strawberry.field(
        description="Of linked records, the match that stands for this one too: it is decided there. Null where this "
        "one stands for itself."
    )
    async def same_child_as(self, info: Info) -> ID | None:
        match_id = await info.context.loaders.same_child_as.load(self.record)
        return None if match_id is None else ID(match_id)

    @strawberry.field(
        description="The likeliest matches of the brothers and sisters whom the same family misses, the surest first; "
        "empty where this is not the likeliest one for its own report."
    )
    async def together_with(self, info: Info) -> list[Annotated["Match", strawberry.lazy("backend.api.types.match")]]:
        found = await info.context.loaders.matches.load_many(self.record.together_with)
        return [show_match(match) for match in found if match is not None]

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
        reopened_because=match.reopened_because,
        claimed_by=None if match.claimed_by is None else ID(match.claimed_by),
        claimed_at=match.claimed_at,
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
