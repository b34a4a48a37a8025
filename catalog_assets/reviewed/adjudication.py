"""When people's words on a question are settled: enough people, and they agree, or a later one has settled it.

Belongs here: reading the journal of decisions as words on questions. Does not belong here: which questions are audits
(`drawing.py`), and the journal itself (`resources/review`).

What counts is whether the proposed value is right: who refuses it and who puts another in its place say the same. So
nothing that is wrong is left out because people differ about what would be right.
"""

import polars as pl

from catalog_assets.consensus.standing import EXCLUDED, last_words
from catalog_assets.vocabulary.columns import MOMENT

SETTLED, UNSETTLED, DISPUTED = "settled", "unsettled", "disputed"
"""Of a question: its answer stands; too few people have said something; they do not agree."""
ADJUDICATED = pl.Schema(
    {
        "question_id": pl.String(), "is_right": pl.Boolean(), "standing": pl.String(), "people": pl.UInt32(),
        "begun_at": MOMENT, "said_at": MOMENT, "sequence": pl.Int64(),
    }
)  # fmt: skip
"""One row a question with a decision in force: whether the proposed value is right by the last word, its standing, how
many people have a word in it; when the first and the last word was said, and the last one's place in the journal."""


def adjudicated(history: pl.DataFrame, people: int, excluded: pl.DataFrame | None = None) -> pl.DataFrame:
    """ADJUDICATED, by question_id. history: every word (shape: HISTORY of `resources/review/protocol`); excluded: whose
    words do not count (EXCLUDED of `resources/review/standing`).

    Settled is a question on which at least `people` different people have said the same last, or of which the last word
    is by somebody who came after so many others, or by a lead to settle it. For one person the last word is enough.
    Which words count, and what an undo takes back, is as for what stands: `standing.last_words`.
    """
    words = history.with_columns(pl.lit(None, pl.Float64).alias("asked_confidence"))
    moments = history.select("sequence", "decided_at")
    each = last_words(words, EXCLUDED.to_frame() if excluded is None else excluded).join(moments, on="sequence")
    begun = history.group_by("question_id").agg(pl.col("decided_at").min().alias("begun_at"))
    # Who said something to settle stands above whoever came later.
    told = each.group_by("question_id").agg(
        pl.col("right").sort_by("settled", "sequence", nulls_last=False).last().alias("is_right"),
        pl.len().alias("people"),
        (pl.col("right").n_unique() == 1).alias("agreed"),
        ((pl.col("came") < pl.col("came").sort_by("sequence").last()).sum() >= people).alias("late"),
        pl.col("settled").is_not_null().any().alias("ended"),
        pl.col("decided_at").sort_by("sequence").last().alias("said_at"),
        pl.col("sequence").max(),
    )
    standing = (
        pl.when("ended").then(pl.lit(SETTLED))
        .when(pl.col("people") < people).then(pl.lit(UNSETTLED))
        .when(pl.col("agreed") | pl.col("late") | pl.lit(people == 1)).then(pl.lit(SETTLED))
        .otherwise(pl.lit(DISPUTED)).alias("standing")
    )  # fmt: skip
    joined = told.with_columns(standing).join(begun, on="question_id")
    return joined.select(pl.col(name).cast(dtype) for name, dtype in ADJUDICATED.items()).sort("question_id")
