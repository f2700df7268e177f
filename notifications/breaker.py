"""A circuit breaker: a service that does not answer is left alone for a while, then asked once, then trusted again."""

from collections.abc import Callable

FAILURES = 5
"""In a row, before a service counts as down."""
FIRST_REST = 5.0
LONGEST_REST = 300.0


class Breaker:
    """For one service. `seconds` only grow; `chance` gives numbers from 0 to 1, so that many do not ask at once."""

    def __init__(self, seconds: Callable[[], float], chance: Callable[[], float]) -> None:
        self._seconds = seconds
        self._chance = chance
        self._failures = 0
        self._rest = FIRST_REST
        self._closed_until = 0.0

    @property
    def tripped(self) -> bool:
        """Whether the service is thought to be down: until it answers once, it is asked by one message at a time."""
        return self._failures >= FAILURES

    def may_ask(self) -> bool:
        return not self.tripped or self._seconds() >= self._closed_until

    def succeeded(self) -> None:
        """The service gave an answer that says something about the message, whatever it was."""
        self._failures, self._rest = 0, FIRST_REST

    def failed(self, asked_for: float | None = None) -> None:
        """No answer, or one that says that the service cannot serve now. The longer it is down, the longer the rest.

        `asked_for` are the seconds that the service wants to rest, if it said so.
        """
        self._failures += 1
        if self.tripped and self.may_ask():
            rest = max(self._rest, min(asked_for or 0.0, LONGEST_REST))
            self._closed_until = self._seconds() + rest * (1 + self._chance() / 4)
            self._rest = min(self._rest * 2, LONGEST_REST)
