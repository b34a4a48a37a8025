"""What a change would do is told before it is done, and telling it does nothing."""

import shutil
from dataclasses import replace

import history
import pytest

from catalog_assets import corrections
from catalog_assets.preview import outstanding, preview
from catalog_assets.raw.deliveries import known_deliveries
from catalog_assets.stages import Partition
from catalog_assets.terminal import status_rows, work_left
from catalog_assets.warehouse.loading import contents
from resources.warehouse import READERS_COPY, WAREHOUSE, record_loaded

pytestmark = [pytest.mark.xdist_group("histories 0"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def home(played, tmp_path_factory):
    return shutil.copytree(played.home, tmp_path_factory.mktemp("previews") / "home")


@pytest.fixture
def untouched(home):
    """The home, which must be the same afterwards."""
    before = history.tables(home)
    yield history.open_home(home)
    after = history.tables(home)
    assert all(after[name].equals(before[name]) for name in before)


def test_at_rest_there_is_nothing_to_run_and_nothing_to_change(untouched):
    assert "partitions" not in work_left(untouched)
    assert outstanding(untouched).empty


def test_a_star_schema_that_was_built_from_other_tables_is_behind_and_said_so(untouched):
    """The histories build none."""
    assert work_left(untouched) == "To build: the star schema, from 3 days. `catalog backfill` does it."
    assert [row["marts"] for row in status_rows(untouched)] == ["behind"] * 3
    home = untouched.catalog.home_path
    for file in (READERS_COPY, WAREHOUSE):
        (home / file).touch()
    record_loaded(home, contents(untouched))
    assert work_left(untouched) == ""
    assert [row["marts"] for row in status_rows(untouched)] == [""] * 3


def test_a_retraction_shows_what_would_vanish(untouched):
    first = known_deliveries(untouched, Partition(history.D2, "beta"))["delivery_id"][0]
    fact = corrections.Fact("retract", "Ana", "wrong", delivery_id=first)
    found = preview(untouched, lambda world: corrections.state(world, fact, history._moment(58)))
    changed = found.changes.filter(field="price").select("name", "before", "after").rows()
    assert ("Kettle 1.7 l", "35.0000", "39.0000") in changed


def test_a_change_of_configuration_shows_what_it_would_change_before_it_is_run(untouched):
    told = untouched.catalog.model_copy(update={"survivorship": {"name": ["completeness"]}})
    priorities = {name: source.model_copy(update={"priority": 50 - source.priority})
                  for name, source in told.sources.items()}  # fmt: skip
    changed = replace(untouched, catalog=told.model_copy(update={"sources": priorities}))
    assert "partitions of 3 days" in work_left(changed)
    found = outstanding(changed)
    assert not found.failing
    assert not found.changes.is_empty()
