import hashlib
import os
import subprocess
import sys

import polars as pl
import pytest

from catalog_assets.simulator import Plan, simulate

SMALL = Plan(seed=21, products=300)


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns if "inbox" in path.parts else 0,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_plan_writes_the_same_bytes_in_any_process(tmp_path):
    simulate(SMALL, tmp_path / "a")
    code = (
        "import sys, pathlib; from catalog_assets.simulator import Plan, simulate; "
        "simulate(Plan(seed=21, products=300), pathlib.Path(sys.argv[1]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4", "POLARS_MAX_THREADS": "1", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "b")], check=True, env=environment, timeout=120)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_another_seed_writes_something_else(tmp_path):
    simulate(SMALL, tmp_path / "a")
    simulate(Plan(seed=22, products=300), tmp_path / "b")
    one, other = digests(tmp_path / "a"), digests(tmp_path / "b")
    assert one.keys() == other.keys()
    assert all(one[name][0] != other[name][0] for name in one)


def test_more_days_begin_with_the_same_days(tmp_path):
    simulate(SMALL, tmp_path / "a")
    simulate(Plan(seed=21, products=300, days=4), tmp_path / "b")
    one, other = digests(tmp_path / "a"), digests(tmp_path / "b")
    shared = [name for name in one if name.startswith("inbox") and "resend" not in name]
    assert len(shared) == 11
    assert all(one[name] == other[name] for name in shared)


def test_again_into_the_same_folder_but_not_beside_foreign_files(tmp_path):
    first = simulate(SMALL, tmp_path)
    before = digests(tmp_path)
    simulate(SMALL, tmp_path)
    assert digests(tmp_path) == before
    foreign = first.files[0].path.parent / "mine.csv"
    foreign.write_text("x")
    with pytest.raises(FileExistsError, match=r"mine\.csv"):
        simulate(SMALL, tmp_path)


def test_written_lists_what_is_there(tmp_path):
    written = simulate(SMALL, tmp_path)
    assert {file.path for file in written.files} == {p for p in (tmp_path / "inbox").rglob("*") if p.is_file()}
    assert set(written.truth) == set((tmp_path / "truth").iterdir())
    assert written.records == pl.read_parquet(tmp_path / "truth" / "records.parquet").height
    assert list(written.files) == sorted(written.files, key=lambda f: (f.day, f.delivered_at, f.supplier))


def test_progress_is_told_up_to_the_end(tmp_path):
    told = []
    written = simulate(SMALL, tmp_path, lambda what, done, total: told.append((what, done, total)))
    for file in written.files:
        of_file = [(done, total) for what, done, total in told if what.endswith(file.path.name)]
        assert of_file[0] == (0, file.records)
        assert of_file[-1] == (file.records, file.records)
    assert told[-1] == ("truth", 1, 1)


@pytest.mark.parametrize(
    "plan", [Plan(products=1, days=2), Plan(products=7, days=1, suppliers=1), Plan(products=40, suppliers=7)]
)
def test_small_and_odd_plans_work(tmp_path, plan):
    written = simulate(plan, tmp_path)
    assert {file.supplier for file in written.files} == {f.supplier for f in written.files if f.path.is_file()}
    assert pl.read_parquet(tmp_path / "truth" / "products.parquet").height >= plan.products
