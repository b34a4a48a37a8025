"""How well suppliers' category paths are mapped to a taxonomy, on known mappings and on real feeds.

    python benchmarks/categories.py --data DIR [--labels FILE]

DIR holds the folders `taxonomy-shopify-google` (Google's taxonomy, and Shopify paths with their Google category),
`offers-walmart-amazon` (two shops and labelled pairs of their offers) and `supplier-feeds` (CSV exports with a category
column); what is not there is left out. FILE is a CSV of columns path, target: paths of the feeds as the pipeline
standardizes them, and the Google category that a person found right before anything was mapped.

Shopify's top-level branches are dealt to five folds by hash. Each fold is tested once: three others train, the next one
calibrates and gives the thresholds. Nothing of a tested branch is used for either, and every path counts. Ideas were
tried on the first four folds only; `fold never looked at` is the last one alone.

`level n`: the first n levels of answer and truth are the same. `coverage at 0.99`: the share of paths above the lowest
threshold that was 99 % precise on the calibration branches; `precision` beside it is what these paths then had.
`any level`: paths of which some level is at least so sure; precision: the truth is that node or below it.
"""

import argparse
import gzip
import hashlib
import json
import resource
from pathlib import Path
from typing import Any

import polars as pl
from category_peers import PEERS, Judge

from catalog_assets.category_mapping import embedding
from catalog_assets.category_mapping.learning import cut, examples, learn
from catalog_assets.category_mapping.mapping import KNOWN, accepted, map_paths
from catalog_assets.category_mapping.release import Mapper
from catalog_assets.category_mapping.space import Space, space
from catalog_assets.certainty.reliability import binned, calibration_error
from catalog_assets.stages import Clock
from catalog_assets.standardized.names import category_paths
from catalog_assets.vocabulary.taxonomy import SEPARATOR, Taxonomy, google

FOLDS = 5
PRECISIONS = (0.99, 0.95)
LEVELS = 5
BINS = 10
WHOLE = "whole path"
FORMS = (WHOLE, "last two levels", "last level")
"""What of each path is mapped: all, or what poorer feeds would have kept of it."""
NEVER = 2.0
"""A threshold that nothing reaches."""


def text(file: Path) -> str:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return lines.read()


def labelled_paths(folder: Path, taxonomy: Taxonomy) -> pl.DataFrame:
    """path, node, fold."""
    rows = pl.read_csv(folder / "shopify_to_google_open_half.csv.gz", infer_schema=False)
    nodes = taxonomy.nodes.select(pl.col("id").alias("google_id"), "node")
    told = rows.select(pl.col("shopify_path").alias("path"), "google_id").join(nodes, on="google_id")
    branch = pl.col("path").str.split(SEPARATOR).list.first()
    names = sorted(told.select(branch.unique()).to_series(), key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    folds = {name: place % FOLDS for place, name in enumerate(names)}
    fold = branch.replace_strict(folds, return_dtype=pl.Int64).alias("fold")
    return told.select("path", "node", fold).sort("path")


def of_fold(labelled: pl.DataFrame, number: int) -> pl.DataFrame:
    return labelled.filter(pl.col("fold") == number % FOLDS).select("path", "node")


def learned(labelled: pl.DataFrame, of: Space, tested: int) -> Mapper:
    """Trained on the branches that are neither tested nor held out for calibration."""
    apart = [tested % FOLDS, (tested + 1) % FOLDS]
    training = labelled.filter(~pl.col("fold").is_in(apart)).select("path", "node")
    return learn(training, of_fold(labelled, tested + 1), of, embedding.name(), {"tested": tested})


def by_mapper(mapper: Mapper, of: Space) -> Judge:
    def said(paths: pl.DataFrame) -> pl.DataFrame:
        mapped = map_paths(paths["path"], of, mapper, pl.DataFrame(schema=KNOWN))
        nodes = of.nodes.select("node", pl.col("id").alias("target_id"))
        told = mapped.join(nodes, on="target_id").join(accepted_nodes(mapped, of), on="path")
        return paths.select("path").join(told, on="path", how="left", maintain_order="left")

    return said


def accepted_nodes(mapped: pl.DataFrame, of: Space) -> pl.DataFrame:
    """path, and for each of PRECISIONS the node that is accepted at that confidence."""
    nodes = of.nodes.select(pl.col("path").alias("accepted"), "node")
    told = mapped.select("path")
    for least in PRECISIONS:
        some = accepted(mapped, least).join(nodes, on="accepted", how="left")
        told = told.join(some.select("path", pl.col("node").alias(f"accepted {least}")), on="path")
    return told


# Figures.


def threshold(said: pl.DataFrame, precision: float) -> float:
    """The lowest confidence above which so many are right; said: confidence, is_right, of calibration branches."""
    ranked = said.drop_nulls("confidence").sort("confidence", descending=True)
    count = pl.int_range(1, pl.len() + 1)
    running = ranked.select("confidence", (pl.col("is_right").cum_sum() / count).alias("precision"))
    whole = running.group_by("confidence", maintain_order=True).last()
    reached = whole.filter(pl.col("precision") >= precision)["confidence"].to_list()
    return min(reached, default=NEVER)


def judged(judge: Judge, paths: pl.DataFrame) -> pl.DataFrame:
    """What is said of LABELLED paths, with `right` (node) and is_right."""
    told = judge(paths).with_columns(paths["node"].alias("right"))
    return told.with_columns((pl.col("node") == pl.col("right")).fill_null(False).alias("is_right"))


def with_taken(test: pl.DataFrame, calibration: pl.DataFrame) -> pl.DataFrame:
    """The test branches as judged, with `taken p`: above the threshold that the calibration branches gave for p."""
    least = {p: threshold(calibration, p) for p in PRECISIONS}
    taken = [(pl.col("confidence") >= least[p]).fill_null(False).alias(f"taken {p}") for p in PRECISIONS]
    return test.with_columns(taken)


def percent(share: Any) -> float | None:
    return None if share is None else round(100 * float(share), 2)


def figures(said: pl.DataFrame, of: Space) -> dict[str, Any]:
    """All figures of paths as `with_taken` gives them."""
    levels = of.nodes.select("levels")
    answer = levels["levels"].gather(said["node"].fill_null(0))
    both = said.with_columns(answer=answer, truth=levels["levels"].gather(said["right"]))
    told: dict[str, Any] = {"paths": said.height, "exactly right": percent(said["is_right"].mean())}
    for depth in range(1, LEVELS + 1):
        same = (pl.col("answer").list.head(depth) == pl.col("truth").list.head(depth)) & pl.col("node").is_not_null()
        told[f"level {depth}"] = percent(both.select(same.mean()).item())
    for p in PRECISIONS:
        taken = said.filter(pl.col(f"taken {p}"))
        told[f"coverage at {p}"] = percent(taken.height / said.height)
        told[f"precision at {p}"] = percent(taken["is_right"].mean())
        if f"accepted {p}" in said.columns:
            told[f"any level at {p}"] = of_accepted(said, f"accepted {p}", of)
    seen = said.with_columns(pl.col("confidence").fill_null(0.0))
    return told | {"calibration error": round(calibration_error(binned(seen, BINS)) or 0.0, 4)}


def of_accepted(said: pl.DataFrame, column: str, of: Space) -> dict[str, float | None]:
    """Paths that are accepted at some level, and of these the share whose truth is there or below."""
    some = said.drop_nulls(column).select(pl.col(column).alias("ancestor"), pl.col("right").alias("node"))
    right = some.join(of.upward, on=["node", "ancestor"], how="semi")
    return {"coverage": percent(some.height / said.height), "precision": percent(right.height / max(some.height, 1))}


def on_mappings(labelled: pl.DataFrame, of: Space, clock: Clock) -> dict[str, Any]:
    """Each fold tested once; figures of all paths together, of each fold, and of the simple ways."""
    parts: dict[str, list[pl.DataFrame]] = {form: [] for form in FORMS}
    for number in range(FOLDS):
        judge = by_mapper(learned(labelled, of, number), of)
        test, held_out = of_fold(labelled, number), of_fold(labelled, number + 1)
        for form in FORMS:
            both = [judged(judge, shortened(paths, form)) for paths in (test, held_out)]
            parts[form].append(with_taken(*both))
        clock.lap(f"fold {number}")
    told: dict[str, Any] = {form: figures(pl.concat(each), of) for form, each in parts.items()}
    told["exactly right by fold"] = {form: [percent(x["is_right"].mean()) for x in parts[form]] for form in FORMS}
    told["fold never looked at"] = {form: figures(parts[form][-1], of) for form in FORMS}
    told["simple ways"] = simple_ways(labelled, of)
    clock.lap("simple ways")
    return told


def shortened(labelled: pl.DataFrame, form: str) -> pl.DataFrame:
    return labelled if form == WHOLE else cut(labelled, form)


def simple_ways(labelled: pl.DataFrame, of: Space) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, way in PEERS.items():
        for form in (WHOLE, "last level"):
            # None of them learns, so each path is judged once, for when it is tested and for when it calibrates.
            said = judged(way(of), shortened(labelled, form)).with_columns(labelled["fold"])
            parts = said.partition_by("fold", maintain_order=False, as_dict=True)
            folds = [with_taken(parts[n,], parts[(n + 1) % FOLDS,]) for n in range(FOLDS)]
            found = figures(pl.concat(folds), of)
            told[f"{name}, {form}"] = {key: found[key] for key in found if key != "calibration error"}
    return told


# Real feeds.


def on_shops(folder: Path, of: Space, mapper: Mapper, least: dict[float, float]) -> dict[str, Any]:
    """Whether both offers of a labelled match land in one category. Weak: the shops differ, and often err."""
    pairs = pl.read_csv(folder / "labelled_pairs_train_valid.csv", infer_schema=False).filter(pl.col("label") == "1")
    for shop in ("walmart", "amazon"):
        rows = pl.read_csv(folder / f"{shop}.csv.gz", infer_schema=False)
        names = rows.select(f"{shop}_id", category_paths(rows["category"]).alias(shop))
        mapped = map_paths(names[shop], of, mapper, pl.DataFrame(schema=KNOWN))
        levels, sure = pl.col("target").str.split(SEPARATOR), pl.col("confidence")
        mapped = mapped.select(pl.col("path").alias(shop), levels.alias(f"to_{shop}"), sure.alias(f"sure_{shop}"))
        pairs = pairs.join(names, on=f"{shop}_id").join(mapped, on=shop)
    sure = pl.min_horizontal("sure_walmart", "sure_amazon")
    told = {"pairs": pairs.height, "distinct names": [pairs[shop].n_unique() for shop in ("walmart", "amazon")]}
    told["all"] = agreement(pairs)
    return told | {f"both taken at {p}": agreement(pairs.filter(sure >= least[p])) for p in PRECISIONS}


def agreement(pairs: pl.DataFrame) -> dict[str, Any]:
    """Pairs whose two answers agree, and how many would if partners were drawn at random."""
    told: dict[str, Any] = {"pairs": pairs.height}
    one, other = pl.col("to_walmart"), pl.col("to_amazon")
    shorter = pl.min_horizontal(one.list.len(), other.list.len())
    told["same or above"] = percent(pairs.select((one.list.head(shorter) == other.list.head(shorter)).mean()).item())
    for depth in (1, 2, 3, 9):
        sides = pairs.select(one.list.head(depth).list.join(SEPARATOR), other.list.head(depth).list.join(SEPARATOR))
        counts = [sides[name].value_counts().rename({name: "node"}) for name in sides.columns]
        met = counts[0].join(counts[1], on="node")
        chance = (met["count"] * met["count_right"]).sum() / max(pairs.height, 1) ** 2
        same = percent(sides.select((one == other).mean()).item())
        told["same" if depth > LEVELS else f"level {depth}"] = {"seen": same, "by chance": percent(chance)}
    return told


COLUMNS = ("Type", "category_tree", "breadcrumb")


def feed_paths(folder: Path) -> pl.DataFrame:
    """feed, path: a row for each product."""
    told = []
    for file in sorted(folder.glob("*.csv.gz")):
        rows = pl.read_csv(file, infer_schema=False)
        rows = rows.unique("Handle", keep="first", maintain_order=True) if "Handle" in rows.columns else rows
        column = next(name for name in COLUMNS if name in rows.columns)
        told.append(
            pl.DataFrame({"path": category_paths(rows[column])}).select(pl.lit(file.name).alias("feed"), "path")
        )
    return pl.concat(told)


def on_feeds(folder: Path, of: Space, mapper: Mapper, least: dict[float, float], labels: Path | None) -> dict[str, Any]:
    """How much of the feeds could be taken without a person; with labels, how right it is."""
    products = feed_paths(folder).drop_nulls("path")
    said = by_mapper(mapper, of)(products.select("path").unique().sort("path"))
    told: dict[str, Any] = {"products": products.height, "distinct paths": said.height}
    for p in PRECISIONS:
        taken, some = said.filter(pl.col("confidence") >= least[p]), said.drop_nulls(f"accepted {p}")
        for name, part in ((f"taken at {p}", taken), (f"any level at {p}", some)):
            share = products.join(part, on="path", how="semi").height / products.height
            told[name] = {"paths": percent(part.height / said.height), "products": percent(share)}
    if labels:
        nodes = of.nodes.select(pl.col("path").alias("target"), pl.col("node").alias("right"))
        known = said.join(pl.read_csv(labels).join(nodes, on="target").select("path", "right"), on="path")
        taken_at = [(pl.col("confidence") >= least[p]).alias(f"taken {p}") for p in PRECISIONS]
        is_right = (pl.col("node") == pl.col("right")).alias("is_right")
        told["by hand"] = figures(known.with_columns(is_right, *taken_at), of)
    return told


def judge(folder: Path, labels: Path | None) -> dict[str, Any]:
    clock = Clock()
    known = folder / "taxonomy-shopify-google"
    taxonomy = google(text(known / "google_taxonomy_en_US.txt.gz"))
    of, labelled = space(taxonomy, embedding.encode), labelled_paths(known, taxonomy)
    clock.lap("taxonomy")
    told: dict[str, Any] = {"taxonomy": f"{taxonomy.name} {taxonomy.version}", "nodes": taxonomy.nodes.height}
    told["shopify to google"] = on_mappings(labelled, of, clock)
    # For the feeds nothing is held back as a test: only the first fold, which calibrates.
    others = labelled.filter(pl.col("fold") != 0).select("path", "node")
    mapper = learn(others, of_fold(labelled, 0), of, embedding.name(), {})
    seen = judged(by_mapper(mapper, of), examples(of_fold(labelled, 0)))
    # Feeds hold few of the taxonomy's own paths: those that are would let too much through beside them.
    least = {p: threshold(seen.filter(pl.col("method") == "learned"), p) for p in PRECISIONS}
    told["release"] = {"version": mapper.version, "thresholds": {str(p): round(t, 4) for p, t in least.items()}}
    if (folder / "offers-walmart-amazon").is_dir():
        told["walmart and amazon (weak)"] = on_shops(folder / "offers-walmart-amazon", of, mapper, least)
    if (folder / "supplier-feeds").is_dir():
        told["supplier feeds"] = on_feeds(folder / "supplier-feeds", of, mapper, least, labels)
    clock.lap("feeds")
    return told | {"seconds": clock.laps}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder with the folders named above")
    parser.add_argument("--labels", type=Path, help="paths of the feeds with the category that is right")
    arguments = parser.parse_args()
    print(json.dumps(judge(arguments.data, arguments.labels), indent=1, ensure_ascii=False))
    print(json.dumps({"peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)}))


if __name__ == "__main__":
    main()
