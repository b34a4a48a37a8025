"""Ten days in which what is decided teaches the reader: how much is accepted without a person, and what people do.

Belongs here: the days, and teaching the reader anew. Does not belong here: reviewing a day (`review_ways.py`).

A reader is taught by its first products and by all that was accepted of the stream so far, by the function that
teaches the pipeline's (`enriched/teaching.py`): what nobody was asked about is unknown. Other than there, what was
accepted without a person teaches too, and so do audits. All readers propose from the first one's threshold on, as the
pipeline's all propose from `LEAST` on (`enriched/learned.py`): a threshold with the best F1 moves with each lesson, and
what is not proposed can neither be affirmed nor be put right.

What a reader is believed is certified by its own cases on the first products, whose labels are known, and by audits of
what it proposed itself: neither is carried over from one reader to the next.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from attributes import Product
from review_parameters import FLAT, Crowd, Way
from review_people import Answers, answers
from review_questions import Parts, Taught, questions, retaught, with_answers
from review_ways import Done, Ours


@dataclass(frozen=True)
class Day:
    """done: of the day; products, values: that came, and that are to be found in them; proposed: how many of those are
    proposed rightly; doubtless: share of the proposals that the reader is at least as sure of as the flat rule asks."""

    done: Done
    products: int
    values: int
    proposed: int
    doubtless: float


def days_of(products: int, days: int, seed: int) -> "np.ndarray":
    """Of each product the day on which it comes: as many on each, in random order."""
    return np.random.default_rng([seed, 5]).permutation(products) % days


def streamed(
    parts: Parts, first: Taught, gold: pl.DataFrame, crowd: Crowd, way: Way, seed: int, every: int | None
) -> tuple[Done, list[Day]]:
    """Gold, and the days. gold: QUESTIONS of the first reader about parts.gold; every: the reader is taught anew after
    so many days (None: never)."""
    ours, reader = Ours(way, crowd, first.unseen, seed), first.reader
    measured = ours.measure(gold, answers(gold, crowd.accuracies, crowd, seed + 1_000))
    when = days_of(len(parts.stream), way.days, seed)
    told, labelled, known = [], list[Product](), list[pl.DataFrame]()
    for day in range(way.days):
        mine = [product for product, its in zip(parts.stream, when, strict=True) if its == day]
        asked = questions(mine, reader, day * 1_000_000, first.reader.threshold)
        said = answers(asked, (*crowd.accuracies, crowd.lead), crowd, seed * 1_000 + day)
        done = ours.day(asked, said)
        told.append(_day(done, mine, asked))
        known.append(asked.select(pl.col("product") + len(labelled), "attribute"))
        labelled += with_answers(mine, accepted(asked, said, done))
        if every and (day + 1) % every == 0 and day + 1 < way.days:
            fresh = retaught(parts.train, labelled, pl.concat(known))
            reader = fresh.reader
            ours.renew(fresh.unseen)
    return measured, told


def _day(done: Done, products: list[Product], asked: pl.DataFrame) -> Day:
    values = sum(bool(found) for product in products for found in product["values"].values())
    doubtless = float((asked["confidence"] >= FLAT.below).mean() or 0.0)  # type: ignore[arg-type]
    return Day(done, len(products), values, int(asked["is_right"].sum()), doubtless)


def accepted(asked: pl.DataFrame, said: Answers, done: Done) -> pl.DataFrame:
    """product, attribute, value: what is accepted of a day's questions."""
    written = [said.values[place] if place >= 0 else None for place in done.answer]
    rows = asked.select(
        "product", "attribute", pl.coalesce(pl.Series(written, dtype=pl.String), "value").alias("value")
    )
    return rows.filter(pl.Series(done.accepted))
