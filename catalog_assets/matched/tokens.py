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
    with_phrases: of tokens that several offers have, with two words that follow each other as one token more: where
    every single word is common (a series, a number) two together may tell a product.
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
    words, codes = (_each(listed, name) for name in ("words", "codes"))
    single = pl.concat([_long_enough(words), _long_enough(codes)])
    shared = _weighted(pl.concat([single, _phrases(words)]), offers.height).filter(pl.col("df") > 1)
    return Tokens(listed, _weighted(single, offers.height).sort("offer", "token"), shared)


def _each(listed: pl.DataFrame, name: str) -> pl.DataFrame:
    """offer, source, token (text) of a column of lists, in their order."""
    return listed.select("offer", "source", pl.col(name).alias("token")).explode("token").drop_nulls("token")


def _long_enough(each: pl.DataFrame) -> pl.DataFrame:
    return each.filter(pl.col("token").str.len_chars() >= SHORT).with_columns(pl.col("token").hash(seed=11))


def _phrases(words: pl.DataFrame) -> pl.DataFrame:
    """Two words of an offer that follow each other, as one token."""
    follows = pl.col("offer") == pl.col("offer").shift(-1)
    both = pl.struct(pl.col("token"), pl.col("token").shift(-1).alias("next")).hash(seed=13)
    return words.select("offer", "source", pl.when(follows).then(both).alias("token")).drop_nulls("token")


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
    return joined.drop("norm")
