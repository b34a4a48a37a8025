"""What the tests of the review store share: literal questions, decisions and a fixed clock."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
from review_databases import Place

from resources.review.protocol import ASKED, Decision
from resources.review.store import SqlReviewStore

DAY = dt.date(2025, 3, 1)
NEXT_DAY = dt.date(2025, 3, 2)
NOON = dt.datetime(2025, 3, 3, 12, tzinfo=dt.UTC)

QUESTION: dict[str, Any] = {
    "kind": "attribute",
    "attribute": "colour",
    "value": "red",
    "unit": None,
    "confidence": 0.5,
    "method": "rule",
    "model_version": "rules-1",
    "evidence": "in red",
    "name": "Drill",
    "context": "Drill in red",
    "options": None,
    "candidates": None,
    "image": None,
    "why": "doubt",
    "popularity": None,
}


def asked(*rows: tuple[str, str], **fields: Any) -> pl.DataFrame:
    """Questions of a day: (question_id, product_key) each, all with the same fields."""
    return pl.DataFrame(
        [{"question_id": question, "product_key": product, **QUESTION, **fields} for question, product in rows],
        schema=ASKED,
    )


def options(*values: str) -> str:
    return json.dumps(values)


def said(question_id: str, verdict: Any = "accept", **fields: Any) -> Decision:
    return Decision(question_id, verdict, **{"annotator": "anna", "decided_at": NOON, **fields})


def store_with(path: Path | Place, *question_ids: str, **fields: Any) -> SqlReviewStore:
    store = SqlReviewStore(path / "review.sqlite")
    store.replace_day(DAY, asked(*((question, f"p-{question}") for question in question_ids), **fields))
    return store


def ids(*question_ids: str) -> pl.Series:
    return pl.Series("question_id", question_ids, dtype=pl.String)
