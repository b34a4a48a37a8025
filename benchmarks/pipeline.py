"""Time and memory of each stage for one day of one supplier, beside the floor: Polars reads the same file and writes it
once.

    python benchmarks/pipeline.py --products 1000000 [--folder DIR] [--keep]

Prints JSON: machine, floor, and for each stage seconds, peak memory (MiB, of a process of its own) and floors (its
seconds as a multiple of the floor's). Each stage runs in a fresh process, as a Dagster run would.
"""

import argparse
import datetime as dt
import gzip
import io
import json
import multiprocessing as mp
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DAY = dt.date(2026, 1, 5)
SOURCE = "nordwind"


def measured(work: Callable[..., Any], *arguments: Any) -> dict[str, float]:
    """Seconds and peak memory of a call in a process of its own; imports are not counted as the stage's time."""
    context = mp.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        told: dict[str, float] = ours.recv()
    except EOFError:
        raise SystemExit(f"{work.__name__}{arguments} failed; see above") from None
    process.join()
    return told


def _child(pipe: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    import catalog_assets.pipeline  # noqa: F401  (what a worker has loaded before it starts)

    started = time.perf_counter()
    detail = work(*arguments)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pipe.send({"seconds": round(seconds, 2), "peak_mib": round(peak), **(detail or {})})


def floor(file: str, target: str) -> None:
    """Read the file and write it once."""
    import polars as pl

    data = gzip.decompress(Path(file).read_bytes()) if file.endswith(".gz") else Path(file).read_bytes()
    # The feed holds broken quotes on purpose, which this reader refuses: the floor reads cells and ignores quotes.
    settings: dict[str, Any] = {
        "separator": ";",
        "infer_schema": False,
        "truncate_ragged_lines": True,
        "quote_char": None,
    }
    pl.read_csv(io.BytesIO(data), **settings).write_parquet(target)


def land(folder: str) -> None:
    """Store the bytes and record the delivery."""
    from catalog_assets.raw.deliveries import land as land_files
    from catalog_assets.stages import Partition

    land_files(_world(folder), Partition(DAY, SOURCE), "benchmark", lambda: dt.datetime.now(dt.UTC))


def stage(folder: str, name: str) -> dict[str, Any]:
    """One stage of the day."""
    from catalog_assets.pipeline import STAGES
    from catalog_assets.stages import Partition, execute

    found = next(s for s in STAGES if s.name == name)
    partition = Partition(DAY, SOURCE) if found.per_source else Partition(DAY)
    report = execute(found, _world(folder), partition, "benchmark")
    if not report.holds:
        raise SystemExit(f"{name} does not hold: {report.balance.sentence()} {report.violations}")
    return {"received": report.balance.received, "parts": report.seconds, "fates": dict(report.balance.counts)}


def warehouse(folder: str) -> None:
    """dbt builds the star schema."""
    from catalog_assets.configuration import load
    from resources.warehouse import dbt_arguments, environment

    catalog = load(Path(folder) / "catalog.yaml")
    project = Path(__file__).resolve().parents[1] / "dbt_models"
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", *dbt_arguments([DAY], full_refresh=False)]
    command += ["--project-dir", str(project), "--profiles-dir", str(project), "--target-path", f"{folder}/dbt"]
    settings = {**os.environ, **environment(catalog.home_path, catalog.lake_uri, catalog.s3_endpoint)}
    subprocess.run([*command, "--log-path", f"{folder}/dbt"], env=settings, check=True)


def _world(folder: str) -> Any:
    from catalog_assets.configuration import load
    from resources import open_world

    return open_world(load(Path(folder) / "catalog.yaml"))


def simulate(folder: Path, products: int) -> Path:
    """One day of one supplier."""
    from catalog_assets.terminal import write_world

    written = write_world(folder, products=products, days=1, suppliers=1, seed=11, start=DAY)
    return max((file.path for file in written.files), key=lambda path: path.stat().st_size)


def main() -> None:
    """Run it and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="Where to work (default: a temporary folder).")
    parser.add_argument("--keep", action="store_true", help="Leave the folder.")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="benchmark-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        print(json.dumps(run(folder, arguments.products), indent=1))
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, products: int) -> dict[str, Any]:
    """All figures."""
    from catalog_assets.pipeline import STAGES

    feed = simulate(folder, products)
    base = measured(floor, str(feed), str(folder / "floor.parquet"))
    found: dict[str, dict[str, Any]] = {"landing": measured(land, str(folder))}
    for each in STAGES:
        found[each.name] = measured(stage, str(folder), each.name)
        print(f"{each.name}: {found[each.name]['seconds']} s", file=sys.stderr)
    found["warehouse (dbt)"] = _dbt(folder)
    for told in found.values():
        told["floors"] = round(told["seconds"] / base["seconds"], 1)
    whole = {
        "seconds": round(sum(told["seconds"] for told in found.values()), 1),
        "peak_mib": max(told["peak_mib"] for told in found.values()),
    }
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    size = round(feed.stat().st_size / 2**20, 1)
    return {"products": products, "machine": machine, "feed_mib": size, "floor": base, "stages": found, "whole": whole}


def _dbt(folder: Path) -> dict[str, Any]:
    started = time.perf_counter()
    warehouse(str(folder))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": round(time.perf_counter() - started, 2), "peak_mib": round(peak)}


if __name__ == "__main__":
    main()
