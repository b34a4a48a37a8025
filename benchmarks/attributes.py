"""How well the learned extraction reads attribute values, how sure it may be, and how fast it is.

Usage: python benchmarks/attributes.py --train FILES [--test FILES] [--seed N] [--accept ERROR]

Files are JSON lines, plain or gzip, one product a line: {"id", "category", "texts": [title, description, ...],
"values": {attribute: [right values, as they stand in the texts]}}; an attribute with an empty list is known to be
absent, one that is not named is not labelled. The lines of OA-Mine and of WDC PAVE, as ExtractGPT publishes them, are
read too. Without --test a fifth of the products (by a hash of their id) is kept out of training for it.

How it is counted (Brinkmann, Shraga and Bizer, ExtractGPT, 2024). A case is a product and an attribute of its category.
One value is proposed or none; it is right if it is, letter by letter, one of the right values. Of the five outcomes
(none and none; proposed for none; none for a value; right; wrong) precision is right / (proposed for none + right +
wrong) and recall is right / (none for a value + right + wrong). `micro` is over all cases, `macro` the mean over pairs
of category and attribute. A case that is not labelled counts as absent in `micro` and `macro`; in `labelled only` it is
left out, as the program of the paper does where a file does not name it; where files name no absent attribute, a value
is then proposed whatever its confidence.
"""

import argparse
import gzip
import hashlib
import json
import resource
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from catalog_assets.certainty.acceptance import lowest_threshold
from catalog_assets.enriched.extraction.extract import extract
from catalog_assets.enriched.extraction.learning import Labelled, study
from catalog_assets.enriched.extraction.model import Extractor
from catalog_assets.enriched.extraction.scores import CASE, calibration_percent, macro, micro
from catalog_assets.enriched.extraction.tokens import PARTS, VALUES
from catalog_assets.stages import Clock

Product = dict[str, Any]
THRESHOLDS = (0.85, 0.95, 0.99)
KEPT_OUT = 5
"""One product of so many is for testing where no test file is given."""
FEW = 4_000
"""Products that are read to measure the speed: those of the test, over and over."""
LABELLED = pl.Schema(
    {"product": pl.UInt32(), "category": pl.String(), "attribute": pl.String(), "values": pl.List(pl.String())}
)


def read(files: Iterable[Path]) -> Iterator[Product]:
    """The products of files."""
    for file in files:
        data = file.read_bytes()
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
        for line in text.splitlines():
            yield converted(json.loads(line))


def converted(line: dict[str, Any]) -> Product:
    """A product in our own form, from any of the three."""
    if "values" in line:
        return line
    values = {name: [value for value in told if value != "n/a"] for name, told in line["target_scores"].items()}
    if "input_title" in line:
        texts = [line["input_title"] or "", line["input_description"] or ""]
        return {"id": str(line["id"]), "category": line["category"], "texts": texts, "values": values}
    return {"id": line["input"], "category": line["category"], "texts": [line["input"]], "values": values}


def kept_out(product: Product) -> bool:
    """Whether a product is for testing where no test file is given."""
    return int(hashlib.md5(f"test{product['id']}".encode()).hexdigest(), 16) % KEPT_OUT == 0


def texts_of(products: list[Product]) -> pl.DataFrame:
    """PARTS."""
    rows = [(number, part, product["category"], text)
            for number, product in enumerate(products) for part, text in enumerate(product["texts"])]  # fmt: skip
    return pl.DataFrame(rows, schema=PARTS, orient="row")


def labelled_of(products: list[Product]) -> pl.DataFrame:
    """product, category, attribute, values: each labelled case; values without blanks at their ends."""
    rows = [(number, product["category"], name, [value.strip() for value in values])
            for number, product in enumerate(products) for name, values in product["values"].items()]  # fmt: skip
    return pl.DataFrame(rows, schema=LABELLED, orient="row")


def values_of(products: list[Product]) -> pl.DataFrame:
    """VALUES."""
    told = labelled_of(products).filter(pl.col("values").list.len() > 0).explode("values")
    return told.select("product", "attribute", pl.col("values").alias("value")).match_to_schema(VALUES)


def cases(products: list[Product], proposed: pl.DataFrame) -> pl.DataFrame:
    """Each labelled or proposed case: category, attribute, is_labelled, has_value, confidence (null: nothing is
    proposed), is_right."""
    category = pl.DataFrame({"product": range(len(products)), "named": [product["category"] for product in products]},
                            schema_overrides={"product": pl.UInt32})  # fmt: skip
    told = labelled_of(products).with_columns(pl.lit(True).alias("is_labelled"))
    both = told.join(proposed.select(*CASE, "value", "confidence"), on=CASE, how="full", coalesce=True)
    right, there = pl.col("value").is_in(pl.col("values")), pl.col("values").list.len() > 0
    return (
        both.join(category, on="product")
        .with_columns(pl.coalesce("category", "named"), right.fill_null(False).alias("is_right"))
        .with_columns(pl.col("is_labelled").fill_null(False), there.fill_null(False).alias("has_value"))
        .sort(CASE)
    )  # fmt: skip


def taking(told: pl.DataFrame, threshold: float) -> dict[str, float]:
    """What is taken from a confidence on: its precision, and how many that is to 100 cases with a value."""
    taken = told.filter(pl.col("confidence") >= threshold)
    return {
        "from": round(threshold, 4), "taken": taken.height,
        "precision": round(100 * float(taken["is_right"].sum()) / max(taken.height, 1), 2),
        "coverage": round(100 * taken.height / max(int(told["has_value"].sum()), 1), 2),
    }  # fmt: skip


def speed(texts: pl.DataFrame, extractor: Extractor) -> int:
    """Products read a second, the model being loaded."""
    products = texts["product"].n_unique()
    times = max(1, FEW // products)
    many = pl.concat([texts.with_columns(pl.col("product") + products * number) for number in range(times)])
    extract(texts, extractor)
    clock = Clock()
    extract(many, extractor)
    clock.lap("read")
    return round(times * products / max(clock.laps["read"], 1e-3))


def judge(train: list[Product], test: list[Product], seed: int, accept: float) -> dict[str, Any]:
    """All figures."""
    clock = Clock()
    print(f"learning from {len(train)} products", file=sys.stderr, flush=True)
    studied = study(Labelled(texts_of(train), values_of(train)), seed)
    clock.lap("learning")
    extractor = studied.extractor
    print(f"reading {len(test)} products", file=sys.stderr, flush=True)
    texts = texts_of(test)
    told = cases(test, extract(texts, extractor))
    clock.lap("reading")
    unseen, labelled = studied.cases, told.filter("is_labelled")
    rule = lowest_threshold(unseen["confidence"], unseen["is_right"], accept, 0.05, 4)
    return {
        "products": {"train": len(train), "test": len(test)},
        "unseen in training": {name: extractor.facts[f"unseen_{name}"] for name in ("precision", "recall", "f1")},
        "threshold": round(extractor.threshold, 4),
        "micro": micro(told, extractor.threshold),
        "macro f1": macro(told, extractor.threshold),
        "labelled only": micro(labelled, 0.0 if labelled["has_value"].all() else extractor.threshold),
        "taken": [taking(told, threshold) for threshold in THRESHOLDS],
        f"taken with at most {accept:.0%} wrong": "nothing" if rule is None else taking(told, rule),
        "calibration error": calibration_percent(told),
        "products a second": speed(texts, extractor),
        "seconds": clock.laps,
        "release": {"version": extractor.version, "mib": round(len(extractor.to_bytes()) / 2**20, 1)},
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, nargs="+", required=True, help="files to learn from")
    parser.add_argument("--test", type=Path, nargs="+", help="files to judge by (default: a fifth of the others)")
    parser.add_argument("--without-test", action="store_true", help="learn only, without what is kept out for testing")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--accept", type=float, default=0.05, help="share of wrong values that may be taken")
    arguments = parser.parse_args()
    known = list(read(arguments.train))
    if arguments.without_test:
        kept = [product for product in known if not kept_out(product)]
        print(json.dumps(study(Labelled(texts_of(kept), values_of(kept)), arguments.seed).extractor.facts))
        return
    train, test = (known, list(read(arguments.test))) if arguments.test else (
        [product for product in known if not kept_out(product)], [product for product in known if kept_out(product)]
    )  # fmt: skip
    print(json.dumps(judge(train, test, arguments.seed, arguments.accept), indent=1))
    print(json.dumps({"peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)}))


if __name__ == "__main__":
    main()
