"""Stable hashes of what enrichment reads and of what a person would be asked.

Belongs here: the content hash of a product and the ids of questions. Does not belong here: what is done with them, and
how text is hashed (`digests.py`).
"""

import polars as pl

from catalog_assets.digests import digest, encode
from catalog_assets.enriched.patterns import folded_path

CONTENT_FIELDS = ("name", "brand", "mpn", "description", "category_path")
"""The text fields that enrichment reads; beside them it reads `attributes`. A new price or day asks nothing."""


def content_hash() -> pl.Expr:
    """The hash of exactly what enrichment reads of a product: the text fields and the attributes, in any order.

    Columns: name, brand, mpn, description, category_path (String), attributes (List(ATTRIBUTE)).
    """
    attribute = pl.element().struct
    attributes = (
        pl.col("attributes")
        .list.eval(encode(attribute.field("name"), attribute.field("value"), attribute.field("unit")))
        .list.sort()
        .list.join("")
    )
    return digest(*(pl.col(field) for field in CONTENT_FIELDS), attributes).alias("content_hash")


def attribute_question() -> pl.Expr:
    """The id of the question whether a proposed value is right: attribute, value, unit, evidence and product name.

    Exactly what a person would see: the same value with the same words for the same name is the same question on every
    day, at every price and under every product key.
    """
    parts = (pl.col(column) for column in ("attribute", "value", "unit", "evidence", "name"))
    return digest(pl.lit("attribute"), *parts).alias("question_id")


def path_question(path: pl.Expr, category: pl.Expr) -> pl.Expr:
    """The id of the question whether all that a supplier files under a path belongs into a category.

    Paths that differ in letters' case and white space alone ("Tops", "tops") are one question.
    """
    return spelled_path_question(folded_path(path), category)


def spelled_path_question(path: pl.Expr, category: pl.Expr) -> pl.Expr:
    """The id that the same question had for a path as it is spelled, before spellings were one question: decisions
    under it hold (`reviewed/known_paths.py`)."""
    return digest(pl.lit("category path"), path, category)


def category_question() -> pl.Expr:
    """The id of the question whether a proposed category is right.

    Where the supplier names a category, the question is about all products that it files there and for which the same
    category is proposed: one answer decides them all. Else it is about this content.
    """
    path, category = pl.col("category_path"), pl.col("value")
    return (
        pl.when(path.is_not_null())
        .then(path_question(path, category))
        .otherwise(content_category_question())
        .alias("question_id")
    )


def content_category_question() -> pl.Expr:
    """The id of the question whether a proposed category is right for this content: its texts made it, no path."""
    return digest(pl.lit("category"), pl.col("content_hash"), pl.col("value")).alias("question_id")


def description_question() -> pl.Expr:
    """The id of the question whether a proposed description is right for the product of this name."""
    parts = (pl.col(column) for column in ("value", "evidence", "name"))
    return digest(pl.lit("description"), *parts).alias("question_id")
