"""How an older database becomes a current one: each migration once, in order, all or none.

Belongs here: applying them. Does not belong here: what they say (`schema`).
"""

from collections.abc import Callable, Sequence

from resources.review.database import Database, Session
from resources.review.protocol import ReviewStoreError
from resources.review.schema import MIGRATIONS, Migration


class NewerReviewStore(ReviewStoreError):
    """The database was written by a newer version of this program."""

    def __init__(self, place: object, unknown: Sequence[str]) -> None:
        self.place, self.unknown = place, tuple(unknown)
        super().__init__(
            f"The review store {place} was written by a newer version of this program (it has: {', '.join(unknown)}). "
            "Nothing was changed. Use that version, or a copy from before the upgrade."
        )


class NotAReviewStore(ReviewStoreError):
    """The place holds something else."""

    def __init__(self, place: object, found: str) -> None:
        self.place, self.found = place, found
        super().__init__(f"{place} is no review store ({found}). Nothing was changed. Name another place.")


def migrate(
    database: Database,
    migrations: Sequence[Migration] = MIGRATIONS,
    derive: Callable[[Session], None] = lambda session: None,
) -> list[str]:
    """Bring the database to the current version, in one transaction. Returns the names of what was applied now.

    derive: tells anew what is derived, in the same transaction, where something was applied.

    Raises NewerReviewStore or NotAReviewStore, having changed nothing.
    """
    with database.reading() as session:
        if not _pending(session, database, migrations):
            return []  # nothing is locked where there is nothing to do
    with database.writing() as session:
        pending = _pending(session, database, migrations)
        session.execute(
            "CREATE TABLE IF NOT EXISTS review_migrations (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)"
        )
        for migration in pending:
            for statement in migration.on(session.dialect):
                session.execute(statement)
            session.execute(
                "INSERT INTO review_migrations (position, name) VALUES (:position, :name)",
                {"position": migrations.index(migration) + 1, "name": migration.name},
            )
        if pending:
            derive(session)
    return [migration.name for migration in pending]


def _pending(session: Session, database: Database, migrations: Sequence[Migration]) -> list[Migration]:
    tables = {row["name"] for row in session.rows(_TABLES[session.dialect])}
    if not tables:
        return list(migrations)
    if "review_migrations" not in tables:
        raise NotAReviewStore(database.name, f"its tables are {', '.join(sorted(tables)[:5])}")
    applied = [row["name"] for row in session.rows("SELECT name FROM review_migrations ORDER BY position")]
    known = [migration.name for migration in migrations]
    if applied != known[: len(applied)]:
        raise NewerReviewStore(database.name, [name for name in applied if name not in known] or applied)
    return list(migrations[len(applied) :])


_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()",
}
