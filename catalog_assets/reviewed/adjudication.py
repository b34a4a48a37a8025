"""When people's words on a question are settled: enough people, and they agree, or a later one has settled it.

Belongs here: reading the journal of decisions as words on questions. Does not belong here: which questions are audits
(`drawing.py`), and the journal itself (`resources/review`).

What counts is whether the proposed value is right: who refuses it and who puts another in its place say the same. So
nothing that is wrong is left out because people differ about what would be right.
"""

import polars as pl

from catalog_assets.vocabulary.columns import MOMENT
from catalog_assets.vocabulary.verdicts import AFFIRMED

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


def name_of(annotator: pl.Expr) -> pl.Expr:
    """Who is meant: names that differ in case or in spaces around them are one person."""
    return annotator.str.strip_chars().str.to_lowercase()


def adjudicated(history: pl.DataFrame, people: int) -> pl.DataFrame:
    """ADJUDICATED, by question_id. history: every decision (shape: DECISIONS of `resources/review/protocol`).

    Settled is a question on which at least `people` different people have said the same last, or of which the last word
    is by somebody who came after so many others. For one person the last word is enough. An undo takes back all words
    before it.
    """
    person = name_of(pl.col("annotator")).alias("person")
    undone = pl.col("sequence").filter(pl.col("verdict") == "undo").max().over("question_id").fill_null(-1)
    begun = history.group_by("question_id").agg(pl.col("decided_at").min().alias("begun_at"))
    words = history.with_columns(person).filter(pl.col("sequence") > undone)
    last = pl.col("verdict", "decided_at", "sequence").sort_by("sequence").last()
    each = words.group_by("question_id", "person").agg(pl.col("sequence").min().alias("came"), last)
    author = pl.col("came").sort_by("sequence").last()
    told = each.with_columns((pl.col("verdict") == AFFIRMED[0]).alias("is_right")).group_by("question_id").agg(
        pl.col("is_right").sort_by("sequence").last(), pl.len().alias("people"),
        (pl.col("is_right").n_unique() == 1).alias("agreed"), ((pl.col("came") < author).sum() >= people).alias("late"),
        pl.col("decided_at").sort_by("sequence").last().alias("said_at"), pl.col("sequence").max(),
    )  # fmt: skip
    standing = (
        pl.when(pl.col("people") < people).then(pl.lit(UNSETTLED))
        .when(pl.col("agreed") | pl.col("late") | pl.lit(people == 1)).then(pl.lit(SETTLED))
        .otherwise(pl.lit(DISPUTED)).alias("standing")
    )  # fmt: skip
    joined = told.with_columns(standing).join(begun, on="question_id")
    return joined.select(pl.col(name).cast(dtype) for name, dtype in ADJUDICATED.items()).sort("question_id")
