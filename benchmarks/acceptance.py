"""How often the error of what is accepted without a person passes its limit, and how much is accepted.

Usage: python benchmarks/acceptance.py --train FILES [--test FILES] [--error 0.01] [--resamples 200] [--own 3000]
       python benchmarks/acceptance.py --simulated PRODUCTS [...]

Files: as for benchmarks/attributes.py. The extractor learns from the training files; how its confidences are to be read
is learned from its own unseen cases there. The test files are the held part. With --simulated the pipeline proposes
values of simulated products and the simulation's truth judges them (acceptance_simulated.py says how); the products are
dealt by a hash into a part that teaches how confidences are to be read, and the held part.

The held part's products are dealt at random into two halves, again and again. One half plays the audit and certifies
thresholds (catalog_assets/certainty/acceptance.py), the other shows what these accept. Nothing else is learned from the
held part.

`calibration error`: of the held part, before and after its confidences are read as was learned from the other.
`passed`: in how many resamples the error is above the limit, on the other half (which has noise of its own) and on the
whole held part (the population that was drawn from). `coverage`: accepted of all proposed values. The flat rule accepts
from a confidence of 0.85 on, once as it is read and once as it was said (which is what counts before there is
evidence). `curve`: the same for other limits. `method`, `attribute`: whose simulated values are right, and of how many
the true product has none.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from acceptance_simulated import Told, simulated
from attributes import cases, read, texts_of, values_of

from catalog_assets.certainty.acceptance import REST, Search, Target, certify, threshold_of
from catalog_assets.certainty.reliability import binned, calibration_error
from catalog_assets.enriched.extraction.extract import extract
from catalog_assets.enriched.extraction.learning import Labelled, study
from catalog_assets.reviewed.acceptance import Acceptance
from catalog_assets.reviewed.certifying import calibrated_by_group

CURVE = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
FLAT = 0.85


def dealt(products: list[Any]) -> tuple[list[Any], list[Any]]:
    """The products to learn from, and the held part."""
    odd = [is_held(product["id"]) for product in products]
    parts = [[product for product, side in zip(products, odd, strict=True) if side == part] for part in (False, True)]
    return parts[0], parts[1]


def is_held(identity: Any) -> bool:
    """Whether a product is of the held part, where no other is given: half of them, by a hash."""
    return int(hashlib.md5(f"held{identity}".encode()).hexdigest(), 16) % 2 == 1


def held_cases(train: list[Any], test: list[Any], seed: int) -> pl.DataFrame:
    """product, attribute, method, said, confidence, is_right of what is proposed for the held part."""
    studied = study(Labelled(texts_of(train), values_of(train)), seed)
    told = cases(test, extract(texts_of(test), studied.extractor)).drop_nulls("confidence")
    one_family = (pl.lit("rule").alias("method"), pl.lit("").alias("model_version"))
    return as_read(studied.cases, told.select("product", "attribute", "confidence", "is_right", *one_family))


def held_simulated(told: Told) -> pl.DataFrame:
    """As `held_cases`, and true_value."""
    keys = told.cases["product_key"].unique(maintain_order=True)
    sides = pl.DataFrame({"product_key": keys, "held": [is_held(key) for key in keys]}).with_row_index("product")
    both = told.cases.join(sides, on="product_key", maintain_order="left")
    return as_read(both.filter(~pl.col("held")), both.filter("held"))


def as_read(learned: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """held (attribute, method, model_version, confidence ...) with its confidence as `said`, and in its place what
    other cases (attribute, confidence, is_right) show it to mean."""
    curves = calibrated_by_group(learned.select("attribute", "confidence", "is_right"))
    said = held.with_columns(pl.col("confidence").alias("said"))
    return Acceptance(curves, {REST: None}, Target()).calibrated(said)


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


def errors(held: pl.DataFrame) -> dict[str, float]:
    """Calibration error before and after reading, %."""
    told = {"before": "said", "after": "confidence"}
    bins = {name: binned(held.select(pl.col(column).alias("confidence"), "is_right")) for name, column in told.items()}
    return {name: round(100 * (calibration_error(of) or 0.0), 2) for name, of in bins.items()}


def parts(held: pl.DataFrame, column: str) -> dict[str, dict[str, Any]]:
    """By each value of the column: values, % right, % that the true product has none of, and the same of what the flat
    rule takes of them as they were said."""
    which = {"right": pl.col("is_right"), "has none": pl.col("true_value").is_null()}
    share = [(100 * each.mean()).round(2).alias(name) for name, each in which.items()]
    told: dict[str, dict[str, Any]] = {}
    for name, rows in {"all": held, "flat 0.85, as said": held.filter(pl.col("said") >= FLAT)}.items():
        counted = rows.group_by(column).agg(pl.len(), *share).sort(column)
        for key, size, right, nothing in counted.iter_rows():
            told.setdefault(key, {})[name] = {"values": size, "right": right, "has none": nothing}
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--train", type=Path, nargs="+")
    source.add_argument("--simulated", type=int, help="so many products, in place of files")
    parser.add_argument("--test", type=Path, nargs="+", help="the held part (default: half of the products, by a hash)")
    parser.add_argument("--error", type=float, default=0.01)
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--own", type=int, default=3000, help="cases that an attribute needs for its own threshold")
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    print(json.dumps(of_simulated(said) if said.simulated else of_files(said), indent=1))


def of_files(said: argparse.Namespace) -> dict[str, Any]:
    """All figures on labelled data."""
    known = list(read(said.train))
    train, test = (known, list(read(said.test))) if said.test else dealt(known)
    return figures(held_cases(train, test, said.seed), said)


def of_simulated(said: argparse.Namespace) -> dict[str, Any]:
    """All figures on simulated data, and whose values are right."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        told = simulated(said.simulated, Path(folder))
    held = held_simulated(told)
    by = {column: parts(held, column) for column in ("method", "attribute")}
    return {"simulated": told.facts, **figures(held, said), **by}


def figures(held: pl.DataFrame, said: argparse.Namespace) -> dict[str, Any]:
    """What is accepted of the held part, by the flat rule and by certified ones."""
    chance = np.random.default_rng(said.seed)
    right = float(held["is_right"].mean() or 0.0)  # type: ignore[arg-type]
    print(f"{held.height:,} values proposed for the held part, {right:.1%} right", file=sys.stderr)
    search = Search(own=said.own)
    flat = {"flat 0.85": "confidence", "flat 0.85, as said": "said"}
    taken = {name: shown(held, held[column] >= FLAT) for name, column in flat.items()}
    return {
        "held": {"values": held.height, "right": round(100 * right, 2)},
        "calibration error": errors(held),
        **{
            name: {"error": round(100 * error, 2), "coverage": round(100 * coverage, 2)}
            for name, (error, coverage) in taken.items()
        },
        "certified": summary(resampled(held, Target(said.error), search, said.resamples, chance), said.error),
        "curve": {
            str(limit): summary(resampled(held, Target(limit), search, said.resamples // 4, chance), limit)
            for limit in CURVE
        },
    }


if __name__ == "__main__":
    main()
