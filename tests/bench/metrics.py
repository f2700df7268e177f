"""How good a matcher is, from the truth and its ranked pairs: the same arithmetic for ours and for its peers."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median

RECALL_AT = (1, 5, 10)
SURE = 0.9
BINS = 15
LEAST_PROBABILITY = 0.01
ENOUGH_REPORTS = 100
_SEVERITIES = ("mild", "medium", "severe")


@dataclass(frozen=True, slots=True)
class Truth:
    """A report and the registration of its child, None if the child is not registered. Slices are words by kind."""

    report_id: str
    registration_id: str | None
    slices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Scored:
    """A registration that a matcher proposes for a report; a higher score is likelier."""

    registration_id: str
    score: float


Proposals = Mapping[str, Sequence[Scored]]
"""By report id, best first. A report that is not in it got no proposal."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pair completeness: the share of true pairs among the candidates, and how many candidates a report had."""

    pairs: int
    recall: float
    median: float
    most: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """`reports` counts all, `pairs` those with a match; recall and MRR (mean reciprocal rank) are over the latter.

    PR-AUC is average precision over all proposed pairs of all reports by score; a true pair never proposed counts as
    never found.
    """

    reports: int
    pairs: int
    recall: Mapping[int, float]
    mrr: float
    pr_auc: float


@dataclass(frozen=True, slots=True)
class Mistakes:
    """`alerts` is the share of the reports without a match whose best pair reaches the threshold; `sure_and_wrong` the
    share of all reports whose first pair is wrong with a probability of at least 0.9, and `of_the_sure` the same as a
    share of the first pairs that are so sure.
    """

    without_match: int
    alerts: float
    sure_and_wrong: float
    of_the_sure: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Of the pairs in a bin: how many, what they promised on average, and how many of them were true."""

    count: int
    promised: float
    true: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """`error` is the expected calibration error: the mean of |promised - true| over bins of equal width, by count.
    Empty bins are left out of `bins`.
    """

    count: int
    error: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """A figure of a slice in which we do not lead."""

    kind: str
    value: str
    figure: str
    ours: float
    theirs: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the bench says about a matcher on a data set; `slices` by kind and value."""

    whole: Ranking
    slices: Mapping[str, Mapping[str, Ranking]]
    mistakes: Mistakes
    first_pairs: Reliability
    all_pairs: Reliability


def read_truth(path: Path) -> tuple[Truth, ...]:
    """The rows of a `truth.ndjson`; a slice that is true or false becomes "yes" or "no"."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return tuple(
        Truth(
            row["report_id"],
            row["registration_id"],
            {kind: _word(value) for kind, value in row["slices"].items()},
        )
        for row in rows
    )


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def ranked_of(rows: Iterable[tuple[str, str, float]]) -> dict[str, list[Scored]]:
    """Pairs of report id, registration id and score, in any order, put into ranks; equal scores keep their order."""
    found: dict[str, list[Scored]] = defaultdict(list)
    for report_id, registration_id, score in rows:
        found[report_id].append(Scored(registration_id, score))
    return {report: sorted(pairs, key=lambda pair: -pair.score) for report, pairs in found.items()}


def measure(truth: Collection[Truth], ranked: Proposals, threshold: float) -> Figures:
    """All figures of a matcher whose scores are probabilities; `threshold` is the one at which an alert is sent.

    For a matcher with other scores only the rankings mean something.
    """
    return Figures(
        whole=ranking(truth, ranked),
        slices=by_slice(truth, ranked),
        mistakes=mistakes(truth, ranked, threshold),
        first_pairs=reliability(_first_pairs(truth, ranked)),
        all_pairs=reliability(_all_pairs(truth, ranked, LEAST_PROBABILITY)),
    )


def candidates(truth: Iterable[Truth], found: Mapping[str, Collection[str]]) -> Candidates:
    """`found` has the ids of the candidates by report id."""
    reports = list(truth)
    pairs = [row for row in reports if row.registration_id is not None]
    hits = sum(row.registration_id in found.get(row.report_id, ()) for row in pairs)
    counts = [len(found.get(row.report_id, ())) for row in reports]
    return Candidates(len(pairs), _share(hits, len(pairs)), median(counts) if counts else 0, max(counts, default=0))


def ranking(truth: Iterable[Truth], ranked: Proposals, at: Sequence[int] = RECALL_AT) -> Ranking:
    reports = list(truth)
    ranks = [rank_of(row, ranked) for row in reports if row.registration_id is not None]
    found = [rank for rank in ranks if rank is not None]
    return Ranking(
        reports=len(reports),
        pairs=len(ranks),
        recall={depth: _share(sum(rank <= depth for rank in found), len(ranks)) for depth in at},
        mrr=_share(sum(1 / rank for rank in found), len(ranks)),
        pr_auc=average_precision(_all_pairs(reports, ranked), len(ranks)),
    )


def rank_of(row: Truth, ranked: Proposals) -> int | None:
    """The place of the true registration, from 1; None if it is not proposed."""
    proposed = (pair.registration_id for pair in ranked.get(row.report_id, ()))
    return next((rank for rank, proposal in enumerate(proposed, start=1) if proposal == row.registration_id), None)


def by_slice(truth: Iterable[Truth], ranked: Proposals) -> dict[str, dict[str, Ranking]]:
    groups: dict[str, dict[str, list[Truth]]] = defaultdict(lambda: defaultdict(list))
    for row in truth:
        for kind, value in row.slices.items():
            groups[kind][value].append(row)
    return {
        kind: {value: ranking(rows, ranked) for value, rows in sorted(values.items(), key=lambda item: _order(item[0]))}
        for kind, values in groups.items()
    }


def _order(value: str) -> tuple[int, str]:
    """Ages by their first year, severities by how bad they are, all else by the alphabet."""
    if value in _SEVERITIES:
        return _SEVERITIES.index(value), value
    first = value.partition("-")[0]
    return (int(first) if first.isdigit() else 0), value


def average_precision(pairs: Iterable[tuple[float, bool]], positives: int) -> float:
    """The area under precision over recall as steps, pairs of equal score taken together.

    `pairs` are scores, and whether the pair is true; `positives` is how many true pairs there are in all.
    """
    if not positives:
        return 0.0
    area, seen, hits = 0.0, 0, 0
    for _, same in groupby(sorted(pairs, key=lambda pair: -pair[0]), key=lambda pair: pair[0]):
        outcomes = [true for _, true in same]
        seen += len(outcomes)
        hits += sum(outcomes)
        area += sum(outcomes) / positives * hits / seen
    return area


def mistakes(truth: Iterable[Truth], ranked: Proposals, threshold: float, sure: float = SURE) -> Mistakes:
    rows = list(truth)
    first = {row.report_id: ranked[row.report_id][0] for row in rows if ranked.get(row.report_id)}
    lost = [row for row in rows if row.registration_id is None]
    alerts = sum(row.report_id in first and first[row.report_id].score >= threshold for row in lost)
    certain = [row for row in rows if row.report_id in first and first[row.report_id].score >= sure]
    wrong = sum(first[row.report_id].registration_id != row.registration_id for row in certain)
    return Mistakes(len(lost), _share(alerts, len(lost)), _share(wrong, len(rows)), _share(wrong, len(certain)))


def reliability(pairs: Iterable[tuple[float, bool]], bins: int = BINS) -> Reliability:
    """`pairs` are probabilities, and whether the pair is true."""
    groups: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for probability, true in pairs:
        groups[min(bins - 1, int(probability * bins))].append((probability, true))
    found = tuple(
        Bin(
            len(group),
            sum(probability for probability, _ in group) / len(group),
            sum(true for _, true in group) / len(group),
        )
        for _, group in sorted(groups.items(), key=lambda item: item[0])
    )
    count = sum(part.count for part in found)
    return Reliability(count, _share(sum(part.count * abs(part.promised - part.true) for part in found), count), found)


def behind(ours: Figures, theirs: Figures, enough: int = ENOUGH_REPORTS) -> tuple[Behind, ...]:
    """Where a peer is as good or better, as a whole and in each slice of enough reports with a match in it.

    A figure that both have at its most (1) is no lag.
    """
    lags = list(_behind("all", "all", ours.whole, theirs.whole))
    for kind, values in ours.slices.items():
        for value, own in values.items():
            if own.reports >= enough and own.pairs:
                lags += _behind(kind, value, own, theirs.slices[kind][value])
    return tuple(lags)


def _behind(kind: str, value: str, ours: Ranking, theirs: Ranking) -> Iterable[Behind]:
    for figure, own, other in (
        ("recall@1", ours.recall[1], theirs.recall[1]),
        ("recall@5", ours.recall[5], theirs.recall[5]),
        ("MRR", ours.mrr, theirs.mrr),
        ("PR-AUC", ours.pr_auc, theirs.pr_auc),
    ):
        if own <= other < 1:
            yield Behind(kind, value, figure, own, other)


def _first_pairs(truth: Iterable[Truth], ranked: Proposals) -> list[tuple[float, bool]]:
    firsts = ((row, ranked[row.report_id][0]) for row in truth if ranked.get(row.report_id))
    return [(pair.score, pair.registration_id == row.registration_id) for row, pair in firsts]


def _all_pairs(truth: Iterable[Truth], ranked: Proposals, least: float | None = None) -> list[tuple[float, bool]]:
    return [
        (pair.score, pair.registration_id == row.registration_id)
        for row in truth
        for pair in ranked.get(row.report_id, ())
        if least is None or pair.score > least
    ]


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
