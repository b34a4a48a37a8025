"""Whether confidences are true: of what was said to be right nine times in ten, how often it was.

Belongs here: bins of confidence with what came of them, the expected calibration error, the Brier score. Does not
belong here: where cases come from, making confidences better (`calibration.py`), and drawing (`diagram.py`).

Bins hold about equally many cases (equal mass), and cases of one confidence are never parted: so the figures do not
depend on the order of rows. Expected calibration error: Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated
Probabilities Using Bayesian Binning", AAAI 2015. Brier score: Brier, Monthly Weather Review 78, 1950. Intervals: the
exact ones of Clopper and Pearson (`estimate.py`).
"""

import polars as pl

from catalog_assets.certainty.estimate import estimate

TOLD = pl.Schema({"confidence": pl.Float64(), "is_right": pl.Boolean()})
"""Cases: how sure something was (0 to 1), and whether it was right. No nulls."""
BINNED = pl.Schema(
    {
        "least": pl.Float64(), "most": pl.Float64(), "said": pl.Float64(), "cases": pl.UInt32(), "right": pl.UInt32(),
        "share": pl.Float64(), "low": pl.Float64(), "high": pl.Float64(),
    }
)  # fmt: skip
"""A row for each bin, rising: its confidences from `least` to `most`, `said` on average; of its cases so many were
right, a share that lies between `low` and `high`."""
BINS = 15
INTERVAL = 0.95


def binned(cases: pl.DataFrame, bins: int = BINS, interval: float = INTERVAL) -> pl.DataFrame:
    """BINNED: at most `bins` rows, fewer where many cases share a confidence. cases: TOLD; interval: the confidence of
    `low` and `high`. Raises ValueError for fewer than one bin."""
    if bins < 1:
        raise ValueError(f"Cases go into at least one bin, not into {bins}.")
    place = pl.col("confidence").rank("min").cast(pl.Int64) - 1
    counted = (
        cases.select("confidence", "is_right")
        .sort("confidence")
        .group_by(place * bins // pl.len(), maintain_order=True)
        .agg(
            pl.col("confidence").min().alias("least"), pl.col("confidence").max().alias("most"),
            pl.col("confidence").mean().alias("said"), pl.len().alias("cases"),
            pl.col("is_right").sum().alias("right"),
        )
    )  # fmt: skip
    told = [estimate(right, size, interval) for right, size in counted.select("right", "cases").iter_rows()]
    return counted.with_columns(
        (pl.col("right") / pl.col("cases")).alias("share"),
        pl.Series("low", [each.low for each in told], dtype=pl.Float64),
        pl.Series("high", [each.high for each in told], dtype=pl.Float64),
    ).select(pl.col(name).cast(dtype) for name, dtype in BINNED.items())


def calibration_error(of: pl.DataFrame) -> float | None:
    """Expected calibration error, 0 to 1: how far on average what was said lies from what came. None without cases.
    of: BINNED."""
    if of.is_empty():
        return None
    gap = (pl.col("said") - pl.col("share")).abs() * pl.col("cases")
    return float(of.select(gap.sum() / pl.col("cases").sum()).item())


def brier_score(cases: pl.DataFrame) -> float | None:
    """The mean squared distance of confidences from what came, 0 (always sure and right) to 1. None without cases.
    cases: TOLD."""
    if cases.is_empty():
        return None
    return float(cases.select(((pl.col("confidence") - pl.col("is_right")) ** 2).mean()).item())
