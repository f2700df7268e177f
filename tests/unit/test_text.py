"""A text is taken in as it is seen: what nobody can see goes, and nothing that anybody wrote."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.domain.text import cleaned

NEEDED = "\u061c\u200c\u200d\u200e\u200f\u180e"
SHOWN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd" + "".join(
    map(chr, range(0x13430, 0x13440))
)
"""Characters of format that are drawn, such as the Arabic sign for a year, or that put hieroglyphs together."""
HIDDEN = [
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
    *"\u00ad\u034f\u200b\u2060\u2064\u3164\uffa0\ufeff\u0007\u001b\u0080\U000e0001\U000e0041\U000e007f",
]


@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda hidden: f"U+{ord(hidden):04X}")
def test_what_shows_nothing_or_turns_letters_round_is_not_taken_in(hidden: str) -> None:
    assert cleaned(f"{hidden} Mari{hidden}sol{hidden}\n") == "Marisol"
    assert cleaned(hidden) == ""


@pytest.mark.parametrize(
    "written",
    [
        "علی‌رضا",  # Persian, with a ZERO WIDTH NON-JOINER
        "ශ්‍රීමතී",  # Sinhala, with a ZERO WIDTH JOINER
        "葛\U000e0100城",  # a Han letter in the form that a family writes
        "ᠨᠠᠷᠠ\u180eᠠ",
        "\u200fשרה\u200e (Sarah)",
        "👩‍👧 and ❤️",
        "Two\tlines\nof notes",
        "Nguyễn Thị Ánh-Nguyệt",
    ],
)
def test_what_scripts_need_stays(written: str) -> None:
    assert cleaned(written) == written


@given(st.text())
@example("Marisol \u202eallinatniuQ")
def test_a_text_keeps_all_that_is_seen_of_it_in_its_order_and_is_clean_then(text: str) -> None:
    seen = cleaned(text)
    assert cleaned(seen) == seen
    left = iter(text)
    assert all(letter in left for letter in seen)
    assert not [one for one in seen if unicodedata.category(one) == "Cf" and one not in NEEDED + SHOWN]
    drawn = [one for one in text if unicodedata.category(one)[0] in "LNPS" and one not in "\u115f\u1160\u3164\uffa0"]
    assert [one for one in drawn if one not in seen] == []
