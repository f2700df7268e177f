"""`python -m tests.bench.fit_ranking`: measures what `backend/matching/keys.py` and `ranking.py` have in figures.

For each kind of key: how often a true pair met in one of those asked for first, and how much its rarity tells of who is
the right one among all who were found, beside looks and place. Printed, not written: the table in `keys.py` is rounded
by hand, since only the order in which people are looked at depends on it.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.table import Table

from backend.domain.subject import Side
from backend.exchange.lists import read_list
from backend.matching.glance import lies_near, looks_alike, row_of
from backend.matching.key_index import KeyIndex
from backend.matching.keys import KINDS, asked_by_number, asked_keys, key_number, keys
from backend.matching.profile import Profile, profile
from backend.matching.ranking import AT_ONCE
from tests.bench.people.write import write_people

SEED = 303
ROUNDS, RATE, HOLD = 400, 0.05, 0.001
FEWEST = 5
"""With fewer to choose among, a choice says nothing."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """Who was found for a report: a row for each (a column for each kind of key, looks, nearness), and the right row.

    Columns are in bits, as they are before any weight.
    """

    rows: Numbers
    right: int


def main(registrations: Annotated[int, typer.Option(help="How many people are invented.")] = 100_000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        write_people(path, registrations=registrations, reports=registrations // 5, seed=SEED)
        reports = _profiles(path / "reports.ndjson", Side.REPORT)
        listed = _profiles(path / "registrations.ndjson", Side.REGISTRATION)
        rows = map(json.loads, (path / "truth.ndjson").read_text(encoding="utf-8").splitlines())
        truth = {row["report_id"]: row["registration_id"] for row in rows if row["registration_id"] is not None}
    kept = {one: keys(found) for one, found in listed.items()}
    chosen = dict(list(truth.items())[: registrations // 50])
    telling = fit(list(choices(reports, listed, kept, chosen)))
    met = how_often_met(reports, kept, chosen)
    table = Table("kind of key", "true pairs met in it", "promise", "telling, fitted", "telling")
    for kind, share in zip(KINDS.values(), telling, strict=False):
        table.add_row(kind.name, f"{met[kind.name]:.2f}", f"{kind.promise:g}", f"{share:.2f}", f"{kind.telling:g}")
    console = Console()
    console.print(table)
    console.print(f"looks {telling[-2]:.2f}, nearness {telling[-1]:.2f} (1 would be what they are now)")


def _profiles(path: Path, side: Side) -> dict[str, Profile]:
    return {one.id: profile(one) for one in read_list(path, side).subjects}


def how_often_met(
    reports: Mapping[str, Profile], kept: Mapping[str, tuple[str, ...]], truth: Mapping[str, str]
) -> dict[str, float]:
    """For each kind, the share of its likeliest keys, of those that anybody has, in which the true pair met."""
    there = {key for one in kept.values() for key in one}
    asked, met = Counter[str](), Counter[str]()
    for report_id, registration_id in truth.items():
        own = set(kept[registration_id])
        for one in asked_keys(reports[report_id]):
            if one.promise == one.kind.promise and one.key in there:
                asked[one.kind.name] += 1
                met[one.kind.name] += one.key in own
    return {name: met[name] / max(1, asked[name]) for name in KINDS}


def choices(
    reports: Mapping[str, Profile],
    listed: Mapping[str, Profile],
    kept: Mapping[str, tuple[str, ...]],
    truth: Mapping[str, str],
) -> Iterator[Choice]:
    index = KeyIndex()
    for one, described in listed.items():
        index.put(one, tuple(map(key_number, kept[one])), described, None)
    for report_id, registration_id in truth.items():
        report = reports[report_id]
        found = index.found(report, asked_by_number(report), AT_ONCE)
        ids = [index.id_of(one) for one in found.records]
        if registration_id in ids and len(ids) >= FEWEST:
            seen, subject = index.rows(found.records), row_of(report)
            looks, nearness = looks_alike(subject, seen), lies_near(subject, seen)
            yield Choice(np.column_stack([found.rarity, looks, nearness]), ids.index(registration_id))


def fit(choices: list[Choice]) -> Numbers:
    """A weight for each column by conditional logit (D. McFadden, 1974), with Adam's steps (Kingma and Ba, 2015)."""
    weights = np.zeros(choices[0].rows.shape[1])
    mean, spread = np.zeros_like(weights), np.zeros_like(weights)
    for _ in range(ROUNDS):
        slope = -HOLD * weights
        for choice in choices:
            odds = choice.rows @ weights
            shares = np.exp(odds - odds.max())
            slope += (choice.rows[choice.right] - (shares / shares.sum()) @ choice.rows) / len(choices)
        mean, spread = 0.9 * mean + 0.1 * slope, 0.99 * spread + 0.01 * slope**2
        weights += RATE * mean / (np.sqrt(spread) + 1e-6)
    return weights


if __name__ == "__main__":
    typer.run(main)
