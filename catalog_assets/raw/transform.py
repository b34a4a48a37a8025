"""The stage raw_products as a pure function: what splitting a delivery yielded -> rows of its tables.

Belongs here: identities of records and the shape of rows. Does not belong here: reading bytes, unpacking them and
taking them apart (`stage.py`, `compression.py`, `splitting.py`).
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from catalog_assets.raw.records import Split
from catalog_assets.vocabulary.columns import QUARANTINE, RAW_PRODUCTS

STAMPED = ("stage", "day", "source", "run_id", "status")
REFUSED = pl.Schema({name: column.dtype for name, column in QUARANTINE.columns.items() if name not in STAMPED})


REST_UNKNOWN = frozenset(
    {
        "truncated_json", "records_missing", "bad_header", "invalid_parquet", "unknown_format", "unreadable",
        "too_large", "bad_archive",
    }
)  # fmt: skip
"""Rules that refuse a file, or all of it from some place on."""
ANY = 1 << 40


@dataclass(frozen=True)
class Delivery:
    """What a record inherits from its delivery."""

    day: dt.date
    source: str
    delivery_id: str
    path: str


@dataclass(frozen=True)
class RawRecords:
    """One delivery's share of the stage.

    `received`: ids of all records, one String each, from the splitter's count. `rows`: RAW_PRODUCTS. `quarantine`: one
    row for each refused record, quarantine's columns without those that say which run of which stage (REFUSED).
    """

    received: pl.Series
    rows: pl.DataFrame
    quarantine: pl.DataFrame


def records_of(split: Split, delivery: Delivery, run_id: str) -> RawRecords:
    """Name the records of a delivery, and give the good and the refused ones the form of their tables."""
    numbers = pl.DataFrame({"record_number": pl.int_range(1, split.received + 1, dtype=pl.Int64, eager=True)})
    rows = split.records.with_columns(
        pl.lit(delivery.day, pl.Date).alias("day"),
        pl.lit(delivery.source).alias("source"),
        pl.lit(delivery.delivery_id).alias("delivery_id"),
        pl.lit(run_id).alias("run_id"),
    )
    quarantine = split.failures.with_columns(
        pl.lit(delivery.delivery_id).alias("delivery_id"),
        pl.lit(delivery.path).alias("file"),
        record_id(delivery.delivery_id).alias("record_id"),
    )
    return RawRecords(
        numbers.select(record_id(delivery.delivery_id).alias("record_id")).to_series(),
        rows.select(RAW_PRODUCTS.schema.names()),
        quarantine.select(REFUSED.names()),
    )


def may_hide(rows: pl.DataFrame, quarantine: pl.DataFrame) -> int:
    """How many records may stand in what could not be read of a delivery: none that is absent from the others may be
    taken for withdrawn. Where the rest of a file is gone or never became records, any number (ANY)."""
    if quarantine["rule"].is_in(list(REST_UNKNOWN)).any():
        return ANY
    usual = rows["byte_length"].mean()
    size = pl.col("byte_length") / pl.lit(usual, pl.Float64)
    hidden = quarantine.unique("record_id").select(size.ceil().fill_null(1).clip(1).sum())
    return int(hidden.item())


def record_id(delivery_id: str) -> pl.Expr:
    """Identity of a record: its delivery, a colon, its number."""
    return pl.concat_str(pl.lit(f"{delivery_id}:"), pl.col("record_number").cast(pl.String))
