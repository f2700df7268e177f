import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from backend.commands.demo_screen import EXERCISE, Doorway, SeenMatch, Tally, frame, named, percent, say_where, summary


def printed(width: int = 100) -> tuple[Console, io.StringIO]:
    text = io.StringIO()
    return Console(file=text, width=width, highlight=False), text


def match(probability: float, *, right: bool, told: bool = False) -> SeenMatch:
    return SeenMatch(probability, "Ana Díaz", "Ana", "Mobile Shelter", right, told, probability >= 0.9, "family")


def test_every_picture_says_that_the_people_are_invented() -> None:
    console, text = printed()
    console.print(frame(Tally(), EXERCISE, "3 s"))
    assert "invented people only" in text.getvalue()


def test_a_link_is_never_broken_into_two_lines() -> None:
    console, text = printed(width=40)
    link = "http://127.0.0.1:8000/graphql#token=" + "f" * 64
    say_where(console, "http://127.0.0.1:8000", [Doorway("officer", "Olivia", link)], "KEY")
    assert f"    {link}\n" in text.getvalue()


def test_the_latest_matches_stand_with_their_probability_and_the_truth() -> None:
    tally = Tally()
    tally.saw("one", match(0.9995, right=True))
    tally.saw("two", match(0.42, right=False))
    tally.tell(datetime(2026, 9, 1, tzinfo=UTC), "a family [reports] a child")
    console, text = printed()
    console.print(frame(tally, EXERCISE, "3 s"))
    shown = text.getvalue()
    assert shown.index("42 %") < shown.index(">99 %")
    assert "✓ same child" in shown
    assert "✗ another child" in shown
    assert "a family [reports] a child" in shown


def test_a_match_that_changed_is_counted_once() -> None:
    tally = Tally(registered=2, reported=1)
    tally.saw("one", match(0.95, right=True))
    tally.saw("two", match(0.5, right=False))
    tally.saw("one", match(0.97, right=True, told=True))
    assert summary(tally) == (
        "2 children registered and 1 reported missing, all invented; 2 matches proposed, 1 of them likely and 1 of "
        "these right; 1 families told."
    )


def test_nothing_is_shown_as_certain() -> None:
    assert [percent(probability) for probability in (0.3, 0.986, 0.9999, 1.0)] == ["30 %", "99 %", ">99 %", ">99 %"]


@pytest.mark.parametrize(
    ("names", "called"),
    [
        ({"full": "阮文", "given": None, "family": None}, "阮文"),
        ({"full": None, "given": "Ana", "family": None, "asSaid": None}, "Ana"),
        ({"full": None, "given": None, "family": None, "asSaid": "Anita"}, "“Anita”"),
        ({"full": None, "given": None, "family": None, "asSaid": None}, "(says no name)"),
    ],
)
def test_a_child_is_called_by_what_is_known_of_the_name(names: dict[str, object], called: str) -> None:
    assert named(names) == called
