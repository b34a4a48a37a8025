"""Whose words count when, as it follows from what leads have stated.

Belongs here: folding statements into spans. Does not belong here: stating them (`exclusions`), and what becomes of the
words (`standing`).
"""

import polars as pl

from catalog_assets.consensus.standing import EXCLUDED, name_of
from catalog_assets.vocabulary.columns import MOMENT
from resources.review.database import Session

_STATEMENTS = pl.Schema({"sequence": pl.Int64(), "person": pl.String(), "excluded": pl.Int64(), "since": MOMENT})


def excluded_in(session: Session) -> pl.DataFrame:
    """Who is excluded and when (shape: EXCLUDED), by person and since; within the caller's transaction."""
    stated = session.frame(
        "SELECT sequence, person, excluded, since FROM exclusions ORDER BY sequence", _STATEMENTS
    )  # fmt: skip
    return intervals(stated)


def intervals(stated: pl.DataFrame) -> pl.DataFrame:
    """EXCLUDED of statements (sequence, person, excluded, since): for each moment the latest statement holds whose
    `since` is not after it. The person is named as in their latest statement."""
    if stated.is_empty():  # mostly; and this is read at each click
        return EXCLUDED.to_frame()
    of_person = name_of(pl.col("person"))
    later = pl.col("since").sort_by("sequence").reverse().cum_min().reverse().shift(-1)
    standing = stated.sort("sequence").with_columns(of_person.alias("key")).with_columns(
        pl.col("person").last().over("key"), later.over("key").alias("overruled_from")
    ).filter(pl.col("overruled_from").is_null() | (pl.col("since") < pl.col("overruled_from")))  # fmt: skip
    # What is left of a person is in the order of its moments: each statement holds until the next one's.
    ends = standing.with_columns(pl.col("since").shift(-1).over("key").alias("until"))
    return (
        ends.filter(pl.col("excluded") == 1)
        .sort("key", "since")
        .select(pl.col(name).cast(dtype) for name, dtype in EXCLUDED.items())
    )
