"""Decided category paths: what a person said about a supplier's path holds for that path, whatever is proposed for it.

Belongs here: finding the decision on a path, and giving it to all products under it. Does not belong here: decisions on
other questions, and how decisions are folded in (`transform.py`).

A question about a path names the category that was proposed. Other rules or another model may propose another one for
the same path, or none for some of its products; without this the path would be asked about again (law 4).
"""

from dataclasses import dataclass

import polars as pl

from catalog_assets.enriched.content import path_question
from catalog_assets.vocabulary.categories import CATEGORIES

AFFIRMED = ("accept", "replace")
VERSION = "decided path"
"""The `model_version` of a proposal that is made because the path is decided."""
ELSEWHERE = pl.Schema({"question_id": pl.String(), "asked_id": pl.String(), "asked_value": pl.String()})
"""question_id: a question that need not be asked, for its path is decided; asked_id, asked_value: the one that was."""


@dataclass(frozen=True)
class Known:
    """What people said of a day's proposals: decisions, those on decided paths made decisions on the questions that
    are asked of them now; elsewhere: ELSEWHERE."""

    decisions: pl.DataFrame
    elsewhere: pl.DataFrame


def decided_paths(paths: pl.Series, decisions: pl.DataFrame) -> pl.DataFrame:
    """The last decision that names a category for each of the paths: the columns of `decisions`, category_path,
    asked_value (the category that was proposed) and right (the one that was named)."""
    affirmed = decisions.filter(pl.col("verdict").is_in(AFFIRMED))
    distinct = paths.drop_nulls().unique().alias("category_path").to_frame()
    # A question is a hash over path and category: all that could have been asked is hashed, and looked up.
    every = distinct.clear() if affirmed.is_empty() else distinct
    every = every.join(pl.DataFrame({"asked_value": list(CATEGORIES)}), how="cross")
    keyed = every.with_columns(path_question(pl.col("category_path"), pl.col("asked_value")).alias("question_id"))
    found = keyed.join(affirmed, on="question_id").sort("category_path", "sequence")
    right = pl.when(pl.col("verdict") == "accept").then("asked_value").otherwise("value").alias("right")
    last = found.unique("category_path", keep="last", maintain_order=True).with_columns(right)
    return last.select(*decisions.columns, "category_path", "asked_value", "right")


def filled(described: pl.DataFrame, matched: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """ENRICHED_PRODUCTS in which each product under a decided path has a category proposal: where it had none, the one
    that was decided on. matched: MATCHED_PRODUCTS; decided: `decided_paths` of the day."""
    if decided.is_empty():
        return described
    by = decided.select("category_path", "asked_value", pl.col("question_id").alias("asked_id"))
    under = matched.select("product_key", "category_path").join(by, on="category_path")
    rows = described.join(under, on="product_key", how="left", maintain_order="left")
    lacks = pl.col("category").is_null() & pl.col("asked_id").is_not_null()
    given = {
        "category": pl.col("asked_value"), "category_confidence": pl.lit(1.0), "category_method": pl.lit("rule"),
        "category_model_version": pl.lit(VERSION), "category_evidence": pl.col("category_path"),
        "category_question_id": pl.col("asked_id"),
    }  # fmt: skip
    told = [pl.when(lacks).then(value).otherwise(name).alias(name) for name, value in given.items()]
    return rows.with_columns(told).select(described.columns)


def known(described: pl.DataFrame, matched: pl.DataFrame, decisions: pl.DataFrame, decided: pl.DataFrame) -> Known:
    """Make decisions on paths decisions on what is proposed for these paths now. described: as `filled`; decisions:
    those on the day's questions; decided: `decided_paths` of the day."""
    asked = described.select("product_key", "category", pl.col("category_question_id").alias("now")).drop_nulls()
    paths = matched.select("product_key", "category_path")
    under = asked.join(paths, on="product_key").join(decided, on="category_path").unique("now")
    other = under.filter(pl.col("now") != pl.col("question_id"))
    agrees = pl.col("right") == pl.col("category")
    said = other.with_columns(
        pl.when(agrees).then(pl.lit("accept")).otherwise(pl.lit("replace")).alias("verdict"),
        pl.when(~agrees).then("right").alias("value"),
        pl.col("now").alias("question_id"),
    )
    own = decisions.join(under, left_on="question_id", right_on="now", how="anti")
    direct = under.filter(pl.col("now") == pl.col("question_id"))
    told = pl.concat([own, *(rows.select(own.columns) for rows in (direct, said))]).sort("question_id")
    elsewhere = other.select(pl.col("now").alias("question_id"), pl.col("question_id").alias("asked_id"), "asked_value")
    return Known(told, elsewhere)
