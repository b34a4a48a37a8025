"""What people decided, as cases that say how sure the choice was and whether it was right.

Belongs here: reading them from the lake and the review store. Does not belong here: what is learned from them
(`certifying.py`, `drift.py`), and when people's words are settled (`adjudication.py`).

Words are read as people said them, never weighed by a release of annotators: its consensus starts from the proposal's
own confidence, and what is to certify that confidence must not lean on it.
"""

import datetime as dt

import polars as pl

from catalog_assets.certainty.estimate import Estimate, estimate
from catalog_assets.consensus.standing import name_of
from catalog_assets.drawing import drawn
from catalog_assets.reviewed import known_paths, transform
from catalog_assets.reviewed.acceptance import CASES, MODEL, Flat
from catalog_assets.reviewed.adjudication import SETTLED, adjudicated
from catalog_assets.reviewed.audits import contenders
from catalog_assets.reviewed.slices import branch
from catalog_assets.reviewed.stage import policy_for
from catalog_assets.stages import World, marks
from resources.review.protocol import DECISIONS

KINDS = ("attribute", "category", "description")
NOBODY = DECISIONS.to_frame()
CHOSEN = ("question_id", "attribute", "method", "model_version", "source", "branch", "confidence")
"""What a case has of the choice; the rest is what people said."""


def decided_cases(world: World, share: float | None = None) -> pl.DataFrame:
    """CASES: each decided question once, as the choice of the last day on which it was the one proposed first; of all
    questions, or of the share that is drawn for audit.

    What a model proposed is a case only where people were shown the proposal of that very version. A question that was
    decided for another is not asked again, so such answers would be a sample of what models agree on.
    """
    wanted = pl.lit(True) if share is None else drawn(pl.col("question_id"), share)
    shown = world.review.cases(None).filter(wanted, pl.col("asked_kind").is_in(KINDS))
    history = world.review.history().join(shown, on="question_id", how="semi")
    said = adjudicated(history, world.catalog.audit.people, world.review.excluded())
    days = _days(world) if shown.height else []
    found = [_of_day(world, day, shown.select("question_id")) for day in days]
    last = pl.concat([CASES.to_frame().select(CHOSEN), *found]).unique("question_id", keep="last", maintain_order=True)
    own = last.join(shown, on="question_id").filter(
        (pl.col("method") != MODEL)
        | (pl.col("asked_method") == MODEL) & pl.col("asked_model_version").eq_missing(pl.col("model_version"))
    )
    return own.select(CHOSEN).join(said, on="question_id").select(CASES.names()).sort("question_id")


def audited_cases(world: World) -> pl.DataFrame:
    """CASES of questions that were drawn for audit and that people's words have settled."""
    return decided_cases(world, world.catalog.audit.share).filter(pl.col("standing") == SETTLED)


def audited_accuracy(world: World, confidence: float) -> dict[str, Estimate]:
    """Of accepted values how many are right, in all ("*") and by attribute, by what was drawn at random and settled;
    accepted by the rule that is in force now."""
    taken = _read(world, audited_cases(world)).filter("sure")
    counted = taken.group_by("attribute").agg(pl.col("is_right").sum(), pl.len()).sort("attribute")
    whole = [("*", int(taken["is_right"].sum()), taken.height)]
    return {name: estimate(int(right), int(size), confidence) for name, right, size in (*whole, *counted.iter_rows())}


def read_cases(world: World) -> pl.DataFrame:
    """`decided_cases` whose standing is settled, with their confidences as they are read now, and `sure`."""
    return _read(world, decided_cases(world).filter(pl.col("standing") == SETTLED))


def _read(world: World, cases: pl.DataFrame) -> pl.DataFrame:
    """CASES as the rule in force on the last day that is done judges them."""
    last = _days(world)[-1:]
    return policy_for(world, last[0]).judged(cases) if last else cases.with_columns(pl.lit(False).alias("sure"))


def unsettled_audits(world: World, person: str) -> pl.Series:
    """Ids of questions that are drawn for audit, stand open or are not settled, and have no word of this person."""
    is_drawn = drawn(pl.col("question_id"), world.catalog.audit.share)
    waiting = world.review.open_questions(limit=None).filter(is_drawn, pl.col("kind").is_in(KINDS))
    ours = world.review.cases(None).filter(is_drawn, pl.col("asked_kind").is_in(KINDS))
    history = world.review.history().join(ours, on="question_id", how="semi")
    standing = adjudicated(history, world.catalog.audit.people, world.review.excluded()).filter(
        pl.col("standing") != SETTLED
    )
    spoken = history.filter(name_of(pl.col("annotator")) == name_of(pl.lit(person)))
    begun = standing.join(spoken, on="question_id", how="anti")
    return pl.concat([waiting["question_id"], begun["question_id"]]).unique().sort()


def _days(world: World) -> list[dt.date]:
    return marks(world, ["enriched_products"]).filter("balanced")["day"].sort().to_list()


def _of_day(world: World, day: dt.date, decided: pl.DataFrame) -> pl.DataFrame:
    """CHOSEN of the day among decided questions, as if nobody had decided."""
    rows = world.lake.scan("enriched_attributes", day=day).select(transform.PROPOSAL)
    rows = known_paths.under_old_ids(rows, world.lake.scan("matched_products", day=day), decided)
    products = rows.join(decided.lazy(), on="question_id", how="semi").select("product_key").unique()
    proposed = contenders(rows.join(products, on="product_key", how="semi").collect(), decided)
    chosen = transform.choose(proposed, NOBODY, Flat(1.0)).with_columns(branch(), pl.col("confidence").cast(pl.Float64))
    return chosen.join(decided, on="question_id", how="semi").select(CHOSEN)
