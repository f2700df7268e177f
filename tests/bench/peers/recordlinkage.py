"""The Python Record Linkage Toolkit: several blocks, comparisons in levels, its ECM or naive Bayes classifier."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from recordlinkage import Compare, ECMClassifier, Index, NaiveBayesClassifier
from recordlinkage.algorithms.nb_sklearn import ECM
from recordlinkage.base import BaseIndexAlgorithm

from tests.bench.peers.common import Labelled, Outcome, Stopwatch, Task, ranked
from tests.bench.peers.describe import BLOCKS, Described
from tests.bench.peers.levels import (
    UNKNOWN,
    Leveled,
    alike,
    born_within,
    day_and_month_swapped,
    differs_by,
    either,
    same,
    same_and_rare,
    share,
    within_km,
)

TUNING = (
    "recordlinkage with custom comparisons on levels. Given name: exact and rare (under 0.2 % of the registrations), "
    "exact, a word in common in any Latin reading, a nickname class in common (package nicknames), Jaro-Winkler 0.92, "
    "Double Metaphone in common, given and family name swapped, a word in common with any other name, Jaro-Winkler "
    "0.8. Family name alike, without nicknames. Sex. Age: same birth date, day and month swapped, intervals of birth "
    "overlapping or 1, 2, 4 years apart. Relatives and reporter: a full name, two words, one word, a sound in common. "
    "Phones. Home: same, within 2 km, same town, town alike, within 25 km, any town in common. Distance of the places "
    "at 2, 10, 30, 100, 300 km. Languages, hair, eyes, height, marks, clothing. Unknown is a level of its own. Names "
    "in Latin letters (anyascii, pinyin, romanised Arabic with up to three readings); words for Mama left out. "
    "Thirteen blocks over names, sounds, nicknames, relatives, phones, marks, towns and a grid, most of them with the "
    "year of birth give or take one."
)
FROM_LISTS = (
    "ECMClassifier with Jaro's start carried over to levels, stopped after one round: on the development set further "
    "rounds made it worse, since it then tells families or blocks apart instead of children."
)
FROM_LABELS = "NaiveBayesClassifier, taught by the true pairs of a development set made apart."
ROUNDS = 1
RARE_SHARE = 0.002
"""A name borne by less than this share of the registrations is rare, and agreeing on it a level of its own."""
TRAINING_PAIRS = 300_000
LEAST_SHARE = 1e-4
BATCH = 500
"""So many reports are compared at a time, so that the pairs fit into memory."""
SEED = 7


class Block(BaseIndexAlgorithm):  # type: ignore[misc]  # the toolkit has no types
    """Pairs that agree on each of the columns; of a list, on any entry."""

    def __init__(self, *columns: str) -> None:
        super().__init__()
        self.columns = list(columns)

    def _link_index(self, left: pd.DataFrame, right: pd.DataFrame) -> pd.MultiIndex:
        pairs = self._keys(left, "left").merge(self._keys(right, "right"), on=self.columns)[["left", "right"]]
        pairs = pairs.drop_duplicates()
        return pd.MultiIndex(
            levels=[left.index.to_numpy(), right.index.to_numpy()],
            codes=[pairs["left"].to_numpy(), pairs["right"].to_numpy()],
            verify_integrity=False,
        )

    def _keys(self, table: pd.DataFrame, side: str) -> pd.DataFrame:
        keys = table[self.columns].reset_index(drop=True)
        keys[side] = np.arange(len(keys))
        for column in self.columns:
            keys = keys.dropna(subset=[column])
            if len(keys) and isinstance(keys[column].iloc[0], frozenset):
                keys[column] = keys[column].map(list)
                keys = keys.explode(column)
        return keys


class LeveledECM(ECM):  # type: ignore[misc]  # the toolkit has no types
    """The toolkit's ECM with Jaro's start (0.9 agree among matches, 0.1 among others) carried over to levels.

    Its own `jaro` start takes two levels only, and its random start may end with the classes the wrong way round.
    """

    feature_log_prob_: npt.NDArray[np.float64]

    def _transform_data(self, patterns: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        # The same columns as the toolkit makes, without its fifteen passes of scikit-learn in each round.
        return np.concatenate(
            [patterns[:, [column]] == one.classes_ for column, one in enumerate(self._binarizers)], axis=1
        ).astype(float)

    def _joint_log_likelihood(self, patterns: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        # A level that no match has yet shown would otherwise weigh minus infinity, and spoil all sums.
        self.feature_log_prob_ = np.maximum(self.feature_log_prob_, np.log(LEAST_SHARE))
        joint: npt.NDArray[np.float64] = super()._joint_log_likelihood(patterns)
        return joint

    def _init_parameters_random(self, _patterns: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        starts = [_start(binarizer.classes_) for binarizer in self._binarizers]
        return np.log([0.99, 0.01]), np.log(np.concatenate(starts, axis=1))


def _start(levels: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Probabilities of the levels among others and among matches (2, levels)."""
    known = [int(level) for level in levels if level not in (0, UNKNOWN)]
    among_matches = {level: 0.9 * level / sum(known) for level in known} | {0: 0.1}
    among_others = {level: 0.1 / len(known) for level in known} | {0: 0.9}
    table = np.array([[side.get(int(level), 0.3) for level in levels] for side in (among_others, among_matches)])
    normal: npt.NDArray[np.float64] = table / table.sum(axis=1, keepdims=True)
    return normal


def _features() -> list[Leveled]:
    crossed = either(share("given_words", "family_words"), share("family_words", "given_words"))
    points = ("latitude", "longitude"), ("home_latitude", "home_longitude")
    return [
        Leveled(
            "given", ["given"],
            ["given_is_rare", "given_words", "family_words", "name_words", "nicknames", "given_sounds"],
            same_and_rare("given"), same("given"), share("given_words"), share("nicknames"), alike("given", 0.92),
            share("given_sounds"), crossed, share("name_words"), alike("given", 0.8),
        ),
        Leveled(
            "family", ["family"], ["family_is_rare", "given_words", "family_words", "name_words", "family_sounds"],
            same_and_rare("family"), same("family"), share("family_words"), alike("family", 0.92),
            share("family_sounds"), crossed, share("name_words"), alike("family", 0.8),
        ),
        Leveled("sex", ["sex"], [], same("sex")),
        Leveled(
            "age", ["birth_low"], ["birth_high", "birth_date"],
            same("birth_date"), day_and_month_swapped, *map(born_within, (0, 1, 2, 4)),
        ),
        Leveled(
            "relatives", ["relative_words"], ["relatives", "relative_sounds"],
            share("relatives"), share("relative_words", least=2), share("relative_words"), share("relative_sounds"),
        ),
        Leveled("phones", ["phones"], [], share("phones")),
        Leveled(
            "home", ["home"], ["home_town", "towns", *points[1]],
            same("home"), within_km(*points[1], 2), same("home_town"), alike("home_town", 0.9),
            within_km(*points[1], 25), share("towns"),
        ),
        Leveled("place", ["latitude"], ["longitude"], *(within_km(*points[0], km) for km in (2, 10, 30, 100, 300))),
        Leveled("languages", ["languages"], [], share("languages")),
        Leveled("hair", ["hair"], [], same("hair")),
        Leveled("eyes", ["eyes"], [], same("eyes")),
        Leveled("height", ["height_cm"], [], *(differs_by("height_cm", most) for most in (3, 8, 15))),
        Leveled("marks", ["marks"], [], share("marks", least=2), share("marks")),
        Leveled("clothing", ["clothing"], [], share("clothing", least=2), share("clothing")),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """Candidate pairs by id, and the levels of their features (pairs, features)."""

    pairs: pd.MultiIndex
    levels: npt.NDArray[np.int8]


def match_by_recordlinkage(task: Task, labelled: Labelled | None = None) -> Outcome:
    """Rank every report's candidates by the weight that the trained classifier gives their pair."""
    watch = Stopwatch()
    lesson = None if labelled is None else (_compared(labelled.task, Stopwatch()), labelled.truth)
    compared = _compared(task, watch)
    with watch.on("train"):
        classifier = _unsupervised(compared) if lesson is None else _supervised(*lesson)
    with watch.on("score"):
        scores = _weights(classifier, compared.levels)
        reports, registrations = compared.pairs.get_level_values(0), compared.pairs.get_level_values(1)
        found = ranked(list(zip(reports, registrations, scores.tolist(), strict=True)))
    counts = Counter(reports)
    name, learnt = ("recordlinkage ECM", FROM_LISTS) if labelled is None else ("recordlinkage, labelled", FROM_LABELS)
    candidates = {one.id: counts[one.id] for one in task.reports}
    return Outcome(name, f"{TUNING} {learnt}", found, candidates, watch.seconds)


def _compared(task: Task, watch: Stopwatch) -> Compared:
    reports, registrations = as_table(task.reports), as_table(task.registrations)
    for name in ("given", "family"):
        _mark_rare(name, registrations, reports)
    blocks, features = Index([Block(*columns) for columns in BLOCKS]), _features()
    found: list[pd.MultiIndex] = []
    levels: list[npt.NDArray[np.int8]] = []
    for start in range(0, len(reports), BATCH):
        batch = reports.iloc[start : start + BATCH]
        with watch.on("block"):
            found.append(blocks.index(batch, registrations))
        with watch.on("compare"):
            compared = Compare(features).compute(found[-1], batch, registrations)
            levels.append(compared.to_numpy(dtype=np.int8))
    sides = (np.concatenate([pairs.get_level_values(side) for pairs in found]) for side in (0, 1))
    return Compared(pd.MultiIndex.from_arrays(list(sides)), np.concatenate(levels))


def as_table(described: Sequence[Described]) -> pd.DataFrame:
    """The records as the toolkit takes them, by id: None for unknown, lists as sets, points as two columns."""
    table = pd.DataFrame([_as_row(one) for one in described]).set_index("id")
    numbers = ["birth_low", "birth_high", "height_cm", "latitude", "longitude", "home_latitude", "home_longitude"]
    return table.astype(dict.fromkeys(numbers, float))


def _as_row(one: Described) -> dict[str, Any]:
    row = {
        name: (frozenset(value) or None) if isinstance(value, list) else value for name, value in asdict(one).items()
    }
    row["latitude"], row["longitude"] = row.pop("place") or (np.nan, np.nan)
    row["home_latitude"], row["home_longitude"] = row.pop("home_point") or (np.nan, np.nan)
    return row


def _mark_rare(name: str, registrations: pd.DataFrame, reports: pd.DataFrame) -> None:
    shares = registrations[name].value_counts(normalize=True)
    for table in (registrations, reports):
        table[f"{name}_is_rare"] = table[name].map(shares).fillna(0) < RARE_SHARE


def _unsupervised(compared: Compared) -> ECMClassifier:
    chosen = np.random.default_rng(SEED).permutation(len(compared.levels))[:TRAINING_PAIRS]
    classifier = ECMClassifier(init="random", max_iter=ROUNDS)
    classifier.kernel = LeveledECM(init="random", binarize=None, max_iter=ROUNDS)
    with np.errstate(divide="ignore"):
        classifier.fit(pd.DataFrame(compared.levels[chosen], columns=[feature.label for feature in _features()]))
    return classifier


def _supervised(compared: Compared, truth: Mapping[str, str]) -> NaiveBayesClassifier:
    true = [truth.get(report) == registration for report, registration in compared.pairs]
    columns = [feature.label for feature in _features()]
    classifier = NaiveBayesClassifier(binarize=None, alpha=1.0)
    classifier.fit(pd.DataFrame(compared.levels, index=compared.pairs, columns=columns), compared.pairs[true])
    return classifier


def _weights(
    classifier: ECMClassifier | NaiveBayesClassifier, patterns: npt.NDArray[np.int8]
) -> npt.NDArray[np.float64]:
    """The sum of the log weights of each pair's levels; one the training never saw weighs nothing."""
    total = np.zeros(len(patterns))
    for column, weights in enumerate(classifier.log_weights.values()):
        table = np.zeros(UNKNOWN + 1)
        table[[int(level) for level in weights]] = np.nan_to_num(list(weights.values()))
        total += table[patterns[:, column]]
    return total
