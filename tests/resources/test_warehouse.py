"""dbt's command line and environment, and how people open the warehouse."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from resources.warehouse import (
    PROJECT,
    READERS_COPY,
    WAREHOUSE,
    WarehouseAbsentError,
    WarehouseBusyError,
    connect,
    dbt_arguments,
    environment,
    publish,
)

BUILD = ["build", "--exclude-resource-type", "unit_test"]
D1, D2, D4 = dt.date(2026, 2, 27), dt.date(2026, 2, 28), dt.date(2026, 3, 2)
HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.readline()"


def make(home: Path, value: int) -> None:
    with duckdb.connect(home / WAREHOUSE) as connection:
        connection.execute(f"create or replace table answer as select {value} as value")


def answer(connection: duckdb.DuckDBPyConnection) -> int:
    return connection.execute("select value from answer").fetchall()[0][0]


@pytest.mark.parametrize(
    ("days", "variables"),
    [
        ([D1], {"days": ["2026-02-27"]}),
        ([D2, D1, D2], {"from_day": "2026-02-27", "to_day": "2026-02-28"}),
        ([D1, dt.date(2026, 3, 1), D2], {"from_day": "2026-02-27", "to_day": "2026-03-01"}),
        ([D4, D1], {"days": ["2026-02-27", "2026-03-02"]}),
        ([], {"days": []}),
    ],
)
def test_days_become_a_list_or_a_range(days, variables):
    *command, flag, text = dbt_arguments(days, False)
    assert (command, flag) == (BUILD, "--vars")
    assert json.loads(text) == variables


def test_all_days_need_no_variables():
    assert dbt_arguments(None, False) == BUILD


@pytest.mark.parametrize("days", [None, [D1]])
def test_a_full_refresh_is_for_all_days(days):
    assert dbt_arguments(days, True) == [*BUILD, "--full-refresh"]


def test_environment_is_absolute_and_complete(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert environment(Path("home"), "lake", None) == {
        "CATALOG_WAREHOUSE": str(tmp_path / "home" / "warehouse.duckdb"),
        "CATALOG_LAKE": str(tmp_path / "lake"),
        "CATALOG_S3_ENDPOINT": "",
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(tmp_path / "home" / "dbt" / "target"),
        "DBT_LOG_PATH": str(tmp_path / "home" / "dbt" / "logs"),
    }
    assert (PROJECT / "profiles.yml").exists()


def test_environment_leaves_addresses_alone(tmp_path):
    found = environment(tmp_path, "s3://bucket/lake", "http://127.0.0.1:8333")
    assert (found["CATALOG_LAKE"], found["CATALOG_S3_ENDPOINT"]) == ("s3://bucket/lake", "http://127.0.0.1:8333")


def test_an_absent_warehouse_is_named(tmp_path):
    for opens in (connect, publish):
        with pytest.raises(WarehouseAbsentError, match="build it first") as caught:
            opens(tmp_path)
        assert caught.value.path == tmp_path / WAREHOUSE
    assert list(tmp_path.iterdir()) == []


def test_people_cannot_write(tmp_path):
    make(tmp_path, 1)
    with connect(tmp_path) as connection:
        assert answer(connection) == 1
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            connection.execute("drop table answer")


def test_a_warehouse_that_dbt_writes_is_busy_but_its_copy_is_not(tmp_path):
    make(tmp_path, 1)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / WAREHOUSE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "open\n"
        for opens in (connect, publish):
            with pytest.raises(WarehouseBusyError, match="try again") as caught:
                opens(tmp_path)
            assert caught.value.path == tmp_path / WAREHOUSE
    finally:
        holder.communicate("\n", timeout=30)
    publish(tmp_path)
    make(tmp_path, 2)
    with duckdb.connect(tmp_path / WAREHOUSE), connect(tmp_path) as connection:
        assert answer(connection) == 1


def test_a_copy_is_swapped_under_its_readers(tmp_path):
    make(tmp_path, 1)
    assert publish(tmp_path) == tmp_path / READERS_COPY
    with connect(tmp_path) as early:
        make(tmp_path, 2)
        publish(tmp_path)
        assert answer(early) == 1
    with connect(tmp_path) as late:
        assert answer(late) == 2
        # Both files go by one catalog name, so that a qualified query works in either.
        assert late.execute("select value from warehouse.main.answer").fetchall() == [(2,)]
    assert {file.name for file in tmp_path.iterdir()} == {WAREHOUSE, READERS_COPY}


def test_a_file_that_is_no_warehouse_is_not_called_busy(tmp_path):
    (tmp_path / WAREHOUSE).write_text("no database" * 1000)
    with pytest.raises(duckdb.Error) as caught:
        connect(tmp_path)
    assert not isinstance(caught.value, WarehouseBusyError)
