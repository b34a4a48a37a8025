"""Decided category paths: what a person said about a supplier's path holds for that path, whatever is proposed for it.

Belongs here: finding what is decided about a path, and giving it to the products under it. Does not belong here:
decisions on other questions, and how decisions are folded in (`transform.py`).

A question about a path names the category that was proposed. Other rules or another model may propose another one for
the same path, or none for some of its products; without this the same path would be asked about again (law 4). Paths
that differ in letters' case and white space alone are one path. They were not always: what was decided of a path as it
is spelled holds for all its spellings, and the question that was asked then stays the one that is asked.

Only a decision on what a path says is one on the path. Where the product's name made the proposal (the path is "Sale",
or an alias of several categories), the answer is for what has that path and that proposal, as the question says.
"""

from dataclasses import dataclass

import polars as pl

from catalog_assets.enriched.category import by_paths
from catalog_assets.enriched.content import path_question, spelled_path_question
from catalog_assets.enriched.patterns import folded_path
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
    named = distinct.join(vague, on="category_path", how="anti").with_columns(compared_path())
    found = _asked_of(named.clear() if said.is_empty() else named, said).filter(
        of_path("asked_method", folded_path(pl.col("asked_evidence")), "path")
    )
    right = pl.when(pl.col("verdict") == "accept").then("proposed").otherwise("value").alias("right")
    found = found.with_columns(right).filter(pl.col("right").n_unique().over("path") == 1)
    last = found.sort("path", "sequence").unique("path", keep="last", maintain_order=True)
    decision = [name for name in cases.columns if not name.startswith("asked_")]
    asked = last.select(*decision, "path", pl.col("proposed").alias("asked_value"), "right")
    return named.join(asked, on="path").select(*decision, "category_path", "asked_value", "right").sort("category_path")


def compared_path() -> pl.Expr:
    """The path as it is compared: spellings that differ in letters' case and white space alone are one."""
    return folded_path(pl.col("category_path")).alias("path")


def _asked_of(named: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """The cases among `said` that were asked of the paths: their columns, path, proposed. A question is a hash over
    path and category: all that could have been asked is hashed, and looked up; as the paths are spelled too, and as
    they were spelled in the evidence of questions. named: category_path, path."""
    quoted = said.select(pl.col("asked_evidence").alias("category_path")).drop_nulls().with_columns(compared_path())
    spellings = pl.concat([named, quoted.join(named, on="path", how="semi").select(named.columns)]).unique()
    categories = pl.DataFrame({"proposed": list(CATEGORIES)})
    keyed = [
        paths.join(categories, how="cross").select(
            "path", "proposed", question(pl.col(spelled), pl.col("proposed")).alias("question_id")
        )
        for paths, question, spelled in (
            (named.select("path").unique(), path_question, "path"),
            (spellings, spelled_path_question, "category_path"),
        )
    ]
    return pl.concat(keyed).unique().join(said, on="question_id")


def of_path(method: str, evidence: pl.Expr, path: str) -> pl.Expr:
    """Whether a proposal was made of the path: by what it is an alias of, or by a mapper."""
    return ((pl.col(method) == "model") | (evidence == pl.col(path))).fill_null(False)


def asked_before(proposed: pl.LazyFrame, paths: pl.LazyFrame) -> pl.LazyFrame:
    """product_key, question_id, before: of category proposals about a path as it is spelled, the id that the same
    question had before spellings were one; none where it is the same. proposed: product_key, attribute, value,
    question_id; paths: product_key, category_path."""
    filed = paths.select("product_key", "category_path").drop_nulls()
    of_paths = proposed.filter(pl.col("attribute") == "category").join(filed, on="product_key")
    path, category = pl.col("category_path"), pl.col("value")
    # A question about one content stays what it is, whatever path the product has.
    about_path = pl.col("question_id") == path_question(path, category)
    before = of_paths.filter(about_path).with_columns(spelled_path_question(path, category).alias("before"))
    return before.filter(pl.col("before") != pl.col("question_id")).select("product_key", "question_id", "before")


def under_old_ids(proposed: pl.LazyFrame, paths: pl.LazyFrame, decided: pl.DataFrame) -> pl.LazyFrame:
    """Proposals with the ids under which their questions were decided, where that was before spellings were one
    question. proposed, paths: as `asked_before`; decided: question_id."""
    ids = decided.lazy().select("question_id")
    before = asked_before(proposed, paths).join(ids, left_on="before", right_on="question_id", how="semi")
    own = before.join(ids, on="question_id", how="anti").unique()
    joined = proposed.join(own, on=["product_key", "question_id"], how="left")
    return joined.with_columns(pl.coalesce("before", "question_id").alias("question_id")).drop("before")


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
    spelled, same_question = (
        _as_spelled(proposed, paths, decisions) if decisions.height else (decisions, ELSEWHERE.to_frame())
    )
    decisions = pl.concat([decisions, spelled])
    of_paths = asked.filter(of_path("method", pl.col("evidence"), "category_path"))
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
    return Known(pl.concat([decisions, told]).sort("question_id"), pl.concat([elsewhere, same_question]))


def _as_spelled(
    proposed: pl.DataFrame, paths: pl.DataFrame, decisions: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Decisions on paths as they are spelled, made decisions on the questions of today (the last, where spellings were
    decided apart), and ELSEWHERE for these; none where today's question is decided itself."""
    asked = asked_before(proposed.lazy(), paths.lazy()).collect().unique(["question_id", "before"])
    open_now = asked.join(decisions, on="question_id", how="anti").rename({"question_id": "now"})
    found = open_now.join(decisions, left_on="before", right_on="question_id").sort("now", "sequence", "before")
    last = found.unique("now", keep="last", maintain_order=True)
    value = proposed.select(pl.col("question_id").alias("now"), pl.col("value").alias("asked_value")).unique("now")
    told = last.rename({"now": "question_id"}).select(decisions.columns)
    names = {"now": "question_id", "before": "asked_id"}
    elsewhere = last.select("now", "before").join(value, on="now", maintain_order="left").rename(names)
    return told, elsewhere.select(ELSEWHERE.names())
