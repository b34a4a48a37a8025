"""A model or prompt on trial against the one in use, on the same contents.

Belongs here: what the two say, and which of them is right by what people decided. Does not belong here: asking them
(`asking.py`), and when the trial takes over (one setting of the configuration).

The difference is told by the exact test of McNemar (Psychometrika 12, 1947): of the cases in which only one of the two
is right, half would be each one's if they were equally good.
"""

from dataclasses import dataclass

import polars as pl

from catalog_assets.certainty.estimate import Estimate, estimate
from catalog_assets.vocabulary.verdicts import AFFIRMED

KEY = ["content_hash", "attribute"]
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Comparison:
    """Two versions on the contents about which both were asked. `same`, `different`: values of attributes that both
    propose; `only_old`, `only_new`: that one proposes. `old`, `new`: how often each is right where people decided and
    it proposes something; `better`, `worse`: decided cases in which only the new one, or only the old one, is right;
    `chance`: of so uneven a share if both were equally good (two-sided)."""

    contents: int
    same: int
    different: int
    only_old: int
    only_new: int
    old: Estimate
    new: Estimate
    better: int
    worse: int
    chance: float

    @property
    def verdict(self) -> str:
        """What can be said of it."""
        if self.chance >= 1 - CONFIDENCE:
            return "no difference is shown"
        return "the new one is better" if self.better > self.worse else "the new one is worse"


def compare(old: pl.DataFrame, new: pl.DataFrame, contents: pl.Series, cases: pl.DataFrame) -> Comparison:
    """Compare two versions' proposals (MODEL_PROPOSALS) on `contents` (content_hash), about which both were asked.

    cases: question_id, verdict, value and asked_value of decided questions (`resources.review.protocol.CASES`).
    """
    mine = pl.DataFrame({"content_hash": contents.unique()})
    columns = [*KEY, "value", "question_id"]
    both = [each.join(mine, on="content_hash", how="semi").select(columns) for each in (old, new)]
    joined = both[0].join(both[1], on=KEY, how="full", coalesce=True, suffix="_new")
    a, b = pl.col("value"), pl.col("value_new")
    counts = joined.select(
        (a == b).sum().alias("same"), (a != b).sum().alias("different"),
        b.is_null().sum().alias("only_old"), a.is_null().sum().alias("only_new"),
    ).row(0, named=True)  # fmt: skip
    judged = _judged(joined, pl.concat(both), cases)
    told = {name: judged[f"{name}_right"].drop_nulls() for name in ("old", "new")}
    right = [pl.col(f"{name}_right").fill_null(False) for name in ("old", "new")]
    better, worse = judged.select((right[1] & ~right[0]).sum(), (right[0] & ~right[1]).sum()).row(0)
    return Comparison(
        mine.height, **counts,
        old=estimate(int(told["old"].sum()), len(told["old"]), CONFIDENCE),
        new=estimate(int(told["new"].sum()), len(told["new"]), CONFIDENCE),
        better=better, worse=worse, chance=mcnemar(better, worse),
    )  # fmt: skip


def _judged(joined: pl.DataFrame, proposals: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """What people's words say of both values: an affirmed or named value is right and every other wrong; of a refused
    one only that it is wrong."""
    said = proposals.unique().join(
        cases.select("question_id", "verdict", pl.col("value").alias("named")), on="question_id"
    )
    truth = said.with_columns(
        pl.when(pl.col("verdict") == AFFIRMED[0]).then("value").when(pl.col("verdict").is_in(AFFIRMED)).then("named")
        .alias("truth")
    )  # fmt: skip
    right = truth.drop_nulls("truth").sort(*KEY, "truth").unique(KEY, keep="first", maintain_order=True)
    wrong = truth.filter(pl.col("truth").is_null()).select(*KEY, "value", pl.lit(False).alias("refused")).unique()
    told = joined.join(right.select(*KEY, "truth"), on=KEY, how="left")
    for name, value in (("old", "value"), ("new", "value_new")):
        mine = wrong.rename({"value": value, "refused": f"{name}_refused"})
        told = told.join(mine, on=[*KEY, value], how="left").with_columns(
            pl.when(pl.col(value).is_null()).then(None)
            .when(pl.col("truth").is_not_null()).then(pl.col(value) == pl.col("truth"))
            .otherwise(f"{name}_refused").alias(f"{name}_right")
        )  # fmt: skip
    return told


def mcnemar(better: int, worse: int) -> float:
    """The two-sided chance of so uneven a share among the cases that only one of the two has right."""
    from scipy.special import bdtr  # late: it takes half a second, and few runs need it

    return 1.0 if better == worse else min(1.0, 2 * float(bdtr(min(better, worse), better + worse, 0.5)))
