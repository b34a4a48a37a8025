"""The language of an offer's text.

Belongs here: telling it from letters and small words, for whole columns. Does not belong here: the words
(`vocabulary/languages.py`), and languages that are stated (configuration).

A language is told by its function words (Dunning, "Statistical Identification of Language", 1994, calls short function
words the baseline); product texts are short and full of names, so that models of letters guess at brands.
"""

import polars as pl

from catalog_assets.vocabulary.languages import FUNCTION_WORDS, LETTERS

LONGEST = 400
"""Characters of a text that are looked at."""
LEAST_LETTERS = 3
LEAST_WORDS = 2

_SPOKEN: dict[str, list[str]] = {}
for _code, _words in FUNCTION_WORDS.items():
    for _word in _words.split():
        _SPOKEN.setdefault(f" {_word} ", []).append(_code)


def languages(name: pl.Series, description: pl.Series, stated: str) -> pl.Series:
    """ISO 639-1 code of each text; `stated`, the source's own, where too little tells or it is among the best."""
    texts = pl.DataFrame({"name": name, "description": description}).select(
        pl.concat_str("name", "description", separator=" ", ignore_nulls=True)
        .str.slice(0, LONGEST)
        .str.to_lowercase()
        .alias("text")
    )
    distinct = texts.unique().with_columns(_by_letters(), _by_words(stated))
    told = distinct.select("text", pl.coalesce("letters", "words", pl.lit(stated)).alias("language"))
    return texts.join(told, on="text", how="left", maintain_order="left", nulls_equal=True)["language"]


def _by_letters() -> pl.Expr:
    expression = pl.lit(None, pl.String)
    for code, letters in reversed(LETTERS.items()):
        enough = pl.col("text").str.count_matches(f"[{letters}]") >= LEAST_LETTERS
        expression = pl.when(enough).then(pl.lit(code)).otherwise(expression)
    return expression.alias("letters")


def _by_words(stated: str) -> pl.Expr:
    """The language of most function words; among several the stated one, else none."""
    spaced = pl.concat_str(pl.lit(" "), pl.col("text").str.replace_all(r"[^\p{L}]+", " "), pl.lit(" "))
    found = spaced.str.extract_many(list(_SPOKEN), overlapping=True)
    codes = found.list.eval(
        pl.element().replace_strict(list(_SPOKEN), list(_SPOKEN.values()), return_dtype=pl.List(pl.String)).explode()
    )
    best = codes.list.eval(pl.element().mode())
    enough = found.list.len() >= LEAST_WORDS
    return (
        pl.when(enough & best.list.contains(stated))
        .then(pl.lit(stated))
        .when(enough & (best.list.len() == 1))
        .then(best.list.first())
        .alias("words")
    )
