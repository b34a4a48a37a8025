"""What audits after a release show to have become wrong too often, and the tightened release."""

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.certainty.acceptance import REST, Target
from catalog_assets.certainty.calibration import Calibration
from catalog_assets.reviewed.acceptance import CASES, Acceptance, Certificate, from_bytes
from catalog_assets.reviewed.drift import drifted, evidence, tightened
from catalog_assets.reviewed.slices import FIELDS, Slice, within

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
TARGET = Target(0.01, 0.95)


def stream(rows: dict[str, Any]) -> pl.DataFrame:
    """Settled audits in the order given: source, branch, attribute, is_right, and what else is said."""
    told = pl.DataFrame(rows).with_row_index("sequence")
    sane = {"method": "rule", "model_version": "v1", "standing": "settled", "confidence": 0.99, "begun_at": NOW}
    given = [pl.lit(value).alias(name) for name, value in sane.items() if name not in told.columns]
    said = pl.lit(NOW) + pl.duration(minutes=pl.col("sequence"))
    numbered = pl.col("sequence").cast(pl.String).alias("question_id")
    whole = told.with_columns(numbered, said.alias("said_at"), pl.lit(1).alias("people"), *given)
    return whole.select(pl.col(name).cast(dtype) for name, dtype in CASES.items())


def simulated(chance: np.random.Generator, size: int, wrong: dict[str, float], usual: float = 0.01) -> pl.DataFrame:
    """Cases of four sources, six branches and twenty attributes, some much rarer than others; `wrong`: errors of a
    value of any of these."""
    rows = {
        name: [f"{name}{n}" for n in np.minimum(chance.geometric(2 / (most + 1), size), most)]
        for name, most in (("source", 4), ("branch", 6), ("attribute", 20))
    }
    error = np.full(size, usual)
    for values in rows.values():
        error = np.maximum(error, [wrong.get(value, 0) for value in values])
    return stream({**rows, "is_right": chance.random(size) >= error})


def named(found: list[Slice]) -> list[tuple[str, str]]:
    return [(each.field, each.value) for each in found]


def test_capital_is_what_the_bets_have_made_at_their_best() -> None:
    cases = stream(
        {"source": ["a"] * 3, "branch": [None] * 3, "attribute": ["x"] * 3, "is_right": [False, True, False]}
    )
    odds = [b * 0.01 / (0.99 + b * 0.01) for b in (1.5, 2, 3, 5, 10, 20)]
    each = [np.mean([(q / 0.01) ** s * ((1 - q) / 0.99) ** (n - s) for q in odds]) for n, s in ((1, 1), (2, 1), (3, 2))]
    told = evidence(cases, TARGET)
    assert told["field"].to_list() == ["source", "attribute", "model_version"], "no category, no branch"
    assert told["capital"].to_list() == pytest.approx([np.log(max(each))] * 3)
    assert told["needed"].to_list() == pytest.approx([np.log(4 * 2 / 0.05)] * 3)
    assert told.select("cases", "wrong").row(0) == (3, 2)
    assert evidence(cases.clear(), TARGET).is_empty()


def test_later_values_of_a_field_need_more() -> None:
    cases = stream({"source": ["b", "a", "b"], "branch": ["x"] * 3, "attribute": ["x"] * 3, "is_right": [True] * 3})
    told = evidence(cases, TARGET).filter(field="source")
    assert told["value"].to_list() == ["b", "a"]
    assert np.exp(told["needed"].to_list()) == pytest.approx([4 * 2 / 0.05, 4 * 6 / 0.05])


@pytest.mark.parametrize("error", [0.002, 0.01])
def test_false_alarms_are_as_rare_as_the_level_says_however_often_one_looks(error: float) -> None:
    chance = np.random.default_rng(3)
    alarms = sum(bool(drifted(simulated(chance, 3000, {}, error), (), TARGET)) for _ in range(200))
    assert alarms <= 200 * (1 - TARGET.confidence)


def test_a_source_that_is_wrong_five_times_too_often_is_found_alone() -> None:
    chance = np.random.default_rng(4)
    found = [named(drifted(simulated(chance, 1500, {"source2": 0.05}, 0.002), (), TARGET)) for _ in range(200)]
    assert sum(("source", "source2") in each for each in found) >= 190
    assert sum(each == [("source", "source2")] for each in found) >= 180


@pytest.mark.parametrize("value", ["branch1", "attribute1"])
def test_a_branch_or_an_attribute_is_found_too(value: str) -> None:
    chance = np.random.default_rng(5)
    found = [named(drifted(simulated(chance, 5000, {value: 0.05}, 0.002), (), TARGET)) for _ in range(40)]
    assert sum(each == [(value[:-1], value)] for each in found) >= 35


def test_a_model_is_named_and_a_supplier_is_named_as_its_source() -> None:
    wrong = [n % 5 > 0 for n in range(200)]
    both = {"branch": [None] * 200, "attribute": ["x", "x", "y", "y"] * 50, "is_right": wrong}
    model = stream({**both, "source": ["a", "b"] * 100, "method": ["model"] * 200, "model_version": ["m1"] * 200})
    assert named(drifted(model, (), TARGET)) == [("model_version", "m1")]
    supplier = stream({**both, "source": ["a"] * 200, "method": ["supplier"] * 200, "model_version": ["a"] * 200})
    assert named(drifted(supplier, (), TARGET)) == [("source", "a")]


def test_what_is_known_is_not_found_again_nor_what_lies_in_it() -> None:
    cases = simulated(np.random.default_rng(6), 3000, {"source2": 0.1}, 0.001)
    (worst,) = drifted(cases, (), TARGET)
    mine = cases.filter(source="source2")
    assert (worst.cases, worst.wrong) == (mine.height, mine.height - mine["is_right"].sum())
    assert worst.since == mine["said_at"].max()
    assert drifted(cases, (worst,), TARGET) == []


RELEASE = Acceptance(
    {REST: Calibration(), "attribute1": Calibration(c=-0.5)},
    {REST: 0.6, "attribute2": None, "attribute3": 0.4},
    TARGET,
    models={"m1": Certificate({REST: Calibration()}, {REST: 0.7})},
)  # fmt: skip
SLICES = [Slice(field, f"{field}1", NOW, 200, 20) for field in FIELDS]


def test_a_tightened_release_is_a_function_of_its_evidence_and_comes_back() -> None:
    release = tightened(RELEASE, "abc", SLICES)
    assert release.version == tightened(RELEASE, "abc", SLICES[::-1]).version != RELEASE.version
    assert from_bytes(release.to_bytes()) == release
    again = tightened(release, release.version, [Slice("source", "b", NOW, 9, 9)])
    assert (release.certified, again.certified, len(again.exceptions)) == ("abc", "abc", 5)
    assert release.thresholds == RELEASE.thresholds


ROW = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["rule", "supplier", "model"]),
        "confidence": st.integers(0, 20).map(lambda n: n / 20),
        "model_version": st.sampled_from(["m1", "m2", "model_version1", None]),
        "source": st.sampled_from(["source1", "b", None]), "branch": st.sampled_from(["branch1", "other", None]),
        "attribute": st.sampled_from(["attribute1", "attribute2", "attribute3", "rare"]),
    }
)  # fmt: skip


@given(st.lists(ROW, min_size=1, max_size=30), st.sets(st.sampled_from(range(4))))
@settings(max_examples=80, deadline=None)
def test_it_never_loosens_and_takes_away_exactly_its_slices(rows: list[dict[str, Any]], which: set[int]) -> None:
    given_rows = pl.DataFrame(rows, schema={name: CASES[name] for name in rows[0]})
    found = [SLICES[n] for n in which]
    before, after = (each.judged(given_rows)["sure"] for each in (RELEASE, tightened(RELEASE, "abc", found)))
    inside = given_rows.select(within(found).alias("in"))["in"]
    assert after.to_list() == (before & ~inside).to_list()


def test_the_branch_of_a_value_is_that_of_its_products_category() -> None:
    release = dataclasses.replace(RELEASE, exceptions=(Slice("branch", "Computers", NOW, 9, 9),))
    told = [("k1", "rare", "L"), ("k1", "category", "Computers > Monitors"), ("k2", "rare", "L"), ("k3", "rare", "L"),
            ("k3", "category", "Clothing > Shirts")]  # fmt: skip
    rows = pl.DataFrame(told, schema=["product_key", "attribute", "value"], orient="row")
    same = {"method": "rule", "model_version": "v1", "source": "a", "confidence": 0.9}
    judged = release.judged(rows.with_columns(pl.lit(v).alias(k) for k, v in same.items()))
    assert judged["sure"].to_list() == [False, False, True, True, True]
    assert "branch" not in judged.columns
