"""The attempts that rate limits count: in the memory of this process, on a clock that is passed in."""

from collections import OrderedDict, deque
from collections.abc import Callable

from limits.storage import MovingWindowSupport, Storage

MOST_KEYS = 200_000
"""Beyond this the key that was longest left alone is forgotten, so that a flood of addresses cannot fill the memory."""


class Counts(Storage, MovingWindowSupport):
    """A moving window for each key. Unlike the library's own memory it starts no thread, is bounded, and can take back
    an attempt that turned out not to count. Keys are `limits` keys, times are seconds of `clock`.
    """

    def __init__(self, clock: Callable[[], float], most_keys: int = MOST_KEYS) -> None:
        super().__init__()
        self._clock = clock
        self._most_keys = most_keys
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def now(self) -> float:
        return self._clock()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        times = self._within(key, expiry)
        if len(times) + amount > limit:
            return False
        times.extend([self._clock()] * amount)
        self._times[key] = times
        self._times.move_to_end(key)
        if len(self._times) > self._most_keys:
            self._times.popitem(last=False)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002 (the library's)
        times = self._within(key, expiry)
        return (times[0] if times else self._clock()), len(times)

    def take_back(self, key: str) -> None:
        """Forget the newest attempt."""
        times = self._times.get(key)
        if times:
            times.pop()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        times = self._within(key, expiry)
        times.extend([self._clock()] * amount)
        self._times[key] = times
        return len(times)

    def get(self, key: str) -> int:
        return len(self._times.get(key, ()))

    def get_expiry(self, key: str) -> float:
        times = self._times.get(key)
        return times[0] if times else self._clock()

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        held = len(self._times)
        self._times.clear()
        return held

    def clear(self, key: str) -> None:
        self._times.pop(key, None)

    def _within(self, key: str, expiry: int) -> deque[float]:
        """The attempts of the last `expiry` seconds, oldest first; a key without any is not kept."""
        times = self._times.get(key, deque())
        oldest = self._clock() - expiry
        while times and times[0] <= oldest:
            times.popleft()
        if not times:
            self._times.pop(key, None)
        return times
