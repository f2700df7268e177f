"""The bench's figures against numbers worked out by hand."""

import json
from pathlib import Path

import pytest

from tests.bench.metrics import (
    Behind,
    Candidates,
    Mistakes,
    Scored,
    Truth,
    average_precision,
    behind,
    by_slice,
    candidates,
    measure,
    mistakes,
    rank_of,
    ranked_of,
    ranking,
    read_truth,
    reliability,
)

TRUTH = (
    Truth("r1", "s1", {"severity": "mild"}),
    Truth("r2", "s2", {"severity": "severe"}),
    Truth("r3", "s3", {"severity": "severe"}),
    Truth("r4", "s4", {"severity": "mild"}),
    Truth("r5", None, {"severity": "severe"}),
)
RANKED = ranked_of(
    [
        ("r1", "s1", 0.95), ("r1", "s9", 0.2),
        ("r2", "s8", 0.92), ("r2", "s2", 0.6),
        ("r3", "s7", 0.4), ("r3", "s6", 0.3), ("r3", "s3", 0.1),
        ("r5", "s5", 0.7),
    ]
)  # fmt: skip
"""r1 right at once, r2 second, r3 third, r4 without a proposal, r5 proposed though it has no match."""


def test_recall_and_reciprocal_rank_are_over_the_reports_with_a_match() -> None:
    found = ranking(TRUTH, RANKED, at=(1, 2, 3))
    assert (found.reports, found.pairs) == (5, 4)
    assert found.recall == {1: 0.25, 2: 0.5, 3: 0.75}
    assert found.mrr == pytest.approx((1 + 1 / 2 + 1 / 3) / 4)


def test_the_area_under_precision_and_recall_counts_pairs_never_proposed() -> None:
    # By score: s1 true (1/1), s8, s5 false, s2 true (2/4), s7, s6, s9 false, s3 true (3/8); one of four never came.
    assert ranking(TRUTH, RANKED).pr_auc == pytest.approx((1 + 2 / 4 + 3 / 8) / 4)


def test_pairs_of_equal_score_are_taken_together() -> None:
    pairs = [(0.5, True), (0.5, False), (0.5, True), (0.1, False)]
    assert average_precision(pairs, 2) == pytest.approx(2 / 3)
    assert average_precision(reversed(pairs), 2) == pytest.approx(2 / 3)


def test_slices_are_measured_each_for_itself() -> None:
    slices = by_slice(TRUTH, RANKED)["severity"]
    assert list(slices) == ["mild", "severe"]
    assert (slices["mild"].reports, slices["mild"].pairs, slices["mild"].recall[1]) == (2, 2, 0.5)
    assert (slices["severe"].reports, slices["severe"].pairs, slices["severe"].recall[5]) == (3, 2, 1.0)


def test_age_bands_stand_in_their_order() -> None:
    bands = [Truth(band, "s", {"age_band": band}) for band in ("10-13", "3-5", "14-17", "0-2")]
    assert list(by_slice(bands, {})["age_band"]) == ["0-2", "3-5", "10-13", "14-17"]


def test_the_rank_goes_by_score_whatever_the_order_of_the_pairs() -> None:
    ranked = ranked_of([("r", "low", 0.1), ("r", "high", 0.8), ("r", "middle", 0.5)])
    assert [rank_of(Truth("r", wanted, {}), ranked) for wanted in ("high", "middle", "low", "none")] == [1, 2, 3, None]


def test_candidate_recall_is_the_share_of_true_pairs_among_the_candidates() -> None:
    found = {"r1": {"s1", "s2", "s3"}, "r2": {"s9"}, "r3": {"s3"}, "r5": {"s1", "s2"}}
    assert candidates(TRUTH, found) == Candidates(pairs=4, recall=0.5, median=1, most=3)


def test_alerts_without_a_match_and_sure_mistakes_are_counted() -> None:
    # r5 is the only one without a match; of five reports r2 is wrong at 0.92, of the two that sure one is wrong.
    assert mistakes(TRUTH, RANKED, threshold=0.7) == Mistakes(1, alerts=1.0, sure_and_wrong=0.2, of_the_sure=0.5)
    assert mistakes(TRUTH, RANKED, threshold=0.71).alerts == 0.0


def test_a_sure_first_pair_of_a_report_without_a_match_is_wrong_too() -> None:
    lost = [Truth("r", None, {})]
    assert mistakes(lost, {"r": [Scored("s", 0.9)]}, threshold=0.95).sure_and_wrong == 1.0


def test_the_calibration_error_is_the_mean_distance_of_promise_and_truth() -> None:
    # Bins of a half: two at 0.2 with one true (|0.2 - 0.5|), three at 0.9 with all true (|0.9 - 1|).
    pairs = [(0.2, True), (0.2, False), (0.9, True), (0.9, True), (0.9, True)]
    found = reliability(pairs, bins=2)
    assert found.error == pytest.approx((2 * 0.3 + 3 * 0.1) / 5)
    assert [part.count for part in found.bins] == [2, 3]
    assert [part.promised for part in found.bins] == pytest.approx([0.2, 0.9])
    assert [part.true for part in found.bins] == [0.5, 1.0]


def test_a_probability_of_one_falls_into_the_last_bin() -> None:
    assert reliability([(1.0, True), (0.95, True)]).bins[0].count == 2


def test_all_pairs_above_one_per_cent_and_the_first_pairs_are_judged_apart() -> None:
    ranked = {"r1": [Scored("s1", 0.9), Scored("s2", 0.01), Scored("s3", 0.02)]}
    figures = measure(TRUTH, ranked, threshold=0.5)
    assert figures.first_pairs.count == 1
    assert figures.all_pairs.count == 2


def test_we_are_behind_where_a_peer_is_as_good_and_could_be_better() -> None:
    ours = measure(TRUTH, {"r1": [Scored("s1", 0.9)], "r2": [Scored("s2", 0.8)]}, threshold=0.5)
    theirs = measure(TRUTH, {"r1": [Scored("s1", 0.9)], "r3": [Scored("s3", 0.8)], "r4": []}, threshold=0.5)
    whole = {lag.figure for lag in behind(ours, theirs) if lag.kind == "all"}
    assert whole == {"recall@1", "recall@5", "MRR", "PR-AUC"}
    assert Behind("severity", "severe", "MRR", 0.5, 0.5) in behind(ours, theirs, enough=3)
    assert all(lag.kind == "all" for lag in behind(ours, theirs, enough=100))


def test_being_level_at_the_most_is_not_being_behind() -> None:
    best = measure(TRUTH[:1], {"r1": [Scored("s1", 0.9)]}, threshold=0.5)
    assert behind(best, best, enough=1) == ()


def test_nothing_proposed_gives_zeroes_and_no_error() -> None:
    figures = measure(TRUTH, {}, threshold=0.5)
    assert (figures.whole.recall[1], figures.whole.mrr, figures.whole.pr_auc) == (0.0, 0.0, 0.0)
    assert (figures.first_pairs.count, figures.first_pairs.error, figures.mistakes.alerts) == (0, 0.0, 0.0)


def test_the_truth_is_read_with_its_slices_as_words(tmp_path: Path) -> None:
    row = {"report_id": "r", "registration_id": None, "slices": {"surname_missing": True, "locale": "vi_VN"}, "days": 2}
    (tmp_path / "truth.ndjson").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert read_truth(tmp_path / "truth.ndjson") == (Truth("r", None, {"surname_missing": "yes", "locale": "vi_VN"}),)
