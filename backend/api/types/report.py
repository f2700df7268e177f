"""Reports."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_api
from backend.api.loaders import MatchesOf
from backend.api.types.person import Person, PersonInput, Place, PlaceInput
from backend.api.types.photo import Photo, show_photo
from backend.api.types.take_down import ReportTakeDown, show_to_family
from backend.domain import report as domain
from backend.domain.report import NextStep, ReportStatus

if TYPE_CHECKING:
    from backend.api.types.duplicate import Duplicate
    from backend.api.types.match import Match
    from backend.api.types.question import Question
    from backend.api.types.sighting import Sighting

_LAST_SEEN_AT = "When the child was last seen."
_LAST_SEEN_PLACE = "Where the child was last seen."
_RELATION = "What the reporter is to the child, such as `aunt`."
_REPORTER = "Who reports; need not be a parent."
_NEARBY = "Whether those near where the child was last seen may be told. Changed to no, nobody more is told."
_NEARBY_ALERT = (
    "Whether a coordinator may tell them: they are shown given name, age, looks, clothing, and when and about where "
    "the child was last seen."
)
_NEARBY_PHOTOS = "Whether they may be shown the photos too."


@strawberry.type(description="Who filed a report.")
class Reporter:
    name: str | None = strawberry.field(description="The name.")
    relation: str | None = strawberry.field(description=_RELATION)
    phone: str | None = strawberry.field(description="A telephone number, however it was written.")
    email: str | None = strawberry.field(description="An e-mail address.")


@strawberry.type(
    description="What the family agrees to of telling volunteers and sites near where the child was last seen."
)
class NearbyAgreement:
    alert: bool = strawberry.field(description=_NEARBY_ALERT)
    photos: bool = strawberry.field(description=_NEARBY_PHOTOS)


@strawberry.type(
    description="Whether somebody of the staff has looked at a report that nobody of them wrote down, or whose case "
    "somebody says was given to another."
)
class ReportReview:
    reviewed_by: ID | None = strawberry.field(description="The account that looked at it; null while it waits.")
    reviewed_at: datetime | None = strawberry.field(description="When it was looked at; null while it waits.")
    objected_at: datetime | None = strawberry.field(
        description="Since when somebody who had the case says that it was not them who asked for its new code: until "
        "`settleObjection`, no match is confirmed and the case is not given anew. Null where nobody does."
    )
    reporter_before: Reporter | None = strawberry.field(
        description="While somebody does: how the family was reached before the case was given anew. Whoever has the "
        "case since may have changed `reporter`."
    )


@strawberry.type(description="One missing child as the family describes it.")
class Report:
    record: strawberry.Private[domain.Report]
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    family_id: ID = strawberry.field(description="Shared by reports that were filed together.")
    status: ReportStatus = strawberry.field(description="Where the report stands.")
    last_seen_at: datetime | None = strawberry.field(description=_LAST_SEEN_AT)
    synthetic: bool = strawberry.field(description="Whether these people are invented, for an exercise.")
    version: int = strawberry.field(description="Counts the changes; a change names the version it saw.")
    created_at: datetime = strawberry.field(description="When it was filed.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry.field(description="How the child is described.")
    def person(self) -> Person:
        return to_api(Person, self.record.person)

    @strawberry.field(description=_REPORTER)
    def reporter(self) -> Reporter:
        return to_api(Reporter, self.record.reporter)

    @strawberry.field(description=_LAST_SEEN_PLACE)
    def last_seen_place(self) -> Place:
        return to_api(Place, self.record.last_seen_place)

    @strawberry.field(description=_NEARBY)
    def nearby(self) -> NearbyAgreement:
        return to_api(NearbyAgreement, self.record.nearby)

    @strawberry.field(description="What the family does next: all that it learns of matches.")
    async def next_step(self, info: Info) -> NextStep:
        return await info.context.loaders.next_steps.load(self.record)

    @strawberry.field(description="What became of it where it was taken down as false, the last time; null otherwise.")
    async def take_down(self, info: Info) -> ReportTakeDown | None:
        take_down = await info.context.loaders.take_downs.load(self.record)
        return None if take_down is None else show_to_family(take_down)

    @strawberry.field(
        description="For staff: its review, where somebody without an account filed it; null where none was needed."
    )
    async def review(self, info: Info) -> ReportReview | None:
        review = await info.context.loaders.reviews.load(self.record)
        if review is None:
            return None
        return ReportReview(
            reviewed_by=None if review.reviewed_by is None else ID(review.reviewed_by),
            reviewed_at=review.reviewed_at,
            objected_at=review.objected_at,
            reporter_before=None if review.reporter_before is None else to_api(Reporter, review.reporter_before),
        )

    @strawberry.field(description="Its photos, oldest first.")
    async def photos(self, info: Info) -> list[Photo]:
        return [show_photo(photo) for photo in await info.context.loaders.photos.load(self.record)]

    @strawberry.field(
        description="Registered children who may be this one, most probable first; for coordinators and officers."
    )
    async def matches(self, info: Info) -> list[Annotated["Match", strawberry.lazy("backend.api.types.match")]] | None:
        from backend.api.types.match import show_match  # noqa: PLC0415  # the two types refer to each other

        of = MatchesOf(self.record.incident_id, self.record.id)
        return [show_match(match) for match in await info.context.loaders.matches_of_reports.load(of)]

    @strawberry.field(
        description="Other reports that may be of this child or are linked with it, most probable first, where you may "
        "see both."
    )
    async def duplicates(
        self, info: Info
    ) -> list[Annotated["Duplicate", strawberry.lazy("backend.api.types.duplicate")]] | None:
        from backend.api.types.duplicate import show_duplicate  # noqa: PLC0415  # the two types refer to each other

        return [show_duplicate(pair) for pair in await info.context.loaders.duplicates.load(self.record)]

    @strawberry.field(description="What the family was asked about it, the oldest first.")
    async def questions(self, info: Info) -> list[Annotated["Question", strawberry.lazy("backend.api.types.question")]]:
        from backend.api.types.question import show_question  # noqa: PLC0415  # the two types refer to each other

        return [show_question(question) for question in await info.context.loaders.questions.load(self.record)]

    @strawberry.field(description="Where and when somebody saw this child, the oldest record first; for staff.")
    async def sightings(
        self, info: Info
    ) -> list[Annotated["Sighting", strawberry.lazy("backend.api.types.sighting")]] | None:
        from backend.api.types.sighting import show_sighting  # noqa: PLC0415  # as above

        return [show_sighting(sighting) for sighting in await info.context.loaders.sightings.load(self.record)]

    @strawberry.field(description="The reports that a person linked with this one: of the same child, and not merged.")
    async def linked_with(
        self, info: Info
    ) -> list[Annotated["Report", strawberry.lazy("backend.api.types.report")]] | None:
        return [show_report(other) for other in await info.context.loaders.linked_reports.load(self.record)]


def show_report(report: domain.Report) -> Report:
    return Report(
        record=report,
        id=ID(report.id),
        incident_id=ID(report.incident_id),
        family_id=ID(report.family_id),
        status=report.status,
        last_seen_at=report.last_seen_at,
        synthetic=report.synthetic,
        version=report.version,
        created_at=report.created_at,
        updated_at=report.updated_at,
    )


@strawberry.input(description="Who files a report.")
class ReporterInput:
    name: str | None = strawberry.field(default=None, description="The name.")
    relation: str | None = strawberry.field(default=None, description=_RELATION)
    phone: str | None = strawberry.field(default=None, description="A telephone number, however it is written.")
    email: str | None = strawberry.field(default=None, description="An e-mail address.")


@strawberry.input(
    description="What the family agrees to of telling volunteers and sites near where the child was last seen."
)
class NearbyAgreementInput:
    alert: bool = strawberry.field(default=False, description=_NEARBY_ALERT)
    photos: bool = strawberry.field(default=False, description=_NEARBY_PHOTOS)


@strawberry.input(description="One missing child.")
class MissingChildInput:
    id: ID | None = strawberry.field(default=None, description="A UUID of version 7, or left out.")
    person: PersonInput | None = strawberry.field(default=None, description="How the child is described.")
    relation: str | None = strawberry.field(default=None, description=_RELATION)
    last_seen_at: datetime | None = strawberry.field(default=None, description=_LAST_SEEN_AT)
    last_seen_place: PlaceInput | None = strawberry.field(default=None, description=_LAST_SEEN_PLACE)
    nearby: NearbyAgreementInput | None = strawberry.field(default=None, description=_NEARBY)


@strawberry.input(description="A report: one reporter, one child or several.")
class FileReportInput:
    incident_id: ID = strawberry.field(description="The incident.")
    retry_key: str = strawberry.field(
        description=(
            "At least 22 random characters that only this phone knows: with them and the same `id`, filing again after "
            "a lost answer gives the same case code, secret and token."
        )
    )
    reporter: ReporterInput = strawberry.field(description=_REPORTER)
    children: list[MissingChildInput] = strawberry.field(description="The missing children.")
    id: ID | None = strawberry.field(default=None, description="A UUID of version 7 for the family's case.")
    work: str | None = strawberry.field(
        default=None,
        description="Without an account: a text after which the SHA-256 of `incidentId:id:retryKey:work` begins with "
        "as many bits that are 0 as `openIncidents` says in `workBits`. Left out with an account.",
    )


@strawberry.input(
    description="What is to change in a report; what is left out stays, and null empties what may be empty."
)
class ChangeReportInput:
    id: ID = strawberry.field(description="The report.")
    version: int = strawberry.field(description="The version that was seen.")
    person: PersonInput | None = strawberry.field(default=None, description="The whole description anew.")
    reporter: ReporterInput | None = strawberry.field(default=None, description="The whole reporter anew.")
    last_seen_at: datetime | None = strawberry.field(default=strawberry.UNSET, description=_LAST_SEEN_AT)
    last_seen_place: PlaceInput | None = strawberry.field(default=None, description=_LAST_SEEN_PLACE)
    nearby: NearbyAgreementInput | None = strawberry.field(default=None, description=_NEARBY)
