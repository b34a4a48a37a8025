"""What the terminal shows: the demo, the progress of a backfill, the summary, the state of each day.

Belongs here: putting runs and tables together for a person who watches. Does not belong here: anything that changes a
table itself.
"""

import datetime as dt
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid
from rich.text import Text

from catalog_assets.backfill import Backfill, Result, Run, arrival_runs, day_runs
from catalog_assets.configuration import Catalog
from catalog_assets.ledger import FATES
from catalog_assets.pipeline import ARRIVAL, DAILY, STAGES, active, states
from catalog_assets.simulator import Plan, Written, simulate, source_blocks
from catalog_assets.stages import World, mark
from catalog_assets.warehouse.loading import behind

DEMO_SEED = 7
ASKED = "model_proposals"
SHORT = {ASKED: "asked"}
"""What a stage's column is called where its table's name is too long."""
DEMO_START = dt.date(2026, 1, 5)
MOST_ROUNDS = 3
"""So often a backfill looks whether days are left."""
Bounds = tuple[dt.date | None, dt.date | None]


def write_world(
    folder: Path, *, products: int, days: int, suppliers: int, seed: int, start: dt.date, catalog: bool = True
) -> Written:
    """Simulated feeds and truth in `folder`, and unless it is there already a catalog.yaml for them."""
    plan = Plan(seed=seed, products=products, days=days, suppliers=suppliers, start=start)
    folder.mkdir(parents=True, exist_ok=True)
    written = simulate(plan, folder)
    if catalog and not (folder / "catalog.yaml").exists():
        settings = {"home": ".", "start_day": start.isoformat(), "sources": source_blocks(plan)}
        (folder / "catalog.yaml").write_text(
            yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8"
        )
    return written


def run_everything(
    catalog: Catalog, console: Console, bounds: Bounds = (None, None), sources: Sequence[str] | None = None,
    warehouse: bool = True,
) -> list[Result]:  # fmt: skip
    """Run what is not done, with a progress bar; tell what failed and how to go on."""
    from resources import open_world

    world = open_world(catalog)
    results: list[Result] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}", justify="left"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
        task = progress.add_task("Looking for work", total=None)

        def trouble(source: str, why: str) -> None:
            progress.console.print(Text(f"{source}: {why}", style="red"))

        arrivals = arrival_runs(world, *bounds, sources or tuple(catalog.sources), trouble)
        if not arrivals and not day_runs(world, *bounds) and not (warehouse and behind(world)):
            progress.update(task, description="Nothing to do", total=1, completed=1)
            return results
        machine = Backfill(catalog, world, lambda text: progress.update(task, description=text))
        try:
            results += _watch(machine, arrivals, progress, task)
            for _ in range(MOST_ROUNDS):  # a day that was run may make later ones stale that were done before
                failed = [result.run for result in results if not result.success]
                left = [run for run in day_runs(world, *bounds) if run not in failed]
                if not left:
                    break
                results += _watch(machine, left, progress, task)
            if warehouse:
                results += _watch(machine, machine.warehouse_runs(behind(world)), progress, task)
        except KeyboardInterrupt:
            progress.console.print("Stopped. What is done stands; the same command again runs what is left.")
            raise
    for result in results:
        if not result.success:
            console.print(Text(f"failed {result.run.job} {result.run.partition}: {result.error}", style="red"))
    if any(not result.success for result in results):
        console.print("The others are done. The same command again runs only what is not done.")
    return results


def _watch(machine: Backfill, runs: Sequence[Run], progress: Progress, task: Any) -> list[Result]:
    progress.update(task, total=(progress.tasks[task].total or 0) + len(runs))
    done: list[Result] = []
    for run in runs:
        until = f" to {run.last}" if run.last else ""
        progress.update(task, description=f"{run.job} {run.partition}{until}")
        started = time.perf_counter()
        done.extend(machine.execute([run]))
        progress.advance(task)
        if not progress.console.is_terminal:
            mark = "done  " if done[-1].success else "FAILED"
            progress.console.print(
                f"{mark} {run.job} {run.partition}{until} {time.perf_counter() - started:.1f} s", highlight=False
            )
        for told in warnings(machine.world, run):
            progress.console.print(Text(f"  {told}", style="yellow"))
    return done


def warnings(world: World, run: Run) -> Iterator[str]:
    """What the checks of a run say that stop nothing, as the run's page shows them."""
    stages = {"arrival": ARRIVAL, "day": DAILY}.get(run.job, ())
    for stage in stages:
        row = mark(world, stage.name, run.partition) if stage.warnings else None
        told = (
            [warning.told(json.loads(row["details"])) for warning in stage.warnings] if row and row["balanced"] else []
        )
        yield from (f"{run.partition}: {sentence}" for sentence in told if sentence)


def demo(catalog: Catalog, console: Console, products: int, started: float) -> bool:
    """Three days, three suppliers, nine partitions, all stages, the warehouse; returns whether all went well."""
    from resources import open_world

    plan = {"products": products, "days": 3, "suppliers": 3, "seed": DEMO_SEED, "start": DEMO_START}
    written = write_world(catalog.home_path, **plan, catalog=False)  # type: ignore[arg-type]
    console.print(
        f"{len(written.files)} files of {len(catalog.sources)} suppliers in {catalog.home_path / 'inbox'}",
        highlight=False,
    )
    results = run_everything(catalog, console)
    world = open_world(catalog)
    console.print(summary(world))
    if not results:
        console.print("Nothing was new: every partition is done, and nothing was changed.")
    good = all(result.success for result in results)
    console.print(closing(world, catalog, time.perf_counter() - started), highlight=False)
    return good


def summary(world: World) -> Grid:
    """Records in and where they went, by stage, over all partitions."""
    ledger = world.lake.read("stage_ledger")
    grid = Grid(title="Where everything went", title_justify="left", header_style="bold")
    for name in ("stage", "unit", "partitions", "received", *FATES):
        grid.add_column(name, justify="left" if name in ("stage", "unit") else "right")
    for stage in active(STAGES, world.catalog):
        rows = ledger.filter(pl.col("stage") == stage.name)
        totals = [rows["received"].sum(), *(rows[fate].sum() for fate in FATES)]
        grid.add_row(stage.name, stage.unit, str(rows.height), *(f"{int(total):,}" for total in totals))
    return grid


def closing(world: World, catalog: Catalog, seconds: float) -> str:
    """The catalogue in figures, and what to open next."""
    products = world.lake.scan("catalog_products")
    figures = [pl.len(), pl.col("accepted").sum(), pl.col("pending").sum(), pl.col("quality").mean()]
    held = (pl.col("price_state") == "pending").sum().alias("held")
    told = products.select(*figures, held).collect().row(0, named=True)
    waiting = int(world.review.counts()["open"].sum())
    quarantined = world.lake.scan("quarantine").select(pl.len()).collect().item()
    quality = "-" if told["quality"] is None else f"{told['quality']:.1f}"
    sample = products.filter(pl.col("offers").list.len() > 1).sort("product_key").head(1).collect()
    example = ""
    if sample.height:
        offer = sample["offers"][0][0]
        example = f"\n  one product's story   .venv/bin/catalog trace {offer['source']} {offer['product_id']}"
    return (
        f"\n{told['len']:,} products in the catalogue, quality {quality} of 100; "
        f"values: {told['accepted']:,} accepted, "
        f"{told['pending']:,} waiting ({waiting:,} questions, {told['held']:,} prices held); "
        f"{quarantined:,} rows in quarantine; {seconds:.0f} s\n\n"
        f"What to open next\n"
        f"  Dagster UI            make up, then http://127.0.0.1:3000\n"
        f"  each day's state      .venv/bin/catalog status{example}\n"
        f"  questions for people  .venv/bin/catalog people add YOU --role admin; make up, then "
        f"http://127.0.0.1:{catalog.review.page.port}\n"
        f"  the warehouse         {catalog.home_path / 'warehouse.duckdb'} (DuckDB: dim_product, marts)"
    )


def status_rows(world: World) -> list[dict[str, Any]]:
    """One row a day: sources arrived and absent, state of each stage and of the star schema (behind: it was built from
    other tables), pending and quarantined units."""
    found, late = states(world), behind(world)
    ledger = world.lake.read("stage_ledger")
    rows = []
    for day in sorted({state.partition.day for state in found}):
        mine = [state for state in found if state.partition.day == day]
        arrived = {s.partition.source for s in mine if s.stage == "raw_products"}
        known = [stage.name for stage in active(STAGES, world.catalog)]
        sums = ledger.filter(pl.col("day") == day, pl.col("stage").is_in(known))
        row: dict[str, Any] = {"day": day.isoformat(), "sources": f"{len(arrived)}/{len(world.catalog.sources)}"}
        for stage in active(STAGES, world.catalog):
            states_of = [s.state for s in mine if s.stage == stage.name]
            row[SHORT.get(stage.name, stage.name.removesuffix("_products"))] = _summed(states_of)
        row["marts"] = "behind" if day in late else ""
        of_models = sums.filter(pl.col("stage") == ASKED)["pending"]
        row["pending"] = int(sums["pending"].sum()) - int(of_models.sum())
        if ASKED in known:
            row["open_to_models"] = int(of_models.sum())
        row["quarantined"] = int(sums["quarantined"].sum())
        rows.append(row)
    return rows


def work_left(world: World) -> str:
    """What is to be run in a sentence: partitions, and the units that they held when they were last run; or that only
    the star schema is left."""
    waiting = [state for state in states(world) if state.state != "done"]
    if not waiting:
        late = len(behind(world))
        of_days = "1 day" if late == 1 else f"{late:,} days"
        return f"To build: the star schema, from {of_days}. `catalog backfill` does it." if late else ""
    places = pl.DataFrame(
        [(state.stage, state.partition.day, state.partition.source) for state in waiting],
        schema={"stage": pl.String, "day": pl.Date, "source": pl.String},
        orient="row",
    )
    known = world.lake.read("stage_ledger").join(places, on=["stage", "day", "source"], how="semi")
    days = places["day"].n_unique()
    return (
        f"To run: {len(waiting):,} partitions of {days:,} {'day' if days == 1 else 'days'}, "
        f"{int(known['received'].sum()):,} units when they were last run. `catalog preview` shows what it would "
        "change, `catalog backfill` does it."
    )


def _summed(found: list[str]) -> str:
    if all(state == "done" for state in found):
        return "done"
    return ", ".join(
        f"{found.count(state)} {state}" for state in ("done", "stale", "open", "missing") if state in found
    )
