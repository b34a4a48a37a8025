"""What people decided, as cases that say how sure the choice was and whether it was right.

Belongs here: reading them from the lake and the review store. Does not belong here: what is learned from them
(`acceptance.py`).
"""

import polars as pl

from catalog_assets.certainty.estimate import Estimate, estimate
from catalog_assets.reviewed import transform
from catalog_assets.reviewed.acceptance import CASES, Flat, drawn
from catalog_assets.reviewed.stage import policy_for
from catalog_assets.stages import World, marks
from catalog_assets.vocabulary.verdicts import AFFIRMED
from resources.review.protocol import DECISIONS

KINDS = ("attribute", "category", "description")
NOBODY = DECISIONS.to_frame()


def decided_cases(world: World) -> pl.DataFrame:
    """CASES: each decided question once, as the choice of the last day on which it was the one proposed first."""
    said = world.review.cases().filter(pl.col("asked_kind").is_in(KINDS))
    days = marks(world, ["enriched_products"]).filter("balanced")["day"].sort().to_list() if said.height else []
    found = [_of_day(world, day, said["question_id"]) for day in days]
    chosen = pl.concat([CASES.to_frame().drop("is_right"), *found])
    last = chosen.unique("question_id", keep="last", maintain_order=True)
    right = said.select("question_id", (pl.col("verdict") == AFFIRMED[0]).alias("is_right"))
    return last.join(right, on="question_id").select(CASES.names()).sort("question_id")


def audited_accuracy(world: World, share: float, confidence: float) -> dict[str, Estimate]:
    """Of accepted values how many are right, in all ("*") and by attribute, by what was drawn at random and decided;
    accepted by the rule that is in force now."""
    last = marks(world, ["enriched_products"]).filter("balanced")["day"].sort().to_list()[-1:]
    cases = decided_cases(world).filter(drawn(pl.col("question_id"), share))
    taken = policy_for(world, last[0]).judged(cases).filter("sure") if last else cases.clear()
    counted = taken.group_by("attribute").agg(pl.col("is_right").sum(), pl.len()).sort("attribute")
    whole = [("*", int(taken["is_right"].sum()), taken.height)]
    return {name: estimate(int(right), int(size), confidence) for name, right, size in (*whole, *counted.iter_rows())}


def _of_day(world: World, day: object, decided: pl.Series) -> pl.DataFrame:
    """CASES but is_right: the day's choices among decided questions, as if nobody had decided."""
    matched = world.lake.read("matched_products", day=day)  # type: ignore[arg-type]
    attributes = world.lake.read("enriched_attributes", day=day)  # type: ignore[arg-type]
    described = world.lake.read("enriched_products", day=day)  # type: ignore[arg-type]
    proposed = transform.proposals(attributes, described, matched)
    concerned = proposed.filter(pl.col("question_id").is_in(decided.implode())).select(*transform.UNIT).unique()
    chosen = transform.choose(proposed.join(concerned, on=list(transform.UNIT), how="semi"), NOBODY, Flat(1.0))
    mine = chosen.filter(pl.col("question_id").is_in(decided.implode()))
    return mine.select("question_id", "attribute", "method", pl.col("confidence").cast(pl.Float64))
