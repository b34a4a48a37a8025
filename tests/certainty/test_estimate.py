"""Shares with exact intervals."""

import numpy as np
import pytest

from catalog_assets.certainty.estimate import enough, estimate


def test_known_intervals() -> None:
    found = estimate(9, 10, 0.95)
    assert (found.low, found.high) == pytest.approx((0.5550, 0.9975), abs=1e-4)
    assert (estimate(0, 5, 0.95).low, estimate(5, 5, 0.95).high) == (0.0, 1.0)
    assert str(estimate(9, 10, 0.95)) == "90.00% (55.50% to 99.75%) of 10"
    assert (str(estimate(0, 0, 0.9)), estimate(0, 0, 0.9).share) == ("nothing audited", None)


def test_so_many_cases_without_an_error_are_just_enough() -> None:
    least = enough(0.01, 0.95)
    assert estimate(least, least, 0.95).low >= 0.99
    assert estimate(least - 1, least - 1, 0.95).low < 0.99


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    chance = np.random.default_rng(2)
    held = [(e := estimate(int(chance.binomial(200, 0.97)), 200, 0.9)).low <= 0.97 <= e.high for _ in range(300)]
    assert np.mean(held) >= 0.88


@pytest.mark.parametrize(("right", "cases", "confidence"), [(-1, 2, 0.9), (3, 2, 0.9), (1, 2, 1.0)])
def test_what_is_no_sample_is_refused(right: int, cases: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="is no sample"):
        estimate(right, cases, confidence)
