"""The daily look at audits, as Dagster runs it."""

import dagster as dg
import pytest

from catalog_assets.materialize import WorldResource
from sensors.acceptance import acceptance_daily, acceptance_watch
from tests.reviewed.test_acceptance_watch import CERTIFIED, audited, journal, stated


@pytest.fixture
def where(monkeypatch):
    world = audited(200, {"beta": 10})
    monkeypatch.setattr(WorldResource, "open", lambda self: world)
    return world


def run():
    return acceptance_watch.execute_in_process(resources={"world": WorldResource()})


def test_a_run_states_the_tightened_release_once_and_says_so(where, capfd):
    stated(where, CERTIFIED)
    assert run().success
    assert run().success
    assert journal(where)["sequence"].to_list() == [1, 2]
    assert capfd.readouterr().err.count("too much is wrong: source beta") == 1


def test_it_runs_daily_while_a_release_is_in_force(where):
    def told():
        return acceptance_daily(dg.build_schedule_context(resources={"world": WorldResource()}))

    assert isinstance(told(), dg.SkipReason)
    stated(where, CERTIFIED)
    assert isinstance(told(), dg.RunRequest)
    assert acceptance_daily.default_status == dg.DefaultScheduleStatus.RUNNING
