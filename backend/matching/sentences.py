"""Evidence as a short sentence for people, in the languages of the alerts; machines read its level and bits."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from backend.domain.evidence import Evidence, Feature, Level

DEFAULT_LANGUAGE = "en"
LANGUAGES = ("en", "es", "fr", "ar", "uk", "vi", "ht")

QUOTED = frozenset({
    Feature.GIVEN_NAME,
    Feature.FAMILY_NAME,
    Feature.RELATIVES,
    Feature.PHONE,
    Feature.HOME,
    Feature.HEIGHT,
    Feature.CLOTHING,
    Feature.BELONGINGS,
    Feature.PLACE,
})  # fmt: skip
"""Features whose values are as somebody wrote them; those of the others are codes or ids, or plain English words."""

LONGEST_QUOTE = 80
"""Characters. What is longer is read in the record: a sentence stays short."""

FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE = "\u2068", "\u2069"
_STEERS_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


Sentences = dict[Feature, dict[Level, str]]


@dataclass(frozen=True, slots=True)
class _Language:
    """`both` quotes one `value` that both sides gave, `each` those of `report` and `registration`, and `two` those of
    two records of one side, of which `of_two_records` says some otherwise; `sighted` those of a sighting that was
    linked with the report and of the registration, of which `of_a_sighting` speaks.
    """

    both: str
    each: str
    two: str
    sighted: str
    sentences: Sentences
    of_two_records: Sentences
    of_a_sighting: Sentences


def sentence(piece: Evidence, language: str | None = None, *, of_two_records: bool = False) -> str | None:
    """What a piece of evidence says, without a full stop; None where nothing is known.

    It is of a report and a registration, or `of_two_records` of one side.

    `language` is a BCP 47 tag, of which only the first part counts; English where it is None or has no words here.
    The two values are quoted where the piece has both: whoever hides one from a reader hides it from the sentence too.
    They stand between U+2068 and U+2069 (Unicode Standard Annex 9), so that a name in another direction of writing
    leaves the words around it in order.
    """
    if piece.level is Level.UNKNOWN:
        return None
    base = (language or DEFAULT_LANGUAGE).partition("-")[0].lower()
    words = _language(base if base in LANGUAGES else DEFAULT_LANGUAGE)
    sighted = piece.sighting_id is not None
    special = words.of_two_records if of_two_records else words.of_a_sighting if sighted else {}
    said = (special.get(piece.feature) or words.sentences[piece.feature])[piece.level]
    if piece.feature not in QUOTED:
        return said
    report, registration = _quote(piece.report_value), _quote(piece.registration_value)
    if report is None or registration is None:
        return said
    if report == registration:
        return words.both.format(sentence=said, value=report)
    frame = words.two if of_two_records else words.sighted if sighted else words.each
    return frame.format(sentence=said, report=report, registration=registration)


def _quote(value: str | None) -> str | None:
    """A value as a sentence can hold it, in one line; None where there is nothing to show."""
    plain = " ".join(_STEERS_DIRECTION.sub("", value or "").split())
    if not plain or len(plain) > LONGEST_QUOTE:
        return None
    return f"{FIRST_STRONG_ISOLATE}{plain}{POP_DIRECTIONAL_ISOLATE}"


@cache
def _language(language: str) -> _Language:
    path = files("backend.matching") / "data" / "sentences" / f"{language}.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    quoted = content["quoted"]
    return _Language(
        both=quoted["both"],
        each=quoted["each"],
        two=quoted["two"],
        sighted=quoted["sighted"],
        sentences=_sentences(content["sentences"]),
        of_two_records=_sentences(content["two_records"]),
        of_a_sighting=_sentences(content["sighted"]),
    )


def _sentences(raw: Mapping[str, Mapping[str, str]]) -> Sentences:
    return {Feature(feature): {Level(level): said for level, said in levels.items()} for feature, levels in raw.items()}
