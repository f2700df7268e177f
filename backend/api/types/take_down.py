"""Take-downs of false reports: all of it for those who decide, and what their family is told."""

from datetime import datetime

import strawberry

from backend.api.context import ID
from backend.domain import take_down as domain
from backend.domain.take_down import IdentityProof, TakeDownAction, TakeDownState

_REQUESTER_NAME = "Who asked for it."
_REQUESTER_RELATION = "What they are to the child, such as `mother`."
_PROOF = "How they showed who they are."
_PROOF_NOTE = "Which document it was, or what else proved it."
_CHECKED_BY = "Who looked at the proof, such as an officer by name and station."
_REASON = "Why the report is false."


@strawberry.type(description="A false report that was taken down, with its trace; for coordinators and officers.")
class TakeDown:
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    report_id: ID = strawberry.field(description="The report.")
    state: TakeDownState = strawberry.field(description="Where it stands.")
    requester_name: str = strawberry.field(description=_REQUESTER_NAME)
    requester_relation: str = strawberry.field(description=_REQUESTER_RELATION)
    proof: IdentityProof = strawberry.field(description=_PROOF)
    proof_note: str | None = strawberry.field(description=_PROOF_NOTE)
    checked_by: str = strawberry.field(description=_CHECKED_BY)
    reason: str = strawberry.field(description=_REASON)
    taken_down_by: ID = strawberry.field(description="The account that took it down.")
    undone_match_ids: list[ID] = strawberry.field(description="Its matches that were confirmed or claimed until then.")
    appeal: str | None = strawberry.field(description="What the family says against it.")
    appealed_by: ID | None = strawberry.field(description="Who wrote the appeal down: the family, or a call taker.")
    appealed_at: datetime | None = strawberry.field(description="When the family appealed.")
    answer: str | None = strawberry.field(description="Why it was upheld, or the report restored.")
    answered_by: ID | None = strawberry.field(description="The account that answered; never that which took it down.")
    answered_at: datetime | None = strawberry.field(description="When it was answered.")
    version: int = strawberry.field(description="Counts the changes; an answer names the version it saw.")
    created_at: datetime = strawberry.field(description="When the report was taken down.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")


def show_take_down(take_down: domain.TakeDown) -> TakeDown:
    return TakeDown(
        id=ID(take_down.id),
        incident_id=ID(take_down.incident_id),
        report_id=ID(take_down.report_id),
        state=take_down.state,
        requester_name=take_down.requester_name,
        requester_relation=take_down.requester_relation,
        proof=take_down.proof,
        proof_note=take_down.proof_note,
        checked_by=take_down.checked_by,
        reason=take_down.reason,
        taken_down_by=ID(take_down.taken_down_by),
        undone_match_ids=[ID(match_id) for match_id in take_down.undone_match_ids],
        appeal=take_down.appeal,
        appealed_by=None if take_down.appealed_by is None else ID(take_down.appealed_by),
        appealed_at=take_down.appealed_at,
        answer=take_down.answer,
        answered_by=None if take_down.answered_by is None else ID(take_down.answered_by),
        answered_at=take_down.answered_at,
        version=take_down.version,
        created_at=take_down.created_at,
        updated_at=take_down.updated_at,
    )


@strawberry.type(description="What a family is told of its report's having been taken down: not by whom, nor why.")
class ReportTakeDown:
    state: TakeDownState = strawberry.field(description="Where it stands.")
    may_appeal: bool = strawberry.field(description="Whether an appeal is still to be had.")
    taken_down_at: datetime = strawberry.field(description="When the report was taken down.")
    appeal: str | None = strawberry.field(description="The family's own words against it.")
    appealed_at: datetime | None = strawberry.field(description="When the family appealed.")
    answered_at: datetime | None = strawberry.field(description="When it was answered.")


def show_to_family(take_down: domain.TakeDown) -> ReportTakeDown:
    return ReportTakeDown(
        state=take_down.state,
        may_appeal=(take_down.state, TakeDownAction.APPEAL) in domain.TRANSITIONS,
        taken_down_at=take_down.created_at,
        appeal=take_down.appeal,
        appealed_at=take_down.appealed_at,
        answered_at=take_down.answered_at,
    )


@strawberry.input(description="Which report is false, who says so, how they were identified, and why.")
class TakeDownReportInput:
    report_id: ID = strawberry.field(description="The report.")
    version: int = strawberry.field(description="The version of the report that was seen.")
    requester_name: str = strawberry.field(description=_REQUESTER_NAME)
    requester_relation: str = strawberry.field(description=_REQUESTER_RELATION)
    proof: IdentityProof = strawberry.field(description=_PROOF)
    checked_by: str = strawberry.field(description=_CHECKED_BY)
    reason: str = strawberry.field(description=_REASON)
    proof_note: str | None = strawberry.field(default=None, description=_PROOF_NOTE)


@strawberry.input(description="An answer to a take-down, by another person than who took the report down.")
class AnswerTakeDownInput:
    id: ID = strawberry.field(description="The take-down.")
    version: int = strawberry.field(description="The version that was seen.")
    restore: bool = strawberry.field(description="Whether the report is open again; else an appeal is turned down.")
    reason: str = strawberry.field(description="Why; for staff.")
