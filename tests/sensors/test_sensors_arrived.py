"""Which partitions the arrivals sensor asks for, and under which key."""

import datetime as dt
import os
from typing import Any, cast

import pytest

from catalog_assets.raw.deliveries import land
from catalog_assets.stages import Partition, World
from resources.lake import Lake
from resources.landing import Landing
from resources.locks import file_locks
from sensors.arrivals import SETTLE, arrived

DAY = dt.date(2026, 3, 1)
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
COLUMNS = {"product_id": "sku", "name": "title"}


@pytest.fixture
def world(tmp_path, catalog_for):
    sources = {name: {"columns": COLUMNS} for name in ("acme", "other")}
    catalog = catalog_for(tmp_path, sources, start_day=DAY)
    lake, landing = Lake(catalog.lake_uri), Landing(catalog.landing_uri)
    nothing = cast(Any, None)
    return World(catalog, lake, landing, nothing, nothing, file_locks(tmp_path / "locks"))


@pytest.fixture
def put(world):
    def write(data, source="acme", day=DAY, age=SETTLE, name="feed.csv"):
        file = world.catalog.home_path / "inbox" / source / day.isoformat() / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, ((NOW - age).timestamp(),) * 2)

    return write


def asked(world):
    return [partition for partition, _ in arrived(world, NOW)]


def test_each_partition_with_a_new_file_is_asked_for_once(world, put, clock):
    for source, day in (("acme", DAY), ("acme", NOW.date()), ("other", DAY)):
        put(b"x", source, day)
    put(b"y", name="second.csv")
    expected = [Partition(DAY, "acme"), Partition(NOW.date(), "acme"), Partition(DAY, "other")]
    assert asked(world) == expected
    land(world, expected[0], "run", clock)
    assert asked(world) == expected[1:]


def test_a_then_b_then_a_again_have_three_keys_and_the_same_look_one(world, put, clock):
    keys = []
    for number, data in enumerate((b"A", b"B", b"A")):
        put(data, age=dt.timedelta(minutes=9 - number))
        (first,), (again,) = list(arrived(world, NOW)), list(arrived(world, NOW))
        assert first == again
        keys.append(first[1])
        assert land(world, first[0], "run", clock).new == (first[1],)
    assert len(set(keys)) == 3


def test_a_file_that_may_still_be_written_waits_with_its_whole_day(world, put):
    put(b"x", name="done.csv")
    put(b"x", name="fresh.csv", age=SETTLE / 2)
    put(b"x", "other")
    assert asked(world) == [Partition(DAY, "other")]


def test_days_outside_of_the_calendar_are_not_asked_for(world, put):
    put(b"x", day=DAY - dt.timedelta(days=1))
    put(b"x", day=NOW.date() + dt.timedelta(days=1))
    assert asked(world) == []


def test_a_place_that_does_not_answer_holds_up_no_other_source(tmp_path, catalog_for, world, put, s3_server):
    put(b"x", "other")
    lost = {"path": "s3://no-such-bucket-here/{day}/*", "columns": COLUMNS}
    sources = {"lost": lost, **{name: source.model_dump() for name, source in world.catalog.sources.items()}}
    catalog = catalog_for(tmp_path, sources, start_day=DAY, s3_endpoint=s3_server.endpoint)
    broken = World(catalog, world.lake, world.landing, world.review, world.enricher, world.lock)
    told = []
    found = list(arrived(broken, NOW, lambda source, error: told.append((source, error))))
    assert [partition for partition, _ in found] == [Partition(DAY, "other")]
    ((source, error),) = told
    assert source == "lost"
    assert "NoSuchBucket" in str(error)
