"""What `raw_products` promises."""

from typing import get_args

import polars as pl

from catalog_assets.configuration import Format
from catalog_assets.contracts import Rule, contract
from catalog_assets.vocabulary.columns import RAW_PRODUCTS

FORMATS = get_args(Format)

_IN_BYTES = (pl.col("byte_offset") >= 0) & (pl.col("byte_length") > 0)
_IN_ROWS = (pl.col("row_group") >= 0) & (pl.col("row") >= 0)

RULES = (
    Rule(
        "payload_missing",
        pl.col("payload").str.len_bytes() > 0,
        "A record has the bytes it was delivered as.",
    ),
    Rule(
        "place_missing",
        pl.when(pl.col("format") == "parquet")
        .then(_IN_ROWS & pl.col("byte_offset").is_null() & pl.col("byte_length").is_null())
        .otherwise(_IN_BYTES & pl.col("row_group").is_null() & pl.col("row").is_null()),
        "A record names its place in the file: byte offset and length, or for Parquet row group and row.",
    ),
    Rule(
        "record_number_positive",
        pl.col("record_number") >= 1,
        "Records are numbered from 1.",
    ),
    Rule(
        "unknown_format",
        pl.col("format").is_in(FORMATS),
        f"format must be one of {', '.join(FORMATS)}.",
    ),
    Rule(
        "header_out_of_place",
        pl.col("header").is_null() | (pl.col("format") == "csv"),
        "Only CSV records have a header.",
    ),
)

RawProducts = contract(RAW_PRODUCTS, RULES)
