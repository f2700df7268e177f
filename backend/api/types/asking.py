"""What is asked of a child or of its family, and what is answered."""

from datetime import datetime

import strawberry

from backend.api.context import ID
from backend.api.convert import to_api
from backend.api.types.person import Item, ItemInput, Mark, MarkInput, Place, PlaceInput
from backend.domain import asking as domain

BODY_SITE = "Where on the body the mark would be; of a MARK only."
TEXT = (
    "The question in words, at most 300 characters; needed for OTHER. Whoever is asked reads it: nothing may stand "
    "here that they must not learn."
)
MATCH_ID = "The match that the question came up with; null but for coordinators and officers."
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
