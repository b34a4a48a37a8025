"""Law 2: any history of runs, at rest, gives the tables of the straight run; also when it is killed."""

import multiprocessing as mp
import os
import random
import signal
import time
from pathlib import Path

import history
import polars as pl
import pytest
from polars.testing import assert_frame_equal

ORDERS = int(os.environ.get("FAULT_ORDERS", "1"))
KILLS = int(os.environ.get("FAULT_KILLS", "1"))
INSTANTS = int(os.environ.get("FAULT_INSTANTS", "1"))
SHARES = 2 if KILLS == 0 else 1
"""Many kills are shared out to so many tests, which run side by side; each plays the straight history first."""

context = mp.get_context("spawn")

pytestmark = pytest.mark.timeout(7200)
share = pytest.mark.parametrize(
    "share", [pytest.param(n, marks=pytest.mark.xdist_group(f"histories {n}")) for n in range(SHARES)]
)
alone = pytest.mark.xdist_group("histories 0")


def _wait_for_work(pipe) -> None:
    pipe.send("ready")
    home, names, kill_at = pipe.recv()
    history.play(home, names, kill_at)


class Victims:
    """Processes that are to be killed. The next one loads its imports while the last one works."""

    def __init__(self):
        self.next = self._start()

    def _start(self):
        ours, theirs = context.Pipe()
        process = context.Process(target=_wait_for_work, args=(theirs,), daemon=True)
        process.start()
        return process, ours

    def play(self, home: Path, names: list[str], kill_at: int | None = None, kill_after: float | None = None) -> int:
        """Play a history in a process of its own; returns how it ended."""
        process, pipe = self.next
        assert pipe.recv() == "ready"
        pipe.send((home, names, kill_at))
        if kill_after is not None:
            process.join(kill_after)
            if process.is_alive():
                os.kill(process.pid, signal.SIGKILL)
        process.join(600)
        self.next = self._start()
        return process.exitcode

    def close(self):
        self.next[0].kill()


@pytest.fixture(scope="module")
def victims():
    found = Victims()
    yield found
    found.close()


def finish(home: Path, names: list[str]) -> None:
    history.play(home, names)


def same_place(folder: Path) -> Path:
    """Homes of all histories in turn stand in one place: a delivery's identity holds its path."""
    home = folder / "home"
    if home.exists():
        home.rename(folder / f"was-{time.monotonic_ns()}")
    home.mkdir()
    return home


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("histories")


@pytest.fixture(scope="module")
def straight(played):
    return history.tables(played.home), int((played.home / "boundaries").read_text()), played.seconds


def tell(line: str) -> None:
    """To the file that FAULT_LOG names, since a run in full takes long."""
    if os.environ.get("FAULT_LOG"):
        with open(os.environ["FAULT_LOG"], "a") as log:
            log.write(line + "\n")


def assert_same(home: Path, expected: dict[str, pl.DataFrame]) -> None:
    found = history.tables(home)
    assert found.keys() == expected.keys()
    for name, frame in expected.items():
        try:
            assert_frame_equal(found[name], frame)
        except AssertionError as error:
            raise AssertionError(f"{name} differs: {error}") from None
    keys = history.live_keys(home)
    leads = history.aliases(home)
    assert not keys & leads.keys()


@alone
def test_the_straight_history_holds_what_it_is_meant_to(straight):
    tables, _, _ = straight
    catalog = tables["catalog_products"]
    assert set(catalog["name"]) == {
        "Desk lamp, white",
        "Coffee mug 300 ml",
        "Office chair",
        "LUMO desk lamp",
        "Kettle 1.7 l",
    }
    matched = tables["matched_products"]
    first = matched.filter(pl.col("day") == history.D1, pl.col("name") == "Desk lamp, white")
    assert first["offers"].list.len().to_list() == [2], "the late GTIN joins alpha's and beta's lamp"
    last = matched.filter(pl.col("day") == history.D3, pl.col("status") == "live")
    assert last["name"].is_in(["LUMO desk lamp"]).any(), "on day 3 the lamps part again"
    pairs = tables["matched_pairs"]
    assert set(pairs["day"]) >= {history.D2}, "from day 2 on a matcher compares"
    assert history.D1 not in set(pairs["day"])
    assert pairs["question_id"].is_not_null().any()
    chair = matched.filter(pl.col("day") == history.D3, pl.col("name") == "Office chair")
    assert {link["method"] for link in chair["links"].item()} == {"model"}
    assert "withdrawn" in matched.filter(pl.col("day") == history.D2)["status"].to_list(), "day 2 withdraws the mug"
    assert "Garden hose 20 m" not in matched["name"].to_list(), "gamma's delivery is retracted"
    reviewed = tables["reviewed_attributes"]
    assert reviewed.filter(pl.col("annotator") == "Ben")["value"].to_list()
    assert reviewed.filter(pl.col("method") == "pin")["value"].unique().to_list() == ["Green"]
    assert tables["stage_ledger"]["balanced"].all()
    fates = tables["stage_ledger"].select("quarantined", "superseded", "merged", "skipped").sum().row(0)
    assert all(fates), "every kind of fate occurs"


@pytest.mark.parametrize(
    "seed", [pytest.param(n, marks=pytest.mark.xdist_group(f"histories {n % SHARES}")) for n in range(ORDERS)]
)
def test_shuffled_orders_end_in_the_same_tables(folder, straight, seed):
    home = same_place(folder)
    order = history.shuffled(random.Random(seed).choice, runs=12)
    finish(home, order)
    assert_same(home, straight[0])


@share
def test_killed_at_commit_boundaries(folder, straight, victims, share):
    """With FAULT_KILLS=0 at every boundary."""
    tables, boundaries, _ = straight
    every = range(1, boundaries + 1)
    chosen = every if KILLS == 0 else sorted(random.Random(5).sample(every, min(KILLS, boundaries)))
    for boundary in chosen[share::SHARES]:
        home = same_place(folder)
        assert victims.play(home, history.names(), kill_at=boundary) == -signal.SIGKILL, boundary
        finish(home, history.names())
        assert_same(home, tables)
        tell(f"killed at boundary {boundary} of {boundaries}: the same tables")


@share
def test_killed_at_random_instants(folder, straight, victims, share):
    tables, _, seconds = straight
    randomly = random.Random(9)
    for instant in [randomly.uniform(0.05, seconds) for _ in range(INSTANTS)][share::SHARES]:
        home = same_place(folder)
        victims.play(home, history.names(), kill_after=instant)
        finish(home, history.names())
        assert_same(home, tables)
        tell(f"killed after {instant:.2f} s: the same tables")
