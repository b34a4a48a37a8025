"""Numbers in supplier text: grouping, decimal marks, and words for numbers.

Belongs here: what is a number in a text, and which of `.` and `,` is its decimal mark. Does not belong here: currencies
(`prices.py`) and units (`units.py`).

A number is read in the point style (`1,234.56`, also the Indian `12,34,567`) or in the comma style (`1.234,56`);
spaces and apostrophes between groups count in both. With `point` or `comma` only that style is read, and what does not
fit it (`12,50` under `point`) is no number rather than a guess. With `auto` the style is the one that fits; where both
fit, which is only so for one mark before exactly three digits (`1.234`, `1,234`), the caller says which is decimal.
Everything stays text or Decimal: nothing goes through a float.
"""

import re
from collections.abc import Mapping
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

NUMBER_WORDS: dict[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "single": 1,
}  # fmt: skip
"""Words that say a number, lower case."""
FOLD_WORDS: dict[str, int] = {"dual": 2, "double": 2, "twin": 2, "triple": 3, "trio": 3, "quad": 4}
"""Words that say how many times a thing has something; of a pack they may say something else (`double-sided`)."""
MULTIPLES: dict[str, int] = {"k": 1000, "pair": 2, "pairs": 2, "dozen": 12, "gross": 144}
"""Words behind a number that multiply it; alone they say how many there are (not `k`)."""


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


def whole_numbers(texts: pl.Series, words: Mapping[str, int] = NUMBER_WORDS) -> pl.Series:
    """List(Int64): the whole numbers of each text in digits or words (`1,000 tags`, `7.2K`, `Dozen`, `2 pairs`).

    What is not whole is left out, and a lone mark before three digits is grouping (`1.000 Stück`). Null for null.
    """
    alone = {**words, **{word: number for word, number in MULTIPLES.items() if word != "k"}}
    said = rf"\b(?:{'|'.join(re.escape(word) for word in sorted(alone, key=len, reverse=True))})\b"
    pattern = rf"({NUMBER}|{said})(?: ?\b({'|'.join(MULTIPLES)})\b|(k)\b)?"
    told = texts.str.to_lowercase().alias("text").to_frame().with_row_index("row")
    parts = told.select("row", pl.col("text").str.extract_all(pattern).alias("part")).explode("part")
    head, times, glued = (pl.col("part").str.extract(pattern, group) for group in (1, 2, 3))
    digits = plain_number(head, "auto", pl.lit(False), pl.lit(False)).cast(pl.Decimal(18, 4), strict=False)
    number = pl.coalesce(digits, head.replace_strict(alone, default=None, return_dtype=pl.Int64))
    whole = number * pl.coalesce(times, glued).replace_strict(MULTIPLES, default=1, return_dtype=pl.Int64)
    found = parts.select("row", pl.when(whole == whole.floor()).then(whole).cast(pl.Int64, strict=False).alias("n"))
    lists = told.join(found.group_by("row").agg(pl.col("n").drop_nulls()), on="row", how="left", maintain_order="left")
    return lists.select(pl.when(pl.col("text").is_not_null()).then(pl.col("n").fill_null([]))).to_series()
