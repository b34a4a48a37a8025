"""The node of each supplier path: by a decision, by being the same path, or by what was learned.

Belongs here: the order in which these count, the answer with its confidence and evidence, and what of it can be
accepted. Does not belong here: similarities, features and scores (the modules before), and who decides doubtful paths.

Everything is told for a *path*, never for a product: whatever becomes of a path holds for all products under it.
"""

import polars as pl

from catalog_assets.category_mapping.candidates import candidates
from catalog_assets.category_mapping.features import features
from catalog_assets.category_mapping.release import DEPTHS, Mapper
from catalog_assets.category_mapping.scorer import probability
from catalog_assets.category_mapping.space import Space
from catalog_assets.category_mapping.words import described, path_key
from catalog_assets.vocabulary.taxonomy import SEPARATOR

RUNNER_UP = pl.Struct({"target": pl.String(), "probability": pl.Float64()})
"""Another candidate, and the scorer's own probability for it, which is not calibrated."""
MAPPED = pl.Schema(
    {
        "path": pl.String(), "target_id": pl.String(), "target": pl.String(), "confidence": pl.Float64(),
        "level_confidences": pl.List(pl.Float64()), "method": pl.String(), "evidence": pl.String(),
        "runners_up": pl.List(RUNNER_UP),
    }
)  # fmt: skip
"""A row for each supplier path. target: path of the node; confidence: that it is exactly the right one;
level_confidences: for each level of the target from the top, that the right node is there or below; method: known,
exact or learned."""

KNOWN = pl.Schema({"path": pl.String(), "target_id": pl.String()})
"""Mappings that people have decided."""

ACCEPTED = pl.Schema({"path": pl.String(), "accepted": pl.String(), "accepted_confidence": pl.Float64()})
RUNNERS_UP = 3
DIGITS = 6
"""Of a confidence: sums may differ in their last digits from run to run, and answers must not."""


def map_paths(paths: pl.Series, of: Space, mapper: Mapper, known: pl.DataFrame) -> pl.DataFrame:
    """MAPPED, one row for each distinct path (levels joined by ' > '; null and empty ones are left out), sorted.

    known: KNOWN; an entry whose node the taxonomy lacks is passed over, so that the path is asked about again.
    """
    distinct = paths.cast(pl.String).drop_nulls().unique().sort()
    told = described(distinct).filter(pl.col("depth") > 0)
    told = described(told["path"])
    found = _sure(told, of, mapper, known)
    rest = described(told.join(found, on="path", how="anti", maintain_order="left")["path"])
    return pl.concat([found, _learned(rest, of, mapper)]).sort("path")


def accepted(mapped: pl.DataFrame, least: float) -> pl.DataFrame:
    """ACCEPTED: of each path of MAPPED the deepest node that is sure enough, null if none is.

    That is the target if its confidence is at least `least`; else the lowest level above it whose confidence is.
    """
    size = pl.col("level_confidences").list.len()
    above = pl.col("level_confidences").list.head(pl.max_horizontal(size, pl.lit(1)) - 1)
    deep = above.list.eval((pl.element() >= least).cast(pl.UInt32)).list.sum().alias("deep")
    whole = pl.col("confidence") >= least
    told = mapped.with_columns(deep)
    upper = pl.col("target").str.split(SEPARATOR).list.head(pl.col("deep")).list.join(SEPARATOR)
    sure = pl.col("level_confidences").list.get(pl.col("deep").cast(pl.Int64) - 1, null_on_oob=True)
    some = pl.col("deep") > 0
    return told.select(
        "path",
        pl.when(whole).then("target").when(some).then(upper).alias("accepted"),
        pl.when(whole).then("confidence").when(some).then(sure).alias("accepted_confidence"),
    )


def _sure(told: pl.DataFrame, of: Space, mapper: Mapper, known: pl.DataFrame) -> pl.DataFrame:
    """MAPPED of paths that were decided, or that are a node's own path in another spelling."""
    decided = described(known["path"]).select(path_key(pl.col("keys")).alias("key"), known["target_id"].alias("id"))
    decided = decided.unique("key", keep="last", maintain_order=True)
    keyed = told.select("path", path_key(pl.col("keys")).alias("key"))
    nodes = of.nodes.select("id", pl.col("path").alias("target"), "depth", "key")
    by_decision = keyed.join(decided, on="key").join(nodes.drop("key"), on="id")
    itself = keyed.join(by_decision, on="path", how="anti").join(nodes.unique("key", keep="none"), on="key")
    return pl.concat(
        [
            _stated(by_decision, "known", "a person decided this path", 1.0),
            _stated(itself, "exact", "the path is the category's own", mapper.exact),
        ]
    )


def _stated(rows: pl.DataFrame, method: str, evidence: str, confidence: float) -> pl.DataFrame:
    sure = pl.lit(confidence, pl.Float64)
    return rows.select(
        "path", pl.col("id").alias("target_id"), "target", sure.alias("confidence"),
        sure.repeat_by("depth").alias("level_confidences"), pl.lit(method).alias("method"),
        pl.lit(evidence).alias("evidence"), pl.lit([], MAPPED["runners_up"]).alias("runners_up"),
    )  # fmt: skip


def _learned(paths: pl.DataFrame, of: Space, mapper: Mapper) -> pl.DataFrame:
    """MAPPED of PATHS that nothing sure is known about."""
    ranked = scored(paths, of, mapper.trees)
    first = ranked.filter(pl.col("place") == 0).join(confidences(ranked, paths, of, mapper), on="row")
    node = of.nodes.select("node", pl.col("id").alias("target_id"), pl.col("path").alias("target"), "keys")
    others = (
        ranked.filter(pl.col("place").is_between(1, RUNNERS_UP)).join(node, on="node", maintain_order="left")
        .group_by("row", maintain_order=True).agg(pl.struct("target", "probability").alias("runners_up"))
    )  # fmt: skip
    told = paths.select("row", "path", pl.col("keys").alias("said")).join(first, on="row").join(node, on="node")
    told = told.join(others, on="row", how="left").with_columns(
        pl.col("runners_up").fill_null(pl.lit([], MAPPED["runners_up"])),
        pl.lit("learned").alias("method"),
        _evidence().alias("evidence"),
    )
    return told.select(pl.col(name).cast(kind) for name, kind in MAPPED.items())


def scored(paths: pl.DataFrame, of: Space, trees: tuple[str, ...]) -> pl.DataFrame:
    """row, node, probability, place (0 is the best), meaning_last: every candidate of each of PATHS."""
    pairs = candidates(paths, of)
    told = features(paths, pairs, of)
    by = [pl.col("row"), pl.col("probability").neg(), pl.col("node")]
    ranked = told.select("row", "node", "meaning_last").with_columns(probability(told, trees)).sort(by)
    return ranked.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).over("row").alias("place"))


def masses(ranked: pl.DataFrame, of: Space) -> pl.DataFrame:
    """row, level (1 is the top), mass: the probability of the best candidate's node at this level and all below it."""
    best = ranked.filter(pl.col("place") == 0).select("row", pl.col("node").alias("best"))
    depths = of.nodes.select(pl.col("node").alias("ancestor"), pl.col("depth").alias("level"))
    line = best.join(of.upward.rename({"node": "best"}), on="best").join(depths, on="ancestor")
    each = ranked.select("row", "node", "probability").join(of.upward, on="node")
    summed = (
        each.join(line, on=["row", "ancestor"])
        .group_by("row", "level")
        .agg(pl.col("probability").sum().round(9).alias("mass"))
    )
    return summed.sort("row", "level")


def confidences(ranked: pl.DataFrame, paths: pl.DataFrame, of: Space, mapper: Mapper) -> pl.DataFrame:
    """row, confidence, level_confidences of each best candidate. No level is less sure than one below it, or than the
    answer itself."""
    best = ranked.filter(pl.col("place") == 0).select("row", "probability").join(depth_class(paths), on="row")
    levels = masses(ranked, of).join(depth_class(paths), on="row")
    sure, sure_levels = [], []
    for number in range(DEPTHS):
        mine = best.filter(pl.col("class") == number)
        sure.append(mine.select("row", mapper.of_node[number].confidence(mine["probability"]).alias("confidence")))
        of_mine = levels.filter(pl.col("class") == number)
        sure_levels.append(
            of_mine.select("row", "level", mapper.of_level[number].confidence(of_mine["mass"]).alias("said"))
        )
    told = pl.concat(sure_levels).join(pl.concat(sure), on="row").sort("row", "level")
    least = pl.max_horizontal("said", "confidence").cum_max(reverse=True).over("row")
    told = told.with_columns(least.round(DIGITS).alias("said"), pl.col("confidence").round(DIGITS))
    return told.group_by("row", maintain_order=True).agg(
        pl.col("confidence").first(), pl.col("said").alias("level_confidences")
    )  # fmt: skip


def depth_class(paths: pl.DataFrame) -> pl.DataFrame:
    """row, class: which of DEPTHS calibrations a path of PATHS has."""
    return paths.select("row", (pl.col("depth").clip(1, DEPTHS).cast(pl.Int64) - 1).alias("class"))


def _evidence() -> pl.Expr:
    """The words that both sides have, or how alike the meanings of the last levels are."""
    words = [pl.col(name).list.join(" ").str.split(" ").list.unique(maintain_order=True) for name in ("said", "keys")]
    common = words[0].list.set_intersection(words[1]).list.sort().list.join(", ")
    meaning = pl.format("meaning {}", pl.col("meaning_last").round(2))
    return pl.when(common != "").then(pl.format("words: {}", common)).otherwise(meaning)
