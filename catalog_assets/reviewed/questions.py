"""What people are asked about a day's values, and what they are shown with it.

Belongs here: which values become questions, and the facts of each. Does not belong here: which value wins
(`transform.py`), and who is asked what and when (`resources/review`).
"""

from dataclasses import dataclass

import polars as pl

from catalog_assets.drawing import drawn
from catalog_assets.reviewed.acceptance import Policy
from catalog_assets.reviewed.known_paths import Known
from catalog_assets.reviewed.shown_paths import other_categories, path_lines

UNIT = ("product_key", "attribute")
OWN_KIND = ("category", "description")
"""Attributes that are a kind of question of their own."""
_CANDIDATE = ("value", "unit", "confidence", "method", "model_version", "evidence", "source")
_TEXT = 500
"""Characters of a description that are shown around a value."""
DOUBT, AUDIT, DECIDED = "doubt", "audit", "decided"


@dataclass(frozen=True)
class Asking:
    """By what questions are made. options: attribute, options (JSON list of allowed values); policy: the release in
    force; audited: the share of accepted values that is asked about."""

    options: pl.DataFrame
    policy: Policy
    audited: float = 0.0


def questions(
    chosen: pl.DataFrame, proposed: pl.DataFrame, known: Known, matched: pl.DataFrame, asking: Asking
) -> pl.DataFrame:
    """The day's questions (shape: ASKED of `resources/review/protocol`): what is pending, what people decided already,
    so that it can be changed, and a random share of what is accepted, to see whether it is right."""
    wanted = _wanted(chosen, known, asking.audited)
    rows = proposed.join(wanted, on="question_id")
    paths = matched.select("product_key", "name", "category_path")
    with_all = _with_candidates(asking.policy.calibrated(rows), proposed, known, asking.policy, paths)
    asked = with_all.join(known.elsewhere, on="question_id", how="left").with_columns(
        pl.coalesce("asked_id", "question_id").alias("question_id"), pl.coalesce("asked_value", "value").alias("value")
    )
    kind = pl.when(pl.col("attribute").is_in(OWN_KIND)).then(pl.col("attribute")).otherwise(pl.lit("attribute"))
    of_products = asked.join(_products(matched), on="product_key", how="left")
    # A decision about a category is one about the supplier's path: it must be seen, and what else is filed there.
    # Where there is none, an empty line: what the supplier writes must not stand where the page reads our lines.
    of_category = pl.when(pl.col("attribute") == "category").then(pl.lit("\n")).otherwise(pl.lit(""))
    seen = pl.coalesce("path_lines", of_category)
    return (
        of_products.join(path_lines(of_products), on="question_id", how="left")
        .join(asking.options, on="attribute", how="left")
        .select(
            "question_id", "product_key", kind.alias("kind"), "attribute", "value", "unit", "confidence", "method",
            "model_version", "evidence", "name", pl.concat_str(seen, "context").alias("context"), "options",
            "candidates", "image", "why", "popularity",
        )
        .sort("question_id", "product_key", "method", "model_version")
        .unique(["question_id", "product_key"], keep="first", maintain_order=True)
    )  # fmt: skip


def _wanted(chosen: pl.DataFrame, known: Known, audited: float) -> pl.DataFrame:
    """question_id, why. What is drawn stays an audit once it is decided: more than one person may be wanted for it."""
    is_drawn = drawn(pl.col("question_id"), audited)
    why = pl.when(is_drawn).then(pl.lit(AUDIT)).otherwise(pl.lit(DECIDED)).alias("why")
    decided = known.decisions.select("question_id", why).unique("question_id")
    pending = pl.col("state") == "pending"
    doubted = chosen.filter(pending).select("question_id", pl.lit(DOUBT).alias("why"))
    asked = (pl.col("method") != "pin") & ~is_own_text() & is_drawn
    accepted = chosen.filter((pl.col("state") == "accepted") & asked)
    both = pl.concat([doubted, accepted.select("question_id", pl.lit(AUDIT).alias("why"))]).drop_nulls("question_id")
    undecided = both.join(decided, on="question_id", how="anti").unique(
        "question_id", keep="first", maintain_order=True
    )
    return pl.concat([decided, undecided])


def is_own_text() -> pl.Expr:
    """Whether a proposal is a supplier's own text as it is: it says what the supplier says, so no threshold is for it,
    and nobody could judge it by that same text."""
    return (pl.col("attribute") == "description") & (pl.col("method") == "supplier")


def _with_candidates(
    rows: pl.DataFrame, proposed: pl.DataFrame, known: Known, policy: Policy, paths: pl.DataFrame
) -> pl.DataFrame:
    """The rows with `candidates`. What a person has refused is no candidate for anything but itself, whoever proposes
    it. paths: product_key, name, category_path."""
    refused = known.decisions.filter(pl.col("verdict") == "reject").select("question_id")
    own, others = (rows.join(refused, on="question_id", how=how) for how in ("semi", "anti"))  # type: ignore[arg-type]
    never = proposed.join(refused, on="question_id", how="semi").select(*UNIT, "value", "unit").unique()
    left = proposed.join(never, on=never.columns, how="anti", nulls_equal=True)
    more = other_categories(others, left, never, paths)
    offered = pl.concat([left.select(*UNIT, *_CANDIDATE), more.select(*UNIT, *_CANDIDATE)])
    parts = ((own, proposed), (others, offered))
    return pl.concat(
        [part.join(_candidates(all_of, part, policy), on=list(UNIT), how="left") for part, all_of in parts]
    )


def _candidates(proposed: pl.DataFrame, asked: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """UNIT, candidates: all proposals for what is asked about, the surest first, as a JSON list."""
    mine = proposed.join(asked.select(*UNIT).unique(), on=list(UNIT), how="semi")
    ordered = policy.calibrated(mine).sort(
        *UNIT, pl.col("confidence").neg(), "method", "model_version", "value", nulls_last=True
    )
    one = pl.struct(_CANDIDATE).struct.json_encode().alias("one")
    listed = ordered.select(*UNIT, one).group_by(UNIT, maintain_order=True).agg("one")
    return listed.select(
        *UNIT, pl.concat_str(pl.lit("["), pl.col("one").list.join(","), pl.lit("]")).alias("candidates")
    )


def _products(matched: pl.DataFrame) -> pl.DataFrame:
    """What is shown of each product, and how much it is worth: the number of shops that offer it."""
    text = pl.concat_str("name", pl.lit("\n"), pl.col("description").fill_null("").str.head(_TEXT))
    offers = pl.col("offers").list.len().clip(1).cast(pl.Float64)
    return matched.select(
        "product_key", "name", "category_path", text.alias("context"), pl.col("image_url").alias("image"),
        offers.alias("popularity"),
    )  # fmt: skip
