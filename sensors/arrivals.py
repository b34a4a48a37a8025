"""Files that arrived start the run of exactly their partition.

Belongs here: asking what is new, and run keys. Does not belong here: what a delivery is
(`catalog_assets/raw/deliveries.py`), and landing it (the `deliveries` asset does that).
"""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from catalog_assets.configuration import Catalog
from catalog_assets.materialize import WorldResource
from catalog_assets.partitions import key_of
from catalog_assets.raw.deliveries import Trouble, undelivered
from catalog_assets.stages import Partition, World
from sensors.attempts import run_key

SETTLE = dt.timedelta(seconds=2)
"""A file modified less than this ago may still be written; it is looked at again at the next tick."""


def arrivals_sensor(catalog: Catalog, job: str) -> dg.SensorDefinition:
    """One run for each source and day with a file that is not delivered yet, in the partition of its day."""

    @dg.sensor(
        name="arrivals",
        job_name=job,
        minimum_interval_seconds=catalog.look_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Looks at every source's place; each new delivery starts the run of its day and source.",
    )
    def arrivals_tick(
        context: dg.SensorEvaluationContext, world: WorldResource
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        opened, now = world.open(), dt.datetime.now(dt.UTC)
        not_taken: list[str] = []
        found = False
        for partition, work in arrived(opened, now, lambda source, why: not_taken.append(f"{source}: {why}")):
            found = True
            named = run_key(context.instance, job, key_of(partition), work, now)
            yield dg.RunRequest(run_key=named, partition_key=key_of(partition), tags={"source": partition.source})
        for told in not_taken:
            context.log.warning(told)
        if not found:
            yield dg.SkipReason(" ".join(["No new file at any source's place.", *not_taken]))

    return arrivals_tick


def arrived(
    world: World, now: dt.datetime, trouble: Trouble = lambda source, why: None
) -> Iterator[tuple[Partition, str]]:
    """Partitions with new deliveries, and these by id: A, B, A again are three works, the same file seen twice one."""
    for partition, new in undelivered(world, world.catalog.sources, trouble, now.date(), settled_by=now - SETTLE):
        yield partition, "+".join(delivery.delivery_id for delivery in new)
