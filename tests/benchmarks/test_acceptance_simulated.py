"""The rule by which simulated truth judges a value, and whose truth it is."""

import hashlib

import polars as pl
import pytest
from acceptance import as_read, errors, held_simulated, is_held, parts
from acceptance_simulated import CHOSEN, Told, judged, true_products
from hypothesis import given
from hypothesis import strategies as st

TRUTH = pl.DataFrame(
    [(1, "weight", "250", "g"), (1, "color", "Red", None), (2, "color", "Gray", None), (2, "pack_count", "3", None)],
    schema={"true_id": pl.Int64, "attribute": pl.String, "value": pl.String, "unit": pl.String},
    orient="row",
)
OFFERS = pl.DataFrame([("acme", "a", 1), ("bazaar", "b", 2)], schema=["source", "product_id", "true_id"], orient="row")


def chosen(true_id: int, attribute: str, value: str | None, unit: str | None) -> pl.DataFrame:
    row = {"product_key": f"k{true_id}", "attribute": attribute, "value": value, "unit": unit, "method": "rule"}
    told = pl.DataFrame([{**row, "model_version": "v", "confidence": 0.9, "true_id": true_id}])
    return told.with_columns(pl.col("value", "unit").cast(pl.String))


@pytest.mark.parametrize(
    ("true_id", "attribute", "value", "unit", "right"),
    [
        (1, "weight", "250", "g", True),
        (1, "weight", "252.5", "g", True),
        (1, "weight", "247.4", "g", False),
        (1, "weight", "250", "kg", False),
        (1, "weight", "250", None, False),
        (1, "weight", "a lot", "g", False),
        (1, "color", "red ", None, True),
        (1, "color", "Dark Red", None, False),
        (1, "color", None, None, False),
        (2, "pack_count", "3.0", None, True),
        (2, "pack_count", "4", None, False),
        (2, "weight", "250", "g", False),  # the truth has a weight of others, and none of this one
    ],
)
def test_a_value_is_right_if_truth_says_it(
    true_id: int, attribute: str, value: str | None, unit: str | None, right: bool
) -> None:
    assert judged(chosen(true_id, attribute, value, unit), TRUTH)["is_right"].to_list() == [right]


def test_a_true_product_without_the_attribute_has_no_true_value() -> None:
    assert judged(chosen(2, "weight", "250", "g"), TRUTH)["true_value"].to_list() == [None]


def test_what_truth_tells_of_nothing_is_left_out() -> None:
    assert judged(chosen(1, "warranty", "24", "month"), TRUTH).is_empty()


@given(st.integers(1, 10**6), st.floats(-0.05, 0.05))
def test_numbers_are_right_within_one_percent(true: int, off: float) -> None:
    truth = pl.DataFrame({"true_id": [1], "attribute": ["weight"], "value": [str(true)], "unit": ["g"]})
    told = judged(chosen(1, "weight", repr(true * (1 + off)), "g"), truth)["is_right"].item()
    if abs(abs(off) - 0.01) > 1e-9:
        assert told == (abs(off) < 0.01)


def test_a_product_is_the_true_product_of_its_lead_offer() -> None:
    offer = {"a": {"source": "acme", "product_id": "a"}, "b": {"source": "bazaar", "product_id": "b"}}
    unknown = {"source": "acme", "product_id": "?"}
    last = pl.DataFrame(
        {"product_key": ["x", "y", "z"], "offers": [[offer["b"], offer["a"]], [offer["a"], unknown], [unknown]]}
    )
    assert true_products(last, OFFERS).rows() == [("x", 2, True), ("y", 1, False)]


def held_by_hand(key: str) -> bool:
    return int(hashlib.md5(f"held{key}".encode()).hexdigest(), 16) % 2 == 1


def told(rows: int) -> pl.DataFrame:
    """A colour of each product, right for every second one, always said to be sure at 0.9."""
    frame = {
        "product_key": [f"k{n}" for n in range(rows)], "attribute": ["color"] * rows, "value": ["Red"] * rows,
        "unit": [None] * rows, "method": ["rule"] * rows, "model_version": ["v"] * rows, "confidence": [0.9] * rows,
        "true_value": ["Red" if n % 2 else None for n in range(rows)], "is_right": [bool(n % 2) for n in range(rows)],
    }  # fmt: skip
    return pl.DataFrame(frame).select(*CHOSEN, "true_value", "is_right")


def share(rows: pl.DataFrame) -> float:
    return int(rows["is_right"].sum()) / rows.height


def test_what_is_held_is_dealt_by_product_and_read_as_the_others_teach() -> None:
    held = held_simulated(Told(told(400), {}))
    assert held["product_key"].to_list() == [f"k{n}" for n in range(400) if held_by_hand(f"k{n}")]
    assert [is_held(f"k{n}") for n in range(9)] == [held_by_hand(f"k{n}") for n in range(9)]
    assert held["said"].unique().to_list() == [0.9]
    taught, came = share(told(400).filter(~pl.col("product_key").is_in(held["product_key"].implode()))), share(held)
    assert held["confidence"].to_list() == pytest.approx([taught] * held.height, abs=0.01)
    assert errors(held)["before"] == pytest.approx(100 * abs(0.9 - came), abs=0.01)
    assert errors(held)["after"] == pytest.approx(100 * abs(taught - came), abs=1)


def test_parts_tell_what_is_right_and_what_truth_has_none_of() -> None:
    mixed = told(4).with_columns(pl.Series("confidence", [0.9, 0.9, 0.9, 0.5]))
    assert parts(as_read(told(4), mixed), "method") == {
        "rule": {
            "all": {"values": 4, "right": 50.0, "has none": 50.0},
            "flat 0.85, as said": {"values": 3, "right": 33.33, "has none": 66.67},
        }
    }
