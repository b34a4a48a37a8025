"""The journal of deliveries: what is new, what is known, in which order, whatever dies in between."""

import datetime as dt
import hashlib
import multiprocessing
import os
import signal
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest

from catalog_assets.configuration import parse
from catalog_assets.corrections import CorrectionError, Fact, state
from catalog_assets.raw.deliveries import (
    Landed,
    UnknownDelivery,
    check_restore,
    delivery,
    effective,
    known_deliveries,
    land,
    new_deliveries,
    replace_delivery,
    undelivered,
)
from catalog_assets.stages import Partition, World
from resources.lake import Lake, s3_options
from resources.landing import Landing, LocalPlace
from resources.locks import file_locks

DAY = dt.date(2026, 3, 1)
NEXT = dt.date(2026, 3, 2)
ACME = Partition(DAY, "acme")
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
LANDED = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
A, B = b"sku,title\n1,lamp\n", b"sku,title\n1,torch\n"


def world_of(catalog):
    """A world of what landing needs, on disk or on S3 as the configuration says."""
    options = s3_options(catalog.s3_endpoint) if catalog.lake_uri.startswith("s3://") else None
    return World(
        catalog=catalog,
        lake=Lake(catalog.lake_uri, options),
        landing=Landing(catalog.landing_uri, catalog.s3_endpoint),
        review=cast(Any, None),
        enricher=cast(Any, None),
        lock=file_locks(catalog.home_path / "locks"),
    )


@pytest.fixture
def world(tmp_path, catalog_for):
    return world_of(catalog_for(tmp_path, start_day=DAY))


@pytest.fixture
def put(world):
    """Put a file at acme's place, modified `seconds` after noon of the day; returns its path."""

    def write(data, name="feed.csv", seconds=0, day=DAY):
        file = world.catalog.home_path / "inbox" / "acme" / day.isoformat() / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        moment = (NOON + dt.timedelta(seconds=seconds)).timestamp()
        os.utime(file, (moment, moment))
        return str(file)

    return write


@pytest.fixture
def landing(world, clock):
    """Look at acme's place and land what is new there."""
    return lambda partition=ACME, run="run": land(world, partition, run, clock)


def journal(world, partition=ACME):
    rows = known_deliveries(world, partition)
    return list(
        zip(rows["sequence"], rows["path"].map_elements(os.path.basename, pl.String), rows["sha256"], strict=True)
    )


def sha(data):
    return hashlib.sha256(data).hexdigest()


def landed_files(world):
    return sorted(path.name for path in Path(world.landing.uri).rglob("*") if path.is_file())


def test_a_new_file_is_a_delivery_with_all_its_facts(world, put, landing, clock):
    path = put(A, seconds=1.5)
    told = landing()
    row = known_deliveries(world, ACME).row(0, named=True)
    assert told == Landed((row["delivery_id"],), 0, ())
    assert row | {"delivery_id": ""} == {
        "day": DAY, "source": "acme", "delivery_id": "", "sequence": 1, "path": world.catalog.told_path(path),
        "sha256": sha(A),
        "size_bytes": len(A), "delivered_at": NOON + dt.timedelta(seconds=1.5), "landed_at": clock.now,
        "replaces": None, "run_id": "run",
    }  # fmt: skip
    assert world.landing.get(row["sha256"], 1000) == A


def test_nothing_there_is_no_delivery(world, landing):
    assert landing() == Landed((), 0, ())
    assert world.lake.version("deliveries") is None


def test_the_same_file_again_is_known(world, put, landing):
    put(A)
    landing()
    version = world.lake.version("deliveries")
    assert landing() == Landed((), 1, ())
    assert world.lake.version("deliveries") == version


def test_the_same_bytes_put_again_later_are_known(world, put, landing):
    put(A)
    landing()
    put(A, seconds=60)
    assert landing() == Landed((), 1, ())


@pytest.fixture
def landed_later(clock):
    """Files are landed after they were written, by the clock of the file system too."""
    clock.now = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)


def test_a_known_file_is_not_read_again(put, landing, landed_later, monkeypatch):
    put(A)
    landing()

    def read(self, path, limit):
        raise AssertionError(f"{path} was read again")

    monkeypatch.setattr(LocalPlace, "read", read)
    assert landing().known == 1


def test_bytes_exchanged_with_the_time_set_back_are_delivered(world, put, landing, clock):
    clock.now = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    put(A)
    landing()
    put(bytes(reversed(A)))
    assert len(landing().new) == 1, "same name, size and modification time"


def test_what_is_not_taken_is_told(world, put, catalog_for, tmp_path):
    put(A, day=DAY - dt.timedelta(days=1))
    put(A, day=dt.date(2099, 1, 1))
    world = replace(world, catalog=world.catalog.model_copy(
        update={"limits": world.catalog.limits.model_copy(update={"file_bytes": 1})}))  # fmt: skip
    put(A)
    told = []
    today = dt.date(2026, 3, 2)
    assert list(undelivered(world, ["acme"], lambda source, why: told.append(why), today)) == []
    assert len(told) == 2
    assert "2026-02-28, 2099-01-01 are not taken: outside of start_day (2026-03-01) to today (2026-03-02" in told[0]
    assert "larger than limits.file_bytes" in told[1]


def test_a_link_to_a_folder_outside_is_not_followed(world, put, landing, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_bytes(A)
    place = world.catalog.home_path / "inbox" / "acme"
    place.mkdir(parents=True)
    (place / DAY.isoformat()).symlink_to(outside)
    assert landing() == Landed((), 0, ())


def test_a_then_b_then_a_again_are_three_deliveries_in_order(world, put, landing):
    ids = []
    for seconds, data in enumerate((A, B, A)):
        put(data, seconds=seconds)
        ids += landing().new
        assert landing().new == ()
    assert journal(world) == [(1, "feed.csv", sha(A)), (2, "feed.csv", sha(B)), (3, "feed.csv", sha(A))]
    assert known_deliveries(world, ACME)["delivery_id"].to_list() == ids
    assert len(set(ids)) == 3
    assert landed_files(world) == sorted([sha(A), sha(B)])


def test_the_same_bytes_on_another_day_are_another_delivery(world, put, landing):
    put(A)
    put(A, day=NEXT)
    first, second = landing(), landing(Partition(NEXT, "acme"))
    assert (len(first.new), len(second.new)) == (1, 1)
    assert first.new != second.new
    assert journal(world) == [(1, "feed.csv", sha(A))]
    assert journal(world, Partition(NEXT, "acme")) == [(1, "feed.csv", sha(A))]


def test_the_same_bytes_under_another_name_are_another_delivery(world, put, landing):
    put(A, "a.csv")
    put(A, "b.csv", seconds=1)
    assert len(landing().new) == 2
    assert journal(world) == [(1, "a.csv", sha(A)), (2, "b.csv", sha(A))]


def test_new_files_of_one_look_are_ordered_by_modification_then_path(world, put, landing):
    put(b"3", "a.csv", seconds=9)
    put(b"2", "c.csv", seconds=1)
    put(b"1", "b.csv", seconds=1)
    told = landing()
    assert [name for _, name, _ in journal(world)] == ["b.csv", "c.csv", "a.csv"]
    assert [number for number, _, _ in journal(world)] == [1, 2, 3]
    assert list(told.new) == known_deliveries(world, ACME)["delivery_id"].to_list()
    assert world.lake.version("deliveries") == 1, "all of one look are one commit"


def test_later_files_are_numbered_on_even_if_they_are_older(world, put, landing):
    put(A, "late.csv", seconds=60)
    landing()
    put(B, "early.csv", seconds=0)
    landing()
    assert journal(world) == [(1, "late.csv", sha(A)), (2, "early.csv", sha(B))]


def test_ids_are_a_function_of_what_was_delivered_not_of_run_or_clock(world, put, tmp_path, clock):
    put(A)
    expected = new_deliveries(world, ACME)[0][0].delivery_id
    clock.now += dt.timedelta(days=9)
    assert land(world, ACME, "another run", clock).new == (expected,)


def test_a_file_changed_within_the_same_moment_after_it_landed_is_seen(world, put, clock):
    """S3 tells whole seconds: same size, same moment, other bytes."""
    clock.now = NOON
    put(A, seconds=0)
    land(world, ACME, "run", clock)
    put(A.replace(b"lamp", b"bulb"), seconds=0)
    assert len(land(world, ACME, "run", clock).new) == 1


def test_a_file_that_grows_while_it_is_read_is_recorded_as_read(world, put, landing, monkeypatch):
    path = put(A)
    read = LocalPlace.read

    def read_grown(self, path, limit):
        with open(path, "ab") as file:
            file.write(b"2,torch\n")
        return read(self, path, limit)

    with monkeypatch.context() as patched:
        patched.setattr(LocalPlace, "read", read_grown)
        landing()
    row = known_deliveries(world, ACME).row(0, named=True)
    assert (row["size_bytes"], row["sha256"]) == (os.path.getsize(path), sha(A + b"2,torch\n"))
    assert landing() == Landed((), 1, ())


def test_a_file_that_is_too_large_is_refused_and_the_others_land(tmp_path, world, put, clock):
    small = replace(world, catalog=world.catalog.model_copy(update={"limits": _limits(world, len(A))}))
    put(A, "good.csv")
    path = put(A + b"x", "large.csv")
    told = land(small, ACME, "run", clock)
    assert told.refused == ((path, f"larger than limits.file_bytes ({len(A)}); split it"),)
    assert (len(told.new), told.known) == (1, 0)
    assert [name for _, name, _ in journal(world)] == ["good.csv"]


def _limits(world, file_bytes):
    return world.catalog.limits.model_copy(update={"file_bytes": file_bytes})


def test_a_file_that_cannot_be_read_is_refused_and_the_others_land(world, put, landing, monkeypatch):
    path = put(A, "bad.csv")
    put(B, "good.csv")
    read = LocalPlace.read

    def broken(self, path, limit):
        if path.endswith("bad.csv"):
            raise OSError(5, "Input/output error", path)
        return read(self, path, limit)

    monkeypatch.setattr(LocalPlace, "read", broken)
    told = landing()
    assert told.refused == ((path, "cannot be read: Input/output error"),)
    assert [name for _, name, _ in journal(world)] == ["good.csv"]


def test_a_name_that_is_no_text_is_refused_and_the_others_land(world, put, landing):
    folder = os.path.dirname(put(A, "good.csv"))
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.csv")).write_bytes(B)
    except OSError:
        pytest.skip("this file system has only names that are text")
    told = landing()
    assert told.refused == ((f"{folder}/caf\\xe9.csv", "its name is not UTF-8; rename it"),)
    assert len(told.new) == 1


def test_one_files_bytes_at_a_time_are_handed_on(world, put):
    put(A, "a.csv")
    put(B, "b.csv", seconds=1)
    kept = []
    new, _, _ = new_deliveries(world, ACME, keep=kept.append)
    assert kept == [A, B]
    assert not any(isinstance(value, bytes) for found in new for value in vars(found).values())


def test_looking_lands_nothing(world, put):
    put(A)
    assert len(new_deliveries(world, ACME)[0]) == 1
    assert landed_files(world) == []
    assert known_deliveries(world, ACME).is_empty()


def test_the_bytes_are_safe_before_the_delivery_is_told(world, put, clock):
    put(A)
    seen = []
    world.lake.on_commit = lambda label: seen.append((label, landed_files(world)))
    land(world, ACME, "run", clock)
    assert seen == [("before deliveries", [sha(A)]), ("after deliveries", [sha(A)])]


# Real deaths and real races: in processes of their own, which Polars wants not to be forked from this one.
SERVED = multiprocessing.get_context("forkserver")
SERVED.set_forkserver_preload(["resources.lake", "catalog_assets.raw.deliveries"])


def _land_and_die(settings, file, moment):
    """Land, and be killed at a moment: a label of the lake's hook, or once the bytes are stored."""
    world = world_of(parse(settings, Path(file)))
    put = world.landing.put

    def die(label):
        if label == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    world.lake.on_commit = die
    world.landing.put = lambda data: (put(data), die("after put"))  # type: ignore[method-assign]
    land(world, ACME, "killed", lambda: LANDED)


def settings_of(catalog):
    return catalog.model_dump(mode="json"), str(catalog.folder / "catalog.yaml")


@pytest.mark.parametrize("moment", ["after put", "before deliveries", "after deliveries"])
def test_whenever_a_landing_is_killed_a_rerun_ends_with_one_delivery_for_each_file(world, put, landing, moment):
    put(A, "a.csv")
    put(B, "b.csv", seconds=1)
    process = SERVED.Process(target=_land_and_die, args=(*settings_of(world.catalog), moment))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    landing()
    assert journal(world) == [(1, "a.csv", sha(A)), (2, "b.csv", sha(B))]
    assert landed_files(world) == sorted([sha(A), sha(B)])
    assert landing() == Landed((), 2, ())


def _land_together(settings, file, barrier, answers):
    try:
        world = world_of(parse(settings, Path(file)))
        barrier.wait(60)
        answers.put(land(world, ACME, "run", lambda: LANDED).new)
    except BaseException:
        answers.put(traceback.format_exc())


def landed_by(catalog, count):
    """What each of several processes landed, that looked at the same moment."""
    barrier, answers = SERVED.Barrier(count), SERVED.Queue()
    arguments = (*settings_of(catalog), barrier, answers)
    processes = [SERVED.Process(target=_land_together, args=arguments) for _ in range(count)]
    for process in processes:
        process.start()
    told = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)
    return sorted(told, key=len)


def test_processes_that_land_at_once_double_nothing(world, put):
    names = [f"{number}.csv" for number in range(5)]
    for seconds, name in enumerate(names):
        put(name.encode(), name, seconds=seconds)
    nothing, nor_here, everything = landed_by(world.catalog, 3)
    assert (nothing, nor_here, len(everything)) == ((), (), 5)
    assert [(number, name) for number, name, _ in journal(world)] == list(enumerate(names, start=1))


def test_deliveries_from_s3_are_landed_on_s3(tmp_path, catalog_for, s3_server, clock):
    source = {"path": f"{s3_server.uri}/in/{{day}}/*", "columns": {"product_id": "sku", "name": "title"}}
    places = {"lake": f"{s3_server.uri}/lake", "landing": f"{s3_server.uri}/landing"}
    world = world_of(catalog_for(tmp_path, {"acme": source}, s3_endpoint=s3_server.endpoint, **places))
    clock.now = dt.datetime.now(dt.UTC)
    key = f"in/{DAY}/feed.csv"
    for data in (A, B, A):
        s3_server.put(key, data)
        assert len(land(world, ACME, "run", clock).new) == 1, "though S3 tells whole seconds"
        assert land(world, ACME, "run", clock) == Landed((), 1, ())
    assert journal(world) == [(1, "feed.csv", sha(A)), (2, "feed.csv", sha(B)), (3, "feed.csv", sha(A))]
    assert world.landing.get(sha(B), 1000) == B


def taken_back(world, partition=ACME):
    rows = effective(world, known_deliveries(world, partition))
    return dict(zip(rows["delivery_id"], rows["retracted"], strict=True))


def correct(world, kind, identity):
    return state(world, Fact(kind, "Ann", "wrong file", delivery_id=identity), LANDED)


def test_a_retracted_delivery_does_not_count_until_it_is_restored(world, put, landing):
    put(A, "a.csv")
    put(B, "b.csv", seconds=1)
    first, second = landing().new
    assert taken_back(world) == {first: False, second: False}
    for _ in range(2):
        correct(world, "retract", first)
        assert taken_back(world) == {first: True, second: False}
        gone = effective(world, known_deliveries(world, ACME)).filter("retracted")
        assert gone["delivery_id"].to_list() == [first]
        correct(world, "restore", first)
        assert taken_back(world) == {first: False, second: False}
    facts = world.lake.read("corrections").sort("sequence")
    assert facts["sequence"].to_list() == [1, 2, 3, 4]
    assert facts["correction_id"].n_unique() == 4


def test_a_retracted_file_is_still_known(world, put, landing):
    put(A)
    (identity,) = landing().new
    correct(world, "retract", identity)
    assert landing() == Landed((), 1, ())


def test_a_replacement_takes_the_place_of_what_it_replaces(world, put, landing):
    path = put(A, "a.csv")
    put(B, "b.csv", seconds=1)
    first, second = landing().new
    later = LANDED + dt.timedelta(days=1)
    new = replace_delivery(world, first, b"mended", "/mended.csv", "Ann", "wrong prices", later)
    row = delivery(world, new)
    old = delivery(world, first)
    assert (row["day"], row["source"], row["sequence"], row["delivered_at"]) == (
        old["day"], old["source"], old["sequence"], old["delivered_at"]
    )  # fmt: skip
    assert (row["replaces"], row["path"], row["sha256"], row["size_bytes"], row["landed_at"]) == (
        first, "/mended.csv", sha(b"mended"), 6, later
    )  # fmt: skip
    assert "Ann" in row["run_id"]
    assert world.landing.get(row["sha256"], 100) == b"mended"
    assert taken_back(world) == {first: True, second: False, new: False}
    assert (old["path"], old["sha256"]) == (world.catalog.told_path(path), sha(A)), "the journal is only added to"
    assert landing() == Landed((), 2, ()), "what the supplier has at its place was delivered"


def test_a_replacement_that_names_the_suppliers_path_is_not_taken_for_what_lies_there(world, put, landing):
    path = put(A)
    (first,) = landing().new
    replace_delivery(world, first, B, path, "Ann", "wrong prices", LANDED + dt.timedelta(days=1))
    put(A, seconds=60)
    assert landing() == Landed((), 1, ())


def test_a_replacement_may_be_replaced_but_nothing_twice(world, put, landing):
    put(A)
    (first,) = landing().new
    second = replace_delivery(world, first, b"2", "/2.csv", "Ann", "r", LANDED)
    with pytest.raises(CorrectionError, match=f"Delivery {first} is replaced already"):
        replace_delivery(world, first, b"3", "/3.csv", "Ann", "r", LANDED)
    third = replace_delivery(world, second, b"3", "/3.csv", "Ann", "r", LANDED)
    assert taken_back(world) == {first: True, second: True, third: False}


def test_what_the_supplier_delivers_after_a_replacement_is_new(world, put, landing):
    put(A)
    (first,) = landing().new
    replace_delivery(world, first, A.upper(), "/mended.csv", "Ann", "r", LANDED)
    put(B, seconds=1)
    (later,) = landing().new
    assert delivery(world, later)["sequence"] == 2
    assert taken_back(world)[later] is False


def test_the_bytes_of_a_replacement_are_safe_before_it_is_told(world, put, landing):
    put(A)
    (first,) = landing().new

    def fail(label):
        raise InterruptedError(label)

    with pytest.raises(InterruptedError):
        replace_delivery(replace(world, lake=Lake(world.lake.uri, on_commit=fail)), first, B, "/b", "Ann", "r", LANDED)
    assert sha(B) in landed_files(world)
    assert list(taken_back(world)) == [first]


def test_an_unknown_delivery_is_told(world):
    with pytest.raises(UnknownDelivery, match=r"There is no delivery 0123; `catalog delivery list` shows them\."):
        delivery(world, "0123")
    with pytest.raises(UnknownDelivery):
        replace_delivery(world, "0123", A, "/a", "Ann", "r", LANDED)
    assert landed_files(world) == []


def test_an_original_comes_back_by_restoring_it_once_its_replacement_is_taken_back(world, put, landing, clock):
    put(A)
    (first,) = landing().new
    heir = replace_delivery(world, first, B, "right.csv", "Ann", "wrong file", clock())
    with pytest.raises(CorrectionError, match=f"is replaced by {heir}; retract that one first"):
        check_restore(world, first)
    correct(world, "retract", heir)
    assert taken_back(world) == {first: True, heir: True}, "nothing comes back by itself"
    check_restore(world, first)
    correct(world, "restore", first)
    assert taken_back(world) == {first: False, heir: True}
