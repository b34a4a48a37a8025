"""The hourly look at the queue, as Dagster runs it."""

import datetime as dt

import dagster as dg
import pytest
from review_cases import DAY, asked

from catalog_assets.materialize import WorldResource
from resources import open_world
from sensors.review import QUEUE, review_hourly, review_watch


@pytest.fixture
def where(tmp_path, catalog_for, monkeypatch):
    world = open_world(catalog_for(tmp_path, review={"depth_alert": 1}))
    monkeypatch.setattr(WorldResource, "open", lambda self: world)
    return world


def observed(instance):
    (record,) = instance.fetch_observations(QUEUE, limit=1).records
    return {name: value.value for name, value in record.asset_observation.metadata.items()}


def test_the_figures_are_in_daggers_history_and_alerts_in_the_log(where, capfd):
    where.review.replace_day(DAY, asked(("a", "p"), ("b", "p"), ("b", "q")))
    with dg.DagsterInstance.ephemeral() as instance:
        assert review_watch.execute_in_process(resources={"world": WorldResource()}, instance=instance).success
        found = observed(instance)
    assert (found["open_questions"], found["open_products"]) == (2.0, 3.0)
    assert "2 questions wait for a person (alert from 1 on)" in found["alerts"]
    assert "2 questions wait for a person" in capfd.readouterr().err


def test_a_healthy_queue_is_no_alert(where):
    with dg.DagsterInstance.ephemeral() as instance:
        assert review_watch.execute_in_process(resources={"world": WorldResource()}, instance=instance).success
        assert observed(instance)["alerts"] == "none"


def test_it_runs_every_hour():
    told = review_hourly(dg.build_schedule_context(scheduled_execution_time=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    assert isinstance(told, dg.RunRequest)
    assert review_hourly.default_status == dg.DefaultScheduleStatus.RUNNING
