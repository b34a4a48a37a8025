"""Gold questions: their answer is known, so a word on one measures who says it.

Belongs here: fixing and retiring known answers, and reading them. Does not belong here: when they are asked
(`choosing`), and what is learned from them (`catalog_assets/consensus/trust.py`).
"""

import datetime as dt

import polars as pl

from resources.review.database import Session, microseconds
from resources.review.protocol import ReviewStoreError
from resources.review.store import SqlReviewStore

GOLD = pl.Schema(dict.fromkeys(("question_id", "verdict", "value", "unit", "by_whom"), pl.String()))
"""Known answers that are in use."""

_NOW = """
SELECT question_id, verdict, value, unit, by_whom FROM gold AS g WHERE retired = 0
AND sequence = (SELECT max(sequence) FROM gold AS h WHERE h.question_id = g.question_id) ORDER BY question_id
"""
_STATE = """
INSERT INTO gold (sequence, question_id, verdict, value, unit, by_whom, at, retired)
SELECT coalesce(max(sequence), 0) + 1, :question_id, :verdict, :value, :unit, :by_whom, :at, :retired FROM gold
"""
_STANDS = """
SELECT d.verdict, d.value, d.unit FROM waiting AS w JOIN decisions AS d ON d.sequence = w.sequence
WHERE w.question_id = :question_id
"""


class NoKnownAnswer(ReviewStoreError):
    """The question has no answer that could be fixed."""


def fix(store: SqlReviewStore, question_id: str, by: str, now: dt.datetime) -> None:
    """From now on the answer that stands for the question is known, and people are measured by it. Raises
    NoKnownAnswer where nothing stands."""
    with store.database.writing() as session:
        stands = session.row(_STANDS, {"question_id": question_id})
        if stands is None:
            raise NoKnownAnswer(f"Question {question_id!r} is not decided: decide it first, then fix its answer.")
        _state(session, question_id, stands, by, now, retired=0)


def retire(store: SqlReviewStore, question_id: str, by: str, now: dt.datetime) -> None:
    """Nobody is measured by the question any more. Raises NoKnownAnswer where its answer was not fixed."""
    with store.database.writing() as session:
        known = {row["question_id"]: row for row in session.rows(_NOW)}
        if question_id not in known:
            raise NoKnownAnswer(f"Question {question_id!r} has no fixed answer.")
        _state(session, question_id, known[question_id], by, now, retired=1)


def known_answers(store: SqlReviewStore) -> pl.DataFrame:
    """GOLD, by question_id."""
    with store.database.reading() as session:
        return session.frame(_NOW, GOLD)


def _state(session: Session, question_id: str, answer: dict[str, str], by: str, now: dt.datetime, retired: int) -> None:
    told = {"verdict": answer["verdict"], "value": answer["value"], "unit": answer["unit"]}
    session.execute(
        _STATE, {"question_id": question_id, **told, "by_whom": by, "at": microseconds(now), "retired": retired}
    )
