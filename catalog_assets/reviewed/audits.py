"""What random audits say of the values that are accepted without a person.

Belongs here: which decisions are audits, how right accepted values are by them, and when that is too little. Does not
belong here: drawing (`drawing.py`), and thresholds that follow.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from catalog_assets.certainty.estimate import enough, estimate
from catalog_assets.configuration import Audit
from catalog_assets.drawing import drawn
from catalog_assets.reviewed.acceptance import Policy
from catalog_assets.reviewed.known_paths import Known
from catalog_assets.reviewed.slices import CATEGORY
from catalog_assets.reviewed.transform import UNIT, choose
from catalog_assets.vocabulary.verdicts import AFFIRMED

DIGITS = 4


def audits(proposed: pl.DataFrame, known: Known, policy: Policy, share: float) -> pl.DataFrame:
    """question_id, attribute, is_right: what people said of values that were drawn at random and that would have been
    accepted without them; each question once. proposed: PROPOSAL of `transform.py`."""
    said = known.decisions.filter(drawn(pl.col("question_id"), share)).select("question_id", "verdict")
    mine = contenders(proposed, said)
    taken = choose(mine, known.decisions.clear(), policy).filter(pl.col("state") == "accepted")
    right = (pl.col("verdict") == AFFIRMED[0]).alias("is_right")
    found = taken.join(said, on="question_id").select("question_id", "attribute", right)
    return found.unique("question_id").sort("question_id")


def contenders(proposed: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Of proposals all that a choice among those asked about depends on: what stands against them, and the categories
    of their products. proposed: PROPOSAL of `transform.py`; asked: question_id."""
    units = proposed.join(asked, on="question_id", how="semi").select(*UNIT)
    categories = units.select("product_key", pl.lit(CATEGORY).alias("attribute"))
    return proposed.join(pl.concat([units, categories]).unique(), on=list(UNIT), how="semi")


def told_of_audits(proposed: pl.DataFrame, known: Known, policy: Policy, audit: Audit) -> dict[str, Any]:
    """The day's audits as metadata; nothing where there are none."""
    found = audits(proposed, known, policy, audit.share)
    if found.is_empty():
        return {}
    told = estimate(int(found["is_right"].sum()), found.height, audit.confidence)
    return {
        "audited": {
            "cases": told.cases, "right": told.right, "low": round(told.low, DIGITS), "high": round(told.high, DIGITS),
            "wanted": 1 - audit.error, "enough": enough(audit.error, audit.confidence),
        }
    }  # fmt: skip


def not_right_enough(details: Mapping[str, Any]) -> str:
    """A sentence where audits show that too little is right, or are many enough to show the contrary and do not."""
    told = details.get("audited")
    if not told or told["low"] >= told["wanted"]:
        return ""
    if told["high"] >= told["wanted"] and told["cases"] < told["enough"]:
        return ""
    return (
        f"Of {told['cases']:,} accepted values that were drawn at random {told['right']:,} were right: between "
        f"{told['low']:.2%} and {told['high']:.2%} of all, and {told['wanted']:.2%} is wanted. Certify thresholds "
        "anew: catalog acceptance certify."
    )
