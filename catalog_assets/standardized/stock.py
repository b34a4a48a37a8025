"""Stock and availability.

Belongs here: reading pieces and words. Does not belong here: the words themselves (vocabulary), withdrawal (matching).
"""

import polars as pl

from catalog_assets.standardized.numbers import Mark
from catalog_assets.standardized.text import on_distinct
from catalog_assets.vocabulary.availability import AVAILABILITY, IN_STOCK, OUT_OF_STOCK, PHRASES

MOST = 10**12
"""Pieces; more is a mistake. Sums of what is less are far from the end of Int64."""

_VALUE_OF = {word: value for value, words in AVAILABILITY.items() for word in words}
_WHOLE: dict[str, str] = {
    "point": r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15}(?:\.0+)?",
    "comma": r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,15}(?:,0+)?",
    "auto": r"[0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]{1,15}(?:[.,]0+)?",
}
_PIECES = "(?:pcs?|pieces?|stk|stück|units?|st|pz|pzas?|unidades|buah)?"


def pieces(texts: pl.Series, mark: Mark) -> pl.Series:
    """Pieces in stock, Int64; null where the text is no whole number or above `MOST`.

    `10+`, `>10` and `25 pcs` count as their number; what was sold beyond the stock (`-3`) is 0. Under `auto` one mark
    before three digits is grouping (`1.000` is a thousand).
    """
    text = pl.col("text").str.replace_all(r"[\s'’]", "").str.to_lowercase().str.replace(r"^(?:>=?|≥|~|\+)", "")
    number = text.str.extract(rf"^(-?(?:{_WHOLE[mark]}))\+?{_PIECES}\.?$")
    number = number.str.replace(r"[.,]0{1,2}$|[.,]0{4,}$", "")
    if mark != "auto":
        number = number.str.replace(r"\.0*$" if mark == "point" else ",0*$", "")
    whole = number.str.replace_all("[.,]", "").cast(pl.Int64, strict=False)
    found = texts.alias("text").to_frame().select(whole.clip(lower_bound=0).alias(texts.name))
    return found.select(bounded(pl.all())).to_series()


def bounded(stock: pl.Expr) -> pl.Expr:
    """The pieces, null above `MOST`."""
    return pl.when(stock <= MOST).then(stock)


def availability_words(texts: pl.Series) -> pl.Series:
    """One of the four values for the words that suppliers use, null for others."""
    return on_distinct(texts, _availability_words)


def availability(words: pl.Expr, stock: pl.Expr) -> pl.Expr:
    """What the supplier's words say, else what follows from the pieces in stock, else null."""
    by_stock = pl.when(stock > 0).then(pl.lit(IN_STOCK)).when(stock <= 0).then(pl.lit(OUT_OF_STOCK))
    return pl.coalesce(words, by_stock)


def _availability_words(texts: pl.Series) -> pl.Series:
    text = pl.col("text").str.to_lowercase().str.strip_chars(" .!()[]").str.replace(r"^https?://schema\.org/", "")
    text = text.str.replace_all("[_ ]+", " ").str.replace("^http.*$", "")
    frame = texts.alias("text").to_frame().select(text)
    by_word = pl.col("text").replace_strict(_VALUE_OF, default=None, return_dtype=pl.String)
    by_phrase = (
        pl.when(pl.col("text").str.contains(phrase, literal=True)).then(pl.lit(value)) for phrase, value in PHRASES
    )
    return frame.select(pl.coalesce(by_word, *by_phrase)).to_series()
