"""A score made into a probability: beta calibration.

Belongs here: fitting on cases that the scorer has not seen, and applying. Does not belong here: scores themselves
(`scorer.py`), and from which confidence on anything is accepted.

Beta calibration (Kull, Silva Filho and Flach, AISTATS 2017): logit(confidence) = a ln(p) - b ln(1 - p) + c with
a, b >= 0, by maximum likelihood. It keeps the order of scores, and the identity is one of its members.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

EDGE = 1e-6
"""Scores are kept this far from 0 and 1."""


@dataclass(frozen=True)
class Calibration:
    """a, b, c: as above; most: no confidence is above it, for so many cases cannot vouch for more."""

    a: float = 1.0
    b: float = 1.0
    c: float = 0.0
    most: float = 1.0

    def confidence(self, score: pl.Series) -> pl.Series:
        """Of each score (0 to 1) the probability of being right (Float64)."""
        return pl.Series(
            score.name,
            np.minimum(_said(np.array([self.a, self.b, self.c]), _logs(score)), self.most),
            dtype=pl.Float64,
        )


def fit(score: pl.Series, is_right: pl.Series) -> Calibration:
    """From scores (0 to 1) and whether each was right (Boolean). `most` follows Laplace's rule of succession."""
    from scipy.optimize import minimize  # late: it takes half a second, and few runs fit anything

    if score.is_empty():
        raise ValueError("Calibration needs at least one case.")
    logs, right = _logs(score), is_right.cast(pl.Float64).to_numpy()

    def loss(at: NDArray[np.float64]) -> float:
        said = np.clip(_said(at, logs), 1e-12, 1 - 1e-12)
        likelihood = right * np.log(said) + (1 - right) * np.log(1 - said)
        # As much as one case says: without it cases that are all right have no finite best.
        return float(-likelihood.sum() + 0.5 * ((at - np.array([1.0, 1.0, 0.0])) ** 2).sum())

    found = minimize(loss, np.array([1.0, 1.0, 0.0]), method="L-BFGS-B", bounds=[(0, None), (0, None), (None, None)])
    a, b, c = (float(number) for number in found.x)
    return Calibration(a, b, c, (len(right) + 1) / (len(right) + 2))


def told(score: pl.Expr, a: pl.Expr, b: pl.Expr, c: pl.Expr, most: pl.Expr) -> pl.Expr:
    """`Calibration.confidence` with each row's own numbers, as one expression; null where one of them is."""
    p = score.cast(pl.Float64).clip(EDGE, 1 - EDGE)
    logit = a * p.log() - b * (1 - p).log() + c
    return pl.when(most.is_not_null()).then(pl.min_horizontal(1 / (1 + (-logit).exp()), most))


def _logs(score: pl.Series) -> NDArray[np.float64]:
    p = np.clip(score.cast(pl.Float64).to_numpy(), EDGE, 1 - EDGE)
    return np.column_stack([np.log(p), -np.log(1 - p)])


def _said(at: NDArray[np.float64], logs: NDArray[np.float64]) -> NDArray[np.float64]:
    told: NDArray[np.float64] = 1 / (1 + np.exp(-(logs @ at[:2] + at[2])))
    return told
