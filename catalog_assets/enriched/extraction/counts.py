"""What was counted in labelled texts: which words are inside, begin, end and surround the values of which attribute.

Belongs here: the counts and how they are asked for. Does not belong here: what a judge makes of them (`spans.py`).

Counts are kept by hashed key, so that all of them are one rising array, and a question is a binary search.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from catalog_assets.enriched.extraction.marks import hashed, hashed_each
from catalog_assets.enriched.extraction.tokens import Ints, Keys, Tokens, mix

Array = NDArray[np.float64]

EDGE = 7
"""Key of the word before the first and after the last."""
WORD_HERE, WORD, INSIDE_HERE, INSIDE, BEGINS, ENDS, LEFT, RIGHT, VALUES, PRODUCTS, HAS, TOKENS = range(12)


@dataclass(frozen=True)
class Counts:
    """What was counted in labelled texts, by hashed key. keys: rising; counts: of each."""

    keys: Keys
    counts: NDArray[np.uint32]

    def of(self, *key: Keys | int) -> Array:
        """The count of each key, 0 for an unknown one."""
        asked = mix(*key)
        place = np.minimum(np.searchsorted(self.keys, asked), max(len(self.keys) - 1, 0))
        if not len(self.keys):
            return np.zeros(len(asked))
        return np.where(self.keys[place] == asked, self.counts[place], 0).astype(np.float64)


def words_of(read: Tokens) -> Keys:
    """Key of each token's word."""
    return np.array([hashed(form.lower()) for form in read.forms], dtype=np.uint64)[read.form]


def count(read: Tokens, right: Ints, among: NDArray[np.bool_]) -> Counts:
    """Count in the labelled tokens `among`. right: the label of each token (O, B and I of each attribute)."""
    keys = np.concatenate([*_keys(read, right, among)])
    told, counts = np.unique(keys, return_counts=True)
    return Counts(told, counts.astype(np.uint32))


def _keys(read: Tokens, right: Ints, among: NDArray[np.bool_]) -> Iterator[Keys]:
    words = words_of(read)
    category = hashed_each(read.frame["category"])
    left, after = (beside(read, words, by) for by in (-1, 1))
    yield mix(WORD_HERE, category[among], words[among])
    yield mix(WORD, words[among])
    inside = among & (right > 0)
    attribute = ((right - 1) // 2).astype(np.uint64)
    begins = inside & (right % 2 == 1)
    goes_on = np.append((right[1:] == right[:-1] + right[:-1] % 2) & (right[1:] > 0) & (right[1:] % 2 == 0), False)
    ends = inside & ~(goes_on & (np.append(read.sequence[1:], -1) == read.sequence))
    yield mix(INSIDE_HERE, category[inside], attribute[inside], words[inside])
    yield mix(INSIDE, attribute[inside], words[inside])
    yield mix(BEGINS, attribute[begins], words[begins])
    yield mix(ENDS, attribute[ends], words[ends])
    yield mix(LEFT, attribute[begins], left[begins])
    yield mix(RIGHT, attribute[ends], after[ends])
    yield mix(VALUES, attribute[begins])
    yield mix(TOKENS, category[inside], attribute[inside])
    frame = pl.DataFrame({"product": read.frame["product"], "category": category, "attribute": attribute})
    products = frame.filter(pl.Series(among)).unique(["product"], maintain_order=True)
    yield mix(PRODUCTS, products["category"].to_numpy())
    has = frame.filter(pl.Series(begins)).unique(maintain_order=True)
    yield mix(HAS, has["category"].to_numpy(), has["attribute"].to_numpy())


def beside(read: Tokens, words: Keys, by: int) -> Keys:
    """The word before or after each token, EDGE where the text ends."""
    there = np.clip(np.arange(len(words)) + by, 0, len(words) - 1)
    inside = (read.sequence[there] == read.sequence) & (there != np.arange(len(words)))
    return np.where(inside, words[there], np.uint64(EDGE))
