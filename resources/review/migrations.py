"""The tables of the embedded review store, and how an older file becomes a current one.

Belongs here: named migrations, in order, each applied once. A migration that was released is never edited or taken out:
add another. Does not belong here: reading and writing of questions and decisions (`store`).
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from resources.review.protocol import ReviewStoreError


@dataclass(frozen=True)
class Migration:
    """One step forward: its name, and its statements in order."""

    name: str
    statements: tuple[str, ...]


class NewerReviewStore(ReviewStoreError):
    """The file was written by a newer version of this program."""

    def __init__(self, path: Path, unknown: Sequence[str]) -> None:
        self.path, self.unknown = path, tuple(unknown)
        super().__init__(
            f"The review store {path} was written by a newer version of this program (it has: {', '.join(unknown)}). "
            "Nothing was changed. Use that version, or a copy of the file from before the upgrade."
        )


class NotAReviewStore(ReviewStoreError):
    """The file is something else."""

    def __init__(self, path: Path, found: str) -> None:
        self.path, self.found = path, found
        super().__init__(f"{path} is no review store ({found}). Nothing was changed. Name another file.")


MIGRATIONS = (
    Migration(
        "0001_questions_and_decisions",
        (
            # What is asked. Never changed: a decision is about exactly this.
            """
            CREATE TABLE questions (
                question_id TEXT NOT NULL PRIMARY KEY,
                kind TEXT NOT NULL CHECK (kind IN ('attribute', 'category', 'description', 'price')),
                attribute TEXT,
                value TEXT,
                unit TEXT
            ) STRICT
            """,
            # What is shown with it, by day: so the latest day's facts do not depend on the order in which days ran.
            """
            CREATE TABLE question_days (
                question_id TEXT NOT NULL REFERENCES questions (question_id),
                day TEXT NOT NULL,
                confidence REAL,
                method TEXT,
                model_version TEXT,
                evidence TEXT,
                name TEXT,
                context TEXT,
                options TEXT,
                PRIMARY KEY (question_id, day)
            ) STRICT
            """,
            "CREATE INDEX question_days_by_day ON question_days (day, question_id)",
            """
            CREATE TABLE question_products (
                question_id TEXT NOT NULL,
                day TEXT NOT NULL,
                product_key TEXT NOT NULL,
                PRIMARY KEY (question_id, day, product_key),
                FOREIGN KEY (question_id, day) REFERENCES question_days (question_id, day)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX question_products_by_day ON question_products (day)",
            # The journal. `asked` keeps what the person was asked and shown (JSON), since questions may be rebuilt;
            # `decided_at` is microseconds since 1970 in UTC.
            """
            CREATE TABLE decisions (
                sequence INTEGER PRIMARY KEY,
                question_id TEXT NOT NULL REFERENCES questions (question_id),
                verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'reject', 'replace', 'undo')),
                value TEXT,
                unit TEXT,
                annotator TEXT NOT NULL CHECK (annotator <> ''),
                decided_at INTEGER NOT NULL,
                reason TEXT,
                asked TEXT NOT NULL,
                CHECK ((verdict = 'replace') = (value IS NOT NULL)),
                CHECK (verdict = 'replace' OR unit IS NULL)
            ) STRICT
            """,
            "CREATE INDEX decisions_by_question ON decisions (question_id, sequence, decided_at)",
            # A question that stands on no day has no facts, but what was allowed when it was last decided still is.
            """
            CREATE VIEW question_now AS
            SELECT q.question_id, q.kind, q.attribute, q.value, q.unit,
                   d.confidence, d.method, d.model_version, d.evidence, d.name, d.context,
                   CASE WHEN d.day IS NOT NULL THEN d.options ELSE (
                       SELECT json_extract(asked, '$.options') FROM decisions
                       WHERE question_id = q.question_id ORDER BY sequence DESC LIMIT 1
                   ) END AS options
            FROM questions AS q
            LEFT JOIN question_days AS d ON d.question_id = q.question_id AND d.day = (
                SELECT max(day) FROM question_days WHERE question_id = q.question_id
            )
            """,
        ),
    ),
    Migration(
        "0002_decisions_are_append_only",
        (
            """
            CREATE TRIGGER decisions_are_never_changed BEFORE UPDATE ON decisions
            BEGIN SELECT RAISE(ABORT, 'decisions are never changed: append another one'); END
            """,
            """
            CREATE TRIGGER decisions_are_never_deleted BEFORE DELETE ON decisions
            BEGIN SELECT RAISE(ABORT, 'decisions are never deleted: append an undo'); END
            """,
            # INSERT OR REPLACE deletes without firing the trigger above, and no one writes into the past.
            # A sequence that SQLite is to choose is -1 here.
            """
            CREATE TRIGGER decisions_are_appended BEFORE INSERT ON decisions
            WHEN NEW.sequence <> -1 AND NEW.sequence <= (SELECT max(sequence) FROM decisions)
            BEGIN SELECT RAISE(ABORT, 'decisions are appended after the last one'); END
            """,
            """
            CREATE TRIGGER questions_are_never_changed BEFORE UPDATE ON questions
            BEGIN SELECT RAISE(ABORT, 'a question is never changed: ask another one'); END
            """,
            """
            CREATE TRIGGER questions_are_never_replaced BEFORE INSERT ON questions
            WHEN EXISTS (SELECT 1 FROM questions WHERE question_id = NEW.question_id)
            BEGIN SELECT RAISE(ABORT, 'a question is never replaced: ask another one'); END
            """,
            # Foreign keys are off in a connection that did not ask for them.
            """
            CREATE TRIGGER decided_questions_stay BEFORE DELETE ON questions
            WHEN EXISTS (SELECT 1 FROM decisions WHERE question_id = OLD.question_id)
            BEGIN SELECT RAISE(ABORT, 'a question that was decided stays'); END
            """,
        ),
    ),
    # The kinds of questions grow, and the protocol knows them. Other tables refer to this one, so it is not built anew:
    # a CHECK is taken out as SQLite documents it (https://www.sqlite.org/lang_altertable.html, section 7).
    Migration(
        "0003_any_kind_of_question",
        (
            "PRAGMA writable_schema = ON",
            """
            UPDATE sqlite_schema SET sql = replace(
                sql, 'CHECK (kind IN (''attribute'', ''category'', ''description'', ''price''))', 'CHECK (kind <> '''')'
            ) WHERE type = 'table' AND name = 'questions'
            """,
            "PRAGMA writable_schema = RESET",
        ),
    ),
)


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> list[str]:
    """Bring the file to the current version, in one transaction. Returns the names of what was applied now.

    Raises NewerReviewStore or NotAReviewStore, having changed nothing.
    """
    _pending(connection, path, migrations)  # before anything is locked or written
    connection.execute("BEGIN IMMEDIATE")
    try:
        pending = _pending(connection, path, migrations)
        if pending:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS review_migrations (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)"
            )
        for migration in pending:
            for statement in migration.statements:
                connection.execute(statement)
            connection.execute("INSERT INTO review_migrations (name) VALUES (?)", (migration.name,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return [migration.name for migration in pending]


def _pending(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> list[Migration]:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return list(migrations)
    if "review_migrations" not in tables:
        raise NotAReviewStore(path, f"its tables are {', '.join(sorted(tables)[:5])}")
    applied = [name for (name,) in connection.execute("SELECT name FROM review_migrations ORDER BY position")]
    known = [migration.name for migration in migrations]
    if applied != known[: len(applied)]:
        raise NewerReviewStore(path, [name for name in applied if name not in known] or applied)
    return list(migrations[len(applied) :])
