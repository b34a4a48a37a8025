"""A review store of one's own to try things on.

Belongs here: copying a store into a file, whatever it lives in. Does not belong here: what is tried (`preview`).
"""

from pathlib import Path

import polars as pl

from resources.review.database import Session
from resources.review.store import SqlReviewStore

TABLES = ("questions", "question_days", "question_products", "decisions", "passes", "exclusions", "gold", "trust")
"""What questions and words are made of; tasks, leases, accounts, sessions and the log are nobody else's business."""
ORDERED = ("decisions", "exclusions", "gold")
"""Tables that are only appended to, in this order."""


def copied(store: SqlReviewStore, path: Path) -> SqlReviewStore:
    """The same questions and words in a new SQLite file."""
    copy = SqlReviewStore(path)
    if store.path is not None:
        with copy.database.staging() as session:
            session.execute("ATTACH DATABASE :path AS original", {"path": str(store.path)})
            with session.write():
                for table in TABLES:
                    session.execute(f"INSERT INTO main.{table} SELECT * FROM original.{table}{_order(table)}")
    else:
        with store.database.reading() as session:
            parts = {table: _rows(session, table) for table in TABLES}
        with copy.database.staging() as session, session.write():
            for table, rows in parts.items():
                if rows.width:
                    session.load(table, rows)
    copy.derive_anew()
    return copy


def _order(table: str) -> str:
    return " ORDER BY sequence" if table in ORDERED else ""


def _rows(session: Session, table: str) -> pl.DataFrame:
    return pl.DataFrame(session.rows(f"SELECT * FROM {table}{_order(table)}"), infer_schema_length=None)
