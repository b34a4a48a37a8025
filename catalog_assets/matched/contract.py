"""What `matched_products` promises."""

import polars as pl

from catalog_assets.contracts import Rule, contract
from catalog_assets.vocabulary.columns import MATCHED_PAIRS, MATCHED_PRODUCTS

STATUSES = ("live", "withdrawn", "merged")

RULES = (
    Rule(
        "unknown_status",
        pl.col("status").is_in(STATUSES),
        f"status must be one of {', '.join(STATUSES)}.",
    ),
    Rule(
        "merged_without_heir",
        (pl.col("status") == "merged") == pl.col("merged_into").is_not_null(),
        "A merged product names the product that took its offers, and no other does.",
    ),
    Rule(
        "no_offers",
        (pl.col("status") == "merged") | (pl.col("offers").list.len() > 0),
        "A product that is not merged has at least one offer.",
    ),
    Rule(
        "live_without_live_offer",
        (pl.col("status") != "live") | pl.col("offers").list.eval(pl.element().struct.field("live")).list.any(),
        "A live product has an offer that still stands.",
    ),
    Rule(
        "nameless",
        (pl.col("status") == "merged") | pl.col("name").is_not_null(),
        "A product that is not merged has a name.",
    ),
    Rule(
        "price_without_currency",
        pl.col("price").is_null() | pl.col("currency").is_not_null(),
        "A price has a currency.",
    ),
)

PAIR_RULES = (
    Rule(
        "no_probability",
        pl.col("probability").is_between(0.0, 1.0),
        "A probability is between 0 and 1.",
    ),
    Rule(
        "one_source",
        pl.col("left_source") < pl.col("right_source"),
        "The offers of a pair are of two sources, the smaller name first.",
    ),
)

MatchedProducts = contract(MATCHED_PRODUCTS, RULES)
MatchedPairs = contract(MATCHED_PAIRS, PAIR_RULES)
