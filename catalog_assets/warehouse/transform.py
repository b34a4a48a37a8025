"""From dated products to the current catalogue and the keys that lead to it.

Belongs here: which row of a product is current, and to which live product a key leads. Does not belong here: the star
schema (`dbt_models/`).
"""

from dataclasses import dataclass

import polars as pl

from catalog_assets.matched.identity import product_key
from catalog_assets.vocabulary.columns import CATALOG_PRODUCTS, PRODUCT_ALIASES


def current(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each product the row of its latest day, if it is live: CATALOG_PRODUCTS' columns but run_id."""
    latest = rows.sort("product_key", "day").unique("product_key", keep="last", maintain_order=True)
    return latest.filter(pl.col("status") == "live").select(c for c in CATALOG_PRODUCTS.columns if c != "run_id")


def published(rows: pl.DataFrame) -> pl.DataFrame:
    """product_key, offers: each product as it was when it last stood."""
    stood = rows.filter(pl.col("status") == "live").sort("product_key", "day")
    return stood.unique("product_key", keep="last", maintain_order=True).select("product_key", "offers")


@dataclass(frozen=True)
class AliasChanges:
    """Rows to insert or update (PRODUCT_ALIASES but run_id) and alias keys to take away."""

    rows: pl.DataFrame
    gone: pl.Series


def alias_changes(live: pl.DataFrame, removed: pl.DataFrame, homes: pl.DataFrame, known: pl.DataFrame) -> AliasChanges:
    """What a load changes about aliases.

    live: products now current (product_key, offers). removed: products that were published and are no more
    (product_key, offers). homes: where offers live now (source, product_id, product_key), for removed offers at least.
    known: the aliases so far. Each offer's own key leads to its product, so that any key that was ever published, as
    the hash of some offer, is found again whatever happened in between.
    """
    member = _exploded(live).with_columns(product_key().alias("alias_key"))
    members = member.filter(pl.col("alias_key") != pl.col("product_key")).select(
        "alias_key", "product_key", pl.lit("member").alias("reason")
    )
    # While other days wait to be loaded again the catalogue may still show a key that leads elsewhere: no heir.
    elsewhere = pl.concat([known["alias_key"], members["alias_key"]]).to_frame("product_key")
    heirs = _heirs(
        removed, homes.join(elsewhere.join(live, on="product_key", how="anti"), on="product_key", how="anti")
    )
    moved = heirs.select(pl.col("product_key").alias("alias_key"), pl.col("heir").alias("product_key"), "reason")
    news = moved.join(known, on=["alias_key", "product_key"], how="anti")
    direct = (
        pl.concat([members, news])
        .unique("alias_key", keep="first", maintain_order=True)
        .join(live.select(pl.col("product_key").alias("alias_key")), on="alias_key", how="anti")
    )
    onward = direct.select(pl.col("alias_key").alias("product_key"), pl.col("product_key").alias("heir"))
    followed = known.join(onward, on="product_key").select(
        "alias_key", pl.col("heir").alias("product_key"), pl.lit("gone").alias("reason")
    )
    rows = (
        pl.concat([direct, followed])
        .unique("alias_key", keep="first", maintain_order=True)
        .join(live.select(pl.col("product_key").alias("alias_key")), on="alias_key", how="anti")
        .filter(pl.col("alias_key") != pl.col("product_key"))
        .sort("alias_key")
    )
    alive = known.join(live.select(pl.col("product_key").alias("alias_key")), on="alias_key", how="semi")
    schema = PRODUCT_ALIASES.schema
    return AliasChanges(rows.select(pl.col(c).cast(schema[c]) for c in rows.columns), alive["alias_key"])


def lost(ended: pl.DataFrame, known: pl.DataFrame, shown: pl.Series) -> pl.DataFrame:
    """Of the keys that ended (product_key, offers) those that are no product and lead to none. known: the aliases;
    shown: keys that the catalogue shows."""
    leading = known.filter(pl.col("product_key").is_in(shown.implode()))["alias_key"]
    found = pl.concat([leading, shown]).to_frame("product_key")
    return ended.select("product_key", "offers").join(found, on="product_key", how="anti")


def _exploded(products: pl.DataFrame) -> pl.DataFrame:
    each = products.select("product_key", "offers").explode("offers").drop_nulls("offers")
    return each.select("product_key", *(pl.col("offers").struct.field(f) for f in ("source", "product_id")))


def offers_of(products: pl.DataFrame) -> pl.DataFrame:
    """source, product_id, product_key of every member."""
    return _exploded(products).select("source", "product_id", "product_key")


def _heirs(removed: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    """product_key, heir, reason: the live product that has a removed product's anchor offer (a member), else the one
    that has most of its offers (gone); ties by key."""
    found = _exploded(removed).join(homes.rename({"product_key": "heir"}), on=["source", "product_id"])
    anchor = (product_key() == pl.col("product_key")).any().alias("anchor")
    counted = found.filter(pl.col("heir") != pl.col("product_key")).group_by("product_key", "heir").agg(
        anchor, pl.len().cast(pl.Int64).alias("n")
    )  # fmt: skip
    best = counted.sort("product_key", ~pl.col("anchor"), pl.col("n").neg(), "heir")
    reason = pl.when("anchor").then(pl.lit("member")).otherwise(pl.lit("gone")).alias("reason")
    return best.unique("product_key", keep="first", maintain_order=True).select("product_key", "heir", reason)
