"""Files that arrived start the run of exactly their partition.

Belongs here: asking what is new, and run keys. Does not belong here: what a delivery is
(`catalog_assets/raw/deliveries.py`), and landing it (the `deliveries` asset does that).
"""

import datetime as dt
from collections.abc import Callable, Iterator

import dagster as dg

from catalog_assets.configuration import Catalog
from catalog_assets.materialize import WorldResource
from catalog_assets.partitions import key_of
from catalog_assets.raw.deliveries import new_deliveries
from catalog_assets.stages import Partition, World
from resources.landing import arrivals

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
    world: World, now: dt.datetime, trouble: Callable[[str, OSError], None] = lambda source, error: None
) -> Iterator[tuple[Partition, str]]:
    """Partitions with new deliveries, and the run key: the delivery ids, so that A, B, A again are three runs and the
    same file seen twice is one. A source whose place cannot be looked at is told to `trouble` and holds up no other."""
    for source in world.catalog.sources:
        try:
            yield from list(_arrived_of(world, source, now))
        except OSError as error:
            trouble(source, error)


def _arrived_of(world: World, source: str, now: dt.datetime) -> Iterator[tuple[Partition, str]]:
    listed = arrivals(world.catalog.source_path(source), world.catalog.s3_endpoint)
    settled = {arrival.day for arrival in listed if arrival.modified_at <= now - SETTLE}
    unsettled = {arrival.day for arrival in listed if arrival.modified_at > now - SETTLE}
    for day in sorted(settled - unsettled):
        if day < world.catalog.start_day or day > now.date():
            continue
        partition = Partition(day, source)
        new, _, _ = new_deliveries(world, partition)
        if new:
            yield partition, "+".join(delivery.delivery_id for delivery in new)
