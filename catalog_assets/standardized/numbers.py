"""Numbers in supplier text: grouping and decimal marks.

Belongs here: what is a number in a text, and which of `.` and `,` is its decimal mark. Does not belong here: currencies
(`prices.py`) and units (`units.py`).

A number is read in the point style (`1,234.56`, also the Indian `12,34,567`) or in the comma style (`1.234,56`);
spaces and apostrophes between groups count in both. With `point` or `comma` only that style is read, and what does not
fit it (`12,50` under `point`) is no number rather than a guess. With `auto` the style is the one that fits; where both
fit, which is only so for one mark before exactly three digits (`1.234`, `1,234`), the caller says which is decimal.
Everything stays text or Decimal: nothing goes through a float.
"""

from typing import Literal

import polars as pl

Mark = Literal["auto", "point", "comma"]

NUMBER = "[0-9]{1,3}(?:[ '’`´][0-9]{3})+(?:[.,][0-9]+)?|[0-9](?:[0-9.,]*[0-9])?|[.,][0-9]+"
"""Regular expression of one number as it stands in a text, white space already folded; it may still be unreadable."""

SCIENTIFIC = r"^[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,2}$"
"""A number as a program prints a large float (`1.580950000000000e+03`); always in the point style."""

_POINT = r"^(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3})?(?:\.[0-9]+)?$"
_COMMA = r"^(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)?(?:,[0-9]+)?$"
_GROUP_MARKS = "[ '’`´]"


def plain_number(number: pl.Expr, mark: Mark, point_is_decimal: pl.Expr, comma_is_decimal: pl.Expr) -> pl.Expr:
    """A number (`NUMBER`) as text in the point style without grouping, ready for a cast to Decimal; else null.

    `point_is_decimal` and `comma_is_decimal` (Boolean) decide under `auto` what `1.234` and `1,234` mean.
    """
    digits = number.str.replace_all(_GROUP_MARKS, "")
    as_point, as_comma = digits.str.contains(_POINT), digits.str.contains(_COMMA)
    if mark == "auto":
        has_comma = digits.str.contains(",", literal=True)
        preferred = pl.when(has_comma).then(~comma_is_decimal).otherwise(point_is_decimal)
        point_wins = as_point & (~as_comma | preferred)
    else:
        point_wins = as_point if mark == "point" else pl.lit(False)
        as_comma = as_comma if mark == "comma" else pl.lit(False)
    return (
        pl.when(point_wins)
        .then(digits.str.replace_all(",", "", literal=True))
        .when(as_comma)
        .then(digits.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
    )
