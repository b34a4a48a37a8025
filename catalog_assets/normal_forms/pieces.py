"""Values of a closed list in pieces that a judge learns from.

Belongs here: the words of a value, their pieces and their meaning in numbers, and what a list's own descriptions say.
Does not belong here: learning (`generalization.py`), and the model that turns words into vectors (the caller's).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from catalog_assets.category_mapping.space import Encoder

Floats = NDArray[np.float64]
Pieces = Mapping[str, tuple[int, float]]
"""Piece -> its column and its inverse document frequency."""

EXAMPLES = pl.Schema({"attribute": pl.String(), "value": pl.String(), "normal": pl.String(), "weight": pl.Float64()})
"""One decided value; weight: 1, or less for what a list says of itself (`described`)."""

SIZES = (2, 3, 4, 5)
LAST_WORD = 0.5
"""Characters of a piece, and what the pieces of the last word count of those of all words."""
DESCRIBED = 0.5
"""What an example out of a description counts of one that somebody decided."""
_WORD = re.compile(r"[^\W\d_]+|[0-9]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FILLERS = frozenset(
    ["a", "an", "the", "of", "and", "or", "for", "in", "to", "with", "from", "such", "as", "like", "other", "various",
     "including", "include", "includes", "item", "items", "product", "products", "used"]
)  # fmt: skip
_PHRASE = re.compile(r"[,.;:()]| and | or | such as | like | including ")
_LONGEST_PHRASE = 4


def key(value: str) -> str:
    """A value as it is compared: lower-case words without plural endings (`HardDrives` and `hard drive` are one)."""
    words = _WORD.findall(_CAMEL.sub(" ", value).lower())
    return " ".join(w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in words)


def described(attribute: str, descriptions: Mapping[str, str]) -> pl.DataFrame:
    """EXAMPLES out of what a list says of its values (value -> description): their names, and short phrases of
    these."""
    rows = []
    for normal, text in descriptions.items():
        told = _PHRASE.split(f"{normal}, {text}")
        phrases = [" ".join(w for w in part.split() if w.lower() not in _FILLERS) for part in told]
        short = [phrase for phrase in phrases if 0 < len(phrase.split()) <= _LONGEST_PHRASE]
        rows += [(attribute, value, normal, DESCRIBED) for value in dict.fromkeys([normal, *short])]
    return pl.DataFrame(rows, schema=EXAMPLES, orient="row")


def pieces_of(value: str) -> Counter[str]:
    """The n-grams of a value's words, with the gaps round these; those of the last word once more, marked."""
    words = key(value).split()
    ahead: Counter[str] = Counter(piece for word in words for piece in _grams(f" {word} "))
    ahead.update(f"<{piece}" for word in words[-1:] for piece in _grams(f" {word} "))
    return ahead


def _grams(word: str) -> Iterable[str]:
    return (word[at : at + size] for size in SIZES for at in range(len(word) - size + 1))


def matrix(values: Sequence[str], pieces: Pieces, encode: Encoder | None) -> sparse.csr_matrix:
    """Values x (pieces, then dimensions of meaning): a value's pieces have length 1, those of its last word
    LAST_WORD."""
    told = _of_pieces(values, pieces)
    if encode is None or not values:
        return told
    meaning = encode([key(value) or " " for value in values])
    length = np.linalg.norm(meaning, axis=1, keepdims=True)
    return sparse.hstack([told, sparse.csr_matrix(meaning / np.where(length > 0, length, 1.0))], format="csr")


def _of_pieces(values: Sequence[str], pieces: Pieces) -> sparse.csr_matrix:
    rows, columns, numbers = [], [], []
    for row, value in enumerate(values):
        told = [(*pieces[p], p[0] == "<", 1 + np.log(n)) for p, n in pieces_of(value).items() if p in pieces]
        for last in (False, True):
            found = [(at, idf * often) for at, idf, is_last, often in told if is_last == last]
            length = float(np.sqrt(sum(number * number for _, number in found))) or 1.0
            share = (LAST_WORD if last else 1.0) / length
            rows += [row] * len(found)
            columns += [at for at, _ in found]
            numbers += [number * share for _, number in found]
    return sparse.csr_matrix((numbers, (rows, columns)), shape=(len(values), len(pieces)))
