"""What is asked of a child or of its family, and what is answered."""

from datetime import datetime
from typing import Any

import strawberry

from backend.api.context import ID
from backend.api.convert import to_api
from backend.api.types.person import Item, ItemInput, Mark, MarkInput, Place, PlaceInput
from backend.domain import asking as domain

_BODY_SITE = "Where on the body the mark would be; of a MARK only."
_ASKED_TEXT = (
    "The question in words, at most 300 characters; needed for OTHER. Whoever is asked reads it: nothing may stand "
    "here that they must not learn."
)
_MATCH_ID = "The match that the question came up with; null but for coordinators and officers."
_CANNOT_SAY = "That nobody can say."
_HAS_MARK = "Of a MARK: whether there is one."
_MARK = "Of a MARK: what it is."
_LANGUAGES = "Of a LANGUAGE: BCP 47 tags."
_PHOTO_ID = "Of a PHOTO: the photo, which was added to the same record before."
_NAME = "Of a NAME: what the child calls itself; from the family, a further name."
_BIRTH_DATE = "Of an AGE: `2019`, `2019-04` or `2019-04-30`."
_AGE_MINIMUM = "Of an AGE: years, at least."
_AGE_MAXIMUM = "Of an AGE: years, at most."
_CLOTHING = "Of CLOTHING: what the child wears, or wore."
_LAST_SEEN_AT = "Of LAST_SEEN: when it was."
_LAST_SEEN_PLACE = "Of LAST_SEEN: where it was."
_TEXT = "Anything more in words, at most 300 characters; needed for OTHER."


@strawberry.type(description="What was answered: what was asked for, or that nobody can say.")
class Answer:
    record: strawberry.Private[domain.Answer]
    cannot_say: bool = strawberry.field(description=_CANNOT_SAY)
    has_mark: bool | None = strawberry.field(description=_HAS_MARK)
    languages: list[str] = strawberry.field(description=_LANGUAGES)
    photo_id: ID | None = strawberry.field(description=_PHOTO_ID)
    name: str | None = strawberry.field(description=_NAME)
    birth_date: str | None = strawberry.field(description=_BIRTH_DATE)
    age_minimum: float | None = strawberry.field(description=_AGE_MINIMUM)
    age_maximum: float | None = strawberry.field(description=_AGE_MAXIMUM)
    last_seen_at: datetime | None = strawberry.field(description=_LAST_SEEN_AT)
    text: str | None = strawberry.field(description=_TEXT)

    @strawberry.field(description=_MARK)
    def mark(self) -> Mark | None:
        return None if self.record.mark is None else to_api(Mark, self.record.mark)

    @strawberry.field(description=_CLOTHING)
    def clothing(self) -> list[Item]:
        return [to_api(Item, item) for item in self.record.clothing]

    @strawberry.field(description=_LAST_SEEN_PLACE)
    def last_seen_place(self) -> Place:
        return to_api(Place, self.record.last_seen_place)


def show_answer(answer: domain.Answer | None) -> Answer | None:
    if answer is None:
        return None
    return Answer(
        record=answer,
        cannot_say=answer.cannot_say,
        has_mark=answer.has_mark,
        languages=list(answer.languages),
        photo_id=None if answer.photo_id is None else ID(answer.photo_id),
        name=answer.name,
        birth_date=answer.birth_date,
        age_minimum=answer.age_minimum,
        age_maximum=answer.age_maximum,
        last_seen_at=answer.last_seen_at,
        text=answer.text,
    )


@strawberry.type
class Asked:
    """What a question to a family and a re-check of a child show alike."""

    record: strawberry.Private[domain.Asked]
    id: ID = strawberry.field(description="Its id.")
    incident_id: ID = strawberry.field(description="The incident.")
    kind: domain.AskedKind = strawberry.field(description="What is asked.")
    body_site: str | None = strawberry.field(description=_BODY_SITE)
    text: str | None = strawberry.field(description="The question in words, where the kind alone does not say it.")
    state: domain.AskedState = strawberry.field(description="What has become of it.")
    match_id: ID | None = strawberry.field(description=_MATCH_ID)
    asked_by: ID | None = strawberry.field(
        description="The account that asked; null but for coordinators and officers."
    )
    answered_by: ID | None = strawberry.field(description="Who answered: an account, or the family.")
    answered_at: datetime | None = strawberry.field(description="When it was answered.")
    version: int = strawberry.field(description="Counts the changes.")
    created_at: datetime = strawberry.field(description="When it was asked.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry.field(description="What was answered; null while it is open.")
    def answer(self) -> Answer | None:
        return show_answer(self.record.answer)


def fields_of(asked: domain.Asked) -> dict[str, Any]:
    """What the constructor of an `Asked` takes."""
    return {
        "record": asked,
        "id": ID(asked.id),
        "incident_id": ID(asked.incident_id),
        "kind": asked.asking.kind,
        "body_site": asked.asking.body_site,
        "text": asked.asking.text,
        "state": asked.state,
        "match_id": None if asked.match_id is None else ID(asked.match_id),
        "asked_by": ID(asked.asked_by) if asked.asked_by else None,
        "answered_by": None if asked.answered_by is None else ID(asked.answered_by),
        "answered_at": asked.answered_at,
        "version": asked.version,
        "created_at": asked.created_at,
        "updated_at": asked.updated_at,
    }


@strawberry.input
class AskInput:
    """What is said of either."""

    kind: domain.AskedKind = strawberry.field(description="What is asked; LAST_SEEN only of a family.")
    id: ID | None = strawberry.field(default=None, description="A UUID of version 7, or left out.")
    match_id: ID | None = strawberry.field(
        default=None, description="The match that it came up with; whoever is asked does not see it."
    )
    body_site: str | None = strawberry.field(default=None, description=_BODY_SITE)
    text: str | None = strawberry.field(default=None, description=_ASKED_TEXT)


@strawberry.input(description="An answer: the fields of the kind that was asked, or `cannotSay`; and `text` beside it.")
class AnswerInput:
    cannot_say: bool = strawberry.field(default=False, description=_CANNOT_SAY)
    has_mark: bool | None = strawberry.field(default=None, description=_HAS_MARK)
    mark: MarkInput | None = strawberry.field(default=None, description=_MARK)
    languages: list[str] | None = strawberry.field(default=None, description=_LANGUAGES)
    photo_id: ID | None = strawberry.field(default=None, description=_PHOTO_ID)
    name: str | None = strawberry.field(default=None, description=_NAME)
    birth_date: str | None = strawberry.field(default=None, description=_BIRTH_DATE)
    age_minimum: float | None = strawberry.field(default=None, description=_AGE_MINIMUM)
    age_maximum: float | None = strawberry.field(default=None, description=_AGE_MAXIMUM)
    clothing: list[ItemInput] | None = strawberry.field(default=None, description=_CLOTHING)
    last_seen_at: datetime | None = strawberry.field(default=None, description=_LAST_SEEN_AT)
    last_seen_place: PlaceInput | None = strawberry.field(default=None, description=_LAST_SEEN_PLACE)
    text: str | None = strawberry.field(default=None, description=_TEXT)
