"""Offers of the same real product become one product with one golden record.

Belongs here: which offers stand on a day, which of them are the same product, and which value wins. Does not belong
here: reading partitions (`stage.py`), and what the values mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from catalog_assets.enriched.content import content_hash, digest
from catalog_assets.vocabulary.columns import MATCHED_PRODUCTS, MOMENT, OFFER_FIELDS

OFFER_KEY = ["source", "product_id"]
KEY_DIGITS = 24
"""96 bits: at 100M products two share a key with a chance of about 6e-14 (birthday bound)."""

PLAIN_FIELDS = tuple(name for name in OFFER_FIELDS if name not in ("price", "currency"))
COMPARED = ("name", "brand", "mpn", "gtin", "category_path", "availability")


def product_key() -> pl.Expr:
    """Key of the product whose anchor is the offer (source, product_id)."""
    return digest(pl.lit("offer"), pl.col("source"), pl.col("product_id")).str.head(KEY_DIGITS)


@dataclass(frozen=True)
class Standing:
    """Offers as of a day: OFFER_KEY, day, delivery_id, record_number, gtin, brand, mpn, first_day, live, gone_from
    (where not live: when the first full delivery without the offer that is believed landed).

    `withheld`: by source, how many withdrawals were not believed.
    """

    offers: pl.DataFrame
    withheld: Mapping[str, int]


def standing(
    rows: pl.DataFrame, seen: pl.DataFrame, full: pl.DataFrame, max_withdrawn: Mapping[str, float]
) -> Standing:
    """The latest row of each offer, and whether it still stands.

    rows: every offer row up to the day (OFFER_KEY, day, sequence, delivery_id, record_number, gtin, brand, mpn).
    seen: records that name an offer but were not passed on (OFFER_KEY, day, sequence): listed, so not withdrawn.
    full: full deliveries (source, day, sequence, landed_at, unidentified): unidentified counts records that name no
    offer.
    """
    latest = (
        rows.sort("day")
        .group_by(OFFER_KEY, maintain_order=False)
        .agg(pl.all().last(), pl.col("day").min().alias("first_day"))
    )
    listed = (
        pl.concat([rows.select(*OFFER_KEY, "day", "sequence"), seen.select(*OFFER_KEY, "day", "sequence")])
        .with_columns(_moment())
        .group_by(OFFER_KEY)
        .agg(pl.col("moment").min().alias("first_seen"), pl.col("moment").max().alias("last_seen"))
    )
    known = latest.join(listed, on=OFFER_KEY, how="left")
    believed: list[pl.DataFrame] = []
    withheld: dict[str, int] = {}
    for (source,), deliveries in full.with_columns(_moment()).sort("moment").group_by("source", maintain_order=True):
        of_source = known.filter(pl.col("source") == source)
        share = max_withdrawn.get(str(source), 1.0)
        flags, held = _believed(of_source["first_seen"], of_source["last_seen"], deliveries, share)
        believed.append(deliveries.filter(flags).select("source", "moment", pl.col("landed_at").alias("gone_from")))
        if held:
            withheld[str(source)] = held
    return Standing(_judged(known, believed).drop("first_seen", "last_seen"), withheld)


def _judged(known: pl.DataFrame, believed: list[pl.DataFrame]) -> pl.DataFrame:
    """Adds `live`, and `gone_from` of the first believed full delivery that came after an offer was last listed."""
    if not believed:
        return known.with_columns(pl.lit(True).alias("live"), pl.lit(None, MOMENT).alias("gone_from"))
    later = pl.concat(believed).sort("moment")
    found = known.with_columns((pl.col("last_seen") + 1).alias("after")).sort("after")
    judged = found.join_asof(
        later, left_on="after", right_on="moment", by="source", strategy="forward", check_sortedness=False
    )
    return judged.select(*known.columns, pl.col("moment").is_null().alias("live"), "gone_from")


def _moment() -> pl.Expr:
    """Day and sequence as one number that orders deliveries."""
    return (pl.col("day").to_physical().cast(pl.Int64) * 1_000_000 + pl.col("sequence")).alias("moment")


def _believed(first: pl.Series, last: pl.Series, deliveries: pl.DataFrame, max_share: float) -> tuple[pl.Series, int]:
    """Of each full delivery whether its absences are believed, and how many of those after the last such are not.

    first, last: moments at which each offer was first and last listed. Not believed is a delivery that would withdraw
    more than `max_share` of the offers that stood before it, or no more than it has records that name no offer (any of
    them may be the absent one). What is not believed still stands, so the same absence, repeated, is no better.
    """
    moments = deliveries["moment"]
    appeared = first.sort().search_sorted(moments).to_list()
    passed_away = last.sort().search_sorted(moments).to_list()
    gone = withheld = 0
    flags = []
    for index, unidentified in enumerate(deliveries["unidentified"]):
        stood, absent = appeared[index] - gone, passed_away[index] - gone
        flags.append(not absent or unidentified < absent <= max_share * stood)
        withheld = 0 if flags[-1] else absent
        gone = passed_away[index] if flags[-1] else gone
    return pl.Series(flags, dtype=pl.Boolean), withheld


def clusters(offers: pl.DataFrame) -> pl.DataFrame:
    """Which offers are one product: adds `product_key`, the hash of the cluster's anchor offer.

    Same GTIN is the same product. An offer without GTIN joins by brand and part number, if these point to one GTIN or
    to none; where they point to several it stays with the others that have no GTIN either. No chains are built.
    """
    part = pl.concat_str(_folded("brand"), pl.lit("|"), _folded("mpn"))
    usable = (_folded("mpn").str.len_chars() >= 3) & (_folded("brand").str.len_chars() >= 1)
    ident = offers.with_columns(pl.when(usable).then(part).alias("part"))
    gtin_of_part = (
        ident.filter(pl.col("part").is_not_null() & pl.col("gtin").is_not_null())
        .group_by("part")
        .agg(pl.col("gtin").first().alias("part_gtin"), pl.col("gtin").n_unique().alias("gtins"))
        .filter(pl.col("gtins") == 1)
        .select("part", "part_gtin")
    )
    gtin = pl.coalesce("gtin", "part_gtin")
    cluster = (
        pl.when(gtin.is_not_null())
        .then(pl.concat_str(pl.lit("g:"), gtin))
        .when(pl.col("part").is_not_null())
        .then(pl.concat_str(pl.lit("p:"), "part"))
        .otherwise(pl.concat_str(pl.lit("o:"), "source", pl.lit("\x1f"), "product_id"))
        .alias("cluster")
    )
    placed = ident.join(gtin_of_part, on="part", how="left").with_columns(cluster, product_key().alias("own_key"))
    anchors = (
        placed.select("cluster", "first_day", *OFFER_KEY, "own_key")
        .sort("first_day", *OFFER_KEY)
        .unique("cluster", keep="first", maintain_order=True)
        .select("cluster", pl.col("own_key").alias("product_key"))
    )
    return placed.join(anchors, on="cluster", how="left").drop("part", "part_gtin", "own_key", "cluster")


def _folded(name: str) -> pl.Expr:
    return pl.col(name).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")


@dataclass(frozen=True)
class Touched:
    """Members of the products that a day touches, and the keys that it ends.

    members: offers of touched products (standing's columns and product_key).
    ended: product_key, merged_into.
    """

    members: pl.DataFrame
    ended: pl.DataFrame


def touched(now: pl.DataFrame, before: pl.DataFrame, day: object) -> Touched:
    """Products with an offer delivered, withdrawn, gained or lost on the day. `now`, `before`: clustered offers."""
    past = before.select(*OFFER_KEY, pl.col("product_key").alias("old_key"), pl.col("live").alias("was_live"))
    compared = now.join(past, on=OFFER_KEY, how="left")
    moved = pl.col("old_key").is_not_null() & (pl.col("old_key") != pl.col("product_key"))
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


def golden(members: pl.DataFrame, priority: Mapping[str, int]) -> pl.DataFrame:
    """One golden record a product: MATCHED_PRODUCTS' columns but day and run_id.

    members: full offer rows (STANDARDIZED_PRODUCTS' columns) with product_key and live. Live offers speak before
    withdrawn ones; among them the source with the lowest priority number, then the latest day, then source and id.
    A withdrawn offer says something only where no live offer is left.
    """
    ranks = pl.DataFrame({"source": list(priority), "priority": list(priority.values())},
                         schema={"source": pl.String, "priority": pl.Int64})  # fmt: skip
    ordered = (
        members.join(ranks, on="source", how="left")
        .sort("product_key", ~pl.col("live"), "priority", pl.col("day").to_physical().neg(), *OFFER_KEY)
        .with_columns(
            pl.len().over("product_key").alias("size"), pl.col("live").any().over("product_key").alias("any_live")
        )
    )
    single = ordered.filter(pl.col("size") == 1)
    several = ordered.filter(pl.col("size") > 1)
    parts = [_single(single)]
    if several.height:
        parts.append(_several(several))
    return pl.concat(parts).with_columns(content_hash().alias("content_hash")).sort("product_key")


def _offer_struct() -> pl.Expr:
    return pl.struct(*OFFER_KEY, "day", "delivery_id", "record_number", "live")


def _status() -> pl.Expr:
    return pl.when("any_live").then(pl.lit("live")).otherwise(pl.lit("withdrawn")).alias("status")


RESULT = [name for name in MATCHED_PRODUCTS.columns if name not in ("day", "run_id", "content_hash")]


def _single(rows: pl.DataFrame) -> pl.DataFrame:
    schema = MATCHED_PRODUCTS.schema
    return rows.with_columns(
        _status(),
        pl.lit(None, pl.String).alias("merged_into"),
        pl.concat_list(_offer_struct()).alias("offers"),
        pl.lit([], schema["origins"]).alias("origins"),
        pl.lit([], schema["conflicts"]).alias("conflicts"),
    ).select(pl.col(name).cast(schema[name]) for name in RESULT)


def _several(rows: pl.DataFrame) -> pl.DataFrame:
    schema = MATCHED_PRODUCTS.schema
    speaking = rows.filter(pl.col("live") | ~pl.col("any_live")).with_columns(
        pl.int_range(pl.len()).over("product_key").alias("rank")
    )
    base = rows.group_by("product_key", maintain_order=True).agg(
        pl.col("any_live").first(), _offer_struct().alias("offers"), pl.col("known_from").max()
    )
    stated = _stated(speaking)
    chosen = stated.sort("product_key", "field", "rank").unique(["product_key", "field"], keep="first")
    plain = speaking.group_by("product_key", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in PLAIN_FIELDS),
        *(pl.col(name).filter(pl.col("price").is_not_null()).first() for name in ("price", "currency")),
    )
    attributes = _union_of_attributes(speaking)
    origins = (
        chosen.filter(pl.col("rank") > 0)
        .sort("product_key", "field")
        .group_by("product_key")
        .agg(pl.struct("field", *OFFER_KEY, "delivery_id", "record_number").alias("origins"))
    )
    joined = base.join(plain, on="product_key", how="left")
    for part in (attributes, origins, _conflicts(stated)):
        joined = joined.join(part, on="product_key", how="left")
    lists = [pl.col(name).fill_null(pl.lit([], schema[name])) for name in ("attributes", "origins", "conflicts")]
    return joined.with_columns(_status(), pl.lit(None, pl.String).alias("merged_into"), *lists).select(
        pl.col(name).cast(schema[name]) for name in RESULT
    )


def _stated(speaking: pl.DataFrame) -> pl.DataFrame:
    """Long form: product_key, field, value (text), group, rank and place of each value that an offer states.

    Values are compared within `group`: a price only with prices of the same currency.
    """
    place = ["product_key", "rank", "live", *OFFER_KEY, "delivery_id", "record_number"]
    none = pl.lit("").alias("group")
    long = [
        speaking.filter(pl.col(name).is_not_null()).select(
            *place, pl.lit(name).alias("field"), pl.col(name).cast(pl.String).alias("value"), none
        )
        for name in PLAIN_FIELDS
    ]
    long.append(
        speaking.filter(pl.col("price").is_not_null()).select(
            *place,
            pl.lit("price").alias("field"),
            pl.concat_str("price", pl.lit(" "), "currency").alias("value"),
            pl.col("currency").alias("group"),
        )
    )
    each = speaking.select(*place, "attributes").explode("attributes").drop_nulls("attributes").unnest("attributes")
    amount = pl.concat_str("value", pl.concat_str(pl.lit(" "), "unit"), ignore_nulls=True)
    field = pl.concat_str(pl.lit("attributes."), "name").alias("field")
    long.append(each.select(*place, field, amount.alias("value"), none))
    return pl.concat(long)


def _conflicts(stated: pl.DataFrame) -> pl.DataFrame:
    compared = pl.col("field").is_in([*COMPARED, "price"]) | pl.col("field").str.starts_with("attributes.")
    at_odds = (
        stated.filter(compared)
        .with_columns((pl.col("value").n_unique().over("product_key", "field", "group") > 1).alias("differs"))
        .filter(pl.col("differs").any().over("product_key", "field"))
        .with_columns((pl.col("rank") == pl.col("rank").min().over("product_key", "field")).alias("chosen"))
        .sort("product_key", "field", "rank")
    )
    conflict = pl.struct("field", "value", *OFFER_KEY, "delivery_id", "record_number", "chosen")
    return at_odds.group_by("product_key", maintain_order=True).agg(conflict.alias("conflicts"))


def _union_of_attributes(speaking: pl.DataFrame) -> pl.DataFrame:
    """Each attribute once, from the first offer that states it, by name."""
    each = (
        speaking.select("product_key", "rank", "attributes").explode("attributes").drop_nulls("attributes")
        .unnest("attributes")
        .sort("product_key", "name", "rank")
        .unique(["product_key", "name"], keep="first", maintain_order=True)
    )  # fmt: skip
    return each.group_by("product_key", maintain_order=True).agg(pl.struct("name", "value", "unit").alias("attributes"))


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
