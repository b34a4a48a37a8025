"""What the tests of the review store share."""

from pathlib import Path

import pytest
from review_databases import KINDS, Place


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A file's folder, and a real PostgreSQL server: a test that asks for it runs on both."""
    return Place(request.param, tmp_path)
