"""Questions for simulated people in a simulated world: what the pipeline proposes there, judged by its truth.

Belongs here: that world's questions, and the days of our way on them. Does not belong here: the world and the rule of
what is right (`acceptance_simulated.py`), who answers (`review_people.py`), what is accepted (`review_ways.py`).

Half of the products (by the hash of benchmarks/acceptance.py) is reviewed; of the other half only gold is taken. What
proposes is suppliers' cells and rules, as sure as the pipeline says they are; no reader is taught here, and nothing is
known of proposals beforehand.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from acceptance import is_held
from acceptance_simulated import Told, simulated
from review_parameters import Crowd, Way
from review_people import QUESTIONS, answers
from review_ways import Done, Ours, together

UNSEEN = pl.Schema({"attribute": pl.String(), "confidence": pl.Float64(), "is_right": pl.Boolean()})


@dataclass(frozen=True)
class World:
    """gold, stream: QUESTIONS; products: that are reviewed, and have proposals."""

    gold: pl.DataFrame
    stream: pl.DataFrame
    products: int
    facts: dict[str, int]


def world(products: int) -> World:
    """The questions of so many simulated products."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        told = simulated(products, Path(folder))
    return dealt(told)


def dealt(told: Told) -> World:
    """The judged values as questions, of both halves."""
    keys = told.cases["product_key"].unique(maintain_order=True)
    sides = pl.DataFrame({"product_key": keys, "held": [is_held(key) for key in keys]})
    both = told.cases.join(sides, on="product_key", maintain_order="left")
    gold, stream = questions(both.filter(~pl.col("held"))), questions(both.filter("held"))
    return World(gold, stream, stream["product"].n_unique(), told.facts)


def questions(cases: pl.DataFrame) -> pl.DataFrame:
    """QUESTIONS, numbered as the cases stand; products too. A look answers the same value of the same attribute."""
    product = pl.col("product_key").rle_id().alias("product")
    group = pl.concat_str("attribute", "value", "unit", separator="\x1f", ignore_nulls=True).alias("group")
    # A number within the tolerance is right as it stands: there is nothing to put in its place.
    true = pl.when("is_right").then("value").otherwise("true_value").alias("true")
    told = cases.sort("product_key", "attribute").with_row_index("question").with_columns(product, group, true)
    return told.select(pl.col(name).cast(dtype) for name, dtype in QUESTIONS.items())


def reviewed(here: World, dated: pl.DataFrame, when: "np.ndarray", crowd: Crowd, way: Way, seed: int) -> Done:
    """Gold, and the days of our way, as one. dated: the stream, its groups told apart by day; when: day of each
    product."""
    ours = Ours(way, crowd, UNSEEN.to_frame(), seed)
    parts = [ours.measure(here.gold, answers(here.gold, crowd.accuracies, crowd, seed + 1_000))]
    day_of = pl.Series(when).gather(dated["product"])
    for day in range(way.days):
        mine = dated.filter(day_of == day)
        parts.append(ours.day(mine, answers(mine, (*crowd.accuracies, crowd.lead), crowd, seed * 1_000 + day)))
    return together(parts)
