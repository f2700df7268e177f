"""A question to a family about the child that it misses: asked by staff, answered in the family's own case."""

from dataclasses import dataclass

from backend.domain.asking import Asked, NewAsked


@dataclass(frozen=True, slots=True)
class Question(Asked):
    """A question about a report. The family never learns for which match it is."""

    family_id: str
    report_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQuestion(NewAsked):
    report_id: str
