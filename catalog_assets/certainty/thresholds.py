"""From which score on something may be taken.

Belongs here: thresholds from labelled cases, by F1 or by a proven precision. Does not belong here: the scores, and what
is done below a threshold.
"""

import math

import polars as pl


def best_threshold(probability: pl.Series, is_right: pl.Series) -> float:
    """The threshold with the best F1 on labelled cases that no score was learned from; among equals the middle."""
    found = _ranked(probability, is_right)
    found = found.with_columns((2 * pl.col("hits") / (pl.col("taken") + is_right.sum())).alias("f1"))
    place = int(found["f1"].arg_max() or 0)
    lower = found["p"][place + 1] if place + 1 < found.height else 0.0
    return float((found["p"][place] + lower) / 2)


def precise_threshold(
    probability: pl.Series, is_right: pl.Series, precision: float = 0.99, confidence: float = 0.95, steps: int = 200
) -> float | None:
    """The lowest threshold above which cases are right at least `precision` of the time, with `confidence`; None
    where the labelled cases (from which the scores were not learned) cannot show it.

    Thresholds are tried from the surest down, and the first that fails ends it: a fixed sequence of tests, each at the
    full level (Angelopoulos et al., "Learn then Test", 2021), each by the Clopper-Pearson bound. To begin with as many
    cases are taken as could show it without an error (299 for 0.99).
    """
    from scipy.special import betaincinv  # late: it takes half a second, and few runs need it

    found = _ranked(probability, is_right)
    least = math.ceil(math.log(1 - confidence) / math.log(precision))
    tried = found.filter(pl.col("taken") >= least)
    tried = tried.gather_every(max(1, tried.height // steps))
    proven = None
    for p, hits, taken in tried.select("p", "hits", "taken").iter_rows():
        if not hits or betaincinv(hits, taken - hits + 1, 1 - confidence) < precision:
            break
        proven = p
    return proven


def _ranked(probability: pl.Series, is_right: pl.Series) -> pl.DataFrame:
    """p (each once, falling), hits, taken: what a threshold at p would take, and how much of it rightly."""
    ranked = pl.DataFrame({"p": probability, "y": is_right.cast(pl.Int64)}).sort("p", descending=True)
    found = ranked.with_columns(pl.col("y").cum_sum().alias("hits"), pl.int_range(1, pl.len() + 1).alias("taken"))
    return found.group_by("p", maintain_order=True).last()
