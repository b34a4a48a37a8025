"""Parts of what is accepted that can go wrong by themselves: one source's values, one model's, one attribute's.

Belongs here: what a slice is, and which rows are in one. Does not belong here: finding out that one has gone wrong
(`drift.py`), and what becomes of its values then (`acceptance.py`).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

FIELDS = ("source", "branch", "attribute", "model_version")
"""What slices are cut by; of two with the same evidence the first is named."""
CATEGORY = "category"
SEPARATOR = " > "


@dataclass(frozen=True)
class Slice:
    """All rows with one value of one of FIELDS, of which nothing is accepted without a person.

    since: when the last word was said that showed it; cases, wrong: what showed it.
    """

    field: str
    value: str
    since: dt.datetime
    cases: int
    wrong: int

    def __str__(self) -> str:
        name = self.field.replace("_", " ").replace("branch", "branch of the taxonomy")
        return f"{name} {self.value}: {self.wrong:,} of {self.cases:,} audited values were wrong"


def within(slices: Iterable[Slice]) -> pl.Expr:
    """Whether a row (FIELDS) is in any of the slices."""
    values: dict[str, list[str]] = {}
    for each in slices:
        values.setdefault(each.field, []).append(each.value)
    inside = [pl.col(field).is_in(names).fill_null(False) for field, names in values.items()]
    return pl.any_horizontal(pl.lit(False), *inside)


def branch() -> pl.Expr:
    """The top of the taxonomy that each product's category lies under, null without a category. Rows: product_key,
    attribute, value; one category at most to a product."""
    category = pl.col("value").filter(pl.col("attribute") == CATEGORY).first().over("product_key")
    return category.str.split(SEPARATOR).list.first().alias("branch")
