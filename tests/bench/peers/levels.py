"""Conditions of a level for the Record Linkage Toolkit: arrays of bool over the columns of many pairs at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler
from recordlinkage.base import BaseCompareFeature

Columns = Mapping[str, npt.NDArray[Any]]
Holds = npt.NDArray[np.bool_]
Condition = Callable[[Columns, Columns], Holds]
UNKNOWN = 15
"""The level of a pair of which either side is silent."""
EARTH_KM = 6371.0


class Leveled(BaseCompareFeature):  # type: ignore[misc]  # the toolkit has no types
    """A feature that puts each pair on a level: 0 differs, the highest agrees best, or `UNKNOWN`.

    `conditions` go from the best to the worst, and the best that holds is the level. `known` are the columns that both
    sides must have; `more` further columns that the conditions look at.
    """

    def __init__(self, label: str, known: Sequence[str], more: Sequence[str], *conditions: Condition) -> None:
        columns = [*known, *more]
        super().__init__(columns, columns, label=label)
        self.known = known
        self.conditions = conditions

    def _compute_vectorized(self, *columns: pd.Series) -> npt.NDArray[np.int8]:
        half = len(columns) // 2
        arrays = [column.to_numpy() for column in columns]
        left = dict(zip(self.labels_left, arrays[:half], strict=True))
        right = dict(zip(self.labels_right, arrays[half:], strict=True))
        levels = np.zeros(len(arrays[0]), dtype=np.int8)
        for level, condition in enumerate(reversed(self.conditions), start=1):
            levels[condition(left, right)] = level
        for name in self.known:
            levels[pd.isna(left[name]) | pd.isna(right[name])] = UNKNOWN
        return levels


def same(column: str) -> Condition:
    """Both sides say the same."""
    return lambda left, right: _bool(left[column] == right[column])


def same_and_rare(column: str) -> Condition:
    """Both sides say the same, and few registrations do."""
    return lambda left, right: _bool((left[column] == right[column]) & (left[f"{column}_is_rare"] == 1))


def share(column: str, other: str | None = None, least: int = 1) -> Condition:
    """The lists have at least so many entries in common."""

    def shared(left: Columns, right: Columns) -> Holds:
        pairs = zip(left[column], right[other or column], strict=True)
        found = (one is not None and two is not None and len(one & two) >= least for one, two in pairs)
        return np.fromiter(found, dtype=bool, count=len(left[column]))

    return shared


def either(*conditions: Condition) -> Condition:
    """Any of the conditions holds."""
    return lambda left, right: np.logical_or.reduce([condition(left, right) for condition in conditions])


def alike(column: str, least: float) -> Condition:
    """The texts have at least this Jaro-Winkler similarity."""

    def spelled(left: Columns, right: Columns) -> Holds:
        one, other = ([text or "" for text in side[column]] for side in (left, right))
        return _bool(process.cpdist(one, other, scorer=JaroWinkler.similarity) >= least)

    return spelled


def born_within(years: float) -> Condition:
    """The intervals of birth are at most so many years apart."""

    def near(left: Columns, right: Columns) -> Holds:
        gaps = left["birth_low"] - right["birth_high"], right["birth_low"] - left["birth_high"]
        return _bool(np.maximum(*gaps) <= years)

    return near


def day_and_month_swapped(left: Columns, right: Columns) -> Holds:
    """2015-03-04 and 2015-04-03."""
    pairs = zip(left["birth_date"], right["birth_date"], strict=True)
    found = (bool(one and two) and one == f"{two[:4]}-{two[8:]}-{two[5:7]}" for one, two in pairs)
    return np.fromiter(found, dtype=bool, count=len(left["birth_date"]))


def within_km(latitude: str, longitude: str, kilometres: float) -> Condition:
    """The points are at most so far apart, by the haversine formula."""

    def near(left: Columns, right: Columns) -> Holds:
        north, other_north = np.radians(left[latitude]), np.radians(right[latitude])
        east = np.radians(right[longitude] - left[longitude])
        half = np.sin((other_north - north) / 2) ** 2 + np.cos(north) * np.cos(other_north) * np.sin(east / 2) ** 2
        return _bool(2 * EARTH_KM * np.arcsin(np.sqrt(half)) <= kilometres)

    return near


def differs_by(column: str, most: float) -> Condition:
    """The numbers differ by at most so much."""
    return lambda left, right: _bool(np.abs(left[column] - right[column]) <= most)


def _bool(found: Any) -> Holds:
    return np.asarray(found, dtype=bool)
