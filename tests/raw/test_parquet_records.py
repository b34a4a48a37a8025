"""Rows of Parquet files as records."""

import datetime as dt
import io
import json
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_assets.configuration import Limits
from tests.raw.raw_cases import refusals, source, take, values


def parquet(frame: pl.DataFrame, row_group: int = 100) -> bytes:
    file = io.BytesIO()
    pq.write_table(frame.to_arrow(compat_level=pl.CompatLevel.oldest()), file, row_group_size=row_group)
    return file.getvalue()


FRAME = pl.DataFrame(
    {
        "a": ['x"y\n', None, "é"],
        "b": [Decimal("1.50"), None, Decimal("-3.00")],
        "c": [{"d": dt.date(2026, 1, 2), "e": [Decimal("0.10")]}, None, {"d": None, "e": []}],
    },
    schema_overrides={"b": pl.Decimal(10, 2)},
)


def test_rows_have_their_place_and_exact_values():
    found = take(parquet(FRAME, row_group=2), "parquet")
    assert found.records.select("record_number", "row_group", "row", "byte_offset", "byte_length").rows() == [
        (1, 0, 0, None, None),
        (2, 0, 1, None, None),
        (3, 1, 0, None, None),
    ]
    read = source("a", "b", "c.d", "c.e.0")
    assert values(found, read) == [
        ('x"y\n', "1.50", "2026-01-02", "0.10"),
        (None, None, None, None),
        ("é", "-3.00", None, None),
    ]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.Series([2**63 - 1]), 2**63 - 1),
        (pl.Series([1.5]), 1.5),
        (pl.Series([float("nan")]), None),
        (pl.Series([19.99], dtype=pl.Float32), 19.99),
        (pl.Series([True]), True),
        (pl.Series([dt.datetime(2026, 1, 2, 3, 4, 5)]), "2026-01-02T03:04:05.000000"),
        (pl.Series([dt.datetime(2026, 1, 2, tzinfo=dt.UTC)]), "2026-01-02T00:00:00.000000+00:00"),
        (pl.Series([dt.time(1, 2, 3)]), "01:02:03"),
        (pl.Series([b"text"]), "text"),
        (pl.Series([b"\xff\x00", b"text", None]), "ff00"),
        (pl.Series([None, b"\xff"]), None),
        (pl.Series(["u"], dtype=pl.Categorical), "u"),
        (pl.Series([None], dtype=pl.Null), None),
        (pl.Series([[1, None]]), [1, None]),
    ],
)
def test_each_type_as_json(column, expected):
    payload = take(parquet(column.alias("v").to_frame()), "parquet").records["payload"][0]
    assert json.loads(payload) == {"v": expected}


@pytest.mark.parametrize(
    "data", [b"not parquet", b"PAR1PAR1", parquet(FRAME)[:-9], parquet(FRAME)[:40] + parquet(FRAME)[80:]]
)
def test_a_file_that_is_none_is_one_refused_record(data):
    found = take(data, "parquet")
    assert found.failures.select("record_number", "rule", "byte_length").rows() == [(1, "invalid_parquet", len(data))]
    assert "cannot be read as Parquet" in found.failures["message"][0]


def test_empty_files_hold_no_records():
    assert take(b"", "parquet").received == 0
    assert take(parquet(FRAME.head(0)), "parquet").received == 0


def test_limits():
    assert refusals(take(parquet(FRAME), "parquet", limits=Limits(stream_bytes=10)))[0][1] == "too_large"
    found = take(parquet(FRAME), "parquet", limits=Limits(record_bytes=40))
    assert [(number, rule) for number, rule, _ in refusals(found)] == [(1, "record_too_large"), (3, "record_too_large")]
    assert "Row 2 of group 0" in found.failures["message"][1]


def test_a_table_without_columns_still_has_rows():
    file = io.BytesIO()
    pq.write_table(pa.table({"a": [1, 2]}).select([]), file)
    assert take(file.getvalue(), "parquet").records["payload"].to_list() in (["{}", "{}"], [])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.text(max_size=5) | st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=5)
)
def test_strings_and_numbers_come_back(rows):
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.Int64}, orient="row")
    found = take(parquet(frame, row_group=2), "parquet")
    assert [tuple(json.loads(payload).values()) for payload in found.records["payload"]] == rows
    assert values(found, source("a", "b")) == [(text or None, str(number)) for text, number in rows]
