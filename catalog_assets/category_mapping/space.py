"""How alike paths and nodes are: by rare words and by meaning.

Belongs here: vectors of the taxonomy's nodes and of suppliers' paths, and their products. Does not belong here: which
nodes are looked at (`candidates.py`), and the model that turns words into vectors (the caller's).

Words are weighted by inverse document frequency over the level names of the taxonomy (Sparck Jones 1972), and the
upper levels of a path count less the farther they are from its last. Both are compared by cosine (Salton and Buckley
1988). A word that the taxonomy lacks has the largest weight: it is what the path says and no node does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from catalog_assets.category_mapping.words import described, path_key
from catalog_assets.vocabulary.taxonomy import Taxonomy

Floats = NDArray[np.float32]
Encoder = Callable[[Sequence[str]], Floats]
"""Texts to rows of a matrix (texts x dimensions, Float32); the same text has the same row. Never asked for an
empty text."""

FADE = 0.6
"""What a level counts of the level below it."""

PARTS = ("last", "whole", "above", "second", "first")
"""Of a path: its last level, all levels, all but the last, the last but one, the first."""


@dataclass(frozen=True, eq=False, repr=False)
class Space:
    """A taxonomy ready to be compared with. nodes: NODES with `keys` and `key` (the whole path's), `namesakes` (nodes
    whose last level is the same) and `children`; ancestors: node, ancestor; upward: the same and each node itself;
    words: word, column, idf; unknown: the idf of a word that the taxonomy lacks."""

    taxonomy: Taxonomy
    nodes: pl.DataFrame
    ancestors: pl.DataFrame
    upward: pl.DataFrame
    words: pl.DataFrame
    unknown: float
    encode: Encoder
    vectors: "Vectors"


@dataclass(frozen=True, eq=False, repr=False)
class Vectors:
    """Rows for paths or nodes. words: PARTS -> sparse, of length one; shares: `last` with weights that sum to one;
    has: which words there are at all (0 or 1); meanings: PARTS -> dense, of length one or zero."""

    words: dict[str, sparse.csr_matrix]
    shares: sparse.csr_matrix
    has: sparse.csr_matrix
    meanings: dict[str, Floats]


def space(taxonomy: Taxonomy, encode: Encoder) -> Space:
    """Words, weights and vectors of a taxonomy's nodes."""
    told = described(taxonomy.nodes["path"])
    nodes = taxonomy.nodes.with_columns(told["keys"]).with_columns(path_key(pl.col("keys")).alias("key"))
    last = pl.col("keys").list.last()
    below = nodes.drop_nulls("parent").group_by(pl.col("parent").alias("node")).agg(pl.len().alias("children"))
    nodes = nodes.with_columns(pl.len().over(last).alias("namesakes")).join(
        below, on="node", how="left", maintain_order="left"
    )
    each = nodes.select("node", last.str.split(" ").alias("word")).explode("word").unique()
    seen = each.group_by("word").agg(pl.len().alias("df")).sort("word")
    words = seen.with_row_index("column").select(
        "word", "column", (pl.lit(nodes.height + 1.0) / "df").log().alias("idf")
    )
    unknown = float(np.log(nodes.height + 1.0))
    vectors = _vectors(told, words, unknown, encode)
    ancestors = _ancestors(nodes)
    upward = pl.concat([ancestors, nodes.select("node", pl.col("node").alias("ancestor"))])
    nodes = nodes.with_columns(pl.col("children").fill_null(0))
    return Space(taxonomy, nodes, ancestors, upward, words, unknown, encode, vectors)


def vectors(paths: pl.DataFrame, of: Space) -> Vectors:
    """Vectors of paths (PATHS) in a taxonomy's space."""
    return _vectors(paths, of.words, of.unknown, of.encode)


def _ancestors(nodes: pl.DataFrame) -> pl.DataFrame:
    up = nodes.select("node", pl.col("parent").alias("ancestor")).drop_nulls()
    step = nodes.select(pl.col("node").alias("ancestor"), pl.col("parent").alias("next"))
    found = [up]
    while found[-1].height:
        higher = found[-1].join(step, on="ancestor").select("node", pl.col("next").alias("ancestor")).drop_nulls()
        found.append(higher)
    return pl.concat(found).sort("node", "ancestor")


def _part(name: str, levels: pl.Expr) -> pl.Expr:
    """The levels of one of PARTS, a list."""
    size = levels.list.len()
    upper = levels.list.head(pl.max_horizontal(size, pl.lit(1)) - 1)
    return {
        "last": levels.list.tail(1), "whole": levels, "above": upper, "second": upper.list.tail(1),
        "first": levels.list.head(1),
    }[name]  # fmt: skip


def _vectors(paths: pl.DataFrame, words: pl.DataFrame, unknown: float, encode: Encoder) -> Vectors:
    rows, columns = paths.height, words.height
    weighed = {name: _weighed(paths, name, words, unknown) for name in PARTS}
    norm = pl.col("weight") / pl.col("weight").pow(2).sum().sqrt().over("row")
    total = pl.col("weight") / pl.col("weight").sum().over("row")
    return Vectors(
        {name: _matrix(each.with_columns(norm), rows, columns) for name, each in weighed.items()},
        _matrix(weighed["last"].with_columns(total), rows, columns),
        _matrix(weighed["whole"].with_columns(pl.lit(1.0).alias("weight")), rows, columns),
        {name: _meanings(paths, name, encode) for name in PARTS},
    )


def _weighed(paths: pl.DataFrame, part: str, words: pl.DataFrame, unknown: float) -> pl.DataFrame:
    """row, column (null for a word that the taxonomy lacks), weight; each word of a path once, where it weighs most."""
    levels = paths.select("row", _part(part, pl.col("keys")).alias("key"))
    levels = levels.with_columns(
        pl.int_ranges(pl.col("key").list.len()).alias("place"), pl.col("key").list.len().alias("n")
    )
    each = levels.explode("key", "place").drop_nulls("key").with_columns(pl.col("key").str.split(" ").alias("word"))
    fade = pl.lit(FADE).pow(pl.col("n").cast(pl.Int64) - 1 - pl.col("place"))
    told = (
        each.select("row", "word", fade.alias("fade")).explode("word").group_by("row", "word").agg(pl.col("fade").max())
    )
    known = told.join(words, on="word", how="left")
    return known.select("row", "column", (pl.col("fade") * pl.col("idf").fill_null(unknown)).alias("weight")).sort(
        "row", "column", "weight"
    )


def _matrix(each: pl.DataFrame, rows: int, columns: int) -> sparse.csr_matrix:
    known = each.drop_nulls("column")
    place = (known["row"].to_numpy(), known["column"].to_numpy())
    return sparse.csr_matrix((known["weight"].to_numpy().astype(np.float32), place), shape=(rows, columns))


def _meanings(paths: pl.DataFrame, part: str, encode: Encoder) -> Floats:
    """One row of length one a path, zeros for a part that is not there. Each distinct text is encoded once."""
    texts = paths.select(_part(part, pl.col("levels")).list.join(" ").str.to_lowercase().alias("text"))
    distinct = texts.filter(pl.col("text") != "").unique().sort("text").with_row_index("number", offset=1)
    # Asked for one text at least, so that the width is known where no path has this part.
    encoded = np.nan_to_num(np.asarray(encode(distinct["text"].to_list() or ["category"]), dtype=np.float32))
    length = np.linalg.norm(encoded, axis=1, keepdims=True)
    table = np.vstack([np.zeros((1, encoded.shape[1]), np.float32), encoded / np.maximum(length, 1e-9)])
    number = texts.join(distinct, on="text", how="left", maintain_order="left")["number"].fill_null(0)
    return np.asarray(table[number.to_numpy()], dtype=np.float32)
