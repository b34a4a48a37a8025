"""Pairs of brands that may be one brand in two spellings, as questions for people.

Belongs here: which pairs are asked about, what such a question says, and what its answer teaches. Does not belong here:
what is learned from all answers (`standardized/spellings.py`), and spellings that differ in large and small letters
alone, which nobody is asked about.

Two signs make a pair: shops that offer one product state different brands, or two brands are the same letters and
digits, legal forms aside ("Acme GmbH", "ACME-"). One answer serves all products of the brand.
"""

from collections.abc import Mapping

import polars as pl

from catalog_assets.digests import digest
from catalog_assets.standardized.spellings import LEGAL, by_case, rank
from catalog_assets.vocabulary.verdicts import AFFIRMED

KIND = "brand"
FIELD = "brand"
VERSION = "1"
SAME_PRODUCT, SAME_LETTERS = 0.5, 0.9
"""How sure the two signs make us, until decided cases tell: of one product two shops often name maker and line."""
MEANT = pl.Schema(dict.fromkeys(("one", "other", "spelling", "name"), pl.String()))
"""Of two brands, as they are found, which may be a spelling of which name."""


def questions(table: pl.DataFrame, brands: pl.Series) -> pl.DataFrame:
    """What to ask a person about a day's brands, in the shape of `ASKED` of the review store.

    table: the day's MATCHED_PRODUCTS (product_key, status, name, brand, description, image_url, offers, conflicts);
    brands: all that stand in offers, with repetitions or without.
    """
    live = table.filter(pl.col("status") == "live")
    pairs = pl.concat([_of_products(live), _of_letters(live, brands)])
    both = ["one", "other"]
    meant = _directed(pairs.select(both).unique(), by_case(brands)).with_columns(question_id().alias("question_id"))
    asked = (
        pairs.join(meant, on=both)
        .sort("product_key", "question_id", "confidence", descending=[False, False, True])
        .unique(["product_key", "question_id"], keep="first", maintain_order=True)
    )
    shown = live.select(
        "product_key", pl.col("name").alias("product"), pl.col("image_url").alias("image"),
        pl.col("offers").list.len().clip(1).cast(pl.Float64).alias("popularity"),
    )  # fmt: skip
    none = pl.lit(None, pl.String)
    stated = pl.concat_str(pl.lit("Brand as stated: "), "spelling")
    return asked.join(shown, on="product_key").select(
        "question_id", "product_key", pl.lit(KIND).alias("kind"), pl.lit(FIELD).alias("attribute"),
        pl.col("name").alias("value"), none.alias("unit"), "confidence", pl.lit("rule").alias("method"),
        pl.lit(VERSION).alias("model_version"), pl.col("spelling").alias("evidence"), pl.col("product").alias("name"),
        pl.concat_str([stated, pl.col("product")], separator="\n", ignore_nulls=True).alias("context"),
        none.alias("options"), "image", "popularity",
    )  # fmt: skip


def question_id() -> pl.Expr:
    """The id of the question whether a spelling means a brand. Columns: spelling, name."""
    return digest(pl.lit(KIND), pl.col("spelling").str.to_lowercase(), pl.col("name"))


def not_decided_otherwise(asked: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """The questions but those that people decided when one of the two was written in other letters, large or small, or
    when the other was the name: a brand that comes later may change which is. asked: `questions`; cases: CASES of the
    review store."""
    mine = cases.filter(pl.col("asked_kind") == KIND).select(
        *_unordered("asked_evidence", "asked_value"), "question_id"
    )
    now = asked.select(*_unordered("evidence", "value"), "question_id").unique()
    both = now.join(mine, on=["first", "second"], suffix="_decided")
    itself = both.filter(pl.col("question_id") == pl.col("question_id_decided"))
    return asked.join(both.join(itself, on="question_id", how="anti"), on="question_id", how="anti")


def _unordered(one: str, other: str) -> list[pl.Expr]:
    """Two brands in small letters, first and second."""
    sides = [pl.col(name).str.to_lowercase() for name in (one, other)]
    return [pl.min_horizontal(sides).alias("first"), pl.max_horizontal(sides).alias("second")]


def said(cases: pl.DataFrame) -> pl.DataFrame:
    """What decisions on such questions say (`standardized.spellings.SAID`): a spelling that was refused says nothing.

    cases: CASES of the review store.
    """
    affirmed = cases.filter(pl.col("asked_kind") == KIND, pl.col("verdict").is_in(AFFIRMED))
    name = pl.when(pl.col("verdict") == "accept").then("asked_value").otherwise("value")
    return affirmed.select(pl.col("asked_evidence").alias("spelling"), name.alias("name"), "annotator", "sequence")


def _of_products(live: pl.DataFrame) -> pl.DataFrame:
    """product_key, one, other, confidence: of products of which shops state different brands."""
    each = (
        live.select("product_key", "brand", "conflicts")
        .filter(pl.col("conflicts").list.len() > 0)
        .explode("conflicts")
        .unnest("conflicts")
        .filter(pl.col("field") == FIELD)
        .select("product_key", pl.col("brand").alias("one"), pl.col("value").alias("other"))
        .drop_nulls()
    )
    return each.with_columns(pl.lit(SAME_PRODUCT).alias("confidence"))


def _of_letters(live: pl.DataFrame, brands: pl.Series) -> pl.DataFrame:
    """product_key, one, other, confidence: of brands with the same letters, for the day's products of either; of three
    spellings two pairs."""
    every = brands.drop_nulls().unique().alias("brand").to_frame().with_columns(_letters(pl.col("brand")))
    several = every.filter(
        pl.col("letters") != "", pl.col("brand").str.to_lowercase().n_unique().over("letters") > 1
    ).sort("letters", *rank(pl.col("brand")))
    pairs = several.with_columns(pl.col("brand").first().over("letters").alias("one")).filter(
        pl.col("brand") != pl.col("one")
    )
    both = pl.concat(
        [pairs.select("one", pl.col("brand").alias("other"), pl.col(side).alias("brand")) for side in ("one", "brand")]
    )
    found = live.select("product_key", "brand").join(both, on="brand").select("product_key", "one", "other")
    return found.with_columns(pl.lit(SAME_LETTERS).alias("confidence"))


def _letters(brand: pl.Expr) -> pl.Expr:
    """Letters and digits without legal forms at the end, in lower case."""
    bare = brand.str.replace(LEGAL, "").str.replace(LEGAL, "")
    return bare.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "").alias("letters")


def _directed(pairs: pl.DataFrame, spelled: Mapping[str, str]) -> pl.DataFrame:
    """MEANT: which of the two is the name does not depend on who states it. pairs: one, other, distinct; spelled:
    `by_case`, for nobody is asked about one pair in large letters and in small ones."""
    of_case = [
        pl.coalesce(pl.col(side).str.to_lowercase().replace_strict(spelled, default=None, return_dtype=pl.String), side)
        for side in ("one", "other")
    ]
    alike = pairs.with_columns(each.alias(f"{side}_alike") for each, side in zip(of_case, pairs.columns, strict=True))
    differing = pl.col("one_alike").str.to_lowercase() != pl.col("other_alike").str.to_lowercase()
    numbered = alike.filter(differing).with_row_index("pair")
    sides = pl.concat([numbered.select("pair", pl.col(f"{side}_alike").alias("brand")) for side in pairs.columns])
    ordered = sides.sort("pair", *rank(pl.col("brand"))).group_by("pair", maintain_order=True)
    told = ordered.agg(pl.col("brand").first().alias("name"), pl.col("brand").last().alias("spelling"))
    named = numbered.join(told, on="pair")
    return named.select(pl.col(column).cast(dtype) for column, dtype in MEANT.items())
