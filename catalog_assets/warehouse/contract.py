"""What `catalog_products` and `product_aliases` promise."""

import polars as pl

from catalog_assets.contracts import Rule, contract
from catalog_assets.validated.contract import RULES as VALIDATED_RULES
from catalog_assets.vocabulary.columns import CATALOG_PRODUCTS, PRODUCT_ALIASES

RULES = (
    Rule("nameless", pl.col("name").str.len_chars() > 0, "A product in the catalogue has a name."),
    Rule(
        "no_live_offer",
        pl.col("offers").list.eval(pl.element().struct.field("live")).list.any(),
        "A product in the catalogue has an offer that still stands.",
    ),
    Rule(
        "price_shown_unaccepted",
        (pl.col("price_state") == "accepted") == pl.col("price").is_not_null(),
        "A price is shown exactly when it is accepted.",
    ),
    *(rule for rule in VALIDATED_RULES if rule.name in ("price_not_positive", "category_not_allowed")),
)

ALIAS_RULES = (
    Rule("alias_of_itself", pl.col("alias_key") != pl.col("product_key"), "An alias points to another key."),
    Rule(
        "alias_of_alias",
        ~pl.col("product_key").is_in(pl.col("alias_key").implode()),
        "An alias points straight to a product, never to another alias.",
    ),
)

CatalogProducts = contract(CATALOG_PRODUCTS, RULES)
ProductAliases = contract(PRODUCT_ALIASES, ALIAS_RULES)
"""No contract links the two tables row by row: a product may be withdrawn while its aliases stand, until it returns."""
