"""What every peer is given of a record: the same plain columns, in Latin letters, however the record was written.

Reading, the Latin forms and the interval of birth are the house's own (`backend.exchange`, `backend.matching.text`,
`backend.matching.ages`), so that no peer loses by script or by a date format. Everything after that is theirs.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from doublemetaphone import doublemetaphone
from nicknames import NickNamer

from backend.domain.person import Names, Place, Point
from backend.domain.subject import Side, Subject
from backend.matching.ages import Born, born
from backend.matching.tables import synonyms
from backend.matching.text import is_han, latin_forms, words

PHONE_DIGITS = 9
"""A phone is told by its last digits: country codes and leading zeros come and go."""
MOST_FORMS = 3
CELL = 0.25
LEAST_SOUND = 2
"""A code of one letter is no sound of a name: half of all short names share it."""
LANGUAGES = {
    "arabic": "ar", "chinese": "zh", "english": "en", "french": "fr", "russian": "ru", "spanish": "es",
    "ukrainian": "uk", "vietnamese": "vi",
}  # fmt: skip
NO_NAME = frozenset(
    [
        "mama", "mami", "mamma", "mamita", "mom", "mommy", "mum", "mummy", "ma", "me", "mother", "madre", "maman",
        "manman", "umm", "mat", "matir", "papa", "papi", "papito", "dad", "daddy", "pa", "ba", "bo", "father",
        "padre", "baba", "ab", "abu", "tato", "tata", "batko", "otets", "grandma", "grandpa", "abuela", "abuelo",
        "nana", "granny", "brother", "sister", "hermano", "hermana", "unknown", "child", "baby", "boy", "girl",
    ]
)  # fmt: skip
"""Words that stand where a name should: a practitioner's stop list. A word of a longer name is kept."""
PARTICLES = frozenset(
    [
        "al", "el", "abd", "bin", "ibn", "bint", "umm", "de", "la", "del", "los", "las", "da", "dos", "jr", "sr",
        "ii", "iii", "van", "von", "mr", "mrs", "ms", "dr",
    ]
)  # fmt: skip
ARTICLE = re.compile(r"^ال(?=.{3})")

BLOCKS = (
    ("phones",),
    ("relatives",),
    ("given_words", "family_words"),
    ("given_sounds", "family_sounds"),
    ("name_words", "birth_years"),
    ("nicknames", "birth_years"),
    ("name_sounds", "birth_years", "sex"),
    ("relative_words", "birth_years", "sex"),
    ("relative_words", "name_words"),
    ("relative_words", "given_sounds"),
    ("marks", "birth_years", "sex"),
    ("towns", "birth_years", "sex", "eyes"),
    ("cell", "birth_years", "sex", "eyes"),
)
"""The blocks of the linkage tools: pairs that agree on all columns of any of these; of a list, on any entry.

Chosen on a development set of 20,000 registrations for the most true pairs at some 70 candidates a report there.
"""
LISTS = frozenset(
    [
        "given_words", "family_words", "name_words", "given_sounds", "family_sounds", "name_sounds", "nicknames",
        "birth_years", "towns", "relatives", "relative_words", "relative_sounds", "phones", "languages", "marks",
        "clothing",
    ]
)  # fmt: skip
"""The columns that are lists."""


@dataclass(frozen=True, slots=True)
class Described:
    """A record as columns. Lists are sorted and without repeats; None or an empty list is unknown.

    `birth_low` and `birth_high` are years with a fraction; `birth_years` the calendar years between them, and for a
    report one more on either side, so that blocks over them bear with an age that is a year off.
    `place` is where the child was last seen or found, else the site, else home; points are (latitude, longitude) in
    degrees, and `cell` is the square of a grid of `CELL` degrees that it lies in. `towns` are of home and the places.
    `nicknames` are the full English names that the given names may stand for, themselves included.
    `relatives` are whole names of relatives and of the reporter, `relative_words` their words.
    """

    id: str
    given: str | None
    family: str | None
    given_words: list[str]
    family_words: list[str]
    name_words: list[str]
    given_sounds: list[str]
    family_sounds: list[str]
    name_sounds: list[str]
    nicknames: list[str]
    sex: str | None
    birth_date: str | None
    birth_low: float | None
    birth_high: float | None
    birth_years: list[int]
    place: tuple[float, float] | None
    home: str | None
    home_town: str | None
    home_point: tuple[float, float] | None
    towns: list[str]
    cell: str | None
    relatives: list[str]
    relative_words: list[str]
    relative_sounds: list[str]
    phones: list[str]
    languages: list[str]
    hair: str | None
    eyes: str | None
    height_cm: float | None
    marks: list[str]
    clothing: list[str]


def describe(subject: Subject) -> Described:
    """The columns of a report or a registration."""
    person = subject.person
    given, family, others = _split(person.names)
    given_words, family_words = _forms(given), _forms(family)
    name_words = _distinct([*given_words, *family_words, *_forms(others)])
    relatives = [name for name in (person_.name for person_ in person.relatives) if name]
    relatives += [subject.reporter.name] if subject.reporter.name else []
    relative_names = [found for found in map(_relative, relatives) if found]
    relative_words = _distinct(chain.from_iterable(relative_names))
    interval = _birth(subject)
    place = _first_point((*subject.places, person.home))
    phones = [*(relative.phone for relative in person.relatives), subject.reporter.phone]
    return Described(
        id=subject.id,
        given=_main(given),
        family=_main(family),
        given_words=given_words,
        family_words=family_words,
        name_words=name_words,
        given_sounds=_sounds(given_words),
        family_sounds=_sounds(family_words),
        name_sounds=_sounds(name_words),
        nicknames=_distinct(full for word in given_words or name_words for full in full_names(word)),
        sex=None if person.sex is None else person.sex.value[0],
        birth_date=None if interval is None else interval.exact,
        birth_low=None if interval is None else interval.earliest,
        birth_high=None if interval is None else interval.latest,
        birth_years=[] if interval is None else _years(interval, 1 if subject.side is Side.REPORT else 0),
        place=place,
        home=_latin(person.home.text),
        home_town=_town(person.home.text),
        home_point=_pair(person.home.point),
        towns=_distinct(town for place_ in (*subject.places, person.home) if (town := _town(place_.text))),
        cell=None if place is None else f"{place[0] // CELL:g} {place[1] // CELL:g}",
        relatives=_distinct(" ".join(name) for name in relative_names if len(name) > 1),
        relative_words=relative_words,
        relative_sounds=_sounds(relative_words),
        phones=_distinct(digits for digits in map(_digits, phones) if digits),
        languages=_distinct(LANGUAGES.get(tag.casefold(), tag.casefold().split("-")[0]) for tag in person.languages),
        hair=_plain("colour", person.hair),
        eyes=_plain("colour", person.eyes),
        height_cm=person.height_cm,
        marks=_distinct(f"{mark.kind} {_latin(mark.body_site) or ''}".strip() for mark in person.marks),
        clothing=_distinct(
            f"{_plain('colour', item.colour) or ''} {_plain('garment', item.kind) or ''}".strip()
            for item in person.clothing
        ),
    )


def years_apart(one: Described, other: Described) -> float | None:
    """Years between two intervals of birth: zero if they overlap, None if either is unknown."""
    if one.birth_low is None or one.birth_high is None or other.birth_low is None or other.birth_high is None:
        return None
    return max(0.0, one.birth_low - other.birth_high, other.birth_low - one.birth_high)


@lru_cache(maxsize=65536)
def full_names(word: str) -> tuple[str, ...]:
    """The English names a word may be short for, and the word itself (package `nicknames`)."""
    return (word, *sorted(_nicknamer().canonicals_of(word)))


@cache
def _nicknamer() -> NickNamer:
    return NickNamer()


def _split(names: Names) -> tuple[list[str], list[str], list[str]]:
    """Given, family and other words. A name nobody split: first word given, last word family, Han the other way."""
    given, family = _proper(names.given), _proper(names.family)
    others = list(chain.from_iterable(map(_proper, (*names.others, names.as_said))))
    whole = _proper(names.full)
    if given or family or not whole:
        known = {*given, *family}
        return given, family, [*others, *(word for word in whole if word not in known)]
    if len(whole) == 1 and is_han(whole[0]) and len(whole[0]) > 1:
        cut = 2 if len(whole[0]) > 3 else 1
        return [whole[0][cut:]], [whole[0][:cut]], others
    if len(whole) == 1:
        return whole, [], others
    return whole[:1], whole[-1:], [*others, *whole[1:-1]]


def _proper(text: str | None) -> list[str]:
    found = words(text or "")
    if found and all(word in NO_NAME or word.isdigit() for word in found):
        return []
    kept = [word for word in found if word not in PARTICLES and (len(word) > 1 or is_han(word))]
    return [ARTICLE.sub("", word) for word in kept or found]


def _forms(found: Iterable[str]) -> list[str]:
    return _distinct(form for word in found for form in latin_forms(word)[:MOST_FORMS])


def _main(found: Iterable[str]) -> str | None:
    """The likeliest Latin reading, words joined by a space."""
    return " ".join(forms[0] for forms in map(latin_forms, found) if forms) or None


def _relative(name: str) -> list[str]:
    return [forms[0] for forms in map(latin_forms, _proper(name)) if forms]


def _sounds(found: Iterable[str]) -> list[str]:
    return _distinct(code for word in found for code in doublemetaphone(word) if len(code) >= LEAST_SOUND)


def _birth(subject: Subject) -> Born | None:
    interval = born(subject.person.age, subject.recorded_at)
    return interval if interval is not None and interval.dated else None


def _years(interval: Born, more: int) -> list[int]:
    return list(range(int(interval.earliest) - more, int(interval.latest) + more + 1))


def _latin(text: str | None) -> str | None:
    return _main(words(text or ""))


def _plain(subject: str, text: str | None) -> str | None:
    """A word of a list of synonyms as its plain English one."""
    return synonyms()[subject].get(" ".join(words(text or ""))) or _latin(text)


def _town(home: str | None) -> str | None:
    """The last part of an address that is not a state's two letters, such as Houston in `8 Main St, Houston, TX`."""
    parts = [part.strip() for part in (home or "").split(",")]
    return _latin(next((part for part in reversed(parts) if len(part) > 2), None))


def _digits(phone: str | None) -> str:
    return re.sub(r"\D", "", phone or "")[-PHONE_DIGITS:]


def _first_point(places: Sequence[Place]) -> tuple[float, float] | None:
    return next((point for point in (_pair(place.point) for place in places) if point), None)


def _pair(point: Point | None) -> tuple[float, float] | None:
    return None if point is None else (point.latitude, point.longitude)


def _distinct(found: Iterable[str]) -> list[str]:
    return sorted(set(found))
