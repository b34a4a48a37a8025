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
    return build_defs(parse({"home": "home", "sources": sources}, folder / "c.yaml"))


def test_assets(graph):
    assets = graph.resolve_asset_graph()
    found = {}
    for name in EXPECTED:
        node = next(node for node in assets.asset_nodes if node.key.to_user_string() == name)
        partitions = node.partitions_def
        several = getattr(partitions, "partitions_defs", None)
        dimensions = "|".join(dimension.name for dimension in several) if several else "day"
        found[name] = (dimensions, sorted(key.to_user_string() for key in node.parent_keys))
    assert found == EXPECTED


def test_every_stage_table_has_its_checks(graph):
    keys = {(check.asset_key.to_user_string(), check.name) for check in graph.resolve_asset_graph().asset_check_keys}
    for name in EXPECTED:
        if name != "deliveries":
            assert (name, "contract") in keys
    balanced = {name for name, check in keys if check == "ledger_balances"}
    assert balanced == {
        "raw_products", "standardized_products", "matched_products", "enriched_attributes", "reviewed_attributes",
        "validated_products", "catalog_products",
    }  # fmt: skip
    assert ("matched_products", "sources_present") in keys


def test_jobs_and_sensors(graph):
    repository = graph.get_repository_def()
    assert {job.name for job in repository.get_all_jobs()} >= {"arrival", "day", "warehouse"}
    assert {sensor.name for sensor in repository.sensor_defs} == {"arrivals", "days"}


def test_today_is_a_partition(graph):
    job = graph.get_repository_def().get_job("day")
    assert dt.datetime.now(dt.UTC).date().isoformat() in job.partitions_def.get_partition_keys()


def test_sources_are_partitions_in_order(graph):
    job = graph.get_repository_def().get_job("arrival")
    assert job.partitions_def.get_partitions_def_for_dimension("source").get_partition_keys() == ["a", "b"]


def test_dagster_can_load_them(graph):
    import dagster as dg

    dg.Definitions.validate_loadable(graph)
