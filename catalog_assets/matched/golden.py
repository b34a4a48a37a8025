"""One golden record a product: which offer's value wins, where it is from, and who says otherwise.

Belongs here: survivorship and conflicts. Does not belong here: which offers are one product (`identity.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from catalog_assets.enriched.content import content_hash
from catalog_assets.matched.standing import OFFER_KEY
from catalog_assets.sameness import said
from catalog_assets.vocabulary.columns import MATCHED_PRODUCTS, OFFER_FIELDS

PLAIN_FIELDS = tuple(name for name in OFFER_FIELDS if name not in ("price", "currency"))
COMPARED = ("name", "brand", "mpn", "gtin", "category_path", "availability")
RESULT = [name for name in MATCHED_PRODUCTS.columns if name not in ("day", "run_id", "content_hash")]


@dataclass(frozen=True)
class Survivorship:
    """Whose value wins. `priority`: of each source its number, the lowest first. `policies`: of a field, or
    `attributes.<name>`, or `attributes` for all of these, the criteria in their order; what is not named goes by
    priority, then freshness. After all criteria decide priority, freshness, source and id.

    Criteria: priority; freshness (delivered on the latest day); agreement (stated by most offers); completeness (the
    offer that states most fields). Quantities that say the same (`sameness.py`) agree, and the shortest of them that
    no named criterion and no priority puts last is kept: 305 g rather than 305.0409 g.
    """

    priority: Mapping[str, int]
    policies: Mapping[str, Sequence[str]] = field(default_factory=dict)


CRITERIA: dict[str, tuple[str, bool]] = {
    "priority": ("priority", False),
    "freshness": ("day", True),
    "agreement": ("agreement", True),
    "completeness": ("completeness", True),
}
"""Criterion -> the column of `_stated` it goes by, and whether the largest wins."""


def golden(members: pl.DataFrame, survivorship: Survivorship) -> pl.DataFrame:
    """One golden record a product: MATCHED_PRODUCTS' columns but day and run_id.

    members: full offer rows (STANDARDIZED_PRODUCTS' columns) with product_key, parent_key, live, and why they belong
    (method, confidence, model_version). Live offers speak; a withdrawn one says something only where no live offer is
    left.
    """
    priority = survivorship.priority
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
        parts.append(_several(several, survivorship.policies))
    return pl.concat(parts).with_columns(content_hash().alias("content_hash")).sort("product_key")


def _offer_struct() -> pl.Expr:
    return pl.struct(*OFFER_KEY, "day", "delivery_id", "record_number", "live")


def _link_struct() -> pl.Expr:
    return pl.struct(*OFFER_KEY, "method", "confidence", "model_version")


def _status() -> pl.Expr:
    return pl.when("any_live").then(pl.lit("live")).otherwise(pl.lit("withdrawn")).alias("status")


def _single(rows: pl.DataFrame) -> pl.DataFrame:
    schema = MATCHED_PRODUCTS.schema
    return rows.with_columns(
        _status(),
        pl.lit(None, pl.String).alias("merged_into"),
        pl.concat_list(_offer_struct()).alias("offers"),
        *(pl.lit([], schema[name]).alias(name) for name in ("links", "origins", "conflicts")),
    ).select(pl.col(name).cast(schema[name]) for name in RESULT)


def _several(rows: pl.DataFrame, policies: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    schema = MATCHED_PRODUCTS.schema
    speaking = rows.filter(pl.col("live") | ~pl.col("any_live")).with_columns(
        pl.int_range(pl.len()).over("product_key").alias("rank")
    )
    base = rows.group_by("product_key", maintain_order=True).agg(
        pl.col("any_live", "parent_key").first(),
        _offer_struct().alias("offers"),
        _link_struct().alias("links"),
        pl.col("known_from").max(),
    )
    stated = _stated(speaking)
    chosen = _chosen(stated, policies)
    joined = base
    parts = (
        _values(speaking, chosen, policies),
        _attributes(speaking, chosen),
        _origins(chosen),
        _conflicts(stated, chosen),
    )
    for part in parts:
        joined = joined.join(part, on="product_key", how="left")
    lists = [pl.col(name).fill_null(pl.lit([], schema[name])) for name in ("attributes", "origins", "conflicts")]
    return joined.with_columns(_status(), pl.lit(None, pl.String).alias("merged_into"), *lists).select(
        pl.col(name).cast(schema[name]) for name in RESULT
    )


def _stated(speaking: pl.DataFrame) -> pl.DataFrame:
    """Long form: product_key, field, value (text), said, group, rank and place of each value that an offer states.

    Values are compared by `said`, one text for all that say the same, and within `group`: a price only with prices of
    the same currency.
    """
    filled = pl.sum_horizontal(pl.col(name).is_not_null() for name in OFFER_FIELDS) + pl.col("attributes").list.len()
    speaking = speaking.with_columns(filled.alias("completeness"))
    place = ["product_key", "rank", "live", "priority", "day", "completeness", *OFFER_KEY, "delivery_id",
             "record_number"]  # fmt: skip
    none = pl.lit("").alias("group")
    itself = pl.col("value").alias("said")
    long = [
        speaking.filter(pl.col(name).is_not_null())
        .select(*place, pl.lit(name).alias("field"), pl.col(name).cast(pl.String).alias("value"), none)
        .with_columns(itself)
        for name in PLAIN_FIELDS
    ]
    long.append(
        speaking.filter(pl.col("price").is_not_null())
        .select(
            *place,
            pl.lit("price").alias("field"),
            pl.concat_str("price", pl.lit(" "), "currency").alias("value"),
            pl.col("currency").alias("group"),
        )
        .with_columns(itself)
    )
    each = speaking.select(*place, "attributes").explode("attributes").drop_nulls("attributes").unnest("attributes")
    amount = pl.concat_str("value", pl.concat_str(pl.lit(" "), "unit"), ignore_nulls=True)
    name = pl.concat_str(pl.lit("attributes."), "name").alias("field")
    alike = each.with_columns(said(each.rename({"name": "attribute"}), by=["product_key", "unit"]))
    told = pl.concat_str("said", pl.concat_str(pl.lit(" "), "unit"), ignore_nulls=True).alias("said")
    long.append(alike.select(*place, name, amount.alias("value"), none, told))
    return pl.concat(long)


def _chosen(stated: pl.DataFrame, policies: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Of each product and field the one statement that wins: rows of `stated`."""
    order = ["product_key", "field"]
    plain = stated.filter(~_ruled(policies)) if policies else stated
    won = [_shortest(plain.sort(*order, "rank").unique(order, keep="first", maintain_order=True), plain, [])]
    for name, criteria in policies.items():
        under = stated.filter(_under(name, policies))
        under = under.with_columns(pl.len().over(*order, "group", "said").alias("agreement"))
        columns, largest = zip(*(CRITERIA[criterion] for criterion in criteria), strict=True)
        ranked = under.sort(*order, *columns, "rank", descending=[False, False, *largest, False])
        best = ranked.unique(order, keep="first", maintain_order=True)
        won.append(_shortest(best, under, list(columns)).drop("agreement"))
    return pl.concat(won)


def _shortest(won: pl.DataFrame, among: pl.DataFrame, ruled_by: Sequence[str]) -> pl.DataFrame:
    """For each that won, among all that say the same and that neither its criteria nor priority tell apart, the one of
    the fewest characters: what a supplier stated in the attribute's unit rather than what was converted to it."""
    order = ["product_key", "field"]
    tied = list(dict.fromkeys([*order, "group", "said", "priority", *ruled_by]))
    alike = among.join(won.select(tied), on=tied, how="semi", nulls_equal=True)
    first = alike.sort(*order, pl.col("value").str.len_chars(), "rank")
    return first.unique(order, keep="first", maintain_order=True)


def _under(name: str, policies: Mapping[str, Sequence[str]]) -> pl.Expr:
    """Whether a policy rules a field: one named for it, or the one for all attributes where none is."""
    if name != "attributes":
        return pl.col("field") == name
    return pl.col("field").str.starts_with("attributes.") & ~pl.col("field").is_in(list(policies))


def _ruled(policies: Mapping[str, Sequence[str]]) -> pl.Expr:
    return pl.any_horizontal(_under(name, policies) for name in policies)


def _values(speaking: pl.DataFrame, chosen: pl.DataFrame, policies: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """The plain fields of each product."""
    plain = speaking.group_by("product_key", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in PLAIN_FIELDS),
        *(pl.col(name).filter(pl.col("price").is_not_null()).first() for name in ("price", "currency")),
    )
    for name in set(policies) & {*PLAIN_FIELDS, "price"}:
        taken = ["price", "currency"] if name == "price" else [name]
        won = chosen.filter(pl.col("field") == name).select("product_key", "rank")
        values = won.join(speaking.select("product_key", "rank", *taken), on=["product_key", "rank"]).drop("rank")
        plain = plain.drop(taken).join(values, on="product_key", how="left")
    return plain


def _attributes(speaking: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """Each attribute once, from the offer that wins it, by name."""
    won = chosen.filter(pl.col("field").str.starts_with("attributes.")).select(
        "product_key", "rank", pl.col("field").str.strip_prefix("attributes.").alias("name")
    )
    each = speaking.select("product_key", "rank", "attributes").explode("attributes").drop_nulls("attributes")
    each = each.unnest("attributes").unique(["product_key", "rank", "name"], keep="first", maintain_order=True)
    mine = each.join(won, on=["product_key", "rank", "name"], how="semi").sort("product_key", "name")
    return mine.group_by("product_key", maintain_order=True).agg(pl.struct("name", "value", "unit").alias("attributes"))


def _origins(chosen: pl.DataFrame) -> pl.DataFrame:
    """Where the fields are from that the lead offer does not give."""
    return (
        chosen.filter(pl.col("rank") > 0)
        .sort("product_key", "field")
        .group_by("product_key")
        .agg(pl.struct("field", *OFFER_KEY, "delivery_id", "record_number").alias("origins"))
    )


def _conflicts(stated: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    compared = pl.col("field").is_in([*COMPARED, "price"]) | pl.col("field").str.starts_with("attributes.")
    won = chosen.select("product_key", "field", "rank", pl.lit(True).alias("chosen"))
    at_odds = (
        stated.filter(compared)
        .with_columns((pl.col("said").n_unique().over("product_key", "field", "group") > 1).alias("differs"))
        .filter(pl.col("differs").any().over("product_key", "field"))
        .join(won, on=["product_key", "field", "rank"], how="left", maintain_order="left")
        .with_columns(pl.col("chosen").fill_null(False))
        .sort("product_key", "field", ~pl.col("chosen"), "rank")
    )
    conflict = pl.struct("field", "value", *OFFER_KEY, "delivery_id", "record_number", "chosen")
    return at_odds.group_by("product_key", maintain_order=True).agg(conflict.alias("conflicts"))
