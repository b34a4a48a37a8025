"""Decided category paths: what a person said about a supplier's path holds for that path, whatever is proposed for it.

Belongs here: finding what is decided about a path, and giving it to the products under it. Does not belong here:
decisions on other questions, and how decisions are folded in (`transform.py`).

A question about a path names the category that was proposed. Other rules or another model may propose another one for
the same path, or none for some of its products; without this the same path would be asked about again (law 4).

Only a decision on what a path says is one on the path. Where the product's name made the proposal (the path is "Sale",
or an alias of several categories), the answer is for what has that path and that proposal, as the question says.
"""

from dataclasses import dataclass

import polars as pl

from catalog_assets.enriched.category import by_paths
from catalog_assets.enriched.content import path_question
from catalog_assets.enriched.places import PATH_FIELD, placed
from catalog_assets.vocabulary.categories import CATEGORIES
from catalog_assets.vocabulary.verdicts import AFFIRMED

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


def decided_paths(paths: pl.Series, cases: pl.DataFrame) -> pl.DataFrame:
    """What is decided about each of the paths: the columns of the decision, category_path, asked_value (the category
    that was proposed) and right (the one that was named). Paths about which people named several categories are left
    out: they are divided, and each product is asked about.

    cases: decisions in force with what was shown (`resources.review.protocol.CASES`).
    """
    said = cases.filter(pl.col("asked_kind") == "category", pl.col("verdict").is_in(AFFIRMED))
    distinct = paths.drop_nulls().unique().alias("category_path").to_frame()
    vague = by_paths(distinct["category_path"]).filter(pl.col("shared") > 1)
    named = distinct.join(vague, on="category_path", how="anti")
    # A question is a hash over path and category: all that could have been asked is hashed, and looked up.
    every = named.clear() if said.is_empty() else named
    every = every.join(pl.DataFrame({"proposed": list(CATEGORIES)}), how="cross")
    keyed = every.with_columns(path_question(pl.col("category_path"), pl.col("proposed")).alias("question_id"))
    found = keyed.join(said, on="question_id").filter(_of_path("asked_method", "asked_evidence"))
    right = pl.when(pl.col("verdict") == "accept").then("proposed").otherwise("value").alias("right")
    found = found.with_columns(right).filter(pl.col("right").n_unique().over("category_path") == 1)
    last = found.sort("category_path", "sequence").unique("category_path", keep="last", maintain_order=True)
    decision = [name for name in cases.columns if not name.startswith("asked_")]
    return last.select(*decision, "category_path", pl.col("proposed").alias("asked_value"), "right")


def _of_path(method: str, evidence: str) -> pl.Expr:
    """Whether a proposal was made of the path: by what it is an alias of, or by a mapper."""
    return ((pl.col(method) == "model") | (pl.col(evidence) == pl.col("category_path"))).fill_null(False)


def filled(proposed: pl.DataFrame, matched: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Proposals, and for each live product under a decided path without a category proposal the one that was decided
    on. proposed: PROPOSAL of `transform.py`; matched: MATCHED_PRODUCTS; decided: `decided_paths` of the day."""
    under = matched.filter(pl.col("status") == "live").join(decided, on="category_path")
    named = proposed.filter(pl.col("attribute") == "category")
    lacking = under.join(named, on="product_key", how="anti")
    given = lacking.select(
        "product_key", pl.lit("category").alias("attribute"), pl.lit("rule").alias("method"),
        pl.lit(VERSION).alias("model_version"), pl.col("asked_value").alias("value"),
        pl.lit(None, pl.String).alias("unit"), pl.lit(1.0).alias("confidence"),
        pl.col("category_path").alias("evidence"), "question_id", pl.lit(PATH_FIELD).alias("field"),
    )  # fmt: skip
    return pl.concat([proposed, placed(given, lacking).select(proposed.columns)])


def known(proposed: pl.DataFrame, matched: pl.DataFrame, decisions: pl.DataFrame, decided: pl.DataFrame) -> Known:
    """Make what is decided about paths decisions on what is made of these paths now. What was said of the question
    itself stands above that. proposed: as `filled`; decisions: those on the day's questions; decided: `decided_paths`
    of the day."""
    paths = matched.select("product_key", "category_path")
    asked = proposed.filter(pl.col("attribute") == "category").join(paths, on="product_key")
    of_paths = asked.filter(_of_path("method", "evidence"))
    open_now = of_paths.select(pl.col("question_id").alias("now"), pl.col("value").alias("category"), "category_path")
    undecided = open_now.unique("now").join(decisions, left_on="now", right_on="question_id", how="anti")
    heirs = undecided.join(decided, on="category_path")
    agrees = pl.col("right") == pl.col("category")
    same = pl.col("now") == pl.col("question_id")
    said = heirs.with_columns(
        pl.when(same).then("verdict").when(agrees).then(pl.lit("accept")).otherwise(pl.lit("replace")).alias("verdict"),
        pl.when(same).then("value").when(~agrees).then("right").alias("value"),
    )
    told = said.drop("question_id").rename({"now": "question_id"}).select(decisions.columns)
    other = heirs.filter(~same)
    elsewhere = other.select(pl.col("now").alias("question_id"), pl.col("question_id").alias("asked_id"), "asked_value")
    return Known(pl.concat([decisions, told]).sort("question_id"), elsewhere)
