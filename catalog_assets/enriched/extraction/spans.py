"""Candidates of a chain in numbers that a judge learns from.

Belongs here: candidates as a frame, how each stands among its rivals, and what labelled texts say of its words and of
those around it. Does not belong here: where candidates come from (`chain.py`), and what follows (`judge.py`).

A candidate is a string for an attribute of a product; its rivals are the other strings for the same one. What was
counted in labelled texts is told of texts that were not among them only.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from catalog_assets.enriched.extraction.chain import Weights, labels_of, spans
from catalog_assets.enriched.extraction.counts import (
    BEGINS,
    ENDS,
    HAS,
    INSIDE,
    INSIDE_HERE,
    LEFT,
    PRODUCTS,
    RIGHT,
    TOKENS,
    VALUES,
    WORD,
    WORD_HERE,
    Counts,
    beside,
    words_of,
)  # fmt: skip
from catalog_assets.enriched.extraction.marks import hashed_each
from catalog_assets.enriched.extraction.tokens import Ints, Keys, Tokens

Array = NDArray[np.float64]
Attributes = dict[str, tuple[str, ...]]
"""Category -> the attributes that its products may have, sorted."""

FEATURES: tuple[str, ...] = (
    "most", "sum", "places", "rank", "rivals", "behind", "ahead", "all", "tokens", "characters", "before", "after",
    "words", "said_in", "usual", "usual_tokens", "word_here", "word_least", "word_mean", "unknown",
    "rarest", "begins", "ends", "follows", "followed", "left_inside", "right_inside", "left_count", "right_count",
)  # fmt: skip
"""Names and order of the columns that a judge is trained on."""


def found(
    read: Tokens, weights: Weights, rows: NDArray[np.int32], attributes: Attributes, names: list[str]
) -> pl.DataFrame:
    """All candidates of a chain: at (first token), tokens, attribute (its place in names), probability."""
    category = read.frame["category"].gather(read.first)
    parts = [
        pl.DataFrame(schema={"at": pl.Int64, "tokens": pl.Int64, "attribute": pl.Int64, "probability": pl.Float64})
    ]
    for name in sorted(attributes):
        texts = (category == name).arg_true().to_numpy().astype(np.int64)
        if not len(texts):
            continue
        own = np.array([names.index(attribute) for attribute in attributes[name]], dtype=np.int64)
        mine = tokens_of(read, texts)
        places, probability = spans(weights, name, rows[mine], read.length[texts], labels_of(own))
        parts.append(pl.DataFrame({"at": mine[places[:, 0]], "tokens": places[:, 1],
                                   "attribute": own[places[:, 2]], "probability": probability}))  # fmt: skip
    return pl.concat(parts)


def tokens_of(read: Tokens, texts: Ints) -> Ints:
    """Numbers of the tokens of these texts, in order."""
    length = read.length[texts]
    offset = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    return np.repeat(read.first[texts], length) + offset


def candidates(read: Tokens, spanned: pl.DataFrame) -> pl.DataFrame:
    """A row for each string proposed for an attribute of a product: product, attribute, value, part, start, end, at
    (its first token), tokens, and how it stands among its rivals. spanned: as `found` gives it. Of several places of a
    string the most probable stands."""
    at, size = spanned["at"].to_numpy(), spanned["tokens"].to_numpy()
    begun = read.frame[at].select("product", "category", "part", "text", "start")
    told = pl.concat([begun, spanned], how="horizontal").with_columns(read.frame["end"].gather(at + size - 1))
    told = told.with_columns(pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start")).alias("value"))
    key = ["product", "attribute", "value"]
    best = told.drop("text").sort([*key, pl.col("probability").neg(), "at"])
    one = best.group_by(key, maintain_order=True).agg(
        pl.all().exclude("probability").first(),
        pl.col("probability").first().alias("most"), pl.col("probability").sum().alias("sum"), pl.len().alias("places"),
    )  # fmt: skip
    return _standing(one)


def _standing(one: pl.DataFrame) -> pl.DataFrame:
    cell = ["product", "attribute"]
    first, second = pl.col("sum").max().over(cell), pl.col("sum").top_k(2).min().over(cell)
    one = one.with_columns(
        pl.col("sum").rank("ordinal", descending=True).over(cell).alias("rank"), pl.len().over(cell).alias("rivals"),
        (first - pl.col("sum")).alias("behind"), pl.col("sum").sum().over(cell).alias("all"),
        pl.col("value").str.len_chars().alias("characters"),
    )  # fmt: skip
    next_one = pl.when(pl.col("rivals") == 1).then(0.0).when(pl.col("rank") == 1).then(second).otherwise(first)
    return one.with_columns((pl.col("sum") - next_one).alias("ahead"))


def features(read: Tokens, told: pl.DataFrame, counts: Counts) -> pl.DataFrame:
    """FEATURES (Float32) of candidates, row by row."""
    at, size = told["at"].to_numpy(), told["tokens"].to_numpy()
    before, words = at - read.first[read.sequence[at]], read.length[read.sequence[at]]
    places = {"before": before, "after": words - before - size, "words": words, "said_in": told["part"].to_numpy()}
    made = {name: pl.Series(name, values) for name, values in (places | _known(read, told, counts)).items()}
    return told.with_columns(**made).select(pl.col(name).cast(pl.Float32) for name in FEATURES)


def _known(read: Tokens, told: pl.DataFrame, counts: Counts) -> dict[str, Array]:
    """What labelled texts say of the category, of the words inside, and of those at the edges."""
    at, last = told["at"].to_numpy(), told["at"].to_numpy() + told["tokens"].to_numpy() - 1
    attribute, category = told["attribute"].to_numpy().astype(np.uint64), hashed_each(told["category"])
    words = words_of(read)
    left, right = beside(read, words, -1)[at], beside(read, words, 1)[last]
    has, values = counts.of(HAS, category, attribute), counts.of(VALUES, attribute)
    sides = {}
    for name, word, kind in (("left", left, LEFT), ("right", right, RIGHT)):
        seen = counts.of(WORD, word)
        sides[f"{name}_inside"] = counts.of(INSIDE, attribute, word) / (seen + 1)
        sides[f"{name}_count"] = np.log1p(seen)
        sides["follows" if name == "left" else "followed"] = counts.of(kind, attribute, word) / (values + 1)
    return sides | _inside(told, words, attribute, category, counts) | {
        "usual": has / np.maximum(counts.of(PRODUCTS, category), 1),
        "usual_tokens": counts.of(TOKENS, category, attribute) / np.maximum(has, 1),
        "begins": counts.of(BEGINS, attribute, words[at]) / (counts.of(INSIDE, attribute, words[at]) + 1),
        "ends": counts.of(ENDS, attribute, words[last]) / (counts.of(INSIDE, attribute, words[last]) + 1),
    }  # fmt: skip


def _inside(told: pl.DataFrame, words: Keys, attribute: Keys, category: Keys, counts: Counts) -> dict[str, Array]:
    """Of the words of each candidate how often they are inside a value of its attribute, and how rare they are."""
    size = told["tokens"].to_numpy()
    row = np.repeat(np.arange(told.height), size)
    begin = np.cumsum(size) - size
    word = words[np.arange(len(row)) - np.repeat(begin, size) + np.repeat(told["at"].to_numpy(), size)]
    seen = counts.of(WORD, word)
    here = counts.of(INSIDE_HERE, category[row], attribute[row], word) / (
        counts.of(WORD_HERE, category[row], word) + 0.5
    )
    anywhere = counts.of(INSIDE, attribute[row], word) / (seen + 0.5)
    if not told.height:
        return dict.fromkeys(("word_here", "word_least", "word_mean", "unknown", "rarest"), np.zeros(0))
    return {
        "word_here": np.add.reduceat(here, begin) / size,
        "word_least": np.minimum.reduceat(anywhere, begin),
        "word_mean": np.add.reduceat(anywhere, begin) / size,
        "unknown": np.add.reduceat((seen == 0).astype(np.float64), begin) / size,
        "rarest": np.log1p(np.minimum.reduceat(seen, begin)),
    }
