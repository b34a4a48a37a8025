"""From the bytes of one delivery to its records, and from records to the values a source asks for.

Belongs here: `split` and `decode`, the choice of the format. Does not belong here: any format; what values mean
(standardized_products).
"""

from pathlib import PurePosixPath

import polars as pl

from catalog_assets.configuration import Format, Limits, Source
from catalog_assets.raw.csv_records import decode_csv, split_csv
from catalog_assets.raw.json_records import decode_json, split_json, split_ndjson
from catalog_assets.raw.parquet_records import split_parquet
from catalog_assets.raw.paths import KEYS, decoded_paths
from catalog_assets.raw.records import Split

ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "json",
    ".parquet": "parquet",
}
"""The format of a file by its ending (a `.gz` behind it does not count)."""


def format_of(path: str, source: Source) -> Format | None:
    """The source's format, else what the file's ending says; None where it says nothing."""
    name = path.lower().removesuffix(".gz")
    return source.format or ENDINGS.get(PurePosixPath(name).suffix)


def split(data: bytes, source: Source, fmt: Format, limits: Limits) -> Split:
    """Take one delivery apart.

    `data` is the decompressed stream. Offsets and lengths are bytes of it, and for UTF-8
    `data[offset : offset + length].decode()` is the payload; numbers run from 1 through good and bad records, the
    header of a CSV file and blank lines are none. Nothing is raised for what a file holds: what cannot be read is in
    `failures`.
    """
    if fmt == "csv":
        return split_csv(data, source, limits)
    if fmt == "ndjson":
        return split_ndjson(data, source, limits)
    if fmt == "json":
        return split_json(data, source, limits)
    return split_parquet(data, limits)


def decode(records: pl.DataFrame, source: Source) -> pl.DataFrame:
    """The values of records that the source's configuration asks for.

    `records` has delivery_id, record_number, format, header and payload of raw_products rows, in any order and of any
    number of deliveries. The result has the same rows in the same order: delivery_id, record_number, and a String
    column for each column or path in `source.columns` and `source.attributes`, under exactly that name; null where
    the record has no such value or an empty one.
    """
    paths = decoded_paths(source)
    order, tables = [], []
    for file_format, header in records.select("format", "header").unique(maintain_order=True).iter_rows():
        same = (pl.col("format") == file_format) & pl.col("header").eq_missing(pl.lit(header, pl.String))
        rows = records.filter(same)
        is_csv = file_format == "csv"
        values = decode_csv(rows["payload"], header, source, paths) if is_csv else decode_json(rows["payload"], paths)
        tables.append(rows.select(KEYS).hstack(values))
        order.append(records.select(same.arg_true()).to_series())
    if not tables:
        return records.select(KEYS).with_columns(pl.lit(None, pl.String).alias(path) for path in paths)
    return tables[0] if len(tables) == 1 else pl.concat(tables)[pl.concat(order).arg_sort()]
