"""What may be asked of a child or of its family: a closed list of kinds, and what an answer of each kind says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from backend.domain.errors import DomainError, ErrorCode, Problem, conflict
from backend.domain.giving_away import Secret, gives_away, said
from backend.domain.person import Age, AgeSource, Item, Mark, Names, Person, Place

T = TypeVar("T")

LONGEST_ASKED = 300
"""Characters of a question's own words: enough for one question, too few for a story."""
DIGITS_OF_A_NUMBER = 7


class AskedKind(StrEnum):
    MARK = "MARK"
    LANGUAGE = "LANGUAGE"
    PHOTO = "PHOTO"
    NAME = "NAME"
    AGE = "AGE"
    CLOTHING = "CLOTHING"
    LAST_SEEN = "LAST_SEEN"
    OTHER = "OTHER"


OF_A_CHILD = frozenset(AskedKind) - {AskedKind.LAST_SEEN}
"""What somebody can find out who has the child in front of them."""


class AskedState(StrEnum):
    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    DROPPED = "DROPPED"


@dataclass(frozen=True, slots=True)
class Asking:
    """A question: `body_site` is where a mark would be, `text` whatever the kind alone does not say."""

    kind: AskedKind
    body_site: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the fields of the kind that was asked, or that nobody can say; and always a text beside it.

    `name` is what the child calls itself, or a further name that its family knows. Ages are in years.
    """

    cannot_say: bool = False
    has_mark: bool | None = None
    mark: Mark | None = None
    languages: tuple[str, ...] = ()
    photo_id: str | None = None
    name: str | None = None
    birth_date: str | None = None
    age_minimum: float | None = None
    age_maximum: float | None = None
    clothing: tuple[Item, ...] = ()
    last_seen_at: datetime | None = None
    last_seen_place: Place = field(default_factory=Place)
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and what has become of it: of a report, or of a registered child."""

    id: str
    incident_id: str
    match_id: str | None
    asking: Asking
    state: AskedState
    asked_by: str
    answer: Answer | None
    answered_by: str | None
    answered_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewAsked:
    """`match_id` is the match that the question came up with."""

    kind: AskedKind
    id: str | None = None
    match_id: str | None = None
    body_site: str | None = None
    text: str | None = None


_SAID_BY: dict[AskedKind, tuple[str, ...]] = {
    AskedKind.MARK: ("has_mark", "mark"),
    AskedKind.LANGUAGE: ("languages",),
    AskedKind.PHOTO: ("photo_id",),
    AskedKind.NAME: ("name",),
    AskedKind.AGE: ("birth_date", "age_minimum", "age_maximum"),
    AskedKind.CLOTHING: ("clothing",),
    AskedKind.LAST_SEEN: ("last_seen_at", "last_seen_place"),
    AskedKind.OTHER: (),
}
_FIELDS = {
    "has_mark": "hasMark",
    "mark": "mark",
    "languages": "languages",
    "photo_id": "photoId",
    "name": "name",
    "birth_date": "birthDate",
    "age_minimum": "ageMinimum",
    "age_maximum": "ageMaximum",
    "clothing": "clothing",
    "last_seen_at": "lastSeenAt",
    "last_seen_place": "lastSeenPlace",
}


def asking_problems(asking: Asking, kinds: Iterable[AskedKind]) -> Iterator[Problem]:
    if asking.kind not in kinds:
        yield Problem(ErrorCode.INVALID, "This cannot be asked here.", "kind")
    for text, name in ((asking.body_site, "bodySite"), (asking.text, "text")):
        if text is not None and len(text) > LONGEST_ASKED:
            yield Problem(ErrorCode.INVALID, f"This is too long: at most {LONGEST_ASKED} characters.", name)
        if text is not None and _names_a_number_or_mailbox(text):
            yield Problem(ErrorCode.INVALID, "Please ask without a telephone number or an e-mail address.", name)
    if asking.kind is AskedKind.OTHER and asking.text is None:
        yield Problem(ErrorCode.INVALID, "Please say what you want to know.", "text")
    if asking.kind is not AskedKind.MARK and asking.body_site is not None:
        yield Problem(ErrorCode.INVALID, "Only a mark is at a place of the body.", "bodySite")


def telling_problems(asking: Asking, secret: Secret, known: Iterable[str | None]) -> Iterator[Problem]:
    """Where a question's own words hold a word of what whoever is asked must not learn, and does not know already."""
    for text, name in ((asking.body_site, "bodySite"), (asking.text, "text")):
        if text is not None and gives_away(text, secret, said(known)):
            yield Problem(
                ErrorCode.INVALID, "This gives away what whoever is asked must not learn. Please ask without it.", name
            )


def answer_problems(kind: AskedKind, answer: Answer) -> Iterator[Problem]:
    """That an answer says what was asked and nothing else; the values themselves are looked at in the record."""
    nothing = Answer()
    said = {name for name in _FIELDS if getattr(answer, name) != getattr(nothing, name)}
    for name in sorted(said - set(_SAID_BY[kind]) if not answer.cannot_say else said):
        yield Problem(ErrorCode.INVALID, "This was not asked.", _FIELDS[name])
    if answer.text is not None and len(answer.text) > LONGEST_ASKED:
        yield Problem(ErrorCode.INVALID, f"This is too long: at most {LONGEST_ASKED} characters.", "text")
    if answer.cannot_say:
        return
    if kind is AskedKind.MARK and answer.has_mark is None:
        yield Problem(ErrorCode.INVALID, "Please say whether there is one.", "hasMark")
    elif kind is AskedKind.MARK and answer.mark is not None and not answer.has_mark:
        yield Problem(ErrorCode.INVALID, "A mark that is not there cannot be described.", "mark")
    elif kind is AskedKind.OTHER and answer.text is None:
        yield Problem(ErrorCode.INVALID, "Please say something, or that nobody can say.", "text")
    elif _SAID_BY[kind] and not said:
        yield Problem(ErrorCode.INVALID, "Please answer, or say that nobody can say.", _FIELDS[_SAID_BY[kind][0]])


def described(person: Person, asking: Asking, answer: Answer, *, by_the_child: bool, now: datetime) -> Person:
    """A person with what an answer adds to the description. `by_the_child`: a name is what the child calls itself."""
    marks = []
    if answer.mark is not None:
        marks.append(replace(answer.mark, body_site=answer.mark.body_site or asking.body_site))
    return replace(
        person,
        names=_named(person.names, answer.name, by_the_child=by_the_child),
        age=_aged(person.age, answer, now),
        marks=_with(person.marks, marks),
        languages=_with(person.languages, answer.languages),
        clothing=_with(person.clothing, answer.clothing),
    )


def _named(names: Names, name: str | None, *, by_the_child: bool) -> Names:
    """What the child called itself before is one of its names still."""
    if name is None:
        return names
    if not by_the_child:
        return replace(names, others=_with(names.others, [name]))
    before = [] if names.as_said is None or names.as_said == name else [names.as_said]
    return replace(names, as_said=name, others=_with(names.others, before))


def _aged(age: Age, answer: Answer, now: datetime) -> Age:
    if answer.birth_date is None and answer.age_minimum is None and answer.age_maximum is None:
        return age
    return Age(
        birth_date=answer.birth_date or age.birth_date,
        minimum=answer.age_minimum,
        maximum=answer.age_maximum,
        source=AgeSource.STATED if answer.birth_date else AgeSource.ESTIMATED,
        as_of=now,
    )


def closed(state: AskedState) -> DomainError:
    """It was answered or dropped already."""
    done = "answered" if state is AskedState.ANSWERED else "taken back"
    return conflict(f"This question was {done} already.", "id")


def _with(there: tuple[T, ...], more: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*there, *more)))


def _names_a_number_or_mailbox(text: str) -> bool:
    return "@" in text or sum(letter.isdigit() for letter in text) >= DIGITS_OF_A_NUMBER
