"""What refuses a record here, and what the table `standardized_products` promises.

Belongs here: the rules of this stage; a rule's name is its reason code. Does not belong here: business rules about
what is believable (validated), and how fields are read (the modules beside this one).
"""

import polars as pl

from catalog_assets.contracts import Rule, contract
from catalog_assets.standardized.identifiers import ADDRESS, is_gtin_14
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.availability import VALUES
from catalog_assets.vocabulary.columns import STANDARDIZED_PRODUCTS
from catalog_assets.vocabulary.currencies import CURRENCIES

_PRICE_PROBLEMS = {
    "missing_price": "The record has no price; ask the supplier, or set `price: none` for a source without prices.",
    "unreadable_price": "The price is no amount that can be read with certainty; see `decimal` of the source.",
    "negative_price": "The price is negative; ask the supplier.",
    "missing_currency": "Nothing names the price's currency; map a currency column or set the source's `currency`.",
    "unknown_currency": "The currency is none of ISO 4217, or a symbol of several; set the source's `currency`.",
    "contradictory_currency": "The currency column and the price name different currencies; ask the supplier.",
}

RECORD_RULES: tuple[Rule, ...] = (
    Rule(
        "missing_product_id",
        pl.col("product_id").is_not_null(),
        "The record has no identifier; check the source's `columns.product_id`.",
    ),
    Rule("missing_name", pl.col("name").is_not_null(), "The record has no name; check the source's `columns.name`."),
    *(
        Rule(reason, pl.col("price_problem").ne_missing(pl.lit(reason)), message)
        for reason, message in _PRICE_PROBLEMS.items()
    ),
)
"""What a record must hold to become an offer (columns product_id, name, price_problem); what does not is refused."""

_NUMERIC = sorted(name for name, attribute in ATTRIBUTES.items() if attribute.kind in ("quantity", "count"))
_UNITS = {name: attribute.unit or "" for name, attribute in ATTRIBUTES.items()}


def _each_attribute(holds: pl.Expr) -> pl.Expr:
    return pl.col("attributes").list.eval(holds.fill_null(False)).list.all()


def _entry(field: str) -> pl.Expr:
    return pl.element().struct.field(field)


def _null_or(column: str, holds: pl.Expr) -> pl.Expr:
    return pl.col(column).is_null() | holds


def _are_ordered(lists: pl.Series) -> pl.Series:
    """Which lists have their entries in the order of their names, each name once; all entries at once, for speed."""
    entries = lists.alias("entry").to_frame().with_row_index("row")
    entries = entries.explode("entry", empty_as_null=False, keep_nulls=False)
    row, name = pl.col("row"), pl.col("entry").struct.field("name")
    disordered = entries.filter((row == row.shift()) & (name <= name.shift()))["row"]
    return lists.is_not_null().scatter(disordered, False)


_MARKUP = r"<(?:/?[A-Za-z][^<>]*|!--.*)>"

RULES: tuple[Rule, ...] = (
    Rule(
        "empty_product_id",
        pl.col("product_id").str.strip_chars().str.len_bytes() > 0,
        "An offer must be identified: product_id is null or blank.",
    ),
    Rule("empty_name", pl.col("name").str.strip_chars().str.len_bytes() > 0, "The name is null or blank."),
    Rule(
        "markup_in_text",
        ~pl.any_horizontal(
            pl.col(column).str.contains(_MARKUP).fill_null(False)
            for column in ("name", "brand", "description", "category_path")
        ),
        "Name, brand, description and category must be plain text, without tags.",
    ),
    Rule("negative_price", _null_or("price", pl.col("price") >= 0), "A price must not be negative."),
    Rule(
        "price_without_currency",
        pl.col("price").is_null() == pl.col("currency").is_null(),
        "A price needs a currency, and a currency a price.",
    ),
    Rule(
        "unknown_currency",
        _null_or("currency", pl.col("currency").is_in(list(CURRENCIES))),
        "The currency must be an ISO 4217 code.",
    ),
    Rule("invalid_gtin", _null_or("gtin", is_gtin_14(pl.col("gtin"))), "A GTIN has 14 digits and its check digit."),
    Rule(
        "unknown_availability",
        _null_or("availability", pl.col("availability").is_in(VALUES)),
        f"Availability must be one of {', '.join(VALUES)}.",
    ),
    Rule("negative_stock", _null_or("stock", pl.col("stock") >= 0), "Stock must not be negative."),
    Rule("invalid_url", _null_or("url", pl.col("url").str.contains(ADDRESS)), "The page must be an http(s) address."),
    Rule(
        "invalid_image_url",
        _null_or("image_url", pl.col("image_url").str.contains(ADDRESS)),
        "The picture must be an http(s) address.",
    ),
    Rule(
        "unknown_attribute",
        _each_attribute(_entry("name").is_in(list(ATTRIBUTES))),
        "Attributes must be named as in the vocabulary.",
    ),
    Rule(
        "unordered_attributes",
        pl.col("attributes").map_batches(_are_ordered, return_dtype=pl.Boolean),
        "Attributes must be sorted by name, one entry each.",
    ),
    Rule(
        "empty_attribute",
        _each_attribute(_entry("value").str.strip_chars().str.len_bytes() > 0),
        "An attribute must have a value.",
    ),
    Rule(
        "unreadable_quantity",
        _each_attribute(~_entry("name").is_in(_NUMERIC) | _entry("value").str.contains(r"^[0-9]+(?:\.[0-9]+)?$")),
        "Quantities and counts must be plain decimal numbers.",
    ),
    Rule(
        "foreign_unit",
        _each_attribute(_entry("unit").fill_null("") == _entry("name").replace_strict(_UNITS, default="")),
        "An attribute must be in its canonical unit, and have none where it has no dimension.",
    ),
    Rule("no_variant", pl.col("variants") >= 1, "An offer is described by at least one row."),
)
"""What every committed row promises; a record whose offer would break one of these is refused for it."""

StandardizedProducts = contract(STANDARDIZED_PRODUCTS, RULES)
