"""What a peer is given and what it gives back."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Self

from backend.domain.subject import Side
from backend.exchange.lists import read_list
from tests.bench.metrics import read_truth
from tests.bench.peers.describe import Described, describe

TOP = 10


@dataclass(frozen=True, slots=True)
class Ranked:
    """A registration that a peer puts at `rank` (1 is best) for a report; a higher `score` is likelier."""

    report_id: str
    registration_id: str
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Task:
    """Two lists to be matched, as every peer sees them, and the seconds it took to describe them."""

    reports: Sequence[Described]
    registrations: Sequence[Described]
    seconds: float


@dataclass(frozen=True, slots=True)
class Labelled:
    """Lists apart from those to be matched, whose truth is known: the true registration by report."""

    task: Task
    truth: Mapping[str, str]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The lists and the truth in a folder of bench data."""
        truth = read_truth(folder / "truth.ndjson")
        known = {row.report_id: row.registration_id for row in truth if row.registration_id is not None}
        return cls(read_task(folder), known)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a peer found: its pairs, best first for each report, and what it cost.

    `candidates` are how many registrations it compared with each report; `seconds` by what they were spent on;
    `tuning` says in plain words how it was set up.
    """

    peer: str
    tuning: str
    pairs: Sequence[Ranked]
    candidates: Mapping[str, int]
    seconds: Mapping[str, float]


@dataclass(slots=True)
class Stopwatch:
    """Seconds by what they were spent on."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[what] = self.seconds.get(what, 0.0) + time.perf_counter() - began


def read_task(folder: Path) -> Task:
    """The lists in a folder of bench data."""
    began = time.perf_counter()
    reports = read_list(folder / "reports.ndjson", Side.REPORT).subjects
    registrations = read_list(folder / "registrations.ndjson", Side.REGISTRATION).subjects
    described = list(map(describe, reports)), list(map(describe, registrations))
    return Task(*described, seconds=time.perf_counter() - began)


def sample(task: Task, most: int | None, seed: int) -> Task:
    """The task with only so many of its reports, at random; all of them for None."""
    if most is None or most >= len(task.reports):
        return task
    return replace(task, reports=Random(seed).sample(list(task.reports), most))  # noqa: S311 - no secret


def ranked(rows: Sequence[tuple[str, str, float]]) -> list[Ranked]:
    """Rows of report, registration and score, put in order and cut to the best `TOP` of each report."""
    ordered = sorted(rows, key=lambda row: (row[0], -row[2], row[1]))
    found: list[Ranked] = []
    rank = 0
    for before, (report_id, registration_id, score) in pairwise([("", "", 0.0), *ordered]):
        rank = rank + 1 if before[0] == report_id else 1
        if rank <= TOP:
            found.append(Ranked(report_id, registration_id, rank, score))
    return found
