"""Parquet: rows as JSON, with their row group and place in it.

Belongs here: reading Parquet and how each type is written as JSON. Does not belong here: reading that JSON again
(`json_records.py`).

Strings stay strings. What JSON has no exact form for (decimals, dates, times, bytes) becomes a string; NaN becomes
null.
"""

from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from catalog_assets.configuration import Limits
from catalog_assets.raw.records import FAILURE_COLUMNS, NOTHING, Split, refused
from catalog_assets.raw.spans import joined_bytes, texts

INVALID = "The file cannot be read as Parquet ({}). Have it sent again, or check the source's format."
BATCH = 65_536
TOO_LARGE = "The file unpacks to at least {} bytes, more than limits.stream_bytes ({}); raise the limit if right."


def split_parquet(data: bytes, limits: Limits) -> Split:
    """Take a Parquet file apart; see `splitting.split`."""
    if not data:
        return NOTHING
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        groups, unpacked = [], 0
        for number in range(file.num_row_groups):
            parts = []
            # By batches and as they are in memory: what the file says of its size is its encoded size.
            for batch in file.iter_batches(BATCH, row_groups=[number]):
                unpacked += batch.nbytes
                if unpacked > limits.stream_bytes:
                    return refused("too_large", TOO_LARGE.format(unpacked, limits.stream_bytes), size=len(data))
                parts.append(_payloads(pa.Table.from_batches([batch])))
            groups.append(pl.concat(parts) if parts else pl.Series("payload", [], pl.String))
    except (pa.ArrowException, OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = " ".join(str(error).split())[:200]
        return refused("invalid_parquet", INVALID.format(reason), size=len(data))
    rows = [
        pl.DataFrame({"payload": payloads}).with_columns(
            row_group=pl.lit(number, pl.Int32), row=pl.int_range(pl.len(), dtype=pl.Int64)
        )
        for number, payloads in enumerate(groups)
        if len(payloads)
    ]
    return _split(pl.concat(rows), limits) if rows else NOTHING


def _split(rows: pl.DataFrame, limits: Limits) -> Split:
    numbered = rows.select(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("record_number"),
        pl.lit(None, pl.Int64).alias("byte_offset"),
        pl.lit(None, pl.Int64).alias("byte_length"),
        "row_group",
        "row",
        pl.lit("parquet").alias("format"),
        pl.lit(None, pl.String).alias("header"),
        "payload",
    )
    large = pl.col("payload").str.len_bytes() > limits.record_bytes
    failures = numbered.filter(large).with_columns(
        rule=pl.lit("record_too_large"),
        message=pl.format(
            "Row {} of group {} has {} bytes as JSON, more than limits.record_bytes; correct it or raise the limit.",
            "row",
            "row_group",
            pl.col("payload").str.len_bytes(),
        ),
        payload=pl.col("payload").str.head(limits.record_bytes // 4),
    )
    return Split(numbered.filter(~large), failures.select(FAILURE_COLUMNS), rows.height)


def _payloads(table: pa.Table) -> pl.Series:
    """Rows as JSON objects, members in the order of the columns."""
    frame = pl.DataFrame(pl.from_arrow(table))
    if not frame.width:
        return pl.Series(["{}"] * table.num_rows, dtype=pl.String)
    columns = [_json_column(frame[name]) for name in frame.columns]
    return pl.DataFrame(columns).select(pl.struct(pl.all()).struct.json_encode().alias("payload")).to_series()


def _json_column(column: pl.Series) -> pl.Series:
    """A column in a type that JSON can tell exactly."""
    if column.dtype == pl.Binary:
        return _text_or_digits(column)
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.to_string("iso:strict")
    return column.cast(_json_type(column.dtype))


def _text_or_digits(column: pl.Series) -> pl.Series:
    """Bytes as text, since old writers store text so; what is no text in hexadecimal digits."""
    data, starts, ends = joined_bytes(column)
    text = texts(data.to_pybytes(), starts, ends, "utf-8")
    columns = pl.DataFrame({"bytes": column, "text": text})
    shown = pl.coalesce("text", pl.col("bytes").bin.encode("hex"))
    return columns.select(pl.when(pl.col("bytes").is_not_null()).then(shown).alias(column.name)).to_series()


def _json_type(dtype: pl.DataType) -> pl.DataType:
    if isinstance(dtype, pl.Struct):
        return pl.Struct({field.name: _json_type(_instance(field.dtype)) for field in dtype.fields})
    if isinstance(dtype, pl.List | pl.Array):
        return pl.List(_json_type(_instance(dtype.inner)))
    if isinstance(dtype, pl.Duration):
        return pl.Int64()
    if dtype.is_float():
        return pl.Float64() if dtype != pl.Float32 else pl.Float32()
    plain = isinstance(dtype, pl.Boolean) or (dtype.is_integer() and dtype not in (pl.Int128, pl.UInt128))
    return dtype if plain else pl.String()


def _instance(dtype: Any) -> pl.DataType:
    """Polars gives inner types as instances or as classes."""
    return dtype if isinstance(dtype, pl.DataType) else dtype()
