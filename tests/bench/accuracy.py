"""How good the matcher is on invented people, beside its peers, from the same files in the same run."""

import asyncio
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from backend.domain.subject import Side
from backend.exchange.lists import read_list
from backend.exchange.pairs import match_lists
from backend.matching.context import context_for
from tests.bench import plots
from tests.bench.metrics import (
    Candidates,
    Figures,
    Proposals,
    Ranking,
    Truth,
    behind,
    candidates,
    measure,
    ranked_of,
    read_truth,
)
from tests.bench.peers.common import Labelled, read_task, sample
from tests.bench.people.write import write_people
from tests.bench.plots import PLOTS

SCALE_KM = 60.0
ALERT = 0.9
SEED, SEED_TO_LEARN_FROM = 2026, 4051
"""Neither was looked at while weights, blocks or rounds were chosen."""
OURS = "Reunify"
TOP = 10


@dataclass(frozen=True, slots=True)
class Size:
    """How many people, and how many of the reports the slower peers are asked for (drawn at random)."""

    registrations: int
    reports: int
    asked: Mapping[str, int]


def full_size() -> Size:
    """As many reports as REPORTS in the environment says, where a run is to be shorter."""
    reports = int(os.environ.get("REPORTS", "20000"))
    asked = {"splink": reports, "recordlinkage": min(reports, 5_000), "fulltext": min(reports, 5_000)}
    return Size(100_000, reports, asked)


QUICK = Size(1_000, 200, {"splink": 200, "recordlinkage": 200, "fulltext": 200})


@dataclass(frozen=True, slots=True)
class Measured:
    """A matcher on the reports it was asked for, and ours on the same."""

    name: str
    tuning: str
    seconds: float
    median_candidates: float
    figures: Figures
    ours: Figures


async def measure_accuracy(*, quick: bool) -> str:
    """Development noise beside the peers, and the other noise alone."""
    return await asyncio.to_thread(_measure, QUICK if quick else full_size())


def _measure(size: Size) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder, other, learnt = (Path(name) / part for part in ("usual", "other", "learnt"))
        for path, noise, seed in (
            (folder, "development", SEED),
            (other, "other", SEED),
            (learnt, "development", SEED_TO_LEARN_FROM),
        ):
            write_people(
                path, registrations=size.registrations, reports=size.reports, seed=seed, noise=noise, scale_km=SCALE_KM
            )
        truth = read_truth(folder / "truth.ndjson")
        began = perf_counter()
        ours, met = matched_by_us(folder, truth)
        seconds = perf_counter() - began
        figures = measure(truth, ours, ALERT)
        peers = list(_peers(folder, learnt, truth, ours, size))
        other_truth = read_truth(other / "truth.ndjson")
        other_figures = measure(other_truth, matched_by_us(other, other_truth)[0], ALERT)
    _draw(figures, other_figures, peers)
    lists = f"{size.registrations:,} registrations, {size.reports:,} reports, 40 % of them without a match"
    return "\n\n".join([
        f"{lists}, scale {SCALE_KM:g} km.",
        _aims(figures, met, other_figures),
        _beside(figures, seconds, met, peers),
        _slices(figures, peers),
        _tuning(peers),
    ])  # fmt: skip


def matched_by_us(folder: Path, truth: Sequence[Truth]) -> tuple[Proposals, Candidates]:
    """Our ranked pairs, with their probabilities, and which registrations were compared."""
    reports = read_list(folder / "reports.ndjson", Side.REPORT).subjects
    registrations = read_list(folder / "registrations.ndjson", Side.REGISTRATION).subjects
    context = context_for(len(registrations), SCALE_KM)
    compared: dict[str, tuple[str, ...]] = {}
    pairs = match_lists(
        reports, registrations, context, top=TOP, met=lambda report, found: compared.update({report: tuple(found)})
    )
    rows = ((pair.report_id, pair.registration_id, pair.comparison.probability) for pair in pairs)
    return ranked_of(rows), candidates(truth, compared)


def _peers(folder: Path, learnt: Path, truth: Sequence[Truth], ours: Proposals, size: Size) -> Iterator[Measured]:
    from tests.bench.peers.every import PEERS  # noqa: PLC0415 - needs the extra `bench`, which only the bench has

    task = read_task(folder)
    labelled = Labelled.read(learnt)
    for name, match in PEERS.items():
        asked = sample(task, size.asked[name], SEED)
        ids = {report.id for report in asked.reports}
        rows = [row for row in truth if row.report_id in ids]
        for kind, lesson in (("", None), (", taught", labelled)) if name != "fulltext" else (("", None),):
            outcome = match(asked, lesson)
            found = ranked_of((pair.report_id, pair.registration_id, pair.score) for pair in outcome.pairs)
            yield Measured(
                f"{name}{kind}",
                outcome.tuning,
                sum(outcome.seconds.values()),
                median(outcome.candidates.values()),
                measure(rows, found, ALERT),
                measure(rows, {key: found for key, found in ours.items() if key in ids}, ALERT),
            )


def _aims(figures: Figures, met: Candidates, other: Figures) -> str:
    rows = [
        ("candidate recall", "0.99 or more", f"{met.recall:.4f}", ""),
        ("candidates a report, median", "300 or fewer", f"{met.median:g}", ""),
        *(
            (what, aim, f"{usual:.4f}", f"{unusual:.4f}")
            for what, aim, usual, unusual in (
                ("reports without a match that alert", "0.01 or less", figures.mistakes.alerts, other.mistakes.alerts),
                (
                    "wrong at rank 1 with 0.9 or more",
                    "0.002 or less",
                    figures.mistakes.sure_and_wrong,
                    other.mistakes.sure_and_wrong,
                ),
                ("calibration error, pairs above 1 %", "0.03 or less", figures.all_pairs.error, other.all_pairs.error),
                ("calibration error, first pairs", "", figures.first_pairs.error, other.first_pairs.error),
                ("recall@1", "", figures.whole.recall[1], other.whole.recall[1]),
                ("recall@5", "", figures.whole.recall[5], other.whole.recall[5]),
            )
        ),
    ]
    return _markdown(("what", "aim", "development noise", "other noise"), rows)


def _beside(figures: Figures, seconds: float, met: Candidates, peers: Sequence[Measured]) -> str:
    def row(name: str, one: Figures, spent: float, compared: float, asked: int) -> tuple[str, ...]:
        whole = one.whole
        return (
            name, f"{asked:,}", f"{whole.recall[1]:.3f}", f"{whole.recall[5]:.3f}", f"{whole.recall[10]:.3f}",
            f"{whole.mrr:.3f}", f"{whole.pr_auc:.3f}", f"{compared:g}", f"{spent:.0f} s",
        )  # fmt: skip

    rows = [row(OURS, figures, seconds, met.median, figures.whole.reports)]
    rows += [
        row(peer.name, peer.figures, peer.seconds, peer.median_candidates, peer.figures.whole.reports) for peer in peers
    ]
    head = ("matcher", "reports", "recall@1", "recall@5", "recall@10", "MRR", "PR-AUC", "candidates", "time")
    losses = [(peer.name, loss) for peer in peers for loss in behind(peer.ours, peer.figures)]
    told = "\n".join(
        f"- {name}, {loss.kind} {loss.value}: {loss.figure} {loss.theirs:.3f}, ours {loss.ours:.3f}"
        for name, loss in losses
    )
    verdict = "Ahead of every peer on every figure of every slice with at least 100 reports that have a match."
    return _markdown(head, rows) + "\n\n" + (f"Not ahead here:\n\n{told}" if losses else verdict)


def _slices(figures: Figures, peers: Sequence[Measured]) -> str:
    rows = []
    for kind, values in figures.slices.items():
        for value, ours in values.items():
            theirs = (_first(peer.figures.slices.get(kind, {}).get(value)) for peer in peers)
            rows.append(
                (f"{kind} {value}", f"{ours.pairs:,}", f"{ours.recall[1]:.3f}", f"{ours.recall[5]:.3f}", *theirs)
            )
    head = ("slice", "pairs", f"{OURS} @1", f"{OURS} @5", *(f"{peer.name} @1" for peer in peers))
    return _markdown(head, rows)


def _first(ranking: Ranking | None) -> str:
    return "" if ranking is None else f"{ranking.recall[1]:.3f}"


def _tuning(peers: Sequence[Measured]) -> str:
    return "How the peers were set up:\n\n" + "\n".join(f"- **{peer.name}**: {peer.tuning}" for peer in peers)


def _draw(figures: Figures, other: Figures, peers: Sequence[Measured]) -> None:
    every = {OURS: figures} | {peer.name: peer.figures for peer in peers}
    plots.recall_curves(PLOTS / "recall.png", {name: one.whole.recall for name, one in every.items()})
    plots.recall_by_slice(PLOTS / "slices.png", {name: one.slices for name, one in every.items()})
    plots.reliability_diagram(
        PLOTS / "reliability.png", {"development noise": figures.all_pairs, "other noise": other.all_pairs}
    )


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
