"""Thresholds with a proof: the limit holds on data nobody has seen, and nothing is taken that cannot be shown."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.certainty.acceptance import (
    CASES,
    CERTIFIED,
    NEVER,
    REST,
    Search,
    Target,
    certify,
    fewest,
    lowest_threshold,
    p_value,
    shared_level,
    threshold_of,
)
from catalog_assets.certainty.calibration import Calibration, told


def cases(*rows: tuple[str, float, bool]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CASES, orient="row")


def drawn(chance: np.random.Generator, size: int) -> pl.DataFrame:
    """Honest confidences, most of them high."""
    sure = 1 - chance.beta(0.3, 2, size)
    rows = {"group": ["a"] * size, "confidence": sure, "is_right": chance.random(size) < sure}
    return pl.DataFrame(rows, schema=CASES)


def test_the_p_value_is_the_binomial_tail() -> None:
    assert p_value(np.array([0]), np.array([299]), 0.01)[0] == pytest.approx(0.99**299)
    assert p_value(np.array([1]), np.array([2]), 0.5)[0] == pytest.approx(0.75)


def test_too_few_cases_prove_nothing_however_right_they_are() -> None:
    few, enough = ([("a", 0.9, True)] * n for n in (298, 299))
    one = Search(starts=1)
    assert certify(cases(*few), Target(), one)["threshold"].to_list() == [None]
    assert certify(cases(*enough), Target(), one).rows() == [(REST, 0.9, 299, 299, 0)]
    assert certify(cases(), Target(), one).rows() == [(REST, None, 0, 0, 0)]


def test_ties_are_taken_or_left_together() -> None:
    rows = [("a", 0.9, True)] * 400 + [("a", 0.8, True)] * 50 + [("a", 0.8, False)] * 50
    assert certify(cases(*rows), Target(), Search(starts=1))["threshold"].to_list() == [0.9]


def test_one_error_among_the_surest_ends_a_single_start_but_not_several() -> None:
    rows = [("a", 1 - n / 10_000, n != 5) for n in range(2000)]
    first = lowest_threshold(*cases(*rows).select("confidence", "is_right"), error=0.01, level=0.05, starts=1)
    several = lowest_threshold(*cases(*rows).select("confidence", "is_right"), error=0.01, level=0.05, starts=4)
    assert first is None
    assert several is not None
    assert several < 0.85


def test_groups_with_many_cases_stand_for_themselves_and_share_the_level() -> None:
    good, bad = [("good", 0.9, True)] * 600, [("bad", 0.9, n % 10 > 0) for n in range(600)]
    rare = [("rare", 0.9, True)] * 10
    found = certify(cases(*good, *bad, *rare), Target(), Search(starts=1, own=500))
    assert found.rows() == [(REST, None, 10, 0, 0), ("bad", None, 600, 0, 0), ("good", 0.9, 600, 600, 0)]
    each = pl.DataFrame({"group": ["good", "bad", "rare", "new"]}).select(threshold_of(found, pl.col("group")))
    assert each.to_series().to_list() == [0.9, NEVER, NEVER, NEVER]


def test_the_error_limit_holds_on_what_nobody_has_seen() -> None:
    chance = np.random.default_rng(4)
    passed, coverage = 0, []
    for _ in range(100):
        found = certify(drawn(chance, 2500), Target(), Search(own=10_000))
        threshold = found["threshold"][0]
        if threshold is None:
            continue
        new = drawn(chance, 20_000).filter(pl.col("confidence") >= threshold)
        passed += (1 - new["confidence"].mean()) > 0.01
        coverage.append(new.height / 20_000)
    assert passed <= 5
    assert np.mean(coverage) > 0.25
    flat = drawn(chance, 20_000).filter(pl.col("confidence") >= 0.85)
    assert 1 - flat["confidence"].mean() > 0.01, "the flat rule breaks the limit here"


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 20), st.booleans()), max_size=60), st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_cases_does_not_count(rows: list[tuple[str, int, bool]], chance: object) -> None:
    given_rows = [(group, sure / 20, right) for group, sure, right in rows]
    mixed = list(given_rows)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    loose, search = Target(0.4, 0.6), Search(own=10)
    found = certify(cases(*given_rows), loose, search)
    assert_frame_equal(found, certify(cases(*mixed), loose, search))
    assert found.schema == CERTIFIED


@pytest.mark.parametrize(("error", "confidence"), [(0, 0.9), (1, 0.9), (0.1, 1.0), (-1, 0.5)])
def test_a_target_lies_between_nothing_and_all(error: float, confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Target(error, confidence)


def test_groups_that_cannot_pass_take_no_share_of_the_level() -> None:
    one = Search(starts=1)
    assert fewest(Target(), one, 2) == 368
    assert shared_level([], Target(), one) == pytest.approx(0.05)
    assert shared_level([10_000, 298, 298, 5], Target(), one) == pytest.approx(0.05)
    assert shared_level([400, 400], Target(), one) == pytest.approx(0.025)
    assert shared_level([300, 300], Target(), one) == pytest.approx(0.025), "both would pass at the whole level"


@given(st.lists(st.integers(0, 1500), max_size=12), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_no_more_groups_can_pass_than_share_the_level(sizes: list[int], starts: int) -> None:
    search = Search(starts=starts)
    level = shared_level(sizes, Target(), search)
    able = sum(0.99**size <= level / starts for size in sizes)
    assert able * level <= 0.05 + 1e-12


def test_confidences_are_read_alike_by_expression_and_by_series() -> None:
    scores = pl.Series("confidence", [0.0, 1e-9, 0.2, 0.5, 0.93, 1.0])
    for numbers in ((1.0, 1.0, 0.0, 1.0), (0.4, 2.0, -1.0, 0.99)):
        expression = told(pl.col("confidence"), *(pl.lit(number) for number in numbers))
        read = scores.to_frame().select(expression).to_series()
        assert read.to_list() == pytest.approx(Calibration(*numbers).confidence(scores).to_list(), abs=1e-12)
    nothing = told(pl.col("confidence"), *(pl.lit(None, pl.Float64) for _ in range(4)))
    assert scores.to_frame().select(nothing).to_series().null_count() == 6
