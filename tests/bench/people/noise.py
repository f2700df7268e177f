"""How much goes wrong between a child and a row: rates by severity, in two profiles.

The rates are assumptions, wide on purpose: nobody has published them. The second profile, "other", has other rates,
habits and spellings, so that a matcher fitted on the first can be checked on data it did not see.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

SEVERITIES = ("mild", "medium", "severe")


@dataclass(frozen=True, slots=True)
class Noise:
    """Probabilities unless said otherwise. "Report" is what the family wrote, "registered" what a volunteer wrote."""

    slip: float
    """A typing mistake in a part of a name."""
    misheard: float
    """A part of a name a volunteer wrote by ear."""
    misread: float
    """A part of a name read wrongly from handwriting or a scan."""
    report_native: float
    """The family writes its own script."""
    registered_native: float
    """The volunteer writes the child's own script."""
    rare_spelling: float
    """A less usual romanisation or pet name."""
    pet_name: float
    """A child under 10 gives its pet name; older ones half as often."""
    report_pet_name: float
    swapped: float
    """Given and family name change places."""
    one_surname: float
    """The second of two family names is left out."""
    no_surname: float
    """On top of what the child's age takes away."""
    no_given: float
    initial: float
    """Only the first letter of the family name."""
    whole_name: float
    """The name is in one cell, not in parts."""
    no_accents: float
    odd_case: float
    missing: float
    """A cell that could have been filled is not (sex a third as often, marks and hair more often)."""
    wrong_sex: float
    wrong_birth_date: float
    """Of those with one; half of them day and month swapped."""
    no_birth_date: float
    report_age_off: float
    guess_error_years: float
    """Standard deviation of a volunteer's guess about a child of ten; a band such as "4 to 6" lies around it."""
    wrong_look: float
    height_error_cm: float
    no_place: float
    place_in_words: float
    wrong_phone: float
    siblings_apart: float
    """Siblings who were registered, but not as a group."""
    hours_blur: float
    """Standard deviation of a time somebody remembered."""


_MEDIUM = Noise(
    slip=0.09, misheard=0.14, misread=0.03, report_native=0.5, registered_native=0.2, rare_spelling=0.2, pet_name=0.28,
    report_pet_name=0.05, swapped=0.05, one_surname=0.45, no_surname=0.08, no_given=0.02, initial=0.01, whole_name=0.25,
    no_accents=0.5, odd_case=0.08, missing=0.25, wrong_sex=0.01, wrong_birth_date=0.06, no_birth_date=0.35,
    report_age_off=0.06, guess_error_years=1.3, wrong_look=0.12, height_error_cm=6.0, no_place=0.2, place_in_words=0.35,
    wrong_phone=0.1, siblings_apart=0.25, hours_blur=3.0,
)  # fmt: skip

DEVELOPMENT = MappingProxyType({
    "mild": replace(
        _MEDIUM, slip=0.04, misheard=0.06, misread=0.01, rare_spelling=0.1, pet_name=0.15, report_pet_name=0.02,
        swapped=0.02, one_surname=0.25, no_surname=0.02, no_given=0.0, missing=0.12, wrong_sex=0.003,
        wrong_birth_date=0.03, no_birth_date=0.2, report_age_off=0.03, guess_error_years=0.9, wrong_look=0.06,
        height_error_cm=4.0, no_place=0.1, place_in_words=0.25, wrong_phone=0.05, siblings_apart=0.15, hours_blur=1.0,
    ),
    "medium": _MEDIUM,
    "severe": replace(
        _MEDIUM, slip=0.18, misheard=0.26, misread=0.07, rare_spelling=0.35, pet_name=0.4, report_pet_name=0.1,
        swapped=0.09, one_surname=0.6, no_surname=0.18, no_given=0.06, missing=0.42, wrong_sex=0.02,
        wrong_birth_date=0.12, no_birth_date=0.55, report_age_off=0.12, guess_error_years=1.7, wrong_look=0.2,
        height_error_cm=8.0, no_place=0.35, place_in_words=0.45, wrong_phone=0.18, siblings_apart=0.4, hours_blur=5.0,
    ),
})  # fmt: skip


def _otherwise(noise: Noise) -> Noise:
    return replace(
        noise,
        slip=noise.slip * 1.4,
        misheard=noise.misheard * 0.7,
        misread=noise.misread * 2.5,
        report_native=0.35,
        registered_native=0.35,
        rare_spelling=0.65,
        pet_name=noise.pet_name * 0.8,
        report_pet_name=noise.report_pet_name * 2,
        swapped=noise.swapped * 1.8,
        one_surname=noise.one_surname * 0.8,
        initial=0.05,
        whole_name=0.55,
        no_accents=0.75,
        odd_case=0.2,
        missing=noise.missing * 1.15,
        wrong_sex=noise.wrong_sex * 1.5,
        no_birth_date=min(0.8, noise.no_birth_date * 1.5),
        guess_error_years=noise.guess_error_years * 1.15,
        wrong_look=noise.wrong_look * 1.3,
        place_in_words=0.5,
        hours_blur=noise.hours_blur * 1.5,
    )


PROFILES: Mapping[str, Mapping[str, Noise]] = MappingProxyType(
    {
        "development": DEVELOPMENT,
        "other": MappingProxyType({severity: _otherwise(noise) for severity, noise in DEVELOPMENT.items()}),
    }
)
