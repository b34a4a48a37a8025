"""Whether confidences are true: bins, the expected calibration error, the Brier score, and the picture of them."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.certainty.diagram import Panel, picture
from catalog_assets.certainty.estimate import estimate
from catalog_assets.certainty.reliability import BINNED, TOLD, binned, brier_score, calibration_error

SVG = "{http://www.w3.org/2000/svg}"
Case = tuple[float, bool]


def told(*rows: Case) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=TOLD, orient="row")


ROWS = (*[(0.5, True), (0.6, False)] * 2, *[(0.9, True)] * 3, (0.95, False))
cases = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


def test_bins_count_what_came_of_what_was_said() -> None:
    found = binned(told(*ROWS), bins=2)
    assert found.schema == BINNED
    assert found.select("least", "most", "cases", "right", "share").rows() == [
        (0.5, 0.6, 4, 2, 0.5), (0.9, 0.95, 4, 3, 0.75),
    ]  # fmt: skip
    assert found["said"].to_list() == pytest.approx([0.55, 0.9125])
    exact = estimate(3, 4, 0.95)
    assert found.row(1)[-2:] == (exact.low, exact.high)
    # (0.05 x 4 + 0.1625 x 4) / 8
    assert calibration_error(found) == pytest.approx(0.10625)
    assert brier_score(told((1.0, True), (0.0, True), (0.5, False))) == pytest.approx((0 + 1 + 0.25) / 3)


def test_cases_of_one_confidence_are_in_one_bin() -> None:
    found = binned(told(*[(0.9, n < 18) for n in range(20)], (0.95, True)), bins=10)
    assert found["cases"].to_list() == [20, 1]
    assert calibration_error(found.head(1)) == pytest.approx(0.0), "parted by rows they would seem wrong"


def test_without_cases_nothing_is_told() -> None:
    assert (calibration_error(binned(told())), brier_score(told())) == (None, None)
    with pytest.raises(ValueError, match="at least one bin"):
        binned(told(*ROWS), bins=0)


@given(cases, st.integers(1, 12), st.randoms(use_true_random=False))
def test_every_case_is_in_one_bin_whatever_the_order(rows: list[Case], bins: int, chance: object) -> None:
    found = binned(told(*rows), bins)
    assert (found["cases"].sum(), found["right"].sum()) == (len(rows), sum(right for _, right in rows))
    assert found.height <= bins
    assert all(high < low for high, low in zip(found["most"], found["least"][1:], strict=False))
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    other = binned(told(*shuffled), bins)
    assert other.drop("said").equals(found.drop("said"))
    if rows:
        assert 0 <= calibration_error(found) <= 1  # type: ignore[operator]
        assert calibration_error(other) == pytest.approx(calibration_error(found))


def test_true_confidences_have_a_small_error_and_boasting_ones_a_large_one() -> None:
    chance = np.random.default_rng(3)
    said = chance.random(20_000)
    true = told(*zip(said.tolist(), (chance.random(20_000) < said).tolist(), strict=True))
    boast = true.with_columns(pl.col("confidence").sqrt())
    assert calibration_error(binned(true)) < 0.02  # type: ignore[operator]
    assert calibration_error(binned(boast)) == pytest.approx(2 / 3 - 1 / 2, abs=0.02)


def panels(*parts: Sequence[Case]) -> list[Panel]:
    return [Panel(f"part {number}", binned(told(*part))) for number, part in enumerate(parts)]


def test_a_picture_is_one_xml_text_with_a_bar_and_an_interval_for_each_bin() -> None:
    said = picture("Decided values", panels(ROWS, (), [(0.99, True)]))
    assert said == picture("Decided values", panels(tuple(reversed(ROWS)), (), [(0.99, True)]))
    root = ET.fromstring(said)
    kinds = [element.get("class") for element in root.iter()]
    assert (kinds.count("bar"), kinds.count("range"), kinds.count("true")) == (5, 5, 3)
    assert root.find(f"{SVG}title").text == "Decided values"  # type: ignore[union-attr]
    assert "part 0: 8 cases, 62.5% right" in root.find(f"{SVG}desc").text  # type: ignore[union-attr, operator]
    hints = [element.text for element in root.iter(f"{SVG}title")]
    assert any("3 of 3 right, 100.0%" in hint for hint in hints if hint)
    assert "prefers-color-scheme:dark" in said
    assert "http" not in said.replace("http://www.w3.org/2000/svg", ""), "it asks nobody for anything"


@pytest.mark.parametrize("name", ['<script>alert("x")</script>', "a & b", "\x00\x1b[31m\u202e", "'\""])
def test_texts_from_outside_are_only_texts(name: str) -> None:
    root = ET.fromstring(picture(name, [Panel(name, binned(told(*ROWS)))]))
    assert not [element for element in root.iter() if element.tag == f"{SVG}script"]
    shown = "".join(c for c in name if c.isprintable())
    assert shown in [element.text or "" for element in root.iter(f"{SVG}text")]


@given(cases)
def test_everything_drawn_lies_inside_the_picture(rows: list[Case]) -> None:
    root = ET.fromstring(picture("x", [Panel("x", binned(told(*rows), 10))]))
    for bar in (element for element in root.iter() if element.get("class") == "bar"):
        x, y, wide, high = (float(bar.get(name) or "nan") for name in ("x", "y", "width", "height"))
        assert min(x, y, high) >= -0.1
        assert wide >= 1.9
        assert x + wide <= 250.2
        assert y + high == pytest.approx(220, abs=0.2)


def test_a_long_name_is_cut_above_its_diagram_only() -> None:
    root = ET.fromstring(picture("x", [Panel("n" * 80, binned(told(*ROWS)))]))
    shown = [element.text or "" for element in root.iter(f"{SVG}text")]
    assert max(text.count("n") for text in shown) == 33
    assert "n" * 80 in root.find(f"{SVG}desc").text  # type: ignore[union-attr, operator]
