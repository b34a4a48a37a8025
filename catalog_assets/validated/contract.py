"""Business rules, and what `validated_products` promises.

Belongs here: the rules that refuse a product (`refusing`), those that send its price to a person (`doubting`) and
those that only lower its quality (`noting`); their names are the codes in quarantine and in `issues`.
"""

import polars as pl

from catalog_assets.configuration import Thresholds
from catalog_assets.contracts import Rule, contract
from catalog_assets.vocabulary.categories import CATEGORIES
from catalog_assets.vocabulary.columns import VALIDATED_PRODUCTS
from catalog_assets.vocabulary.currencies import MAGNITUDE

PRICE_STATES = ("accepted", "pending", "rejected", "none")
SCORES = ("completeness", "accuracy", "consistency", "timeliness", "uniqueness", "quality")

_gone = pl.col("status") != "live"
_no_price = pl.col("price").is_null()


def refusing(thresholds: Thresholds) -> tuple[Rule, ...]:
    """A product that breaks one of these goes to quarantine; the catalogue keeps its last good row, if it has one."""
    low, high = thresholds.price_min, thresholds.price_max
    scale = pl.col("currency").replace_strict(MAGNITUDE, default=1, return_dtype=pl.Int64)
    in_range = (pl.col("price") >= low) & (pl.col("price") <= high * scale)
    return (
        Rule(
            "price_out_of_range",
            _gone | _no_price | in_range,
            f"The price lies outside {low:,.2f} to {high:,.0f} (thresholds.price_min, price_max, scaled for small "
            "currencies); correct it at its source or pin it.",
        ),
        Rule(
            "category_not_allowed",
            _gone | pl.col("category").is_null() | pl.col("category").is_in(list(CATEGORIES)),
            "The category is not in the taxonomy; decide it again or pin an allowed one.",
        ),
        Rule("name_empty", _gone | (pl.col("name").str.len_chars() > 0), "A product needs a name."),
        Rule(
            "doubled_product",
            pl.len().over("product_key") == 1,
            "The same product_key stands twice on the day; run matched_products again.",
        ),
    )


def doubting(thresholds: Thresholds) -> tuple[Rule, ...]:
    """A price that breaks one of these is held for a person; the product goes on without it."""
    return (
        Rule(
            "price_outlier",
            _gone | _no_price | (pl.col("deviation").abs().fill_null(0) <= thresholds.price_deviations),
            f"The price is more than {thresholds.price_deviations:g} standard deviations from its category's average.",
        ),
        Rule(
            "sources_disagree_on_price",
            _gone | _no_price | (pl.col("price_spread").fill_null(0) <= thresholds.price_disagreement),
            f"Prices of the sources differ by more than {thresholds.price_disagreement:.0%}.",
        ),
    )


def noting(thresholds: Thresholds) -> tuple[Rule, ...]:
    """What breaks one of these is published, named in `issues`, and scores lower."""
    length = pl.col("description").str.len_chars().fill_null(0)
    return (
        Rule(
            "description_length",
            _gone | length.is_between(thresholds.description_min, thresholds.description_max),
            f"The description has fewer than {thresholds.description_min} or more than "
            f"{thresholds.description_max} characters.",
        ),
        Rule("category_missing", _gone | pl.col("category").is_not_null(), "No category is accepted yet."),
        Rule(
            "required_missing",
            _gone | (pl.col("missing_required").list.len() == 0),
            "Attributes that the category requires are not there (required_attributes); missing_required names them.",
        ),
        Rule("sources_disagree", _gone | (pl.col("disputed") == 0), "Sources state different values."),
        Rule(
            "looks_doubled", _gone | (pl.col("lookalikes") <= 1), "Another product has the same name, brand and price."
        ),
    )


RULES = (
    Rule(
        "unknown_price_state",
        pl.col("price_state").is_in(PRICE_STATES),
        f"price_state must be one of {', '.join(PRICE_STATES)}.",
    ),
    Rule(
        "price_shown_unaccepted",
        _gone | ((pl.col("price_state") == "accepted") == pl.col("price").is_not_null()),
        "A live product shows a price exactly when it is accepted.",
    ),
    Rule(
        "held_price_missing",
        (pl.col("price_state") == "pending") == pl.col("proposed_price").is_not_null(),
        "A price that waits for a person is kept in proposed_price.",
    ),
    Rule("price_not_positive", _no_price | (pl.col("price") > 0), "A price is above zero."),
    Rule(
        "category_not_allowed",
        pl.col("category").is_null() | pl.col("category").is_in(list(CATEGORIES)),
        "A category is one of the taxonomy.",
    ),
    Rule(
        "score_out_of_range",
        pl.all_horizontal(pl.col(name).is_between(0, 100) for name in SCORES),
        "Scores lie between 0 and 100.",
    ),
)

ValidatedProducts = contract(VALIDATED_PRODUCTS, RULES)
