"""`python -m tests.bench.peers FOLDER`: what each peer finds in a folder of bench data.

`--peer` picks some of them; `--labelled FOLDER` gives splink and recordlinkage another folder whose truth they may
learn from; `--search N` measures instead how long splink takes to find N single reports among all registrations.
"""

import argparse
import sys
from pathlib import Path
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table

from tests.bench.metrics import by_slice, ranked_of, ranking, read_truth
from tests.bench.peers.common import Labelled, Outcome, read_task, sample
from tests.bench.peers.every import PEERS
from tests.bench.peers.splink import search_seconds

SEED = 7


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peer", action="append", choices=PEERS)
    parser.add_argument("--labelled", type=Path)
    parser.add_argument("--reports", type=int, help="only so many reports, at random")
    parser.add_argument("--search", type=int)
    chosen = parser.parse_args(arguments)
    task = sample(read_task(chosen.folder), chosen.reports, SEED)
    labelled = None if chosen.labelled is None else Labelled.read(chosen.labelled)
    console = Console(width=110)
    console.print(f"{len(task.reports)} reports, {len(task.registrations)} registrations, read in {task.seconds:.0f} s")
    if chosen.search:
        seconds = search_seconds(task, chosen.search, labelled)
        console.print(f"splink, one report: p50 {median(seconds):.3f} s, p99 {quantiles(seconds, n=100)[98]:.3f} s")
        return
    for name in chosen.peer or PEERS:
        show(console, chosen.folder, PEERS[name](task, labelled))


def show(console: Console, folder: Path, outcome: Outcome) -> None:
    """Print how a peer ranked, in all and by slice, and what it cost."""
    truth = [row for row in read_truth(folder / "truth.ndjson") if row.report_id in outcome.candidates]
    found = ranked_of((pair.report_id, pair.registration_id, pair.score) for pair in outcome.pairs)
    table = Table("slice", "reports", "recall@1", "recall@5", "MRR", title=outcome.peer)
    rows = {"all": ranking(truth, found)}
    rows |= {
        f"{kind} {value}": measured
        for kind, values in by_slice(truth, found).items()
        for value, measured in values.items()
    }
    for label, row in rows.items():
        table.add_row(label, str(row.reports), f"{row.recall[1]:.3f}", f"{row.recall[5]:.3f}", f"{row.mrr:.3f}")
    console.print(table)
    spent = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in outcome.seconds.items())
    console.print(f"{spent}; {median(outcome.candidates.values()):.0f} candidates a report (median)")
    console.print(outcome.tuning)


if __name__ == "__main__":
    main(sys.argv[1:])
