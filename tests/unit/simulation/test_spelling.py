from random import Random

import pytest

from backend.simulation.spelling import latin, with_a_slip, without_accents


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (it invents people and keeps no secret)


@pytest.mark.parametrize(
    ("name", "written"),
    [("Александр", "Aleksandr"), ("Nguyễn Dương", "Nguyen Duong"), ("秀芳", "Xiufang"), ("لانا", "Lana")],
)
def test_a_volunteer_writes_a_name_of_any_script_in_latin_letters(name: str, written: str) -> None:
    assert latin(name) == written


def test_accents_go_and_letters_stay() -> None:
    assert without_accents("José Đặng") == "Jose Dang"


def test_a_slip_changes_little_and_never_the_first_letter() -> None:
    for seed in range(200):
        slipped = with_a_slip(seeded(seed), "Christopher")
        assert slipped[0] == "C"
        assert abs(len(slipped) - len("Christopher")) <= 1


def test_a_name_too_short_to_slip_in_stays() -> None:
    assert with_a_slip(seeded(1), "Bo") == "Bo"
