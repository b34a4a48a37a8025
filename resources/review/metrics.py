"""How the queue is doing: depth, age, pace, agreement, and when it will be empty; and what of it is an alert.

Belongs here: the figures, their limits, and their text for Prometheus. Does not belong here: showing them (`page`), and
when they are looked at (sensors).
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from catalog_assets.consensus.standing import WORDS, last_words
from resources.review.database import microseconds, moment_of
from resources.review.excluding import excluded_in
from resources.review.store import SqlReviewStore

DAY = dt.timedelta(days=1)
RECENT = dt.timedelta(days=7)
"""Pace and agreement are of this long."""

_DEPTH = """
SELECT count(*) FILTER (WHERE sequence IS NULL AND state IN ('open', 'wanting')) AS depth,
       count(*) FILTER (WHERE state IN ('disputed', 'escalated')) AS for_leads,
       CAST(coalesce(sum(products) FILTER (WHERE sequence IS NULL), 0) AS BIGINT) AS products,
       min(asked_at) FILTER (WHERE sequence IS NULL) AS oldest,
       count(*) FILTER (WHERE asked_at >= :day) AS came
FROM waiting WHERE products > 0
"""
_WORDS = """
SELECT question_id, verdict, value, unit, annotator, decided_at, reason, sequence, purpose,
       CAST(NULL AS DOUBLE PRECISION) AS asked_confidence
FROM decisions WHERE decided_at >= :since
"""
_DECIDED = """
SELECT count(*) AS questions, CAST(coalesce(sum(products), 0) AS BIGINT) AS products FROM waiting
WHERE sequence IS NOT NULL AND products > 0 AND decided_at >= :since
"""


@dataclass(frozen=True)
class Limits:
    """Beyond which a figure is an alert."""

    depth: int = 10_000
    oldest: dt.timedelta = dt.timedelta(days=14)
    agreement: float = 0.8


@dataclass(frozen=True)
class Health:
    """depth: questions that wait for a word; products: that these decide; for_leads: disputed or escalated; oldest: how
    long the first of them has waited; an_hour: words an hour over the last day; came: questions that came in it;
    agreement: of questions on which two or more people spoke in the last week, the share on which all say the same
    (None: too few to tell); leverage: products decided by a question's answer in the last week; empty_in: until the
    queue is empty at the last day's pace (None: it does not get shorter)."""

    depth: int
    products: int
    for_leads: int
    oldest: dt.timedelta | None
    an_hour: float
    came: int
    agreement: float | None
    overlapping: int
    leverage: float | None
    empty_in: dt.timedelta | None

    def alerts(self, limits: Limits) -> list[str]:
        """A sentence for each figure that is beyond its limit, with what to do."""
        told = []
        if self.depth > limits.depth:
            told.append(
                f"{self.depth:,} questions wait for a person (alert from {limits.depth:,} on): ask more people, "
                "certify what is sure (catalog acceptance certify), or train on what is decided (catalog attributes)."
            )
        if self.oldest is not None and self.oldest > limits.oldest:
            told.append(f"A question has waited for {_days(self.oldest)} (alert after {_days(limits.oldest)}).")
        if self.agreement is not None and self.agreement < limits.agreement:
            told.append(
                f"People agree on {self.agreement:.0%} of the {self.overlapping} questions that several answered "
                f"(alert below {limits.agreement:.0%}): look at the disputes, and at who differs from the others."
            )
        if self.depth and self.empty_in is None and self.came and self.an_hour:
            told.append(
                f"The queue grows: {self.came:,} questions came in the last day, and people said "
                f"{self.an_hour * 24:,.0f} words."
            )
        return told

    def as_text(self) -> bytes:
        """For Prometheus (text exposition format 0.0.4)."""
        registry = CollectorRegistry()
        for name, (told, value) in self.figures().items():
            if value is not None:
                Gauge(f"catalog_review_{name}", told, registry=registry).set(value)
        return generate_latest(registry)

    def figures(self) -> dict[str, tuple[str, float | None]]:
        """Name -> what it is, and the figure; None where there is none."""
        return {
            "open_questions": ("Questions that wait for a person.", self.depth),
            "open_products": ("Products that these questions decide.", self.products),
            "lead_questions": ("Disputed or escalated questions.", self.for_leads),
            "oldest_question_seconds": ("How long the oldest question waits.", _seconds(self.oldest)),
            "words_per_hour": ("Words an hour over the last day.", self.an_hour),
            "questions_last_day": ("Questions that came in the last day.", self.came),
            "agreement_ratio": ("Of questions that several people answered, the share that agrees.", self.agreement),
            "products_per_question": ("Products decided by one answer.", self.leverage),
            "empty_in_seconds": ("Until the queue is empty at the last day's pace.", _seconds(self.empty_in)),
        }


def health(store: SqlReviewStore, now: dt.datetime) -> Health:
    """The figures at a moment."""
    with store.database.reading() as session:
        row = session.row(_DEPTH, {"day": microseconds(now - DAY)}) or {}
        decided = session.row(_DECIDED, {"since": microseconds(now - RECENT)}) or {}
        said = session.frame(_WORDS, WORDS, {"since": microseconds(now - RECENT)})
        excluded = excluded_in(session)
    last_day = said.filter(pl.col("decided_at") >= now - DAY, pl.col("verdict") != "undo").height
    oldest = moment_of(row["oldest"])
    agreement, overlapping = _agreement(said, excluded)
    gained = last_day - row["came"]
    return Health(
        depth=row["depth"],
        products=row["products"],
        for_leads=row["for_leads"],
        oldest=None if oldest is None else max(now - oldest, dt.timedelta()),
        an_hour=last_day / 24,
        came=row["came"],
        agreement=agreement,
        overlapping=overlapping,
        leverage=decided["products"] / decided["questions"] if decided["questions"] else None,
        empty_in=dt.timedelta(days=row["depth"] / gained) if gained > 0 else None,
    )


def _agreement(said: pl.DataFrame, excluded: pl.DataFrame) -> tuple[float | None, int]:
    """The share of questions with counting words of several people on which all say the same; how many these are."""
    answer = pl.concat_str("verdict", "value", "unit", separator="\x1f", ignore_nulls=True)
    each = last_words(said, excluded).group_by("question_id").agg(
        pl.len().alias("people"), answer.n_unique().alias("answers")
    )  # fmt: skip
    several = each.filter(pl.col("people") > 1)
    if several.is_empty():
        return None, 0
    return float((several["answers"] == 1).sum() / several.height), several.height


def _seconds(span: dt.timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def waited(since: object, now: dt.datetime) -> str | None:
    """How long something has waited since a moment, in words; None where nothing waits."""
    return _days(max(now - since, dt.timedelta())) if isinstance(since, dt.datetime) else None


def _days(span: dt.timedelta) -> str:
    days = span / DAY
    if days < 1:
        hours = span / dt.timedelta(hours=1)
        return f"{hours:.1f} hours" if hours >= 1 else f"{span / dt.timedelta(minutes=1):.0f} minutes"
    return f"{days:.1f} days" if days < 10 else f"{days:.0f} days"
