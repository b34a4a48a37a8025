"""Days whose stages lag behind what arrived or was decided are run again; then the warehouse.

Belongs here: asking which days are not done, and run keys. Does not belong here: what makes a day stale
(`catalog_assets/pipeline.py`).
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import dagster as dg
import polars as pl
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from catalog_assets.configuration import fingerprint
from catalog_assets.materialize import WorldResource
from catalog_assets.pipeline import DAILY, states
from catalog_assets.stages import Partition, World, marks
from catalog_assets.warehouse.loading import attempt, behind

OPEN_DAYS = 14
"""How many of the latest delivered days are looked at; older ones are re-run by an explicit backfill."""

BUSY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.NOT_STARTED,
]


def days_sensor(jobs: Sequence[UnresolvedAssetJobDefinition]) -> dg.SensorDefinition:
    """One run for each day that is not done, then one of the warehouse. `jobs`: the day's, the warehouse's."""
    day_job, warehouse_job = (job.name for job in jobs)

    @dg.sensor(
        name="days",
        jobs=jobs,
        minimum_interval_seconds=15,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="A day with new offers, or with decisions that change it, is run with the sources that are there.",
    )
    def days_tick(context: dg.SensorEvaluationContext, world: WorldResource) -> Iterator[dg.RunRequest | dg.SkipReason]:
        busy = context.instance.get_run_records(dg.RunsFilter(statuses=BUSY), limit=1)
        if busy:
            yield dg.SkipReason("Runs are under way; what they change is looked at when they are done.")
            return
        requests = list(_requests(world.open(), day_job, warehouse_job))
        yield from requests
        if not requests:
            yield dg.SkipReason("Every day is done.")

    return days_tick


def _requests(world: World, day_job: str, warehouse_job: str) -> Iterator[dg.RunRequest]:
    pending = list(unfinished(world))
    for day, key in pending:
        yield dg.RunRequest(run_key=key, job_name=day_job, partition_key=day.isoformat())
    if pending:
        return
    for day in behind(world)[-OPEN_DAYS:]:
        key = f"warehouse-{day}-{attempt(world, day)}"
        yield dg.RunRequest(run_key=key, job_name=warehouse_job, partition_key=day.isoformat())


def unfinished(world: World) -> Iterator[tuple[dt.date, str]]:
    """Days with a done standardized partition and a later stage that is not done; and a key that names that state."""
    arrived = marks(world, ["standardized_products"]).filter(pl.col("balanced"))
    days = sorted(set(arrived["day"].to_list()))[-OPEN_DAYS:]
    names = {stage.name for stage in DAILY}
    for day in days:
        found = [s for s in states(world, [day]) if s.stage in names]
        if any(s.state != "done" for s in found):
            first = next(s for s in found if s.state != "done")
            stage = next(s for s in DAILY if s.name == first.stage)
            # With run ids: a day that becomes what it was before is another attempt, and its key must be another.
            upstream = marks(world, [*stage.upstream, stage.name]).filter(pl.col("day") <= day)
            state = fingerprint(first.stage, upstream.rows(), stage.inputs(world, Partition(day)))
            yield day, f"day-{day}-{state}"
