"""What the tests of the review store share."""

from pathlib import Path

import pytest
from account_cases import database_at, staffed
from review_databases import KINDS, Place

from resources.review.accounts import Accounts
from resources.review.database import Database


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A file's folder, and a real PostgreSQL server: a test that asks for it runs on both."""
    return Place(request.param, tmp_path)


@pytest.fixture
def database(place: Place) -> Database:
    """An empty review store's."""
    return database_at(place)


@pytest.fixture
def accounts(database: Database) -> Accounts:
    """Three people: `account_cases.staffed`."""
    return staffed(database)
