"""A review store of one's own to try things on.

Belongs here: copying a store into a file, whatever it lives in. Does not belong here: what is tried (`preview`).
"""

import sqlite3
from pathlib import Path

import polars as pl

from resources.review.database import Session
from resources.review.store import SqlReviewStore

TABLES = ("questions", "question_days", "question_products", "decisions", "passes", "exclusions", "trust")
"""What questions and words are made of; tasks, leases, accounts and sessions are nobody else's business."""


def copied(store: SqlReviewStore, path: Path) -> SqlReviewStore:
    """The same questions and words in a new SQLite file."""
    if store.path is not None:
        with sqlite3.connect(store.path) as source, sqlite3.connect(path) as target:
            source.backup(target)
        return SqlReviewStore(path)
    copy = SqlReviewStore(path)
    with store.database.reading() as session:
        parts = {table: _rows(session, table) for table in TABLES}
    with copy.database.staging() as session, session.write():
        for table, rows in parts.items():
            if rows.width:
                session.load(table, rows)
    copy.derive_anew()
    return copy


def _rows(session: Session, table: str) -> pl.DataFrame:
    order = " ORDER BY sequence" if table in ("decisions", "exclusions") else ""
    return pl.DataFrame(session.rows(f"SELECT * FROM {table}{order}"), infer_schema_length=None)
