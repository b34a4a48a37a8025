"""Pairs of brands that may be one brand in two spellings, as questions for people.

Belongs here: which pairs are asked about, what such a question says, and what its answer says. Does not belong here:
what is learned from all answers (`brand_lessons.py`), and spellings that differ in large and small letters alone, which
nobody is asked about.

Two signs make a pair: shops that offer one product state different brands, or two brands are the same letters and
digits, legal forms aside ("Acme GmbH", "ACME-"). One answer serves all products of the brand. A pair is one question
for ever: in which letters the two are written, and which of them came first, plays no part.
"""

import polars as pl

from catalog_assets.digests import digest
from catalog_assets.standardized.spellings import LEGAL, by_case
from catalog_assets.vocabulary.brands import CANONICAL
from catalog_assets.vocabulary.verdicts import AFFIRMED

KIND = "brand"
FIELD = "brand"
VERSION = "1"
SAME_PRODUCT, SAME_LETTERS = 0.5, 0.9
"""How sure the two signs make us, until decided cases tell: of one product two shops often name maker and line."""
MOST = 2_000
"""Questions on brands that a day asks at most, those of most products: who writes a brand of its own on each of its
offers cannot fill the queue."""
SHOWN_NAME, SHOWN_SPELLING = "Brand: ", "Brand as stated: "
FOUND = pl.Schema(
    {"product_key": pl.String(), "one": pl.String(), "other": pl.String(), "confidence": pl.Float64()}
)  # fmt: skip
"""A product, and two brands in small letters, one and other in their order."""


def questions(table: pl.DataFrame, brands: pl.Series) -> pl.DataFrame:
    """What to ask a person about a day's brands, in the shape of `ASKED` of the review store: the MOST that concern
    most products.

    table: the day's MATCHED_PRODUCTS (product_key, status, name, brand, image_url, offers, conflicts); brands: as all
    standing offers state them.
    """
    live = table.filter(pl.col("status") == "live").with_columns(pl.col("brand").str.to_lowercase().alias("lower"))
    found = pl.concat([_of_products(live), _of_letters(live, brands)])
    pairs = _directed(found.select("one", "other").unique()).with_columns(question_id().alias("question_id"))
    pairs = _written(pairs, live, brands)
    asked = found.join(pairs, on=["one", "other"]).sort("product_key", "question_id", -pl.col("confidence"))
    asked = asked.unique(["product_key", "question_id"], keep="first", maintain_order=True)
    counted = asked.group_by("question_id").len().sort(-pl.col("len").cast(pl.Int64), "question_id").head(MOST)
    shown = live.select(
        "product_key", pl.col("name").alias("product"), pl.col("image_url").alias("image"),
        pl.col("offers").list.len().clip(1).cast(pl.Float64).alias("popularity"),
    )  # fmt: skip
    none = pl.lit(None, pl.String)
    lines = [pl.concat_str(pl.lit(SHOWN_NAME), "shown"), pl.concat_str(pl.lit(SHOWN_SPELLING), "stated"), "product"]
    return asked.join(counted, on="question_id", how="semi").join(shown, on="product_key").select(
        "question_id", "product_key", pl.lit(KIND).alias("kind"), pl.lit(FIELD).alias("attribute"),
        pl.col("name").alias("value"), none.alias("unit"), "confidence", pl.lit("rule").alias("method"),
        pl.lit(VERSION).alias("model_version"), pl.col("stated").alias("evidence"), pl.col("product").alias("name"),
        pl.concat_str(lines, separator="\n", ignore_nulls=True).alias("context"),
        none.alias("options"), "image", "popularity",
    )  # fmt: skip


def question_id() -> pl.Expr:
    """The id of the question whether a spelling means a brand. Columns: spelling, name, in small letters."""
    return digest(pl.lit(KIND), pl.col("spelling"), pl.col("name"))


def said(cases: pl.DataFrame) -> pl.DataFrame:
    """What decisions on such questions say (SAID of `brand_lessons.py`). cases: CASES of the review store."""
    mine = cases.filter(pl.col("asked_kind") == KIND)
    name = pl.when(pl.col("verdict") == "replace").then("value").otherwise("asked_value")
    spelling = pl.col("asked_evidence").str.to_lowercase().alias("spelling")
    affirmed = pl.col("verdict").is_in(AFFIRMED).alias("affirmed")
    return mine.select(spelling, name.alias("name"), affirmed, "annotator", "sequence")


def _of_products(live: pl.DataFrame) -> pl.DataFrame:
    """FOUND: products of which shops state different brands."""
    each = (
        live.select("product_key", "lower", "conflicts")
        .filter(pl.col("conflicts").list.len() > 0)
        .explode("conflicts")
        .unnest("conflicts")
        .filter(pl.col("field") == FIELD)
        .select("product_key", pl.col("lower").alias("one"), pl.col("value").str.to_lowercase().alias("other"))
    )
    return _found(each, SAME_PRODUCT)


def _of_letters(live: pl.DataFrame, brands: pl.Series) -> pl.DataFrame:
    """FOUND: brands with the same letters, for the day's products of the spelling; where it has none, for one of the
    name's. Of three spellings two pairs, so that there are never more rows than products and spellings."""
    every = brands.drop_nulls().str.to_lowercase().unique().alias("lower").to_frame().with_columns(_letters("lower"))
    several = every.filter(pl.col("letters") != "", pl.len().over("letters") > 1).sort("letters", *_order("lower"))
    pairs = several.with_columns(pl.col("lower").first().over("letters").alias("name")).filter(
        pl.col("lower") != pl.col("name")
    )
    own = live.select("product_key", "lower").join(pairs, on="lower")
    first = live.sort("product_key").unique("lower", keep="first", maintain_order=True)
    lacking = pairs.join(own, on="lower", how="anti").join(
        first.select("product_key", pl.col("lower").alias("name")), on="name"
    )
    rows = pl.concat([own.select("product_key", "lower", "name"), lacking.select("product_key", "lower", "name")])
    return _found(rows.rename({"lower": "one", "name": "other"}), SAME_LETTERS)


def _found(pairs: pl.DataFrame, confidence: float) -> pl.DataFrame:
    sides = [pl.min_horizontal("one", "other").alias("one"), pl.max_horizontal("one", "other").alias("other")]
    rows = pairs.drop_nulls().select("product_key", *sides, pl.lit(confidence).alias("confidence"))
    return rows.filter(pl.col("one") != pl.col("other")).unique().select(FOUND.names())


def _letters(brand: str) -> pl.Expr:
    """Letters with their marks and digits, without legal forms at the end."""
    bare = pl.col(brand).str.replace(LEGAL, "").str.replace(LEGAL, "")
    return bare.str.replace_all(r"[^\p{L}\p{M}\p{N}]", "").alias("letters")


def _order(lower: str) -> list[pl.Expr]:
    """Sort keys by which of two brands is the name: by the two alone, so that it stays whatever else is known."""
    known = pl.col(lower).is_in([name.lower() for name in CANONICAL.values()])
    return [~known, pl.col(lower).str.contains(LEGAL), pl.col(lower).str.len_chars(), pl.col(lower)]


def _directed(pairs: pl.DataFrame) -> pl.DataFrame:
    """one, other, spelling, name of distinct pairs: which may be a spelling of which."""
    numbered = pairs.with_row_index("pair")
    sides = pl.concat([numbered.select("pair", pl.col(side).alias("lower")) for side in ("one", "other")])
    ordered = sides.sort("pair", *_order("lower")).group_by("pair", maintain_order=True)
    told = ordered.agg(pl.col("lower").first().alias("name"), pl.col("lower").last().alias("spelling"))
    return numbered.join(told, on="pair").select("one", "other", "spelling", "name")


def _written(pairs: pl.DataFrame, live: pl.DataFrame, brands: pl.Series) -> pl.DataFrame:
    """The pairs with both as they are written: shown (the name), stated (the spelling)."""
    disputed = live.select(pl.col("conflicts").explode().struct.field("value")).to_series()
    every = pl.concat([brands.cast(pl.String), live["brand"], disputed.cast(pl.String)]).drop_nulls()
    each = every.unique().sort()
    known = dict(zip(each.str.to_lowercase(), each, strict=True)) | by_case(every)
    return pairs.with_columns(
        pl.col("name").replace(known).alias("shown"), pl.col("spelling").replace(known).alias("stated")
    )
