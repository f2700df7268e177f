"""Which words of what was written are a name, and which part of it each is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.person import Names
from backend.matching.name_words import proper
from backend.matching.names import Part, name_tokens, relative_tokens

NOBODY = """Mama|Papá|abuelita|baby boy|Baby Girl|el niño|la niña|unknown|no sabe|No se sabe|don't know|N/A|none|
desconocido|sin nombre|John Doe|Jane Doe|не знает|невідомо|غير معروف|مجهول|不明|không biết|pa konnen|J.|?|12|"""


@pytest.mark.parametrize("written", [text.strip() for text in NOBODY.split("|")])
def test_what_stands_for_nobody_has_no_words(written: str) -> None:
    assert name_tokens(Names(full=written)) == ()


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Dr. Hajji Ahmed", ["ahmed"]),
        ("Sheikh Khalid", ["khalid"]),
        ("Tía Rosa", ["rosa"]),
        ("Mama Ruth", ["ruth"]),
        ("Baby Ana", ["ana"]),
        ("Bé An", ["an"]),
        ("дядя Коля", ["коля"]),
        ("Robert Smith Jr.", ["robert", "smith"]),
        ("Robert  Smith,  III", ["robert", "smith"]),
        ("J. Smith", ["smith"]),
        ("D. J. Carter", ["dj", "carter"]),
        ("García López de la Torre", ["garcía", "lópez", "torre"]),
        ("Mohammed bin Salman Al Saud", ["mohammed", "salman", "saud"]),
        ("Abd al-Rahman Hadi", ["abdulrahman", "hadi"]),
        ("عبد الرحمن بن خالد", ["عبدالرحمن", "خالد"]),
        ("Umm Ahmad", ["umahmad"]),
        ("Nguyễn Thị Hoa", ["nguyễn", "hoa"]),
        ("Le Van Minh", ["le", "minh"]),
        ("Nguyen Van An", ["nguyen", "an"]),
        ("Do Thi Ha", ["do", "ha"]),
        ("Ben Carter", ["ben", "carter"]),
        ("Seán O\u2019Brien", ["seán", "obrien"]),
        ("Jo\u200bse\u200f Ruiz", ["jose", "ruiz"]),
        ("👶🏽 Ana ❤️", ["ana"]),
    ],
)
def test_titles_kinship_particles_and_initials_are_left_out(written: str, left: list[str]) -> None:
    assert proper(written) == left


def test_a_family_name_may_begin_with_a_particle() -> None:
    assert proper("Le Blanc", family=True) == ["blanc"]
    assert proper("Le", family=True) == ["le"]


@pytest.mark.parametrize(
    ("written", "family"),
    [
        ("Juan Cruz", "cruz"),
        ("Wang Xiaoming", "wang"),
        ("Xiaoming Wang", "wang"),
        ("王小明", "王"),
        ("王 小明", "王"),
        ("欧阳明", "欧阳"),
        ("Nguyen Van An", "nguyen"),
        ("An Nguyen", "nguyen"),
    ],
)
def test_the_family_name_is_found_where_people_write_it(written: str, family: str) -> None:
    assert [token.written for token in name_tokens(Names(full=written)) if token.family_likely] == [family]


@pytest.mark.parametrize(
    "names",
    [
        Names(full="Иван Петрович Сидоров"),
        Names(full="Сидоров Иван Петрович"),
        Names(given="Иван Петрович", family="Сидоров"),
        Names(full="Olena Serhiivna Kovalska"),
    ],
    ids=str,
)
def test_a_patronymic_is_of_the_family_and_no_given_name(names: Names) -> None:
    fathers = [token for token in name_tokens(names) if token.written in ("петрович", "serhiivna")]
    assert [token.part for token in fathers] == [Part.FAMILY]


def test_a_relative_called_by_kinship_alone_has_no_name() -> None:
    assert relative_tokens("Abuela") == relative_tokens("бабушка") == ()
    assert [token.written for token in relative_tokens("Abuela Carmen")] == ["carmen"]


def test_ten_thousand_characters_are_survived_and_cut() -> None:
    assert len(name_tokens(Names(full="Ana " * 2500))) <= 10
    (token,) = name_tokens(Names(given="a" * 10_000))
    assert len(token.forms[0]) < 100


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_is_survived(full: str, family: str) -> None:
    for token in (*name_tokens(Names(full=full, family=family)), *relative_tokens(full)):
        assert token.forms
        assert all(form.isascii() for form in token.forms)
