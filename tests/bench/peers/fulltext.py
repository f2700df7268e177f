"""A boosted full-text rank, as the person finders of the field search: SQLite FTS5, names first."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing

from geo.distance import distance_km
from tests.bench.peers.common import TOP, Labelled, Outcome, Ranked, Stopwatch, Task, ranked
from tests.bench.peers.describe import Described, years_apart

TUNING = (
    "SQLite FTS5 with bm25. Columns and their boost: given names 10, family names 10, other words of names 5, nickname "
    "classes (package nicknames) 6, name sounds (Double Metaphone) 3, relatives' names 4, their sounds 1.5, phones 12, "
    "marks 4, towns 2. The query is the report's words joined by OR: names in all name columns, whole and by their "
    "first four letters, so that swapped names are found; towns only if nothing else is known. Words in Latin letters "
    "(anyascii, pinyin, romanised Arabic with up to three readings); words for Mama left out. The best 300 by text are "
    "then boosted, as person finders do: other sex x0.4; ages more than one year apart x0.6, more than four x0.3; the "
    "same birth date x1.5; a town in common x1.2; within 50 km x1.15; eyes and hair x1.1 if the same, else x0.9. "
    "Boosts were set by hand."
)

BOOSTS = {
    "given": 10.0, "family": 10.0, "other_names": 5.0, "nicknames": 6.0, "sounds": 3.0, "relatives": 4.0,
    "relative_sounds": 1.5, "phones": 12.0, "marks": 4.0, "towns": 2.0,
}  # fmt: skip
PREFIX = 4
NEAR_KM = 50.0
MOST_HITS = 300
"""The text search gives this many, which sex, age and place then reorder."""


def match_by_full_text(task: Task, _labelled: Labelled | None = None) -> Outcome:
    """Rank every report's registrations by their text; it has nothing to learn from labels."""
    watch = Stopwatch()
    pairs: list[Ranked] = []
    candidates: dict[str, int] = {}
    with closing(sqlite3.connect(":memory:")) as database:
        with watch.on("index"):
            _index(database, task.registrations)
        by_row = dict(enumerate(task.registrations))
        with watch.on("rank"):
            for report in task.reports:
                hits = [(by_row[row], -score) for row, score in _search(database, report)]
                candidates[report.id] = len(hits)
                pairs += ranked([(report.id, hit.id, score * _boost(report, hit)) for hit, score in hits])[:TOP]
    return Outcome("full text", TUNING, pairs, candidates, watch.seconds)


def _index(database: sqlite3.Connection, registrations: Iterable[Described]) -> None:
    columns = ", ".join(BOOSTS)
    options = "tokenize='unicode61', prefix='4'"
    database.execute(f"CREATE VIRTUAL TABLE child USING fts5({columns}, {options})")
    rows = ((row, *_columns(one)) for row, one in enumerate(registrations))
    marks = ", ".join("?" * (len(BOOSTS) + 1))
    database.executemany(f"INSERT INTO child(rowid, {columns}) VALUES ({marks})", rows)  # noqa: S608 - own names only
    weights = ", ".join(str(boost) for boost in BOOSTS.values())
    database.execute("INSERT INTO child(child, rank) VALUES ('rank', ?)", (f"bm25({weights})",))


def _columns(one: Described) -> Iterator[str]:
    main = {*one.given_words, *one.family_words}
    yield " ".join(one.given_words)
    yield " ".join(one.family_words)
    yield " ".join(word for word in one.name_words if word not in main)
    yield " ".join(one.nicknames)
    yield " ".join(one.name_sounds)
    yield " ".join(one.relative_words)
    yield " ".join(one.relative_sounds)
    yield " ".join(one.phones)
    yield " ".join(map(_joined, one.marks))
    yield " ".join(map(_joined, one.towns))


def _joined(text: str) -> str:
    """Several words as one, so that they are found together."""
    return text.replace(" ", "")


def _search(database: sqlite3.Connection, report: Described) -> list[tuple[int, float]]:
    query = " OR ".join(_terms(report))
    if not query:
        return []
    return database.execute(
        "SELECT rowid, rank FROM child WHERE child MATCH ? ORDER BY rank LIMIT ?", (query, MOST_HITS)
    ).fetchall()


def _terms(report: Described) -> list[str]:
    names = "{given family other_names}"
    terms = [f'{names} : "{word}"' for word in report.name_words]
    terms += [f'{names} : "{word[:PREFIX]}" *' for word in report.name_words if len(word) > PREFIX]
    terms += [f'nicknames : "{word}"' for word in report.nicknames]
    terms += [f'sounds : "{code}"' for code in report.name_sounds]
    terms += [f'relatives : "{word}"' for word in report.relative_words]
    terms += [f'relative_sounds : "{code}"' for code in report.relative_sounds]
    terms += [f'phones : "{digits}"' for digits in report.phones]
    terms += [f'marks : "{_joined(mark)}"' for mark in report.marks if " " in mark]
    return terms or [f'towns : "{_joined(town)}"' for town in report.towns]


def _boost(report: Described, hit: Described) -> float:
    boost = 1.0
    if report.sex and hit.sex and report.sex != hit.sex:
        boost *= 0.4
    years = years_apart(report, hit)
    if report.birth_date and report.birth_date == hit.birth_date:
        boost *= 1.5
    elif years is not None and years > 1:
        boost *= 0.3 if years > 4 else 0.6
    if not set(report.towns).isdisjoint(hit.towns):
        boost *= 1.2
    if report.place and hit.place and distance_km(report.place, hit.place) <= NEAR_KM:
        boost *= 1.15
    for column in ("eyes", "hair"):
        one, other = getattr(report, column), getattr(hit, column)
        if one and other:
            boost *= 1.1 if one == other else 0.9
    return boost
