"""How well an extractor reads products that it has not learned from.

Belongs here: what was read beside what is right, and figures of that. Does not belong here: which products are kept
apart, and where they come from (the caller's).

How it is counted (Brinkmann, Shraga and Bizer, "ExtractGPT", 2024): a case is a product and an attribute, one value or
none is proposed for it, and it is right if it is, letter by letter, one of the right ones.
"""

import polars as pl

from catalog_assets.certainty.reliability import binned, calibration_error

JUDGED = pl.Schema(
    {
        "product": pl.UInt32(), "category": pl.String(), "attribute": pl.String(), "has_value": pl.Boolean(),
        "confidence": pl.Float64(), "is_right": pl.Boolean(),
    }
)  # fmt: skip
"""A case: whether there is a value, how sure what was proposed was (null: nothing was), and whether it was right."""
CASE = ["product", "attribute"]


def judged(texts: pl.DataFrame, values: pl.DataFrame, proposed: pl.DataFrame) -> pl.DataFrame:
    """JUDGED, sorted: each case that has a value or for which one is proposed. texts: PARTS; values: VALUES, what is
    right; proposed: READ."""
    right = values.group_by(CASE).agg(pl.col("value").str.strip_chars().alias("values"))
    both = right.join(proposed.select(*CASE, "value", "confidence"), on=CASE, how="full", coalesce=True)
    told = both.with_columns(
        pl.col("values").is_not_null().alias("has_value"),
        pl.col("value").is_in(pl.col("values")).fill_null(False).alias("is_right"),
    ).join(texts.select("product", "category").unique(), on="product")
    return told.select(pl.col(name).cast(dtype) for name, dtype in JUDGED.items()).sort(CASE)


def micro(told: pl.DataFrame, threshold: float) -> dict[str, float]:
    """Precision, recall and F1 over all cases, in percent, of what is proposed with at least that confidence. told:
    JUDGED."""
    taken = told.filter(pl.col("confidence") >= threshold)
    hits, said, there = int(taken["is_right"].sum()), taken.height, int(told["has_value"].sum())
    shares = {"precision": hits / max(said, 1), "recall": hits / max(there, 1), "f1": 2 * hits / max(said + there, 1)}
    return {name: round(100 * share, 2) for name, share in shares.items()}


def macro(told: pl.DataFrame, threshold: float) -> float:
    """Mean F1 in percent over pairs of category and attribute of which there is anything to judge. told: JUDGED."""
    taken = told.with_columns((pl.col("confidence") >= threshold).fill_null(False).alias("taken"))
    hits, said = (pl.col("taken") & pl.col("is_right")).sum(), pl.col("taken").sum()
    pairs = (
        taken.filter(pl.col("taken") | pl.col("has_value"))
        .group_by("category", "attribute", maintain_order=True)
        .agg((2 * hits / (said + pl.col("has_value").sum())).alias("f1"))
    )
    return round(100 * float(pairs["f1"].mean() or 0.0), 2)  # type: ignore[arg-type]


def calibration_percent(told: pl.DataFrame) -> float:
    """Expected calibration error in percent of all that is proposed, 0 where nothing is. told: JUDGED."""
    return round(100 * (calibration_error(binned(told.drop_nulls("confidence"))) or 0.0), 2)
