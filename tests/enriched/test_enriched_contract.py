"""Every rule of the two contracts is broken by a row made for it, and by no other rule's row."""

import pytest

from catalog_assets.contracts import violations
from catalog_assets.enriched.contract import (
    ATTRIBUTE_RULES,
    PRODUCT_RULES,
    EnrichedAttributes,
    EnrichedProducts,
)
from catalog_assets.vocabulary.columns import ENRICHED_ATTRIBUTES, ENRICHED_PRODUCTS
from tests.frames import date, frame

ATTRIBUTE = {
    "day": date(1), "product_key": "k1", "attribute": "color", "method": "rule", "model_version": "rules-1",
    "value": "Black", "unit": None, "confidence": 0.9, "evidence": "black", "source": "alpha", "product_id": "1",
    "delivery_id": "d1", "record_number": 1, "question_id": "0" * 32, "run_id": "r1",
}  # fmt: skip
WEIGHT = {**ATTRIBUTE, "attribute": "weight", "value": "500", "unit": "g", "evidence": "500 g"}
STATED = {**ATTRIBUTE, "method": "supplier", "model_version": "alpha", "evidence": None}
PRODUCT = {
    "day": date(1), "product_key": "k1", "content_hash": "c1", "category": "Computers > Laptops",
    "category_confidence": 0.9, "category_method": "rule", "category_model_version": "rules-1",
    "category_evidence": "laptop", "category_question_id": "0" * 32, "description": "A laptop that is long enough.",
    "description_confidence": 1.0, "description_method": "supplier", "description_model_version": "supplier",
    "description_evidence": "description", "description_question_id": "1" * 32, "run_id": "r1",
}  # fmt: skip
EMPTY = {**PRODUCT, **{name: None for name in PRODUCT if name.startswith(("category", "description"))}}
EMPTY["category_question_id"] = "0" * 32

ATTRIBUTE_MUTANTS = [
    ("unknown_attribute", ATTRIBUTE, {"attribute": "smell"}),
    ("unknown_method", STATED, {"method": "oracle", "evidence": "black"}),
    ("confidence_out_of_range", ATTRIBUTE, {"confidence": 1.01}),
    ("confidence_out_of_range", ATTRIBUTE, {"confidence": -0.01}),
    ("blank_value", STATED, {"value": " "}),
    ("value_not_allowed", ATTRIBUTE, {"value": "Blackish"}),
    ("value_not_allowed", ATTRIBUTE, {"attribute": "waterproof", "value": "maybe"}),
    ("number_not_canonical", WEIGHT, {"value": "500.0"}),
    ("number_not_canonical", WEIGHT, {"value": "0500"}),
    ("number_not_canonical", WEIGHT, {"value": "heavy"}),
    ("implausible_number", WEIGHT, {"value": "99999999999"}),
    ("unit_not_canonical", WEIGHT, {"unit": "kg"}),
    ("unit_not_canonical", WEIGHT, {"unit": None}),
    ("unit_not_canonical", ATTRIBUTE, {"unit": "g"}),
    ("no_evidence", ATTRIBUTE, {"evidence": None}),
    ("no_evidence", ATTRIBUTE, {"evidence": ""}),
    ("supplier_not_named", STATED, {"model_version": "beta"}),
    ("malformed_question", ATTRIBUTE, {"question_id": "q1"}),
]
PRODUCT_MUTANTS = [
    ("unknown_category", PRODUCT, {"category": "Computers > Toasters"}),
    ("category_incomplete", PRODUCT, {"category_evidence": None}),
    ("category_incomplete", EMPTY, {"category_confidence": 0.5}),
    ("unknown_category_method", PRODUCT, {"category_method": "supplier"}),
    ("category_confidence_out_of_range", PRODUCT, {"category_confidence": 2.0}),
    ("malformed_category_question", EMPTY, {"category_question_id": None}),
    ("description_too_short", PRODUCT, {"description": "Too short.           "}),
    ("description_incomplete", PRODUCT, {"description_method": None}),
    ("description_incomplete", EMPTY, {"description_question_id": "1" * 32}),
    ("unknown_description_method", PRODUCT, {"description_method": "oracle"}),
    ("description_confidence_out_of_range", PRODUCT, {"description_confidence": -1.0}),
]


def broken(model, table, row):
    return violations(model, frame(table, [row]))["check"].to_list()


@pytest.mark.parametrize("row", [ATTRIBUTE, WEIGHT, STATED, {**STATED, "value": "Midnight glitter"}])
def test_a_good_attribute_row_breaks_nothing(row):
    assert broken(EnrichedAttributes, ENRICHED_ATTRIBUTES, row) == []


@pytest.mark.parametrize("row", [PRODUCT, EMPTY])
def test_a_good_product_row_breaks_nothing(row):
    assert broken(EnrichedProducts, ENRICHED_PRODUCTS, row) == []


@pytest.mark.parametrize(("rule", "row", "change"), ATTRIBUTE_MUTANTS)
def test_an_attribute_mutant_breaks_exactly_its_rule(rule, row, change):
    assert broken(EnrichedAttributes, ENRICHED_ATTRIBUTES, {**row, **change}) == [rule]


@pytest.mark.parametrize(("rule", "row", "change"), PRODUCT_MUTANTS)
def test_a_product_mutant_breaks_exactly_its_rule(rule, row, change):
    assert broken(EnrichedProducts, ENRICHED_PRODUCTS, {**row, **change}) == [rule]


def test_every_rule_has_a_mutant():
    assert {rule for rule, _, _ in ATTRIBUTE_MUTANTS} == {rule.name for rule in ATTRIBUTE_RULES}
    assert {rule for rule, _, _ in PRODUCT_MUTANTS} == {rule.name for rule in PRODUCT_RULES}


def test_a_proposal_is_there_once():
    assert violations(EnrichedAttributes, frame(ENRICHED_ATTRIBUTES, [ATTRIBUTE, ATTRIBUTE])).height
    assert violations(EnrichedProducts, frame(ENRICHED_PRODUCTS, [PRODUCT, PRODUCT])).height
