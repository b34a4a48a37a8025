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

SETTLE = dt.timedelta(seconds=2)
"""A file modified less than this ago may still be written; it is looked at again at the next tick."""


def arrivals_sensor(catalog: Catalog, job: str) -> dg.SensorDefinition:
    """One run for each source and day with a file that is not delivered yet, in the partition of its day."""

    @dg.sensor(
        name="arrivals",
        job_name=job,
        minimum_interval_seconds=15,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Looks at every source's place; each new delivery starts the run of its day and source.",
    )
    def arrivals_tick(
        context: dg.SensorEvaluationContext, world: WorldResource
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        opened = world.open()
        found = False
        silent: list[str] = []

        def trouble(source: str, error: OSError) -> None:
            context.log.error(f"{source}: its place cannot be looked at: {error}")
            silent.append(source)

        for partition, run_key in arrived(opened, dt.datetime.now(dt.UTC), trouble):
            found = True
            yield dg.RunRequest(run_key=run_key, partition_key=key_of(partition), tags={"source": partition.source})
        if not found:
            but = f" Not looked at (see the log): {', '.join(silent)}." if silent else ""
            yield dg.SkipReason(f"No new file at any source's place.{but}")

    return arrivals_tick


def arrived(
    world: World, now: dt.datetime, trouble: Trouble = lambda source, error: None
) -> Iterator[tuple[Partition, str]]:
    """Partitions with new deliveries, and the run key: the delivery ids, so that A, B, A again are three runs and the
    same file seen twice is one."""
    here = undelivered(world, world.catalog.sources, trouble, lambda day: day <= now.date(), settled_by=now - SETTLE)
    for partition, new in here:
        yield partition, "+".join(delivery.delivery_id for delivery in new)
