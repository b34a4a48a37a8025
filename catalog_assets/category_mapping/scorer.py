"""A learned scorer: of a path's candidates the probability that each is the right node.

Belongs here: training and scoring. Does not belong here: features (`features.py`), making the probability honest
(`calibration.py`), and the release that keeps all of it (`release.py`).

Boosted trees (XGBoost, Chen and Guestrin, KDD 2016) under the listwise top-one loss (ListNet: Cao et al., ICML 2007):
the scores of a path's candidates go through a softmax together, so that the candidates compete and their probabilities
add up to one. Several seeds are averaged.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import xgboost as xgb
from numpy.typing import NDArray

from catalog_assets.boosted import grown
from catalog_assets.category_mapping.features import FEATURES

SEEDS = (1, 2, 3)
ROUNDS = 200
SETTINGS: dict[str, Any] = {
    "eta": 0.1, "max_depth": 3, "min_child_weight": 3, "subsample": 0.8, "colsample_bytree": 0.5, "lambda": 2.0,
    "base_score": 0.0, "tree_method": "hist", "nthread": 1, "verbosity": 0,
}  # fmt: skip
LEAST_HESSIAN = 1e-6

Array = NDArray[np.float64]


def train(told: pl.DataFrame, is_right: pl.Series) -> tuple[str, ...]:
    """Trees as JSON, one text a seed. told: row and FEATURES, rows of a path together; is_right: Boolean, row by row.

    A path none of whose candidates is right teaches nothing. The same rows give the same trees.
    """
    begins, sizes = _groups(told["row"])
    right = is_right.cast(pl.Float64).to_numpy()
    rows = xgb.DMatrix(told.select(FEATURES).to_numpy(), right)
    return tuple(
        xgb.train({**SETTINGS, "seed": seed}, rows, ROUNDS, obj=_top_one(right, begins, sizes))
        .save_raw("json")
        .decode()
        for seed in SEEDS
    )


def _top_one(right: Array, begins: NDArray[np.int64], sizes: NDArray[np.int64]) -> Callable[..., tuple[Array, Array]]:
    """Gradient and (diagonal) Hessian of the top-one loss."""
    teaches = np.repeat(np.add.reduceat(right, begins) > 0, sizes)

    def objective(margin: Array, _: xgb.DMatrix) -> tuple[Array, Array]:
        said = _softmax(margin.ravel(), begins, sizes)
        return np.where(teaches, said - right, 0.0), np.maximum(
            np.where(teaches, said * (1 - said), 0.0), LEAST_HESSIAN
        )

    return objective


def probability(told: pl.DataFrame, trees: tuple[str, ...]) -> pl.Series:
    """Of each candidate the probability that it is its path's node (Float64); those of a path add up to one.

    told: row and FEATURES, rows of a path together.
    """
    if told.is_empty():
        return pl.Series("probability", [], dtype=pl.Float64)
    begins, sizes = _groups(told["row"])
    numbers = told.select(FEATURES).to_numpy()
    margins = [grown(text).inplace_predict(numbers, predict_type="margin") for text in trees]
    mean = np.asarray(np.mean(margins, axis=0), dtype=np.float64)
    return pl.Series("probability", _softmax(mean, begins, sizes))


def _groups(rows: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each path begins, and how many candidates it has."""
    runs = rows.rle().struct.field("len").cast(pl.Int64).to_numpy()
    return np.concatenate([[0], np.cumsum(runs)[:-1]]).astype(np.int64), runs


def _softmax(margin: Array, begins: NDArray[np.int64], sizes: NDArray[np.int64]) -> Array:
    raised = np.exp(margin - np.repeat(np.maximum.reduceat(margin, begins), sizes))
    told: Array = raised / np.repeat(np.add.reduceat(raised, begins), sizes)
    return told
