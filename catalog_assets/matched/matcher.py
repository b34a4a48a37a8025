"""A learned matcher: boosted trees over pair features, as an immutable release.

Belongs here: training, the probability of a match, and the release's bytes. Does not belong here: features
(`features.py`), what becomes of matches (`linking.py`), and where releases are kept.

XGBoost (Chen and Guestrin, KDD 2016); several seeds are averaged. A release is JSON, the trees included: to read it
runs no code of its writer.
"""

import json
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from catalog_assets.matched.blocking import Blocking
from catalog_assets.matched.features import FEATURES, WORKERS
from catalog_assets.releases import UnknownRelease, version_of

if TYPE_CHECKING:
    import xgboost as xgb

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
        boosters = [_grown(text) for text in self.trees]
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


def _grown(text: str) -> "xgb.Booster":
    import xgboost as xgb  # late: it takes a second, and most runs match without a release

    booster = xgb.Booster({"nthread": WORKERS})
    booster.load_model(bytearray(text.encode()))
    return booster


def from_bytes(data: bytes) -> Matcher:
    """Read a release. Raises UnknownRelease."""
    try:
        said = json.loads(data)
        trained_on, trees = tuple(said["features"]), tuple(str(text) for text in said["trees"])
        threshold, doubt = float(said["threshold"]), float(said["doubt"])
        blocking = Blocking(**said["blocking"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnknownRelease(f"This is no release of a matcher ({error}).") from None
    if trained_on != FEATURES:
        raise UnknownRelease("The matcher was trained on other features than this version computes; train it anew.")
    return Matcher(trees, threshold, dict(said.get("facts", {})), doubt, blocking)


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


def best_threshold(probability: pl.Series, is_match: pl.Series) -> float:
    """The threshold with the best F1 on labelled pairs that the matcher was not trained on; among equals the middle."""
    found = _ranked(probability, is_match)
    found = found.with_columns((2 * pl.col("hits") / (pl.col("taken") + is_match.sum())).alias("f1"))
    place = int(found["f1"].arg_max() or 0)
    lower = found["p"][place + 1] if place + 1 < found.height else 0.0
    return float((found["p"][place] + lower) / 2)


def precise_threshold(
    probability: pl.Series, is_match: pl.Series, precision: float = 0.99, confidence: float = 0.95, steps: int = 200
) -> float | None:
    """The lowest threshold above which matches are right at least `precision` of the time, with `confidence`; None
    where the labelled pairs (which the matcher has not seen) cannot show it.

    Thresholds are tried from the surest down, and the first that fails ends it: a fixed sequence of tests, each at the
    full level (Angelopoulos et al., "Learn then Test", 2021), each by the Clopper-Pearson bound. To begin with as many
    pairs are taken as could show it without an error (299 for 0.99).
    """
    from scipy.special import betaincinv  # late, as above

    found = _ranked(probability, is_match)
    least = math.ceil(math.log(1 - confidence) / math.log(precision))
    tried = found.filter(pl.col("taken") >= least)
    tried = tried.gather_every(max(1, tried.height // steps))
    proven = None
    for p, hits, taken in tried.select("p", "hits", "taken").iter_rows():
        if not hits or betaincinv(hits, taken - hits + 1, 1 - confidence) < precision:
            break
        proven = p
    return proven


def _ranked(probability: pl.Series, is_match: pl.Series) -> pl.DataFrame:
    """p (each once, falling), hits, taken: what a threshold at p would take, and how much of it rightly."""
    ranked = pl.DataFrame({"p": probability, "y": is_match.cast(pl.Int64)}).sort("p", descending=True)
    found = ranked.with_columns(pl.col("y").cum_sum().alias("hits"), pl.int_range(1, pl.len() + 1).alias("taken"))
    return found.group_by("p", maintain_order=True).last()
