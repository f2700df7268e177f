"""splink 4 on DuckDB: a link-only model of names, age, sex, places, relatives and looks."""

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import duckdb
import pandas as pd
import splink.comparison_level_library as cll
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import CustomComparison

from tests.bench.peers.common import TOP, Labelled, Outcome, Stopwatch, Task, ranked, sample
from tests.bench.peers.describe import BLOCKS, LISTS, Described

RANDOM_PAIRS = 2e6
SEED = 7
SURE_PAIRS: list[Any] = [block_on("given", "family", "birth_date"), block_on("given", "phone")]
SURE_RECALL = 0.3
TRAINING_BLOCKS = [
    block_on("given", "birth_date"),
    block_on("family", "birth_date"),
    block_on("phone", "birth_date"),
    block_on("given", "phone"),
    block_on("given", "family", "home_town"),
]
"""Two things that siblings do not share, or else the training takes families for matches."""
WORTHLESS = -20.0
"""A search leaves out what is under this match weight."""

TUNING = (
    "splink 4 on DuckDB, link_only. Given name: exact with term frequencies; a word in common, in any Latin reading; a "
    "nickname class in common (package nicknames); Jaro-Winkler 0.92; Double Metaphone in common; given and family "
    "name swapped; a word in common with any other name; Jaro-Winkler 0.8. Family name alike, without nicknames. Sex. "
    "Age: same birth date, day and month swapped, intervals of birth overlapping or 1, 2, 4 years apart. Relatives and "
    "reporter: a full name, two words, one word, a sound in common. Phones. Home: same, within 2 km, same town with "
    "term frequencies, town alike, within 25 km, any town of the record in common. Distance of the places at 2, 10, "
    "30, 100, 300 km. Languages, hair, eyes, height, marks, clothing. Names in Latin letters (anyascii, pinyin, "
    "romanised Arabic with up to three readings); words for Mama left out. Thirteen blocking rules over names, sounds, "
    "nicknames, relatives, phones, marks, towns and a grid, most of them with the year of birth give or take one. u "
    "from 2 million random pairs, term frequencies from the lists."
)
FROM_LISTS = (
    "m by expectation maximisation in five blocks: given name and birth date, family name and birth date, phone and "
    "birth date, given name and phone, whole name and town."
)
FROM_LABELS = "m from the true pairs of a development set made apart."

SEARCH_BLOCKS: list[Any] = [
    " OR ".join(
        "("
        + " AND ".join(
            f"list_has_any(l.{column}, r.{column})" if column in LISTS else f"l.{column} = r.{column}"
            for column in columns
        )
        + ")"
        for columns in BLOCKS
    )
]
"""The same blocks as one condition: a search cannot explode arrays, and one rule took half the time of thirteen."""

NUMBERS = [
    "birth_low", "birth_high", "height_cm", "latitude", "longitude", "home_latitude", "home_longitude",
]  # fmt: skip


def as_table(described: Sequence[Described]) -> pd.DataFrame:
    """The records as splink takes them: null for unknown, lists as arrays, points as two columns."""
    return pd.DataFrame([_as_row(one) for one in described]).astype(dict.fromkeys(NUMBERS, float))


def _as_row(one: Described) -> dict[str, Any]:
    row = {name: (value or None) if name in LISTS else value for name, value in asdict(one).items()}
    row["unique_id"] = row.pop("id")
    row["latitude"], row["longitude"] = row.pop("place") or (None, None)
    row["home_latitude"], row["home_longitude"] = row.pop("home_point") or (None, None)
    # For training, which takes plain columns only.
    row["given_sound"], row["phone"] = next(iter(one.given_sounds), None), next(iter(one.phones), None)
    return row


def _comparison(name: str, unknown: str, *levels: Any) -> CustomComparison:
    null = cll.CustomLevel(unknown, "unknown").configure(is_null_level=True)
    return CustomComparison(output_column_name=name, comparison_levels=[null, *levels, cll.ElseLevel()])


def _either_null(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def _level(condition: str) -> Any:
    return cll.CustomLevel(condition)


def _share(column: str, other: str | None = None) -> str:
    return f"list_has_any({column}_l, {other or column}_r)"


def _apart(years: float) -> Any:
    return _level(f"greatest(birth_low_l - birth_high_r, birth_low_r - birth_high_l) <= {years}")


def _comparisons() -> list[Any]:
    day_and_month_swapped = (
        "birth_date_l[1:4] = birth_date_r[1:4] AND birth_date_l[6:7] = birth_date_r[9:10] "
        "AND birth_date_l[9:10] = birth_date_r[6:7]"
    )
    return [
        _comparison(
            "given", _either_null("given"),
            cll.ExactMatchLevel("given", term_frequency_adjustments=True),
            _level(_share("given_words")),
            _level(_share("nicknames")),
            cll.JaroWinklerLevel("given", 0.92),
            _level(_share("given_sounds")),
            _level(f"coalesce({_share('given_words', 'family_words')}, false) "
                   f"OR coalesce({_share('family_words', 'given_words')}, false)"),
            _level(_share("name_words")),
            cll.JaroWinklerLevel("given", 0.8),
        ),
        _comparison(
            "family", _either_null("family"),
            cll.ExactMatchLevel("family", term_frequency_adjustments=True),
            _level(_share("family_words")),
            cll.JaroWinklerLevel("family", 0.92),
            _level(_share("family_sounds")),
            _level(f"coalesce({_share('given_words', 'family_words')}, false) "
                   f"OR coalesce({_share('family_words', 'given_words')}, false)"),
            _level(_share("name_words")),
            cll.JaroWinklerLevel("family", 0.8),
        ),
        _comparison("sex", _either_null("sex"), cll.ExactMatchLevel("sex")),
        _comparison(
            "age", _either_null("birth_low"),
            cll.ExactMatchLevel("birth_date"), _level(day_and_month_swapped),
            _apart(0), _apart(1), _apart(2), _apart(4),
        ),
        _comparison(
            "relatives", _either_null("relative_words"),
            _level(_share("relatives")),
            cll.ArrayIntersectLevel("relative_words", 2),
            _level(_share("relative_words")),
            _level(_share("relative_sounds")),
        ),
        _comparison("phones", _either_null("phones"), _level(_share("phones"))),
        _comparison(
            "home",
            "(home_l IS NULL OR home_r IS NULL) AND (home_latitude_l IS NULL OR home_latitude_r IS NULL) "
            "AND (towns_l IS NULL OR towns_r IS NULL)",
            cll.ExactMatchLevel("home"),
            cll.DistanceInKMLevel("home_latitude", "home_longitude", 2),
            cll.ExactMatchLevel("home_town", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("home_town", 0.9),
            cll.DistanceInKMLevel("home_latitude", "home_longitude", 25),
            _level(_share("towns")),
        ),
        _comparison(
            "place", _either_null("latitude"),
            *(cll.DistanceInKMLevel("latitude", "longitude", km) for km in (2, 10, 30, 100, 300)),
        ),
        _comparison("languages", _either_null("languages"), _level(_share("languages"))),
        _comparison("hair", _either_null("hair"), cll.ExactMatchLevel("hair")),
        _comparison("eyes", _either_null("eyes"), cll.ExactMatchLevel("eyes")),
        _comparison(
            "height", _either_null("height_cm"),
            *(cll.AbsoluteDifferenceLevel("height_cm", difference) for difference in (3, 8, 15)),
        ),
        _comparison(
            "marks", _either_null("marks"),
            cll.ArrayIntersectLevel("marks", 2), _level(_share("marks")),
        ),
        _comparison(
            "clothing", _either_null("clothing"),
            cll.ArrayIntersectLevel("clothing", 2), _level(_share("clothing")),
        ),
    ]  # fmt: skip


def trained(task: Task, labelled: Labelled | None = None) -> Linker:
    """A linker over both lists with its model trained: u and term frequencies always from the lists themselves.

    m comes from the labelled pairs if there are any, and else from the lists by expectation maximisation.
    """
    if labelled is None:
        linker = _linker(task, _settings())
        for block in TRAINING_BLOCKS:
            linker.training.estimate_parameters_using_expectation_maximisation(block)
        return linker
    teacher = _linker(labelled.task, _settings())
    pairs = pd.DataFrame(
        [("registrations", registration, "reports", report) for report, registration in labelled.truth.items()],
        columns=["source_dataset_l", "unique_id_l", "source_dataset_r", "unique_id_r"],
    )
    labels = teacher.table_management.register_table(pairs, "labels")
    teacher.training.estimate_m_from_pairwise_labels(labels)
    return _linker(task, teacher.misc.save_model_to_json())


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="link_only",
        comparisons=_comparisons(),
        blocking_rules_to_generate_predictions=[
            block_on(*columns, arrays_to_explode=[column for column in columns if column in LISTS])
            for columns in BLOCKS
        ],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


def _linker(task: Task, settings: SettingsCreator | dict[str, Any]) -> Linker:
    logging.getLogger("splink").setLevel(logging.ERROR)
    tables = [as_table(task.registrations), as_table(task.reports)]
    linker = Linker(
        tables,
        settings,
        DuckDBAPI(_quiet_database()),
        set_up_basic_logging=False,
        input_table_aliases=["registrations", "reports"],
    )
    linker.training.estimate_probability_two_random_records_match(SURE_PAIRS, recall=SURE_RECALL)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    return linker


def _quiet_database() -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute("SET enable_progress_bar = false")
    return database


def match_by_splink(task: Task, labelled: Labelled | None = None) -> Outcome:
    """Rank every report's candidates by match weight."""
    watch = Stopwatch()
    with watch.on("train"):
        linker = trained(task, labelled)
    with watch.on("predict"):
        found = linker.inference.predict().physical_name
        counts = _rows(linker, f"SELECT unique_id_r, count(*) FROM {found} GROUP BY 1")  # noqa: S608 - a table of splink's
        best = _rows(
            linker,
            f"SELECT unique_id_r, unique_id_l, match_weight FROM {found} QUALIFY "  # noqa: S608 - a table of splink's
            f"row_number() OVER (PARTITION BY unique_id_r ORDER BY match_weight DESC, unique_id_l) <= {TOP}",
        )
    candidates = {one.id: 0 for one in task.reports} | dict(counts)
    tuning = f"{TUNING} {FROM_LISTS if labelled is None else FROM_LABELS}"
    name = "splink 4" if labelled is None else "splink 4, labelled"
    return Outcome(name, tuning, ranked(best), candidates, watch.seconds)


def _rows(linker: Linker, query: str) -> list[Any]:
    table = linker.misc.query_sql(query, output_type="pandas")
    return list(table.itertuples(index=False, name=None))


def search_seconds(task: Task, searches: int, labelled: Labelled | None = None) -> list[float]:
    """Seconds that `find_matches_to_new_records` takes for so many reports, each alone against all registrations.

    The model is trained and term frequencies are computed before; the record stands in the database already.
    """
    model = trained(task, labelled).misc.save_model_to_json() | {"link_type": "dedupe_only"}
    database = _quiet_database()
    linker = Linker(as_table(task.registrations), model, DuckDBAPI(database), set_up_basic_logging=False)
    for column in ("given", "family", "home_town"):
        linker.table_management.compute_tf_table(column)
    database.register("every_report", as_table(task.reports))
    seconds = []
    for number, report in enumerate(sample(task, searches, SEED).reports):
        table = f"one_report_{number}"
        database.execute(f"CREATE TABLE {table} AS SELECT * FROM every_report WHERE unique_id = ?", [report.id])  # noqa: S608 - own names
        began = time.perf_counter()
        linker.inference.find_matches_to_new_records(table, SEARCH_BLOCKS, match_weight_threshold=WORTHLESS)
        seconds.append(time.perf_counter() - began)
    return seconds
