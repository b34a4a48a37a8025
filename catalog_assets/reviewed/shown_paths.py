"""What is shown with a question about a category path: who else is filed there, for what the answer holds, and which
other categories it may be.

Belongs here: these facts, out of the day's proposals and products. Does not belong here: which questions are asked
(`questions.py`), and what a decided path means (`known_paths.py`).

One answer decides for all products under a path. So a person sees some of them, not one, and can choose a category that
the day's proposals, the path's alias or words of the names point to as well.
"""

import polars as pl

from catalog_assets.enriched.category import DIVIDED_FROM, by_names, by_paths
from catalog_assets.reviewed.known_paths import compared_path, of_path

SUPPLIERS_PATH, ALSO_THERE = "Supplier's category: ", "Also there: "
OF_PATH = "The answer holds for every product that is filed under this path, also later ones."
OF_PROPOSAL = (
    "The answer holds for every product that is filed under this path and for which this category is proposed, also "
    "later ones."
)
NAMES = 4
"""Other names that are shown; with the example they are five."""
LOOKED_AT = 20
"""Names of a path in which words for other categories are looked for."""
OTHERS = 4
"""Other categories that are offered."""
CATEGORY = "category"


def path_lines(asked: pl.DataFrame) -> pl.DataFrame:
    """question_id, path_lines: the path, up to NAMES different names of other products than the example (the smallest
    product_key), and for what the answer holds, a line each.

    asked: question_id, product_key, attribute, method, evidence, name, category_path.
    """
    under = asked.filter(pl.col("attribute") == CATEGORY, pl.col("category_path").is_not_null())
    vague = by_paths(under["category_path"].unique()).filter(pl.col("shared") > 1)["category_path"]
    # Only what the path itself says is decided for the whole path.
    whole = of_path("method", pl.col("evidence"), "category_path") & ~pl.col("category_path").is_in(vague.implode())
    line = pl.concat_str(pl.lit(ALSO_THERE), _one_line("name"))
    grouped = (
        under.sort("question_id", "product_key")
        .with_columns(line.alias("line"), whole.alias("whole"))
        .group_by("question_id", maintain_order=True)
        .agg(
            pl.col("category_path").first(),
            pl.col("whole").all(),
            pl.col("line").drop_nulls().unique(maintain_order=True).slice(1, NAMES).alias("others"),
        )
    )
    holds = pl.when("whole").then(pl.lit(OF_PATH)).otherwise(pl.lit(OF_PROPOSAL))
    own = pl.concat_str(pl.lit(SUPPLIERS_PATH), _one_line("category_path"))
    every = pl.concat_list(own, "others", holds).list.join("\n")
    return grouped.select("question_id", (every + pl.lit("\n")).alias("path_lines"))


def other_categories(
    asked: pl.DataFrame, proposed: pl.DataFrame, refused: pl.DataFrame, paths: pl.DataFrame
) -> pl.DataFrame:
    """Categories that the path of a question may be as well, the likeliest first and at most OTHERS: for each question
    the rows of one product of it, as if they were proposed for that.

    asked: question_id, product_key, attribute, value; proposed: what may be offered (PROPOSAL of `transform.py`);
    refused: product_key, attribute, value that people refused; paths: product_key, name, category_path. Returns
    product_key, attribute, value, unit, confidence, method, model_version, evidence, source.
    """
    paths = paths.drop_nulls("category_path").with_columns(compared_path().alias("category_path"))
    proposed = proposed.filter(pl.col("attribute") == CATEGORY)
    mine = asked.filter(pl.col("attribute") == CATEGORY).sort("question_id", "product_key")
    mine = mine.unique("question_id", keep="first", maintain_order=True).join(
        paths.select("product_key", "category_path"), on="product_key"
    )
    under = paths.join(mine.select("category_path").unique(), on="category_path", how="semi")
    never = _categories(refused, under).select("category_path", "value").unique()
    known = pl.concat([_proposed(_categories(proposed, under)), _meant(under), _named(under)])
    best = known.unique(["category_path", "value"], keep="first", maintain_order=True)
    found = mine.select("product_key", "attribute", "category_path", pl.col("value").alias("own")).join(
        best.join(never, on=["category_path", "value"], how="anti"), on="category_path"
    )
    own = proposed.select("product_key", "attribute", "value")
    others = found.filter(pl.col("value") != pl.col("own")).join(own, on=own.columns, how="anti")
    ordered = others.sort("product_key", "rank", pl.col("weight").neg(), "value")
    return ordered.group_by("product_key", maintain_order=True).head(OTHERS).select(
        "product_key", "attribute", "value", pl.lit(None, pl.String).alias("unit"), "confidence", "method",
        "model_version", "evidence", "source",
    )  # fmt: skip


def _categories(proposals: pl.DataFrame, under: pl.DataFrame) -> pl.DataFrame:
    """The category proposals of products under the paths, with category_path."""
    named = proposals.filter(pl.col("attribute") == CATEGORY)
    return named.join(under.select("product_key", "category_path"), on="product_key")


def _proposed(rows: pl.DataFrame) -> pl.DataFrame:
    """What is proposed for other products under the path, the surest for each category."""
    first = rows.sort("category_path", "value", pl.col("confidence").neg(), "product_key", "method", "model_version")
    once = first.unique(["category_path", "value"], keep="first", maintain_order=True)
    return once.select(
        "category_path", "value", "confidence", "method", "model_version", "evidence", "source",
        pl.lit(0).alias("rank"), pl.col("confidence").alias("weight"),
    )  # fmt: skip


def _meant(under: pl.DataFrame) -> pl.DataFrame:
    """What the path is an alias of."""
    meant = by_paths(under["category_path"].unique().sort()).rename({"category": "value"})
    return meant.select("category_path", "value", *_unsaid("category_path"), *_ranked(1, pl.lit(0.0)))


def _named(under: pl.DataFrame) -> pl.DataFrame:
    """What words of names under the path point to; what more names point to weighs more."""
    some = under.drop_nulls("name").sort("product_key").group_by("category_path", maintain_order=True).head(LOOKED_AT)
    texts = some.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
    found = by_names(texts.select("row", "name")).filter(pl.col("score") >= DIVIDED_FROM * pl.col("best"))
    counted = found.join(texts.select("row", "category_path"), on="row").sort("row", "category")
    grouped = counted.group_by("category_path", pl.col("category").alias("value"), maintain_order=True).agg(
        pl.col("words").first(), pl.len().cast(pl.Float64).alias("weight")
    )
    return grouped.select("category_path", "value", *_unsaid("words"), *_ranked(2, pl.col("weight")))


def _unsaid(evidence: str) -> list[pl.Expr]:
    """The columns of a candidate of which nobody has said how sure it is."""
    return [
        pl.lit(None, pl.Float64).alias("confidence"), pl.lit("rule").alias("method"),
        pl.lit(None, pl.String).alias("model_version"), pl.col(evidence).alias("evidence"),
        pl.lit(None, pl.String).alias("source"),
    ]  # fmt: skip


def _ranked(rank: int, weight: pl.Expr) -> list[pl.Expr]:
    return [pl.lit(rank).alias("rank"), weight.alias("weight")]


def _one_line(name: str) -> pl.Expr:
    return pl.col(name).str.replace_all(r"\s+", " ").str.strip_chars()
