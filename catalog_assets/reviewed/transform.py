"""Which proposal counts, and whether it counts without a person.

Belongs here: choosing among proposals, accepting by threshold, folding in decisions and pins. Does not belong here:
the review store (`resources/review`), what is decided about category paths (`known_paths.py`), and how people are asked
about the rest (`questions.py`).
"""

from dataclasses import dataclass

import polars as pl

from catalog_assets.contracts import Rule
from catalog_assets.reviewed.acceptance import Policy
from catalog_assets.reviewed.known_paths import Known
from catalog_assets.reviewed.questions import Asking, is_own_text, questions
from catalog_assets.sameness import bounded, same
from catalog_assets.vocabulary.columns import (
    ALTERNATIVE,
    OFFER_FIELDS,
    REVIEWED_ATTRIBUTES,
    REVIEWED_PRODUCTS,
)
from catalog_assets.vocabulary.verdicts import AFFIRMED

UNIT = ("product_key", "attribute")
PROPOSAL = [
    "product_key", "attribute", "method", "model_version", "value", "unit", "confidence", "evidence",
    "source", "product_id", "delivery_id", "record_number", "question_id",
]  # fmt: skip
"""The columns of ENRICHED_ATTRIBUTES that are reviewed; category and description are attributes among others."""
METHOD_RANK = {"supplier": 0, "rule": 1, "model": 2}
CORE_PINS = tuple(name for name in (*OFFER_FIELDS, "category") if name != "gtin")
DOUBT = 0.5
"""How much a different value takes away from the chosen one: confidence x (1 - DOUBT x the other's confidence).
A prior until calibration replaces it; with it two sources that contradict each other at 0.9 end at 0.5, a question."""

REJECTED = Rule("rejected_by_person", pl.lit(True), "A person refused this value.")


@dataclass(frozen=True)
class Reviewed:
    """attributes, products: the stage's tables but run_id. refused: proposals that a person refused.
    questions: what people are asked on this day."""

    attributes: pl.DataFrame
    products: pl.DataFrame
    refused: pl.DataFrame
    questions: pl.DataFrame


def proposal_id() -> pl.Expr:
    """Id of a proposal within its day."""
    return pl.concat_str("product_key", "attribute", "method", "model_version", separator="\x1f")


def choose(proposed: pl.DataFrame, decisions: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row for each product and attribute: REVIEWED_ATTRIBUTES' columns but day and run_id.

    decisions: those in force (question_id, verdict, value, unit, annotator, decided_at, reason, sequence). The latest
    decision that accepts or replaces wins; a refused proposal never does; else the highest confidence wins.
    """
    told = decisions.select(
        "question_id", "verdict", pl.col("value").alias("said"), pl.col("unit").alias("said_unit"),
        "annotator", "decided_at", "reason", "sequence",
    )  # fmt: skip
    known = proposed.join(told, on="question_id", how="left")
    affirmed = pl.col("verdict").is_in(AFFIRMED)
    order = pl.when(affirmed).then(0).when(pl.col("verdict").is_null()).then(1).otherwise(2)
    method = pl.col("method").replace_strict(METHOD_RANK, default=9, return_dtype=pl.Int64)
    ranked = known.with_columns(
        order.alias("order"), (pl.len().over(UNIT) > 1).alias("contested"), method.alias("method_rank")
    )
    alone = ranked.filter(~pl.col("contested")).with_columns(pl.lit([], pl.List(ALTERNATIVE)).alias("alternatives"))
    first = pl.concat([alone, _contest(ranked.filter("contested")).select(alone.columns)])
    return _judge(policy.judged(first)).sort(UNIT)


def _contest(ranked: pl.DataFrame) -> pl.DataFrame:
    """The winner of each contested attribute, in doubt by what others say, with the others as alternatives."""
    # A model speaks where nobody else does: agreeing it changes nothing, contradicting it makes a question.
    best_first = [pl.col("sequence").neg(), pl.col("method") == "model", pl.col("confidence").neg()]
    by = [pl.col("order"), *best_first, *(pl.col(name) for name in ("method_rank", "model_version", "value"))]
    ordered = ranked.sort(*UNIT, *by, nulls_last=True).with_columns(pl.int_range(pl.len()).over(UNIT).alias("rank"))
    first = ordered.filter(pl.col("rank") == 0)
    best = first.select(
        *UNIT, pl.col("value").alias("value_best"), pl.col("unit").alias("unit_best"), pl.col("order").alias("how")
    )
    rest = bounded(bounded(ordered.filter(pl.col("rank") > 0).join(best, on=UNIT)), "_best")
    other = ~(same("", "_best") & pl.col("unit").eq_missing(pl.col("unit_best")))
    fate = (
        pl.when(pl.col("verdict") == "reject").then(pl.lit("quarantined"))
        .when(pl.col("how") == 0).then(pl.lit("superseded"))
        .otherwise(pl.lit("merged")).alias("fate")
    )  # fmt: skip
    others = (
        rest.with_columns(fate)
        .group_by(UNIT, maintain_order=True)
        .agg(
            pl.struct("value", "unit", "confidence", "method", "model_version", "fate").alias("alternatives"),
            pl.col("confidence").filter(other & (pl.col("order") == 1)).max().alias("against"),
        )
    )
    doubt = 1 - DOUBT * pl.col("against").fill_null(0)
    doubted = pl.when(pl.col("order") == 1).then(pl.col("confidence") * doubt).otherwise(pl.col("confidence"))
    return first.join(others, on=UNIT, how="left").with_columns(doubted.alias("confidence"))


def _judge(rows: pl.DataFrame) -> pl.DataFrame:
    """REVIEWED_ATTRIBUTES' columns of the first of each attribute. rows: with `sure`, as a policy has judged them."""
    verdict = pl.col("verdict")
    replaced, refused = verdict == "replace", verdict == "reject"
    decided = verdict.is_not_null()
    mine = pl.struct("value", "unit", "confidence", "method", "model_version")
    superseded = pl.concat_list(
        pl.struct(*(mine.struct.field(f) for f in ("value", "unit", "confidence", "method", "model_version")),
                  pl.lit("superseded").alias("fate"))
    )  # fmt: skip
    alternatives = pl.col("alternatives").fill_null([])
    return rows.select(
        *UNIT,
        pl.when(replaced).then("said").when(refused).then(None).otherwise("value").alias("value"),
        pl.when(replaced).then("said_unit").when(refused).then(None).otherwise("unit").alias("unit"),
        pl.when(refused).then(pl.lit("rejected"))
        .when(decided | pl.col("sure") | is_own_text()).then(pl.lit("accepted"))
        .otherwise(pl.lit("pending")).alias("state"),
        pl.when(decided).then(1.0).otherwise("confidence").alias("confidence"),
        pl.when(replaced).then(pl.lit("person")).otherwise("method").alias("method"),
        pl.when(replaced).then(None).otherwise("model_version").alias("model_version"),
        pl.when(replaced).then("reason").otherwise("evidence").alias("evidence"),
        "source", "product_id", "delivery_id", "record_number", "question_id", "annotator", "decided_at",
        pl.when(replaced).then(pl.concat_list(superseded, alternatives)).otherwise(alternatives)
        .cast(pl.List(ALTERNATIVE)).alias("alternatives"),
    )  # fmt: skip


def pin(chosen: pl.DataFrame, pins: pl.DataFrame) -> pl.DataFrame:
    """Chosen values with pins in their place.

    pins: product_key, attribute, value, unit, person, reason, recorded_at.
    """
    if pins.is_empty():
        return chosen
    schema = chosen.schema
    fields = list(ALTERNATIVE.to_schema())
    overruled = chosen.join(pins.select(*UNIT), on=list(UNIT), how="semi")
    own = pl.struct(*(c for c in fields if c != "fate"), pl.lit("superseded").alias("fate"))
    proposal = ~pl.col("method").is_in(["person", "pin"]) & pl.col("value").is_not_null()
    as_list = pl.when(proposal).then(pl.concat_list(own)).otherwise(pl.lit([], pl.List(ALTERNATIVE)))
    overruled = overruled.select(*UNIT, pl.concat_list(as_list, "alternatives").alias("alternatives"))
    rows = pins.join(overruled, on=list(UNIT), how="left").with_columns(
        pl.lit("accepted").alias("state"), pl.lit(1.0).alias("confidence"), pl.lit("pin").alias("method"),
        pl.col("reason").alias("evidence"), pl.col("person").alias("annotator"),
        pl.col("recorded_at").alias("decided_at"), pl.col("alternatives").fill_null([]),
    )  # fmt: skip
    missing = [pl.lit(None, schema[name]).alias(name) for name in chosen.columns if name not in rows.columns]
    pinned = rows.with_columns(*missing).select(pl.col(name).cast(schema[name]) for name in chosen.columns)
    kept = chosen.join(pins.select(*UNIT), on=list(UNIT), how="anti")
    return pl.concat([kept, pinned]).sort(UNIT)


def refusals(proposed: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Proposals that a person refused: PROPOSAL's columns, annotator, reason."""
    refused = decisions.filter(pl.col("verdict") == "reject").select("question_id", "annotator", "reason")
    return proposed.join(refused, on="question_id")


def products(matched: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """REVIEWED_PRODUCTS' columns but day and run_id."""
    schema = REVIEWED_PRODUCTS.schema
    accepted = pl.col("state") == "accepted"
    core = pl.col("attribute").is_in([*CORE_PINS])
    counts = chosen.group_by("product_key").agg(
        *(pl.col("state").eq(state).sum().cast(pl.Int32).alias(state) for state in ("accepted", "pending", "rejected")),
        pl.col("confidence").filter(accepted).mean(),
        pl.col("decided_at").max(),
        pl.col("attribute").filter(pl.col("method") == "pin").sort().alias("pinned"),
    )
    listed = (
        chosen.filter(accepted & ~core)
        .sort(UNIT)
        .group_by("product_key", maintain_order=True)
        .agg(pl.struct(pl.col("attribute").alias("name"), "value", "unit", "method", "confidence").alias("attributes"))
    )
    category = chosen.filter(pl.col("attribute") == "category").select(
        "product_key", pl.when(accepted).then("value").alias("category"), pl.col("state").alias("category_state")
    )
    described = chosen.filter(pl.col("attribute") == "description", accepted).select(
        "product_key", pl.col("value").alias("description")
    )
    joined = matched.drop("description", "attributes", "origins", "content_hash")
    for part in (counts, listed, category, described):
        joined = joined.join(part, on="product_key", how="left")
    joined = _apply_core_pins(joined, chosen)
    whole = joined.with_columns(
        *(pl.col(name).fill_null(0) for name in ("accepted", "pending", "rejected")),
        pl.col("attributes").fill_null([]),
        pl.col("pinned").fill_null([]),
        pl.col("category_state").fill_null("missing"),
        pl.max_horizontal("known_from", "decided_at").alias("known_from"),
    )
    columns = [name for name in REVIEWED_PRODUCTS.columns if name not in ("day", "run_id")]
    return whole.select(pl.col(name).cast(schema[name]) for name in columns).sort("product_key")


def _apply_core_pins(rows: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    for name in CORE_PINS:
        pinned = chosen.filter(pl.col("method") == "pin", pl.col("attribute") == name)
        if pinned.height and name not in ("category", "description"):
            value = pinned.select("product_key", pl.col("value").cast(rows.schema[name], strict=False).alias("_pin"))
            rows = rows.join(value, on="product_key", how="left")
            rows = rows.with_columns(pl.coalesce("_pin", name).alias(name)).drop("_pin")
    return rows


def review(
    matched: pl.DataFrame, proposed: pl.DataFrame, known: Known, pins: pl.DataFrame, options: pl.DataFrame,
    policy: Policy, audited: float = 0.0,
) -> Reviewed:  # fmt: skip
    """The whole stage. matched: the day's products; proposed: PROPOSAL; known: what people said of them; pins by
    product_key; audited: the share of questions that is asked although the value is accepted."""
    mine = known.decisions.join(proposed.select("question_id").unique(), on="question_id", how="semi")
    chosen = choose(proposed, mine, policy)
    final = pin(chosen, pins)
    columns = [name for name in REVIEWED_ATTRIBUTES.columns if name not in ("day", "run_id")]
    return Reviewed(
        final.select(columns),
        products(matched, final),
        refusals(proposed, mine),
        questions(final, proposed, Known(mine, known.elsewhere), matched, Asking(options, policy, audited)),
    )


__all__ = ["PROPOSAL", "Reviewed", "choose", "pin", "products", "proposal_id", "review"]
