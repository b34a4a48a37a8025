"""Which nodes a path may belong to: those that share its words or its meaning, and all above them.

Belongs here: candidate pairs of path and node, with their similarities. Does not belong here: judging them
(`features.py`, `scorer.py`).

A node above a candidate is a candidate too: where the taxonomy is coarser than the supplier, it is the right answer.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from catalog_assets.category_mapping.space import Floats, Space, Vectors, vectors
from catalog_assets.category_mapping.words import path_key

STEP = 512
"""Paths that are compared with all nodes at once."""
BEST = 8
"""Nodes kept by each of the similarities in ASKED."""
DIGITS = 4
"""Of a similarity; more would be noise."""
NAMESAKES = 12
"""A level that so many nodes share names none of them; the other similarities decide."""

COMPARED = {
    "last": ("last", "last"), "whole": ("whole", "whole"), "above": ("above", "above"), "second": ("second", "last"),
    "last_whole": ("last", "whole"), "whole_last": ("whole", "last"), "first": ("first", "first"),
    "last_above": ("last", "second"),
}  # fmt: skip
"""Similarity -> the part of the path and the part of the node that are compared (PARTS), by words and by meaning."""

SIMILARITIES = (*(f"{kind}_{name}" for kind in ("words", "meaning") for name in COMPARED), "said", "asked")
ASKED = ("words_last", "words_whole", "words_whole_last", "meaning_last", "meaning_whole", "meaning_last_whole")


def candidates(paths: pl.DataFrame, of: Space) -> pl.DataFrame:
    """row (of paths: PATHS), node and one Float32 column for each of SIMILARITIES (0 to 1; meanings from -1), sorted.

    said: which share of the weight of the path's last level the node's path has; asked: the other way round.
    """
    mine = vectors(paths, of)
    named = _named(paths, of)
    parts = [
        _of_step(paths["row"][start : start + STEP], start, mine, named, of) for start in range(0, paths.height, STEP)
    ]
    schema = {"row": pl.UInt32, "node": pl.UInt32} | dict.fromkeys(SIMILARITIES, pl.Float32)
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)


def _named(paths: pl.DataFrame, of: Space) -> pl.DataFrame:
    """row, node where a level of the path is the node's last level, or the beginning of the path is the node's path."""
    last = of.nodes.filter(pl.col("namesakes") <= NAMESAKES).select(pl.col("keys").list.last().alias("level"), "node")
    by_level = paths.select("row", pl.col("keys").alias("level")).explode("level").join(last, on="level")
    heads = [
        paths.select("row", path_key(pl.col("keys").list.head(size)).alias("key"))
        for size in range(1, int(paths["depth"].max() or 0) + 1)  # type: ignore[arg-type]
    ]
    by_head = [head.join(of.nodes.select("key", "node"), on="key").select("row", "node") for head in heads]
    return pl.concat([by_level.select("row", "node"), *by_head]).unique()


def _of_step(rows: pl.Series, start: int, mine: Vectors, named: pl.DataFrame, of: Space) -> pl.DataFrame:
    part = slice(start, start + rows.len())
    best = np.hstack([_best(_with_all(name, mine, part, of.vectors)) for name in ASKED])
    found = pl.DataFrame({"row": np.repeat(rows.to_numpy(), best.shape[1]), "node": best.ravel()})
    here = named.filter(pl.col("row").is_between(start, start + rows.len() - 1))
    found = pl.concat([found.select(pl.col("row", "node").cast(pl.UInt32)), here]).unique()
    above = found.join(of.ancestors, on="node").select("row", pl.col("ancestor").alias("node"))
    pairs = pl.concat([found, above]).unique().sort("row", "node")
    told = _of_pairs(pairs["row"].to_numpy(), pairs["node"].to_numpy(), mine, of.vectors)
    return pairs.with_columns(pl.Series(name, told[name]) for name in SIMILARITIES)


def _with_all(name: str, mine: Vectors, part: slice, nodes: Vectors) -> Floats:
    """One of SIMILARITIES of some paths with all nodes: paths x nodes."""
    kind, _, what = name.partition("_")
    left, right = COMPARED[what]
    if kind == "words":
        return np.asarray((mine.words[left][part] @ nodes.words[right].T).toarray(), dtype=np.float32)
    return mine.meanings[left][part] @ nodes.meanings[right].T


def _best(scores: Floats) -> NDArray[np.int64]:
    """paths x BEST: the nodes with the highest scores, in no order; among equals the first ones.

    Rounded: the last digits of a product depend on which paths are multiplied together, and an answer must not.
    """
    if scores.shape[1] <= BEST:
        return np.tile(np.arange(scores.shape[1]), (scores.shape[0], 1))
    ordered = np.round(scores.astype(np.float64), DIGITS) - np.arange(scores.shape[1]) * 1e-9
    return np.argpartition(-ordered, BEST, axis=1)[:, :BEST]


def _of_pairs(left: NDArray[np.uint32], right: NDArray[np.uint32], mine: Vectors, nodes: Vectors) -> dict[str, Floats]:
    """SIMILARITIES of pairs of a path and a node, pair by pair."""
    told = {}
    for name, (one, other) in COMPARED.items():
        told[f"words_{name}"] = _rowwise(mine.words[one][left], nodes.words[other][right])
        meaning = np.einsum("ij,ij->i", mine.meanings[one][left], nodes.meanings[other][right])
        told[f"meaning_{name}"] = np.round(meaning, DIGITS)
    told["said"] = _rowwise(mine.shares[left], nodes.has[right])
    told["asked"] = _rowwise(mine.has[left], nodes.shares[right])
    return told


def _rowwise(one: sparse.csr_matrix, other: sparse.csr_matrix) -> Floats:
    return np.round(np.asarray(one.multiply(other).sum(axis=1), dtype=np.float32).ravel(), DIGITS)
