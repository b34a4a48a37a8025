"""How often the error of what is accepted without a person passes its limit, and how much is accepted.

Usage: python benchmarks/acceptance.py --train FILES [--test FILES] [--error 0.01] [--resamples 200] [--own 3000]

Files: as for benchmarks/attributes.py. The extractor learns from the training files; how its confidences are to be read
is learned from its own unseen cases there. The test files are the held part: their products are dealt at random into
two halves, again and again. One half plays the audit and certifies thresholds (catalog_assets/certainty/acceptance.py),
the other shows what these accept. Nothing else is learned from the held part.

`passed`: in how many resamples the error is above the limit, on the other half (which has noise of its own) and on the
whole held part (the population that was drawn from). `coverage`: accepted of all proposed values. The flat rule accepts
from a confidence of 0.85 on. `curve`: the same for other limits.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from attributes import cases, read, texts_of, values_of

from catalog_assets.certainty.acceptance import REST, Search, Target, certify, threshold_of
from catalog_assets.enriched.extraction.extract import extract
from catalog_assets.enriched.extraction.learning import Labelled, study
from catalog_assets.reviewed.acceptance import Acceptance
from catalog_assets.reviewed.certifying import calibrated_by_group

CURVE = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
FLAT = 0.85


def dealt(products: list[Any]) -> tuple[list[Any], list[Any]]:
    """The products to learn from, and the held part."""
    odd = [int(hashlib.md5(f"held{product['id']}".encode()).hexdigest(), 16) % 2 for product in products]
    parts = [[product for product, side in zip(products, odd, strict=True) if side == part] for part in (0, 1)]
    return parts[0], parts[1]


def held_cases(train: list[Any], test: list[Any], seed: int) -> pl.DataFrame:
    """product, attribute, confidence, is_right of what is proposed for the held part."""
    studied = study(Labelled(texts_of(train), values_of(train)), seed)
    unseen = studied.cases.select("attribute", "confidence", "is_right").with_columns(pl.lit("").alias("question_id"))
    reading = Acceptance(calibrated_by_group(unseen), {REST: None}, Target())
    told = cases(test, extract(texts_of(test), studied.extractor)).drop_nulls("confidence")
    one_family = (pl.lit("rule").alias("method"), pl.lit("").alias("model_version"))
    return reading.calibrated(told.select("product", "attribute", "confidence", "is_right", *one_family))


def resampled(held: pl.DataFrame, target: Target, search: Search, times: int, chance: np.random.Generator) -> Any:
    """One row a resample: error and coverage on the other half, and on all."""
    rows = []
    for _ in range(times):
        audit = pl.Series(chance.random(int(held["product"].max()) + 1) < 0.5).gather(held["product"])  # type: ignore[arg-type]
        known = held.filter(audit).rename({"attribute": "group"}).select("group", "confidence", "is_right")
        certified = certify(known, target, search)
        taken = held.select((pl.col("confidence") >= threshold_of(certified, pl.col("attribute"))).alias("taken"))
        rows.append((*shown(held.filter(~audit), taken["taken"].filter(~audit)), *shown(held, taken["taken"])))
    return pl.DataFrame(rows, schema=["error", "coverage", "error_all", "coverage_all"], orient="row")


def shown(told: pl.DataFrame, taken: pl.Series) -> tuple[float, float]:
    """Error of what is taken (0 where nothing is), and its share of all."""
    mine = told.filter(taken)
    return 1 - float(mine["is_right"].mean() or 0.0) if mine.height else 0.0, mine.height / max(told.height, 1)  # type: ignore[arg-type]


def summary(found: pl.DataFrame, limit: float) -> dict[str, float]:
    percent = {
        "passed, other half": (found["error"] > limit).mean(),
        "passed, all": (found["error_all"] > limit).mean(),
        "error": found["error"].mean(),
        "coverage": found["coverage"].mean(),
        "nothing accepted": (found["coverage"] == 0).mean(),
    }
    return {name: round(100 * float(share), 2) for name, share in percent.items()}  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, nargs="+", required=True)
    parser.add_argument("--test", type=Path, nargs="+", help="the held part (default: half of the products, by a hash)")
    parser.add_argument("--error", type=float, default=0.01)
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--own", type=int, default=3000, help="cases that an attribute needs for its own threshold")
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    chance = np.random.default_rng(said.seed)
    known = list(read(said.train))
    train, test = (known, list(read(said.test))) if said.test else dealt(known)
    held = held_cases(train, test, said.seed)
    print(f"{held.height:,} values proposed for the held part, {held['is_right'].mean():.1%} right", file=sys.stderr)
    search = Search(own=said.own)
    error, coverage = shown(held, held["confidence"] >= FLAT)
    found = {
        "held": {"values": held.height, "right": round(100 * float(held["is_right"].mean()), 2)},  # type: ignore[arg-type]
        "flat 0.85": {"error": round(100 * error, 2), "coverage": round(100 * coverage, 2)},
        "certified": summary(resampled(held, Target(said.error), search, said.resamples, chance), said.error),
        "curve": {
            str(limit): summary(resampled(held, Target(limit), search, said.resamples // 4, chance), limit)
            for limit in CURVE
        },
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
