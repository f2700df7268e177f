"""A calibration that is fitted to decided pairs: it finds what is so, and is not thrown by a few."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.matching.calibration import LEAST_SLOPE, Decided, fitted, log_loss, reliability
from backend.matching.compare import probability_of
from backend.matching.context import Context, default_context
from backend.matching.weights import Calibration

SHIPPED = default_context().weights.calibration


def under(calibration: Calibration) -> Context:
    context = default_context()
    return replace(context, weights=replace(context.weights, calibration=calibration))


def decided_as(truth: Calibration, count: int, seed: int = 3) -> list[Decided]:
    """Pairs of -6 to 10 bits, decided as often as `truth` says."""
    random = Random(seed)  # noqa: S311 (it keeps no secret)
    bits = [random.uniform(-6, 10) for _ in range(count)]
    return [Decided(one, random.random() < probability_of(one, under(truth))) for one in bits]


def test_many_pairs_are_believed() -> None:
    truth = Calibration(slope=0.55, offset=-1.2, most=SHIPPED.most)
    found = fitted(decided_as(truth, 8000), SHIPPED)
    assert abs(found.slope - truth.slope) < 0.04
    assert abs(found.offset - truth.offset) < 0.15
    assert found.most == SHIPPED.most


def test_pairs_that_the_shipped_calibration_foretells_leave_it_where_it_is() -> None:
    found = fitted(decided_as(SHIPPED, 4000), SHIPPED)
    assert abs(found.slope - SHIPPED.slope) < 0.06
    assert abs(found.offset - SHIPPED.offset) < 0.25


def test_ten_pairs_do_not_throw_it() -> None:
    perverse = [Decided(8.0, same=False)] * 5 + [Decided(-4.0, same=True)] * 5
    found = fitted(perverse, SHIPPED)
    assert found.slope > SHIPPED.slope / 2
    assert abs(found.offset - SHIPPED.offset) < 1.5
    alike = fitted([Decided(12.0, same=True)] * 10, SHIPPED)
    assert abs(alike.slope - SHIPPED.slope) < 0.02


def test_of_no_pairs_nothing_is_learnt() -> None:
    assert fitted([], SHIPPED) == SHIPPED


def test_a_fit_foretells_what_was_decided_better_than_what_was_shipped() -> None:
    decided = decided_as(Calibration(0.4, 0.8, SHIPPED.most), 500)
    assert log_loss(decided, under(fitted(decided, SHIPPED))) < log_loss(decided, under(SHIPPED))


@settings(max_examples=60)
@given(st.lists(st.builds(Decided, st.floats(-60, 60), st.booleans()), max_size=40))
def test_more_evidence_never_makes_a_pair_less_likely_whatever_was_decided(decided: list[Decided]) -> None:
    found = fitted(decided, SHIPPED)
    assert found.slope >= LEAST_SLOPE
    assert -20 < found.offset < 20


def test_the_bands_of_the_reliability_hold_every_pair_once() -> None:
    decided = decided_as(SHIPPED, 3000)
    bands = reliability(decided, under(SHIPPED))
    assert sum(band.count for band in bands) == len(decided)
    assert all(band.low <= band.expected <= band.high for band in bands)
    assert all(abs(band.expected - band.observed) < 0.1 for band in bands if band.count > 200)
