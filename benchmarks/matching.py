"""How well and how fast offers of two shops are matched, on labelled pairs.

    python benchmarks/matching.py --data DIR        # quality, on labelled pairs
    python benchmarks/matching.py --offers 1000000  # time and memory, on simulated offers

DIR holds `left.csv`, `right.csv` (columns id, name; description, brand, mpn, price if there are any; `.gz` too) and
`pairs.csv` (split: train, valid or test; left_id, right_id, label: 1 or 0). The layouts of the public sets Abt-Buy and
Walmart-Amazon are known by their file names.

The matcher is trained on train; its threshold is chosen on valid, and on train by matchers that had not seen the pair;
test is looked at once, at the end. Without a test split the figures on valid are given, and said to be so. A labelled
pair that blocking does not propose counts as judged "no match". `clusters`: the same pairs, judged by whether both
offers end in one group.
"""

import argparse
import json
import resource
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from catalog_assets.certainty.thresholds import best_threshold
from catalog_assets.configuration import load
from catalog_assets.matched.blocking import AT_SCALE, candidates
from catalog_assets.matched.features import features
from catalog_assets.matched.linking import Offers, Rules, link
from catalog_assets.matched.matcher import Matcher, train, unseen
from catalog_assets.matched.tokens import OFFERS, tokens
from catalog_assets.stages import Clock

SIDES = ("left", "right")


@dataclass(frozen=True)
class Layout:
    """Where a set keeps what: files, and our name -> its column."""

    left: str
    right: str
    pairs: str
    encoding: str = "utf8"
    left_columns: dict[str, str] = field(default_factory=dict)
    right_columns: dict[str, str] = field(default_factory=dict)
    pair_columns: dict[str, str] = field(default_factory=lambda: {"left_id": "left_id", "right_id": "right_id"})


PLAIN = {name: name for name in ("id", "name", "description", "brand", "mpn", "price")}
WALMART = {"name": "title", "brand": "brand", "mpn": "modelno", "price": "price"}
LAYOUTS = (
    Layout(
        "abt.csv", "buy.csv", "labelled_pairs.csv", "latin-1",
        {"id": "id", "name": "name", "description": "description", "price": "price"},
        {"id": "id", "name": "name", "description": "description", "brand": "manufacturer", "price": "price"},
        {"left_id": "idAbt", "right_id": "idBuy"},
    ),
    Layout(
        "walmart.csv.gz", "amazon.csv.gz", "labelled_pairs_train_valid.csv", "utf8",
        {"id": "walmart_id", **WALMART}, {"id": "amazon_id", **WALMART},
        {"left_id": "walmart_id", "right_id": "amazon_id"},
    ),
    Layout("left.csv", "right.csv", "pairs.csv", left_columns=PLAIN, right_columns=PLAIN),
    Layout("left.csv.gz", "right.csv.gz", "pairs.csv", left_columns=PLAIN, right_columns=PLAIN),
)  # fmt: skip


def layout_of(folder: Path) -> Layout:
    """The layout whose files are there."""
    for layout in LAYOUTS:
        if all((folder / file).exists() for file in (layout.left, layout.right, layout.pairs)):
            return layout
    raise SystemExit(f"{folder} holds none of: {'; '.join(f'{x.left}, {x.right}, {x.pairs}' for x in LAYOUTS)}")


def read_offers(folder: Path, layout: Layout) -> pl.DataFrame:
    """OFFERS of both sides and their `id`."""
    sides = []
    for side, file, columns in zip(
        SIDES, (layout.left, layout.right), (layout.left_columns, layout.right_columns), strict=True
    ):
        rows = pl.read_csv(folder / file, encoding=layout.encoding, infer_schema=False)
        there = {name: column for name, column in columns.items() if column in rows.columns}
        price = pl.col("price").cast(pl.String).str.replace_all(r"[^0-9.]", "").cast(pl.Float64, strict=False)
        told = rows.select(pl.lit(side).alias("source"), *(pl.col(c).alias(n) for n, c in there.items()))
        absent = [pl.lit(None, pl.String).alias(name) for name in PLAIN if name not in there]
        sides.append(told.with_columns(*absent).with_columns(price).select("source", *PLAIN))
    return pl.concat(sides).with_row_index("offer").select(*OFFERS, "id")


def read_pairs(folder: Path, layout: Layout, offers: pl.DataFrame) -> pl.DataFrame:
    """split, left, right (offers), is_match."""
    rows = pl.read_csv(folder / layout.pairs, infer_schema=False)
    told = rows.select("split", (pl.col("label") == "1").alias("is_match"),
                       *(pl.col(column).alias(name) for name, column in layout.pair_columns.items()))  # fmt: skip
    for side in SIDES:
        known = offers.filter(pl.col("source") == side).select(
            pl.col("id").alias(f"{side}_id"), pl.col("offer").alias(side)
        )
        told = told.join(known, on=f"{side}_id", how="inner")
    return told.select("split", "left", "right", "is_match")


def scores(said: pl.Series, true: pl.Series) -> dict[str, float]:
    """Precision, recall and F1 in percent."""
    hits, taken, there = int((said & true).sum()), int(said.sum()), int(true.sum())
    figures = {
        "precision": hits / max(taken, 1),
        "recall": hits / max(there, 1),
        "f1": 2 * hits / max(taken + there, 1),
    }
    return {name: round(100 * value, 2) for name, value in figures.items()} | {"pairs": true.len(), "matches": there}


def judge(folder: Path) -> dict[str, Any]:
    """All figures of a labelled set."""
    layout = layout_of(folder)
    offers = read_offers(folder, layout)
    labelled = read_pairs(folder, layout, offers)
    clock = Clock()
    read = tokens(offers.select(OFFERS.names()))
    pairs = candidates(read.with_phrases)
    clock.lap("blocking")
    told = features(read, pairs)
    clock.lap("features")
    matcher = trained(told, labelled)
    clock.lap("training")
    judged = pairs.select("left", "right").with_columns(matcher.probability(told))
    several = marketplaces(labelled, judged, offers["source"], matcher.threshold)
    groups = link(judged, Offers.alone(offers["source"]), Rules(matcher.threshold, frozenset(several)))
    clock.lap("judging and linking")
    split = "test" if "test" in labelled["split"] else "valid"
    sides = [offers.filter(pl.col("source") == side).height for side in SIDES]
    true = labelled.filter("is_match")
    return {
        "data": folder.name,
        "offers": sides,
        "blocking": {
            "recall": round(100 * true.join(pairs, on=["left", "right"]).height / true.height, 2),
            "candidates": pairs.height,
            "reduction": round(100 * (1 - pairs.height / (sides[0] * sides[1])), 3),
        },
        "threshold": round(matcher.threshold, 4),
        "lists a product several times": several,
        "split": split,
        "pairs": on_pairs(labelled, judged, matcher.threshold, split),
        "clusters": on_clusters(labelled, groups, split),
        "seconds": clock.laps,
        "release": matcher.version,
    }


def trained(told: pl.DataFrame, labelled: pl.DataFrame) -> Matcher:
    """Trained on train; its threshold is the best on valid and on train as judged by matchers that had not seen the
    pair. Nothing of test is looked at."""
    learn, check = (
        labelled.filter(pl.col("split") == name).join(told, on=["left", "right"]).sort("left", "right")
        for name in ("train", "valid")
    )
    matcher = train(learn, learn["is_match"])
    honest = pl.concat([unseen(learn, learn["is_match"], by=learn["left"]), matcher.probability(check)])
    threshold = best_threshold(honest, pl.concat([learn["is_match"], check["is_match"]]))
    return Matcher(matcher.trees, threshold, {"train": learn.height, "valid": check.height})


def marketplaces(labelled: pl.DataFrame, judged: pl.DataFrame, sources: pl.Series, threshold: float) -> list[str]:
    """The sides that may list a product several times, as it is best for train and valid."""
    known = labelled.filter(pl.col("split") != "test")

    def good(sides: list[str]) -> float:
        groups = link(judged, Offers.alone(sources), Rules(threshold, frozenset(sides)))
        return scores(groups.gather(known["left"]) == groups.gather(known["right"]), known["is_match"])["f1"]

    return max(([], ["left"], ["right"], ["left", "right"]), key=good)


def on_pairs(labelled: pl.DataFrame, judged: pl.DataFrame, threshold: float, split: str) -> dict[str, float]:
    """Labelled pairs of a split by their probability."""
    rows = labelled.filter(pl.col("split") == split).join(judged, on=["left", "right"], how="left")
    return scores(rows["probability"].fill_null(0.0) >= threshold, rows["is_match"])


def on_clusters(labelled: pl.DataFrame, groups: pl.Series, split: str) -> dict[str, float]:
    """Labelled pairs of a split by whether both offers are in one group."""
    rows = labelled.filter(pl.col("split") == split)
    return scores(groups.gather(rows["left"]) == groups.gather(rows["right"]), rows["is_match"])


def simulated(products: int, seed: int, folder: Path) -> pl.DataFrame:
    """OFFERS of three simulated suppliers as the pipeline standardizes them, and `true_id`, the real product."""
    import datetime as dt

    from catalog_assets.pipeline import ARRIVAL
    from catalog_assets.raw.deliveries import land
    from catalog_assets.stages import Partition, execute
    from catalog_assets.terminal import write_world
    from resources import open_world

    day = dt.date(2026, 1, 5)
    write_world(folder, products=products, days=1, suppliers=3, seed=seed, start=day)
    world = open_world(load(folder / "catalog.yaml"))
    for source in world.catalog.sources:
        partition = Partition(day, source)
        land(world, partition, "benchmark", lambda: dt.datetime(2026, 1, 6, tzinfo=dt.UTC))
        for stage in ARRIVAL:
            execute(stage, world, partition, "benchmark")
    truth = pl.read_parquet(folder / "truth" / "offers.parquet").select("source", "product_id", "true_id")
    rows = world.lake.read("standardized_products").join(truth, on=["source", "product_id"])
    told = rows.sort("source", "product_id").with_columns(pl.col("price").cast(pl.Float64)).with_row_index("offer")
    return told.select(*OFFERS, "true_id")


def true_pairs(pairs: pl.DataFrame, offers: pl.DataFrame) -> pl.Series:
    """Of each pair whether its offers are one real product."""
    return offers["true_id"].gather(pairs["left"]) == offers["true_id"].gather(pairs["right"])


def learned(folder: Path) -> Matcher:
    """A matcher that has learned from another, small simulated world."""
    offers = simulated(3_000, 5, folder)
    read = tokens(offers.select(OFFERS.names()))
    pairs = candidates(read.with_phrases, AT_SCALE)
    told, true = features(read, pairs), true_pairs(pairs, offers)
    return Matcher(train(told, true).trees, best_threshold(unseen(told, true, by=pairs["left"]), true))


def at_scale(offers: int, folder: Path) -> dict[str, Any]:
    """Seconds, memory and quality for so many simulated offers; preparing them is not counted."""
    matcher = learned(folder / "small")
    world = simulated(int(offers / OFFERS_A_PRODUCT), 11, folder / "large").head(offers)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clock = Clock()
    read = tokens(world.select(OFFERS.names()))
    pairs = candidates(read.with_phrases, AT_SCALE)
    clock.lap("blocking")
    told = features(read, pairs)
    clock.lap("features")
    judged = pairs.select("left", "right").with_columns(matcher.probability(told))
    clock.lap("judging")
    groups = link(judged, Offers.alone(world["source"]), Rules(matcher.threshold))
    clock.lap("linking")
    there = in_groups(world["true_id"])
    said = in_groups(groups)
    both = in_groups(pl.DataFrame({"a": world["true_id"], "b": groups}).select(pl.struct("a", "b")).to_series())
    return {
        "offers": world.height,
        "candidates": pairs.height,
        "blocking_recall": round(100 * int(true_pairs(pairs, world).sum()) / there, 2),
        "clusters": {
            "precision": round(100 * both / said, 2), "recall": round(100 * both / there, 2),
            "f1": round(200 * both / (said + there), 2), "matches": there,
        },
        "seconds": {**clock.laps, "whole": round(sum(clock.laps.values()), 1)},
        "peak_gib_before": round(before / 2**20, 2),
    }  # fmt: skip


OFFERS_A_PRODUCT = 1.45


def in_groups(groups: pl.Series) -> int:
    """Pairs of offers that are in one group."""
    sizes = groups.value_counts()["count"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", type=Path, help="a folder with two offer files and labelled pairs")
    what.add_argument("--offers", type=int, help="so many simulated offers, for time and memory")
    arguments = parser.parse_args()
    if arguments.data:
        print(json.dumps(judge(arguments.data), indent=1))
    else:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            print(json.dumps(at_scale(arguments.offers, Path(folder)), indent=1))
    print(json.dumps({"peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)}))


if __name__ == "__main__":
    main()
