"""Suppliers and texts that say the same in two units agree."""

import pytest

from catalog_assets.enriched.path_mapper import MAPPED
from catalog_assets.enriched.protocol import questions
from catalog_assets.enriched.transform import DISPUTED, GOLDEN_BONUS, UNANIMOUS, proposals
from tests.enriched.enriched_frames import ENRICHER, found, matched
from tests.frames import conflict, member

SUPPLIERS = ("alpha", "beta", "gamma")


def stating(*grams: str) -> dict[str, tuple[object, ...]]:
    """source -> (value, unit, confidence) of what suppliers are said to state; the first is the golden one."""
    listed = [
        conflict("attributes.weight", f"{value} g", source, chosen=source == "alpha")
        for source, value in zip(SUPPLIERS, grams, strict=False)
    ]
    rows = matched({
        "name": "X1", "attributes": [{"name": "weight", "value": grams[0], "unit": "g"}], "conflicts": listed,
        "offers": [member(source) for source in SUPPLIERS[: len(grams)]],
    })  # fmt: skip
    proposed, _ = proposals(rows, ENRICHER.enrich(questions(rows)), MAPPED.to_frame())
    told = proposed.filter(proposed["attribute"] == "weight").to_dicts()
    return {row["model_version"]: (row["value"], row["unit"], row["confidence"]) for row in told}


def test_suppliers_that_say_the_same_are_unanimous() -> None:
    assert stating("305", "305.0409") == {"alpha": ("305", "g", UNANIMOUS[2])}


def test_against_a_third_they_speak_with_one_voice() -> None:
    assert stating("305", "305.0409", "320") == {
        "alpha": ("305", "g", pytest.approx(DISPUTED * 2 / 3 + GOLDEN_BONUS)),
        "gamma": ("320", "g", pytest.approx(DISPUTED / 3)),
    }


def test_a_name_that_says_it_in_two_units_has_no_rivals() -> None:
    value, _, sure, _ = found(name="Dumbbell, weight: 2.2 lb, weight: 1 kg")["weight"]
    assert (value, sure) == ("997.9032", found(name="Dumbbell, weight: 2.2 lb")["weight"][2])
    assert found(name="Dumbbell, weight: 2.2 lb, weight: 2 kg")["weight"][2] < sure


def test_a_description_that_says_the_same_makes_surer() -> None:
    alone = found(name="Dumbbell, weight: 305 g")["weight"]
    both = found(name="Dumbbell, weight: 305 g", description="Weight: 10.76 oz")["weight"]
    assert both[0] == "305"
    assert both[2] > alone[2]
