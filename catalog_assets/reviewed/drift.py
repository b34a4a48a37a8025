"""Which slices of what is accepted have become wrong too often, by random audits that go on after a release.

Belongs here: the test, and the tightened release that follows. Does not belong here: reading audits (`cases.py`), and
stating releases (`watch.py`).

Audits are looked at daily, so a test at one fixed size would raise false alarms. Each slice is tested by betting
against "at most the target's share is wrong": capital that starts at 1 and, while that is true, never grows on average,
however long one looks (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86,
2024). The bets are diversified Kelly: capital is spread over fixed bets, each the best one against one true share of
errors. By Ville's inequality the chance that it ever reaches 1 / level is at most the level. Cases come in the order in
which they were settled, which may not depend on whether they are right.

The level is 1 - confidence for all slices of a release together, for as long as it is in force: each of FIELDS has an
equal share, and of that the k-th value to appear has 1 / (k (k + 1)), since nobody knows how many will.

A slice is often wrong because another is: all attributes of one bad source. So the slice with the strongest evidence is
taken out first, and what remains must convince by its own cases again. That can only take alarms away.
"""

import dataclasses
import math
from collections.abc import Iterable

import polars as pl

from catalog_assets.certainty.acceptance import Target
from catalog_assets.reviewed.acceptance import FORMAT, Acceptance
from catalog_assets.reviewed.slices import FIELDS, Slice, within

BETS = (1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
"""How many times the target's odds each bet takes the true odds of an error to be."""
EVIDENCE = pl.Schema(
    {
        "field": pl.String(), "value": pl.String(), "cases": pl.UInt32(), "wrong": pl.UInt32(),
        "capital": pl.Float64(), "needed": pl.Float64(),
    }
)  # fmt: skip
"""A row for each slice: its cases and errors so far; the natural logarithms of the most capital that betting on errors
has ever made, and of what shows that too much is wrong."""


def evidence(stream: pl.DataFrame, target: Target) -> pl.DataFrame:
    """EVIDENCE, in the order of FIELDS and of appearance.

    stream: audited and settled cases that were accepted by themselves (CASES of `acceptance.py`), each question once.
    """
    if stream.is_empty():
        return EVIDENCE.to_frame()
    ordered = stream.sort("sequence", "question_id").with_row_index("place")
    parts = [
        ordered.select("place", (~pl.col("is_right")).alias("error"), pl.lit(place).alias("rank"),
                       pl.lit(field).alias("field"), _value(field).alias("value"))
        for place, field in enumerate(FIELDS)
    ]  # fmt: skip
    slices = ["rank", "field", "value"]
    rows = pl.concat(parts).drop_nulls("value").sort("rank", "value", "place")
    counted = rows.with_columns(
        pl.int_range(1, pl.len() + 1).over(slices).alias("n"), pl.col("error").cum_sum().over(slices).alias("s")
    )
    best = counted.with_columns(_capital(target.error).alias("capital")).group_by(slices).agg(
        pl.len().alias("cases"), pl.col("error").sum().alias("wrong"), pl.col("capital").max(), pl.col("place").min()
    )  # fmt: skip
    number = pl.col("place").rank("ordinal").over("rank")  # a case has one value of a field, so there are no ties
    needed = (len(FIELDS) * number * (number + 1) / (1 - target.confidence)).log().alias("needed")
    return best.with_columns(needed).sort("rank", "place").select(pl.col(n).cast(t) for n, t in EVIDENCE.items())


def _value(field: str) -> pl.Expr:
    """A supplier is its own model_version: the source tells it."""
    if field != "model_version":
        return pl.col(field)
    return pl.when(pl.col("method") != "supplier").then(field)


def _capital(error: float) -> pl.Expr:
    """The logarithm of the capital after n cases with s errors: the mean over BETS of likelihood ratios."""
    bets = []
    for odds in BETS:
        q = odds * error / (1 - error + odds * error)
        gain, loss = math.log(q / error), math.log((1 - q) / (1 - error))
        bets.append(pl.col("s") * gain + (pl.col("n") - pl.col("s")) * loss)
    most = pl.max_horizontal(*bets)
    return most + pl.sum_horizontal(*((bet - most).exp() for bet in bets)).log() - math.log(len(BETS))


def drifted(stream: pl.DataFrame, already: Iterable[Slice], target: Target) -> list[Slice]:
    """Slices that are shown to be wrong more often than the target, the most certain first; none that lies in the
    cases of those `already` known. stream: as in `evidence`, those of known slices included."""
    shown = pl.col("capital") >= pl.col("needed")
    suspects = evidence(stream, target).filter(shown)
    left = stream.filter(~within(already))
    found: list[Slice] = []
    while not suspects.is_empty():
        own = (
            evidence(left, target).drop("needed").join(suspects.select("field", "value", "needed"), ["field", "value"])
        )
        strong = own.filter(shown).sort(
            pl.col("needed") - pl.col("capital"), pl.col("field").replace_strict(_RANK), "value"
        )
        if strong.is_empty():
            break
        first = strong.row(0, named=True)
        last = left.filter(pl.col(first["field"]) == first["value"])["said_at"].max()
        worst = Slice(first["field"], first["value"], last, first["cases"], first["wrong"])  # type: ignore[arg-type]
        found.append(worst)
        left = left.filter(~within([worst]))
        suspects = suspects.filter(~((pl.col("field") == worst.field) & (pl.col("value") == worst.value)))
    return found


_RANK = {field: place for place, field in enumerate(FIELDS)}


def tightened(release: Acceptance, version: str, found: Iterable[Slice]) -> Acceptance:
    """The release with these slices left to people; all else as it was. version: what the release is known by."""
    exceptions = (*release.exceptions, *sorted(found, key=lambda each: (each.field, each.value)))
    facts = {**release.facts, "exceptions": len(exceptions)}
    certified = release.certified or version
    return dataclasses.replace(release, exceptions=exceptions, facts=facts, certified=certified, format=FORMAT)
