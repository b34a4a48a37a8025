"""Choosing the format, and decoding rows of several deliveries together."""

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from catalog_assets.configuration import ConfigurationError
from catalog_assets.raw.splitting import decode, format_of, split
from catalog_assets.raw.transform import Delivery, records_of
from tests.raw.raw_cases import LIMITS, source


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("s3://bucket/day/Feed.CSV", "csv"),
        ("/in/feed.csv.gz", "csv"),
        ("feed.jsonl", "ndjson"),
        ("feed.ndjson.GZ", "ndjson"),
        ("feed.json", "json"),
        ("feed.parquet", "parquet"),
        ("feed.txt", None),
        ("csv", None),
    ],
)
def test_the_ending_tells_the_format_unless_the_source_does(path, form):
    assert format_of(path, source()) == form
    assert format_of(path, source(format="ndjson")) == "ndjson"


def deliveries() -> pl.DataFrame:
    """Four deliveries: two CSV with other headers, NDJSON, CSV again with the first header."""
    files = [
        ("d1", "csv", b'a,b,at\n1,"x ""y""",9\n2,z,8\n'),
        ("d2", "csv", b"at,b,a\n7,w,3\n"),
        ("d3", "ndjson", b'{"a":4,"b":"v"}\n{"a":5,"at":"u"}\n'),
        ("d4", "csv", b"a,b,at\n6,t,\n"),
    ]
    tables = []
    for name, form, data in files:
        delivery = Delivery(dt.date(2026, 1, 5), "acme", name, f"{name}.x")
        tables.append(records_of(split(data, source(), form, LIMITS), delivery, "run").rows)
    return pl.concat(tables)


def expected() -> pl.DataFrame:
    rows = [
        ("d1", 1, "1", 'x "y"', "9"),
        ("d1", 2, "2", "z", "8"),
        ("d2", 1, "3", "w", "7"),
        ("d3", 1, "4", "v", None),
        ("d3", 2, "5", None, "u"),
        ("d4", 1, "6", "t", None),
    ]
    return pl.DataFrame(rows, schema=["delivery_id", "record_number", "a", "b", "at"], orient="row")


def test_deliveries_of_different_headers_and_formats_decode_together():
    assert_frame_equal(decode(deliveries(), source("a", "b", "at")), expected())


def test_the_order_of_rows_is_kept():
    order = [3, 0, 5, 2, 1, 4]
    assert_frame_equal(decode(deliveries()[order], source("a", "b", "at")), expected()[order])


def test_no_records_give_the_same_columns():
    found = decode(deliveries().clear(), source("a", "b", "at"))
    assert_frame_equal(found, expected().clear())


def test_attributes_are_asked_for_too_and_each_path_once():
    read = source("a", "b", attributes={"color": "b", "weight": "at"})
    assert decode(deliveries(), read).columns == ["delivery_id", "record_number", "a", "b", "at"]


def test_a_path_with_the_name_of_a_key_is_refused():
    with pytest.raises(ConfigurationError, match="'record_number' cannot be read"):
        decode(deliveries(), source("a", "record_number"))
