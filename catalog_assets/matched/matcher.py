"""A learned matcher: boosted trees over pair features, as an immutable release.

Belongs here: training, the probability of a match, and the release's bytes. Does not belong here: features
(`features.py`), what becomes of matches (`linking.py`), and where releases are kept.

XGBoost (Chen and Guestrin, KDD 2016); several seeds are averaged. A release is JSON, the trees included: to read it
runs no code of its writer.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import polars as pl

from catalog_assets.boosted import checked_trees, grown
from catalog_assets.matched.blocking import Blocking
from catalog_assets.matched.features import FEATURES
from catalog_assets.releases import UnknownRelease, version_of

SEEDS = (1, 2, 3, 4, 5)
ROUNDS = 300
SETTINGS: dict[str, Any] = {
    "objective": "binary:logistic", "eta": 0.05, "max_depth": 5, "min_child_weight": 3, "subsample": 0.8,
    "colsample_bytree": 0.5, "lambda": 2.0, "tree_method": "hist", "nthread": 1, "verbosity": 0,
}  # fmt: skip
STEP = 500_000
ALWAYS_SURE = 2.0
"""A probability that no pair reaches."""


@dataclass(frozen=True)
class Matcher:
    """A trained matcher. `threshold`: the probability from which a pair is a match; `doubt`: from which a person is
    asked (default: none is). `blocking`: how the candidates are found among which it has learned to judge. `facts`:
    what it was trained on and how good it was, for people."""

    trees: tuple[str, ...]
    threshold: float
    facts: dict[str, Any] = field(default_factory=dict)
    doubt: float = ALWAYS_SURE
    blocking: Blocking = field(default_factory=Blocking)

    def probability(self, told: pl.DataFrame) -> pl.Series:
        """Of each row of features (FEATURES) the probability that its two offers are one product (Float64, 0 to 1)."""
        boosters = [grown(text) for text in self.trees]
        parts = []
        for start in range(0, max(told.height, 1), STEP):
            numbers = told[start : start + STEP].select(FEATURES).to_numpy()
            said = [booster.inplace_predict(numbers) for booster in boosters] if len(numbers) else [[]]
            parts.append(np.mean(said, axis=0, dtype=np.float64))
        return pl.Series("probability", np.concatenate(parts), dtype=pl.Float64)

    def to_bytes(self) -> bytes:
        """The release as it is kept."""
        said = {"features": FEATURES, **asdict(self)}
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()

    @property
    def version(self) -> str:
        """12 hex digits over all of the release."""
        return version_of(self.to_bytes())


def from_bytes(data: bytes) -> Matcher:
    """Read a release. Raises UnknownRelease."""
    try:
        said = json.loads(data)
        trained_on, facts = tuple(said["features"]), dict(said["facts"])
        threshold, doubt = float(said["threshold"]), float(said["doubt"])
        blocking = Blocking(**said["blocking"])
        sound = threshold > 0 and doubt >= 0 and blocking.usable
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UnknownRelease(f"This is no release of a matcher ({error}).") from None
    if not sound:
        raise UnknownRelease("The release's thresholds or its blocking are no numbers that can be used.")
    if trained_on != FEATURES:
        raise UnknownRelease("The matcher was trained on other features than this version computes; train it anew.")
    trees = checked_trees(said["trees"], len(FEATURES))
    return Matcher(trees, threshold, facts, doubt, blocking)


def train(
    told: pl.DataFrame, is_match: pl.Series, threshold: float = 0.5, facts: dict[str, Any] | None = None
) -> Matcher:
    """Learn from labelled pairs. told: FEATURES; is_match: Boolean, row by row. The same rows give the same release."""
    import xgboost as xgb

    numbers, labels = told.select(FEATURES).to_numpy(), is_match.cast(pl.Int8).to_numpy()
    rows = xgb.DMatrix(numbers, labels)
    trees = [xgb.train({**SETTINGS, "seed": seed}, rows, ROUNDS).save_raw("json").decode() for seed in SEEDS]
    return Matcher(tuple(trees), threshold, facts or {})


def unseen(told: pl.DataFrame, is_match: pl.Series, by: pl.Series, folds: int = 5) -> pl.Series:
    """Of each labelled pair the probability by a matcher that has not seen it, nor any other pair of its `by` (such as
    its left offer): honest numbers from the training pairs themselves, for choosing a threshold."""
    fold = by.hash(seed=3) % folds
    parts = []
    for number in range(folds):
        mine = (fold == number).alias("mine")
        if not mine.any():
            continue
        learned = train(told.filter(~mine), is_match.filter(~mine))
        rows = mine.arg_true()
        parts.append(pl.DataFrame({"row": rows, "probability": learned.probability(told[rows])}))
    return pl.concat(parts).sort("row")["probability"]
