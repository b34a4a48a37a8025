"""From which confidence on values are taken without a person, so that the error among them keeps a limit.

Belongs here: thresholds with a proof, and how good a proven one still is. Does not belong here: where cases come from
(random audits: only these certify), and what is done below a threshold.

Learn then Test (Angelopoulos, Bates, Candes, Jordan and Lei, "Learn then Test: Calibrating Predictive Algorithms to
Achieve Risk Control", 2021, section 4): every threshold is a hypothesis "what it takes is wrong too often", and only
those are used that a test rejects while the chance that any is rejected wrongly stays below one minus the confidence.
Thresholds are tested from the surest down (a fixed sequence: each at the full level, the first failure ends it), from
several starting points that share the level, so that one error among the very surest does not end everything. Each test
is the exact binomial one (Clopper and Pearson 1934).

The proof asks for cases drawn at random from what will be judged, and for confidences that were learned from others.
Groups (attributes) with many cases are certified by themselves, the rest together; the level is shared among them, so
the limit holds for every group and for all of them at once. What must not be pooled (rules and each model, say) is
certified family by family with `shared_level` over the groups of all of them. A group that has too few cases to be
certified at its share takes none: sizes say nothing of what is right, so this costs nothing of the proof.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

CASES = pl.Schema({"group": pl.String(), "confidence": pl.Float64(), "is_right": pl.Boolean()})
"""Audited cases: what the value is of (an attribute), how sure it was, and whether it was right."""
CERTIFIED = pl.Schema(
    {
        "group": pl.String(), "threshold": pl.Float64(), "cases": pl.UInt32(), "taken": pl.UInt32(),
        "wrong": pl.UInt32(),
    }
)  # fmt: skip
"""A row for each group: its threshold (null: nothing is taken), its audited cases, and what of them it takes."""
REST = "*"
"""The group of all that have too few cases for a threshold of their own."""
NEVER = 2.0


@dataclass(frozen=True)
class Target:
    """At most this share of what is taken is wrong, with this confidence."""

    error: float = 0.01
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if not (0 < self.error < 1 and 0 < self.confidence < 1):
            raise ValueError(f"error and confidence lie between 0 and 1, not at {self.error} and {self.confidence}")


@dataclass(frozen=True)
class Search:
    """How thresholds are looked for. starts: points from which they are tested downwards; own: how many cases a group
    needs for a threshold of its own. Neither may be chosen by the outcome of the cases that certify; the defaults are
    from drawn confidences of several shapes, where one start lost most with many cases and four with few."""

    starts: int = 2
    own: int = 3000


def fewest(target: Target, search: Search = Search(), groups: int = 1) -> int:
    """How many cases without an error the surest start takes, where so many groups share the level."""
    return math.ceil(math.log((1 - target.confidence) / groups / search.starts) / math.log(1 - target.error))


def shared_level(sizes: Sequence[int], target: Target, search: Search = Search()) -> float:
    """The level of each test, where groups of these sizes (cases) are all that is tested: no more of them can pass at
    it than it is shared among, so the chance that any passes wrongly is at most 1 - confidence."""
    groups = 1
    while sum(size >= fewest(target, search, groups) for size in sizes) > groups:
        groups += 1
    return (1 - target.confidence) / groups


def pooled(cases: pl.DataFrame, search: Search = Search()) -> pl.DataFrame:
    """Cases whose group is REST where it has too few of them to stand for itself. cases: CASES."""
    own = pl.len().over("group") >= search.own
    return cases.with_columns(pl.when(own).then("group").otherwise(pl.lit(REST)).alias("group"))


def certify(cases: pl.DataFrame, target: Target, search: Search = Search(), level: float | None = None) -> pl.DataFrame:
    """CERTIFIED, sorted, always with REST. cases: CASES; level: of each group's test, where others than these cases'
    groups share it too (`shared_level`)."""
    named = pooled(cases, search)
    if level is None:
        level = shared_level(named.group_by("group").len()["len"].to_list(), target, search)
    rows = []
    for group in (REST, *named.filter(pl.col("group") != REST)["group"].unique().sort()):
        mine = named.filter(pl.col("group") == group)
        threshold = lowest_threshold(mine["confidence"], mine["is_right"], target.error, level, search.starts)
        taken = mine.filter(pl.col("confidence") >= (NEVER if threshold is None else threshold))
        rows.append((group, threshold, mine.height, taken.height, taken.height - int(taken["is_right"].sum())))
    return pl.DataFrame(rows, schema=CERTIFIED, orient="row")


def lowest_threshold(
    confidence: pl.Series, is_right: pl.Series, error: float, level: float, starts: int
) -> float | None:
    """The lowest confidence from which on at most `error` of the cases are wrong, where the chance of a wrong answer is
    at most `level`; None where no threshold can be shown to do that."""
    order = confidence.arg_sort(descending=True)
    sure, wrong = confidence.gather(order).to_numpy(), (~is_right.gather(order)).to_numpy()
    last = np.append(sure[1:] != sure[:-1], True) if len(sure) else np.zeros(0, dtype=bool)
    taken, errors = np.flatnonzero(last) + 1, np.cumsum(wrong)[last]
    passes = p_value(errors, taken, error) <= level / starts
    found = None
    for start in _starts(taken, error, level / starts, starts):
        ahead = np.flatnonzero(~passes[start:])
        end = start + (int(ahead[0]) if len(ahead) else len(passes) - start)
        if end > start:
            found = max(found or 0, end)
    return None if found is None else float(sure[taken[found - 1] - 1])


def p_value(errors: NDArray[np.int64], taken: NDArray[np.int64], error: float) -> NDArray[np.float64]:
    """The chance of so few errors among so many if their share were `error`: the exact binomial test."""
    from scipy.special import bdtr  # late: it takes half a second, and few runs need it

    told: NDArray[np.float64] = bdtr(errors.astype(np.float64), taken.astype(np.int64), error)
    return told


def _starts(taken: NDArray[np.int64], error: float, level: float, starts: int) -> list[int]:
    """Places in `taken`, from the fewest cases that could show it without an error to all, in equal ratios."""
    least = math.log(level) / math.log(1 - error)
    if not len(taken) or taken[-1] < least:
        return []
    wanted = np.geomspace(least, taken[-1], starts + 1)[:-1]
    return sorted({int(np.searchsorted(taken, number)) for number in wanted})


def threshold_of(certified: pl.DataFrame, group: pl.Expr) -> pl.Expr:
    """The threshold that holds for a group, NEVER where there is none. certified: CERTIFIED."""
    told = certified.with_columns(pl.col("threshold").fill_null(NEVER))
    own = dict(told.filter(pl.col("group") != REST).select("group", "threshold").iter_rows())
    rest = told.filter(pl.col("group") == REST)["threshold"].first() if told.height else NEVER
    return group.replace_strict(own, default=rest, return_dtype=pl.Float64)
