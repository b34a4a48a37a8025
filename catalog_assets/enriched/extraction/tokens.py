"""Texts into tokens that know where they stand.

Belongs here: what a token is, and where values stand among tokens. Does not belong here: what is learned from a token
(`marks.py`).

A token is a number ("1,000.5"), a run of letters, parted where small letters turn to capitals (descriptions lose the
blank between sentences: "BlackUPC"), or one other character. So a value begins and ends where a token does.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

PARTS = pl.Schema({"product": pl.UInt32(), "part": pl.UInt8(), "category": pl.String(), "text": pl.String()})
"""The texts of products: part 0 is the title, higher ones say the same in more words. (product, part) is the key."""
VALUES = pl.Schema({"product": pl.UInt32(), "attribute": pl.String(), "value": pl.String()})
"""Right values, as they stand in the texts; an attribute of a product may have several that are all right."""

PIECE = r"(?s)\s+|\d+(?:[.,]\d+)*|\p{Lu}?\p{Ll}+(?:['’]\p{Ll}{1,2}\b)?|\p{Lu}+(?:['’]\p{Lu}{1,2}\b)?|\p{Lo}+|."
"""Every character of a text is in exactly one piece; those that are not blank are the tokens."""
LONGEST = 14
"""Tokens of the longest value that is looked for."""

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

_ODD = np.uint64(0x9E3779B97F4A7C15)
_STIR = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


@dataclass(frozen=True)
class Tokens:
    """Tokens of many texts, in order.

    frame: product, part, category, text, start, end (characters), form (its number in `forms`), one row a token.
    forms: the distinct tokens. first, length: where each sequence (a text with tokens) begins, and how long it is.
    sequence: of each token.
    """

    frame: pl.DataFrame
    forms: list[str]
    first: Ints
    length: Ints
    sequence: Ints

    @property
    def form(self) -> Ints:
        """Number of each token's form."""
        return self.frame["form"].to_numpy().astype(np.int64)

    def shifted(self, values: Keys, by: int) -> Keys:
        """Of each token the value of the token that stands `by` places behind it, in the same text; else 11 + |by|."""
        if by == 0:
            return values
        there = np.arange(len(values)) + by
        inside = (there >= 0) & (there < len(values))
        there = np.where(inside, there, 0)
        inside &= self.sequence[there] == self.sequence
        return np.where(inside, values[there], np.uint64(11 + abs(by)))


def tokens(parts: pl.DataFrame) -> Tokens:
    """The tokens of texts (PARTS), sorted by product and part."""
    pieces = (
        parts.sort("product", "part")
        .with_row_index("sequence")
        .with_columns(pl.col("text").str.extract_all(PIECE).alias("piece"))
        .explode("piece", empty_as_null=False)
        .with_columns(pl.col("piece").str.len_chars().cast(pl.Int64).alias("long"))
        .with_columns(pl.col("long").cum_sum().over("sequence").alias("end"))
        .with_columns((pl.col("end") - pl.col("long")).alias("start"))
        .filter(pl.col("piece").str.strip_chars() != "")
    )
    forms = pieces["piece"].unique(maintain_order=True)
    numbers = pl.DataFrame({"piece": forms, "form": np.arange(len(forms))})
    frame = pieces.join(numbers, on="piece", how="left", maintain_order="left")
    length = frame["sequence"].rle().struct.field("len").cast(pl.Int64).to_numpy()
    first = np.cumsum(length) - length
    sequence = np.repeat(np.arange(len(length)), length)
    return Tokens(frame.drop("sequence", "piece", "long"), forms.to_list(), first, length, sequence)


def mix(*keys: Keys | int) -> Keys:
    """One key from several, well spread and the same on every machine (the finalizer of SplitMix64)."""
    told = np.zeros(1, np.uint64)
    for key in keys:
        told = told * _ODD + np.asarray(key, dtype=np.uint64) + np.uint64(1)
        told = (told ^ (told >> np.uint64(30))) * _STIR[0]
        told = (told ^ (told >> np.uint64(27))) * _STIR[1]
        told = told ^ (told >> np.uint64(31))
    return told


def places(read: Tokens, values: pl.DataFrame) -> pl.DataFrame:
    """Where values (VALUES) stand whole in their products' texts: product, attribute, at (the first token), tokens."""
    wanted = values.filter(pl.col("value").str.strip_chars() != "").with_row_index("number")
    told = tokens(wanted.select(pl.col("number").alias("product"), pl.lit(0, pl.UInt8).alias("part"), "value")
                  .rename({"value": "text"}).with_columns(pl.lit("").alias("category")))  # fmt: skip
    forms = dict(zip(read.forms, range(len(read.forms)), strict=True))
    known = np.array([forms.get(form, -1) for form in told.forms], dtype=np.int64)
    spelled = pl.DataFrame({"number": told.frame["product"], "known": known[told.form]})
    grams = spelled.group_by("number", maintain_order=True).agg("known").filter(pl.col("known").list.min() >= 0)
    wanted = wanted.join(grams, on="number").with_columns(pl.col("known").list.len().cast(pl.Int64).alias("tokens"))
    found = [pl.DataFrame(schema={"product": pl.UInt32, "attribute": pl.String, "at": pl.Int64, "tokens": pl.Int64})]
    for size in range(1, LONGEST + 1):
        here = wanted.filter(pl.col("tokens") == size).with_columns(pl.col("known").list.get(0).alias("form"))
        starts = read.frame.select("product", "form").with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
        hits = here.join(starts, on=["product", "form"])
        at, want = hits["at"].to_numpy(), hits["known"]
        same = np.ones(len(at), dtype=bool)
        for step in range(1, size):
            there = np.minimum(at + step, len(read.form) - 1)
            same &= read.form[there] == want.list.get(step).to_numpy()
            same &= read.sequence[there] == read.sequence[at]
        found.append(hits.filter(pl.Series(same)).select("product", "attribute", "at", "tokens"))
    return pl.concat(found).unique().sort("product", "at", "tokens", "attribute")
