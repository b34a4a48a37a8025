"""Answers about contents become proposals about products, each with the record that it was read from.

Belongs here: joining answers back to products, and what the suppliers themselves state as proposals. Does not belong
here: finding values in text (`rules.py`), and accepting anything (`reviewed/`).
"""

import polars as pl

from catalog_assets.enriched.content import attribute_question
from catalog_assets.enriched.path_mapper import from_mapper
from catalog_assets.enriched.places import PLACE, placed
from catalog_assets.enriched.protocol import Answers
from catalog_assets.sameness import said
from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.columns import ENRICHED_ATTRIBUTES, ENRICHED_PRODUCTS

PRODUCT = ["day", "product_key"]
STATED = "attributes."
"""How `origins` and `conflicts` name a field that is an attribute: this and the attribute's name."""

UNANIMOUS = {1: 0.90, 2: 0.95}
UNANIMOUS_MORE = 0.97
DISPUTED = 0.80
GOLDEN_BONUS = 0.05
"""How sure we are of what suppliers state: priors, until decided cases calibrate them.

Values that say the same (`sameness.py`) are one. With no dissent, by the number of sources known to say it; with
dissent, `DISPUTED` times the share of the sources that say it, and a little more for the value of the source that has
priority: always a question for a person.
"""


def proposals(products: pl.DataFrame, answers: Answers, mapped: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """ENRICHED_ATTRIBUTES and ENRICHED_PRODUCTS without run_id, sorted by key. products: MATCHED_PRODUCTS' columns of
    a day; mapped: what their paths are mapped to (`path_mapper.MAPPED`).

    Products that are not live get no proposals.
    """
    live = products.filter(pl.col("status") == "live")
    votes = _votes(live)
    proposed = pl.concat([_found(live, answers, mapped), _stated(live, votes), _dissenting(votes)])
    counted = proposed.group_by("product_key").agg(pl.len().cast(pl.Int64).alias("proposals"))
    columns = [name for name in ENRICHED_PRODUCTS.columns if name != "run_id"]
    enriched = live.join(counted, on="product_key", how="left").with_columns(pl.col("proposals").fill_null(0))
    return proposed.sort(*ENRICHED_ATTRIBUTES.key), enriched.select(columns).sort(*PRODUCT)


def _columns() -> list[str]:
    return [name for name in ENRICHED_ATTRIBUTES.columns if name != "run_id"]


def _found(live: pl.DataFrame, answers: Answers, mapped: pl.DataFrame) -> pl.DataFrame:
    """What enrichers answered as proposals, and a mapper's categories where none did, of the record of their text."""
    answered = live.select(*PRODUCT, "content_hash").join(answers.rows, on="content_hash")
    of_paths = from_mapper(live, answers.rows, mapped).select(answered.columns)
    return placed(pl.concat([answered, of_paths]), live).select(_columns())


def _stated(live: pl.DataFrame, votes: pl.DataFrame) -> pl.DataFrame:
    """The attributes of the golden record as proposals of the supplier that states them."""
    stated = (
        live.select(*PRODUCT, "name", pl.col("attributes").alias("stated"))
        .explode("stated")
        .drop_nulls("stated")
        .with_columns(
            pl.col("stated").struct.field("name").alias("attribute"),
            *(pl.col("stated").struct.field(part) for part in ("value", "unit")),
        )
        .with_columns(pl.concat_str(pl.lit(STATED), "attribute").alias("field"), _no_evidence())
    )
    golden = votes.filter("golden").select(*PRODUCT, "field", "confidence").unique([*PRODUCT, "field"])
    rated = stated.join(golden, on=[*PRODUCT, "field"], how="left").with_columns(
        pl.col("confidence").fill_null(UNANIMOUS[1]), pl.lit("supplier").alias("method"), attribute_question()
    )
    return placed(rated, live).with_columns(pl.col("source").alias("model_version")).select(_columns())


def _dissenting(votes: pl.DataFrame) -> pl.DataFrame:
    """What other live sources state instead: a proposal for each of them, so that a person sees who says what."""
    others = (
        votes.filter(~pl.col("golden") & (pl.col("source") != pl.col("golden_source")))
        .sort(*PRODUCT, "field", "position")
        .unique([*PRODUCT, "field", "source"], keep="first", maintain_order=True)
    )
    return others.select(
        *PRODUCT,
        *PLACE,
        "name",
        "attribute",
        "confidence",
        "value",
        "unit",
        pl.lit("supplier").alias("method"),
        pl.col("source").alias("model_version"),
        _no_evidence(),
    ).with_columns(attribute_question()).select(_columns())  # fmt: skip


def _votes(live: pl.DataFrame) -> pl.DataFrame:
    """Every listed value of an attribute on which live sources differ, and how sure we are of it.

    PRODUCT, name, field, attribute, value, unit, PLACE, position in the list, golden (says what the golden value says),
    golden_source, confidence.
    """
    field = [*PRODUCT, "field"]
    each = (
        live.select(*PRODUCT, "name", "conflicts")
        .filter(pl.col("conflicts").list.len() > 0)
        .explode("conflicts")
        .with_columns(pl.int_range(pl.len()).over(PRODUCT).alias("position"))
        .unnest("conflicts")
        .filter(pl.col("field").str.starts_with(STATED))
    )
    each = _measured(each)
    each = each.with_columns(said(each, by=[*PRODUCT, "unit"]))
    chosen = each.filter("chosen").unique(field, keep="first", maintain_order=True)
    golden = chosen.select(*field, pl.col("said").alias("golden"), pl.col("source").alias("golden_source"))
    sources = pl.col("source").n_unique()
    counted = each.join(golden, on=field, how="left").with_columns(
        pl.col("said").eq_missing(pl.col("golden")).alias("golden"),
        sources.over([*field, "said"]).alias("saying"),
        sources.over(field).cast(pl.Float64).alias("speaking"),
        pl.col("said").n_unique().over(field).alias("values"),
    )
    unanimous = pl.col("saying").replace_strict(UNANIMOUS, default=UNANIMOUS_MORE, return_dtype=pl.Float64)
    share = DISPUTED * pl.col("saying") / pl.col("speaking")
    disputed = share + pl.when("golden").then(GOLDEN_BONUS).otherwise(0.0)
    return counted.with_columns(pl.when(pl.col("values") == 1).then(unanimous).otherwise(disputed).alias("confidence"))


def _measured(listed: pl.DataFrame) -> pl.DataFrame:
    """Listed values with attribute, and value and unit apart, as attributes have them: `500 g` is 500 and g."""
    unit_of = {name: attribute.unit for name, attribute in ATTRIBUTES.items()}
    attribute = pl.col("field").str.strip_prefix(STATED)
    unit = attribute.replace_strict(unit_of, default=None, return_dtype=pl.String)
    suffix = pl.concat_str(pl.lit(" "), unit)
    measured = pl.col("value").str.ends_with(suffix).fill_null(False)
    return listed.with_columns(
        attribute.alias("attribute"),
        pl.when(measured).then(pl.col("value").str.strip_suffix(suffix)).otherwise("value").alias("value"),
        pl.when(measured).then(unit).alias("unit"),
    )


def _no_evidence() -> pl.Expr:
    """What a supplier states in a column of its feed is no word of a text: the record itself is the evidence."""
    return pl.lit(None, pl.String).alias("evidence")
