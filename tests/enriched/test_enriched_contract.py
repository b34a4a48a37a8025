"""Every rule of the contract is broken by a row made for it, and by no other rule's row; a row is there once."""

import pytest

from catalog_assets.contracts import violations
from catalog_assets.enriched.contract import ATTRIBUTE_RULES, EnrichedAttributes, EnrichedProducts
from catalog_assets.vocabulary.columns import ENRICHED_ATTRIBUTES, ENRICHED_PRODUCTS
from tests.frames import date, frame

ATTRIBUTE = {
    "day": date(1), "product_key": "k1", "attribute": "color", "method": "rule", "model_version": "rules-1",
    "value": "Black", "unit": None, "confidence": 0.9, "evidence": "black", "source": "alpha", "product_id": "1",
    "delivery_id": "d1", "record_number": 1, "question_id": "0" * 32, "run_id": "r1",
}  # fmt: skip
WEIGHT = {**ATTRIBUTE, "attribute": "weight", "value": "500", "unit": "g", "evidence": "500 g"}
STATED = {**ATTRIBUTE, "method": "supplier", "model_version": "alpha", "evidence": None}
CATEGORY = {**ATTRIBUTE, "attribute": "category", "value": "Computers > Laptops", "evidence": "laptop"}
DESCRIPTION = {
    **ATTRIBUTE, "attribute": "description", "method": "supplier", "model_version": "supplier", "confidence": 1.0,
    "value": "A laptop that is long enough.", "evidence": "description",
}  # fmt: skip
PRODUCT = {"day": date(1), "product_key": "k1", "content_hash": "c1", "proposals": 0, "run_id": "r1"}

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
    ("unknown_category", CATEGORY, {"value": "Computers > Toasters"}),
    ("unknown_category_method", CATEGORY, {"method": "supplier", "model_version": "alpha"}),
    ("unknown_method", CATEGORY, {"method": "oracle"}),
    ("confidence_out_of_range", CATEGORY, {"confidence": 2.0}),
    ("no_evidence", CATEGORY, {"evidence": None}),
    ("unit_not_canonical", CATEGORY, {"unit": "g"}),
    ("malformed_question", CATEGORY, {"question_id": ""}),
    ("description_too_short", DESCRIPTION, {"value": "Too short.           "}),
    ("unknown_method", DESCRIPTION, {"method": "oracle"}),
    ("confidence_out_of_range", DESCRIPTION, {"confidence": -1.0}),
    ("no_evidence", DESCRIPTION, {"evidence": None}),
    ("no_evidence", DESCRIPTION, {"method": "rule", "model_version": "rules-1", "evidence": ""}),
    ("supplier_not_named", DESCRIPTION, {"model_version": "alpha"}),
    ("malformed_question", DESCRIPTION, {"question_id": "1" * 31}),
]
MISSING = [name for name, column in ENRICHED_ATTRIBUTES.columns.items() if not column.nullable]


def broken(model, table, row):
    return violations(model, frame(table, [row]))["check"].to_list()


COMPOSED = {**DESCRIPTION, "method": "rule", "model_version": "rules-1", "evidence": "name,brand"}
GOOD = [
    ATTRIBUTE, WEIGHT, STATED, {**STATED, "value": "Midnight glitter"}, CATEGORY, {**CATEGORY, "method": "model"},
    DESCRIPTION, COMPOSED,
]  # fmt: skip


@pytest.mark.parametrize("row", GOOD)
def test_a_good_row_breaks_nothing(row):
    assert broken(EnrichedAttributes, ENRICHED_ATTRIBUTES, row) == []


def test_a_product_may_have_no_proposal():
    assert broken(EnrichedProducts, ENRICHED_PRODUCTS, PRODUCT) == []


@pytest.mark.parametrize(("rule", "row", "change"), ATTRIBUTE_MUTANTS)
def test_a_mutant_breaks_exactly_its_rule(rule, row, change):
    assert broken(EnrichedAttributes, ENRICHED_ATTRIBUTES, {**row, **change}) == [rule]


@pytest.mark.parametrize("row", [ATTRIBUTE, CATEGORY, DESCRIPTION])
@pytest.mark.parametrize("column", MISSING)
def test_a_proposal_has_all_that_belongs_to_it(row, column):
    assert broken(EnrichedAttributes, ENRICHED_ATTRIBUTES, {**row, column: None})


@pytest.mark.parametrize("column", PRODUCT)
def test_a_product_s_row_is_complete(column):
    assert broken(EnrichedProducts, ENRICHED_PRODUCTS, {**PRODUCT, column: None})


def test_every_rule_has_a_mutant():
    assert {rule for rule, _, _ in ATTRIBUTE_MUTANTS} == {rule.name for rule in ATTRIBUTE_RULES}


@pytest.mark.parametrize("row", [ATTRIBUTE, CATEGORY, DESCRIPTION])
def test_a_proposal_is_there_once(row):
    assert violations(EnrichedAttributes, frame(ENRICHED_ATTRIBUTES, [row, row])).height


def test_a_product_is_there_once():
    assert violations(EnrichedProducts, frame(ENRICHED_PRODUCTS, [PRODUCT, PRODUCT])).height
