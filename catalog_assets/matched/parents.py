"""Which products are variants of one parent.

Belongs here: joining the families that suppliers name or show into one parent across sources. Does not belong here: how
a supplier's family is recognised (`standardized/families.py`).
"""

import polars as pl

from catalog_assets.digests import digest
from catalog_assets.matched.standing import OFFER_KEY

KEY_DIGITS = 24
ROUNDS = 20
"""Steps by which the smallest mark may travel; families that hang together over more steps stay apart."""


def parent_keys(offers: pl.DataFrame) -> pl.Series:
    """Of each offer the key of its product's parent; null where the product has no variants.

    offers: OFFER_KEY, first_day, product_key, family. Two products have one parent if offers of theirs share a family,
    directly or over other products (connected components). The key is the hash of the product of the oldest offer, so
    that it stays while variants come.
    """
    age = offers.select(pl.struct("first_day", *OFFER_KEY).rank("ordinal").alias("age"))
    marked = offers.hstack(age).with_columns(pl.col("age").min().over("product_key").alias("mark"))
    edges = _shared(marked)
    for _ in range(ROUNDS):
        step = edges.with_columns(pl.col("mark").min().over("family"))
        step = step.with_columns(pl.col("mark").min().over("product_key"))
        if step["mark"].equals(edges["mark"]):
            break
        edges = step
    oldest = marked.unique("product_key", keep="any").select("mark", pl.col("product_key").alias("oldest"))
    products = edges.select("product_key", "mark").unique("product_key").join(oldest, on="mark")
    key = digest(pl.lit("parent"), pl.col("oldest")).str.head(KEY_DIGITS).alias("parent_key")
    parents = products.select("product_key", key)
    return marked.join(parents, on="product_key", how="left", maintain_order="left")["parent_key"]


def _shared(marked: pl.DataFrame) -> pl.DataFrame:
    """product_key, family, mark: once each, of families with several products."""
    each = marked.filter(pl.col("family").is_not_null()).unique(["product_key", "family"], keep="any")
    each = each.select("product_key", "family", "mark")
    products = each.group_by("family").agg(pl.len().alias("products")).filter(pl.col("products") > 1)
    return each.join(products, on="family", how="semi").sort("product_key", "family")
