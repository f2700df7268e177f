"""What a caller is asked about a report, and which answers are right."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.domain.person import Age, Names, Person, Place, Relative
from backend.domain.recovery import RecoveryAnswer, RecoveryQuestion
from backend.domain.report import Report, ReportStatus
from backend.domain.subject import Reporter
from backend.services.recovery_answers import are_enough, questions_of

AT = datetime(2026, 9, 1, 22, tzinfo=UTC)
ASKED = RecoveryQuestion
EVERYTHING = Report(
    id="r",
    incident_id="i",
    family_id="f",
    status=ReportStatus.OPEN,
    person=Person(
        names=Names(given="Marisol", family="Quintanilla", others=("Mari Luz",)),
        age=Age(birth_date="2018-03-09"),
        relatives=(Relative("grandmother", "Consuelo Ferreira", "(504) 555-0177"), Relative("mother", "Mama")),
        home=Place("1204 Canal Street, New Orleans"),
    ),
    reporter=Reporter("Rosaura Quintanilla", "mother", "+1 504 555 0142", "rosaura@example.org"),
    last_seen_at=AT,
    last_seen_place=Place("Superdome, Gate C"),
    photo_ids=(),
    synthetic=True,
    filed_by="f",
    version=1,
    created_at=AT,
    updated_at=AT,
)


def only(question: RecoveryQuestion) -> Report:
    """A report of which this is asked beside two facts that are answered rightly."""
    plain = replace(EVERYTHING, reporter=Reporter(), last_seen_at=None, last_seen_place=Place(), person=Person())
    person, reporter = EVERYTHING.person, EVERYTHING.reporter
    sure = {ASKED.BIRTH_DATE, ASKED.LAST_SEEN_PLACE, ASKED.LAST_SEEN_DAY} - {question}
    sure = set(sorted(sure)[:2])
    wanted = {question, *sure}
    return replace(
        plain,
        reporter=Reporter(
            name=reporter.name if ASKED.REPORTER_NAME in wanted else None,
            phone=reporter.phone if ASKED.REPORTER_PHONE in wanted else None,
            email=reporter.email if ASKED.REPORTER_EMAIL in wanted else None,
        ),
        person=Person(
            names=Names(others=person.names.others if ASKED.OTHER_NAME in wanted else ()),
            age=person.age if ASKED.BIRTH_DATE in wanted else Age(),
            relatives=tuple(
                Relative(
                    "grandmother",
                    one.name if ASKED.RELATIVE_NAME in wanted else None,
                    one.phone if ASKED.RELATIVE_PHONE in wanted else None,
                )
                for one in person.relatives
            ),
            home=person.home if ASKED.HOME in wanted else Place(),
        ),
        last_seen_at=AT if ASKED.LAST_SEEN_DAY in wanted else None,
        last_seen_place=EVERYTHING.last_seen_place if ASKED.LAST_SEEN_PLACE in wanted else Place(),
    )


SURE = {ASKED.BIRTH_DATE: "2018-03-09", ASKED.LAST_SEEN_DAY: "2026-09-01", ASKED.LAST_SEEN_PLACE: "Superdome Gate C"}


def is_right(question: RecoveryQuestion, answer: str) -> bool:
    report = only(question)
    given = {one: SURE[one] for one in questions_of(report) if one is not question}
    assert len(given) == 2
    return are_enough(report, [RecoveryAnswer(one, text) for one, text in {**given, question: answer}.items()])


def test_the_four_most_private_facts_are_asked_and_never_the_names_of_the_child() -> None:
    assert questions_of(EVERYTHING) == (
        ASKED.REPORTER_PHONE,
        ASKED.REPORTER_EMAIL,
        ASKED.RELATIVE_PHONE,
        ASKED.HOME,
    )


def test_a_report_with_two_facts_is_asked_nothing_and_no_answer_is_enough() -> None:
    little = replace(only(ASKED.BIRTH_DATE), last_seen_place=Place())
    assert questions_of(little) == ()
    assert not are_enough(little, [RecoveryAnswer(one, text) for one, text in SURE.items()])


def test_what_is_not_even_like_itself_is_not_asked() -> None:
    vague = replace(
        EVERYTHING,
        reporter=Reporter(name="Mama", phone="112"),
        person=Person(age=Age(birth_date="2018"), relatives=(Relative("mother", "Mama"),)),
    )
    assert questions_of(vague) == ()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (ASKED.REPORTER_PHONE, "504-555-0142"),
        (ASKED.REPORTER_PHONE, "001 504 5550142"),
        (ASKED.REPORTER_PHONE, "٥٠٤٥٥٥٠١٤٢"),
        (ASKED.REPORTER_EMAIL, " Rosaura@Example.org"),
        (ASKED.RELATIVE_PHONE, "+1 504 555 0177"),
        (ASKED.HOME, "New Orleans, 1204 Canal Stret"),
        (ASKED.REPORTER_NAME, "rosaura quintanila"),
        (ASKED.REPORTER_NAME, "ROSÁURA CUINTANILLA"),
        (ASKED.OTHER_NAME, "mari luz"),
        (ASKED.RELATIVE_NAME, "Ferreira, Consuelo"),
        (ASKED.BIRTH_DATE, "9.3.2018"),
        (ASKED.BIRTH_DATE, "03/09/2018"),
        (ASKED.LAST_SEEN_DAY, "2026-09-02"),
        (ASKED.LAST_SEEN_PLACE, "at the superdome, gate C"),
    ],
)
def test_an_answer_is_right_however_it_is_spelled(question: RecoveryQuestion, answer: str) -> None:
    assert is_right(question, answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (ASKED.REPORTER_PHONE, "504-555-0143"),
        (ASKED.REPORTER_PHONE, "0142"),
        (ASKED.REPORTER_PHONE, ""),
        (ASKED.REPORTER_EMAIL, "example.org"),
        (ASKED.RELATIVE_PHONE, "504 555 0142"),
        (ASKED.HOME, "New Orleans"),
        (ASKED.HOME, "1205 Canal Street"),
        (ASKED.HOME, " ".join(["1204 Canal Street New Orleans", *(f"{number} Elm Road" for number in range(9))])),
        (ASKED.REPORTER_NAME, "Quintanilla"),
        (ASKED.REPORTER_NAME, "Rosaura Ana Maria Carmen Lucia Quintanilla"),
        (ASKED.REPORTER_NAME, "Mama"),
        (ASKED.OTHER_NAME, "Marisol"),
        (ASKED.RELATIVE_NAME, "Rosaura Quintanilla"),
        (ASKED.BIRTH_DATE, "2018"),
        (ASKED.BIRTH_DATE, "2018-03-10"),
        (ASKED.BIRTH_DATE, "2018-03-09 2018-03-10"),
        (ASKED.LAST_SEEN_DAY, "2026-09-04"),
        (ASKED.LAST_SEEN_PLACE, "Astrodome"),
    ],
)
def test_what_is_wrong_vague_or_several_guesses_at_once_is_not_right(question: RecoveryQuestion, answer: str) -> None:
    assert not is_right(question, answer)


@pytest.mark.parametrize("text", ["\ud800", "9" * 200, "x" * 200, "\x00", "99999-99-99", "²³¹", "--", "İ" * 50])
@pytest.mark.parametrize("question", RecoveryQuestion)
def test_whatever_is_typed_is_only_wrong(question: RecoveryQuestion, text: str) -> None:
    assert not is_right(question, text)
