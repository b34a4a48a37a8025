"""What the tests of accounts share: cheap hashing, three people, a fixed clock."""

import datetime as dt
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from review_databases import Place

from resources.review.accounts import Accounts, AccountSettings
from resources.review.database import Database
from resources.review.passwords import Passwords
from resources.review.store import SqlReviewStore

NOON = dt.datetime(2025, 3, 3, 12, tzinfo=dt.UTC)
SECOND, MINUTE, HOUR, DAY = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
HOME, CAFE = "203.0.113.7", "198.51.100.9"
GOOD, OTHER = "tulip harbour violin", "granite lantern meadow"
PEOPLE = {"Ana": "annotator", "Leo": "lead", "Ada": "admin"}
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""The work of hashing is argon2's affair; here it only has to be done."""


def database_at(place: Path | Place) -> Database:
    return SqlReviewStore(place / "review.sqlite").database


def accounts_in(database: Database, hasher: PasswordHasher = CHEAP, **settings: dt.timedelta) -> Accounts:
    return Accounts(database, AccountSettings(**settings), Passwords(hasher))


def staffed(database: Database, **settings: dt.timedelta) -> Accounts:
    """Ana annotates, Leo leads, Ada administers; all with the same password."""
    accounts = accounts_in(database, **settings)
    for name, role in PEOPLE.items():
        accounts.add(name, role, GOOD, by="test", now=NOON, must_change=False)
    return accounts


def enter(accounts: Accounts, name: str = "Ana", password: str = GOOD, **where: Any) -> Any:
    """Sign in from home at noon, unless told otherwise."""
    return accounts.sign_in(name, password, **{"address": HOME, "now": NOON, **where})


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    with database.reading() as session:
        return session.rows(f"SELECT * FROM {table}")


def guess(accounts: Accounts, name: str = "Ana", password: str = "wrong and wrong", **where) -> str:
    """What a visitor is told, or "in"."""
    try:
        accounts.sign_in(name, password, **{"address": HOME, "now": NOON, **where})
    except Exception as error:
        return str(error)
    return "in"
