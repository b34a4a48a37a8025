"""What lags behind what arrived or was decided is run again: deliveries' partitions, then days, then the warehouse.

Belongs here: asking what is not done, and run requests. Does not belong here: what makes a partition stale
(`catalog_assets/pipeline.py`).

People who decide one question after the other would have days run again for each of them. So where something was said
since the last runs were asked for, a day that ran a few minutes ago waits (review.apply_minutes); the first word after
a pause is carried out at once. A run always reads all that was said.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import dagster as dg
import polars as pl
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from catalog_assets.configuration import Catalog
from catalog_assets.consensus.release import follow_trust
from catalog_assets.materialize import WorldResource
from catalog_assets.partitions import key_of
from catalog_assets.pipeline import ARRIVAL, DAILY, Lagging, lagging, wanted
from catalog_assets.stages import World, marks
from catalog_assets.warehouse.loading import behind, contents
from sensors.attempts import ran_lately, run_key, was_asked

ASKING_JOB = "asking"
"""The job that asks language models: no day waits for it."""
LOOKED_AT = 50

BUSY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.NOT_STARTED,
]


def days_sensor(catalog: Catalog, jobs: Sequence[UnresolvedAssetJobDefinition]) -> dg.SensorDefinition:
    """Runs of what is not done. `jobs`: an arrival's, the day's, the warehouse's."""
    arrival_job, day_job, warehouse_job = (job.name for job in jobs)

    @dg.sensor(
        name="days",
        jobs=jobs,
        minimum_interval_seconds=catalog.look_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="What is not done of the latest days (review.open_days) is run: deliveries that were corrected, "
        "days with new offers or with decisions that change them (with the sources that are there), and the warehouse. "
        "Decisions are carried out together, every review.apply_minutes.",
    )
    def days_tick(context: dg.SensorEvaluationContext, world: WorldResource) -> Iterator[dg.RunRequest | dg.SkipReason]:
        under_way = context.instance.get_run_records(dg.RunsFilter(statuses=BUSY), limit=LOOKED_AT)
        if any(record.dagster_run.job_name != ASKING_JOB for record in under_way):
            yield dg.SkipReason("Runs are under way; what they change is looked at when they are done.")
            return
        opened, now = world.open(), dt.datetime.now(dt.UTC)
        follow_trust(opened, now.date())
        words = str(opened.review.position())
        quiet = words == (context.cursor or "0")
        wait = dt.timedelta(minutes=0 if quiet else opened.catalog.review.apply_minutes)
        for job, lags in zip((arrival_job, day_job, warehouse_job), levels(opened), strict=True):
            named = [(run_key(context.instance, job, lag.key, lag.work, now), lag) for lag in lags]
            asked = [(key, lag) for key, lag in named if not was_asked(context.instance, key)]
            if job == day_job:
                asked = [(key, lag) for key, lag in asked if not ran_lately(context.instance, job, lag.key, now, wait)]
            for key, lag in asked:
                yield dg.RunRequest(run_key=key, job_name=job, partition_key=lag.key, asset_selection=lag.assets)
            if asked and job == day_job:
                context.update_cursor(words)
            if asked:
                return
        yield dg.SkipReason("Everything is done, or waits for a person or for its next attempt (see failed runs).")

    return days_tick


@dataclass(frozen=True)
class Lag:
    """A partition to run: its key, a name for the work, the assets to materialize (None: all of the job's)."""

    key: str
    work: str
    assets: list[dg.AssetKey] | None = None


def levels(world: World) -> Iterator[list[Lag]]:
    """What is not done: partitions of deliveries, days, days of the warehouse. Each level is asked for only when there
    is nothing new to ask for before it; what failed holds up nothing."""
    delivered = world.lake.scan("deliveries").select("day").unique().collect()["day"].sort().to_list()
    open_days = world.catalog.review.open_days
    days = delivered[-open_days:]
    yield [_lag(world, found) for found in lagging(world, days, ARRIVAL)]
    arrived = set(marks(world, ["standardized_products"]).filter(pl.col("balanced"))["day"].to_list())
    yield [_lag(world, found) for found in lagging(world, sorted(arrived & set(days)), DAILY)]
    current = contents(world)
    yield [Lag(day.isoformat(), current[day]) for day in behind(world, current)[-open_days:]]


def _lag(world: World, found: Lagging) -> Lag:
    return Lag(key_of(found.partition), wanted(world, found), [dg.AssetKey(name) for name in found.assets])
