"""The circuit breaker: who is down is left alone, asked once, and trusted again."""

from dataclasses import dataclass

from notifications.breaker import FAILURES, FIRST_REST, LONGEST_REST, Breaker


@dataclass
class Seconds:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def failing(seconds: Seconds, times: int = FAILURES) -> Breaker:
    breaker = Breaker(seconds, lambda: 0.0)
    for _ in range(times):
        breaker.failed()
    return breaker


def test_a_service_that_fails_now_and_then_is_asked_on() -> None:
    breaker = failing(Seconds(), FAILURES - 1)
    assert breaker.may_ask()
    breaker.succeeded()
    breaker.failed()
    assert not breaker.tripped


def test_a_service_that_keeps_failing_rests_and_is_then_asked_by_one() -> None:
    seconds = Seconds()
    breaker = failing(seconds)
    assert not breaker.may_ask()
    seconds.now = FIRST_REST
    assert breaker.may_ask()
    assert breaker.tripped
    breaker.succeeded()
    assert not breaker.tripped


def test_it_rests_longer_each_time_but_not_for_ever() -> None:
    seconds = Seconds()
    breaker = failing(seconds)
    rests = []
    for _ in range(12):
        began = seconds.now
        while not breaker.may_ask():
            seconds.now += 1.0
        rests.append(seconds.now - began)
        breaker.failed()
    assert rests[:3] == [5.0, 10.0, 20.0]
    assert rests[-1] == LONGEST_REST


def test_what_was_on_its_way_when_it_tripped_makes_the_rest_no_longer() -> None:
    seconds = Seconds()
    breaker = failing(seconds, FAILURES + 90)
    seconds.now = FIRST_REST
    assert breaker.may_ask()


def test_a_service_rests_as_long_as_it_asks_for() -> None:
    seconds = Seconds()
    breaker = failing(seconds, FAILURES - 1)
    breaker.failed(60.0)
    seconds.now = 59.0
    assert not breaker.may_ask()
    seconds.now = 60.0
    assert breaker.may_ask()


def test_rests_are_spread_by_chance_so_that_not_all_servers_ask_at_once() -> None:
    seconds = Seconds()
    breaker = Breaker(seconds, lambda: 1.0)
    for _ in range(FAILURES):
        breaker.failed()
    seconds.now = FIRST_REST
    assert not breaker.may_ask()
