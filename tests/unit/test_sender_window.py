"""How many messages may be on their way to one server: fewer while it fails, and as before once it answers."""

from backend.sender import Window


def test_each_failure_halves_what_goes_at_once_and_each_answer_gives_one_back() -> None:
    window = Window(100)
    window.failed()
    assert window.size == 50
    window.succeeded()
    assert window.size == 51
    for _ in range(60):
        window.succeeded()
    assert window.size == 100


def test_a_server_that_fails_again_and_again_is_still_sent_a_tenth() -> None:
    window, narrow = Window(100), Window(3)
    for _ in range(20):
        window.failed()
        narrow.failed()
    assert (window.size, narrow.size) == (10, 1)
    assert narrow.room(0) == 1


def test_more_are_sent_once_half_of_what_may_go_at_once_has_arrived() -> None:
    window = Window(100)
    assert [window.room(on_their_way) for on_their_way in (0, 50, 51, 100)] == [100, 50, 0, 0]
    window.failed()
    # More may be on their way than the window holds by now.
    assert [window.room(on_their_way) for on_their_way in (100, 26, 25)] == [0, 0, 25]
