"""When two stated values of an attribute say the same: equal, or equal within the precision they are stated to.

Belongs here: this one rule, between two values and among many. Does not belong here: which of them is kept
(`matched/golden.py`, `reviewed/transform.py`), reading a quantity (`standardized/units.py`), comparing with a truth.

A number stands for half of its last place on either side (NIST SP 811, B.7.1; ISO 80000-1, annex B). Two quantities say
the same where the open intervals of both overlap: 305 g and 305.0409 g (10.76 oz), not 305 g and 306 g. An interval
never reaches further than REACH of its value, so that two that say the same differ by at most 1 %: "6 in" is not
6.1 in, however few digits it has.

Tables keep a quantity in its attribute's unit; in what unit it was stated is read back from the number. Where it is
what a rounder number of a foreign unit converts to (1161.1965 g is 2.56 lb), the place of that number counts. That is
believed only where chance would hit upon it less than once in TELLING, and only of units that are no whole multiple or
part of the attribute's: 1200 g may be 1.2 kg or not, so it stays precise to 1 g. What is not recognized counts as more
precise than it may have been, and stays a question.
"""

import functools
from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from catalog_assets.vocabulary.attributes import ATTRIBUTES
from catalog_assets.vocabulary.units import UNITS, conversion, dimension_of

REACH = 0.005
"""How far an interval reaches at most on either side, as a share of the value."""
TELLING = 100
"""A number is read back in another unit if the last place there is at least so many of the last places shown."""
PLACES = 3
"""Decimals that are looked for in another unit."""
_MICRO = 1_000_000
"""Intervals are whole millionths of the attribute's unit: compared exactly."""
SLACK = 1 + 1e-6
"""Conversions are worked out in floats."""
LOW, HIGH = "low", "high"


def bounded(stated: pl.DataFrame, suffix: str = "") -> pl.DataFrame:
    """The rows with the interval that each value stands for: low and high (Int64, millionths of the attribute's unit),
    both null where the attribute is no quantity or the value no number. Order is kept.

    stated: attribute (a name of the vocabulary), value (canonical text, see the suffix). suffix: of the name of the
    value's column, and of the names of the two that are added.
    """
    value = f"value{suffix}"
    quantity = pl.col("attribute").is_in(list(_decimals()))
    distinct = stated.filter(quantity).select("attribute", pl.col(value).alias("value")).drop_nulls().unique()
    known = _intervals(distinct).rename({"value": value, LOW: f"{LOW}{suffix}", HIGH: f"{HIGH}{suffix}"})
    return stated.join(known, on=["attribute", value], how="left", maintain_order="left")


def same(suffix: str, other: str) -> pl.Expr:
    """Whether the values of two columns of the same attribute say the same, where both are `bounded` by these suffixes;
    false, not null, where one of them is null."""
    overlap = (pl.col(f"{LOW}{suffix}") < pl.col(f"{HIGH}{other}")) & (
        pl.col(f"{LOW}{other}") < pl.col(f"{HIGH}{suffix}")
    )
    return (pl.col(f"value{suffix}") == pl.col(f"value{other}")).fill_null(False) | overlap.fill_null(False)


def said(stated: pl.DataFrame, by: Sequence[str]) -> pl.Series:
    """For each row what it says: one text for all values of its group that say the same, the value itself elsewhere.

    stated: the columns `by` (a product, say), attribute and value; groups are within `by` and attribute. A number may
    say the same as two that contradict each other (305 g: 304.6 g and 305.4 g), so groups are made from below: all
    whose intervals hold the lowest upper end, then the rest alike. Of such a group any two say the same, no fewer
    groups would do, and the order of rows plays no part. It is called by its shortest value, the smaller of two.
    """
    keys = [*by, "attribute"]
    rows = bounded(stated.select(*keys, "value"))
    open_ones = rows.drop_nulls(LOW).unique([*keys, "value"])
    groups = [open_ones.clear().select(*keys, "value", pl.col("value").alias("said"))]
    name = pl.col("value").sort_by(pl.col("value").str.len_chars(), LOW).first()
    while open_ones.height:
        end = pl.col(HIGH).min().over(keys)
        taken = (pl.col(LOW) < end) | (pl.col(HIGH) == end)
        one = open_ones.filter(taken)
        groups.append(one.select(*keys, "value", name.over(keys).alias("said")))
        open_ones = open_ones.filter(~taken)
    told = rows.join(pl.concat(groups), on=[*keys, "value"], how="left", nulls_equal=True, maintain_order="left")
    return told.select(pl.coalesce("said", "value").alias("said")).to_series()


def _intervals(distinct: pl.DataFrame) -> pl.DataFrame:
    """attribute, value, low, high of distinct quantities; those that are no number are left out."""
    number = pl.col("value").cast(pl.Float64, strict=False)
    shown = pl.col("value").str.extract(r"\.([0-9]+)$").str.len_chars().fill_null(0).cast(pl.Float64)
    read = distinct.with_columns(number.alias("number"), pl.lit(10.0).pow(-shown).alias("place"))
    read = read.filter(pl.col("number").is_finite())
    wider = read.join(_forms(), on="attribute").filter(pl.col("step") >= TELLING * pl.col("place"))
    exact = ((pl.col("number") / pl.col("step")).round() * pl.col("step") - pl.col("number")).abs()
    elsewhere = (
        wider.filter(exact <= pl.col("kept") / 2 * SLACK).group_by("attribute", "value").agg(pl.col("step").max())
    )
    found = read.join(elsewhere, on=["attribute", "value"], how="left", maintain_order="left")
    half = pl.max_horizontal("place", "step") / 2
    reach = pl.min_horizontal(half, pl.col("number").abs() * REACH)
    ends = {LOW: pl.col("number") - reach, HIGH: pl.col("number") + reach}
    in_range = pl.col("number").abs() < 2**62 / _MICRO
    return found.filter(in_range).select(
        "attribute", "value", *((end * _MICRO).round().cast(pl.Int64).alias(name) for name, end in ends.items())
    )


@functools.cache
def _decimals() -> dict[str, int]:
    return {name: one.decimals for name, one in ATTRIBUTES.items() if one.kind == "quantity"}


@functools.cache
def _forms() -> pl.DataFrame:
    """attribute, step (a last place of a foreign unit, in the attribute's), kept (the last place that tables keep)."""
    rows = [
        (name, float(times) * 10.0**-places, 10.0**-decimals)
        for name, decimals in _decimals().items()
        for times in _foreign(ATTRIBUTES[name].unit or "")
        for places in range(PLACES + 1)
    ]
    schema = {"attribute": pl.String, "step": pl.Float64, "kept": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _foreign(symbol: str) -> list[Decimal]:
    """How many of a unit each other one of its dimension is, where that is no whole number or part of one: a round
    number of these is no round number of those."""
    others = [unit.symbol for unit in UNITS if unit.dimension == dimension_of(symbol)]
    factors = [times for times, plus in (conversion(other, symbol) for other in others) if not plus]
    return [times for times in factors if not (_whole(times) or _whole(1 / times))]


def _whole(number: Decimal) -> bool:
    return abs(number - number.to_integral_value()) < Decimal("1e-9")


__all__ = ["bounded", "said", "same"]
