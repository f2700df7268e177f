import unicodedata

import pytest

from backend.domain.errors import ErrorCode
from backend.services.passwords import (
    SHORTEST_PASSWORD,
    as_password,
    as_sign_in_name,
    common_passwords,
    password_problems,
)


def test_the_list_of_common_passwords_is_as_they_are_compared_and_none_too_short_to_matter() -> None:
    assert len(common_passwords()) > 1000
    for password in common_passwords():
        assert password == as_password(password).casefold()
        assert len(password) >= SHORTEST_PASSWORD


@pytest.mark.parametrize(
    "password", ["correct horse battery", "Ça ne va pas du tout", "四つの良い言葉をここに書く", "x" * 11 + "y"]
)
def test_a_long_password_of_any_script_is_taken(password: str) -> None:
    assert list(password_problems(as_password(password), ("Ada Winters", "ada"))) == []


@pytest.mark.parametrize(
    "password",
    ["", "short", "x" * 129, "QWERTYUIOP123", "motdepasse12", "to WINTERS and back", "adalovelace.1815"],
)
def test_a_short_a_common_and_one_s_own_are_refused(password: str) -> None:
    problems = list(password_problems(as_password(password), ("Ada Winters", "lovelace")))
    assert [(problem.code, problem.field) for problem in problems] == [(ErrorCode.INVALID, "password")]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Carlos.Medina", "carlos.medina"),
        ("  ada-1 ", "ada-1"),
        ("STRASSE.ß", "strasse.ss"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}da", "ada"),
        ("оля.к", "оля.к"),
        (unicodedata.normalize("NFD", "josé"), "josé"),
        ("ab", None),
        ("a" * 41, None),
        ("a b c", None),
        ("a_b", None),
        ("ada@x", None),
        ("\ud83dabc", None),
        ("", None),
    ],
)
def test_a_sign_in_name_is_kept_in_one_form(typed: str, kept: str | None) -> None:
    assert as_sign_in_name(typed) == kept
