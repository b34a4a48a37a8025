"""Many processes that write to one lake at once, on disk and on a real S3 server: nothing may be lost."""

import datetime as dt
import multiprocessing
import traceback

import polars as pl
import pytest

from catalog_assets.vocabulary.columns import TABLES
from resources.lake import Lake, s3_options

WRITERS = 8
ROUNDS = 3
FIRST = dt.date(2026, 3, 1)

# Not forked from here, since Polars and delta-rs have threads that do not outlive it, but from a process that has only
# imported them.
SERVED = multiprocessing.get_context("forkserver")
SERVED.set_forkserver_preload(["resources.lake"])
_together = None


def _meet(barrier):
    global _together
    _together = barrier


def _told(work, number, *args):
    """None, or the error as text: delta-rs' own cannot be sent between processes."""
    _together.wait(60)
    try:
        work(number, *args)
    except BaseException:
        return traceback.format_exc()


@pytest.fixture(scope="module")
def writers():
    """Eight processes; each task that they are given together is begun at the same moment."""
    before = set(multiprocessing.active_children())
    pool = SERVED.Pool(WRITERS, initializer=_meet, initargs=(SERVED.Barrier(WRITERS),))

    def run(work, *args):
        errors = pool.starmap(_told, [(work, number, *args) for number in range(WRITERS)], chunksize=1)
        assert errors == [None] * WRITERS

    yield run
    # Not terminate(): a process that is told to go while delta-rs' threads run may never go, and is waited for.
    pool.close()
    for child in set(multiprocessing.active_children()) - before:
        child.join(20)
        child.kill()


@pytest.fixture
def local(tmp_path):
    return str(tmp_path / "lake"), None


@pytest.fixture
def on_s3(s3_server):
    return f"{s3_server.uri}/lake", s3_options(s3_server.endpoint)


@pytest.fixture(params=["local", "on_s3"])
def place(request):
    return request.getfixturevalue(request.param)


def mark(source, day, received):
    row = dict.fromkeys(TABLES["stage_ledger"].columns)
    row |= {"stage": "raw_products", "day": day, "source": source, "received": received}
    return pl.DataFrame([row], schema=TABLES["stage_ledger"].schema)


def records(source, day, run, count):
    rows = [
        dict.fromkeys(TABLES["raw_products"].columns)
        | {"day": day, "source": source, "delivery_id": source, "record_number": number, "run_id": run}
        for number in range(count)
    ]
    return pl.DataFrame(rows, schema=TABLES["raw_products"].schema)


def write_as_a_stage_does(number, uri, options):
    """A partition of its own, again and again, and its mark in the ledger that all share (two sources a day)."""
    lake = Lake(uri, options)
    day, source = FIRST + dt.timedelta(days=number // 2), f"source{number}"
    for round_ in range(1, ROUNDS + 1):
        lake.replace("stage_ledger", mark(source, day, 0), stage="raw_products", day=day, source=source)
        lake.replace("raw_products", records(source, day, f"run{round_}", number + 1), day=day, source=source)
        lake.replace("stage_ledger", mark(source, day, round_), stage="raw_products", day=day, source=source)


def test_writers_of_different_partitions_and_one_ledger_lose_nothing(writers, place):
    uri, options = place
    writers(write_as_a_stage_does, uri, options)
    lake = Lake(uri, options)
    found = lake.read("raw_products").group_by("source").agg(pl.len(), pl.col("run_id").unique()).sort("source")
    assert found.rows() == [(f"source{n}", n + 1, [f"run{ROUNDS}"]) for n in range(WRITERS)]
    marks = lake.read("stage_ledger").sort("source").select("source", "day", "received")
    assert marks.rows() == [(f"source{n}", FIRST + dt.timedelta(days=n // 2), ROUNDS) for n in range(WRITERS)]


def append_and_merge(number, uri, options):
    """Facts of one's own in the journal, and keys of one's own in a table that has no partition."""
    lake = Lake(uri, options)
    fact = dict.fromkeys(TABLES["corrections"].columns) | {"correction_id": f"c{number}", "sequence": number}
    rows = [(f"key{number}-{n}", "product", "member", "run") for n in range(3)]
    lake.append("corrections", pl.DataFrame([fact], schema=TABLES["corrections"].schema))
    keys = pl.DataFrame(rows, schema=TABLES["product_aliases"].schema, orient="row")
    lake.merge("product_aliases", keys, pl.Series([], dtype=pl.String))
    lake.merge("product_aliases", keys.clear(), keys["alias_key"].head(1))


def test_writers_that_append_and_merge_at_once_lose_and_double_nothing(writers, place):
    uri, options = place
    writers(append_and_merge, uri, options)
    lake = Lake(uri, options)
    assert lake.read("corrections")["sequence"].sort().to_list() == list(range(WRITERS))
    left = sorted(f"key{number}-{n}" for number in range(WRITERS) for n in (1, 2))
    assert lake.read("product_aliases")["alias_key"].sort().to_list() == left


@pytest.mark.usefixtures("s3_server")
def test_a_lake_on_s3_keeps_the_promises_of_one_on_disk(on_s3):
    lake = Lake(*on_s3)
    assert lake.read("raw_products").schema == TABLES["raw_products"].schema
    assert (lake.exists("raw_products"), lake.version("raw_products")) == (False, None)
    for source in ("acme", "o'ther"):
        lake.replace("raw_products", records(source, FIRST, "run1", 2), day=FIRST, source=source)
    lake.replace("raw_products", records("o'ther", FIRST, "run2", 1), day=FIRST, source="o'ther")
    assert lake.read("raw_products", source="o'ther")["run_id"].to_list() == ["run2"]
    lake.replace("raw_products", records("o'ther", FIRST, "run3", 0), day=FIRST, source="o'ther")
    assert lake.read("raw_products")["source"].to_list() == ["acme", "acme"]
