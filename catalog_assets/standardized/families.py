"""Variants: which of a supplier's products differ in colour or size alone.

Belongs here: the mark that variants of one family share within a source. Does not belong here: families across sources
(`matched/parents.py`).
"""

import polars as pl

from catalog_assets.digests import digest

VARYING = ("color", "size")
"""Attributes by which variants differ (Google Merchant Center's product data specification: item_group_id)."""
LEAST_WORDS = 2
"""Words of a name that must be left beside colour and size: one word alone is a kind of thing, not a family."""
_WORD = r"[\p{L}\p{N}]+"


def family(source: str) -> pl.Expr:
    """The mark of an offer's family, null where nothing tells of one.

    Columns: item_group_id, brand, name (String), attributes (List(ATTRIBUTE)). It is the group that the supplier names;
    else brand and name without the words of the offer's own colour and size, if these stand in it.
    """
    words = pl.col("name").str.to_lowercase().str.extract_all(_WORD)
    varying = _varying_words()
    rest = words.list.set_difference(varying)
    tells = (words.list.set_intersection(varying).list.len() > 0) & (rest.list.len() >= LEAST_WORDS)
    group = pl.col("item_group_id")
    return (
        pl.when(group.is_not_null())
        .then(digest(pl.lit("item group"), pl.lit(source), group))
        .when(tells & pl.col("brand").is_not_null())
        .then(digest(pl.lit("name"), pl.lit(source), pl.col("brand"), rest.list.sort().list.join(" ")))
    )


def _varying_words() -> pl.Expr:
    """Lower-case words of the offer's own colour and size."""
    said = pl.element().struct
    values = pl.col("attributes").list.eval(said.field("value").filter(said.field("name").is_in(VARYING)))
    return values.list.join(" ").str.to_lowercase().str.extract_all(_WORD)
