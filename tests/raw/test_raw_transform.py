"""The stage's pure function and its contract."""

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from catalog_assets.contracts import filter_result, violations
from catalog_assets.raw.contract import RULES, RawProducts
from catalog_assets.raw.records import refused
from catalog_assets.raw.transform import REFUSED, Delivery, records_of
from catalog_assets.stages import NO_QUARANTINE
from catalog_assets.vocabulary.columns import RAW_PRODUCTS
from tests.raw.raw_cases import LIMITS, source, take

DELIVERY = Delivery(dt.date(2026, 1, 5), "acme", "d1", "in/feed.csv")


def test_records_and_refusals_in_the_form_of_their_tables():
    found = records_of(take(b"a,b,c\n1,2,3\n4,5\n7,8,9\n", "csv"), DELIVERY, "run1")
    assert found.received.to_list() == ["d1:1", "d1:2", "d1:3"]
    assert_frame_equal(
        found.rows.select("day", "source", "delivery_id", "record_number", "header", "payload", "run_id"),
        pl.DataFrame(
            {
                "day": [dt.date(2026, 1, 5)] * 2,
                "source": ["acme"] * 2,
                "delivery_id": ["d1"] * 2,
                "record_number": [1, 3],
                "header": ["a,b,c"] * 2,
                "payload": ["1,2,3", "7,8,9"],
                "run_id": ["run1"] * 2,
            }
        ),
    )
    assert found.quarantine.drop("message").rows(named=True) == [
        {
            "delivery_id": "d1", "file": "in/feed.csv", "record_number": 2, "byte_offset": 12, "byte_length": 3,
            "rule": "field_count", "payload": "4,5", "record_id": "d1:2",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"a,b,c\n1,2,3\n", "csv"),
        (b"1,2\n", "csv"),
        (b"", "csv"),
        (b"a,b,c\n1,2\n", "csv"),
        (b'{"a":1}', "ndjson"),
        (b"[{}]", "json"),
        (b"", "json"),
        (b"x", "parquet"),
    ],
)
def test_every_split_fits_its_tables(data, form):
    found = records_of(take(data, form), DELIVERY, "run1")
    assert found.rows.schema == RAW_PRODUCTS.schema
    assert found.quarantine.schema == REFUSED == NO_QUARANTINE.schema
    assert violations(RawProducts, found.rows).is_empty()
    assert filter_result(found.rows, RULES, "record_number")[1].is_empty()


def test_a_file_that_cannot_be_opened_is_one_refused_record():
    found = records_of(refused("bad_archive", "feed.gz: is broken", size=9), DELIVERY, "run1")
    assert found.received.to_list() == found.quarantine["record_id"].to_list() == ["d1:1"]
    assert found.quarantine["rule"].to_list() == ["bad_archive"]


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("payload_missing", {"payload": pl.lit("")}),
        ("place_missing", {"byte_offset": pl.lit(None, pl.Int64)}),
        ("place_missing", {"byte_length": pl.lit(0, pl.Int64)}),
        ("place_missing", {"row": pl.lit(0, pl.Int64)}),
        ("place_missing", {"format": pl.lit("parquet"), "header": pl.lit(None, pl.String)}),
        ("record_number_positive", {"record_number": pl.lit(0, pl.Int64)}),
        ("unknown_format", {"format": pl.lit("xml"), "header": pl.lit(None, pl.String)}),
        ("header_out_of_place", {"format": pl.lit("json")}),
    ],
)
def test_each_rule_finds_what_breaks_it(rule, change):
    rows = records_of(take(b"a,b,c\n1,2,3\n", "csv"), DELIVERY, "run1").rows.with_columns(**change)
    good, broken = filter_result(rows, RULES, "record_number")
    assert good.is_empty()
    assert broken["rule"].to_list() == [rule]
    assert not violations(RawProducts, rows).is_empty()


def test_the_same_record_twice_breaks_the_contract():
    rows = records_of(take(b"a,b,c\n1,2,3\n", "csv", source(), LIMITS), DELIVERY, "run1").rows
    assert not violations(RawProducts, pl.concat([rows, rows])).is_empty()
