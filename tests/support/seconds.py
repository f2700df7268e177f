"""A clock for rate limits that stands still until a test moves it."""

from dataclasses import dataclass


@dataclass
class Seconds:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
