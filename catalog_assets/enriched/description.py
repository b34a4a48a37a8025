"""The description of a product: the supplier's own, or one composed of nothing but known facts.

Belongs here: which facts go in, and the few words of the template. Does not belong here: finding facts. Every word of
a composed description is a word of a fact or of the template, so that it cannot say what nobody said.
"""

from collections.abc import Mapping

import polars as pl

from catalog_assets.enriched.content import description_question
from catalog_assets.vocabulary.attributes import ATTRIBUTES

DESCRIPTION_MIN = 20
LONGEST_NAME = 500
"""A longer name is no name that a description could be made of."""
LABELS: Mapping[str, str] = {
    name: {"ram": "RAM"}.get(name) or name.replace("_", " ").capitalize() for name in ATTRIBUTES
}
TEMPLATE_WORDS: frozenset[str] = frozenset({"Brand", *(word for label in LABELS.values() for word in label.split())})
"""All words that a composed description may have beside those of its facts."""


def descriptions(
    rows: pl.DataFrame, chosen: pl.DataFrame, priors: Mapping[str, float], version: str, shortest: int
) -> pl.DataFrame:
    """Description proposals, at most one a row: row, and the columns of ANSWERS but content_hash.

    rows: row and QUESTION_SCHEMA's columns. chosen: rule values (row, attribute, value, unit, confidence).
    """
    own = pl.col("description").str.strip_chars().str.len_chars() >= shortest
    stated = rows.filter(own).select(
        "row",
        "name",
        pl.col("description").alias("value"),
        pl.lit("description").alias("field"),
        pl.lit("supplier").alias("method"),
        pl.lit("supplier").alias("model_version"),
        pl.lit(priors["description stated"]).alias("confidence"),
        pl.lit("description").alias("evidence"),
    )
    missing = rows.filter(~own.fill_null(False), pl.col("name").str.len_chars() <= LONGEST_NAME)
    composed = _composed(missing, _facts(missing, chosen, priors["fact"])).select(
        "row",
        "name",
        "value",
        pl.lit("name").alias("field"),
        pl.lit("rule").alias("method"),
        pl.lit(version).alias("model_version"),
        pl.lit(priors["description composed"]).alias("confidence"),
        "evidence",
    )
    long_enough = composed.filter(pl.col("value").str.len_chars() >= shortest)
    told = [pl.lit("description").alias("attribute"), pl.lit(None, pl.String).alias("unit"), description_question()]
    return pl.concat([stated, long_enough]).with_columns(told).drop("name")


def _facts(rows: pl.DataFrame, chosen: pl.DataFrame, sure: float) -> pl.DataFrame:
    """What is known of each row, a line a fact: row, attribute, value, unit. A supplier's goes before a rule's."""
    stated = rows.select("row", "attributes").explode("attributes").drop_nulls("attributes").select(
        "row",
        pl.col("attributes").struct.field("name").alias("attribute"),
        *(pl.col("attributes").struct.field(part) for part in ("value", "unit")),
        pl.lit(0).alias("rank"),
    )  # fmt: skip
    found = chosen.filter(pl.col("confidence") >= sure).join(rows.select("row"), on="row", how="semi")
    ruled = found.select("row", "attribute", "value", "unit", pl.lit(1).alias("rank"))
    return (
        pl.concat([stated, ruled])
        .filter(pl.col("attribute").is_in(list(LABELS)), pl.col("value").is_not_null())
        .sort("row", "attribute", "rank")
        .unique(["row", "attribute"], keep="first", maintain_order=True)
    )


def _composed(rows: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """value: "<name>. Brand: <brand>. Color: Black; Storage: 256 GB."; evidence: the names of the facts.

    A name alone makes no description.
    """
    label = pl.col("attribute").replace_strict(dict(LABELS), return_dtype=pl.String)
    amount = pl.concat_str("value", pl.concat_str(pl.lit(" "), "unit"), ignore_nulls=True)
    listed = (
        facts.with_columns(pl.concat_str(label, pl.lit(": "), amount).alias("said"))
        .group_by("row", maintain_order=True)
        .agg(pl.col("said").str.join("; "), pl.col("attribute").str.join(",").alias("attributes"))
    )
    brand = pl.when(pl.col("brand").str.strip_chars() != "").then(pl.col("brand").str.strip_chars())
    sentences = [
        pl.col("name").str.strip_chars().str.strip_chars_end("."),
        pl.concat_str(pl.lit("Brand: "), brand),
        pl.col("said"),
    ]
    parts = [pl.lit("name"), pl.when(brand.is_not_null()).then(pl.lit("brand")), pl.col("facts")]
    joined = rows.select("row", "name", "brand").join(listed.rename({"attributes": "facts"}), on="row", how="left")
    more = brand.is_not_null() | pl.col("facts").is_not_null()
    return joined.filter(more).with_columns(
        (pl.concat_str(sentences, separator=". ", ignore_nulls=True) + pl.lit(".")).alias("value"),
        pl.concat_str(parts, separator=",", ignore_nulls=True).alias("evidence"),
    )
