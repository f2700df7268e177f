"""`python -m tests.bench.fit`: fits how much each kind of evidence counts, and the calibration, on invented people.

The weights themselves are reasoned (see `backend/matching/data/README.md`); fitted are one factor for each feature,
held near 1, and then slope and offset of the probability, on other people than the factors. Two generators of noise and
three scales are mixed, so that no habit of one of them is learnt. `--write` puts them into `weights.json`.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.table import Table

from backend.domain.evidence import Feature
from backend.domain.subject import Side
from backend.exchange.lists import read_list
from backend.exchange.pairs import match_lists
from backend.matching.context import Context, default_context
from tests.bench.people.write import write_people

WEIGHTS = Path(__file__).parents[2] / "backend" / "matching" / "data" / "weights.json"
TOLD_TO_FIT, TOLD_TO_CALIBRATE = 101, 202
SCALES_KM = (15.0, 60.0, 200.0)
NEAR_ONE = 200.0
"""How strongly a factor is held near 1: as so many pairs would hold it."""
LEAST, MOST = 0.5, 1.5
TOP = 10
FINE = 1e-7
"""Far finer than what is written down."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Scored pairs: a row of bits by feature for each, the prior in bits, and whether they are one child (0 or 1)."""

    bits: Numbers
    prior: Numbers
    same: Numbers


def main(
    registrations: Annotated[int, typer.Option(help="How many for each of the six kinds of lists.")] = 20_000,
    *,
    write: Annotated[bool, typer.Option("--write", help="Put what was fitted into weights.json.")] = False,
) -> None:
    console = Console()
    learnt = scored(registrations, TOLD_TO_FIT, unfitted(default_context()))
    factors = fit_factors(learnt)
    console.print(_table(factors, learnt))
    apart = scored(registrations, TOLD_TO_CALIBRATE, unfitted(default_context()))
    slope, offset = fit_calibration(apart.bits @ factors + apart.prior, apart.same)
    console.print(f"slope {slope:.3f}, offset {offset:+.3f}, from {len(apart.same):,} pairs")
    if write:
        raw = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        raw["strength"] = {feature: round(float(factor), 2) for feature, factor in zip(Feature, factors, strict=True)}
        raw["calibration"] |= {"slope": round(slope, 3), "offset": round(offset, 2)}
        WEIGHTS.write_text(json.dumps(raw, indent=2) + "\n", encoding="utf-8")


def unfitted(context: Context) -> Context:
    """The same context with every factor at 1."""
    return replace(context, weights=replace(context.weights, strength=dict.fromkeys(Feature, 1.0)))


def scored(registrations: int, seed: int, context: Context) -> Pairs:
    """The best pairs of every report, of all kinds of lists together."""
    bits, prior, same = [], [], []
    for scale_km in SCALES_KM:
        for noise in ("development", "other"):
            with tempfile.TemporaryDirectory() as folder:
                path, reports = Path(folder), registrations // 5
                write_people(
                    path, registrations=registrations, reports=reports, seed=seed, noise=noise, scale_km=scale_km
                )
                truth = _truth(path)
                under = replace(context, scale_km=scale_km, candidates=registrations)
                missing = read_list(path / "reports.ndjson", Side.REPORT).subjects
                found = read_list(path / "registrations.ndjson", Side.REGISTRATION).subjects
                for pair in match_lists(missing, found, under, top=TOP):
                    row = dict.fromkeys(Feature, 0.0)
                    for piece in pair.comparison.evidence:
                        row[piece.feature] += piece.bits
                    bits.append(list(row.values()))
                    prior.append(under.prior_bits)
                    same.append(float(truth.get(pair.report_id) == pair.registration_id))
    return Pairs(np.array(bits), np.array(prior), np.array(same))


def fit_factors(pairs: Pairs) -> Numbers:
    """One factor for each feature by logistic regression (natural units), held near 1; an offset takes up the rest."""
    ones = np.ones((len(pairs.same), 1))
    columns = np.hstack([pairs.bits * np.log(2), ones])
    start = np.ones(columns.shape[1])
    start[-1] = 0.0
    fitted = _logistic(columns, pairs.same, start, np.append(np.full(len(Feature), NEAR_ONE), 1e-6), pairs.prior)
    factors: Numbers = np.clip(fitted[:-1], LEAST, MOST)
    return factors


def fit_calibration(bits: Numbers, same: Numbers) -> tuple[float, float]:
    """Slope and offset (bits) of the probability; J. Platt, Probabilistic Outputs for Support Vector Machines, 1999."""
    columns = np.stack([bits * np.log(2), np.full(len(bits), np.log(2))], axis=1)
    slope, offset = _logistic(columns, same, np.array([1.0, 0.0]), np.full(2, 1e-6), np.zeros(len(bits)))
    return float(slope), float(offset)


def _logistic(columns: Numbers, same: Numbers, start: Numbers, hold: Numbers, prior: Numbers) -> Numbers:
    """Newton's method on the penalised likelihood; `hold` is the strength with which each number is held at `start`."""

    def badness(numbers: Numbers) -> float:
        odds = columns @ numbers + prior * np.log(2)
        held = hold * (numbers - start) ** 2 / 2
        return float((np.logaddexp(0, odds) - same * odds).sum() + held.sum())

    found = start.copy()
    for _ in range(50):
        expected = 1 / (1 + np.exp(-np.clip(columns @ found + prior * np.log(2), -500, 500)))
        slope = columns.T @ (same - expected) - hold * (found - start)
        curve = (columns * (expected * (1 - expected))[:, None]).T @ columns + np.diag(hold)
        step = np.linalg.solve(curve, slope)
        while badness(found + step) > badness(found) and np.abs(step).max() > FINE:
            step /= 2
        found += step
        if np.abs(step).max() < FINE:
            break
    return found


def _truth(folder: Path) -> dict[str, str | None]:
    lines = (folder / "truth.ndjson").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return {row["report_id"]: row["registration_id"] for row in rows}


def _table(factors: Sequence[float] | Numbers, pairs: Pairs) -> Table:
    table = Table("feature", "factor", "mean bits, same child", "mean bits, others")
    same = pairs.same.astype(bool)
    for index, feature in enumerate(Feature):
        column = pairs.bits[:, index]
        table.add_row(feature, f"{factors[index]:.2f}", f"{column[same].mean():+.2f}", f"{column[~same].mean():+.2f}")
    return table


if __name__ == "__main__":
    typer.run(main)
