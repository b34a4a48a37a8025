"""Which offers are compared at all: those that share a telling word or part number.

Belongs here: candidate pairs, in time that grows with the number of offers. Does not belong here: judging them.

Token blocking with the most frequent tokens purged and the best comparisons of each offer kept (Papadakis et al., "A
Survey of Blocking and Filtering Techniques for Entity Resolution", 2020: block purging and cardinality node pruning).
"""

from dataclasses import dataclass

import polars as pl

BUDGET = 20_000_000
"""Shared tokens that are looked at in one step: about half a GB."""


@dataclass(frozen=True)
class Blocking:
    """How much is compared. `best`: candidates kept for each offer, the most alike first. `most_offers`: a token of
    more offers than this tells too little to compare all of them. `least`: cosine below which two are no candidates."""

    best: int = 20
    most_offers: int = 400
    least: float = 0.0

    @property
    def usable(self) -> bool:
        """Whether these are numbers that something can be compared with."""
        counts = (self.best, self.most_offers)
        return all(type(count) is int and count > 0 for count in counts) and 0 <= float(self.least) <= 1


AT_SCALE = Blocking(best=5, most_offers=100, least=0.15)
"""Beyond MANY offers fewer are compared: rarer words, and only those that are somewhat alike."""
MANY = 100_000


def suited(offers: int) -> Blocking:
    """How much to compare among so many offers."""
    return AT_SCALE if offers > MANY else Blocking()


def candidates(of_offers: pl.DataFrame, blocking: Blocking | None = None, due: pl.Series | None = None) -> pl.DataFrame:
    """Pairs of offers of different sources: left < right (offers), alike (cosine over the telling tokens), sorted.

    of_offers: `Tokens.with_phrases`. `due`: of each offer whether its candidates are looked for (default: all). A pair
    is kept if it is among the `best` of a side that is due. Two offers of one source are never a pair: a supplier's own
    identifiers say that they are two things.
    """
    how = blocking or Blocking()
    telling = of_offers.filter(pl.col("df").is_between(2, how.most_offers)).select("offer", "source", "token", "weight",
                                                                                   "df")  # fmt: skip
    mine = telling if due is None else telling.filter(due.gather(telling["offer"]))
    found = [_shared(mine.filter(pl.col("offer").is_between(*part)), telling, how) for part in _steps(mine)]
    if not found:
        return pl.DataFrame(schema={"left": pl.UInt32, "right": pl.UInt32, "alike": pl.Float64})
    pairs = pl.concat(found)
    mirrored = pl.concat([pairs, pairs.select(pl.col("right").alias("left"), pl.col("left").alias("right"), "alike")])
    return mirrored.filter(pl.col("left") < pl.col("right")).unique(["left", "right"]).sort("left", "right")


def _steps(mine: pl.DataFrame) -> list[tuple[int, int]]:
    """Ranges of offers, each with about BUDGET shared tokens."""
    work = (
        mine.group_by("offer")
        .agg(pl.col("df").sum())
        .sort("offer")
        .with_columns((pl.col("df").cum_sum() // BUDGET).alias("step"))
    )
    ranges = work.group_by("step", maintain_order=True).agg(
        pl.col("offer").min().alias("first"), pl.col("offer").max().alias("last")
    )
    return [(int(first), int(last)) for first, last in ranges.select("first", "last").iter_rows()]


def _shared(mine: pl.DataFrame, telling: pl.DataFrame, how: Blocking) -> pl.DataFrame:
    """The best candidates of some offers among all others."""
    other = telling.drop("df").rename({"offer": "right", "source": "source_right", "weight": "weight_right"})
    met = mine.join(other, on="token").filter(pl.col("source") != pl.col("source_right"))
    summed = met.group_by(pl.col("offer").alias("left"), "right").agg(
        (pl.col("weight") * pl.col("weight_right")).sum().round(6).alias("alike")
    )
    ranked = summed.filter(pl.col("alike") >= how.least).sort("alike", "right", descending=[True, False])
    return ranked.filter(pl.int_range(pl.len()).over("left") < how.best)
