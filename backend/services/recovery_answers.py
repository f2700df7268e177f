"""What can be asked of a report, and whether a caller's answer is right, however it is spelled."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import permutations

from rapidfuzz import fuzz

from backend.domain.recovery import MOST_ASKED, RIGHT_ANSWERS_NEEDED, RecoveryAnswer, RecoveryQuestion
from backend.domain.report import Report
from backend.matching.likeness import likeness
from backend.matching.names import Part, Token, relative_tokens
from backend.matching.text import latin, words
from backend.matching.weights import Likeness

SAME_NAME = {
    Likeness.EXACT,
    Likeness.MARKS_DIFFER,
    Likeness.SPELLING,
    Likeness.NICKNAME,
    Likeness.SOUND,
    Likeness.CLOSE,
}
WORDS_OF_A_NAME = 2
"""Of a name of more words, so many must be right."""
FEWEST_DIGITS, COMPARED_DIGITS = 6, 9
"""Of a telephone number: its end, since some say the country and some do not."""
SAME_WORD = 80
"""Per cent; of the words of a place, most must be so alike."""
MOST_OF_A_PLACE = 0.6
_FIRST_YEAR = 1000
_DAY = timedelta(days=1)


def questions_of(report: Report) -> tuple[RecoveryQuestion, ...]:
    """What a caller is asked about a report, always the same: the four most private facts it holds, or three; none
    where it holds fewer, since these would prove nothing.
    """
    held = facts_of(report)
    asked = tuple(question for question in RecoveryQuestion if held.get(question))[:MOST_ASKED]
    return asked if len(asked) >= RIGHT_ANSWERS_NEEDED else ()


def are_enough(report: Report, answers: Iterable[RecoveryAnswer]) -> bool:
    """Whether enough of what was asked was answered rightly."""
    asked, held = questions_of(report), facts_of(report)
    right = {
        one.question
        for one in answers
        if one.question in asked and any(_COMPARED[one.question](fact, one.answer) for fact in held[one.question])
    }
    return len(right) >= RIGHT_ANSWERS_NEEDED


def facts_of(report: Report) -> Mapping[RecoveryQuestion, tuple[str, ...]]:
    """The facts that can be asked for and compared, as they were written."""
    person, reporter = report.person, report.reporter
    seen_on = None if report.last_seen_at is None else report.last_seen_at.date().isoformat()
    said = {
        RecoveryQuestion.REPORTER_PHONE: [reporter.phone],
        RecoveryQuestion.REPORTER_EMAIL: [reporter.email],
        RecoveryQuestion.RELATIVE_PHONE: [one.phone for one in person.relatives],
        RecoveryQuestion.HOME: [person.home.text],
        RecoveryQuestion.REPORTER_NAME: [reporter.name],
        RecoveryQuestion.OTHER_NAME: [*person.names.others, person.names.as_said],
        RecoveryQuestion.RELATIVE_NAME: [one.name for one in person.relatives],
        RecoveryQuestion.BIRTH_DATE: [person.age.birth_date],
        RecoveryQuestion.LAST_SEEN_DAY: [seen_on],
        RecoveryQuestion.LAST_SEEN_PLACE: [report.last_seen_place.text],
    }
    # A fact that is not even like itself cannot be asked for: `Mama`, a year without a day, a number of three digits.
    return {
        question: tuple(fact for fact in facts if fact and _COMPARED[question](fact, fact))
        for question, facts in said.items()
    }


def _same_phone(held: str, said: str) -> bool:
    here, there = _digits(held), _digits(said)
    count = min(len(here), len(there), COMPARED_DIGITS)
    return count >= FEWEST_DIGITS and here[-count:] == there[-count:]


def _digits(text: str) -> str:
    found = (unicodedata.decimal(letter, None) for letter in text)
    return "".join(str(digit) for digit in found if digit is not None).lstrip("0")


def _same_email(held: str, said: str) -> bool:
    return "".join(held.split()).casefold() == "".join(said.split()).casefold()


def _same_name(held: str, said: str) -> bool:
    here, there = _name_words(held), _name_words(said)
    met_here = sum(any(likeness(one, other) in SAME_NAME for other in there) for one in here)
    met_there = sum(any(likeness(one, other) in SAME_NAME for one in here) for other in there)
    needed = min(WORDS_OF_A_NAME, len(here))
    return needed > 0 and min(met_here, met_there) >= needed and met_there >= len(there) - 1


def _name_words(name: str) -> list[Token]:
    return [token for token in relative_tokens(name) if token.part is not Part.JOINED]


def _same_place(held: str, said: str) -> bool:
    here, there = words(latin(held)), words(latin(said))
    met = sum(any(_same_word(one, other) for other in there) for one in here)
    # Whoever lists every town of a state has said none.
    return len(here) > 0 and met >= MOST_OF_A_PLACE * len(here) and len(there) <= 2 * len(here) + 2


def _same_word(one: str, other: str) -> bool:
    if one.isdecimal() or other.isdecimal():
        return one == other
    return fuzz.ratio(one, other) >= SAME_WORD


def _same_date(held: str, said: str) -> bool:
    return not _dates(held).isdisjoint(_dates(said))


def _about_the_same_day(held: str, said: str) -> bool:
    # What was the evening of one day there may be kept as the next.
    said_days = _dates(said)
    return any({day - _DAY, day, day + _DAY} & said_days for day in _dates(held))


def _dates(text: str) -> set[date]:
    """The days that somebody may mean: day and month stand in either order, the year first or last."""
    numbers = [int(number) for number in re.findall(r"\d{1,4}", text)]
    if len(numbers) != len(("year", "month", "day")):
        return set()
    found = set()
    for year, month, day in permutations(numbers):
        if year >= _FIRST_YEAR:
            try:
                found.add(date(year, month, day))
            except ValueError:
                continue
    return found


_COMPARED: Mapping[RecoveryQuestion, Callable[[str, str], bool]] = {
    RecoveryQuestion.REPORTER_PHONE: _same_phone,
    RecoveryQuestion.REPORTER_EMAIL: _same_email,
    RecoveryQuestion.RELATIVE_PHONE: _same_phone,
    RecoveryQuestion.HOME: _same_place,
    RecoveryQuestion.REPORTER_NAME: _same_name,
    RecoveryQuestion.OTHER_NAME: _same_name,
    RecoveryQuestion.RELATIVE_NAME: _same_name,
    RecoveryQuestion.BIRTH_DATE: _same_date,
    RecoveryQuestion.LAST_SEEN_DAY: _about_the_same_day,
    RecoveryQuestion.LAST_SEEN_PLACE: _same_place,
}
