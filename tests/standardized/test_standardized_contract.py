"""Each rule catches a row that breaks exactly it."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from frames import frame, offer

from catalog_assets.contracts import filter_result, violations
from catalog_assets.standardized.contract import RECORD_RULES, RULES, StandardizedProducts
from catalog_assets.vocabulary.columns import STANDARDIZED_PRODUCTS

GOOD = {
    "name": "Lamp 5 < 6", "brand": "HP", "mpn": "AB-1", "gtin": "04006381333931", "description": "Nice & warm",
    "category_path": "Home > Lamps", "price": Decimal("12.50"), "currency": "EUR", "availability": "in_stock",
    "stock": 0, "url": "https://a.com/1", "image_url": "http://a.com/1.jpg", "variants": 1,
    "attributes": [
        {"name": "color", "value": "Black", "unit": None},
        {"name": "pack_count", "value": "6", "unit": None},
        {"name": "weight", "value": "1.5", "unit": "g"},
    ],
}  # fmt: skip
NOTHING = dict.fromkeys(name for name, column in STANDARDIZED_PRODUCTS.columns.items() if column.nullable)
COLOR, WEIGHT = GOOD["attributes"][0], GOOD["attributes"][2]

MUTANTS = {
    "empty_product_id": [{"product_id": " "}, {"product_id": ""}],
    "empty_name": [{"name": " "}],
    "markup_in_text": [
        {"name": "<b>Lamp</b>"},
        {"description": "x<script>"},
        {"brand": "</p>"},
        {"category_path": "<script > x"},
    ],
    "negative_price": [{"price": Decimal("-0.01")}],
    "price_without_currency": [{"currency": None}, {"price": None}],
    "unknown_currency": [{"currency": "XQZ"}, {"currency": "eur"}],
    "invalid_gtin": [{"gtin": "04006381333932"}, {"gtin": "4006381333931"}, {"gtin": "0" * 14}],
    "unknown_availability": [{"availability": "yes"}],
    "negative_stock": [{"stock": -1}],
    "invalid_url": [{"url": "javascript:alert(1)"}, {"url": "http://"}],
    "invalid_image_url": [{"image_url": "data:image/png,x"}],
    "unknown_attribute": [{"attributes": [{"name": "colour", "value": "Black", "unit": None}]}],
    "unordered_attributes": [
        {"attributes": [WEIGHT, COLOR]},
        {"attributes": [COLOR, COLOR]},
        {"attributes": [COLOR, WEIGHT, COLOR]},
    ],
    "empty_attribute": [{"attributes": [{**COLOR, "value": " "}]}, {"attributes": [{**COLOR, "value": None}]}],
    "unreadable_quantity": [
        {"attributes": [{**WEIGHT, "value": "1,5"}]},
        {"attributes": [{**WEIGHT, "value": "1 kg"}]},
    ],
    "foreign_unit": [
        {"attributes": [{**WEIGHT, "unit": "kg"}]},
        {"attributes": [{**WEIGHT, "unit": None}]},
        {"attributes": [{**COLOR, "unit": "g"}]},
    ],
    "no_variant": [{"variants": 0}],
}


def rows(*changes):
    return frame(STANDARDIZED_PRODUCTS, [offer(product_id=str(n)) | GOOD | change for n, change in enumerate(changes)])


def test_there_is_a_mutant_for_every_rule():
    assert set(MUTANTS) == {rule.name for rule in RULES}


@pytest.mark.parametrize("change", [{}, NOTHING, {"attributes": []}, {"price": Decimal(0)}])
def test_a_good_row_holds(change):
    good = rows(change)
    assert violations(StandardizedProducts, good).is_empty()
    assert filter_result(good, RULES, "product_id")[1].is_empty()


@pytest.mark.parametrize(("rule", "change"), [(rule, change) for rule, some in MUTANTS.items() for change in some])
def test_a_mutant_breaks_exactly_its_rule(rule, change):
    mixed = rows({}, change, {})
    good, failures = filter_result(mixed.with_row_index("id").cast({"id": pl.String}), RULES, "id")
    assert good["id"].to_list() == ["0", "2"]
    assert set(failures.select("id", "rule").iter_rows()) == {("1", rule)}
    assert rule in violations(StandardizedProducts, mixed)["check"].to_list()


@pytest.mark.parametrize(
    "change",
    [{"name": None}, {"attributes": None}, {"known_from": None}, {"variants": None}],
)
def test_what_must_not_be_null_is_caught(change):
    assert not violations(StandardizedProducts, rows({}, change)).is_empty()


def test_two_offers_of_one_product_are_caught():
    good = rows({})
    assert not violations(StandardizedProducts, pl.concat([good, good])).is_empty()
    later = good.with_columns(pl.lit(dt.date(2026, 1, 2)).alias("day"))
    assert violations(StandardizedProducts, pl.concat([good, later])).is_empty()


@pytest.mark.parametrize("rule", [rule.name for rule in RECORD_RULES])
def test_each_rule_about_records_is_broken_alone(rule):
    record = {"id": "1", "product_id": "1", "name": "Lamp", "price_problem": None}
    good = {**record, "id": "0"}
    bad = {**record, rule.removeprefix("missing_"): None} if rule in ("missing_product_id", "missing_name") else {
        **record, "price_problem": rule
    }  # fmt: skip
    frame_of_both = pl.DataFrame([good, bad], schema=dict.fromkeys(record, pl.String))
    passed, failures = filter_result(frame_of_both, RECORD_RULES, "id")
    assert passed["id"].to_list() == ["0"]
    assert failures.select("id", "rule").rows() == [("1", rule)]
