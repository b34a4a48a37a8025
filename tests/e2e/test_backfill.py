"""A backfill over days and sources by one command, of which one partition fails the first time."""

import json
from types import SimpleNamespace

import pytest
import yaml
from click.testing import CliRunner

from catalog_assets.backfill import _interrupted
from catalog_assets.cli import main
from catalog_assets.raw import stage as raw_stage

pytestmark = [pytest.mark.xdist_group("backfill"), pytest.mark.timeout(600)]


@pytest.fixture
def place(tmp_path, monkeypatch):
    columns = {"product_id": "id", "name": "name", "price": "price"}
    sources = {name: {"columns": columns, "currency": "EUR"} for name in ("north", "south")}
    config = {"home": "home", "start_day": "2026-01-01", "sources": sources}
    (tmp_path / "catalog.yaml").write_text(yaml.safe_dump(config))
    monkeypatch.setenv("CATALOG_CONFIG", str(tmp_path / "catalog.yaml"))
    monkeypatch.delenv("CATALOG_HOME", raising=False)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    for source in sources:
        for day in ("2026-01-05", "2026-01-06"):
            folder = tmp_path / "home" / "inbox" / source / day
            folder.mkdir(parents=True)
            (folder / "feed.csv").write_text(f"id,name,price\n1,Lamp of {source},10.00\n2,Mug of {source},5.00\n")
    return tmp_path


STAGES = ("raw", "standardized", "matched", "enriched", "reviewed", "validated", "catalog")


def call(*arguments: str):
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def states() -> list[dict]:
    return json.loads(call("status", "--json").output)


def test_one_partition_fails_and_is_retried_alone(place, monkeypatch):
    real = raw_stage.split
    broken = "south/2026-01-06"

    def fails_for_one(data, source, form, limits):
        if fails_for_one.broken and b"south" in data and fails_for_one.count == 3:
            raise OSError("the disk is full")
        fails_for_one.count += 1
        return real(data, source, form, limits)

    fails_for_one.broken, fails_for_one.count = True, 0
    monkeypatch.setattr(raw_stage, "split", fails_for_one)

    first = call("backfill", "--from", "2026-01-05", "--to", "2026-01-06", "--no-warehouse")
    assert first.exit_code == 1
    assert "the disk is full" in first.output
    assert "2026-01-06|south" in first.output
    assert "same command again" in first.output, broken
    after = {row["day"]: row for row in states()}
    assert after["2026-01-05"]["catalog"] == "done", "the others go on"
    assert "missing" in after["2026-01-06"]["raw"]
    assert after["2026-01-06"]["catalog"] == "done", "the day runs with the sources that arrived"

    fails_for_one.broken = False
    second = call("backfill", "--from", "2026-01-05", "--to", "2026-01-06", "--no-warehouse")
    assert second.exit_code == 0
    arrivals = [line for line in second.output.splitlines() if "arrival" in line]
    assert len(arrivals) == 1, "only the failed partition is run again"
    assert "2026-01-06|south" in arrivals[0]
    assert all(value == "done" for row in states() for name, value in row.items() if name in STAGES)

    third = call("backfill", "--no-warehouse")
    assert "arrival" not in third.output
    assert "day 2026" not in third.output


def test_who_interrupts_a_backfill_ends_it():
    """Dagster makes a failure of one run of it; the next would be started as if nothing had been said."""
    interrupted = SimpleNamespace(cls_name="DagsterExecutionInterruptedError", cause=None)
    around = SimpleNamespace(cls_name="DagsterExecutionStepExecutionError", cause=interrupted)
    other = SimpleNamespace(cls_name="StageError", cause=None)

    def event(error):
        return SimpleNamespace(is_failure=True, event_specific_data=SimpleNamespace(error=error))

    assert _interrupted(event(around))
    assert not _interrupted(event(other))
