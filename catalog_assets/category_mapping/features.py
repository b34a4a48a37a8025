"""A path and a candidate node in numbers that a scorer learns from.

Belongs here: agreement of names and of ancestors, depths, and how a node stands among the path's other candidates. Does
not belong here: which nodes are candidates (`candidates.py`) and what follows from the numbers (`scorer.py`).

No label is looked at. Where a taxonomy is coarser than the path, a parent must win over its children: so a node is told
how well the best candidate below it, and the best beside it, fits.
"""

from collections.abc import Callable

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from catalog_assets.category_mapping.candidates import SIMILARITIES
from catalog_assets.category_mapping.space import Space

WORKERS = 2
DEEPEST = 8
"""Levels from the top that are compared one by one."""
FAR = 9

COMPARED: dict[str, tuple[str, str, Callable[..., float]]] = {
    "name_ratio": ("last_path", "last_node", fuzz.ratio),
    "name_sort": ("last_path", "last_node", fuzz.token_sort_ratio),
    "name_set": ("last_path", "last_node", fuzz.token_set_ratio),
    "name_part": ("last_path", "last_node", fuzz.partial_ratio),
    "second_sort": ("second_path", "last_node", fuzz.token_sort_ratio),
    "path_set": ("all_path", "all_node", fuzz.token_set_ratio),
}
"""Feature -> the two texts (words of PATHS' keys) and how they are compared."""

STANDING = ("overall", "words_last", "words_whole", "meaning_last", "meaning_whole", "name_sort")
ALIKE = ("words_last", "meaning_last", "overall")


def features(paths: pl.DataFrame, pairs: pl.DataFrame, of: Space) -> pl.DataFrame:
    """row, node and one Float32 column for each of FEATURES. paths: PATHS; pairs: as `candidates` gives them."""
    left = paths[pairs["row"]].select(pl.col("keys", "depth").name.suffix("_path"))
    right = of.nodes[pairs["node"]].select(
        pl.col("keys", "depth").name.suffix("_node"), "namesakes", "children", "is_leaf"
    )
    both = pl.concat([pairs, left, right], how="horizontal").with_columns(_texts())
    told = both.with_columns(pl.Series(name, _alike(both[a], both[b], how)) for name, (a, b, how) in COMPARED.items())
    told = told.with_columns(_levels()).with_columns(
        (pl.col("prefix") / pl.col("depth_node")).alias("prefix_of_node"),
        (pl.col("prefix") / pl.col("depth_path")).alias("prefix_of_path"),
        (pl.col("depth_path").cast(pl.Int32) - pl.col("depth_node").cast(pl.Int32)).alias("deeper"),
        _overall().alias("overall"),
    )
    told = _standing(_around(told, of))
    return told.select("row", "node", *(pl.col(name).cast(pl.Float32) for name in FEATURES))


def _texts() -> list[pl.Expr]:
    sides = []
    for side in ("path", "node"):
        keys = pl.col(f"keys_{side}")
        sides += [
            keys.list.last().fill_null("").alias(f"last_{side}"),
            keys.list.get(-2, null_on_oob=True).fill_null("").alias(f"second_{side}"),
            keys.list.join(" ").alias(f"all_{side}"),
        ]
    return sides


def _alike(one: pl.Series, other: pl.Series, scorer: Callable[..., float]) -> np.ndarray:
    return process.cpdist(one.to_list(), other.to_list(), scorer=scorer, workers=WORKERS, dtype=np.float32)


def _levels() -> list[pl.Expr]:
    """How the names of levels agree.

    prefix: levels from the top on that are the same in both; up: how far above the path's last level the node's name
    stands (0: it is the last, FAR: nowhere); shared_*: the share of levels that the other side has somewhere.
    """
    path, node, last = pl.col("keys_path"), pl.col("keys_node"), pl.col("last_node")
    same = [
        (path.list.get(k, null_on_oob=True) == node.list.get(k, null_on_oob=True)).fill_null(False)
        for k in range(DEEPEST)
    ]
    prefix = pl.sum_horizontal(pl.all_horizontal(same[: k + 1]).cast(pl.Int32) for k in range(DEEPEST))
    ups = [pl.when(path.list.get(-1 - k, null_on_oob=True) == last).then(k) for k in range(DEEPEST)]
    common = path.list.set_intersection(node).list.len()
    return [
        prefix.alias("prefix"),
        pl.coalesce(*ups, pl.lit(FAR)).alias("up"),
        (common / pl.col("depth_node")).alias("shared_of_node"),
        (common / pl.col("depth_path")).alias("shared_of_path"),
    ]


def _overall() -> pl.Expr:
    parts = ("words_last", "words_whole", "meaning_last", "meaning_whole", "said", "asked")
    return pl.sum_horizontal(parts) / len(parts)


def _around(told: pl.DataFrame, of: Space) -> pl.DataFrame:
    """Beside each of ALIKE the best of it below the node (`*_below`) and among its siblings (`*_beside`), else 0."""
    alike = told.select("row", "node", *ALIKE)
    below = (
        alike.join(of.ancestors, on="node").group_by("row", pl.col("ancestor").alias("node"))
        .agg(pl.col(ALIKE).max().name.suffix("_below"))
    )  # fmt: skip
    parents = of.nodes.select("node", pl.col("parent").fill_null(of.nodes.height))
    told = told.join(below, on=["row", "node"], how="left", maintain_order="left")
    told = told.join(parents, on="node", how="left", maintain_order="left")
    group = ("row", "parent")
    for name in ALIKE:
        first, second = pl.col(name).max().over(group), pl.col(name).top_k(2).min().over(group)
        alone = pl.len().over(group) == 1
        beside = pl.when(alone).then(0.0).when(pl.col(name) < first).then(first).otherwise(second)
        told = told.with_columns(pl.col(f"{name}_below").fill_null(0.0), beside.alias(f"{name}_beside"))
    return told


def _standing(told: pl.DataFrame) -> pl.DataFrame:
    """Rank among the path's candidates, and how far behind the best."""
    return told.with_columns(
        *(pl.col(name).rank("min", descending=True).over("row").alias(f"{name}_rank") for name in STANDING),
        *((pl.col(name) - pl.col(name).max().over("row")).alias(f"{name}_behind") for name in STANDING),
        pl.len().over("row").alias("rivals"),
    )


FEATURES: tuple[str, ...] = (
    *SIMILARITIES, *COMPARED, "overall", "prefix", "prefix_of_node", "prefix_of_path", "up", "shared_of_node",
    "shared_of_path", "depth_path", "depth_node", "deeper", "namesakes", "children", "is_leaf",
    *(f"{name}_{where}" for name in ALIKE for where in ("below", "beside")),
    *(f"{name}_{what}" for name in STANDING for what in ("rank", "behind")), "rivals",
)  # fmt: skip
"""Names and order of the columns that a scorer is trained on."""
