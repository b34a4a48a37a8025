"""A file that is dropped starts, by itself, the run of exactly its partition, and then of its day."""

import datetime as dt
import os
import time

import polars as pl
import pytest
from running import ROWS

from catalog_assets import corrections
from catalog_assets.configuration import load
from resources import open_world

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("dagster"), pytest.mark.timeout(900)]

DAY, NEXT = "2026-01-10", "2026-01-11"


def test_arrivals_and_then_a_correction_are_carried_out_by_themselves(dagster):
    arrivals_start_their_partition_and_its_day(dagster)
    a_correction_is_carried_out(dagster)


def arrivals_start_their_partition_and_its_day(dagster):
    file = dagster.drop("shop", DAY, "feed.csv", ROWS)
    dagster.wait_for(1, "arrival", f"{DAY}|shop")
    dagster.wait_for(1, "day", DAY)
    mine = {run[1] for run in dagster.runs() if run[0] == "arrival" and run[1].endswith("|shop")}
    assert mine == {f"{DAY}|shop"}, "exactly its partition"

    dagster.drop("shop", DAY, "more.csv", ROWS.replace("20.00", "19.00"))  # a second file on the same day
    dagster.wait_for(2, "arrival", f"{DAY}|shop")
    dagster.wait_for(2, "day", DAY)

    os.utime(file, (time.time() - 60, time.time() - 60))  # the same delivery again, touched
    dagster.drop("shop", NEXT, "feed.csv", ROWS)  # the same bytes on another day
    dagster.wait_for(1, "arrival", f"{NEXT}|shop")
    dagster.wait_for(1, "day", NEXT)
    dagster.wait_for(1, "warehouse", NEXT)
    dagster.wait_for_looks(2, "arrivals")
    arrivals = [run[1] for run in dagster.runs() if run[0] == "arrival"]
    assert arrivals.count(f"{DAY}|shop") == 2, "the delivery that was seen before starts nothing"

    world = open_world(load(dagster.folder / "catalog.yaml"))
    names = set(world.lake.read("catalog_products")["name"])
    assert {"Coffee mug 300 ml", "Desk lamp 9 W white"} <= names
    assert world.lake.read("stage_ledger")["balanced"].all()
    refused = world.lake.read("quarantine").filter(pl.col("source") == "shop")
    assert refused["rule"].unique().to_list() == ["missing_product_id"]
    deliveries = world.lake.read("deliveries").filter(pl.col("source") == "shop").sort("day", "sequence")
    assert deliveries.select("day", "sequence").with_columns(pl.col("day").cast(pl.String)).rows() == [
        (DAY, 1),
        (DAY, 2),
        (NEXT, 1),
    ]


def a_correction_is_carried_out(dagster):
    """After the arrivals above: the first delivery is taken back, and nobody starts a run."""
    world = open_world(load(dagster.folder / "catalog.yaml"))
    first = world.lake.read("deliveries", day=dt.date.fromisoformat(NEXT), source="shop")["delivery_id"][0]
    days = sum(run[:2] == ("day", NEXT) and run[2] == "SUCCESS" for run in dagster.runs())
    fact = corrections.Fact("retract", "Ana", "wrong file", delivery_id=first)
    corrections.state(world, fact, dt.datetime.now(dt.UTC))
    dagster.wait_for(2, "arrival", f"{NEXT}|shop")
    dagster.wait_for(days + 1, "day", NEXT)
    assert world.lake.read("standardized_products", day=dt.date.fromisoformat(NEXT), source="shop").is_empty()
    assert world.lake.read("stage_ledger")["balanced"].all()
