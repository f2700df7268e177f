"""Who is kept under which key, in memory, and the likeliest of those at a glance.

A database reads a record of thirty keys in 0.05 ms and finds a million of them slow to write; here a key takes twelve
bytes, and hundreds of records are looked at in the time of one reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log2
from zlib import crc32

import numpy as np
import numpy.typing as npt

from backend.matching.glance import ROW, Bits, Rows, Sketch, fill, lies_near, looks_alike, row_of
from backend.matching.keys import KEY_BYTES, KINDS, Asked
from backend.matching.profile import Profile
from backend.matching.ranking import Bounds, is_small, keys_worth_asking

RARE = 4096.0
"""A key that promises a record for sure says as many bits as it is rarer than one in so many."""
TOGETHER_WITH_NOBODY = 0
_TABLE = np.dtype([("seen", ROW), ("together", np.uint32), ("is_there", np.bool_)], align=True)
_WHOLE = np.dtype((np.void, _TABLE.itemsize))
"""A row as bytes: field by field, copying takes ten times as long."""
_FEWEST_ROWS = 64
_MOST_FRESH = 100_000
_TIMES = 8
"""A sorted list is joined with the one before it unless that is so many times longer: few lists, few joinings."""
_MOST_GONE = 1000
_COLUMNS = {name: number for number, name in enumerate(KINDS)}
_TELLING = np.array([kind.telling for kind in KINDS.values()])
_PLACED = np.array([kind.placed for kind in KINDS.values()])
_NO_DIFFERENCE = 1e-6
"""Bits: those who are described alike differ by the last digit of a sum at most."""

_BEYOND = np.iinfo(np.int64).max
_AT_A_DOOR = 4
"""So many keys, or a few more, begin alike."""

Numbers = npt.NDArray[np.int64]
Numbers32 = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Different keys in their order, one beyond all at their end; `starts` says where each one's `records` begin.

    Keys are hashes, so what they begin with is spread evenly: `doors` says where those begin that begin alike, a few
    at each. A search through all of them would wait for the memory two dozen times for each key.
    """

    keys: Numbers
    starts: Numbers32
    records: Numbers32
    doors: Numbers32
    shift: int
    steps: int

    def places_of(self, keys: Numbers) -> tuple[Numbers, Numbers]:
        """Where the records of each key begin, and how many they are."""
        door = keys >> self.shift
        low, high = self.doors[door].astype(np.int64), self.doors[door + 1].astype(np.int64)
        for _ in range(self.steps):
            middle = (low + high) >> 1
            below = self.keys[middle] < keys
            low, high = np.where(below, middle + 1, low), np.where(below, high, middle)
        there = self.keys[low] == keys
        starts = self.starts[low].astype(np.int64)
        return starts, there * (self.starts[low + 1] - starts)

    def unfolded(self) -> tuple[Numbers, Numbers32]:
        """Each record beside each of its keys, in the order of the keys."""
        return np.repeat(self.keys[:-1], np.diff(self.starts[:-1])), self.records


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found: `records` by number, `rarity` of the shared keys by kind (a column each), in bits."""

    records: Numbers32
    rarity: Bits


@dataclass(slots=True, eq=False)
class KeyIndex:
    """Records of one side of an incident. A record that changes is written anew, and what was is passed over."""

    _number_of: dict[str, int] = field(default_factory=dict)
    _ids: list[str] = field(default_factory=list)
    _table: Rows = field(default_factory=lambda: np.zeros(_FEWEST_ROWS, _TABLE))
    _lists: list[_Sorted] = field(default_factory=list)
    _fresh_keys: list[int] = field(default_factory=list)
    _fresh_records: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._number_of)

    def drop(self, record_id: str) -> None:
        """Whether it is there or not: it will be found no more."""
        before = self._number_of.pop(record_id, None)
        if before is not None:
            self._table["is_there"][before] = False

    def put(self, record_id: str, keys: tuple[int, ...], seen: Sketch | Profile, together: str | None) -> None:
        """Keep a record in the place of what there was of it; one without keys is found by nobody.

        `together` is shared by those who were reported or registered together.
        """
        self.drop(record_id)
        if not keys:
            return
        if len(self._ids) - len(self._number_of) > max(_MOST_GONE, len(self._number_of)):
            self._forget_what_is_gone()
        number = len(self._ids)
        if number == len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        self._ids.append(record_id)
        self._number_of[record_id] = number
        row = self._table[number : number + 1]
        fill(row["seen"][0], seen)
        row["together"], row["is_there"] = _shared(together), True
        self._fresh_keys.extend(keys)
        self._fresh_records.extend([number] * len(keys))
        if len(self._fresh_keys) > _MOST_FRESH:
            self._sort_fresh()

    def likeliest(
        self,
        subject: Profile,
        asked: Mapping[int, Asked],
        bounds: Bounds,
        *,
        besides: str | None = None,
        apart_from: str | None = None,
    ) -> list[str]:
        """The ids of those to compare: the likeliest at a glance, and the likeliest if the place is looked at too.

        Both are taken, since what a family is told must not depend on the place. `besides` is the record itself,
        `apart_from` leaves out who was reported or registered together with it.
        """
        found = self.found(subject, asked, bounds)
        keep = self._table["is_there"][found.records]
        if besides in self._number_of:
            keep &= found.records != self._number_of[besides]
        if apart_from is not None:
            keep &= self._table["together"][found.records] != _shared(apart_from)
        records = found.records[keep]
        best = _best(row_of(subject), self.rows(records), found.rarity[keep], bounds)
        return [self._ids[record] for record in records[best].tolist()]

    def found(self, subject: Profile, asked: Mapping[int, Asked], bounds: Bounds) -> Found:
        """Who is kept under those of the asked keys that are worth it, some of them perhaps gone."""
        self._sort_fresh()
        numbers = np.fromiter(asked, np.int64, len(asked))
        places = [one.places_of(numbers) for one in self._lists]
        in_all = sum((count for _, count in places), np.zeros_like(numbers))
        there = np.flatnonzero(in_all)
        counts = dict(zip(numbers[there].tolist(), in_all[there].tolist(), strict=True))
        chosen = keys_worth_asking(asked, counts, bounds, small=is_small(subject))
        if not chosen:
            return Found(np.zeros(0, np.uint32), np.zeros((0, len(KINDS))))
        kinds = np.array([_COLUMNS[asked[key].kind.name] for key in chosen])
        rarity = np.array([max(0.0, log2(RARE * asked[key].promise / counts[key])) for key in chosen])
        column = dict(zip(counts, there.tolist(), strict=True))
        columns = [column[key] for key in chosen]
        parts = [
            (one.records[_ranges(starts[columns], count[columns])], np.repeat(np.arange(len(chosen)), count[columns]))
            for one, (starts, count) in zip(self._lists, places, strict=True)
        ]
        records = np.concatenate([some for some, _ in parts])
        key = np.concatenate([some for _, some in parts])
        different, row = np.unique(records, return_inverse=True)
        rarest = np.zeros((len(different), len(KINDS)))
        np.maximum.at(rarest, (row, kinds[key]), rarity[key])
        return Found(different, rarest)

    def id_of(self, record: int) -> str:
        return self._ids[record]

    def rows(self, records: Numbers32) -> Rows:
        return np.take(self._table.view(_WHOLE), records).view(_TABLE)["seen"]

    def _sort_fresh(self) -> None:
        if not self._fresh_keys:
            return
        fresh = _sorted(np.array(self._fresh_keys, np.int64), np.array(self._fresh_records, np.uint32))
        self._fresh_keys.clear()
        self._fresh_records.clear()
        while self._lists and len(self._lists[-1].records) < _TIMES * len(fresh.records):
            (keys, records), (more, others) = self._lists.pop().unfolded(), fresh.unfolded()
            fresh = _sorted(np.concatenate([keys, more]), np.concatenate([records, others]))
        self._lists.append(fresh)

    def _forget_what_is_gone(self) -> None:
        self._sort_fresh()
        there = self._table["is_there"][: len(self._ids)]
        new_number = np.cumsum(there, dtype=np.uint32) - 1
        unfolded = [(keys, records, there[records]) for keys, records in (one.unfolded() for one in self._lists)]
        self._lists = [
            _sorted(keys[stays], new_number[records[stays]]) for keys, records, stays in unfolded if stays.any()
        ]
        self._ids = [record_id for record_id, stays in zip(self._ids, there, strict=True) if stays]
        self._number_of = {record_id: number for number, record_id in enumerate(self._ids)}
        table = np.zeros(len(self._table), _TABLE)
        table[: len(self._ids)] = self._table[: len(there)][there]
        self._table = table


def _sorted(keys: Numbers, records: Numbers32) -> _Sorted:
    """Of keys and, beside each, a record that is kept under it, in any order; none is no list."""
    # Stable, since two sorted lists behind each other are joined by that in one pass.
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1)).astype(np.uint32)
    different = keys[starts]
    bits = max(0, (len(different) // _AT_A_DOOR).bit_length())
    shift = 8 * KEY_BYTES - bits
    at_each = np.bincount(different >> shift, minlength=1 << bits)
    return _Sorted(
        keys=np.append(different, _BEYOND),
        starts=np.append(starts, np.array([len(keys)] * 2, np.uint32)),
        records=records[order],
        doors=np.append(0, np.cumsum(at_each)).astype(np.uint32),
        shift=shift,
        steps=int(at_each.max()).bit_length(),
    )


def _ranges(starts: Numbers, counts: Numbers) -> Numbers:
    """The numbers from each start on, so many as are counted there."""
    ends = np.cumsum(counts)
    return np.repeat(starts - ends + counts, counts) + np.arange(ends[-1])


def _shared(together: str | None) -> int:
    return TOGETHER_WITH_NOBODY if together is None else crc32(together.encode()) or 1


def _best(subject: Rows, others: Rows, rarity: Bits, bounds: Bounds) -> list[int]:
    if len(others) <= bounds.compared:
        return list(range(len(others)))
    bare = looks_alike(subject, others) + rarity @ np.where(_PLACED, 0.0, _TELLING)
    placed = bare + rarity @ np.where(_PLACED, _TELLING, 0.0) + lies_near(subject, others)
    order = _highest(bare, bounds.compared * bounds.for_a_crowd)
    chosen = order[: _how_many(bare[order], bounds)]
    placed[chosen] = -np.inf
    further = _highest(placed, min(bounds.compared_by_place, len(others) - len(chosen)))
    return [*chosen.tolist(), *further.tolist()]


def _highest(bits: Bits, count: int) -> Numbers:
    """Where the highest are, so many of them, the highest first; of equal ones those that come first."""
    if 0 < count < len(bits):
        among = np.flatnonzero(bits >= np.partition(bits, -count)[-count])
    else:
        among = np.arange(len(bits))
    return among[np.argsort(-bits[among], kind="stable")][:count]


def _how_many(best_first: Bits, bounds: Bounds) -> int:
    """Whoever a glance cannot tell apart count as one, up to a bound on all of them."""
    different = 1 + np.cumsum(best_first[:-1] - best_first[1:] > _NO_DIFFERENCE)
    return max(bounds.compared, 1 + int(np.count_nonzero(different <= bounds.compared)))
