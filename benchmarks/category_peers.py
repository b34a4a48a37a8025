"""Simple ways of mapping a category path, which the learned mapper is compared with.

Each gives, of a taxonomy's space, a function from paths (a frame with the column path) to path, node (null for no
answer) and confidence, row by row. None of them learns anything.
"""

from collections.abc import Callable

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from catalog_assets.category_mapping.space import Space, vectors
from catalog_assets.category_mapping.words import described, path_key

Judge = Callable[[pl.DataFrame], pl.DataFrame]


def by_shared_path(of: Space) -> Judge:
    """The deepest node whose path the supplier's begins with."""

    def said(paths: pl.DataFrame) -> pl.DataFrame:
        told = described(paths["path"])
        heads = [told.select("row", path_key(pl.col("keys").list.head(n)).alias("key")) for n in range(1, 10)]
        met = pl.concat(heads).unique().join(of.nodes.select("key", "node", "depth"), on="key")
        deepest = met.sort("depth").unique("row", keep="last").select("row", "node", confidence=pl.lit(1.0))
        return told.select("row", "path").join(deepest, on="row", how="left", maintain_order="left")

    return said


def by_last_name(of: Space) -> Judge:
    """The first node whose last level is the supplier's."""

    def said(paths: pl.DataFrame) -> pl.DataFrame:
        told = described(paths["path"]).select("path", pl.col("keys").list.last().alias("name"))
        names = of.nodes.select(pl.col("keys").list.last().alias("name"), "node", confidence=1.0 / pl.col("namesakes"))
        return told.join(names.unique("name", keep="first"), on="name", how="left", maintain_order="left")

    return said


def by_token_set(of: Space) -> Judge:
    """The node whose path has the best token_set_ratio of rapidfuzz; of equals, which are many, the deepest."""
    deep = of.nodes["depth"].to_numpy().astype(np.float32) / 1000

    def said(paths: pl.DataFrame) -> pl.DataFrame:
        sides = [side["path"].str.to_lowercase().to_list() for side in (paths, of.nodes)]
        alike = process.cdist(*sides, scorer=fuzz.token_set_ratio, workers=2, dtype=np.float32)
        return best(paths, alike / 100 + deep)

    return said


def by_meaning(of: Space) -> Judge:
    """The node whose path has the nearest embedding."""

    def said(paths: pl.DataFrame) -> pl.DataFrame:
        mine = vectors(described(paths["path"]), of)
        return best(paths, mine.meanings["whole"] @ of.vectors.meanings["whole"].T)

    return said


def best(paths: pl.DataFrame, scores: np.ndarray) -> pl.DataFrame:
    node = pl.Series("node", scores.argmax(axis=1), dtype=pl.UInt32)
    return paths.select("path").with_columns(node, pl.Series("confidence", scores.max(axis=1), dtype=pl.Float64))


PEERS: dict[str, Callable[[Space], Judge]] = {
    "deepest shared path": by_shared_path,
    "last level's name": by_last_name,
    "token_set_ratio": by_token_set,
    "nearest embedding": by_meaning,
}
