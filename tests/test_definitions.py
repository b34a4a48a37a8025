"""A snapshot of what Dagster is told: keys, partitions, dependencies, checks, jobs, sensors."""

import datetime as dt
from pathlib import Path

import pytest

from catalog_assets.configuration import parse

EXPECTED = {
    "deliveries": ("day|source", []),
    "raw_products": ("day|source", ["deliveries"]),
    "standardized_products": ("day|source", ["raw_products"]),
    "matched_products": ("day", ["standardized_products"]),
    "matched_pairs": ("day", ["standardized_products"]),
    "attribute_model": (None, ["matched_products"]),
    "enriched_attributes": ("day", ["matched_products"]),
    "enriched_products": ("day", ["matched_products"]),
    "reviewed_attributes": ("day", ["enriched_attributes", "enriched_products", "matched_products"]),
    "reviewed_products": ("day", ["enriched_attributes", "enriched_products", "matched_products"]),
    "validated_products": ("day", ["reviewed_products"]),
    "catalog_products": ("day", ["validated_products"]),
    "product_aliases": ("day", ["validated_products"]),
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    pytest.importorskip("dagster")
    from catalog_assets.definitions import build_defs

    folder: Path = tmp_path_factory.mktemp("definitions")
    columns = {"product_id": "id", "name": "name"}
    sources = {name: {"columns": columns} for name in ("b", "a")}
    return build_defs(parse({"home": "home", "sources": sources, "look_seconds": 7}, folder / "c.yaml"))


def test_assets(graph):
    assets = graph.resolve_asset_graph()
    found = {}
    for name in EXPECTED:
        node = next(node for node in assets.asset_nodes if node.key.to_user_string() == name)
        partitions = node.partitions_def
        several = getattr(partitions, "partitions_defs", None)
        dimensions = "|".join(dimension.name for dimension in several) if several else "day" if partitions else None
        found[name] = (dimensions, sorted(key.to_user_string() for key in node.parent_keys))
    assert found == EXPECTED


def test_every_stage_table_has_its_checks(graph):
    keys = {(check.asset_key.to_user_string(), check.name) for check in graph.resolve_asset_graph().asset_check_keys}
    for name in EXPECTED:
        if name not in ("deliveries", "attribute_model"):
            assert (name, "contract") in keys
    balanced = {name for name, check in keys if check == "ledger_balances"}
    assert balanced == {
        "raw_products", "standardized_products", "matched_products", "enriched_attributes", "reviewed_attributes",
        "validated_products", "catalog_products",
    }  # fmt: skip
    assert ("matched_products", "sources_present") in keys


def test_jobs_and_sensors(graph):
    repository = graph.get_repository_def()
    assert {job.name for job in repository.get_all_jobs()} >= {"arrival", "day", "warehouse", "acceptance_watch"}
    assert {schedule.name for schedule in repository.schedule_defs} >= {"acceptance_daily"}
    assert {sensor.name: sensor.minimum_interval_seconds for sensor in repository.sensor_defs} == {
        "arrivals": 7, "days": 7,
    }  # fmt: skip


def test_today_is_a_partition(graph):
    job = graph.get_repository_def().get_job("day")
    assert dt.datetime.now(dt.UTC).date().isoformat() in job.partitions_def.get_partition_keys()


def test_sources_are_partitions_in_order(graph):
    job = graph.get_repository_def().get_job("arrival")
    assert job.partitions_def.get_partitions_def_for_dimension("source").get_partition_keys() == ["a", "b"]


def test_dagster_can_load_them(graph):
    import dagster as dg

    dg.Definitions.validate_loadable(graph)


def test_a_table_tells_its_columns_and_the_rules_of_its_contract(graph):
    spec = next(s for s in graph.resolve_all_asset_specs() if s.key.to_user_string() == "validated_products")
    schema = spec.metadata["dagster/column_schema"]
    columns = {column.name: column for column in schema.columns}
    assert columns["price"].description
    assert "A price is above zero." in schema.constraints.other


def test_a_column_comes_from_the_table_that_has_the_last_word_on_it():
    from catalog_assets.materialize import column_lineage
    from catalog_assets.reviewed.stage import STAGE

    lineage = column_lineage("reviewed_attributes", STAGE.reads).deps_by_column
    assert [dep.asset_key.to_user_string() for dep in lineage["value"]] == ["enriched_attributes"]
    lineage = column_lineage("reviewed_products", STAGE.reads).deps_by_column
    for name in ("category", "description"):
        assert [(d.asset_key.to_user_string(), d.column_name) for d in lineage[name]] == [
            ("enriched_attributes", "value")
        ]
    assert [dep.asset_key.to_user_string() for dep in lineage["price"]] == ["matched_products"]
    lineage = column_lineage("standardized_products", ("raw_products",)).deps_by_column
    assert [dep.column_name for dep in lineage["name"]] == ["payload"]


@pytest.mark.server
def test_logs_of_runs_go_to_s3_where_the_lake_is(tmp_path, s3_server):
    import dagster as dg
    import yaml
    from dagster._core.storage.compute_log_manager import ComputeIOType

    from catalog_assets.backfill import instance_settings

    raw = {"home": str(tmp_path), "lake": f"{s3_server.uri}/lake", "s3_endpoint": s3_server.endpoint}
    raw["sources"] = {"a": {"columns": {"product_id": "id", "name": "name"}}}
    settings = yaml.safe_load(instance_settings(parse(raw, tmp_path / "c.yaml")))
    with dg.instance_for_test(overrides={"compute_logs": settings["compute_logs"]}, temp_dir=str(tmp_path)) as instance:
        key = ["run", "step"]
        with instance.compute_log_manager.open_log_stream(key, ComputeIOType.STDOUT) as out:
            out.write("told")
        assert instance.compute_log_manager.get_log_data(key).stdout.startswith(b"told")
