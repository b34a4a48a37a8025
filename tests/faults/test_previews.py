"""What a change would do is told before it is done, and telling it does nothing."""

from dataclasses import replace

import history
import pytest

from catalog_assets import corrections
from catalog_assets.preview import outstanding, preview
from catalog_assets.raw.deliveries import known_deliveries
from catalog_assets.stages import Partition
from catalog_assets.terminal import work_left

pytestmark = [pytest.mark.xdist_group("histories"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("previews")
    history.play(folder, history.names())
    return folder


@pytest.fixture
def untouched(home):
    """The home, which must be the same afterwards."""
    before = history.tables(home)
    yield history.open_home(home)
    after = history.tables(home)
    assert all(after[name].equals(before[name]) for name in before)


def test_at_rest_there_is_nothing_to_run_and_nothing_to_change(untouched):
    assert work_left(untouched) == ""
    assert outstanding(untouched).empty


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
