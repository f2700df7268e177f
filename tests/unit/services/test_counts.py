"""The windows that attempts are counted in."""

from limits import parse
from limits.strategies import MovingWindowRateLimiter

from backend.services.counts import Counts
from tests.support.seconds import Seconds

TWO = parse("2 per minute")


def test_a_window_moves_and_what_is_refused_is_not_counted() -> None:
    seconds = Seconds()
    limiter = MovingWindowRateLimiter(Counts(seconds))
    assert limiter.hit(TWO, "a")
    seconds.pass_by(40)
    assert limiter.hit(TWO, "a")
    assert not limiter.hit(TWO, "a")
    assert limiter.hit(TWO, "b")
    assert limiter.get_window_stats(TWO, "a").reset_time == seconds.now + 20
    seconds.pass_by(20)
    assert limiter.hit(TWO, "a")
    assert not limiter.hit(TWO, "a")


def test_an_attempt_that_is_taken_back_makes_room_for_another() -> None:
    counts = Counts(Seconds())
    limiter = MovingWindowRateLimiter(counts)
    assert [limiter.hit(TWO, "a") for _ in range(3)] == [True, True, False]
    counts.take_back(TWO.key_for("a"))
    assert [limiter.hit(TWO, "a") for _ in range(2)] == [True, False]
    counts.take_back(TWO.key_for("nobody"))


def test_a_flood_of_addresses_forgets_those_that_were_longest_left_alone() -> None:
    limiter = MovingWindowRateLimiter(Counts(Seconds(), most_keys=100))
    assert [limiter.hit(TWO, "address 0") for _ in range(3)] == [True, True, False]
    for number in range(1, 1_000):
        assert limiter.hit(TWO, f"address {number}")
    assert limiter.test(TWO, "address 0")
    assert limiter.storage.reset() == 100


def test_only_attempts_within_the_window_take_memory() -> None:
    seconds = Seconds()
    counts = Counts(seconds)
    limiter = MovingWindowRateLimiter(counts)
    limiter.hit(TWO, "a")
    seconds.pass_by(61)
    assert limiter.test(TWO, "a")
    assert counts.reset() == 0
