"""What a day touches: the products of which something came, went or moved, and the keys that end.

Belongs here: comparing the products of a day with those before it. Does not belong here: which offers stand
(`standing.py`), which of them are one product (`identity.py`), which value wins (`golden.py`).
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from catalog_assets.matched.golden import RESULT
from catalog_assets.matched.identity import product_key
from catalog_assets.matched.standing import OFFER_KEY
from catalog_assets.vocabulary.columns import MATCHED_PRODUCTS


@dataclass(frozen=True)
class Touched:
    """Members of the products that a day touches, and the keys that it ends.

    members: offers of touched products (standing's columns and product_key).
    ended: product_key, merged_into.
    """

    members: pl.DataFrame
    ended: pl.DataFrame


def touched(now: pl.DataFrame, before: pl.DataFrame, day: dt.date) -> Touched:
    """Products with an offer delivered, withdrawn, gained or lost on the day, or whose parent is another now.

    `now`, `before`: clustered offers.
    """
    past = before.select(
        *OFFER_KEY,
        pl.col("product_key").alias("old_key"),
        pl.col("live").alias("was_live"),
        pl.col("parent_key").alias("old_parent"),
    )
    compared = now.join(past, on=OFFER_KEY, how="left")
    moved = pl.col("old_key").is_not_null() & (
        (pl.col("old_key") != pl.col("product_key")) | pl.col("old_parent").ne_missing(pl.col("parent_key"))
    )
    changed = compared.filter((pl.col("day") == day) | (pl.col("live") != pl.col("was_live")) | moved)
    keys = pl.concat([changed["product_key"], changed["old_key"].drop_nulls()]).unique()
    members = now.filter(pl.col("product_key").is_in(keys.implode()))
    ended = before.select(pl.col("product_key").unique()).join(now.select("product_key"), on="product_key", how="anti")
    anchor = before.select(*OFFER_KEY, product_key().alias("own_key")).join(
        now.select(*OFFER_KEY, pl.col("product_key").alias("merged_into")), on=OFFER_KEY
    )
    return Touched(
        members,
        ended.join(anchor, left_on="product_key", right_on="own_key", how="left").select("product_key", "merged_into"),
    )


def tombstones(ended: pl.DataFrame) -> pl.DataFrame:
    """Rows for keys that are part of another product now: no values, the key that took over."""
    schema = MATCHED_PRODUCTS.schema
    given = {"product_key", "status", "merged_into", "content_hash", "known_from"}
    empty = [
        (pl.lit([], dtype) if isinstance(dtype, pl.List) else pl.lit(None, dtype)).alias(name)
        for name, dtype in schema.items()
        if name in RESULT and name not in given
    ]
    rows = ended.with_columns(pl.lit("merged").alias("status"), *empty, pl.lit("").alias("content_hash"))
    return rows.select(*RESULT, "content_hash")
