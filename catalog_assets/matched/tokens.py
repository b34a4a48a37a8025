"""What an offer is recognised by: its words and part numbers, and how telling each of them is.

Belongs here: from texts to tokens with weights. Does not belong here: which offers are compared (`blocking.py`) and how
alike two are (`features.py`).

Weights are inverse document frequencies, smoothed and in natural logarithms (Sparck Jones 1972; Salton and Buckley 1988
for the cosine of vectors so weighted).
"""

from dataclasses import dataclass

import polars as pl

OFFERS = pl.Schema(
    {
        "offer": pl.UInt32(), "source": pl.String(), "name": pl.String(), "description": pl.String(),
        "brand": pl.String(), "mpn": pl.String(), "price": pl.Float64(),
    }
)  # fmt: skip
"""Offers as matching reads them; `offer` is 0, 1, 2 ... in the order of the rows, and prices share one currency."""

WORD = r"[\p{L}\p{N}]+"
CODE = r"[\p{L}\p{N}]+(?:[-./+_&][\p{L}\p{N}]+)*"
"""A part number as it is written, before its separators are taken out."""
SHORT = 2
LONGEST_NAME = 200
"""Characters of a name that are looked at; what comes later is advertising."""


@dataclass(frozen=True)
class Tokens:
    """offers: OFFERS with `text` (name, part number and brand in lower case), `words` and `codes`; rows as given.

    of_offers: offer, source, token (hash), df (offers that have it), idf, weight (idf over the offer's norm), by offer.
    with_phrases: the same, with two words that follow each other as one token more: where every single word is common
    (a series, a number) two together may tell a product.
    """

    offers: pl.DataFrame
    of_offers: pl.DataFrame
    with_phrases: pl.DataFrame


def tokens(offers: pl.DataFrame) -> Tokens:
    """Words and part numbers of each offer. offers: OFFERS."""
    said = offers.with_columns(_text(LONGEST_NAME).alias("text"))
    listed = said.with_columns(
        pl.col("text").str.extract_all(WORD).alias("words"),
        pl.col("text").str.extract_all(CODE).list.eval(_as_code()).list.drop_nulls().alias("codes"),
    )
    single = pl.concat([_each(listed, name) for name in ("words", "codes")])
    phrases = _each(listed.with_columns(_phrases(pl.col("words")).alias("phrases")), "phrases")
    return Tokens(listed, _weighted(single, offers.height), _weighted(pl.concat([single, phrases]), offers.height))


def _each(listed: pl.DataFrame, name: str) -> pl.DataFrame:
    """offer, source, token of a column of lists."""
    each = listed.select("offer", "source", pl.col(name).alias("token")).explode("token")
    return each.filter(pl.col("token").str.len_chars() >= SHORT).with_columns(pl.col("token").hash(seed=11))


def _phrases(words: pl.Expr) -> pl.Expr:
    said = pl.element()
    return words.list.eval(pl.concat_str(said, pl.lit(" "), said.shift(-1))).list.drop_nulls()


def _text(longest: int) -> pl.Expr:
    parts = [pl.col("name").str.head(longest), pl.col("mpn"), pl.col("brand")]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True).str.to_lowercase()


def _as_code() -> pl.Expr:
    """Part numbers without separators, as `ps-lx350h` and `pslx350h` are one; null for what has no digit."""
    said = pl.element()
    return pl.when(said.str.contains(r"\d")).then(said.str.replace_all(r"[^\p{L}\p{N}]", ""))


def _weighted(each: pl.DataFrame, offers: int) -> pl.DataFrame:
    each = each.unique(["offer", "token"])
    seen = each.group_by("token").agg(pl.len().alias("df"))
    weighed = each.join(seen, on="token").with_columns((pl.lit(offers + 1.0) / pl.col("df")).log().alias("idf"))
    norm = weighed.group_by("offer").agg(pl.col("idf").pow(2).sum().sqrt().alias("norm"))
    joined = weighed.join(norm, on="offer").with_columns((pl.col("idf") / pl.col("norm")).alias("weight"))
    return joined.drop("norm").sort("offer", "token")
