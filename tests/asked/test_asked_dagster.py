"""Asking in Dagster: the job, its metadata, the sensor, and the graph with and without a language model."""

import dagster as dg
import pytest
import yaml
from asked_world import DAY, opened, proposed, serving, settle

from catalog_assets.configuration import load
from catalog_assets.definitions import build_defs
from catalog_assets.materialize import WorldResource

KEY = DAY.isoformat()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with its configuration in a file, as a run of Dagster opens it."""
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server)
        file = tmp_path / "catalog.yaml"
        file.write_text(yaml.safe_dump(world.catalog.model_dump(mode="json", exclude_none=True)))
        monkeypatch.setenv("CATALOG_CONFIG", str(file))
        yield world, server


def test_the_job_asks_and_shows_what_it_cost(home):
    world, server = home
    defs = build_defs(load())
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("asking").execute_in_process(
            partition_key=KEY, instance=instance, resources={"world": WorldResource()}
        )
        assert result.success
        (told,) = result.asset_materializations_for_node("model_replies")
        metadata = {name: value.value for name, value in told.metadata.items()}
        assert metadata["requests"] == len(server.bills) == 2
        assert metadata["cost_usd"] == pytest.approx(float(sum(world.lake.read("model_replies")["cost"])))
        assert metadata["cost_usd_per_1000_products"] > 0
        records = instance.fetch_observations(dg.AssetKey("model_replies"), limit=10).records
        (observed,) = (record.event_log_entry.asset_observation for record in records)
        assert observed.metadata["estimate_usd"].value > 0
        again = defs.resolve_job_def("asking").execute_in_process(
            partition_key=KEY, instance=instance, resources={"world": WorldResource()}
        )
        assert again.success
    assert len(server.bills) == 2
    assert len(proposed(world)) == 3


def ticked(defs, instance):
    repository = defs.get_repository_def()
    context = dg.build_sensor_context(
        instance=instance, repository_def=repository, resources={"world": WorldResource()}
    )
    return list(repository.get_sensor_def("questions")(context))


def test_the_sensor_asks_for_days_with_something_open_and_then_is_silent(home):
    world, _ = home
    defs = build_defs(load())
    with dg.DagsterInstance.ephemeral() as instance:
        (request,) = ticked(defs, instance)
        assert request.partition_key == KEY
        assert ticked(defs, instance)[0].run_key == request.run_key, "the same work has the same key"
        defs.resolve_job_def("asking").execute_in_process(partition_key=KEY, instance=instance)
        settle(world)
        (skipped,) = ticked(defs, instance)
        assert isinstance(skipped, dg.SkipReason)


def test_without_a_language_model_there_is_nothing_of_it(tmp_path, catalog_for):
    defs = build_defs(catalog_for(tmp_path, {"acme": {"columns": {"product_id": "sku", "name": "title"}}}))
    keys = {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}
    assert not keys & {"model_replies", "model_proposals"}
    assert "questions" not in {sensor.name for sensor in defs.get_repository_def().sensor_defs}


def test_the_day_does_not_wait_for_the_model(home):
    defs = build_defs(load())
    day = defs.resolve_job_def("day")
    selected = {key.to_user_string() for key in day.asset_layer.executable_asset_keys}
    assert "model_proposals" in selected
    assert "model_replies" not in selected
