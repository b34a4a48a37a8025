"""Runs many partitions through Dagster in this one process, with progress; what is done already is left alone.

Belongs here: which runs a backfill needs, in which order, and running them on the home's Dagster instance, so that
they show in the UI. Does not belong here: what a run does (assets), or starting runs on arrival (sensors).
"""

import datetime as dt
import os
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from catalog_assets.configuration import Catalog
from catalog_assets.pipeline import ARRIVAL, DAILY, lagging
from catalog_assets.raw.deliveries import Trouble, undelivered
from catalog_assets.stages import Partition, World, marks

INSTANCE = """\
telemetry:
  enabled: false
run_monitoring:
  enabled: true
run_retries:
  enabled: true
  max_retries: 2
  retry_on_asset_or_op_failure: false
concurrency:
  runs:
    max_concurrent_runs: 2
    tag_concurrency_limits: []
  pools:
    default_limit: 1
"""
WAREHOUSE = "warehouse"


@dataclass(frozen=True)
class Run:
    """One Dagster run: its job and its partition, or for the warehouse the days from first to last. `assets`: only
    these of the job's."""

    job: str
    partition: Partition
    last: dt.date | None = None
    assets: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Result:
    """How a run ended."""

    run: Run
    success: bool
    run_id: str
    seconds: float
    error: str | None


def dagster_home(catalog: Catalog) -> Path:
    """The instance's folder in the home, made and configured if it is not there; sets DAGSTER_HOME."""
    folder = catalog.home_path / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "dagster.yaml"
    if not settings.exists():
        settings.write_text(instance_settings(catalog), encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder


def instance_settings(catalog: Catalog) -> str:
    """dagster.yaml of a new home. Where the lake is on S3, what runs print goes there too."""
    if not catalog.lake_uri.startswith("s3://"):
        return INSTANCE
    bucket, _, prefix = catalog.lake_uri.removeprefix("s3://").partition("/")
    kept: dict[str, Any] = {"bucket": bucket, "prefix": f"{prefix.rstrip('/')}/_logs".lstrip("/")}
    if catalog.s3_endpoint:
        kept |= {"endpoint_url": catalog.s3_endpoint, "use_ssl": catalog.s3_endpoint.startswith("https://")}
    logs = {"module": "dagster_aws.s3.compute_log_manager", "class": "S3ComputeLogManager", "config": kept}
    return INSTANCE + yaml.safe_dump({"compute_logs": logs}, sort_keys=False)


def arrival_runs(
    world: World, first: dt.date | None, last: dt.date | None, sources: Sequence[str], trouble: Trouble
) -> list[Run]:
    """Partitions with files that are not delivered yet, or with a raw or standardized table that is not done."""
    new = undelivered(world, sources, trouble, dt.datetime.now(dt.UTC).date(), lambda day: _within(day, first, last))
    runs = {partition: Run("arrival", partition) for partition, _ in new}
    for found in lagging(world, None, ARRIVAL):
        if found.partition.source in sources and _within(found.partition.day, first, last):
            runs.setdefault(found.partition, Run("arrival", found.partition, assets=found.assets))
    return [runs[p] for p in sorted(runs, key=lambda p: (p.day, p.source))]


def day_runs(world: World, first: dt.date | None, last: dt.date | None) -> list[Run]:
    """Days with a stage that is not done, oldest first; what stands before that stage is left alone."""
    arrived = set(marks(world, ["standardized_products"]).filter(pl.col("balanced"))["day"].to_list())
    days = sorted(day for day in arrived if _within(day, first, last))
    return [Run("day", found.partition, assets=found.assets) for found in lagging(world, days, DAILY)]


def _within(day: dt.date, first: dt.date | None, last: dt.date | None) -> bool:
    return (first is None or day >= first) and (last is None or day <= last)


class Backfill:
    """Runs partitions on the home's instance, one after the other; a failure stops its own partition alone.

    What Dagster and dbt print goes to <home>/dagster/backfill.log; each run's page in the UI tells the same.
    """

    def __init__(self, catalog: Catalog, world: World, tell: Callable[[str], None] = lambda text: None) -> None:
        tell("Loading definitions")
        import dagster as dg

        from catalog_assets.definitions import build_defs

        for kind in (dg.BetaWarning, dg.PreviewWarning):
            warnings.filterwarnings("ignore", category=kind)
        self._dg = dg
        self.log = dagster_home(catalog) / "backfill.log"
        self.world = world
        self.instance = dg.DagsterInstance.get()
        self.repository = build_defs(catalog).get_repository_def()

    def execute(self, runs: Sequence[Run]) -> Iterator[Result]:
        """Run them in order."""
        for run in runs:
            yield self._execute(run)

    def _execute(self, run: Run) -> Result:
        from catalog_assets.partitions import key_of

        started = time.perf_counter()
        job = self.repository.get_job(run.job)
        where: dict[str, Any] = {"partition_key": key_of(run.partition)}
        if run.last is not None:
            first, last = run.partition.day.isoformat(), run.last.isoformat()
            where = {"tags": {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}}
        if run.assets is not None:
            where["asset_selection"] = [self._dg.AssetKey(name) for name in run.assets]
        with self.log.open("a", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
            try:
                done = job.execute_in_process(instance=self.instance, raise_on_error=False, **where)
            except self._dg.DagsterError as refused:  # Dagster would not even start it
                return Result(run, False, "", time.perf_counter() - started, str(refused))
        if any(_interrupted(event) for event in done.all_events):  # Dagster ends the run, and nobody else
            raise KeyboardInterrupt
        error = None if done.success else _error(done)
        return Result(run, done.success, done.run_id, time.perf_counter() - started, error)

    def warehouse_runs(self, days: Sequence[dt.date]) -> list[Run]:
        """One run that builds the star schema for all of these days."""
        return [Run(WAREHOUSE, Partition(min(days)), max(days))] if days else []


def _interrupted(event: Any) -> bool:
    error = getattr(event.event_specific_data, "error", None) if event.is_failure else None
    while error is not None:
        if error.cls_name == "DagsterExecutionInterruptedError":
            return True
        error = error.cause
    return False


def _error(done: Any) -> str:
    """The innermost sentence of the first failure."""
    for event in done.all_events:
        data = event.event_specific_data
        error = getattr(data, "error", None) if event.is_failure else None
        if error is not None:
            while error.cause is not None:
                error = error.cause
            return str(error.message).strip()
    failed = [e.event_specific_data.check_name for e in done.all_events
              if e.event_type_value == "ASSET_CHECK_EVALUATION" and not e.event_specific_data.passed]  # fmt: skip
    return f"checks failed: {', '.join(failed)}" if failed else "the run failed; its page tells why"
