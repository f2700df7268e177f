"""A clock that a test puts forward."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from backend.app import now


@dataclass(slots=True)
class MovableClock:
    """The present time and so much; it goes on meanwhile, as a clock does."""

    ahead: timedelta = field(default=timedelta())

    def __call__(self) -> datetime:
        return now() + self.ahead

    def forward(self, by: timedelta) -> None:
        self.ahead += by

    def to_the_middle_of_a_step(self) -> None:
        """Forward to where codes of an authenticator app do not change while a test runs."""
        self.forward(timedelta(seconds=45 - self().timestamp() % 30))
