"""Rules and contracts: each promise of each stage is broken once, and only that promise is named."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from catalog_assets.contracts import Rule, contract, filter_result, violations
from catalog_assets.matched import contract as matched
from catalog_assets.reviewed import contract as reviewed
from catalog_assets.validated import contract as validated
from catalog_assets.vocabulary.columns import Column, Table
from catalog_assets.warehouse import contract as warehouse
from tests.frames import (
    CATALOG_PRODUCTS,
    MATCHED_PRODUCTS,
    PRODUCT_ALIASES,
    REVIEWED_ATTRIBUTES,
    REVIEWED_PRODUCTS,
    VALIDATED_PRODUCTS,
    Row,
    alias,
    frame,
    member,
    product,
    reviewed_attribute,
    tombstone,
)

POSITIVE = Rule("not_positive", pl.col("n") > 0, "n must be above zero.")
SMALL = Rule("too_big", pl.col("n") < 10, "n must be below ten.")


def test_filter_result_gives_the_good_rows_and_each_broken_rule_of_each_bad_row() -> None:
    rows = pl.DataFrame({"id": ["a", "b", "c", "d"], "n": [5, -1, None, 50]})
    good, failures = filter_result(rows, (POSITIVE, SMALL), "id")
    assert_frame_equal(good, rows.head(1))
    expected = pl.DataFrame(
        {
            "id": ["b", "c", "c", "d"],
            "rule": ["not_positive", "not_positive", "too_big", "too_big"],
            "message": [POSITIVE.message, POSITIVE.message, SMALL.message, SMALL.message],
        }
    )
    assert_frame_equal(failures.sort("id", "rule"), expected)


def test_filter_result_judges_a_rule_over_groups_on_the_whole_frame() -> None:
    rows = pl.DataFrame({"id": ["a", "a", "b"]})
    good, failures = filter_result(rows, (Rule("doubled", pl.len().over("id") == 1, "once"),), "id")
    assert good["id"].to_list() == ["b"]
    assert failures.select("id", "rule").rows() == [("a", "doubled"), ("a", "doubled")]


@pytest.mark.parametrize("rules", [(), (POSITIVE,), (POSITIVE, SMALL)])
def test_filter_result_of_an_empty_frame_is_empty_and_typed(rules: tuple[Rule, ...]) -> None:
    rows = pl.DataFrame(schema={"id": pl.String, "n": pl.Int64})
    good, failures = filter_result(rows, rules, "id")
    assert_frame_equal(good, rows)
    assert_frame_equal(failures, pl.DataFrame(schema={"id": pl.String, "rule": pl.String, "message": pl.String}))


def test_filter_result_without_rules_refuses_nothing() -> None:
    rows = pl.DataFrame({"id": ["a"], "n": [-1]})
    good, failures = filter_result(rows, (), "id")
    assert_frame_equal(good, rows)
    assert failures.is_empty()


TOY = Table(
    "toys",
    "one toy",
    ("id",),
    (),
    {"id": Column(pl.String, "Name"), "n": Column(pl.Int64, "Number", nullable=True)},
)
Toys = contract(TOY, (Rule("not_positive", pl.col("n").is_null() | (pl.col("n") > 0), "n must be above zero."),))
GOOD_TOYS = pl.DataFrame({"id": ["a", "b"], "n": [1, None]})


def test_a_frame_that_keeps_its_contract_violates_nothing() -> None:
    assert violations(Toys, GOOD_TOYS).is_empty()
    assert violations(Toys, TOY.empty()).is_empty()


def test_violations_count_the_rows_of_each_check() -> None:
    found = violations(Toys, pl.DataFrame({"id": ["a", "b", "c"], "n": [-1, -2, 3]}))
    assert found.select("check", "rows").rows() == [("not_positive", 2)]


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (GOOD_TOYS.with_columns(pl.lit("x").alias("strange")), ("column_in_schema", "strange")),
        (GOOD_TOYS.drop("n"), ("column_in_dataframe", "n")),
        (GOOD_TOYS.with_columns(pl.col("n").cast(pl.Int32)), ("dtype('Int64')", "n")),
        (GOOD_TOYS.with_columns(pl.lit(None, pl.String).alias("id")).head(1), ("not_nullable", "id")),
        (pl.concat([GOOD_TOYS, GOOD_TOYS]), ("multiple_fields_uniqueness", "Toys")),
    ],
    ids=["a column too many", "a column missing", "another type", "null where none may be", "a key twice"],
)
def test_columns_types_nulls_and_keys_are_part_of_the_contract(broken: pl.DataFrame, named: tuple[str, str]) -> None:
    assert named in violations(Toys, broken).select("check", "column").rows()


SCALES = Table(
    "scales",
    "one weighing",
    ("id", "n"),
    (),
    {
        "id": Column(pl.String, "Name"),
        "n": Column(pl.Int64, "Number", nullable=True),
        "weight": Column(pl.Float64, "Weight"),
        "most": Column(pl.Float64, "Most", nullable=True),
    },
)
Scales = contract(SCALES, (POSITIVE, Rule("single", pl.len().over("id") == 1, "Once.")))
NUMBERS = st.sampled_from([None, 1.0, float("nan"), float("inf")])
WEIGHINGS = st.tuples(st.sampled_from([None, "a", "b", "c"]), st.sampled_from([None, -1, 1, 2]), NUMBERS, NUMBERS)


@settings(max_examples=100, deadline=None)
@given(st.lists(WEIGHINGS, max_size=3), st.sampled_from([None, "weight", "n"]))
@example([("a", 1, 1.0, None)], None)
@example([("a", 1, float("nan"), None)], None)
@example([("a", 1, 1.0, float("nan")), ("b", 2, 2.0, None)], None)
def test_what_holds_and_what_does_not_is_as_pandera_says(rows: list[Any], strange: str | None) -> None:
    found = pl.DataFrame(rows, schema=SCALES.schema, orient="row")
    if strange:
        found = found.with_columns(pl.col(strange).cast(pl.Float32))
    try:
        Scales.validate(found, lazy=True)
        holds = True
    except pa.errors.SchemaErrors:
        holds = False
    assert violations(Scales, found).is_empty() is holds


@dataclass(frozen=True)
class Promise:
    """A contract with rows that keep it and, for each rule, rows that break it and nothing else."""

    table: Table
    model: type[pa.DataFrameModel]
    rules: tuple[Rule, ...]
    good: list[Row]
    mutants: dict[str, list[Row]] = field(default_factory=dict)


def _matched(**values: Any) -> Row:
    return product(MATCHED_PRODUCTS, **values)


def _reviewed(**values: Any) -> Row:
    return product(REVIEWED_PRODUCTS, **values)


def _validated(**values: Any) -> Row:
    return product(VALIDATED_PRODUCTS, **values)


def _catalog(**values: Any) -> Row:
    return product(CATALOG_PRODUCTS, **values)


def _withdrawn(table: Table, **values: Any) -> Row:
    return product(table, "k2", status="withdrawn", offers=[member(live=False)], **values)


NO_PRICE = {"price": None, "currency": None}
PROMISES = {
    "matched_products": Promise(
        MATCHED_PRODUCTS,
        matched.MatchedProducts,
        matched.RULES,
        [_matched(), _withdrawn(MATCHED_PRODUCTS), tombstone(MATCHED_PRODUCTS, "k3", "k1"),
         _matched(product_key="k4", **NO_PRICE)],
        {
            "unknown_status": [_matched(status="lively")],
            "merged_without_heir": [{**tombstone(MATCHED_PRODUCTS, "k1", "k2"), "merged_into": None}],
            "no_offers": [_matched(status="withdrawn", offers=[])],
            "live_without_live_offer": [_matched(offers=[member(live=False)])],
            "nameless": [_matched(name=None)],
            "price_without_currency": [_matched(currency=None)],
        },
    ),
    "reviewed_attributes": Promise(
        REVIEWED_ATTRIBUTES,
        reviewed.ReviewedAttributes,
        reviewed.ATTRIBUTE_RULES,
        [reviewed_attribute(), reviewed_attribute("k2", state="rejected", value=None),
         reviewed_attribute("k3", state="pending"),
         reviewed_attribute("k4", method="pin", annotator="eve", delivery_id=None, record_number=None)],
        {
            "unknown_state": [reviewed_attribute(state="maybe")],
            "unknown_method": [reviewed_attribute(method="dice")],
            "confidence_out_of_range": [reviewed_attribute(confidence=1.01)],
            "accepted_without_value": [reviewed_attribute(value=None)],
            "person_without_name": [reviewed_attribute(method="person")],
            "value_without_origin": [reviewed_attribute(record_number=None)],
        },
    ),
    "reviewed_products": Promise(
        REVIEWED_PRODUCTS,
        reviewed.ReviewedProducts,
        reviewed.PRODUCT_RULES,
        [_reviewed(), tombstone(REVIEWED_PRODUCTS, "k2", "k1"),
         _reviewed(product_key="k3", category=None, category_state="pending")],
        {
            "unknown_category_state": [_reviewed(category=None, category_state="perhaps")],
            "category_not_accepted": [_reviewed(category_state="pending")],
            "nameless": [_reviewed(name=None)],
        },
    ),
    "validated_products": Promise(
        VALIDATED_PRODUCTS,
        validated.ValidatedProducts,
        validated.RULES,
        [_validated(), tombstone(VALIDATED_PRODUCTS, "k2", "k1"),
         _validated(product_key="k3", price=None, price_state="pending", proposed_price=Decimal("7")),
         _validated(product_key="k4", price=None, price_state="none"),
         _validated(product_key="k5", price=None, price_state="rejected"),
         {**_withdrawn(VALIDATED_PRODUCTS, price=None, price_state="none"), "product_key": "k6"},
         {**_withdrawn(VALIDATED_PRODUCTS), "product_key": "k7"}],
        {
            "unknown_price_state": [_validated(price=None, price_state="odd")],
            "price_shown_unaccepted": [_validated(price_state="rejected")],
            "held_price_missing": [_validated(price=None, price_state="pending")],
            "price_not_positive": [_validated(price=Decimal("0"))],
            "category_not_allowed": [_validated(category="Nonsense")],
            "score_out_of_range": [_validated(quality=100.5)],
        },
    ),
    "catalog_products": Promise(
        CATALOG_PRODUCTS,
        warehouse.CatalogProducts,
        warehouse.RULES,
        [_catalog(), _catalog(product_key="k2", price=None, price_state="none")],
        {
            "nameless": [_catalog(name="")],
            "no_live_offer": [_catalog(offers=[member(live=False)])],
            "price_shown_unaccepted": [_catalog(price_state="rejected")],
            "price_not_positive": [_catalog(price=Decimal("-1"))],
            "category_not_allowed": [_catalog(category="Nonsense")],
        },
    ),
    "product_aliases": Promise(
        PRODUCT_ALIASES,
        warehouse.ProductAliases,
        warehouse.ALIAS_RULES,
        [alias("a", "k1"), alias("b", "k1", "gone")],
        {
            "alias_of_itself": [alias("a", "a")],
            "alias_of_alias": [alias("a", "b"), alias("b", "k1")],
        },
    ),
}  # fmt: skip
EACH_RULE = [(name, rule) for name, promise in PROMISES.items() for rule in promise.rules]


@pytest.mark.parametrize("name", PROMISES)
def test_good_rows_keep_the_contract(name: str) -> None:
    promise = PROMISES[name]
    found = violations(promise.model, frame(promise.table, promise.good))
    assert found.rows() == []


@pytest.mark.parametrize("name", PROMISES)
def test_an_empty_table_keeps_the_contract(name: str) -> None:
    assert violations(PROMISES[name].model, PROMISES[name].table.empty()).is_empty()


@pytest.mark.parametrize(("name", "rule"), EACH_RULE, ids=[f"{name}:{rule.name}" for name, rule in EACH_RULE])
def test_each_rule_has_a_mutant_that_breaks_it(name: str, rule: Rule) -> None:
    promise = PROMISES[name]
    broken = frame(promise.table, promise.mutants[rule.name])
    alone_by_nature = {"alias_of_itself": {"alias_of_itself", "alias_of_alias"}}
    expected = alone_by_nature.get(rule.name, {rule.name})
    assert set(violations(promise.model, broken)["check"].to_list()) == expected
    assert rule.name not in _broken_rules(promise, frame(promise.table, promise.good))


def _broken_rules(promise: Promise, rows: pl.DataFrame) -> set[str]:
    return set(filter_result(rows, promise.rules, promise.table.key[-1])[1]["rule"].to_list())


@pytest.mark.parametrize("name", PROMISES)
def test_rules_have_unique_names_and_no_mutant_is_left_over(name: str) -> None:
    names = [rule.name for rule in PROMISES[name].rules]
    assert len(names) == len(set(names))
    assert set(PROMISES[name].mutants) == set(names)


@pytest.mark.parametrize(("name", "rule"), EACH_RULE, ids=[f"{name}:{rule.name}" for name, rule in EACH_RULE])
def test_each_message_is_one_sentence(name: str, rule: Rule) -> None:
    assert rule.message.endswith(".")
    assert rule.message[0] == rule.message[0].upper() or rule.message.split()[0] in PROMISES[name].table.columns


@pytest.mark.parametrize("name", PROMISES)
def test_a_key_twice_breaks_the_contract(name: str) -> None:
    promise = PROMISES[name]
    once = frame(promise.table, promise.good[:1])
    assert violations(promise.model, pl.concat([once, once])).height


NOT_NULLABLE = [
    (name, column)
    for name, promise in PROMISES.items()
    for column, told in promise.table.columns.items()
    if not told.nullable
]


@pytest.mark.parametrize(("name", "column"), NOT_NULLABLE, ids=[f"{n}:{c}" for n, c in NOT_NULLABLE])
def test_a_null_in_a_column_that_has_none_breaks_the_contract(name: str, column: str) -> None:
    promise = PROMISES[name]
    hole = pl.lit(None, promise.table.schema[column]).alias(column)
    holed = frame(promise.table, promise.good[:1]).with_columns(hole)
    found = violations(promise.model, holed)
    assert column in found["column"].to_list()


def test_a_rule_that_is_null_counts_as_broken() -> None:
    rows = pl.DataFrame({"id": ["a"], "n": [None]}, schema=TOY.schema)
    assert rows.select(POSITIVE.ok()).item() is False
    assert filter_result(rows, (POSITIVE,), "id")[0].is_empty()
    assert violations(contract(TOY, (POSITIVE,)), rows).select("check", "rows").rows() == [("not_positive", 1)]
