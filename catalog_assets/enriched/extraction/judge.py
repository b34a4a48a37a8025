"""A learned judge: of a candidate the probability that it is right.

Belongs here: training and scoring. Does not belong here: features (`spans.py`), and making the probability honest
(`catalog_assets/certainty`).

A chain spreads its probability over all spans that overlap; the judge sees how a string stands among its rivals.
Boosted trees (XGBoost, Chen and Guestrin, KDD 2016); several seeds are averaged.
"""

from typing import Any

import numpy as np
import polars as pl

from catalog_assets.boosted import grown
from catalog_assets.enriched.extraction.spans import FEATURES

SEEDS = 2
ROUNDS = 250
SETTINGS: dict[str, Any] = {
    "objective": "binary:logistic", "eta": 0.05, "max_depth": 5, "min_child_weight": 3, "subsample": 0.8,
    "colsample_bytree": 0.4, "lambda": 2.0, "tree_method": "hist", "nthread": 1, "verbosity": 0,
}  # fmt: skip


def train(told: pl.DataFrame, is_right: pl.Series, seed: int) -> tuple[str, ...]:
    """Trees as JSON, one text a seed. told: FEATURES; is_right: Boolean. The same rows give the same trees."""
    import xgboost as xgb  # late: it takes a second, and most runs extract nothing

    rows = xgb.DMatrix(told.select(FEATURES).to_numpy(), is_right.cast(pl.Float32).to_numpy())
    seeds = range(seed, seed + SEEDS)
    return tuple(xgb.train({**SETTINGS, "seed": each}, rows, ROUNDS).save_raw("json").decode() for each in seeds)


def probability(told: pl.DataFrame, trees: tuple[str, ...]) -> pl.Series:
    """Of each row of FEATURES the probability of being right (Float64, 0 to 1)."""
    if told.is_empty():
        return pl.Series("probability", [], dtype=pl.Float64)
    numbers = told.select(FEATURES).to_numpy()
    said = [grown(text).inplace_predict(numbers) for text in trees]
    return pl.Series("probability", np.mean(said, axis=0, dtype=np.float64))
