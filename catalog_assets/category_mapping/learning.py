"""How a mapper learns from paths whose node is known.

Belongs here: examples from labelled paths, training, calibration. Does not belong here: the scorer and the calibration
themselves, and which labelled paths are for training, for calibration and for testing (the caller's).

Suppliers rarely state as many levels as a taxonomy has. So a labelled path is learned from twice: as it is, and cut
to what a poorer feed would have kept of it.
"""

from typing import Any

import polars as pl

from catalog_assets.category_mapping.candidates import candidates
from catalog_assets.category_mapping.features import features
from catalog_assets.category_mapping.mapping import depth_class, masses, scored
from catalog_assets.category_mapping.release import DEPTHS, Mapper
from catalog_assets.category_mapping.scorer import train
from catalog_assets.category_mapping.space import Space
from catalog_assets.category_mapping.words import described, path_key
from catalog_assets.certainty.calibration import Calibration, fit
from catalog_assets.vocabulary.taxonomy import SEPARATOR

LABELLED = pl.Schema({"path": pl.String(), "node": pl.UInt32()})
"""Distinct paths and the right node of each."""


def _first_and_last(levels: pl.Expr) -> pl.Expr:
    return pl.concat_list(levels.list.head(1), levels.list.tail(1))


CUTS = {
    "last level": lambda levels: levels.list.tail(1),
    "last two levels": lambda levels: levels.list.tail(2),
    "without the top": lambda levels: levels.list.tail(pl.max_horizontal(levels.list.len(), pl.lit(2)) - 1),
    "top and last": _first_and_last,
}
"""What poorer feeds keep of a path."""


def cut(labelled: pl.DataFrame, how: str) -> pl.DataFrame:
    """LABELLED with each path cut as CUTS says; one text may then stand for several nodes, as in a feed."""
    levels = pl.col("path").str.split(SEPARATOR)
    return labelled.with_columns(CUTS[how](levels).list.join(SEPARATOR).alias("path"))


def examples(labelled: pl.DataFrame) -> pl.DataFrame:
    """LABELLED with, after the whole paths, each path once more cut in one of the ways; which one its text decides."""
    number = pl.col("path").hash(seed=7) % len(CUTS)
    return pl.concat([labelled, *(cut(labelled.filter(number == place), how) for place, how in enumerate(CUTS))])


def learn(training: pl.DataFrame, held_out: pl.DataFrame, of: Space, encoder: str, facts: dict[str, Any]) -> Mapper:
    """A mapper from LABELLED `training`, calibrated on LABELLED `held_out`, which it must not have in common.

    Raises ValueError if either is empty.
    """
    if training.is_empty() or held_out.is_empty():
        raise ValueError("A mapper needs labelled paths to learn from and others to be calibrated on.")
    shown = examples(training)
    paths = described(shown["path"])
    told = features(paths, candidates(paths, of), of)
    trees = train(told, told["node"] == shown["node"][told["row"]])
    of_node, of_level = calibrated(examples(held_out), of, trees)
    return Mapper(trees, of_node, of_level, _exact(pl.concat([training, held_out]), of), encoder, facts)


def calibrated(
    held_out: pl.DataFrame, of: Space, trees: tuple[str, ...]
) -> tuple[tuple[Calibration, ...], tuple[Calibration, ...]]:
    """Calibrations of the answer and of its levels, by the depth of paths that the trees have not seen."""
    paths = described(held_out["path"])
    own = paths.select("row", path_key(pl.col("keys")).alias("key")).join(of.nodes, on="key", how="semi")
    # A path that is a node's own is never judged by its score, so it says nothing about scores either.
    ranked = scored(paths, of, trees).join(own, on="row", how="anti", maintain_order="left")
    right = paths.select("row", held_out["node"].alias("right"))
    best = ranked.filter(pl.col("place") == 0).join(right, on="row").join(depth_class(paths), on="row")
    levels = masses(ranked, of).join(_right_levels(best, of), on=["row", "level"])
    best = best.with_columns((pl.col("node") == pl.col("right")).alias("is_right"))
    return _by_class(best, "probability"), _by_class(levels, "mass")


def _right_levels(best: pl.DataFrame, of: Space) -> pl.DataFrame:
    """row, class, level, is_right: of each level of `best` (row, class, node, right) whether the right node is there or
    below."""
    line = best.join(of.upward, on="node").join(
        of.nodes.select(pl.col("node").alias("ancestor"), pl.col("depth").alias("level")), on="ancestor"
    )
    hits = of.upward.select(pl.col("node").alias("right"), "ancestor", pl.lit(True).alias("is_right"))
    told = line.join(hits, on=["right", "ancestor"], how="left")
    return told.select("row", "class", "level", pl.col("is_right").fill_null(False))


def _by_class(cases: pl.DataFrame, score: str) -> tuple[Calibration, ...]:
    """A calibration for each depth; of all cases together where a depth has none."""
    told = []
    cases = cases.sort("row", score)
    for number in range(DEPTHS):
        mine = cases.filter(pl.col("class") == number)
        mine = cases if mine.is_empty() else mine
        told.append(fit(mine[score], mine["is_right"]))
    return tuple(told)


def _exact(labelled: pl.DataFrame, of: Space) -> float:
    """How often a node whose path is the labelled one is the right node, by Laplace's rule of succession."""
    keyed = described(labelled["path"]).select(path_key(pl.col("keys")).alias("key"), labelled["node"].alias("right"))
    same = keyed.join(of.nodes.select("key", "node"), on="key")
    return (int((same["node"] == same["right"]).sum()) + 1) / (same.height + 2)
