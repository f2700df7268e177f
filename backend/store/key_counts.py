"""How common keys are: counted in a sample of the records, so that the commonest need not be looked up."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from time import monotonic
from zlib import crc32

from motor.core import AgnosticCollection

from backend.matching.ranking import Count
from backend.store.codec import Document

SAMPLE, SAMPLE_OF_SEEKERS = 0, 1
"""The keys of the records of a sample, beside their own."""
ONE_IN = 16
UNSEEN = 6.0
"""How many records a key has on average that nobody in the sample has, among a million; it grows as their root."""
LEAST = 0.05
FRESH_SECONDS = 15.0
REST = 100.0
"""The sample is not read again for so many times what reading it took: one part in a hundred of the time."""


def is_sampled(record_id: str) -> bool:
    """Whether a record is one of the sample: by its id, so that what it says has no influence."""
    return crc32(record_id.encode()) % ONE_IN == 0


@dataclass(frozen=True, slots=True)
class _Sample:
    counts: Counter[int]
    read_at: float
    took: float


@dataclass(frozen=True, slots=True)
class KeyCounts:
    """About how many records are kept under a key, by collection and incident, remembered for a while.

    Each process counts for itself. What comes of it decides only which keys are looked up first, so that it may be
    somewhat old or uncertain.
    """

    clock: Callable[[], float] = monotonic
    _samples: dict[tuple[str, str, int], _Sample] = field(default_factory=dict)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(
        self, records: AgnosticCollection[Document], incident_id: str, sample: int = SAMPLE
    ) -> Callable[[int], Count]:
        """A function from a stored key to about how many records of the incident have it, of those sampled so."""
        name = records.name, incident_id, sample
        known = self._samples.get(name)
        if known is None or (self._is_old(known) and not self._reading.locked()):
            async with self._reading:
                known = self._samples.get(name)
                if known is None or self._is_old(known):
                    known = self._samples[name] = await self._read(records, incident_id, sample)
        counts = known.counts
        unseen = Count(max(LEAST, UNSEEN * sqrt(ONE_IN * counts[sample] / 1e6)), seen=False)
        return lambda key: Count(ONE_IN * counts[key], seen=True) if key in counts else unseen

    def _is_old(self, sample: _Sample) -> bool:
        return self.clock() - sample.read_at > max(FRESH_SECONDS, REST * sample.took)

    async def _read(self, records: AgnosticCollection[Document], incident_id: str, sample: int) -> _Sample:
        began = self.clock()
        counts: Counter[int] = Counter()
        async for document in records.find({"incidentId": incident_id, "keys": sample}, {"keys": 1, "_id": 0}):
            counts.update(document["keys"])
        now = self.clock()
        return _Sample(counts, now, now - began)
