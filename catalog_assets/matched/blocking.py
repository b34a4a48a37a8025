"""Which offers are compared at all: those that share a telling word or part number.

Belongs here: candidate pairs, in time that grows with the number of offers. Does not belong here: judging them.

Token blocking with the most frequent tokens purged and the best comparisons of each offer kept (Papadakis et al., "A
Survey of Blocking and Filtering Techniques for Entity Resolution", 2020: block purging and cardinality node pruning).
"""

import polars as pl

MOST_OFFERS = 400
"""A token of more offers than this tells too little to compare all of them."""
BUDGET = 40_000_000
"""Shared tokens that are looked at in one step: about 1 GB."""
BEST = 20
"""Candidates kept for each offer, the most alike first."""


def candidates(
    of_offers: pl.DataFrame, best: int = BEST, most_offers: int = MOST_OFFERS, least: float = 0.0
) -> pl.DataFrame:
    """Pairs of offers of different sources: left < right (offers), alike (cosine over the telling tokens), sorted.

    of_offers: `Tokens.with_phrases`. A pair is kept if it is among the `best` of either side. Two offers of one source
    are never a pair: a supplier's own identifiers say that they are two things.
    """
    telling = of_offers.filter(pl.col("df").is_between(2, most_offers)).select("offer", "source", "token", "weight")
    found = [_shared(telling, part, best, least) for part in _steps(of_offers, most_offers)]
    if not found:
        return pl.DataFrame(schema={"left": pl.UInt32, "right": pl.UInt32, "alike": pl.Float64})
    pairs = pl.concat(found)
    mirrored = pl.concat([pairs, pairs.select(pl.col("right").alias("left"), pl.col("left").alias("right"), "alike")])
    return mirrored.filter(pl.col("left") < pl.col("right")).unique(["left", "right"]).sort("left", "right")


def _steps(of_offers: pl.DataFrame, most_offers: int) -> list[tuple[int, int]]:
    """Ranges of offers, each with about BUDGET shared tokens."""
    work = (
        of_offers.filter(pl.col("df").is_between(2, most_offers))
        .group_by("offer")
        .agg(pl.col("df").sum())
        .sort("offer")
        .with_columns((pl.col("df").cum_sum() // BUDGET).alias("step"))
    )
    ranges = work.group_by("step", maintain_order=True).agg(
        pl.col("offer").min().alias("first"), pl.col("offer").max().alias("last")
    )
    return [(int(first), int(last)) for first, last in ranges.select("first", "last").iter_rows()]


def _shared(telling: pl.DataFrame, part: tuple[int, int], best: int, least: float) -> pl.DataFrame:
    """The best candidates of a range of offers among all others."""
    mine = telling.filter(pl.col("offer").is_between(*part))
    other = telling.rename({"offer": "right", "source": "source_right", "weight": "weight_right"})
    met = mine.join(other, on="token").filter(pl.col("source") != pl.col("source_right"))
    summed = met.group_by(pl.col("offer").alias("left"), "right").agg(
        (pl.col("weight") * pl.col("weight_right")).sum().round(6).alias("alike")
    )
    ranked = summed.filter(pl.col("alike") >= least).sort("alike", "right", descending=[True, False])
    return ranked.filter(pl.int_range(pl.len()).over("left") < best)
