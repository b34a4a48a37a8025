"""Proposals that say the same in two units do not contradict each other."""

import pytest

from catalog_assets.reviewed.transform import DOUBT
from tests.reviewed.test_reviewed_transform import only, proposal, reviewed


def weighing(grams: str, confidence: float, method: str, unit: str = "g") -> dict[str, object]:
    return proposal(grams, confidence, method, attribute="weight", unit=unit)


def test_a_text_that_says_the_same_takes_nothing_from_the_confidence() -> None:
    row = only(reviewed([weighing("1161.1965", 0.9, "supplier"), weighing("1160", 0.9, "rule")]))
    assert (row["value"], row["confidence"], row["state"]) == ("1161.1965", 0.9, "accepted")
    assert [one["value"] for one in row["alternatives"]] == ["1160"]


@pytest.mark.parametrize(("grams", "unit"), [("1200", "g"), ("1160", "kg")])
def test_what_is_far_or_in_another_unit_still_contradicts(grams: str, unit: str) -> None:
    row = only(reviewed([weighing("1161.1965", 0.9, "supplier"), weighing(grams, 0.9, "rule", unit)]))
    assert (row["confidence"], row["state"]) == (pytest.approx(0.9 * (1 - DOUBT * 0.9)), "pending")
