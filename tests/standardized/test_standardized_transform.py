"""A day's records become offers, and every other record has exactly one fate."""

import datetime as dt
import re
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from test_standardized_contract import MUTANTS

from catalog_assets.configuration import Source
from catalog_assets.contracts import Rule
from catalog_assets.standardized import transform
from catalog_assets.standardized.contract import RULES
from catalog_assets.standardized.stock import MOST
from catalog_assets.standardized.transform import (
    FAILURES_SCHEMA,
    FATES_SCHEMA,
    OFFERS_SCHEMA,
    UnknownDeliveryError,
    standardize,
)
from tests.examples import tries

DAY = dt.date(2026, 3, 1)
MORNING = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
LANDED = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
COLUMNS = {"product_id": "sku", "name": "title", "price": "price", "currency": "cur"}
KEYS = ("delivery_id", "record_number")


def source(**settings):
    return Source.model_validate({"columns": COLUMNS, **settings})


def delivery(delivery_id="d1", *, sequence=1, at=MORNING, retracted=False):
    return {"delivery_id": delivery_id, "sequence": sequence, "delivered_at": at, "landed_at": LANDED, "path": "p",
            "retracted": retracted}  # fmt: skip


def deliveries(*rows):
    return pl.DataFrame(list(rows) or [delivery()], schema_overrides={"sequence": pl.Int32})


def cells(*rows, delivery_id="d1"):
    """Rows as (sku, title, price, cur), numbered from 1 in their delivery."""
    schema = dict.fromkeys(("sku", "title", "price", "cur"), pl.String)
    frame = pl.DataFrame([tuple(row) + (None,) * (4 - len(row)) for row in rows], schema=schema, orient="row")
    number = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("record_number")
    return frame.select(pl.lit(delivery_id).alias("delivery_id"), number, pl.all())


def run(frame, *facts, **settings):
    return standardize(frame, deliveries(*facts), "acme", source(**settings), DAY)


def fates(result):
    return {row[0]: row[1:] for row in result.fates.iter_rows()}


def broken(result):
    return sorted(result.failures.select("record_id", "rule").iter_rows())


def test_an_offer_has_the_columns_of_the_table():
    result = run(cells(("1", "<b>Lamp</b>", "1.234,50", "EUR")))
    assert result.offers.schema == OFFERS_SCHEMA
    assert result.fates.schema == FATES_SCHEMA
    assert result.failures.schema == FAILURES_SCHEMA
    row = result.offers.row(0, named=True)
    assert {name: value for name, value in row.items() if value is not None} == {
        "day": DAY, "source": "acme", "product_id": "1", "delivery_id": "d1", "record_number": 1, "name": "Lamp",
        "price": Decimal("1234.5"), "currency": "EUR", "attributes": [], "variants": 1, "known_from": LANDED,
        "match_hash": row["match_hash"], "language": "en",
    }  # fmt: skip
    assert result.fates.is_empty()
    assert result.failures.is_empty()


def test_every_field_is_read():
    stated = {
        "sku": "7", "title": "Lamp", "p": "€ 12", "b": "H.P.", "m": "ab-1 ", "g": "4006381333931", "d": "<p>Nice</p>",
        "c": '["Home","Lamps"]', "a": "auf Lager", "s": "5", "u": "https://a.com/7", "i": '["https://a.com/7.jpg"]',
        "t": "2026-02-28T10:00:00Z", "Weight (kg)": "1.5", "f": " L7 ",
    }  # fmt: skip
    columns = {
        "product_id": ["id", "sku"], "name": "title", "price": "p", "brand": "b", "mpn": "m", "gtin": "g",
        "description": "d", "category_path": "c", "availability": "a", "stock": "s", "url": "u", "image_url": "i",
        "updated_at": "t", "item_group_id": "f",
    }  # fmt: skip
    frame = pl.DataFrame(
        [{"delivery_id": "d1", "record_number": 1, "id": None, **stated}], schema_overrides={"id": pl.String}
    )
    result = run(frame, columns=columns, attributes={"weight": "Weight (kg)"}, language="de")
    row = result.offers.row(0, named=True)
    assert re.fullmatch("[0-9a-f]{32}", row["family"])
    assert row == {
        "day": DAY, "source": "acme", "product_id": "7", "item_group_id": "L7", "language": "de",
        "family": row["family"], "match_hash": row["match_hash"], "delivery_id": "d1", "record_number": 1,
        "name": "Lamp",
        "brand": "HP", "mpn": "AB-1", "gtin": "04006381333931", "description": "Nice", "category_path": "Home > Lamps",
        "price": Decimal(12), "currency": "EUR", "availability": "in_stock", "stock": 5, "url": "https://a.com/7",
        "image_url": "https://a.com/7.jpg", "attributes": [{"name": "weight", "value": "1500", "unit": "g"}],
        "variants": 1, "source_updated_at": dt.datetime(2026, 2, 28, 10, tzinfo=dt.UTC), "known_from": LANDED,
    }  # fmt: skip


def test_what_matching_reads_has_a_hash_and_a_price_does_not_change_it():
    one, dearer, other = (run(cells(row)).offers["match_hash"].item() for row in (
        ("1", "Lamp", "1", "EUR"), ("1", "Lamp", "2", "USD"), ("1", "Lamps", "1", "EUR")))  # fmt: skip
    assert one == dearer != other


def test_no_records_no_rows():
    result = run(cells())
    assert result.offers.schema == OFFERS_SCHEMA
    assert result.offers.height == result.fates.height == result.failures.height == 0


@pytest.mark.parametrize("continuation", [False, True])
def test_each_broken_rule_refuses_and_all_are_listed(continuation):
    result = run(
        cells(
            ("1", "Lamp", "1", "EUR"),
            (None, "No id", "1", "EUR"),
            ("3", "<p> </p>", "1", "EUR"),
            ("4", "No price", None, "EUR"),
            ("5", "Unreadable", "call", "EUR"),
            ("6", "Negative", "-1", "EUR"),
            ("7", "No currency", "1"),
            ("8", "Unknown", "1", "XQZ"),
            ("9", "Both", "€ 1", "USD"),
            ("10", None, "x"),
        ),
        continuation=continuation,
    )
    assert result.offers["product_id"].to_list() == ["1"]
    assert fates(result) == {
        "d1:2": ("quarantined", "missing_product_id", None, None),
        "d1:3": ("quarantined", "missing_name", None, "3"),
        "d1:4": ("quarantined", "missing_price", None, "4"),
        "d1:5": ("quarantined", "unreadable_price", None, "5"),
        "d1:6": ("quarantined", "negative_price", None, "6"),
        "d1:7": ("quarantined", "missing_currency", None, "7"),
        "d1:8": ("quarantined", "unknown_currency", None, "8"),
        "d1:9": ("quarantined", "contradictory_currency", None, "9"),
        "d1:10": ("quarantined", "missing_name", None, "10"),
    }
    assert broken(result) == sorted(
        [(record, fate[1]) for record, fate in fates(result).items()] + [("d1:10", "unreadable_price")]
    )
    assert result.failures["message"].str.len_chars().min() > 20


def test_a_source_without_prices_needs_none_and_takes_none():
    result = run(cells(("1", "Lamp"), ("2", "Desk", "12", "EUR")), price="none")
    assert result.offers.select("product_id", "price", "currency").rows() == [("1", None, None), ("2", None, None)]


def test_the_later_record_counts():
    early = cells(("2", "Once", "1", "EUR"), *[("1", "Old", "1", "EUR")] * 3)
    late = cells(("1", "Newer", "2", "EUR"), ("1", "Newest", "3", "EUR"), delivery_id="d0")
    result = run(pl.concat([early, late]), delivery("d1"), delivery("d0", sequence=2))
    assert result.offers.select("product_id", "name", "delivery_id", "record_number").rows() == [
        ("1", "Newest", "d0", 2),
        ("2", "Once", "d1", 1),
    ]
    replaced = ("superseded", "duplicate", "d0:2", "1")
    assert fates(result) == dict.fromkeys(("d0:1", "d1:2", "d1:3", "d1:4"), replaced)


def test_a_refused_record_does_not_take_the_place_of_a_good_one():
    result = run(cells(("1", "Good", "1", "EUR"), ("1", "Bad", "-1", "EUR")))
    assert result.offers["name"].to_list() == ["Good"]
    assert fates(result) == {"d1:2": ("quarantined", "negative_price", None, "1")}


@pytest.mark.parametrize(
    ("at", "hours", "skipped"),
    [
        (dt.datetime(2026, 2, 28, 23, 59, 59, tzinfo=dt.UTC), 24, True),
        (dt.datetime(2026, 3, 1, tzinfo=dt.UTC), 24, False),
        (dt.datetime(2026, 3, 5, tzinfo=dt.UTC), 24, False),
        (dt.datetime(2026, 2, 28, 23, tzinfo=dt.UTC), 25, False),
        (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), None, False),
    ],
)
def test_stale_goes_by_the_delivery(at, hours, skipped):
    result = run(cells(("1", "Lamp", "1", "EUR"), (None, "x")), delivery(at=at), stale_after_hours=hours)
    stale = {"d1:1": ("skipped", "stale", None, "1"), "d1:2": ("skipped", "stale", None, None)}
    assert (fates(result) == stale) == skipped
    assert result.offers.height == (0 if skipped else 1)
    assert result.failures.is_empty() == skipped


def test_an_old_date_of_the_product_makes_nothing_stale():
    frame = cells(("1", "Lamp", "1", "EUR")).with_columns(pl.lit("2001-01-01").alias("changed"))
    result = run(frame, columns={**COLUMNS, "updated_at": "changed"})
    assert result.offers["source_updated_at"].to_list() == [dt.datetime(2001, 1, 1, tzinfo=dt.UTC)]


def test_retracted_goes_before_stale_and_everything_else():
    old = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    frame = pl.concat(
        [cells(("1", "Wrong", "1", "EUR"), (None, None)), cells(("1", "Right", "1", "EUR"), delivery_id="d2")]
    )
    result = run(frame, delivery(at=old, retracted=True), delivery("d2"), continuation=True)
    assert result.offers["name"].to_list() == ["Right"]
    assert fates(result) == {
        "d1:1": ("skipped", "retracted", None, "1"),
        "d1:2": ("skipped", "retracted", None, "1"),
    }


def test_rows_without_a_name_continue_the_row_above():
    result = run(
        cells(
            ("1", "Shirt", "10", "EUR"),
            ("1", None, "11", "EUR"),
            (None, None, None),
            ("2", "Hat", "5", "EUR"),
            ("2", " <br> ", "5", "EUR"),
            ("3", None, "5", "EUR"),
            (None, None, "5", "EUR"),
            (None, "No id", "5", "EUR"),
            (None, None, "6", "EUR"),
            ("1", None, "6", "EUR"),
        ),
        continuation=True,
    )
    assert result.offers.select("product_id", "name", "variants").rows() == [("1", "Shirt", 3), ("2", "Hat", 2)]
    assert fates(result) == {
        "d1:2": ("merged", "continuation", "d1:1", "1"),
        "d1:3": ("merged", "continuation", "d1:1", "1"),
        "d1:5": ("merged", "continuation", "d1:4", "2"),
        "d1:6": ("quarantined", "missing_name", None, "3"),
        "d1:7": ("merged", "continuation", "d1:6", "3"),
        "d1:8": ("quarantined", "missing_product_id", None, None),
        "d1:9": ("merged", "continuation", "d1:8", None),
        "d1:10": ("quarantined", "missing_name", None, "1"),
    }


def test_nothing_is_continued_across_deliveries_or_before_the_first_product():
    frame = pl.concat([cells((None, None), ("1", "Shirt", "1", "EUR")), cells((None, None), delivery_id="d2")])
    result = run(frame, delivery(), delivery("d2", sequence=2), continuation=True)
    assert {record: fate[0] for record, fate in fates(result).items()} == {"d1:1": "quarantined", "d2:1": "quarantined"}


def test_without_continuation_a_row_without_a_name_is_refused():
    result = run(cells(("1", "Shirt", "1", "EUR"), ("1", None, "1", "EUR")))
    assert fates(result) == {"d1:2": ("quarantined", "missing_name", None, "1")}


def test_the_stock_of_a_product_is_the_sum_over_its_variants():
    frame = cells(
        ("1", "Shirt", "1", "EUR"), ("1", None), ("2", "Hat", "1", "EUR"), ("2", None), ("3", "Tie", "1", "EUR")
    )
    frame = frame.with_columns(pl.Series("qty", ["0", "4", "-1", "0", None]))
    result = run(frame, columns={**COLUMNS, "stock": "qty"}, continuation=True)
    assert result.offers.select("product_id", "stock", "availability").rows() == [
        ("1", 4, "in_stock"),
        ("2", 0, "out_of_stock"),
        ("3", None, None),
    ]


def test_stock_beyond_belief_is_unknown_and_never_overflows():
    frame = cells(("1", "Lamp", "1", "EUR"), ("1", None), ("2", "Desk", "1", "EUR"), ("2", None), ("2", None))
    frame = frame.with_columns(pl.Series("qty", ["9,000,000,000,000,000,000"] * 2 + [f"{MOST}", "1", "n/a"]))
    result = run(frame, columns={**COLUMNS, "stock": "qty"}, continuation=True)
    assert result.offers.select("product_id", "stock").rows() == [("1", None), ("2", None)]
    assert result.failures.is_empty()


@pytest.mark.parametrize("rule", MUTANTS)
def test_a_record_whose_offer_breaks_the_contract_is_refused_by_that_rule(rule, monkeypatch):
    change = MUTANTS[rule][0]
    described = transform._offers

    def misread(*arguments):
        offers = described(*arguments)
        wrong = pl.col("record_id") == "d1:2"
        wrongly = (
            pl.lit(pl.Series([value], dtype=OFFERS_SCHEMA[name])).first().alias(name) for name, value in change.items()
        )
        values = (pl.when(wrong).then(value).otherwise(value.meta.output_name()) for value in wrongly)
        return offers.with_columns(value.alias(name) for name, value in zip(change, values, strict=True))

    monkeypatch.setattr(transform, "_offers", misread)
    result = run(cells(("1", "Lamp", "1", "EUR"), ("2", "Desk", "1", "EUR"), ("3", None, "1", "EUR")))
    message = next(one.message for one in RULES if one.name == rule)
    assert result.offers["product_id"].to_list() == ["1"]
    assert fates(result) == {
        "d1:2": ("quarantined", rule, None, "2"),
        "d1:3": ("quarantined", "missing_name", None, "3"),
    }
    assert result.failures.filter(pl.col("record_id") == "d1:2").rows() == [("d1:2", rule, message)]


def test_the_latest_record_that_holds_counts_in_place_of_a_refused_one(monkeypatch):
    no_lamps = Rule("lamp", ~pl.col("name").str.starts_with("Lamp"), "No lamps.")
    monkeypatch.setattr(transform, "RULES", (no_lamps,))
    names = [
        ("1", "Desk A"),
        ("1", "Desk B"),
        ("1", "Lamp C"),
        ("1", None),
        ("2", "Lamp"),
        ("3", "Lamp"),
        ("3", "Sofa"),
    ]
    result = run(cells(*((sku, name, "1", "EUR") for sku, name in names)), continuation=True)
    assert result.offers.select("product_id", "name", "variants").rows() == [("1", "Desk B", 1), ("3", "Sofa", 1)]
    assert fates(result) == {
        "d1:1": ("superseded", "duplicate", "d1:2", "1"),
        "d1:3": ("quarantined", "lamp", None, "1"),
        "d1:4": ("merged", "continuation", "d1:3", "1"),
        "d1:5": ("quarantined", "lamp", None, "2"),
        "d1:6": ("superseded", "duplicate", "d1:7", "3"),
    }
    assert broken(result) == [("d1:3", "lamp"), ("d1:5", "lamp")]


def test_records_of_an_unknown_delivery_are_an_error():
    with pytest.raises(UnknownDeliveryError, match="d9") as error:
        run(cells(("1", "Lamp", "1", "EUR"), delivery_id="d9"))
    assert error.value.deliveries == ["d9"]


IDS = st.sampled_from([None, "1", "2", "3", " ", "null"])
NAMES = st.sampled_from([None, "Lamp", "<b>Hat</b>", "<p></p>", "n/a"])
PRICES = st.sampled_from([None, "1", "€ 2,50", "x", "-1", "$3"])
CURRENCIES = st.sampled_from([None, "EUR", "USD", "XQZ"])
RECORDS = st.lists(st.tuples(st.sampled_from(["d1", "d2", "d3"]), IDS, NAMES, PRICES, CURRENCIES), max_size=25)
FACTS = st.tuples(
    *(
        st.builds(
            lambda sequence, hours, retracted, name=name: delivery(
                name, sequence=sequence, at=MORNING - dt.timedelta(hours=hours), retracted=retracted
            ),
            st.integers(1, 3),
            st.sampled_from([0, 100]),
            st.booleans(),
        )
        for name in ("d1", "d2", "d3")
    )
)


def drawn(records):
    schema = dict.fromkeys(("delivery_id", "sku", "title", "price", "cur"), pl.String)
    frame = pl.DataFrame(records, schema=schema, orient="row")
    return frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("delivery_id").alias("record_number"))


@settings(max_examples=tries(100), deadline=None)
@given(RECORDS, FACTS, st.booleans(), st.sampled_from(["required", "none"]))
def test_every_record_has_exactly_one_fate(records, facts, continuation, price):
    frame = drawn(records)
    result = run(frame, *facts, continuation=continuation, price=price)
    record_id = pl.concat_str("delivery_id", pl.lit(":"), "record_number").alias("record_id")
    received = frame.select(record_id)["record_id"].to_list()
    passed = result.offers.select(record_id)["record_id"].to_list()
    others = result.fates["record_id"].to_list()
    assert sorted(passed + others) == sorted(received)
    refused = set(result.fates.filter(pl.col("fate") == "quarantined")["record_id"])
    assert refused == set(result.failures["record_id"])
    assert result.failures.select("record_id", "rule").is_duplicated().sum() == 0
    assert set(result.fates["into"].drop_nulls()) <= set(received)
    assert result.offers["product_id"].is_unique().all()


@settings(max_examples=tries(60), deadline=None)
@given(RECORDS, FACTS, st.booleans())
def test_every_record_has_one_fate_where_offers_are_refused(records, facts, continuation):
    no_hats = Rule("hat", pl.col("name") != "Hat", "No hats.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transform, "RULES", (no_hats,))
        frame = drawn(records)
        result = run(frame, *facts, continuation=continuation)
    passed = [f"{row[0]}:{row[1]}" for row in result.offers.select(KEYS).rows()]
    received = [f"{row[0]}:{row[1]}" for row in frame.select(KEYS).rows()]
    assert sorted([*passed, *result.fates["record_id"]]) == sorted(received)
    assert "Hat" not in result.offers["name"]
    assert result.offers["product_id"].is_unique().all()


@settings(max_examples=tries(60), deadline=None)
@given(RECORDS, FACTS, st.booleans(), st.integers(0, 5))
def test_the_order_of_rows_does_not_matter(records, facts, continuation, seed):
    frame = drawn(records)
    mixed = frame.sample(fraction=1, shuffle=True, seed=seed)
    one = run(frame, *facts, continuation=continuation)
    other = run(mixed, *reversed(facts), continuation=continuation)
    assert_frame_equal(one.offers, other.offers)
    assert_frame_equal(one.fates, other.fates)
    assert_frame_equal(one.failures, other.failures)


def test_many_rows_give_what_few_rows_give():
    few = [
        ("1", "Lamp", "1", "EUR"),
        ("2", "<b>Hat</b>", "€ 2,50", None),
        ("3", None, "x", None),
        (None, None, None, None),
    ]
    many = cells(*[(sku and f"{sku}-{i}", *rest) for i in range(600) for sku, *rest in few])
    result = run(many, continuation=True)
    kinds = result.fates.group_by("fate", "reason").len().sort("fate").rows()
    assert kinds == [("merged", "continuation", 600), ("quarantined", "missing_name", 600)]
    assert result.offers.group_by("name", "price", "currency", "variants").len().sort("name").rows() == [
        ("Hat", Decimal("2.5"), "EUR", 1, 600),
        ("Lamp", Decimal(1), "EUR", 1, 600),
    ]
